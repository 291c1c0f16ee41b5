//! Plans as they are seen on the wire, over raw sockets.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Wake, Waker};
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::server::Timeouts;
use crate::server::connection::serve_with;
use crate::server::signals::{Signals, Silence};

const BODY: &str = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
const FAULTY: &str = "GET /faulty HTTP/1.1\r\nHost: localhost\r\n\r\n";
const SOUND: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LAST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/// Slow enough to be seen, at 25 bytes every twentieth of a second.
const SLOW: u64 = 500;

/// A client of a connection whose answers have 100 bytes of body, and of `/faulty` a plan.
struct Client {
    stream: TcpStream,
    stop: Signals,
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
        let stop = Signals::new(Silence::default());
        let (accepted, _) = listener.accept().await.unwrap();
        let served = tokio::spawn(serve_with(accepted.into(), answer, Timeouts::default(), stop.heard()));
        Client { stream, stop, served }
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
    client.stop.stop();
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

struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Letting others go first costs one turn, and none while the client takes nothing.
#[tokio::test]
async fn whoever_waits_for_the_client_wakes_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (socket, _) = listener.accept().await.unwrap();
    let signals = Signals::new(Silence::default());
    let _others = [signals.heard(), signals.heard(), signals.heard()];
    let (_orders, ordered) = mpsc::channel();
    let mut wire = Wire::new(socket.into(), ordered, Duration::from_secs(75), signals.heard());
    let count = Arc::new(Wakes(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&count));
    let mut write = || {
        let before = count.0.load(Ordering::Relaxed);
        let taken = Pin::new(&mut wire).poll_write(&mut Context::from_waker(&waker), &[0; 16 * 1024]);
        (taken.is_pending(), count.0.load(Ordering::Relaxed) - before)
    };
    assert_eq!(write(), (true, 1));
    // Until what the machine holds for the client is full.
    while write() != (true, 0) {}
    for _ in 0..10 {
        assert_eq!(write(), (true, 0));
    }
}
