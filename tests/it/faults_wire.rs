//! Each kind of fault as bytes over a real socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use vchatcloud_mock::fault::Call;
use vchatcloud_mock::journal::Filter;
use vchatcloud_mock::server::{Host, Server};

use crate::mock::{Mock, ROOM_V2};
use crate::wire::{Wire, form, read_one};

const LIST: &str = "GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: alice-key\r\nX-AUTH-TOKEN: t\r\n\r\n";
const EMPTY_LIST: &str = r#"{"result_cd":1,"result_msg":"","list":[]}"#;
/// What the mock says of an answer that a rule gave.
const INJECTED: &str = "\r\nx-mock-reason: this is no answer of the API: the fault ";

/// A connection to a server with one rule for its caller, which has the number 1.
struct Faulty {
    mock: Mock,
    _wire: Wire,
    stream: TcpStream,
}

impl Faulty {
    /// The fault befalls the first call.
    async fn with(fault: &str) -> Faulty {
        Faulty::rule(&format!(r#"{{"match": {{"nth": 1}}, "do": {{"kind": {fault}}}}}"#)).await
    }

    async fn rule(rule: &str) -> Faulty {
        let mock = Mock::new();
        let added = mock.admin("POST", "faults?apiKey=alice-key", rule).await;
        assert_eq!(added.status, 201, "{added}");
        let wire = Wire::start(&mock);
        Faulty { stream: wire.connect(), mock, _wire: wire }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// One answer on a connection that stays open.
    fn answer(&mut self, request: impl AsRef<[u8]>) -> String {
        self.send(request);
        read_one(&mut self.stream)
    }

    /// Everything that comes, and whether it ends in good order.
    fn exchange(&mut self, request: impl AsRef<[u8]>) -> (String, Result<(), ErrorKind>) {
        self.send(request);
        let mut answer = Vec::new();
        let ended = self.stream.read_to_end(&mut answer);
        (String::from_utf8(answer).unwrap(), ended.map(drop).map_err(|error| error.kind()))
    }

    /// The next request on the same connection is answered as ever.
    fn goes_on(&mut self) {
        let answer = self.answer(LIST);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""list":["#) && answer.ends_with("]}"), "{answer}");
        assert!(!answer.contains("x-mock-fault-applied") && !answer.contains("x-mock-reason"), "{answer}");
    }

    /// What the journal says of the first exchange: faults with their rules, and the status, if an answer went out.
    fn journal(&self) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let page = self.mock.emulator().requests(None, &Filter { since: Some(0), ..Filter::default() }, 1);
            if let Some(entry) = page.entries.first() {
                let faults: Vec<String> = entry.faults.iter().map(|fault| format!("{} {}", fault.kind, fault.rule.unwrap())).collect();
                return format!("{}: {:?}", faults.join(", "), entry.answer.map(|answer| answer.status));
            }
            assert!(Instant::now() < deadline, "nothing was recorded");
            std::thread::yield_now();
        }
    }

    async fn rooms(&self) -> usize {
        self.mock.alice().names().await.len()
    }
}

fn create() -> Vec<u8> {
    String::from_utf8(form(ROOM_V2.as_bytes())).unwrap().replace("Connection: close\r\n", "").into_bytes()
}

fn applied(answer: &str) -> &str {
    let line = answer.split("\r\n").find_map(|line| line.strip_prefix("x-mock-fault-applied: "));
    line.unwrap_or_else(|| panic!("{answer}"))
}

fn body(answer: &str) -> &str {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{answer}");
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn delay() {
    for (fault, least) in [(r#""delay", "time": "120ms""#, 120), (r#""delay", "min": "60ms", "max": "80ms""#, 60)] {
        let mut faulty = Faulty::with(fault).await;
        let begun = Instant::now();
        let answer = faulty.answer(create());
        assert!(begun.elapsed() >= Duration::from_millis(least), "{:?}", begun.elapsed());
        assert!(answer.starts_with("HTTP/1.1 200") && applied(&answer) == "delay" && !answer.contains("x-mock-reason"), "{answer}");
        faulty.goes_on();
        assert_eq!((faulty.journal(), faulty.rooms().await), ("delay 1: Some(200)".to_owned(), 1));
    }
}

/// All of the span is drawn alike, the same from the same seed.
#[tokio::test]
async fn a_delay_is_drawn() {
    let waits = async || {
        let mock = Mock::new();
        mock.admin("POST", "faults?apiKey=alice-key", r#"{"do": {"kind": "delay", "min": "1s", "max": "4s"}}"#).await;
        let now = mock.emulator().now(None);
        let call = Call { key: Some(&"alice-key".parse().unwrap()), operation: None, room_id: None, now };
        (0..300).map(|_| mock.emulator().plan(&call).0.wait.as_secs_f64()).collect::<Vec<f64>>()
    };
    let drawn = waits().await;
    for least in [1.0, 2.0, 3.0] {
        let count = drawn.iter().filter(|wait| (least..least + 1.0).contains(*wait)).count();
        assert!((70..=130).contains(&count), "{count} of 300 from {least} s on");
    }
    assert!(drawn.iter().all(|wait| (1.0..4.0).contains(wait)));
    assert_eq!(waits().await, drawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn status() {
    for (fault, line, expected) in [
        (r#""code": "CHANNEL_NOT_EXISTED""#, "404 Not Found", r#"{"result_cd":10102,"result_msg":"This chat room does not exist"}"#),
        (r#""code": "UNAUTHORIZED", "message": "no""#, "401 Unauthorized", r#"{"result_cd":401,"result_msg":"no"}"#),
        (r#""http": 503, "retryAfter": 7"#, "503 Service Unavailable\r\nretry-after: 7", r#"{"result_cd":0,"result_msg":"System error"}"#),
        (
            r#""http": 415, "code": "TOO_MANY_REQUESTS""#,
            "415 Unsupported Media Type",
            r#"{"result_cd":429,"result_msg":"Too many requests"}"#,
        ),
    ] {
        let mut faulty = Faulty::with(&format!(r#""status", {fault}"#)).await;
        let answer = faulty.answer(create());
        let (line, header) = line.split_once("\r\n").unwrap_or((line, "content-type: application/json"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {line}\r\n")) && answer.contains(&format!("\r\n{header}\r\n")), "{answer}");
        assert!(answer.contains(&format!("{INJECTED}status was injected by rule 1\r\n")) && applied(&answer) == "status", "{answer}");
        assert_eq!(body(&answer), expected);
        faulty.goes_on();
        assert_eq!((faulty.journal(), faulty.rooms().await), (format!("status 1: Some({})", &line[..3]), 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reset() {
    let mut faulty = Faulty::with(r#""reset""#).await;
    assert_eq!(faulty.exchange(create()), (String::new(), Err(ErrorKind::ConnectionReset)));
    assert_eq!((faulty.journal(), faulty.rooms().await), ("reset 1: None".to_owned(), 0));

    // When some of the answer goes out, the operation has happened.
    for bytes in [1, 37, 100_000] {
        let mut faulty = Faulty::with(&format!(r#""reset", "afterBytes": {bytes}"#)).await;
        let (answer, ended) = faulty.exchange(create());
        assert_eq!(ended, Err(ErrorKind::ConnectionReset), "{answer}");
        assert!(answer.starts_with('H') && (answer.len() == bytes || bytes > 1000 && body(&answer).ends_with("}}")), "{answer}");
        assert_eq!((faulty.journal(), faulty.rooms().await), ("reset 1: Some(200)".to_owned(), 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn empty() {
    let mut faulty = Faulty::with(r#""empty""#).await;
    assert_eq!(faulty.exchange(create()), (String::new(), Ok(())));
    assert_eq!((faulty.journal(), faulty.rooms().await), ("empty 1: None".to_owned(), 0));
}

/// The head says the whole length.
#[tokio::test(flavor = "multi_thread")]
async fn truncate() {
    for (fault, bytes) in
        [("", EMPTY_LIST.len() / 2), (r#", "bytes": 7"#, 7), (r#", "bytes": 0"#, 0), (r#", "bytes": 9999"#, EMPTY_LIST.len())]
    {
        let mut faulty = Faulty::with(&format!(r#""truncate"{fault}"#)).await;
        let (answer, ended) = faulty.exchange(LIST);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains(&format!("content-length: {}\r\n", EMPTY_LIST.len())), "{head}");
        assert_eq!((body, ended, applied(head)), (&EMPTY_LIST[..bytes], Ok(()), "truncate"));
        assert_eq!(faulty.journal(), "truncate 1: Some(200)");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed() {
    let mut faulty = Faulty::with(r#""malformed""#).await;
    let answer = faulty.answer(create());
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\r\ncontent-type: application/json\r\n"), "{answer}");
    assert!(answer.contains(&format!("{INJECTED}malformed was injected by rule 1\r\n")) && applied(&answer) == "malformed", "{answer}");
    assert!(!body(&answer).is_empty() && serde_json::from_str::<serde_json::Value>(body(&answer)).is_err(), "{answer}");
    faulty.goes_on();
    assert_eq!((faulty.journal(), faulty.rooms().await), ("malformed 1: Some(200)".to_owned(), 1));
}

/// No byte comes, and neither that nor a delay holds up a stop.
#[tokio::test(flavor = "multi_thread")]
async fn hang() {
    let mut faulty = Faulty::with(r#""hang""#).await;
    faulty.send(create());
    assert_eq!((faulty.journal(), faulty.rooms().await), ("hang 1: None".to_owned(), 0));
    faulty.stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let heard = faulty.stream.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(heard, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{heard:?}");

    let mock = Mock::new();
    mock.admin("POST", "faults?all=true", r#"{"do": {"kind": "hang"}, "times": 1}"#).await;
    mock.admin("POST", "faults?all=true", r#"{"do": {"kind": "delay", "time": "1h"}}"#).await;
    let server = Server::bind(&Host::Localhost, 0).unwrap();
    let (port, (stop, stopped)) = (server.port(), oneshot::channel::<()>());
    let serving = tokio::spawn(server.serve(mock.app(), async { drop(stopped.await) }));
    let streams = [(); 2].map(|()| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(LIST.as_bytes()).unwrap();
        stream
    });
    let deadline = Instant::now() + Duration::from_secs(10);
    while mock.emulator().faults(None).iter().any(|rule| rule.applied == 0) {
        assert!(Instant::now() < deadline, "no request has come");
        tokio::task::yield_now().await;
    }
    drop(stop);
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
    drop(streams);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow() {
    let mut faulty = Faulty::with(r#""slow", "bytesPerSecond": 2000"#).await;
    let begun = Instant::now();
    let answer = faulty.answer(LIST);
    let due = Duration::from_millis(answer.len() as u64 * 1000 / 2000);
    assert!(begun.elapsed() >= due, "{} bytes after {:?}", answer.len(), begun.elapsed());
    assert_eq!((body(&answer), applied(&answer)), (EMPTY_LIST, "slow"));
    faulty.goes_on();
    assert_eq!(faulty.journal(), "slow 1: Some(200)");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_gateway() {
    let mut faulty = Faulty::with(r#""bad-gateway""#).await;
    let answer = faulty.answer(create());
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n") && answer.contains("\r\ncontent-type: text/html\r\n"), "{answer}");
    assert!(answer.contains(&format!("{INJECTED}bad-gateway was injected by rule 1\r\n")) && applied(&answer) == "bad-gateway", "{answer}");
    assert!(body(&answer).starts_with("<html>") && body(&answer).ends_with("</html>\r\n"), "{answer}");
    faulty.goes_on();
    assert_eq!((faulty.journal(), faulty.rooms().await), ("bad-gateway 1: Some(502)".to_owned(), 0));
}

/// The room is there although nobody was told so, and whoever tries again has two.
#[tokio::test(flavor = "multi_thread")]
async fn commit_then_fail() {
    for (then, starts_with, status, ended) in [
        ("", "", "None", Err(ErrorKind::ConnectionReset)),
        (r#", "then": {"kind": "empty"}"#, "", "None", Ok(())),
        (r#", "then": {"kind": "reset", "afterBytes": 12}"#, "HTTP/1.1 200", "Some(200)", Err(ErrorKind::ConnectionReset)),
        (r#", "then": {"kind": "bad-gateway"}"#, "HTTP/1.1 502 Bad Gateway\r\n", "Some(502)", Ok(())),
        (r#", "then": {"kind": "status", "http": 504}"#, "HTTP/1.1 504 Gateway Timeout\r\n", "Some(504)", Ok(())),
    ] {
        let mut faulty = Faulty::with(&format!(r#""commit-then-fail"{then}"#)).await;
        let (answer, end) = faulty.exchange(form(ROOM_V2.as_bytes()));
        assert!(answer.starts_with(starts_with) && starts_with.is_empty() == answer.is_empty(), "{then}: {answer}");
        assert_eq!(end, ended, "{then}");
        if answer.len() > 12 {
            assert!(answer.contains(&format!("{INJECTED}commit-then-fail was injected by rule 1\r\n")), "{answer}");
            assert_eq!(applied(&answer), "commit-then-fail");
        }
        assert_eq!((faulty.journal(), faulty.rooms().await), (format!("commit-then-fail 1: {status}"), 1));
        faulty.mock.alice().create_room("").await;
        assert_eq!(faulty.mock.alice().names().await, ["Lobby", "Lobby"]);
    }
}

/// A burst passes, and then what the account's clock has filled in.
#[tokio::test(flavor = "multi_thread")]
async fn rate_limit() {
    let mut faulty = Faulty::rule(r#"{"do": {"kind": "rate-limit", "perSecond": 0.1, "burst": 2}}"#).await;
    faulty.goes_on();
    faulty.goes_on();
    for (retry_after, advance) in [("10", "9s"), ("1", "999ms"), ("1", "1ms")] {
        let answer = faulty.answer(LIST);
        assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains(&format!("\r\nretry-after: {retry_after}\r\n")), "{answer}");
        assert!(
            answer.contains(&format!("{INJECTED}rate-limit was injected by rule 1\r\n")) && applied(&answer) == "rate-limit",
            "{answer}"
        );
        assert_eq!(body(&answer), r#"{"result_cd":429,"result_msg":"Too many requests"}"#);
        faulty.mock.admin("POST", "clock/advance?apiKey=alice-key", &format!(r#"{{"by": "{advance}"}}"#)).await;
    }
    faulty.goes_on();
    assert!(faulty.answer(LIST).starts_with("HTTP/1.1 429 "));
    // It holds no more than the burst, and a clock that is put back takes nothing from it.
    for by in ["1h", "-2h"] {
        faulty.mock.admin("POST", "clock/advance?apiKey=alice-key", &format!(r#"{{"by": "{by}"}}"#)).await;
        faulty.goes_on();
    }
    assert!(faulty.answer(LIST).contains("\r\nretry-after: 10\r\n"));
    faulty.mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "10s"}"#).await;
    faulty.goes_on();
    assert_eq!(faulty.journal(), ": Some(200)");
}

/// Neither a HEAD nor a client of the last century hears anything else.
#[tokio::test(flavor = "multi_thread")]
async fn head_and_http_1_0() {
    let old = LIST.replace("HTTP/1.1", "HTTP/1.0");
    let head = LIST.replace("GET", "HEAD").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let reset = Err(ErrorKind::ConnectionReset);
    for (fault, status, of_body, ended) in [
        (r#""delay", "time": "1ms""#, "200", EMPTY_LIST.len(), Ok(())),
        (r#""status", "http": 503"#, "503", 43, Ok(())),
        (r#""reset""#, "", 0, reset),
        (r#""reset", "afterBytes": 12"#, "200", 0, reset),
        (r#""empty""#, "", 0, Ok(())),
        (r#""truncate", "bytes": 3"#, "200", 3, Ok(())),
        (r#""malformed""#, "200", EMPTY_LIST.len() - 1, Ok(())),
        (r#""slow", "bytesPerSecond": 5000"#, "200", EMPTY_LIST.len(), Ok(())),
        (r#""bad-gateway""#, "502", 150, Ok(())),
        // It befalls writes alone.
        (r#""commit-then-fail""#, "200", EMPTY_LIST.len(), Ok(())),
    ] {
        for (request, version, of_body) in [(&old, "HTTP/1.0", of_body), (&head, "HTTP/1.1", 0)] {
            let (answer, end) = Faulty::with(fault).await.exchange(request);
            let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let line = if status.is_empty() { String::new() } else { format!("{version} {status}") };
            assert!(answer.starts_with(&line) && answer.is_empty() == line.is_empty(), "{fault}: {answer}");
            assert_eq!((body.len(), end), (of_body, ended), "{fault}: {answer}");
        }
    }
}

/// The body has not been sent yet: nobody is asked for it unless the operation happens.
#[tokio::test(flavor = "multi_thread")]
async fn expect_100_continue() {
    let request = String::from_utf8(form(ROOM_V2.as_bytes())).unwrap().replace("Content-Type", "Expect: 100-continue\r\nContent-Type");
    let (head, body) = request.split_at(request.find("\r\n\r\n").unwrap() + 4);
    let leave = "HTTP/1.1 100 Continue\r\n\r\n";
    let reset = Err(ErrorKind::ConnectionReset);
    for (fault, refused, ended) in [
        (r#""status", "http": 503"#, "HTTP/1.1 503 ", Ok(())),
        (r#""bad-gateway""#, "HTTP/1.1 502 ", Ok(())),
        (r#""reset""#, "", reset),
        (r#""empty""#, "", Ok(())),
    ] {
        let mut faulty = Faulty::with(fault).await;
        let (answer, end) = faulty.exchange(head);
        assert!(answer.starts_with(refused) && answer.is_empty() == refused.is_empty(), "{fault}: {answer}");
        assert_eq!((end, faulty.rooms().await), (ended, 0), "{fault}");
    }
    for (fault, starts_with, ends_with, ended) in [
        (r#""delay", "time": "1ms""#, "HTTP/1.1 200 OK\r\n", "\"}}", Ok(())),
        (r#""malformed""#, "HTTP/1.1 200 OK\r\n", "\"}", Ok(())),
        (r#""truncate", "bytes": 3"#, "HTTP/1.1 200 OK\r\n", "\r\n\r\n{\"r", Ok(())),
        (r#""reset", "afterBytes": 8"#, "HTTP/1.1", "HTTP/1.1", reset),
        (r#""commit-then-fail""#, "", "", reset),
    ] {
        let mut faulty = Faulty::with(fault).await;
        faulty.send(head);
        let mut told = vec![0; leave.len()];
        faulty.stream.read_exact(&mut told).unwrap();
        assert_eq!(String::from_utf8(told).unwrap(), leave, "{fault}");
        let (answer, end) = faulty.exchange(body);
        assert!(answer.starts_with(starts_with) && answer.ends_with(ends_with), "{fault}: {answer}");
        assert_eq!((end, answer.is_empty(), faulty.rooms().await), (ended, starts_with.is_empty(), 1), "{fault}");
    }
}

/// Two requests at once, and the fault befalls one of them.
#[tokio::test(flavor = "multi_thread")]
async fn pipelined() {
    for fault in [r#""delay", "time": "20ms""#, r#""status", "http": 503"#, r#""malformed""#, r#""slow", "bytesPerSecond": 5000"#] {
        let mut faulty = Faulty::with(fault).await;
        let first = faulty.answer(LIST.repeat(2));
        let second = read_one(&mut faulty.stream);
        assert!(fault.contains(applied(&first)), "{first}");
        assert!(body(&second) == EMPTY_LIST && !second.contains("x-mock-fault-applied"), "{second}");
    }
    // Nothing comes behind an end.
    let reset = Err(ErrorKind::ConnectionReset);
    for (fault, ended) in [(r#""reset""#, reset), (r#""empty""#, Ok(())), (r#""truncate", "bytes": 0"#, Ok(()))] {
        let (answer, end) = Faulty::with(fault).await.exchange(LIST.repeat(2));
        assert!(answer.is_empty() || answer.ends_with("\r\n\r\n"), "{answer}");
        assert_eq!(end, ended, "{fault}");
        // And the answer before it arrives.
        let second = format!(r#"{{"match": {{"nth": 2}}, "do": {{"kind": {fault}}}}}"#);
        let (answers, end) = Faulty::rule(&second).await.exchange(LIST.repeat(2));
        let first = &answers[..answers.find(EMPTY_LIST).unwrap() + EMPTY_LIST.len()];
        assert!(body(first) == EMPTY_LIST && !first.contains("x-mock-fault-applied"), "{answers}");
        assert_eq!(end, ended, "{fault}");
    }
}
