//! `status`: any result code or HTTP status instead of the answer; the operation does not happen.

use serde_json::Value;

use super::super::plan::{Plan, Reply};
use super::Kind;
use crate::domain::code::{self, ResultCode};
use crate::reader::{Members, Reader};

/// Answers with a result code of the table, by its name, or with an HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub(in crate::fault) code: ResultCode,
    pub(in crate::fault) http: Option<u16>,
    pub(in crate::fault) message: Option<String>,
    pub(in crate::fault) retry_after: Option<u64>,
}

impl Kind for Status {
    const NAME: &'static str = "status";
    const PARAMETERS: &'static [&'static str] = &["code", "http", "message", "retryAfter"];
    const WHAT: &'static str = "answers with the result code named `code`, or with the status `http`, and `Retry-After: retryAfter`";

    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        let code: Option<ResultCode> = members.get("code").and_then(|value| reader.value(value, "code"));
        let http = reader.http_status(members, "http");
        let message = members.get("message").and_then(|value| reader.scalar(value, "message")).map(str::to_owned);
        let retry_after = reader.number(members, "retryAfter", 0, 86_400);
        if members.get("code").is_none() && members.get("http").is_none() {
            reader.problem(members.at, "status: takes code, such as \"TOO_MANY_REQUESTS\", or http, such as 503");
            return None;
        }
        let code = code.or_else(|| http.map(code::for_status))?;
        Some(Status { code, http, message, retry_after })
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        let http = self.http.map(|http| ("http", http.into()));
        let message = self.message.as_ref().map(|message| ("message", message.as_str().into()));
        let retry_after = self.retry_after.map(|seconds| ("retryAfter", seconds.into()));
        std::iter::once(("code", self.code.name().into())).chain(http).chain(message).chain(retry_after).collect()
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        Plan::instead(Reply::Envelope { code: self.code, http: self.http, message: self.message.clone(), retry_after: self.retry_after })
    }
}
