//! Everything around the operations, outermost first:
//!
//! 1. The exchange: the time it takes, one log line, and the headers that tell why.
//! 2. CORS: any origin; every OPTIONS is a preflight and answered here, without authentication.
//! 3. A trailing slash on any path is cut.
//! 4. Refusals become answers, by the table of result codes and the status policy.
//! 5. A panic becomes a refusal.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::util::ServiceFn;
use tower::{Layer, Service};
use tower_http::cors::{AllowHeaders, Any, Cors, CorsLayer};

use super::auth;
use super::envelope::{self, Outcome};
use super::error::{ApiError, AuthHeader};
use crate::domain::ids::ApiKey;
use crate::domain::text;
use crate::emulator::Emulator;

/// The number of the exchange; every answer of a server has it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-mock-request-id");
/// On a refusal: what was wrong and the cure, one line of ASCII.
pub const REASON: HeaderName = HeaderName::from_static("x-mock-reason");
/// On a doubtful success: the doubt, one line of ASCII.
pub const WARNING: HeaderName = HeaderName::from_static("x-mock-warning");

/// The target of the one event per exchange.
pub const LOG_TARGET: &str = "vchatcloud_mock::exchange";

/// Longer reasons and paths are cut: a header must stay acceptable to every client.
const LINE_CHARS: usize = 2000;

/// The emulated API over an emulator.
pub fn stack(emulator: Emulator) -> Exchange {
    let router = super::router(emulator.clone());
    Exchange { preflights: preflights(), operations: Operations { emulator, router } }
}

/// One exchange: it is timed and logged, and its answer gets the headers that tell why.
#[derive(Clone)]
pub struct Exchange {
    preflights: Arc<Preflights>,
    operations: Operations,
}

impl Exchange {
    /// Answers the request of that number.
    pub async fn answer(self, id: u64, request: Request) -> Response {
        let started = Instant::now();
        let line = Line::of(&request);
        let mut response = if request.method() == Method::OPTIONS {
            Preflights::clone(&self.preflights).call(request).await.unwrap_or_else(|never| match never {})
        } else {
            open_to_any_origin(self.operations.answer(request).await)
        };
        // A preflight has none: it came to no operation.
        let outcome = response.extensions_mut().remove::<Outcome>().unwrap_or_default();
        let headers = response.headers_mut();
        for (name, text) in [(REASON, &outcome.reason), (WARNING, &outcome.warning)] {
            if let Some(value) = text.as_deref().and_then(header_line) {
                headers.insert(name, value);
            }
        }
        if let Some(line) = line {
            line.log(id, &outcome, response.status(), started.elapsed());
        }
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
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("X-Mock-Request-Id, X-Mock-Reason, X-Mock-Warning"));
    response
}

/// The router, whose panics and refusals become answers.
#[derive(Clone)]
struct Operations {
    emulator: Emulator,
    router: Router,
}

impl Operations {
    async fn answer(mut self, mut request: Request) -> Response {
        cut_trailing_slash(request.uri_mut());
        let answer = AssertUnwindSafe(self.router.call(request)).catch_unwind().await;
        let answer = answer.map_or_else(|_| ApiError::Panicked.into_response(), |answer| answer.unwrap_or_else(|never| match never {}));
        if answer.extensions().get::<Outcome>().is_some() { answer } else { refused(&self.emulator, answer) }
    }
}

/// Turns a refusal into its answer. Whatever reached neither a handler nor a refusal of ours would be a bug.
fn refused(emulator: &Emulator, mut response: Response) -> Response {
    let error = response.extensions_mut().remove::<ApiError>().unwrap_or(ApiError::Panicked);
    let mut response = envelope::refusal(emulator, error.code(), &error.message(), error.reason());
    if let ApiError::Method { allow, .. } = &error {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    response
}

/// A path with a slash at its end is the same one (assumed).
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

fn log_line(text: &str) -> String {
    text::cut(&text::log_line(text), LINE_CHARS)
}

/// What the log line says of a request, taken before the request is used up. `None` when nobody listens.
struct Line {
    method: Method,
    target: String,
    account: String,
}

impl Line {
    fn of(request: &Request) -> Option<Line> {
        if !tracing::enabled!(target: LOG_TARGET, tracing::Level::INFO) {
            return None;
        }
        let key = auth::header::<ApiKey>(request.headers(), AuthHeader::ApiKey);
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        Some(Line {
            method: request.method().clone(),
            target: log_line(target),
            account: key.map_or_else(|_| "-".to_owned(), |key| text::short(&key.masked())),
        })
    }

    fn log(&self, id: u64, outcome: &Outcome, status: StatusCode, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        let result_cd = outcome.result_cd; // none on a preflight
        let why = outcome.reason.as_deref().map(log_line);
        let warning = outcome.warning.as_deref().map(log_line);
        tracing::info!(target: LOG_TARGET, id, account = self.account, method = self.method.as_str(), path = self.target, status, result_cd, us, why, warning);
    }
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
