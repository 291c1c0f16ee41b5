//! The OpenAPI documents of both planes, made from the code: from the handlers, and from the domain's own limits and codes.
//!
//! The server and the command line hand out the committed files, so that neither carries what makes them. Tests hold the files
//! against what is made here; the example `openapi` writes them anew.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use utoipa::openapi::OpenApi;

use crate::admin;
use crate::http;

/// The contract of the emulated API.
pub fn contract() -> String {
    written(&http::openapi::generated())
}

/// The document of the control plane.
pub fn control_plane() -> String {
    written(&admin::openapi::generated())
}

/// Indented by one space: every server carries these documents, and a fifth of them would be spaces.
fn written(document: &OpenApi) -> String {
    let mut text = Vec::new();
    // A document of strings, numbers and lists of them always serialises.
    let _ = document.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b" ")));
    text.push(b'\n');
    String::from_utf8(text).unwrap_or_default()
}
