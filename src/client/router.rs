//! A router over an app: what a fault would do to a connection, it does to the body of an answer.

use std::io;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use http_body_util::BodyExt;

use crate::fault::{Amount, End, WirePlan, paced};
use crate::server::App;

/// Answers every path.
pub fn over(app: App) -> Router {
    Router::new().fallback(async move |request: Request| {
        let mut response = app.answer(request).await;
        match response.extensions_mut().remove::<WirePlan>() {
            None => response,
            Some(plan) => befallen(response, plan).await,
        }
    })
}

/// The answer of which only a part comes, slowly, and with another end. Bytes of the head count as none: it comes whole.
async fn befallen(response: Response, plan: WirePlan) -> Response {
    let (mut head, body) = response.into_parts();
    let whole = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    // What a client was promised, and sees that it does not get.
    head.headers.entry(header::CONTENT_LENGTH).or_insert(whole.len().into());
    let amount = match plan.amount {
        Amount::All => whole.len(),
        Amount::HalfOfBody => whole.len() / 2,
        Amount::OfBody(bytes) | Amount::Bytes(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX).min(whole.len()),
    };
    if amount == 0 && plan.end == End::Hang {
        return std::future::pending().await;
    }
    if plan.amount == Amount::Bytes(0) {
        // Not even a head would have come. A client that looks at nothing else must not take it for a success.
        head = Response::new(()).into_parts().0;
        head.status = StatusCode::BAD_GATEWAY;
    }
    let rest = Some(whole.slice(..amount));
    let chunks = stream::unfold(rest, move |rest| async move {
        let mut rest = rest?;
        if rest.is_empty() {
            return ending(plan.end).await.map(|error| (Err(error), None));
        }
        let mut slice = rest.len();
        if let Some(rate) = plan.bytes_per_second {
            let (bytes, pause) = paced(rate, slice as u64);
            slice = usize::try_from(bytes).unwrap_or(slice);
            tokio::time::sleep(pause).await;
        }
        let chunk = rest.split_to(slice);
        Some((Ok::<Bytes, io::Error>(chunk), Some(rest)))
    });
    Response::from_parts(head, Body::from_stream(chunks))
}

/// What comes after the bytes; `None` is the end of the body.
async fn ending(end: End) -> Option<io::Error> {
    match end {
        End::Keep => None,
        End::Close => Some(io::ErrorKind::UnexpectedEof.into()),
        End::Reset => Some(io::ErrorKind::ConnectionReset.into()),
        End::Hang => std::future::pending().await,
    }
}
