//! Every kind of fault through the handle: what a client sees over a socket, and without one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use vchatcloud_mock::{Account, Expectation, Fault, MockServer, Operation, ResultCode, Rule};

use super::{ROOMS, get};
use crate::mock::ROOM_V2;

/// What a client gets of an answer, and how it ends.
struct Seen {
    status: Option<u16>,
    retry_after: Option<String>,
    body: Vec<u8>,
    length: usize,
    end: &'static str,
}

impl Seen {
    fn nothing(end: &'static str) -> Seen {
        Seen { status: None, retry_after: None, body: Vec::new(), length: 0, end }
    }

    fn words(&self) -> String {
        let mut words = self.status.map_or("nothing".to_owned(), |status| status.to_string());
        if let Some(seconds) = &self.retry_after {
            write!(words, " retry after {seconds}").unwrap();
        }
        if self.status.is_some() {
            let is_json = serde_json::from_slice::<serde_json::Value>(&self.body).is_ok();
            match () {
                () if self.body.len() < self.length && self.body.len() == self.length / 2 => words += ", half",
                () if self.body.len() < self.length => write!(words, ", {} bytes", self.body.len()).unwrap(),
                () if is_json => words += ", JSON",
                () if self.body.starts_with(b"<html>") => words += ", HTML",
                () => words += ", no JSON",
            }
        }
        if self.end.is_empty() { words } else { format!("{words}, {}", self.end) }
    }
}

/// Over a socket. What hangs is waited for a while.
fn over_a_socket(server: &MockServer, patience: Duration) -> Seen {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    let head = "POST /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAPI_KEY: suite\r\nX-AUTH-TOKEN: any";
    let form = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}", ROOM_V2.len());
    write!(stream, "{head}\r\n{form}\r\n\r\n{ROOM_V2}").unwrap();
    let mut answer = Vec::new();
    let end = match stream.read_to_end(&mut answer).map_err(|error| error.kind()) {
        Ok(_) => "closed",
        Err(ErrorKind::ConnectionReset) => "reset",
        Err(ErrorKind::WouldBlock | ErrorKind::TimedOut) => "open",
        Err(other) => panic!("{other}"),
    };
    let Some(at) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return Seen::nothing(end) };
    let (head, body) = (String::from_utf8(answer[..at].to_vec()).unwrap(), answer[at + 4..].to_vec());
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()));
    let length = value("content-length:").unwrap().parse().unwrap();
    // To close is what was asked for.
    let end = if end == "closed" && body.len() == length { "" } else { end };
    Seen { status: Some(head[9..12].parse().unwrap()), retry_after: value("retry-after:"), body, length, end }
}

/// Without a socket.
async fn through_a_router(router: Router, patience: Duration) -> Seen {
    let request = Request::post("http://localhost/openapi/v2/rooms").header("API_KEY", "suite").header("X-AUTH-TOKEN", "any");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(ROOM_V2)).unwrap();
    let Ok(answer) = tokio::time::timeout(patience, router.oneshot(request)).await else { return Seen::nothing("open") };
    let (head, mut answer) = answer.unwrap().into_parts();
    let value = |headers: &HeaderMap, name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let mut body = Vec::new();
    let end = loop {
        match answer.frame().await {
            Some(Ok(frame)) => body.extend_from_slice(frame.data_ref().unwrap()),
            Some(Err(error)) => {
                let mut causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
                let kind = causes.find_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind()));
                break match kind.unwrap() {
                    ErrorKind::ConnectionReset => "reset",
                    ErrorKind::UnexpectedEof => "closed",
                    other => panic!("{other}"),
                };
            }
            None => break "",
        }
    };
    let length = value(&head.headers, header::CONTENT_LENGTH).unwrap_or_default().parse().unwrap_or_default();
    Seen { status: Some(head.status.as_u16()), retry_after: value(&head.headers, header::RETRY_AFTER), body, length, end }
}

/// What each kind is asked for with.
fn faults() -> Vec<Fault> {
    let ms = Duration::from_millis;
    vec![
        Fault::delay(ms(60)),
        Fault::delay_between(ms(60), ms(61)),
        Fault::status(503).retry_after(2).into(),
        Fault::code(ResultCode::TooManyRequests).message("slowly").into(),
        Fault::status(418).with_code(ResultCode::Unauthorized).into(),
        Fault::reset(),
        Fault::reset_after(20),
        Fault::empty(),
        Fault::truncate(),
        Fault::truncate_after(7),
        Fault::malformed(),
        Fault::hang(),
        Fault::slow(500),
        Fault::bad_gateway(),
        Fault::commit_then_fail(),
        Fault::commit_then(Fault::status(504)),
        Fault::commit_then(Fault::empty()),
        Fault::rate_limit(0.1, 1),
    ]
}

/// Adds the rule, calls, and says what came of it.
async fn befall(account: &Account, fault: &Fault, call: impl AsyncFn(Duration) -> Seen) -> String {
    let rule = account.fault(fault.clone()).await.unwrap();
    assert_eq!(rule.rule, Rule::from(fault.clone()));
    if fault.kind() == "rate-limit" {
        assert_eq!(call(Duration::from_secs(10)).await.words(), "200, JSON");
    }
    let begun = Instant::now();
    let seen = call(if fault.kind() == "hang" { Duration::from_millis(300) } else { Duration::from_secs(20) }).await;
    assert!(!["delay", "slow"].contains(&fault.kind()) || begun.elapsed() >= Duration::from_millis(60), "{:?}", begun.elapsed());
    assert_eq!(account.faults().await.unwrap().last().unwrap().applied, 1, "{fault:?}");
    let exchange = account.requests().await.unwrap().pop().unwrap();
    assert_eq!((exchange.faults[0].kind.as_str(), exchange.faults[0].rule), (fault.kind(), Some(rule.id)));
    format!("{} ({} made)", seen.words(), account.rooms().await.unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_on_a_socket_and_without() {
    let faults = faults();
    let kinds: BTreeSet<&str> = Fault::KINDS.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(faults.iter().map(Fault::kind).collect::<BTreeSet<_>>(), kinds);
    let mut told = String::new();
    for fault in faults {
        let server = MockServer::start().await.unwrap();
        let on_a_socket = befall(&server.account("suite"), &fault, async |patience| over_a_socket(&server, patience)).await;
        let (router, mock) = MockServer::router().unwrap();
        let without = befall(&mock.account("suite"), &fault, async |patience| through_a_router(router.clone(), patience).await).await;
        let both = if on_a_socket == without { on_a_socket } else { format!("{on_a_socket}; without a socket: {without}") };
        writeln!(told, "{}: {both}", fault.json()).unwrap();
    }
    insta::assert_snapshot!(told, @r#"
    {"kind":"delay","time":"60ms"}: 200, JSON (1 made)
    {"kind":"delay","min":"60ms","max":"61ms"}: 200, JSON (1 made)
    {"kind":"status","code":"SYSTEM_ERROR","http":503,"retryAfter":2}: 503 retry after 2, JSON (0 made)
    {"kind":"status","code":"TOO_MANY_REQUESTS","message":"slowly"}: 429, JSON (0 made)
    {"kind":"status","code":"UNAUTHORIZED","http":418}: 418, JSON (0 made)
    {"kind":"reset"}: nothing, reset (0 made); without a socket: 502, no JSON, reset (0 made)
    {"kind":"reset","afterBytes":20}: nothing, reset (1 made); without a socket: 200, 20 bytes, reset (1 made)
    {"kind":"empty"}: nothing, closed (0 made); without a socket: 502, no JSON, closed (0 made)
    {"kind":"truncate"}: 200, half, closed (1 made)
    {"kind":"truncate","bytes":7}: 200, 7 bytes, closed (1 made)
    {"kind":"malformed"}: 200, no JSON (1 made)
    {"kind":"hang"}: nothing, open (0 made)
    {"kind":"slow","bytesPerSecond":500}: 200, JSON (1 made)
    {"kind":"bad-gateway"}: 502, HTML (0 made)
    {"kind":"commit-then-fail"}: nothing, reset (1 made); without a socket: 502, no JSON, reset (1 made)
    {"kind":"commit-then-fail","then":{"kind":"status","code":"SYSTEM_ERROR","http":504}}: 504, JSON (1 made)
    {"kind":"commit-then-fail","then":{"kind":"empty"}}: nothing, closed (1 made); without a socket: 502, no JSON, closed (1 made)
    {"kind":"rate-limit","perSecond":0.1,"burst":1}: 429 retry after 10, JSON (1 made)
    "#);
}

/// Whom a rule befalls, on a fault of any sort and on a rule.
#[tokio::test]
async fn rules_say_which_exchanges() {
    let server = MockServer::start().await.unwrap();
    let account = server.account("suite");
    let room = account.create_room("Lobby").await.unwrap().room_id;
    let seen = async |rule: Rule| {
        account.clear_faults().await.unwrap();
        account.fault(rule).await.unwrap();
        let mut seen = Vec::new();
        for path in [ROOMS, ROOMS, &format!("{ROOMS}/{room}"), ROOMS, "token", ROOMS] {
            seen.push(get(&server, "suite", path).await.unwrap().0);
        }
        seen
    };
    assert_eq!(seen(Fault::status(503).into()).await, [503, 503, 503, 503, 503, 503]);
    assert_eq!(seen(Fault::bad_gateway().times(2)).await, [502, 502, 200, 200, 200, 200]);
    assert_eq!(seen(Fault::status(503).in_room(room)).await, [200, 200, 503, 200, 200, 200]);
    assert_eq!(seen(Fault::status(503).on(Operation::IssueToken)).await, [200, 200, 200, 200, 503, 200]);
    assert_eq!(seen(Fault::status(503).on(Operation::ListRoom).nth(2)).await, [200, 503, 200, 200, 200, 200]);
    assert_eq!(seen(Fault::status(503).on(Operation::ListRoom).nth(2..=3)).await, [200, 503, 200, 503, 200, 200]);
    assert_eq!(seen(Fault::status(503).nth(5..)).await, [200, 200, 200, 200, 503, 503]);
    assert_eq!(seen(Fault::bad_gateway().nth(..=2)).await, [502, 502, 200, 200, 200, 200]);
    assert_eq!(seen(Fault::status(503).with_probability(1e-9)).await, [200; 6]);
    account.clear_faults().await.unwrap();
    account.fault(Fault::bad_gateway().lasting(Duration::from_secs(1))).await.unwrap();
    account.clock().advance(Duration::from_secs(2)).await.unwrap();
    assert_eq!(get(&server, "suite", ROOMS).await.unwrap().0, 200);
}

/// A rule for all befalls accounts to come, too; a request may ask for one itself.
#[tokio::test]
async fn rules_for_all() {
    let server = MockServer::start().await.unwrap();
    server.account("one").create_room("Lobby").await.unwrap();
    server.all_accounts().fault("bad-gateway".parse::<Fault>().unwrap().times(2)).await.unwrap();
    for (key, status) in [("one", 502), ("two", 502), ("three", 200)] {
        assert_eq!(get(&server, key, ROOMS).await.unwrap().0, status);
    }
    let rule = server.account("one").faults().await.unwrap().remove(0);
    assert_eq!((rule.api_key, rule.seen, rule.applied, rule.spent), (None, 2, 2, true));
    server.all_accounts().remove_fault(rule.id).await.unwrap();
    assert_eq!(server.all_accounts().faults().await.unwrap(), []);
    server.all_accounts().verify(Expectation::of(Operation::ListRoom).status(502).times(2)).await.unwrap();
    let error = server.all_accounts().remove_fault(rule.id).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no fault rule of that number; GET faults shows which there are (unknown_fault, 404)");
    insta::assert_snapshot!("bad-gatway".parse::<Fault>().unwrap_err(), @r#"kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, did you mean bad-gateway, got "bad-gatway""#);
}
