//! An entry as the control plane shows it: credentials masked, fields in a fixed order.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::entry::Entry;
use super::explanation::Explanation;
use crate::clock::show_moment;
use crate::domain::ids::ApiKey;
use crate::domain::operation::Operation;
use crate::domain::secret::{scrubbed, scrubbed_beginning};

/// One exchange.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Exchange)]
pub struct EntryView<'a> {
    /// Its number, as in `X-Mock-Request-Id`.
    id: u64,
    /// When it began, by the account's clock, RFC 3339.
    time: String,
    /// The account that it named; a key of the vendor's real shape is masked.
    api_key: Option<String>,
    /// `null` for an unknown path or method, and for a preflight.
    operation: Option<&'static str>,
    /// The room that it was about or made.
    room_id: Option<String>,
    /// Microseconds from the request's head to the answer.
    us: u64,
    request: RequestView<'a>,
    /// `null` when a fault kept it, or it was dropped before it was made.
    answer: Option<AnswerView>,
    /// What befell it.
    faults: Vec<FaultView>,
    /// Why it was refused, in a line.
    reason: Option<Cow<'a, str>>,
    /// What was doubtful in a success.
    warning: Option<Cow<'a, str>>,
    /// Why it was refused, at length; only when one exchange is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExchangeRequest)]
struct RequestView<'a> {
    method: Cow<'a, str>,
    /// Path and query as they arrived.
    target: String,
    /// `name: value`, names in lower case.
    headers: Vec<String>,
    /// As the API read them; the first of a name.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    parameters: Parameters,
    /// As it arrived, at most 4096 bytes; `null` when nobody read it.
    body: Option<String>,
    /// How long it was.
    body_bytes: Option<u64>,
    /// Whether `body` is only its beginning.
    body_is_cut: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExchangeAnswer)]
struct AnswerView {
    status: u16,
    /// `null` when there was no envelope.
    #[serde(rename = "result_cd")]
    result_cd: Option<i32>,
    /// `name: value`
    headers: Vec<String>,
    /// At most 4096 bytes.
    body: String,
    body_bytes: u64,
    body_is_cut: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExchangeFault)]
struct FaultView {
    kind: &'static str,
    /// The number of the rule; `null` when the request asked for it itself.
    rule: Option<u64>,
}

#[derive(Debug)]
struct Parameters(Vec<(String, String)>);

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut seen = HashSet::new();
        for (name, value) in self.0.iter().filter(|(name, _)| seen.insert(name)) {
            map.serialize_entry(&scrubbed(name), &scrubbed(value))?;
        }
        map.end()
    }
}

impl<'a> EntryView<'a> {
    /// An entry among others.
    pub fn short(entry: &'a Entry) -> Self {
        let transcript = &entry.transcript;
        let text = |bytes: &[u8]| scrubbed(&String::from_utf8_lossy(bytes)).into_owned();
        let body = |bytes: &[u8], is_cut: bool| {
            let text = String::from_utf8_lossy(bytes);
            if is_cut { scrubbed_beginning(&text).into_owned() } else { scrubbed(&text).into_owned() }
        };
        let is_answer_cut = transcript.answer_body_bytes() > transcript.answer_body().len() as u64;
        let line = |(name, value): (&str, &[u8])| format!("{name}: {}", text(value));
        EntryView {
            id: entry.id,
            time: show_moment(entry.time),
            api_key: entry.key.as_ref().map(ApiKey::masked),
            operation: entry.operation.map(Operation::name),
            room_id: entry.room_id.map(|id| id.to_string()),
            us: u64::try_from(entry.took.as_micros()).unwrap_or(u64::MAX),
            request: RequestView {
                method: scrubbed(transcript.method()),
                target: scrubbed(transcript.target()).into_owned(),
                headers: transcript.request_headers().map(&line).collect(),
                parameters: Parameters(entry.form().pairs),
                body: transcript.request_body().map(|bytes| body(bytes, transcript.is_request_cut())),
                body_bytes: transcript.request_body_bytes(),
                body_is_cut: transcript.is_request_cut(),
            },
            answer: entry.answer.map(|answer| AnswerView {
                status: answer.status,
                result_cd: answer.result_cd,
                headers: transcript.answer_headers().map(&line).collect(),
                body: body(transcript.answer_body(), is_answer_cut),
                body_bytes: transcript.answer_body_bytes(),
                body_is_cut: is_answer_cut,
            }),
            faults: entry.faults.iter().map(|fault| FaultView { kind: fault.kind, rule: fault.rule }).collect(),
            reason: entry.reason.as_deref().map(scrubbed),
            warning: entry.warning.as_deref().map(scrubbed),
            explanation: None,
        }
    }

    /// An entry alone, with its explanation.
    pub fn whole(entry: &'a Entry) -> Self {
        EntryView { explanation: entry.explanation.as_deref(), ..Self::short(entry) }
    }
}
