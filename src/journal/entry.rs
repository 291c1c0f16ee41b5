//! One exchange, as the journal keeps it.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::explanation::Explanation;
use super::transcript::Transcript;
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::operation::Operation;
use crate::escape;
use crate::fault::Applied;
use crate::form::{self, Form};

/// One exchange.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The number of the exchange, as in `X-Mock-Request-Id`.
    pub id: u64,
    /// The account that it named, whether there was one or not.
    pub key: Option<ApiKey>,
    /// When it began, by the account's clock.
    pub time: DateTime<Utc>,
    /// `None` for an unknown path or method, and for a preflight.
    pub operation: Option<Operation>,
    /// The room that it was about or made.
    pub room_id: Option<RoomId>,
    /// How long it took, with the delays of faults.
    pub took: Duration,
    /// What befell it.
    pub faults: Vec<Applied>,
    /// What was answered; `None` when a fault kept it, or it was dropped before it was made.
    pub answer: Option<Answered>,
    /// Why it was refused, in a line.
    pub reason: Option<String>,
    /// What was doubtful in a success.
    pub warning: Option<String>,
    /// Why it was refused, at length.
    pub explanation: Option<Box<Explanation>>,
    /// What went over the wire.
    pub transcript: Transcript,
}

/// What an answer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The number in the envelope; `None` when there was no envelope.
    pub result_cd: Option<i32>,
}

impl Entry {
    /// Bytes of memory, about: with its share of the structures that hold it.
    pub fn size(&self) -> usize {
        const SHARE: usize = 96;
        let texts = self.reason.as_ref().map_or(0, String::capacity) + self.warning.as_ref().map_or(0, String::capacity);
        let explanation = self.explanation.as_ref().map_or(0, |explanation| explanation.size());
        let key = self.key.as_ref().map_or(0, |key| key.as_str().len());
        size_of::<Self>() + SHARE + key + self.transcript.size() + texts + explanation + self.faults.capacity() * size_of::<Applied>()
    }

    /// Whether it is a browser's question before a call, and no call.
    pub fn is_preflight(&self) -> bool {
        self.transcript.method() == "OPTIONS"
    }

    /// The parameters as the API read them, from what was kept; first what stands behind the room in the path, a `clientKey` or a `scheduleId`.
    pub fn form(&self) -> Form {
        let mut form = Form::default();
        if let Some(name) = self.operation.and_then(Operation::behind_the_room) {
            let path = self.transcript.path();
            let behind = path.strip_suffix('/').unwrap_or(path).rsplit('/').next().unwrap_or_default();
            form.pairs.push((name.to_owned(), escape::segment(behind).into_owned()));
        }
        form.decode(self.transcript.query().unwrap_or_default().as_bytes());
        if let Some(body) = self.transcript.request_body()
            && self.transcript.header("content-type").is_some_and(form::is_form)
        {
            // The last parameter of a body that was cut is no whole one.
            let whole =
                if self.transcript.is_request_cut() { body.iter().rposition(|byte| *byte == b'&').unwrap_or_default() } else { body.len() };
            form.decode(&body[..whole]);
        }
        form
    }
}
