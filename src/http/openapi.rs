//! The contract: an OpenAPI 3.1 document made from the operations. Limits and codes come from the domain's own types.

use std::collections::BTreeMap;

use axum::http::HeaderName;
use utoipa::openapi::security::{ApiKey as ApiKeyHeader, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi as _};

use super::envelope::Envelope;
use super::messages::{custom, notice, whisper};
use super::people::{exiles, mute, users};
use super::rooms::{create, destroy, detail, list, modify};
use super::stack::{REASON, REQUEST_ID, WARNING};
use super::token;
use crate::domain::code::ResultCode;
use crate::links::{self, Link};

/// The document as it is committed and served.
pub const CONTRACT: &str = include_str!("../../openapi.json");

/// The document, made from the code.
pub fn generated() -> OpenApi {
    Contract::openapi()
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "VChatCloud chat rooms, as vchatcloud-mock answers",
        description = "What is documented, observed and assumed about the API is told apart in the README. Parameters are form \
                       fields and may also stand in the query."
    ),
    servers((url = "http://127.0.0.1:4280", description = "the mock")),
    security(("API_KEY" = [], "X-AUTH-TOKEN" = [])),
    paths(
        token::issue,
        list::v2, create::v2, detail::v2, modify::v2, destroy::v2,
        list::v1, create::v1, detail::v1, modify::v1, destroy::v1,
        users::v2, users::v1, exiles::list, exiles::exile, exiles::unexile, mute::list, mute::mute, mute::unmute,
        notice::send, custom::send, custom::cancel, whisper::send,
    ),
    components(schemas(Envelope)),
    modifiers(&Keys, &Shared, &Links)
)]
struct Contract;

/// The two headers of every call.
struct Keys;

impl Modify for Keys {
    fn modify(&self, contract: &mut OpenApi) {
        let components = contract.components.get_or_insert_default();
        for (name, description) in [("API_KEY", "the account"), ("X-AUTH-TOKEN", "a token from issueToken, obtained with the same key")] {
            let header = ApiKeyHeader::Header(ApiKeyValue::with_description(name, description));
            components.add_security_scheme(name, SecurityScheme::ApiKey(header));
        }
    }
}

/// What many answers have stands in the document once: the headers that the mock adds, and the refusals.
struct Shared;

impl Modify for Shared {
    fn modify(&self, contract: &mut OpenApi) {
        let components = contract.components.get_or_insert_default();
        for (name, description) in [
            (REQUEST_ID, "added by the mock: the number of the exchange"),
            (WARNING, "added by the mock to a doubtful success: the doubt"),
            (REASON, "added by the mock to a refusal: what was wrong and the cure"),
        ] {
            let header = HeaderBuilder::new().description(Some(description)).build();
            components.headers.insert(name.to_string(), RefOr::T(header));
        }
        let paths = &mut contract.paths.paths;
        for response in links::operations(paths).flat_map(|operation| operation.responses.responses.values_mut()) {
            match response {
                RefOr::T(success) => add_headers(success, &WARNING),
                RefOr::Ref(refusal) => {
                    let name = refusal.ref_location.trim_start_matches(RESPONSES);
                    let mut response = refused(name);
                    add_headers(&mut response, &REASON);
                    components.responses.insert(name.to_owned(), RefOr::T(response));
                }
            }
        }
    }
}

fn add_headers(response: &mut Response, own: &HeaderName) {
    for name in [&REQUEST_ID, own] {
        response.headers.insert(name.to_string(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
    }
}

/// What leads from one call to the next.
struct Links;

const LINKS: &[Link] = &[
    Link { from: "createRoom", value: "/data/roomId", parameter: "roomId", under: "" },
    Link { from: "createRoomV1", value: "/data/roomId", parameter: "roomId", under: "" },
    Link { from: "sendCustom", value: "/data/scheduleId", parameter: "scheduleId", under: "" },
    Link { from: "listUser", value: "/list/0/clientKey", parameter: "clientKey", under: "" },
    Link { from: "listExileUser", value: "/list/0/clientKey", parameter: "clientKey", under: "" },
    Link { from: "listMuteUser", value: "/list/0/clientKey", parameter: "clientKey", under: "" },
];

impl Modify for Links {
    fn modify(&self, contract: &mut OpenApi) {
        links::add(contract, LINKS);
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $($code:ident)+;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                refused_with(&[$(ResultCode::$code),+])
            }
        }
    )+};
}

refusals! {
    /// What issueToken and listRoom refuse.
    CallerRefusals: Unauthorized SystemError;
    /// What operations on a room without parameters refuse.
    RoomRefusals: Unauthorized ChannelNotExisted SystemError;
    /// What operations on a user of a room without parameters refuse.
    UserRefusals: Unauthorized ChannelNotExisted UserNotExisted SystemError;
    /// What cancelCustom refuses.
    CancelRefusals: IncorrectRequest Unauthorized ChannelNotExisted SystemError;
    /// What sendWhisperMessage refuses.
    WhisperRefusals: IncorrectRequest MissingRequiredParam Unauthorized ChannelNotExisted UserNotExisted PayloadTooLarge UnsupportedMediaType SystemError;
    /// What createRoom refuses.
    CreateRefusals: IncorrectRequest MissingRequiredParam Unauthorized PayloadTooLarge UnsupportedMediaType SystemError;
    /// What operations on a room with parameters refuse.
    ModifyRefusals: IncorrectRequest MissingRequiredParam Unauthorized ChannelNotExisted PayloadTooLarge UnsupportedMediaType SystemError;
}

const RESPONSES: &str = "#/components/responses/";
/// What any other refusal is called.
const ANY_OTHER: &str = "any-other";

/// One response per HTTP status, called by the codes that have it. The last is what any other refusal looks like.
fn refused_with(codes: &[ResultCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut named: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for code in codes {
        named.entry(code.row().http.to_string()).or_default().push(code.name());
    }
    named.insert("default".to_owned(), vec![ANY_OTHER]);
    named.into_iter().map(|(status, names)| (status, RefOr::Ref(Ref::new(format!("{RESPONSES}{}", names.join(".")))))).collect()
}

/// The response that is called so.
fn refused(name: &str) -> Response {
    let described: Vec<String> = name
        .split('.')
        .map(|name| match name.parse::<ResultCode>() {
            Ok(code) => format!("{} {}: {}", code.row().result_cd, code.name(), code.when()),
            Err(_) => "any other refusal, with the numbers and statuses that the server was told to use".to_owned(),
        })
        .collect();
    let envelope = ContentBuilder::new().schema(Some(Ref::from_schema_name("Envelope"))).build();
    ResponseBuilder::new().description(described.join("; ")).content("application/json", envelope).build()
}
