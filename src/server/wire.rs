//! The socket below hyper: it carries out what a fault has planned for an answer, and loses no answer when it closes.

use std::io;
use std::pin::Pin;
use std::sync::mpsc::Receiver;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::signals::Heard;
use super::stream::Stream;
use crate::fault::{Amount, End, WirePlan, paced};
use crate::tls::HANDSHAKE;

/// How long and how much is still read from a client that goes on sending after its answer.
const LINGER_TIME: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// How long bytes have to arrive before a reset: it discards those that are still on their way.
const BEFORE_RESET: Duration = Duration::from_millis(50);
/// How long a connection that hangs outlives a client that has nothing more to say, and may be gone.
const HALF_CLOSED: Duration = Duration::from_mins(1);
/// What TLS says when it fails: a fatal alert, `handshake_failure`.
const ALERT: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 40];

/// What becomes of the answer that is written next, and how long its body is. A client that sends one request behind another and
/// reads slowly could have part of an earlier answer still to come: then that is what it befalls.
pub struct Order {
    pub plan: WirePlan,
    pub body: u64,
}

/// A socket that cuts, slows and ends an answer as ordered. When it is closed in good order it first reads what the client is
/// still sending: the machine would otherwise reset the connection, and the client might never see the answer that refused its 3 MB.
pub struct Wire {
    stream: Stream,
    /// Whether nothing has come yet, and what comes could be TLS.
    is_fresh: bool,
    orders: Receiver<Order>,
    script: Option<Script>,
    nap: Option<Pin<Box<Sleep>>>,
    /// How many bytes a closed connection still reads.
    draining: Option<usize>,
    /// How long a client may take none of the bytes that are there for it, and how much of that is left.
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    /// Whether the bytes that are to go out have let other connections go first.
    has_waited: bool,
    heard: Heard,
}

impl Wire {
    pub fn new(stream: Stream, orders: Receiver<Order>, patience: Duration, heard: Heard) -> Wire {
        let is_fresh = stream.is_plain();
        Wire { stream, is_fresh, orders, script: None, nap: None, draining: None, patience, stalled: None, has_waited: false, heard }
    }

    /// What has become of bytes for the client. One that takes none for too long has what is held for it given up.
    fn poll_taken<T>(&mut self, cx: &mut Context<'_>, taken: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if taken.is_pending() {
            ready!(poll_nap(&mut self.stalled, cx, self.patience));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.stalled = None;
        taken
    }

    /// An answer goes out once the other requests that are there have been answered too. So answers go out in a row, and the machine
    /// wakes a client on another core once for many of them; one at a time, waking costs as much as answering.
    fn poll_gather(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Whoever waits for the client has waited enough, and is woken when the client takes something.
        if self.has_waited || self.stalled.is_some() || self.heard.is_alone() {
            return Poll::Ready(());
        }
        self.has_waited = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Once a script has sent its bytes: carries out its end, which is an error, as hyper then drops the connection.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(script) = self.script.as_ref().filter(|script| script.left == 0) else { return Poll::Ready(Ok(())) };
        match script.end {
            End::Keep => {
                self.script = None;
                return Poll::Ready(Ok(()));
            }
            End::Close => ready!(self.poll_close(cx))?,
            End::Reset => {
                socket2::SockRef::from(&*self.stream.socket()).set_linger(Some(Duration::ZERO))?;
                if script.has_begun {
                    // TLS may still hold some of the bytes.
                    ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
                    ready!(poll_nap(&mut self.nap, cx, BEFORE_RESET));
                }
            }
            End::Hang => {
                ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
                ready!(self.poll_hang(cx));
            }
        }
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }

    /// The client would wait for an answer that it understands.
    fn refuse_tls(&mut self) {
        tracing::warn!("a client speaks TLS here: start with --tls, or call by http://");
        // A fresh socket takes it at once, unless the client has gone.
        drop(socket2::SockRef::from(&*self.stream.socket()).send(&ALERT));
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.draining.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        let left = self.draining.get_or_insert(LINGER_BYTES);
        while *left > 0 && !self.heard.is_in_a_hurry() && poll_nap(&mut self.nap, cx, LINGER_TIME).is_pending() {
            match ready!(poll_discard(self.stream.socket(), cx)) {
                Ok(read) if read > 0 => *left = left.saturating_sub(read),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Is ready when the client is gone or the server stops, which wakes the whole connection.
    fn poll_hang(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.heard.is_stopping() {
            match ready!(poll_discard(self.stream.socket(), cx)) {
                Ok(0) => return poll_nap(&mut self.nap, cx, HALF_CLOSED),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

/// Reads and throws away what is there; says how much it was, and 0 at the end.
fn poll_discard(socket: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
    let mut scratch = [0; 16 * 1024];
    let mut buffer = ReadBuf::new(&mut scratch);
    Pin::new(socket).poll_read(cx, &mut buffer).map_ok(|()| buffer.filled().len())
}

/// An order on its way through one answer.
struct Script {
    /// How many bytes still go out before the end.
    left: u64,
    /// How many of them may go out now.
    granted: u64,
    has_begun: bool,
    bytes_per_second: Option<u64>,
    end: End,
}

impl Script {
    /// `first` begins the answer, and hyper makes a head in one piece.
    fn new(Order { plan: WirePlan { amount, end, bytes_per_second }, body }: Order, first: &[u8]) -> Script {
        let (interim, head) = heads(first);
        let all = head.saturating_add(body);
        let amount = match amount {
            Amount::Bytes(bytes) => bytes.min(all),
            Amount::OfBody(bytes) => head.saturating_add(bytes).min(all),
            Amount::HalfOfBody => head + body / 2,
            Amount::All => all,
        };
        Script { left: interim.saturating_add(amount), granted: 0, has_begun: false, bytes_per_second, end }
    }

    /// Is ready when some bytes may go out, and says how many.
    fn poll_grant(&mut self, nap: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<usize> {
        if self.granted == 0 {
            let paced = self.bytes_per_second.map(|rate| paced(rate, self.left));
            if let Some((_, pause)) = paced {
                ready!(poll_nap(nap, cx, pause));
            }
            self.granted = paced.map_or(self.left, |(slice, _)| slice);
        }
        Poll::Ready(usize::try_from(self.granted).unwrap_or(usize::MAX))
    }
}

/// How long a `100 Continue` is that has not gone out yet and is none of the answer, and how long the head after it.
fn heads(bytes: &[u8]) -> (u64, u64) {
    let head = |bytes: &[u8]| bytes.windows(4).position(|end| end == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let interim = if bytes.starts_with(b"HTTP/1.1 100 ") { head(bytes) } else { 0 };
    (interim as u64, head(&bytes[interim..]) as u64)
}

/// Is ready when the time is over that began with the first poll.
fn poll_nap(nap: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>, time: Duration) -> Poll<()> {
    ready!(nap.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(cx));
    *nap = None;
    Poll::Ready(())
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.script.as_ref().is_some_and(|script| script.left == 0) {
            // From here on the end reads what comes, and wakes hyper, which polls writing whenever it has polled reading.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if std::mem::take(&mut self.is_fresh) && buffer.filled().get(before) == Some(&HANDSHAKE) {
            self.refuse_tls();
            // This is the end of what came; closing is hyper's.
            buffer.set_filled(before);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        if wire.heard.is_silenced() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let first = slices.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
        ready!(wire.poll_end(cx))?;
        if wire.script.is_none() {
            wire.script = wire.orders.try_recv().ok().map(|order| Script::new(order, first));
            ready!(wire.poll_end(cx))?;
        }
        let Some(script) = &mut wire.script else {
            ready!(wire.poll_gather(cx));
            let taken = Pin::new(&mut wire.stream).poll_write_vectored(cx, slices);
            wire.has_waited = taken.is_pending();
            return wire.poll_taken(cx, taken);
        };
        let granted = ready!(script.poll_grant(&mut wire.nap, cx)).min(first.len());
        let taken = Pin::new(&mut wire.stream).poll_write(cx, &first[..granted]);
        let written = ready!(wire.poll_taken(cx, taken))?;
        let Some(script) = &mut wire.script else { return Poll::Ready(Ok(written)) };
        script.left -= written as u64;
        script.granted -= written as u64;
        script.has_begun = true;
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_end(cx))?;
        let taken = Pin::new(&mut self.stream).poll_flush(cx);
        self.poll_taken(cx, taken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_close(cx)
    }
}

#[cfg(test)]
mod tests;
