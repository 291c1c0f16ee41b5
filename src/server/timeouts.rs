//! How long clients may take, and the body of a request that keeps to it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::domain::field::Invalid;

/// How long clients may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request, for a TLS handshake, and idle between requests.
    pub header: Duration,
    /// For the body of a request, and for taking the next bytes of an answer.
    pub body: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { header: Duration::from_secs(75), body: Duration::from_secs(75) }
    }
}

/// A time that a client can be given.
///
/// # Errors
/// None at all, or longer than a day.
pub fn checked_timeout(time: Duration) -> Result<Duration, Invalid> {
    let is_valid = !time.is_zero() && time <= Duration::from_hours(24);
    if is_valid { Ok(time) } else { Err(Invalid("must be more than 0s and at most 24h".to_owned())) }
}

/// The body of a request, which has to arrive in time.
pub struct Timely {
    body: Incoming,
    time: Duration,
    /// Begins when it is waited for: mostly a body is there with its head.
    left: Option<Pin<Box<Sleep>>>,
}

/// What became of a body that did not.
#[derive(Debug, thiserror::Error)]
#[error("it did not arrive within the {} of --body-timeout", crate::domain::text::duration(*.0))]
struct TooSlow(Duration);

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Timely {
    pub fn new(body: Incoming, time: Duration) -> Timely {
        Timely { body, time, left: None }
    }
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let time = self.time;
        ready!(self.left.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(cx));
        Poll::Ready(Some(Err(TooSlow(time).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
