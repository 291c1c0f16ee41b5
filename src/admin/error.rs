//! Refusals of the control plane: a code for programs, a message and the cure for people.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::domain::ids::ApiKey;
use crate::domain::room::Room;
use crate::domain::text;
use crate::domain::user::JoinRefusal;
use crate::emulator::ControlRefusal;
use crate::fixture::Problems;

/// A refused call; nothing was changed.
#[derive(Debug)]
pub struct AdminError {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: String,
}

/// A refused call; nothing was changed.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal<'a> {
    error: RefusalContent<'a>,
}

/// What was wrong.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefusalContent<'a> {
    /// For programs.
    code: &'a str,
    /// What was wrong.
    message: &'a str,
    /// The cure.
    hint: &'a str,
}

impl AdminError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        AdminError { status, code, message: message.into(), hint: hint.into() }
    }

    pub fn bad_request(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message, hint)
    }

    /// A body that did not arrive whole, or is too large.
    pub fn body(rejection: &BytesRejection, hint: &str) -> Self {
        Self::new(rejection.status(), "bad_body", format!("body: {}", rejection.body_text().to_lowercase()), hint)
    }

    /// Everything that is wrong with a body.
    pub fn problems(problems: &Problems, hint: &str) -> Self {
        /// More than this nobody reads.
        const SHOWN: usize = 20;
        let mut lines: Vec<String> = problems.0.iter().take(SHOWN).map(ToString::to_string).collect();
        if problems.0.len() > SHOWN {
            lines.push(format!("and {} more problems", problems.0.len() - SHOWN));
        }
        Self::new(StatusCode::BAD_REQUEST, "bad_body", lines.join("; "), hint)
    }

    pub fn forbidden(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message, hint)
    }

    /// The token of the control plane is missing or wrong.
    pub fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message, "send Authorization: Bearer with the token of --admin-token")
    }

    pub fn not_found(path: &str, nearest: Option<&str>) -> Self {
        let meant = nearest.map(|nearest| format!(", did you mean {nearest}")).unwrap_or_default();
        let message = format!("no such path: {}{meant}", text::short(path));
        Self::new(StatusCode::NOT_FOUND, "not_found", message, "GET /__admin/admin-openapi.json lists the calls")
    }

    pub fn method(method: &Method) -> Self {
        let message = format!("{} is not allowed here", text::short(method.as_str()));
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message, "the Allow header names the methods")
    }

    pub fn panicked() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "panicked", "the mock has a bug", "please report what its log says")
    }

    pub fn no_tls() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no_tls", "there is no CA: the mock was started without --tls", "start it with --tls")
    }

    pub fn unknown_request(id: &str) -> Self {
        let message = format!("no such exchange is kept, got \"{}\"", text::short(id));
        Self::new(StatusCode::NOT_FOUND, "unknown_request", message, "GET requests shows which are; older ones make room for newer ones")
    }

    pub fn control(refusal: ControlRefusal, key: Option<&ApiKey>) -> Self {
        match refusal {
            ControlRefusal::UnknownAccount => {
                let message = format!("apiKey: no such account, got \"{}\"", key.map(ApiKey::masked).unwrap_or_default());
                Self::new(StatusCode::NOT_FOUND, "unknown_account", message, "with --auth strict only the keys of the fixture are accounts")
            }
            ControlRefusal::BeyondTime => Self::bad_request("the clock would leave the years 1970 to 9999", "move it by less"),
            ControlRefusal::NoSuchRoom => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_room",
                "roomId: the account has no such room",
                "GET state shows the rooms there are",
            ),
            ControlRefusal::RoomExists(id) => Self::new(
                StatusCode::CONFLICT,
                "room_exists",
                format!("roomId: the account has this room already, got \"{id}\""),
                "leave roomId out to have one drawn, or PATCH the room",
            ),
            ControlRefusal::Field(error) => Self::bad_request(error.to_string(), "nothing was changed"),
            ControlRefusal::Join { refusal, result_cd, room } => Self::join(refusal, result_cd, &room),
            ControlRefusal::NoSuchUser => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_user",
                "clientKey: nobody of that clientKey is in the room",
                "GET rooms/{roomId}/users shows who is",
            ),
            ControlRefusal::OtherAccounts => Self::bad_request(
                "accounts: the state names another account than apiKey",
                "send the state of this account alone, or all of it with ?all=true",
            ),
            ControlRefusal::MoreThanAccounts => Self::bad_request(
                "a state is accounts: default and resultCodes are none of it",
                "start the mock with --fixtures for what accounts to come start with, and for result codes",
            ),
            ControlRefusal::TooManyRules => Self::bad_request("there are too many fault rules", "DELETE faults takes them away"),
            ControlRefusal::NoSuchRule => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_fault",
                "there is no fault rule of that number",
                "GET faults shows which there are",
            ),
        }
    }
}

impl AdminError {
    /// Says the vendor's number too, where it has one.
    fn join(refusal: JoinRefusal, result_cd: Option<i32>, room: &Room) -> Self {
        let Room { current_user_count, max_user, end_dt, .. } = room;
        let (code, what, hint) = match refusal {
            JoinRefusal::Ended => {
                ("room_ended", format!("endDt: the room has ended, got \"{end_dt}\""), "PATCH the room with a later endDt")
            }
            JoinRefusal::Exiled => ("user_exiled", "clientKey: was exiled from the room".to_owned(), "call unexileUser first"),
            JoinRefusal::IsIn => (
                "user_is_in",
                "clientKey: is in the room already, and isPossibleDup is false".to_owned(),
                "let the user leave first, or PATCH the room with isPossibleDup true",
            ),
            JoinRefusal::Full => (
                "room_full",
                format!("maxUser: the room takes {max_user}, and has {current_user_count}"),
                "let somebody leave first, or raise maxUser by modifyRoom",
            ),
        };
        let number =
            result_cd.zip(refusal.code()).map(|(number, code)| format!("; the chat engine's result code is {number} {}", code.name()));
        let status = refusal.code().and_then(|code| StatusCode::from_u16(code.row().http).ok()).unwrap_or(StatusCode::CONFLICT);
        Self::new(status, code, what + &number.unwrap_or_default(), hint)
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let AdminError { status, code, message, hint } = &self;
        let mut response = (*status, Json(Refusal { error: RefusalContent { code, message, hint } })).into_response();
        if *status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// What any call but health may be refused with.
pub struct AdminRefusals;

impl IntoResponses for AdminRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Refusal"))).build();
        let refused = ResponseBuilder::new().description("refused; nothing was changed").content("application/json", content).build();
        [("default".to_owned(), RefOr::T(refused))].into()
    }
}
