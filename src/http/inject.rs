//! Faults: what a plan makes of an exchange.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;

use super::envelope::{self, Answer, Outcome};
use super::error::ApiError;
use super::record::{self, Recording};
use crate::emulator::Emulator;
use crate::fault::{Applied, Fault, Plan, Reply};

/// Asks for a fault, for this request alone.
pub const ASKED: HeaderName = HeaderName::from_static("x-mock-fault");
/// On an answer: the kinds of faults that befell it.
pub const APPLIED: HeaderName = HeaderName::from_static("x-mock-fault-applied");

/// What befalls an exchange: what the request asks for, else what the rules say.
///
/// # Errors
/// A header that is no fault.
pub fn plan(recording: &mut Recording, headers: &HeaderMap) -> Result<Plan, ApiError> {
    let emulator = recording.emulator();
    let mut values = headers.get_all(ASKED).iter();
    let (plan, applied) = match values.next() {
        Some(asked) if emulator.settings().fault_header => {
            if values.next().is_some() {
                return Err(ApiError::FaultHeader { why: "stands twice".to_owned() });
            }
            let fault = asked.to_str().map_err(|_| "must be printable ASCII".to_owned()).and_then(Fault::from_header);
            let fault = fault.map_err(|why| ApiError::FaultHeader { why })?;
            emulator.plan_of(&fault, &recording.call())
        }
        _ => emulator.plan(&recording.call()),
    };
    recording.befell(applied);
    Ok(plan)
}

/// What is answered: `own` is the answer of the operation, if it happened.
pub fn carry_out(emulator: &Emulator, plan: &Plan, applied: &[Applied], own: Option<Answer>) -> Answer {
    if applied.is_empty() {
        return own.unwrap_or_default();
    }
    // The last one decided.
    let reason = || match applied.last() {
        Some(Applied { kind, rule: Some(rule) }) => format!("this is no answer of the API: the fault {kind} was injected by rule {rule}"),
        _ => format!("this is no answer of the API: the fault {} was asked for by X-Mock-Fault", record::names(applied)),
    };
    let mut answer = match &plan.reply {
        Reply::Own => own.unwrap_or_default(),
        Reply::Broken => own.map(|own| broken(own, reason())).unwrap_or_default(),
        Reply::Envelope { code, http, message, retry_after } => {
            let mut answer = envelope::injected(emulator, *code, *http, message.as_deref(), reason());
            if let Some(seconds) = retry_after {
                answer.response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            keep_room(&mut answer, own.as_ref());
            answer
        }
        Reply::Page { http, html } => {
            let response = (StatusCode::from_u16(*http).unwrap_or_default(), [(header::CONTENT_TYPE, "text/html")], *html).into_response();
            let outcome = Outcome { body: html.as_bytes().to_vec().into(), reason: Some(reason()), ..Outcome::default() };
            let mut answer = Answer { response, outcome };
            keep_room(&mut answer, own.as_ref());
            answer
        }
    };
    if let Some(wire) = plan.wire {
        answer.response.extensions_mut().insert(wire);
    }
    if plan.is_answered()
        && let Ok(kinds) = HeaderValue::from_str(&record::names(applied))
    {
        answer.response.headers_mut().insert(APPLIED, kinds);
    }
    answer
}

/// The answer without its last brace: what is left is no JSON.
fn broken(mut own: Answer, reason: String) -> Answer {
    let outcome = &mut own.outcome;
    outcome.reason = Some(reason);
    outcome.body = outcome.body.cut_short();
    own
}

/// The room that an operation made is made, whatever the client is told.
fn keep_room(answer: &mut Answer, own: Option<&Answer>) {
    answer.outcome.room_id = own.and_then(|own| own.outcome.room_id);
}
