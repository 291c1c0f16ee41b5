//! One connection: HTTP/1 over a socket that carries out faults, and that is closed without losing what was answered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};

use super::App;
use super::signals::Heard;
use super::stream::Stream;
use super::timeouts::{Timely, Timeouts};
use super::wire::{Order, Wire};
use crate::fault::WirePlan;
use crate::journal::Secure;

/// The largest head of a request.
const HEAD_LIMIT: usize = 64 * 1024;
/// How much of an answer is handed to the machine at once, and at most of requests that wait for their turn.
const AT_ONCE: usize = 512 * 1024;

/// Answers the requests of a connection until it ends; once the server stops, the one in flight and no more.
pub async fn serve(stream: Stream, app: App, timeouts: Timeouts, heard: Heard) {
    serve_with(stream, |request| app.answer(request), timeouts, heard).await;
}

/// The same for anything that answers.
pub async fn serve_with<A>(mut stream: Stream, answer: impl Fn(Request) -> A, timeouts: Timeouts, mut heard: Heard)
where
    A: Future<Output = Response>,
{
    // Without it small answers may wait for the client's acknowledgement; with an answer in one write that costs nothing.
    drop(stream.socket().set_nodelay(true));
    let (orders, ordered) = mpsc::channel();
    let is_secure = !stream.is_plain();
    let stream = TokioIo::new(Wire::new(stream, ordered, timeouts.body, heard.clone()));
    // Odd while a request is being answered.
    let turns = AtomicU64::new(0);
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        if is_secure {
            request.extensions_mut().insert(Secure);
        }
        let orders = orders.clone();
        let head_only = *request.method() == Method::HEAD;
        // Most requests have none, and a box for it would cost more than asking.
        let body = |body: Incoming| if body.is_end_stream() { Body::empty() } else { Body::new(Timely::new(body, timeouts.body)) };
        let answer = answer(request.map(body));
        let turns = &turns;
        turns.fetch_add(1, Ordering::Relaxed);
        async move {
            let mut response = answer.await;
            turns.fetch_add(1, Ordering::Relaxed);
            if let Some(plan) = response.extensions_mut().remove::<WirePlan>() {
                // Every answer knows its length; one that did not would have no end that a plan could speak of.
                let body = if head_only { 0 } else { response.body().size_hint().exact().unwrap_or(u64::MAX) };
                drop(orders.send(Order { plan, body }));
            }
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    // assumed: http-1-0
    let mut http = http1::Builder::new();
    // assumed: expect-continue
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.header).max_header_size(HEAD_LIMIT).max_buf_size(AT_ONCE).half_close(true);
    let mut connection = std::pin::pin!(http.serve_connection(stream, service));
    tokio::select! {
        // A client that breaks off is no error of ours, and hyper has answered one that sent nonsense.
        ended = connection.as_mut() => return drop(ended),
        () = heard.end(&turns) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(connection.await);
}
