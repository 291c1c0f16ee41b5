//! One connection: HTTP/1 over a socket that carries out faults, and that is closed without losing what was answered.

use std::sync::mpsc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;

use super::App;
use super::stream::Stream;
use super::wire::{Order, Wire};
use crate::fault::WirePlan;
use crate::journal::Secure;

/// How long a request's head may take, a TLS handshake too, and a kept connection may be idle.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// Answers the requests of a connection until it ends; once `stopping` turns true, the one in flight and no more.
pub async fn serve(stream: Stream, app: App, stopping: watch::Receiver<bool>) {
    serve_with(stream, move |request| app.clone().answer(request), stopping).await;
}

/// The same for anything that answers.
pub async fn serve_with<A>(mut stream: Stream, answer: impl Fn(Request) -> A, mut stopping: watch::Receiver<bool>)
where
    A: Future<Output = Response>,
{
    // Without it small answers may wait for the client's acknowledgement; with an answer in one write that costs nothing.
    drop(stream.socket().set_nodelay(true));
    let (orders, ordered) = mpsc::channel();
    let is_secure = !stream.is_plain();
    let stream = TokioIo::new(Wire::new(stream, ordered, stopping.clone()));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        if is_secure {
            request.extensions_mut().insert(Secure);
        }
        let orders = orders.clone();
        let head_only = *request.method() == Method::HEAD;
        let answer = answer(request.map(Body::new));
        async move {
            let mut response = answer.await;
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
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).half_close(true);
    let mut connection = std::pin::pin!(http.serve_connection(stream, service));
    tokio::select! {
        // A client that breaks off is no error of ours, and hyper has answered one that sent nonsense.
        ended = connection.as_mut() => return drop(ended),
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(connection.await);
}
