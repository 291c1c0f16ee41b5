//! The control plane's own OpenAPI document.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use super::error::Refusal;
use super::{accounts, clock, diff, faults, health, requests, reset, rooms, state, verify};

/// The document.
pub fn document() -> OpenApi {
    Document::openapi()
}

/// The document as it is committed and served.
pub fn text() -> String {
    document().to_pretty_json().unwrap_or_default() + "\n"
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "The control plane of vchatcloud-mock",
        description = "For the people and programs that run a test. Every call takes `apiKey`: the account that it is about. Reads without it show all \
                       accounts. Writes without it are about all, and are refused while there is more than one account unless `all=true` says so; reset \
                       needs no such word."
    ),
    servers((url = "http://127.0.0.1:4280", description = "the mock")),
    paths(
        health::health, reset::reset, state::export, state::import, diff::diff, diff::mark, accounts::list,
        rooms::patch,
        requests::list, requests::one, requests::forget, verify::verify,
        faults::add, faults::list, faults::clear, faults::remove,
        clock::show, clock::set, clock::advance,
    ),
    components(schemas(Refusal)),
)]
struct Document;
