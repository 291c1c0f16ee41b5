//! The control plane's own OpenAPI document.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

use super::error::Refusal;
use super::schemas::{ExchangeFormat, JournalFormat, MessageKind};
use super::{accounts, ca, clock, diff, faults, fidelity, health, messages, requests, reset, rooms, state, users, verify};
use crate::links::{self, Link};

/// The document as it is committed and served.
pub const DOCUMENT: &str = include_str!("../../admin-openapi.json");

/// Every path that it has.
pub fn paths() -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    document["paths"].as_object().map(|paths| paths.keys().cloned().collect()).unwrap_or_default()
}

/// The document, made from the code.
pub fn generated() -> OpenApi {
    Document::openapi()
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "The control plane of vchatcloud-mock",
        description = "For the people and programs that run a test. Every call takes `apiKey`: the account that it is about. Reads without it show all \
                       accounts. Writes without it are about the only account there is, and are refused while there are more unless `all=true` makes \
                       them about all and those to come; reset needs no such word."
    ),
    servers((url = "http://127.0.0.1:4280", description = "the mock")),
    paths(
        health::health, ca::show, fidelity::show, reset::reset, state::export, state::import, diff::diff, diff::mark, accounts::list,
        rooms::create, rooms::patch, users::list, users::join, users::leave, messages::list,
        requests::list, requests::one, requests::forget, verify::verify,
        faults::add, faults::list, faults::clear, faults::remove,
        clock::show, clock::set, clock::advance,
    ),
    security((), ("token" = [])),
    components(schemas(Refusal, MessageKind, JournalFormat, ExchangeFormat)),
    modifiers(&Token, &Links)
)]
struct Document;

/// What leads from one call to the next.
struct Links;

impl Modify for Links {
    fn modify(&self, document: &mut OpenApi) {
        links::add(
            document,
            &[
                Link { from: "addRoom", value: "/room/roomId", parameter: "roomId", under: "/__admin/rooms" },
                Link { from: "addFault", value: "/id", parameter: "id", under: "/__admin/faults" },
                Link { from: "listRequests", value: "/requests/0/id", parameter: "id", under: "/__admin/requests" },
            ],
        );
    }
}

/// What `--admin-token` demands; without it there is none.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("the token of `--admin-token`, where there is one"));
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(token.build()));
    }
}
