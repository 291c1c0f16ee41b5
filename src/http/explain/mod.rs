//! Why a call was refused: the rule, how sure it is, and what to send instead.
//!
//! One file for each kind of rule, and `call`, which mends a request. An explanation is made once per refusal, so it may cost
//! something; nothing here may panic, whatever arrived.

mod auth;
mod body;
mod call;
mod doubt;
mod field;
pub mod parameters;
mod path;
mod room;
mod schedule;
mod user;
mod words;

pub use self::doubt::doubts;

use super::error::{ApiError, AuthHeader};
use super::record::Recording;
use crate::domain::code::Provenance;
use crate::domain::secret::scrubbed;
use crate::domain::text;
use crate::journal::Explanation;

/// Where a rule stands that nobody published.
const UNPUBLISHED: &str = "nobody published it: GET /__admin/fidelity";
/// Where paths, methods and headers stand.
const OPERATIONS: &str = "the vendor's pages of the operations";

/// Explains a refusal.
pub fn explain(error: &ApiError, recording: &Recording) -> Explanation {
    let mut explanation = match error {
        ApiError::Panicked => body::panicked(),
        ApiError::HeaderMissing(AuthHeader::ApiKey) => auth::no_key(recording),
        ApiError::HeaderMissing(AuthHeader::Token) => auth::no_token(recording),
        ApiError::HeaderAmbiguous(header) => auth::ambiguous(*header, recording),
        ApiError::HeaderUnprintable(header) => auth::unprintable(*header, recording),
        ApiError::Auth(refusal) => auth::refused(refusal, recording),
        ApiError::Path { path, .. } => path::unknown(path),
        ApiError::Method { method, path, allow } => path::wrong_method(method, path, allow),
        ApiError::TooLarge => body::too_large(recording),
        ApiError::MediaType { got } => body::media_type(got),
        ApiError::Body { why } => body::unreadable(why),
        ApiError::FaultHeader { why } => body::fault_header(why, recording),
        ApiError::Field { error, note } => field::wrong(error, note.as_deref(), recording),
        ApiError::NoSuchRoom { room_id } => room::unknown(room_id, recording),
        ApiError::NoSuchUser { client_key } => user::unknown(client_key, recording),
        ApiError::NoSuchSchedule { schedule_id } => schedule::unknown(schedule_id, recording),
    };
    explanation.curl = call::corrected(error, recording);
    mask(&mut explanation);
    explanation
}

/// The short form of it, for `X-Mock-Reason` and the log: what was wrong and the cure, then what may be behind it.
pub fn short(error: &ApiError, explanation: &Explanation) -> String {
    // The cures for a proxy that drops headers are a page long; the most common one must do.
    let hints = if matches!(error, ApiError::HeaderMissing(AuthHeader::ApiKey)) { 1 } else { explanation.hints.len() };
    let mut parts = vec![error.reason()];
    parts.extend(explanation.hints.iter().take(hints).cloned());
    parts.join("; ")
}

/// A rule, before anything is said of the request.
fn rule(rule: impl Into<String>, provenance: Provenance, source: &'static str) -> Explanation {
    Explanation { rule: rule.into(), provenance, source, got: None, expected: None, nearest: None, hints: Vec::new(), curl: None }
}

/// A value as an explanation shows it.
fn shown(value: &str) -> String {
    text::short(value)
}

/// No credential of the vendor's real shape may be shown. The call has shell variables for them.
fn mask(explanation: &mut Explanation) {
    let Explanation { rule, provenance: _, source: _, got, expected, nearest, hints, curl: _ } = explanation;
    for text in [Some(rule), got.as_mut(), expected.as_mut(), nearest.as_mut()].into_iter().flatten().chain(hints) {
        *text = scrubbed(text).into_owned();
    }
}
