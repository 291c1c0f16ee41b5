//! The bytes of an answer, in pieces: what a list has rendered before is not copied.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// Pieces that are smaller are copied together: that is cheaper than to send them apart.
const SMALL: usize = 8 * 1024;

/// Some bytes; copies share them.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    /// Most answers are this one.
    first: Bytes,
    rest: VecDeque<Bytes>,
}

impl From<Vec<u8>> for Pieces {
    fn from(bytes: Vec<u8>) -> Self {
        Pieces { first: bytes.into(), rest: VecDeque::new() }
    }
}

impl Pieces {
    /// A JSON text that ends with an empty list, with rendered items in that list: each has a comma behind it, but the last
    /// loses it.
    pub fn within<'b>(empty: &[u8], items: impl Iterator<Item = &'b Bytes>) -> Pieces {
        const END: &[u8] = b"]}";
        let mut pieces = VecDeque::new();
        let mut together = empty.strip_suffix(END).unwrap_or(empty).to_vec();
        let mut items = items.peekable();
        while let Some(item) = items.next() {
            let item = if items.peek().is_some() { item.clone() } else { item.slice(..item.len().saturating_sub(1)) };
            if item.len() < SMALL {
                together.extend_from_slice(&item);
            } else {
                pieces.extend([std::mem::take(&mut together).into(), item].into_iter().filter(|piece: &Bytes| !piece.is_empty()));
            }
        }
        together.extend_from_slice(END);
        pieces.push_back(together.into());
        Pieces { first: pieces.pop_front().unwrap_or_default(), rest: pieces }
    }

    /// The same without the last byte.
    pub fn cut_short(&self) -> Pieces {
        let mut whole = self.beginning(usize::MAX).into_owned();
        whole.pop();
        whole.into()
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        self.first.len() + self.rest.iter().map(Bytes::len).sum::<usize>()
    }

    /// The first bytes, at most so many.
    pub fn beginning(&self, at_most: usize) -> Cow<'_, [u8]> {
        if self.rest.is_empty() || self.first.len() >= at_most {
            return Cow::Borrowed(&self.first[..self.first.len().min(at_most)]);
        }
        let all = self.first.iter().chain(self.rest.iter().flatten());
        Cow::Owned(all.take(at_most).copied().collect())
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.rest.pop_front().unwrap_or_default();
        let piece = std::mem::replace(&mut self.first, next);
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len() as u64)
    }
}
