//! Everything around the operations, outermost first:
//!
//! 1. The record: journal and log line, also of what went wrong further in, and of answers that were dropped.
//! 2. The headers that tell why.
//! 3. CORS: any origin; every OPTIONS is a preflight and answered here, without authentication and without faults.
//! 4. Faults: delays, and answers instead of the operation's.
//! 5. Path, method, key, token, parameters, in this order; then the operation.
//! 6. Refusals become answers, by the table of result codes and the status policy, and are explained.
//! 7. A panic becomes a refusal.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use futures_util::FutureExt;
use tower::util::ServiceFn;
use tower::{Layer, Service};
use tower_http::cors::{AllowHeaders, Any, Cors, CorsLayer};

use super::auth::{Call, Caller, KeyHolder};
use super::envelope::{self, Answer, Outcome};
use super::error::ApiError;
use super::params::Params;
use super::record::Recording;
use super::{Handler, Route, explain, inject};
use crate::domain::text;
use crate::emulator::Emulator;
use crate::fault::Plan;

/// The number of the exchange; every answer of a server has it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-mock-request-id");
/// On a refusal: what was wrong and the cure, one line of ASCII.
pub const REASON: HeaderName = HeaderName::from_static("x-mock-reason");
/// On a doubtful success: the doubt, one line of ASCII.
pub const WARNING: HeaderName = HeaderName::from_static("x-mock-warning");
/// What a script in a browser may read of them, and of others.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("X-Mock-Request-Id, X-Mock-Reason, X-Mock-Warning, X-Mock-Fault-Applied, Retry-After");

/// Longer reasons and paths are cut: a header must stay acceptable to every client.
pub const LINE_CHARS: usize = 2000;

/// The emulated API over an emulator. Clones are the same.
#[derive(Clone)]
pub struct Exchange {
    emulator: Emulator,
    preflights: Arc<Preflights>,
}

impl Exchange {
    /// The emulated API over an emulator.
    pub fn new(emulator: Emulator) -> Exchange {
        Exchange { emulator, preflights: preflights() }
    }

    /// Answers the request of that number: it is recorded, faults befall it, and its answer gets the headers that tell why.
    pub async fn answer(&self, id: u64, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let route = Route::of(&head.method, head.uri.path());
        let mut recording = Recording::start(&self.emulator, id, &head, &route, body);
        // assumed: options
        let (mut answer, is_sent) = if head.method == Method::OPTIONS {
            (self.preflight(&head).await, true)
        } else {
            let (mut answer, is_sent) = self.answer_with_faults(&head, &route, &mut recording).await;
            open_to_any_origin(&mut answer.response);
            (answer, is_sent)
        };
        recording.warn(&mut answer.outcome);
        let Answer { mut response, outcome } = answer;
        let headers = response.headers_mut();
        for (name, text) in [(REASON, &outcome.reason), (WARNING, &outcome.warning)] {
            if let Some(value) = text.as_deref().and_then(header_line) {
                headers.insert(name, value);
            }
        }
        let has_body = head.method != Method::HEAD;
        if !has_body {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(outcome.body.len()));
        }
        let body = recording.finish(&response, outcome, is_sent, has_body);
        if has_body {
            *response.body_mut() = Body::new(body);
        }
        response
    }

    /// It comes to no operation.
    async fn preflight(&self, head: &Parts) -> Answer {
        let request = Request::from_parts(head.clone(), Body::empty());
        let answered = Preflights::clone(&self.preflights).call(request).await;
        Answer { response: answered.unwrap_or_else(|never| match never {}), outcome: Outcome::default() }
    }

    /// Says also whether the client gets to see any of the answer.
    async fn answer_with_faults(&self, head: &Parts, route: &Route<'_>, recording: &mut Recording) -> (Answer, bool) {
        let plan = match inject::plan(recording, &head.headers) {
            Ok(plan) => plan,
            Err(error) => return (self.refuse(&error, recording), true),
        };
        if !plan.wait.is_zero() {
            tokio::time::sleep(plan.wait).await;
        }
        let own = if plan.runs {
            Some(self.operate(head, route, recording).await)
        } else {
            recording.read_body(Duration::from_secs(10)).await;
            None
        };
        if plan.spares_refusals && own.as_ref().is_some_and(|own| own.outcome.reason.is_some()) {
            recording.spare();
            let spared = Plan { wait: plan.wait, ..Plan::default() };
            return (inject::carry_out(&self.emulator, &spared, recording.faults(), own), true);
        }
        (inject::carry_out(&self.emulator, &plan, recording.faults(), own), plan.is_answered())
    }

    async fn operate(&self, head: &Parts, route: &Route<'_>, recording: &mut Recording) -> Answer {
        // Whatever goes wrong in there is a bug of ours, and still an answer.
        let tried = AssertUnwindSafe(self.try_to_operate(head, route, recording)).catch_unwind().await;
        match tried.unwrap_or(Err(ApiError::Panicked)) {
            Ok(answer) => answer,
            Err(error) => {
                // What was sent is there already or on its way; nobody waits longer to be refused.
                recording.read_body(Duration::from_millis(10)).await;
                self.refuse(&error, recording)
            }
        }
    }

    async fn try_to_operate(&self, head: &Parts, route: &Route<'_>, recording: &mut Recording) -> Result<Answer, ApiError> {
        let handler = route.handler(&head.method, &head.uri)?;
        let cause = recording.cause();
        let call = Call { emulator: &self.emulator, headers: &head.headers, route: *route, cause };
        match handler {
            Handler::Key(handle) => Ok(handle(&KeyHolder::of(&call, recording.checked_key())?)),
            Handler::Head(handle) => handle(&Caller::of(&call, recording.checked_key())?),
            Handler::Form(handle) => {
                let caller = Caller::of(&call, recording.checked_key())?;
                let params = Params::read(head, recording).await?;
                handle(&caller, &params)
            }
        }
    }

    /// The answer to a refusal, with its explanation.
    fn refuse(&self, error: &ApiError, recording: &Recording) -> Answer {
        let explanation = explain::explain(error, recording);
        let reason = explain::short(error, &explanation);
        let mut answer = envelope::refusal(&self.emulator, error.code(), &error.message(), reason);
        if let ApiError::Method { allow, .. } = error {
            answer.response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        answer.outcome.explanation = Some(Box::new(explanation));
        answer
    }
}

/// The answers to preflights. The layer stays away from other requests, where its share would be a tenth of the time.
type Preflights = Cors<ServiceFn<fn(Request) -> Ready<Result<Response, Infallible>>>>;

fn preflights() -> Arc<Preflights> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_private_network(true)
        .max_age(Duration::from_mins(10));
    Arc::new(cors.layer(tower::service_fn(|_| ready(Ok(Response::default())))))
}

/// What a browser asks of every other answer: who may read it, and which headers.
fn open_to_any_origin(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

fn header_line(text: &str) -> Option<HeaderValue> {
    let mut line = text::ascii_line(text);
    line.truncate(LINE_CHARS);
    HeaderValue::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::emulator::Settings;

    #[tokio::test]
    async fn a_panic_becomes_an_envelope_and_the_next_request_works() {
        let stack = Exchange::new(Emulator::new(Settings::default()));
        let get = |path: &str| {
            let request = Request::get(path).header("API_KEY", "k").header("X-AUTH-TOKEN", "t").header("Origin", "http://elsewhere");
            request.body(Body::empty()).unwrap()
        };

        let response = stack.answer(1, get("/planted/account")).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), r#"{"result_cd":0,"result_msg":"System error"}"#);

        assert_eq!(stack.answer(2, get("/openapi/token")).await.status(), 200);
    }
}
