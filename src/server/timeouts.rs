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

/// Pieces of a body that are smaller wait for more: each pins what it was read into, 8 KiB, even if it is one byte.
const PIECE: usize = 8 * 1024;

/// The body of a request, which has to arrive in time, and is handed on in pieces that are worth their memory.
pub struct Timely {
    body: Incoming,
    /// What waits for more.
    held: Vec<u8>,
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
        Timely { body, held: Vec::new(), time, left: None }
    }
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        while let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            let Some(frame) = frame.transpose()? else {
                let held = std::mem::take(&mut self.held);
                return Poll::Ready((!held.is_empty()).then(|| Ok(Frame::data(held.into()))));
            };
            // Nobody asks for trailers.
            let Ok(data) = frame.into_data() else { continue };
            if self.held.is_empty() && (data.len() >= PIECE || self.body.is_end_stream()) {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            self.held.extend_from_slice(&data);
            if self.held.len() >= PIECE {
                return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.held).into()))));
            }
        }
        let time = self.time;
        ready!(self.left.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(cx));
        Poll::Ready(Some(Err(TooSlow(time).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (held, coming) = (self.held.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        if let Some(most) = coming.upper() {
            hint.set_upper(most.saturating_add(held));
        }
        hint.set_lower(coming.lower().saturating_add(held));
        hint
    }
}
