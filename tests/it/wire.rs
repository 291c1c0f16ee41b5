//! Requests as bytes over a real socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tokio::sync::oneshot;
use vchatcloud_mock::server::{Host, Server};

use crate::mock::{Mock, ROOM_V2};

/// A running server; it stops when it is dropped.
pub struct Wire {
    port: u16,
    _stop: oneshot::Sender<()>,
}

impl Wire {
    pub fn start(mock: &Mock) -> Wire {
        let server = Server::bind(&Host::Localhost, 0).unwrap();
        let port = server.port();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.serve(mock.app(), async { drop(stopped.await) }));
        Wire { port, _stop: stop }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Sends bytes and reads until the server closes.
    pub fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).unwrap();
        read_to_end(&mut stream)
    }
}

pub fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// Reads one answer with a Content-Length from a connection that stays open.
pub fn read_one(stream: &mut impl Read) -> String {
    let mut answer = Vec::new();
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(|length| length.parse::<usize>().unwrap()));
            if body.len() == length.unwrap_or(0) {
                return text.into_owned();
            }
        }
    }
}

pub const KEYS: &str = "API_KEY: alice-key\r\nX-AUTH-TOKEN: t\r\nHost: localhost\r\nConnection: close\r\n";

pub fn post(target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!("POST {target} HTTP/1.1\r\n{KEYS}{headers}\r\n").into_bytes();
    request.extend_from_slice(body);
    request
}

pub fn form(body: &[u8]) -> Vec<u8> {
    post("/openapi/v2/rooms", &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.len()), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_hangul_in_body_and_query() {
    let mock = Mock::new();
    let wire = Wire::start(&mock);
    let rest = ROOM_V2.replace("roomName=Lobby&", "");
    assert!(wire.exchange(form(format!("roomName=화상 회의&{rest}").as_bytes())).starts_with("HTTP/1.1 200"));
    let target = format!("/openapi/v2/rooms?roomName=한글&{rest}");
    assert!(wire.exchange(post(&target, "Content-Length: 0\r\n", b"")).starts_with("HTTP/1.1 200"));
    assert_eq!(mock.alice().names().await, ["화상 회의", "한글"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_cp949_is_damaged_with_a_warning() {
    let mock = Mock::new();
    let wire = Wire::start(&mock);
    let answer = wire.exchange(form(&[b"roomName=\xC0\xCF\xB9\xDD&", ROOM_V2.as_bytes()].concat()));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("x-mock-warning: roomName has bytes that are not UTF-8"), "{answer}");
    assert!(answer.contains("roomName=%EC%9D%BC%EB%B0%98\r\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_escape_in_a_required_parameter() {
    let wire = Wire::start(&Mock::new());
    let answer = wire.exchange(form(ROOM_V2.replace("Lobby", "100%").as_bytes()));
    assert!(
        answer.starts_with("HTTP/1.1 400")
            && answer.ends_with(r#"{"result_cd":10901,"result_msg":"Missing required parameter: roomName"}"#),
        "{answer}"
    );
}

/// 2 and 5. Everything in the query, an empty body, with and without a length.
#[tokio::test(flavor = "multi_thread")]
async fn a_post_without_a_body() {
    let wire = Wire::start(&Mock::new());
    let target = format!("/openapi/v2/rooms?{ROOM_V2}");
    for headers in ["", "Content-Length: 0\r\n", "Content-Type: application/x-www-form-urlencoded\r\n", "Transfer-Encoding: chunked\r\n"] {
        let body: &[u8] = if headers.contains("chunked") { b"0\r\n\r\n" } else { b"" };
        let answer = wire.exchange(post(&target, headers, body));
        assert!(answer.starts_with("HTTP/1.1 200"), "{headers}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_and_unprintable_keys() {
    let wire = Wire::start(&Mock::new());
    let get = |headers: &[u8]| {
        wire.exchange(
            [b"GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-auth-token: t\r\n", headers, b"\r\n"].concat(),
        )
    };
    assert!(get(b"API_KEY: k\r\napi_key: k\r\n").starts_with("HTTP/1.1 200"));
    assert!(get(b"Api_Key: k, k\r\n").starts_with("HTTP/1.1 200"));
    assert!(get(b"API_KEY: k\r\nAPI_KEY: l\r\n").contains(r#"{"result_cd":401,"result_msg":"API_KEY has different values"}"#));
    assert!(get(b"API_KEY: \xC0\xCF\r\n").contains(r#"{"result_cd":401,"result_msg":"API_KEY is not printable ASCII"}"#));
}

/// 7. One write brings head and body, with a length and without chunks.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_in_one_write() {
    let wire = Wire::start(&Mock::demo());
    let mut stream = wire.connect();
    stream
        .write_all(b"GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: demo-key\r\nX-AUTH-TOKEN: demo-token\r\n\r\n")
        .unwrap();
    let mut buffer = [0; 16 * 1024];
    let first_read = stream.read(&mut buffer).unwrap();
    let answer = std::str::from_utf8(&buffer[..first_read]).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
    assert!(body.ends_with("]}"), "{body}");
}

/// 8. A client that waits for leave to send its body gets it, and not when the request is refused anyway.
#[tokio::test(flavor = "multi_thread")]
async fn expect_100_continue() {
    let wire = Wire::start(&Mock::new());
    let head = |keys: &str| {
        format!(
            "POST /openapi/v2/rooms HTTP/1.1\r\n{keys}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            ROOM_V2.len()
        )
    };
    let mut stream = wire.connect();
    stream.write_all(head(KEYS).as_bytes()).unwrap();
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(ROOM_V2.as_bytes()).unwrap();
    assert!(read_to_end(&mut stream).starts_with("HTTP/1.1 200"));

    let refused = wire.exchange(head("Host: localhost\r\nConnection: close\r\n"));
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_and_head() {
    let wire = Wire::start(&Mock::demo());
    let keys = "API_KEY: demo-key\r\nX-AUTH-TOKEN: demo-token\r\n";
    let old = wire.exchange(format!("GET /openapi/v2/rooms HTTP/1.0\r\n{keys}\r\n"));
    assert!(old.starts_with("HTTP/1.0 200") && old.ends_with("]}"), "{old}");
    let length = old.split("\r\n\r\n").nth(1).unwrap().len();

    let head = wire.exchange(format!("HEAD /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{keys}\r\n"));
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.contains(&format!("content-length: {length}\r\n")), "{head}");
    let refused = wire.exchange("HEAD /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(refused.starts_with("HTTP/1.1 404") && refused.ends_with("\r\n\r\n"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight() {
    let wire = Wire::start(&Mock::new());
    for target in ["/openapi/v2/rooms", "*"] {
        let request = format!(
            "OPTIONS {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: http://app.example\r\n\
             Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: api_key\r\n\r\n"
        );
        let answer = wire.exchange(request);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("access-control-allow-headers: api_key\r\n"), "{answer}");
    }
}

/// Several requests on one connection, also when they arrive at once.
#[tokio::test(flavor = "multi_thread")]
async fn kept_and_pipelined_connections() {
    let wire = Wire::start(&Mock::demo());
    let mut stream = wire.connect();
    let request = "GET /openapi/token HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: demo-key\r\n\r\n";
    stream.write_all(request.repeat(3).as_bytes()).unwrap();
    for id in 1..=3 {
        let answer = read_one(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(&format!("x-mock-request-id: {id}\r\n")), "{answer}");
    }
}

/// A client that has said all it had to say still gets its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_closed_connection() {
    let wire = Wire::start(&Mock::new());
    let mut stream = wire.connect();
    stream.write_all(&form(ROOM_V2.as_bytes())).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(read_to_end(&mut stream).starts_with("HTTP/1.1 200"));
}

/// 3 MB, sent without waiting, on operations that refuse them early: the client sends all of it and then reads why.
#[tokio::test(flavor = "multi_thread")]
async fn three_megabytes_without_waiting() {
    let wire = Wire::start(&Mock::new());
    let body = vec![b'x'; 3_000_000];
    let head = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.len());
    let answer = wire.exchange(post("/openapi/v2/rooms", &head, &body));
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.ends_with(r#"{"result_cd":413,"result_msg":"the body must be at most 65536 bytes"}"#),
        "{answer}"
    );

    let chunked = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let answer = wire.exchange(post(
        "/openapi/v2/rooms",
        "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n",
        &chunked,
    ));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let answer = wire.exchange(post("/openapi/v2/nothing", &head, &body));
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

/// A body whose chunks are nonsense cannot be read.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read() {
    let wire = Wire::start(&Mock::new());
    let answer = wire.exchange(post(
        "/openapi/v2/rooms",
        "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n",
        b"zz\r\nnonsense\r\n",
    ));
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains(r#""result_cd":400,"result_msg":"the body cannot be read: "#),
        "{answer}"
    );
}

/// What is no acceptable HTTP gets the HTTP library's bare answer, and the next connection works.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_request() {
    let wire = Wire::start(&Mock::demo());
    let many_headers = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(101));
    let long_url = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(70_000));
    for (bytes, status) in
        [("GET /a b HTTP/1.1\r\n\r\n", "400"), (&many_headers, "431"), (&long_url, "431 414"), ("\u{16}\u{3}\u{1}\0\u{1}", "")]
    {
        let mut stream = wire.connect();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = read_to_end(&mut stream);
        // Which of two depends on how much has come when it is looked at.
        let is_told = |status: &str| answer.starts_with(&format!("HTTP/1.1 {status}"));
        assert!(status.is_empty() || status.split(' ').any(is_told), "{status}: {answer}");
        assert!(!answer.contains("result_cd"));
    }
    // Odd targets that are HTTP after all are unknown paths.
    for target in ["GET *", "CONNECT localhost:80", "GET http://elsewhere", "GET http://elsewhere/nothing/"] {
        let answer = wire.exchange(format!("{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        assert!(!answer.contains("500"), "{target}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 200 OK\r\ncontent-type: text"), "{target}: {answer}");
    }
    assert!(wire.exchange("GET /openapi/token HTTP/1.1\r\nAPI_KEY: k\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
}

/// A stop ends idle and half-sent connections at once, and nobody is accepted any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_slow_clients() {
    let server = Server::bind(&Host::Localhost, 0).unwrap();
    let port = server.port();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(Mock::demo().app(), async { drop(stopped.await) }));
    let connect = || TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut idle, mut half) = (connect(), connect());
    idle.write_all(b"GET /openapi/token HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: demo-key\r\n\r\n").unwrap();
    read_one(&mut idle);
    half.write_all(&form(ROOM_V2.as_bytes())[..150]).unwrap();

    drop(stop);
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
    let ended = half.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(0) | Err(ErrorKind::ConnectionReset)), "{ended:?}");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
