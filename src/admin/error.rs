//! Refusals of the control plane: a code for programs, a message and the cure for people.

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::domain::ids::ApiKey;
use crate::domain::text;
use crate::emulator::ControlRefusal;

/// A refused call; nothing was changed.
#[derive(Debug)]
pub struct AdminError {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: String,
}

#[derive(Serialize)]
struct Wire<'a> {
    error: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
}

impl AdminError {
    pub fn bad_request(message: impl Into<String>, hint: impl Into<String>) -> Self {
        AdminError { status: StatusCode::BAD_REQUEST, code: "bad_request", message: message.into(), hint: hint.into() }
    }

    pub fn body(rejection: &BytesRejection, hint: &str) -> Self {
        let message = format!("body: {}", rejection.body_text().to_lowercase());
        AdminError { status: rejection.status(), code: "bad_body", message, hint: hint.to_owned() }
    }

    pub fn forbidden(message: impl Into<String>, hint: impl Into<String>) -> Self {
        AdminError { status: StatusCode::FORBIDDEN, code: "forbidden", message: message.into(), hint: hint.into() }
    }

    pub fn not_found(path: &str) -> Self {
        let message = format!("no such path: {}", text::short(path));
        let hint = "there are GET health, POST reset, POST clock/advance and GET openapi.json under /__admin".to_owned();
        AdminError { status: StatusCode::NOT_FOUND, code: "not_found", message, hint }
    }

    pub fn method(method: &Method) -> Self {
        let hint = "the Allow header names the methods".to_owned();
        AdminError {
            status: StatusCode::METHOD_NOT_ALLOWED,
            code: "method_not_allowed",
            message: format!("{method} is not allowed here"),
            hint,
        }
    }

    pub fn control(refusal: ControlRefusal, key: Option<&ApiKey>) -> Self {
        match refusal {
            ControlRefusal::UnknownAccount => AdminError {
                status: StatusCode::NOT_FOUND,
                code: "unknown_account",
                message: format!("apiKey: no such account, got \"{}\"", key.map(ApiKey::masked).unwrap_or_default()),
                hint: "with --auth strict only the keys of the fixture are accounts".to_owned(),
            },
            ControlRefusal::BeyondTime => Self::bad_request("the clock would leave the years 1970 to 9999", "move it by less"),
            ControlRefusal::NoSuchRoom => AdminError {
                status: StatusCode::NOT_FOUND,
                code: "unknown_room",
                message: "roomId: the account has no such room".to_owned(),
                hint: "GET state shows the rooms there are".to_owned(),
            },
            ControlRefusal::Field(error) => Self::bad_request(error.to_string(), "nothing was changed"),
            ControlRefusal::OtherAccounts => Self::bad_request(
                "accounts: the state names another account than apiKey",
                "send the state of this account alone, or all of it with ?all=true",
            ),
            ControlRefusal::MoreThanAccounts => Self::bad_request(
                "a state is accounts: it has neither default nor resultCodes",
                "start the mock with --fixtures for what accounts to come start with, and for result codes",
            ),
            ControlRefusal::TooManyRules => Self::bad_request("there are too many fault rules", "DELETE faults takes them away"),
            ControlRefusal::NoSuchRule => AdminError {
                status: StatusCode::NOT_FOUND,
                code: "unknown_fault",
                message: "there is no fault rule of that number".to_owned(),
                hint: "GET faults shows the rules there are".to_owned(),
            },
        }
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let AdminError { status, code, message, hint } = &self;
        (*status, Json(Wire { error: Content { code, message, hint } })).into_response()
    }
}
