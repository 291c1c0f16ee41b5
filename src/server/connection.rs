//! One connection: HTTP/1 over a socket that is closed without losing what was answered.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Sleep;

use super::App;

/// How long a request's head may take, and a kept connection may be idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long and how much is still read from a client that goes on sending after its answer.
const LINGER_TIME: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Answers the requests of a connection until it ends; once `stopping` turns true, the one in flight and no more.
pub async fn serve(stream: TcpStream, app: App, mut stopping: watch::Receiver<bool>) {
    // Without it small answers may wait for the client's acknowledgement; with an answer in one write that costs nothing.
    drop(stream.set_nodelay(true));
    let stream = TokioIo::new(Lingering { stream, draining: None, stopping: stopping.clone() });
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answer = app.clone().answer(request.map(Body::new));
        async { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    let mut http = http1::Builder::new();
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

/// A socket that, when we close it, first reads what the client is still sending: the machine would otherwise reset the
/// connection, and the client might never see the answer that refused its 3 MB.
struct Lingering {
    stream: TcpStream,
    draining: Option<(Pin<Box<Sleep>>, usize)>,
    stopping: watch::Receiver<bool>,
}

impl Lingering {
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (time, left) = self.draining.get_or_insert_with(|| (Box::pin(tokio::time::sleep(LINGER_TIME)), LINGER_BYTES));
        let mut scratch = [0; 16 * 1024];
        while *left > 0 && !*self.stopping.borrow() && time.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *left = left.saturating_sub(buffer.filled().len()),
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Lingering {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.draining.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        self.poll_drain(cx).map(Ok)
    }
}
