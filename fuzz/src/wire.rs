//! Bytes on a connection: whoever sends the head of a request is answered, in well-formed HTTP and in time, and has no more answers
//! than requests; what the mock refuses it refuses in its own form; and another client is none the worse for it.

use std::thread_local;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use vchatcloud_mock::admin::{Access, AllowedHosts};
use vchatcloud_mock::emulator::{Emulator, Settings};
use vchatcloud_mock::fixture::Fixtures;
use vchatcloud_mock::server::{App, Host, Server};

/// Nothing here waits for anything.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a client that speaks TLS is told: a fatal alert.
const ALERT: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 40];
const HANDSHAKE: u8 = 0x16;

/// A server, and a client who keeps a connection of his own, on one thread.
struct Loopback {
    runtime: Runtime,
    emulator: Emulator,
    port: u16,
    honest: TcpStream,
}

thread_local! {
    static LOOPBACK: std::cell::RefCell<Loopback> = std::cell::RefCell::new(Loopback::start());
}

pub fn holds(bytes: &[u8]) {
    LOOPBACK.with_borrow_mut(|loopback| {
        let answered = loopback.exchange(bytes);
        if bytes.first() == Some(&HANDSHAKE) {
            assert_eq!(answered, ALERT);
        } else {
            are_answers(&answered, bytes);
        }
        loopback.honest_call();
        loopback.emulator.reset(None).unwrap();
    });
}

impl Loopback {
    /// Faults are what hangs and cuts on purpose, so nobody can ask for any.
    fn start() -> Loopback {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let settings = Settings { seed: Some(1), fault_header: false, fixtures: Fixtures::demo().unwrap(), ..Settings::default() };
        let emulator = Emulator::new(settings);
        let access = Access { hosts: AllowedHosts::default(), token: Some("nobody-knows".parse().unwrap()) };
        let app = App::new(emulator.clone(), access);
        let (port, honest) = runtime.block_on(async {
            let server = Server::bind(&Host::Address([127, 0, 0, 1].into()), 0).unwrap();
            let port = server.port();
            tokio::spawn(server.serve(app, std::future::pending()));
            (port, TcpStream::connect(("127.0.0.1", port)).await.unwrap())
        });
        Loopback { runtime, emulator, port, honest }
    }

    /// Sends the bytes and nothing more, and reads until the server closes.
    fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let exchange = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            stream.shutdown().await.unwrap();
            let mut answered = Vec::new();
            stream.read_to_end(&mut answered).await.unwrap();
            answered
        };
        self.runtime.block_on(async { timeout(PATIENCE, exchange).await.unwrap() })
    }

    fn honest_call(&mut self) {
        let call = async {
            self.honest.write_all(b"GET /openapi/token HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: honest-key\r\n\r\n").await.unwrap();
            let mut answer = [0; 4096];
            let length = self.honest.read(&mut answer).await.unwrap();
            assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
        };
        self.runtime.block_on(async { timeout(PATIENCE, call).await.unwrap() });
    }
}

fn are_answers(answered: &[u8], sent: &[u8]) {
    let has = |what: &[u8]| sent.windows(what.len()).filter(|window| *window == what).count();
    let mut rest = answered;
    let mut finals = 0;
    while !rest.is_empty() {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let parsed = head.parse(rest).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(rest)));
        let httparse::Status::Complete(length) = parsed else { panic!("half a head: {}", String::from_utf8_lossy(rest)) };
        rest = &rest[length..];
        let status = head.code.unwrap();
        if status == 100 {
            continue;
        }
        finals += 1;
        let said = Said { status, headers: head.headers };
        let length = said.length();
        // The answer to a HEAD has none, and the bytes alone do not say to what this is the answer.
        let is_bodiless = has(b"HEAD ") > 0 && (rest.is_empty() || rest.starts_with(b"HTTP/1."));
        let body =
            if is_bodiless { None } else { Some(rest.get(..length).unwrap_or_else(|| panic!("a body that ends early: {answered:?}"))) };
        rest = &rest[body.map_or(0, <[u8]>::len)..];
        said.is_proper(body);
    }
    assert!(finals > 0 || !begins_with_a_head(sent), "no answer");
    // Who sends no more than nonsense may be told that once.
    assert!(finals <= has(b"HTTP/1.") + 1, "{finals} answers: {}", String::from_utf8_lossy(answered));
}

/// Whether there is at least one request to answer, whatever comes of it.
fn begins_with_a_head(sent: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    httparse::Request::new(&mut headers).parse(sent).is_ok_and(|head| head.is_complete())
}

/// The head of an answer.
struct Said<'a> {
    status: u16,
    headers: &'a [httparse::Header<'a>],
}

impl Said<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let value = values.next().map(|header| std::str::from_utf8(header.value).unwrap());
        assert!(values.next().is_none(), "{name} stands twice");
        value
    }

    /// Every answer says how long it is.
    fn length(&self) -> usize {
        assert_eq!(self.header("transfer-encoding"), None);
        self.header("content-length").map_or(0, |length| length.parse().unwrap())
    }

    fn is_proper(&self, body: Option<&[u8]>) {
        assert!(self.status < 500, "status {}", self.status);
        // What is no HTTP is refused before it comes to the mock.
        if self.header("x-mock-request-id").is_none() {
            assert!(matches!(self.status, 400 | 414 | 431) && body.is_none_or(<[u8]>::is_empty), "status {} of nobody", self.status);
            return;
        }
        let Some(body) = body.filter(|_| self.status >= 400) else { return };
        let refusal: Value = serde_json::from_slice(body).unwrap();
        let is_of_api = self.header("x-mock-reason").is_some() && refusal["result_cd"].is_i64() && refusal["result_msg"].is_string();
        let is_of_admin = refusal["error"]["code"].is_string() && refusal["error"]["hint"].is_string();
        assert!(is_of_api || is_of_admin, "status {}: {refusal}", self.status);
    }
}
