//! The contract: an OpenAPI 3.1 document made from the operations. Limits and codes come from the domain's own types.

use std::collections::BTreeMap;

use axum::http::HeaderName;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey as ApiKeyHeader, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi as _, PartialSchema, ToSchema};

use super::envelope::Envelope;
use super::messages::{custom, notice, whisper};
use super::people::{exiles, mute, users};
use super::rooms::{create, destroy, detail, list, modify};
use super::stack::{REASON, REQUEST_ID, WARNING};
use super::token;
use crate::domain::code::ResultCode;
use crate::domain::field::{
    Coded, Count, GApiKey, Grade, MaxUser, PossibleDup, Resolution, RoomName, RoomStatus, RoomType, ShownResolution, ShownTemplate,
    StatusChange, StatusChangeV1, Template, Unset, Webrtc, YesNo,
};
use crate::domain::ids::{RoomId, ScheduleId, UserId};
use crate::domain::message::{JsonString, Notice, WhisperText};
use crate::domain::time::KstTime;
use crate::domain::user::{ClientKey, NickName};

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
    modifiers(&Keys, &Shared)
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
        let operations =
            contract.paths.paths.values_mut().flat_map(|path| [&mut path.get, &mut path.post, &mut path.put, &mut path.delete]);
        for response in operations.flatten().flat_map(|operation| operation.responses.responses.values_mut()) {
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

/// A field is a JSON string in answers and a text in forms.
fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

fn coded<T: Coded>(description: &str, unset: Option<&'static str>) -> ObjectBuilder {
    let codes = unset.into_iter().chain(T::CODES.iter().map(|(_, code, _)| *code));
    let or_unset = unset.map(|unset| format!(", `{unset}` when unset")).unwrap_or_default();
    text(&format!("{description}: {}{or_unset}", T::listed())).enum_values(Some(codes))
}

macro_rules! schemas {
    ($($name:ty: $schema:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

schemas! {
    RoomName: text("the title of a room").min_length(Some(1)).max_length(Some(RoomName::MAX_CHARS));
    GApiKey: text("a Google API key, empty when unset");
    MaxUser: text(&format!("how many users fit: {} to {}", MaxUser::MIN, MaxUser::MAX)).pattern(Some("^[0-9]+$"));
    Count: text(&format!("a count: 0 to {}", Count::MAX)).pattern(Some("^[0-9]+$"));
    Webrtc: text("nine bits: share, video, audio").enum_values(Some(Webrtc::VALUES.map(|value| value.to_string())));
    KstTime: text("yyyyMMddHHmmss in Korean time").pattern(Some(format!("^[0-9]{{{}}}$", KstTime::DIGITS)));
    RoomId: text("the channel key: its last part is the time of creation").pattern(Some(RoomId::PATTERN));
    UserId: text("the account's e-mail address").min_length(Some(1));
    ScheduleId: text("what names a reserved message").pattern(Some(ScheduleId::PATTERN));
    ClientKey: text("what names a user of a room").min_length(Some(1)).max_length(Some(ClientKey::MAX_CHARS));
    NickName: text("what a user is called").min_length(Some(1)).max_length(Some(NickName::MAX_CHARS));
    Grade: coded::<Grade>("what a user may do", None);
    Notice: text("the text of a notice").min_length(Some(1)).max_length(Some(Notice::MAX_CHARS));
    JsonString: text("a JSON text").min_length(Some(1)).content_media_type("application/json");
    WhisperText: text("the text of a whisper").min_length(Some(1));
    RoomType: coded::<RoomType>("the kind of room", None);
    RoomStatus: coded::<RoomStatus>("the state of a room", None);
    YesNo: coded::<YesNo>("whether something is available", None);
    PossibleDup: coded::<PossibleDup>("whether one user may connect twice", None);
    StatusChange: coded::<StatusChange>("the state to come, in either case", None);
    StatusChangeV1: coded::<StatusChangeV1>("the state to come, in either case", None);
    Resolution: coded::<Resolution>("the resolution of video", None);
    Template: coded::<Template>("the template of a metaverse room", None);
    ShownResolution: coded::<Resolution>("the resolution of video", Some(Resolution::UNSET));
    ShownTemplate: coded::<Template>("the template of a metaverse room", Some(Template::UNSET));
}
