//! The OpenAPI documents of both planes, made from the code: from the handlers, and from the domain's own limits and codes.
//!
//! The server and the command line hand out the committed files, so that neither carries what makes them. Tests hold the files
//! against what is made here; the example `openapi` writes them anew.

use crate::admin;
use crate::http;

/// The contract of the emulated API.
pub fn contract() -> String {
    http::openapi::generated().to_pretty_json().unwrap_or_default() + "\n"
}

/// The document of the control plane.
pub fn control_plane() -> String {
    admin::openapi::generated()
}
