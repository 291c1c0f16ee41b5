//! The vendor's envelope: `result_cd`, `result_msg`, then `list` or `data` where the operation has one.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::json;
use super::pieces::Pieces;
use crate::domain::code::{CodeRow, ResultCode};
use crate::domain::ids::RoomId;
use crate::emulator::{Emulator, ErrorStatus};
use crate::journal::Explanation;

/// Bytes of an answer with one room, about: a buffer that need not grow.
const ONE_ROOM: usize = 512;

/// What every answer has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Envelope<'a> {
    /// The result code; 1 is success.
    pub result_cd: i32,
    /// What went wrong; empty on success.
    pub result_msg: &'a str,
}

/// An answer with a list, which is `[]` rather than absent (observed).
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithList<'a, T> {
    /// The result code; 1 is success.
    pub result_cd: i32,
    /// Empty on success.
    pub result_msg: &'a str,
    /// The items.
    pub list: Vec<T>,
}

/// An answer with one object.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithData<'a, T> {
    /// The result code; 1 is success.
    pub result_cd: i32,
    /// Empty on success.
    pub result_msg: &'a str,
    /// The object.
    pub data: T,
}

/// An answer on its way out, and what the exchange came to, with the body: the response gets it when it is recorded.
#[derive(Default)]
pub struct Answer {
    pub response: Response,
    pub outcome: Outcome,
}

/// What an exchange came to, beside its bytes: for the headers that the mock adds and for the log.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The number in the envelope; `None` on a preflight.
    pub result_cd: Option<i32>,
    /// The bytes of the answer.
    pub body: Pieces,
    /// The room that was made.
    pub room_id: Option<RoomId>,
    /// On a refusal, what was wrong and the cure.
    pub reason: Option<String>,
    /// On a doubtful success, the doubt.
    pub warning: Option<String>,
    /// On a refusal, why, at length.
    pub explanation: Option<Box<Explanation>>,
}

impl Answer {
    /// A success without anything.
    pub fn empty(emulator: &Emulator) -> Answer {
        Self::new(emulator, |result_cd, result_msg| json(&Envelope { result_cd, result_msg }))
    }

    /// A success with a list.
    pub fn list<T: Serialize>(emulator: &Emulator, list: Vec<T>) -> Answer {
        Self::new(emulator, |result_cd, result_msg| json(&WithList { result_cd, result_msg, list }))
    }

    /// A success with a list that is rendered already, each item with a comma behind it.
    pub fn rendered<'b>(emulator: &Emulator, items: impl Iterator<Item = &'b Bytes>) -> Answer {
        Self::new(emulator, |result_cd, result_msg| {
            let empty = json(&WithList::<()> { result_cd, result_msg, list: Vec::new() });
            Pieces::within(&empty.beginning(usize::MAX), items)
        })
    }

    /// A success with an object.
    pub fn data<T: Serialize>(emulator: &Emulator, data: T) -> Answer {
        Self::new(emulator, |result_cd, result_msg| json(&WithData { result_cd, result_msg, data }))
    }

    /// The same with a doubt, if there is one.
    #[must_use]
    pub fn warn(mut self, warning: Option<String>) -> Answer {
        self.outcome.warning = warning;
        self
    }

    /// The same about a room that was made.
    #[must_use]
    pub fn about(mut self, room_id: RoomId) -> Answer {
        self.outcome.room_id = Some(room_id);
        self
    }

    fn new(emulator: &Emulator, body: impl FnOnce(i32, &str) -> Pieces) -> Answer {
        let row = emulator.codes().row(ResultCode::Success);
        let body = body(row.result_cd, row.result_msg.as_deref().unwrap_or_default());
        Self::with(status(emulator, row), Outcome { result_cd: Some(row.result_cd), body, ..Outcome::default() })
    }

    fn with(status: StatusCode, outcome: Outcome) -> Answer {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        // assumed: content-type
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Answer { response, outcome }
    }
}

/// The answer to a refusal: the words are the row's, or the refusal's own where the row has none.
pub fn refusal(emulator: &Emulator, code: ResultCode, message: &str, reason: String) -> Answer {
    let row = emulator.codes().row(code);
    refusal_in_words(emulator, row, row.result_msg.as_deref().unwrap_or(message), reason)
}

/// The answer that a fault gives: the words are the fault's, or the row's where it has none.
pub fn injected(emulator: &Emulator, code: ResultCode, http: Option<u16>, message: Option<&str>, reason: String) -> Answer {
    let row = emulator.codes().row(code);
    let mut answer = refusal_in_words(emulator, row, message.or(row.result_msg.as_deref()).unwrap_or(code.when()), reason);
    if let Some(asked) = http.and_then(|http| StatusCode::from_u16(http).ok()) {
        *answer.response.status_mut() = asked;
    }
    answer
}

fn refusal_in_words(emulator: &Emulator, row: &CodeRow, message: &str, reason: String) -> Answer {
    let body = json(&Envelope { result_cd: row.result_cd, result_msg: message });
    Answer::with(status(emulator, row), Outcome { result_cd: Some(row.result_cd), body, reason: Some(reason), ..Outcome::default() })
}

fn status(emulator: &Emulator, row: &CodeRow) -> StatusCode {
    match emulator.settings().error_status {
        ErrorStatus::Mapped => StatusCode::from_u16(row.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        ErrorStatus::Always200 => StatusCode::OK,
    }
}

fn json<T: Serialize>(value: &T) -> Pieces {
    let mut text = Vec::with_capacity(ONE_ROOM);
    json::write(&mut text, value);
    text.into()
}
