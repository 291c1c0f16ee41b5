//! A capture against the mock: each of its calls is asked of a mock in the state that the real answer tells of.

use axum::body::Body;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};

use super::compare::{Comparison, compare};
use super::har::{Asked, Capture, Entry};
use super::mask::Mask;
use super::mock::{self, Mock};
use super::probe::{self, BAD_TOKEN, Side, UNKNOWN_NAME, UNKNOWN_ROOM};
use super::run::hide_what_is_in;
use super::shape::Answer;
use super::table::Finding;
use super::{Bench, DriftError, Report};
use crate::domain::operation::Operation;
use crate::http;
use crate::reader::{Problem, Problems};

/// What stands for a secret of a capture in a report.
const SHOWN: &str = "[secret]";

/// What the mock is asked in the place of a captured call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// With a form of ours, which the operation takes, instead of the captured one.
    Valid,
    Captured,
    UnknownRoom,
    /// Of a clientKey or a scheduleId that is unknown.
    UnknownName,
    BadToken,
}

/// A success is asked of a mock that would succeed.
const SUCCESS: &[Way] = &[Way::Valid];
/// A refusal does not tell why, so each reason is tried, and the one that fits best counts.
const REFUSAL: &[Way] = &[Way::UnknownRoom, Way::Captured, Way::BadToken, Way::UnknownName];

/// Compares each call of the API; equal ones are one row.
pub async fn check(capture: &Capture, bench: &Bench) -> Result<Report, DriftError> {
    let mut mask = Mask::default();
    for entry in &capture.entries {
        entry.secrets().for_each(|secret| mask.add(&secret, SHOWN));
        if let Some(answer) = entry.answer() {
            hide_what_is_in(&answer, &mut mask);
        }
    }
    let (mut findings, mut unanswered): (Vec<Finding>, usize) = (Vec::new(), 0);
    for entry in &capture.entries {
        let Some(template) = bench.contract.template(&entry.request.method, entry.request.path()) else { continue };
        let Some(answer) = entry.answer() else {
            unanswered += 1;
            continue;
        };
        let found = judge(entry, template, &answer, bench, &mask).await?;
        match findings.iter_mut().find(|known| known.name == found.name && known.outcome == found.outcome) {
            Some(known) => known.times += 1,
            None => findings.push(found),
        }
    }
    if findings.is_empty() {
        let text = "has no answer of the API: capture calls of https://vchatcloud.com/openapi/...".to_owned();
        return Err(Problems(vec![Problem { source: capture.name.clone(), place: None, text }]).into());
    }
    Ok(Report::of(&findings, &notes(capture, bench, unanswered), &mask))
}

fn notes(capture: &Capture, bench: &Bench, unanswered: usize) -> Vec<String> {
    let (preflights, others) = capture.entries.iter().fold((0, 0), |(preflights, others), entry| {
        let is_preflight = entry.request.method.eq_ignore_ascii_case("OPTIONS");
        let is_known = bench.contract.template(&entry.request.method, entry.request.path()).is_some();
        (preflights + usize::from(is_preflight), others + usize::from(!is_preflight && !is_known))
    });
    let counts = [(others, "of something else"), (preflights, "preflights"), (unanswered, "without an answer")];
    counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("left out of the capture: {count} {what}")).collect()
}

async fn judge(entry: &Entry, template: &str, answer: &Answer, bench: &Bench, mask: &Mask) -> Result<Finding, DriftError> {
    let operation = bench.contract.operation(&entry.request.method, template);
    // Without its body the status is all that tells.
    let is_success = if answer.body.is_none() { answer.status < 300 } else { answer.is_success() };
    let is_reserved = is_success && is_reserved(&entry.request, template, answer);
    let name = operation.map(|operation| operation.name(template)).unwrap_or_default();
    let name = match (is_success, is_reserved) {
        (false, _) => format!("{name}, refused"),
        (true, true) => format!("{name}, reserved"),
        (true, false) => name,
    };
    let mut best: Option<Comparison> = None;
    for way in if is_success { SUCCESS } else { REFUSAL } {
        let request = match request(&entry.request, template, *way, is_reserved) {
            Ok(request) => request,
            Err(why) => return Ok(Finding::skipped(&name, why)),
        };
        // What one call changes, the next must not see.
        let own = Mock::new()?.ask(request).await;
        if own.is_success() && !is_success {
            continue;
        }
        let found = compare(answer, &own, operation, mask);
        if best.as_ref().is_none_or(|best| found.rows.len() < best.rows.len()) {
            best = Some(found);
        }
    }
    Ok(best.map_or_else(|| Finding::skipped(&name, "the mock takes it"), |found| Finding::compared(&name, found)))
}

/// Whether it is about a message for later. Where the request does not tell, the answer does.
fn is_reserved(asked: &Asked, template: &str, answer: &Answer) -> bool {
    let has_schedule = || answer.json().is_some_and(|body| body.get("data").is_some());
    called(asked, template) == Some(Operation::SendCustom) && asked.has("sendDate").unwrap_or_else(has_schedule)
}

fn called(asked: &Asked, template: &str) -> Option<Operation> {
    http::Route::of(&Method::from_bytes(asked.method.to_ascii_uppercase().as_bytes()).ok()?, template).operation()
}

/// The captured call with the mock's own credentials and names. What was not sent there, is not sent here.
fn request(asked: &Asked, template: &str, way: Way, is_reserved: bool) -> Result<Request<Body>, &'static str> {
    let Side { authority, key, token, room, room_name } = Mock::side();
    let room = if way == Way::UnknownRoom { UNKNOWN_ROOM.to_owned() } else { room.unwrap_or_default() };
    let [user, schedule] = if way == Way::UnknownName { [UNKNOWN_NAME; 2] } else { [mock::USER, mock::SCHEDULE] };
    let mut target = template.replace("{roomId}", &room).replace("{clientKey}", user).replace("{scheduleId}", schedule);
    if let Some(query) = asked.query().filter(|_| way != Way::Valid) {
        target = format!("{target}?{query}");
    }
    let mut request = Request::builder().method(asked.method.to_ascii_uppercase().as_str()).uri(target).header(HOST, authority);
    if asked.header("api_key").is_some() {
        request = request.header("API_KEY", key);
    }
    if asked.header("x-auth-token").is_some() {
        let token = if way == Way::BadToken { BAD_TOKEN.to_owned() } else { token.unwrap_or_default() };
        request = request.header("X-AUTH-TOKEN", token);
    }
    let (media_type, body) = if way == Way::Valid {
        let form = called(asked, template).and_then(|operation| probe::valid_form(operation, template, &room_name, is_reserved));
        (form.is_some().then_some("application/x-www-form-urlencoded"), form)
    } else {
        (asked.header("content-type"), asked.body().map(str::to_owned))
    };
    if let Some(media_type) = media_type {
        request = request.header(CONTENT_TYPE, media_type);
    }
    request.body(body.map_or_else(Body::empty, Body::from)).map_err(|_| "its request cannot be sent")
}
