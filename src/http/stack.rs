//! Everything around the operations, outermost first:
//!
//! 1. The record: journal and log line, also of what went wrong further in, and of answers that were dropped.
//! 2. The headers that tell why.
//! 3. CORS: any origin; every OPTIONS is a preflight and answered here, without authentication and without faults.
//! 4. Faults: delays, and answers instead of the operation's.
//! 5. A trailing slash on any path is cut.
//! 6. Refusals become answers, by the table of result codes and the status policy, and are explained.
//! 7. A panic becomes a refusal.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::util::ServiceFn;
use tower::{Layer, Service};
use tower_http::cors::{AllowHeaders, Any, Cors, CorsLayer};

use super::envelope::{self, Outcome};
use super::error::ApiError;
use super::record::Recording;
use super::{explain, inject};
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

/// The emulated API over an emulator.
pub fn stack(emulator: Emulator) -> Exchange {
    let router = super::router(emulator.clone());
    Exchange { preflights: preflights(), operations: Operations { emulator, router } }
}

/// One exchange: it is recorded, faults befall it, and its answer gets the headers that tell why.
#[derive(Clone)]
pub struct Exchange {
    preflights: Arc<Preflights>,
    operations: Operations,
}

impl Exchange {
    /// Answers the request of that number.
    pub async fn answer(self, id: u64, mut request: Request) -> Response {
        let mut recording = Recording::start(&self.operations.emulator, id, &mut request);
        // assumed: options
        let (mut response, is_sent) = if request.method() == Method::OPTIONS {
            (Preflights::clone(&self.preflights).call(request).await.unwrap_or_else(|never| match never {}), true)
        } else {
            let (response, is_sent) = self.operations.answer_with_faults(request, &mut recording).await;
            (open_to_any_origin(response), is_sent)
        };
        // A preflight has none: it came to no operation.
        let mut outcome = response.extensions_mut().remove::<Outcome>().unwrap_or_default();
        recording.warn(&mut outcome);
        let headers = response.headers_mut();
        for (name, text) in [(REASON, &outcome.reason), (WARNING, &outcome.warning)] {
            if let Some(value) = text.as_deref().and_then(header_line) {
                headers.insert(name, value);
            }
        }
        recording.finish(&response, outcome, is_sent);
        response
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
fn open_to_any_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}

/// The router, whose panics and refusals become answers.
#[derive(Clone)]
struct Operations {
    emulator: Emulator,
    router: Router,
}

impl Operations {
    /// Says also whether the client gets to see any of the answer.
    async fn answer_with_faults(self, request: Request, recording: &mut Recording) -> (Response, bool) {
        let emulator = self.emulator.clone();
        let plan = match inject::plan(recording, request.headers()) {
            Ok(plan) => plan,
            Err(error) => return (refused(&emulator, &error, recording), true),
        };
        if !plan.wait.is_zero() {
            tokio::time::sleep(plan.wait).await;
        }
        let own = if plan.runs {
            Some(self.answer(request, recording).await)
        } else {
            recording.read_body(Duration::from_secs(10)).await;
            None
        };
        if plan.spares_refusals && own.as_ref().is_some_and(is_refusal) {
            recording.spare();
            let spared = Plan { wait: plan.wait, ..Plan::default() };
            return (inject::carry_out(&emulator, &spared, recording.faults(), own), true);
        }
        (inject::carry_out(&emulator, &plan, recording.faults(), own), plan.is_answered())
    }

    async fn answer(mut self, mut request: Request, recording: &Recording) -> Response {
        // assumed: trailing-slash
        cut_trailing_slash(request.uri_mut());
        let answer = AssertUnwindSafe(self.router.call(request)).catch_unwind().await;
        let mut answer = answer.map_or_else(|_| ApiError::Panicked.into_response(), |answer| answer.unwrap_or_else(|never| match never {}));
        if answer.extensions().get::<Outcome>().is_some() {
            return answer;
        }
        // Whatever reached neither a handler nor a refusal of ours would be a bug.
        let error = answer.extensions_mut().remove::<ApiError>().unwrap_or(ApiError::Panicked);
        // What was sent is there already or on its way; nobody waits longer to be refused.
        recording.read_body(Duration::from_millis(10)).await;
        refused(&self.emulator, &error, recording)
    }
}

fn is_refusal(answer: &Response) -> bool {
    answer.extensions().get::<Outcome>().is_some_and(|outcome| outcome.reason.is_some())
}

/// The answer to a refusal, with its explanation.
fn refused(emulator: &Emulator, error: &ApiError, recording: &Recording) -> Response {
    let explanation = explain::explain(error, recording);
    let reason = explain::short(error, &explanation);
    let mut response = envelope::refusal(emulator, error.code(), &error.message(), reason);
    if let ApiError::Method { allow, .. } = error {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(outcome) = response.extensions_mut().get_mut::<Outcome>() {
        outcome.explanation = Some(Box::new(explanation));
    }
    response
}

/// A path with a slash at its end is the same one.
fn cut_trailing_slash(uri: &mut Uri) {
    let Some(path) = uri.path().strip_suffix('/').filter(|path| !path.is_empty()) else { return };
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if let Ok(cut) = target.parse() {
        *uri = cut;
    }
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
        let emulator = Emulator::new(Settings::default());
        let router = super::super::router(emulator.clone()).route("/panic", axum::routing::get(async || -> ApiError { panic!("planted") }));
        let stack = Exchange { preflights: preflights(), operations: Operations { emulator, router } };
        let get = |path: &str| {
            Request::get(path).header("API_KEY", "k").header("Origin", "http://elsewhere").body(axum::body::Body::empty()).unwrap()
        };

        let response = stack.clone().answer(1, get("/panic")).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), r#"{"result_cd":0,"result_msg":"System error"}"#);

        assert_eq!(stack.answer(2, get("/openapi/token")).await.status(), 200);
    }
}
