//! The socket below hyper: it carries out what a fault has planned for an answer, and loses no answer when it closes.

use std::io;
use std::pin::Pin;
use std::sync::mpsc::Receiver;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use crate::fault::{Amount, End, WirePlan};

/// How long and how much is still read from a client that goes on sending after its answer.
const LINGER_TIME: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// How long bytes have to arrive before a reset: it discards those that are still on their way.
const BEFORE_RESET: Duration = Duration::from_millis(50);
/// How long a connection that hangs outlives a client that has nothing more to say, and may be gone.
const HALF_CLOSED: Duration = Duration::from_mins(1);
/// In how many slices a second's worth of bytes goes out, if they are so many.
const SLICES_PER_SECOND: u64 = 20;

/// What becomes of the answer that is written next, and how long its body is.
pub struct Order {
    pub plan: WirePlan,
    pub body: u64,
}

/// A socket that cuts, slows and ends an answer as ordered. When it is closed in good order it first reads what the client is
/// still sending: the machine would otherwise reset the connection, and the client might never see the answer that refused its 3 MB.
pub struct Wire {
    stream: TcpStream,
    orders: Receiver<Order>,
    script: Option<Script>,
    nap: Option<Pin<Box<Sleep>>>,
    /// How many bytes a closed connection still reads.
    draining: Option<usize>,
    stopping: watch::Receiver<bool>,
}

impl Wire {
    pub fn new(stream: TcpStream, orders: Receiver<Order>, stopping: watch::Receiver<bool>) -> Wire {
        Wire { stream, orders, script: None, nap: None, draining: None, stopping }
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
                socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))?;
                if script.has_begun {
                    ready!(poll_nap(&mut self.nap, cx, BEFORE_RESET));
                }
            }
            End::Hang => ready!(self.poll_hang(cx)),
        }
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.draining.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        let left = self.draining.get_or_insert(LINGER_BYTES);
        while *left > 0 && !*self.stopping.borrow() && poll_nap(&mut self.nap, cx, LINGER_TIME).is_pending() {
            match ready!(poll_discard(&mut self.stream, cx)) {
                Ok(read) if read > 0 => *left = left.saturating_sub(read),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Is ready when the client is gone or the server stops, which wakes the whole connection.
    fn poll_hang(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !*self.stopping.borrow() {
            match ready!(poll_discard(&mut self.stream, cx)) {
                Ok(0) => return poll_nap(&mut self.nap, cx, HALF_CLOSED),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

/// Reads and throws away what is there; says how much it was, and 0 at the end.
fn poll_discard(stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
    let mut scratch = [0; 16 * 1024];
    let mut buffer = ReadBuf::new(&mut scratch);
    Pin::new(stream).poll_read(cx, &mut buffer).map_ok(|()| buffer.filled().len())
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
            let slice = self.bytes_per_second.map_or(self.left, |rate| (rate / SLICES_PER_SECOND).clamp(1, self.left));
            if let Some(rate) = self.bytes_per_second {
                ready!(poll_nap(nap, cx, Duration::from_nanos(slice.saturating_mul(1_000_000_000) / rate.max(1))));
            }
            self.granted = slice;
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
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        let first = slices.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
        ready!(wire.poll_end(cx))?;
        if wire.script.is_none() {
            wire.script = wire.orders.try_recv().ok().map(|order| Script::new(order, first));
            ready!(wire.poll_end(cx))?;
        }
        let Some(script) = &mut wire.script else { return Pin::new(&mut wire.stream).poll_write_vectored(cx, slices) };
        let granted = ready!(script.poll_grant(&mut wire.nap, cx)).min(first.len());
        let written = ready!(Pin::new(&mut wire.stream).poll_write(cx, &first[..granted]))?;
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
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::{Shutdown, TcpStream};
    use std::time::Instant;

    use axum::body::Body;
    use axum::extract::Request;
    use axum::response::Response;
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::server::connection::serve_with;

    const BODY: &str = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
    const FAULTY: &str = "GET /faulty HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const SOUND: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const LAST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /// Slow enough to be seen, at 25 bytes every twentieth of a second.
    const SLOW: u64 = 500;

    /// A client of a connection whose answers have 100 bytes of body, and of `/faulty` a plan.
    struct Client {
        stream: TcpStream,
        stop: watch::Sender<bool>,
        served: JoinHandle<()>,
    }

    impl Client {
        async fn of(amount: Amount, end: End, bytes_per_second: Option<u64>) -> Client {
            let plan = WirePlan { amount, end, bytes_per_second };
            let answer = move |request: Request| async move {
                let mut response = Response::new(Body::from(BODY));
                if request.uri().path() == "/faulty" {
                    response.extensions_mut().insert(plan);
                }
                if request.headers().contains_key("expect") {
                    drop(axum::body::to_bytes(request.into_body(), 100).await);
                }
                response
            };
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let (stop, stopping) = watch::channel(false);
            let (accepted, _) = listener.accept().await.unwrap();
            Client { stream, stop, served: tokio::spawn(serve_with(accepted, answer, stopping)) }
        }

        fn send(&mut self, requests: impl AsRef<[u8]>) {
            self.stream.write_all(requests.as_ref()).unwrap();
        }

        /// What comes until the connection ends, and whether it ends in good order.
        fn exchange(&mut self, requests: impl AsRef<[u8]>) -> (String, Result<(), ErrorKind>) {
            self.send(requests);
            let mut answer = Vec::new();
            let ended = self.stream.read_to_end(&mut answer);
            (String::from_utf8(answer).unwrap(), ended.map(drop).map_err(|error| error.kind()))
        }

        /// What comes until something that ends like this, with no byte before its time.
        fn exchange_one(&mut self, request: &str, end: &str, bytes_per_second: u64) -> String {
            let (mut answer, mut byte, begun) = (String::new(), [0], Instant::now());
            self.send(request);
            while !answer.ends_with(end) {
                self.stream.read_exact(&mut byte).unwrap();
                answer.push(char::from(byte[0]));
                let due = Duration::from_millis(answer.len() as u64 * 1000 / bytes_per_second);
                assert!(begun.elapsed() >= due, "{} bytes after {:?}", answer.len(), begun.elapsed());
            }
            answer
        }

        /// Nothing comes, and the connection stays open.
        fn hears_nothing(&mut self) {
            self.stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            let kind = self.stream.read(&mut [0]).unwrap_err().kind();
            assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{kind}");
            assert!(!self.served.is_finished());
        }
    }

    async fn assert_ends(served: JoinHandle<()>) {
        tokio::time::timeout(Duration::from_secs(10), served).await.unwrap().unwrap();
    }

    fn assert_whole(answer: &str) {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("content-length: 100\r\n") && body == BODY, "{answer}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_end_without_a_byte() {
        assert_eq!(Client::of(Amount::Bytes(0), End::Close, None).await.exchange(FAULTY), (String::new(), Ok(())));
        let reset = (String::new(), Err(ErrorKind::ConnectionReset));
        assert_eq!(Client::of(Amount::Bytes(0), End::Reset, None).await.exchange(FAULTY), reset);
    }

    /// The plan is for one answer; what was answered before arrives.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_reset_after_some_bytes() {
        let mut client = Client::of(Amount::Bytes(20), End::Reset, None).await;
        let (answer, ended) = client.exchange(FAULTY);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.len() == 20, "{answer}");
        assert_eq!(ended, Err(ErrorKind::ConnectionReset));
        let mut client = Client::of(Amount::Bytes(10_000), End::Reset, None).await;
        let (answers, ended) = client.exchange(format!("{SOUND}{FAULTY}{SOUND}"));
        let (first, second) = answers.split_at(answers.len() / 2);
        assert_whole(first);
        assert_whole(second);
        assert_eq!(ended, Err(ErrorKind::ConnectionReset));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_body_cut_short() {
        for (amount, bytes) in [(Amount::OfBody(0), 0), (Amount::OfBody(30), 30), (Amount::HalfOfBody, 50), (Amount::OfBody(999), 100)] {
            let (answer, ended) = Client::of(amount, End::Close, None).await.exchange(FAULTY);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("content-length: 100\r\n"), "{head}");
            assert_eq!((body, ended), (&BODY[..bytes], Ok(())));
        }
    }

    /// All of it, and then something else than the next request.
    #[tokio::test(flavor = "multi_thread")]
    async fn an_end_after_everything() {
        for (end, expected) in [(End::Close, Ok(())), (End::Reset, Err(ErrorKind::ConnectionReset))] {
            let (answer, ended) = Client::of(Amount::All, end, None).await.exchange(FAULTY);
            assert_whole(&answer);
            assert_eq!(ended, expected);
        }
        let (answer, ended) = Client::of(Amount::All, End::Close, None).await.exchange(FAULTY.replace("GET", "HEAD"));
        assert!(answer.ends_with("\r\n\r\n") && ended.is_ok(), "{answer}");
        let mut client = Client::of(Amount::All, End::Hang, None).await;
        assert_whole(&client.exchange_one(&FAULTY.repeat(2), BODY, u64::MAX));
        client.hears_nothing();
    }

    /// It reads what the client sends, outlives a half-closed connection, and ends with the server.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_connection_that_hangs_ends_with_the_server() {
        let mut client = Client::of(Amount::Bytes(0), End::Hang, None).await;
        // A body that nobody asked for makes hyper read on while the answer waits.
        client.send("POST /faulty HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
        client.send(vec![b'x'; 20_000_000]);
        client.hears_nothing();
        client.stream.shutdown(Shutdown::Write).unwrap();
        client.hears_nothing();
        client.stop.send_replace(true);
        assert_ends(client.served).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_connection_that_hangs_ends_with_the_client() {
        let mut client = Client::of(Amount::OfBody(10), End::Hang, None).await;
        client.exchange_one(FAULTY, &format!("\r\n\r\n{}", &BODY[..10]), u64::MAX);
        assert!(!client.served.is_finished());
        socket2::SockRef::from(&client.stream).set_linger(Some(Duration::ZERO)).unwrap();
        drop(client.stream);
        assert_ends(client.served).await;
    }

    /// No byte comes before its time, whatever the machine is busy with; the next answer is as ever.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_slow_answer() {
        let mut client = Client::of(Amount::All, End::Keep, Some(SLOW)).await;
        assert_whole(&client.exchange_one(FAULTY, BODY, SLOW));
        assert_whole(&client.exchange_one(SOUND, BODY, u64::MAX));
        client.exchange_one(&FAULTY.replace("GET", "HEAD"), "\r\n\r\n", SLOW);
        assert_whole(&client.exchange_one(SOUND, BODY, u64::MAX));
    }

    /// The plan of the first does not reach the second.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_slow_answer_and_another_behind_it() {
        let (answers, ended) = Client::of(Amount::All, End::Keep, Some(SLOW)).await.exchange(format!("{FAULTY}{LAST}"));
        let (first, second) = answers.split_at(answers.find(BODY).unwrap() + BODY.len());
        assert_whole(first);
        assert!(second.ends_with(BODY) && second.contains("connection: close\r\n"), "{second}");
        assert_eq!(ended, Ok(()));
    }

    /// A slow answer may be cut short too.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_slow_answer_that_breaks_off() {
        let begun = Instant::now();
        let (answer, ended) = Client::of(Amount::Bytes(60), End::Close, Some(SLOW)).await.exchange(FAULTY);
        assert_eq!((answer.len(), ended), (60, Ok(())));
        assert!(begun.elapsed() >= Duration::from_millis(120));
    }

    /// The client sends 3 MB without looking, and then finds an end in good order.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_close_under_a_body_on_its_way() {
        let mut client = Client::of(Amount::Bytes(0), End::Close, None).await;
        client.send("POST /faulty HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n");
        assert_eq!(client.exchange(vec![b'x'; 3_000_000]), (String::new(), Ok(())));
    }

    /// Leave to go on is none of the answer, also when it goes out with it, as the body was there already.
    #[tokio::test(flavor = "multi_thread")]
    async fn leave_to_go_on_does_not_count() {
        let mut client = Client::of(Amount::Bytes(8), End::Close, None).await;
        let request = "POST /faulty HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(client.exchange(request), ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1".to_owned(), Ok(())));
    }
}
