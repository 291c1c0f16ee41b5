//! Every refusal of the emulated API: its result code, its words, and the reason that the mock adds.

use axum::http::HeaderName;

use super::params::BODY_LIMIT;
use crate::domain::code::ResultCode;
use crate::domain::field::FieldError;
use crate::domain::text;
use crate::emulator::AuthRefusal;
use crate::form::FORM;

/// A header that authentication looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthHeader {
    ApiKey,
    Token,
}

impl AuthHeader {
    /// Its name, as the vendor writes it.
    pub fn name(self) -> &'static str {
        match self {
            AuthHeader::ApiKey => "API_KEY",
            AuthHeader::Token => "X-AUTH-TOKEN",
        }
    }

    /// The same for a look-up, which takes several times as long with a text.
    pub const fn lookup(self) -> HeaderName {
        match self {
            AuthHeader::ApiKey => HeaderName::from_static("api_key"),
            AuthHeader::Token => HeaderName::from_static("x-auth-token"),
        }
    }
}

/// A refusal. The handlers return it, the stack turns it into an answer.
#[derive(Debug, Clone)]
pub enum ApiError {
    Panicked,
    HeaderMissing(AuthHeader),
    HeaderAmbiguous(AuthHeader),
    HeaderUnprintable(AuthHeader),
    Auth(AuthRefusal),
    Path {
        path: String,
        nearest: &'static str,
    },
    Method {
        method: String,
        path: String,
        allow: &'static str,
    },
    TooLarge,
    MediaType {
        got: String,
    },
    Body {
        why: String,
    },
    /// `X-Mock-Fault` is no fault.
    FaultHeader {
        why: String,
    },
    Field {
        error: FieldError,
        /// What befell the parameter on the way.
        note: Option<String>,
    },
    NoSuchRoom {
        room_id: String,
    },
    NoSuchUser {
        client_key: String,
    },
    NoSuchSchedule {
        schedule_id: String,
    },
}

impl ApiError {
    /// The row of the table that it belongs to.
    pub fn code(&self) -> ResultCode {
        match self {
            ApiError::Panicked => ResultCode::SystemError,
            ApiError::HeaderMissing(_) | ApiError::HeaderAmbiguous(_) | ApiError::HeaderUnprintable(_) | ApiError::Auth(_) => {
                ResultCode::Unauthorized
            }
            ApiError::Path { .. } => ResultCode::NotFound,
            ApiError::Method { .. } => ResultCode::MethodNotAllowed,
            ApiError::TooLarge => ResultCode::PayloadTooLarge,
            ApiError::MediaType { .. } => ResultCode::UnsupportedMediaType,
            ApiError::Body { .. } | ApiError::FaultHeader { .. } | ApiError::Field { error: FieldError::Invalid { .. }, .. } => {
                ResultCode::IncorrectRequest
            }
            ApiError::Field { error: FieldError::Missing { .. }, .. } => ResultCode::MissingRequiredParam,
            ApiError::NoSuchRoom { .. } => ResultCode::ChannelNotExisted,
            // assumed: unknown-user
            ApiError::NoSuchUser { .. } => ResultCode::UserNotExisted,
            // assumed: cancel-unknown
            ApiError::NoSuchSchedule { .. } => ResultCode::IncorrectRequest,
        }
    }

    /// The `result_msg`, unless the code has a fixed one.
    pub fn message(&self) -> String {
        match self {
            // The table has the words for these.
            ApiError::Panicked | ApiError::NoSuchRoom { .. } | ApiError::NoSuchUser { .. } => String::new(),
            ApiError::NoSuchSchedule { schedule_id } => {
                format!("scheduleId: must be that of a reserved message of this room, got \"{}\"", text::short(schedule_id))
            }
            // assumed: texts
            ApiError::HeaderMissing(header) => format!("{} is missing", header.name()),
            ApiError::HeaderAmbiguous(header) => format!("{} has different values", header.name()),
            ApiError::HeaderUnprintable(header) => format!("{} is not printable ASCII", header.name()),
            ApiError::Auth(AuthRefusal::UnknownKey) => "API_KEY is unknown".to_owned(),
            ApiError::Auth(AuthRefusal::UnknownToken) => "X-AUTH-TOKEN is unknown".to_owned(),
            ApiError::Auth(AuthRefusal::TokenOfAnotherKey) => "X-AUTH-TOKEN was not issued for this API_KEY".to_owned(),
            ApiError::Auth(AuthRefusal::ExpiredToken { .. }) => "X-AUTH-TOKEN is expired".to_owned(),
            ApiError::Path { path, nearest } => format!("no such path: {}, the nearest is {nearest}", text::short_path(path)),
            ApiError::Method { method, path, allow } => {
                format!("{} is not allowed on {}, send {allow}", text::short(method), text::short_path(path))
            }
            ApiError::TooLarge => format!("the body must be at most {BODY_LIMIT} bytes"),
            ApiError::MediaType { got } => format!("Content-Type: must be {FORM}, got \"{}\"", text::short(got)),
            ApiError::Body { why } => format!("the body cannot be read: {why}"),
            ApiError::FaultHeader { why } => format!("X-Mock-Fault: {why}"),
            ApiError::Field { error, .. } => error.to_string(),
        }
    }

    /// What was wrong and the cure. What may be behind it stands in the explanation.
    pub fn reason(&self) -> String {
        let message = self.message();
        match self {
            ApiError::Panicked => "the mock has a bug: please report what its log says".to_owned(),
            ApiError::HeaderMissing(AuthHeader::ApiKey) => format!("{message}: send your key in the header API_KEY"),
            ApiError::HeaderMissing(AuthHeader::Token) => {
                format!("{message}: send a token in the header X-AUTH-TOKEN, GET /openapi/token issues one in its body")
            }
            ApiError::HeaderAmbiguous(_) => format!("{message}: send it once"),
            ApiError::HeaderUnprintable(_) => format!("{message}: copy it again"),
            ApiError::Auth(AuthRefusal::UnknownKey) => format!("{message}: with --auth strict it must be one of the fixture's"),
            ApiError::Auth(AuthRefusal::UnknownToken) => {
                format!("{message}: with --auth strict it must be a fixture's or come from GET /openapi/token")
            }
            ApiError::Auth(AuthRefusal::TokenOfAnotherKey) => format!("{message}: send the key that it was obtained with"),
            ApiError::Auth(AuthRefusal::ExpiredToken { seconds_ago }) => {
                format!("{message} since {seconds_ago} s: get a new one from GET /openapi/token")
            }
            ApiError::MediaType { .. } => format!("{message}: send the parameters as a form, not as JSON or multipart"),
            ApiError::Field { error: FieldError::Missing { field }, note: None } => {
                format!("{message}: send {field}=... in a body of {FORM}, or in the query")
            }
            ApiError::NoSuchRoom { room_id } => {
                format!("no room of this account has this roomId: listRoom shows which there are, got \"{}\"", text::short(room_id))
            }
            ApiError::NoSuchUser { client_key } => {
                format!("nobody of this clientKey is in the room: listUser shows who is, got \"{}\"", text::short(client_key))
            }
            ApiError::NoSuchSchedule { .. }
            | ApiError::Path { .. }
            | ApiError::Method { .. }
            | ApiError::TooLarge
            | ApiError::Body { .. }
            | ApiError::FaultHeader { .. }
            | ApiError::Field { .. } => message,
        }
    }
}

impl From<AuthRefusal> for ApiError {
    fn from(refusal: AuthRefusal) -> Self {
        ApiError::Auth(refusal)
    }
}
