//! `drift`, with our own server as the real service: what differs there is what a test made differ.
#![cfg(unix)]

mod capture;
mod secrets;
mod strange;
mod writes;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use regex_lite::Regex;
use vchatcloud_mock::blocking::MockServer;
use vchatcloud_mock::{AuthMode, Builder, Fault, Operation};

use crate::process::{Run, run};

/// The key of the account at the "real" service, and its rooms.
const KEY: &str = "real-key";
const DOCUMENTATION: &str = include_str!("../../docs/drift.md");
const ROOMS: &str = r#""rooms": [
    {"roomName": "a", "users": [{"clientKey": "u"}], "exiles": [{"clientKey": "e"}], "mutes": [{"clientKey": "u"}]},
    {"roomName": "b", "template": "02", "webrtcStat": "Y"}]"#;

/// A server that stands for the real one.
fn real(more: &str) -> MockServer {
    builder(more).start_blocking().unwrap()
}

fn builder(more: &str) -> Builder {
    let fixture = format!(r#"{{"accounts": [{{"apiKey": "{KEY}", {ROOMS}}}]{more}}}"#);
    MockServer::builder().auth(AuthMode::Strict).fixtures_json(fixture)
}

fn drift(server: &MockServer, flags: &[&str]) -> Run {
    drift_with(KEY, &[&["--real", server.url()], flags].concat())
}

fn drift_with(key: &str, flags: &[&str]) -> Run {
    run(&[&["drift"], flags].concat(), &[("VCHATCLOUD_REAL_API_KEY", key)])
}

/// Without the numbers of errors, which each system has its own of.
fn without_numbers(text: &str) -> String {
    Regex::new(r" \(os error \d+\)").unwrap().replace_all(text, "").into_owned()
}

/// Of the account that was asked for.
fn methods(server: &MockServer) -> Vec<String> {
    server.all_accounts().requests().unwrap().into_iter().map(|exchange| exchange.request.method).collect()
}

#[test]
fn nothing_differs_from_itself_and_nothing_is_written() {
    let server = real("");
    let same = drift(&server, &[]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(same.stdout, @"
    probe                   differs in  real  mock  contract
    issueToken              same
    issueToken, no API_KEY  same
    listRoom v2             same
    listRoom v1             same
    getRoomInfo v2          same
    getRoomInfo v1          same
    listUser v2             same
    listUser v1             same
    listExileUser           same
    listMuteUser            same
    unknown room v2         same
    unknown room v1         same
    no API_KEY v2           same
    no API_KEY v1           same
    no X-AUTH-TOKEN v2      same
    no X-AUTH-TOKEN v1      same
    bad token v2            same
    bad token v1            same
    same: 18 probes
    ");
    assert_eq!(methods(&server), vec!["GET"; 18]);
    assert_eq!(server.account(KEY).diff_text().unwrap().trim(), "no differences");
    // With a slash at the end, and from a variable.
    let url = format!("{}/", server.url());
    let env = [("VCHATCLOUD_REAL_API_KEY", KEY), ("VCHATCLOUD_MOCK_REAL", url.as_str())];
    assert_eq!(run(&["drift"], &env).stdout, same.stdout);
}

#[test]
fn what_differs_is_told() {
    let server = real(r#", "resultCodes": {"UNAUTHORIZED": {"result_cd": 4010, "http": 403}}"#);
    let account = server.account(KEY);
    account.fault(Fault::status(503).on(Operation::ListRoom).nth(2..=2)).unwrap();
    account.fault(Fault::malformed().on(Operation::GetRoomInfo).nth(1..=1)).unwrap();
    let drifted = drift(&server, &[]);
    assert_eq!((drifted.code, drifted.stderr.as_str()), (5, ""));
    insta::assert_snapshot!(drifted.stdout, @"
    probe                   differs in  real     mock   contract
    issueToken              same
    issueToken, no API_KEY  status      403      401    200 401 500
                            result_cd   4010     401    integer
    listRoom v2             same
    listRoom v1             status      503      200    200 401 500
                            result_cd   0        1      integer
                            key list    absent   array  array
    getRoomInfo v2          body        no JSON  JSON   JSON
    getRoomInfo v1          same
    listUser v2             same
    listUser v1             same
    listExileUser           same
    listMuteUser            same
    unknown room v2         same
    unknown room v1         same
    no API_KEY v2           status      403      401    200 401 500
                            result_cd   4010     401    integer
    no API_KEY v1           status      403      401    200 401 500
                            result_cd   4010     401    integer
    no X-AUTH-TOKEN v2      status      403      401    200 401 500
                            result_cd   4010     401    integer
    no X-AUTH-TOKEN v1      status      403      401    200 401 500
                            result_cd   4010     401    integer
    bad token v2            status      403      401    200 401 500
                            result_cd   4010     401    integer
    bad token v1            status      403      401    200 401 500
                            result_cd   4010     401    integer
    drifted: 9 of 18 probes, status, result_cd, body, keys
    ");
    assert!(DOCUMENTATION.contains(&format!("```text\n{}```", drifted.stdout)));
}

/// A call that fails is told, and the others go on; when it is the first, nobody is there.
#[test]
fn no_answer() {
    let server = real("");
    let account = server.account(KEY);
    account.fault(Fault::hang().on(Operation::GetRoomInfo).nth(1..=1)).unwrap();
    account.fault(Fault::reset().on(Operation::GetRoomInfo).nth(2..=2)).unwrap();
    account.fault(Fault::truncate().on(Operation::ListRoom).nth(2..=2)).unwrap();
    // It is for the others too, and only the call that hangs uses it up.
    let drifted = drift(&server, &["--timeout", "3s"]);
    assert_eq!(drifted.code, 5, "{}", drifted.stderr);
    let told = without_numbers(&drifted.stdout);
    let lines: Vec<&str> = told.lines().filter(|line| line.contains("no answer") || line.contains("drifted")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    listRoom v1             no answer: the answer broke off: error reading a body from connection
    getRoomInfo v2          no answer: none within 3s, raise --timeout
    unknown room v2         no answer: connection error: Connection reset by peer
    drifted: 3 of 18 probes, answer
    ");

    account.clear_faults().unwrap();
    account.fault(Fault::hang().on(Operation::IssueToken)).unwrap();
    let silent = drift(&server, &["--timeout", "200ms"]);
    assert_eq!((silent.code, silent.stdout.as_str()), (69, ""));
    assert!(silent.stderr.ends_with(": none within 200ms, raise --timeout\n"), "{}", silent.stderr);

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, says) in
        [(format!("http://{nobody}"), "is the address right"), (server.url().replace("http:", "https:"), "does it speak https")]
    {
        let unreachable = drift_with(KEY, &["--real", &url]);
        assert_eq!((unreachable.code, unreachable.stdout.as_str()), (69, ""));
        assert!(unreachable.stderr.starts_with("vchatcloud-mock: unreachable: 127.0.0.1:"), "{}", unreachable.stderr);
        assert!(unreachable.stderr.contains(says), "{}", unreachable.stderr);
    }
}

/// An account without rooms, and one that gets no token: what cannot be asked is left out, and told.
#[test]
fn what_cannot_be_asked_is_skipped() {
    let server = MockServer::builder().start_blocking().unwrap();
    let account = server.account(KEY);
    let empty = drift(&server, &[]).stdout;
    let lines: Vec<&str> = empty.lines().filter(|line| !line.ends_with("same")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    probe                   differs in  real   mock    contract
    listRoom v2             same; nothing in list to compare
    listRoom v1             same; nothing in list to compare
    getRoomInfo v2          skipped: the account has no room
    getRoomInfo v1          skipped: the account has no room
    listUser v2             skipped: the account has no room
    listUser v1             skipped: the account has no room
    listExileUser           skipped: the account has no room
    listMuteUser            skipped: the account has no room
    bad token v2            status      200    401     200 401 500
                            result_cd   1      401     integer
                            key list    array  absent  absent
    bad token v1            status      200    401     200 401 500
                            result_cd   1      401     integer
                            key list    array  absent  absent
    drifted: 2 of 12 probes, status, result_cd, keys; 6 skipped
    ");

    account.fault(Fault::bad_gateway().on(Operation::IssueToken)).unwrap();
    let without_token = drift(&server, &["--allow-writes"]);
    assert_eq!(without_token.code, 5);
    assert_eq!(without_token.stderr, "vchatcloud-mock: the real service has issued no token: is the API key right\n");
    insta::assert_snapshot!(without_token.stdout, @"
    probe                   differs in  real       mock              contract
    issueToken              status      502        200               200 401 500
                            media type  text/html  application/json  application/json
                            body        no JSON    JSON              JSON
    issueToken, no API_KEY  same
    listRoom v2             skipped: no token was issued
    listRoom v1             skipped: no token was issued
    getRoomInfo v2          skipped: the account has no room
    getRoomInfo v1          skipped: the account has no room
    listUser v2             skipped: the account has no room
    listUser v1             skipped: the account has no room
    listExileUser           skipped: the account has no room
    listMuteUser            skipped: the account has no room
    unknown room v2         skipped: no token was issued
    unknown room v1         skipped: no token was issued
    no API_KEY v2           same
    no API_KEY v1           same
    no X-AUTH-TOKEN v2      same
    no X-AUTH-TOKEN v1      same
    bad token v2            status      200        401               200 401 500
                            result_cd   1          401               integer
                            key list    array      absent            absent
    bad token v1            status      200        401               200 401 500
                            result_cd   1          401               integer
                            key list    array      absent            absent
    createRoom v2           skipped: no token was issued
    modifyRoom v2           skipped: no token was issued
    destroyRoom v2          skipped: no token was issued
    destroyed room v2       skipped: no token was issued
    createRoom v1           skipped: no token was issued
    modifyRoom v1           skipped: no token was issued
    destroyRoom v1          skipped: no token was issued
    destroyed room v1       skipped: no token was issued
    drifted: 3 of 8 probes, status, media type, result_cd, body, keys; 18 skipped
    ");
}

/// Whoever leads elsewhere is not followed: the key goes nowhere else.
#[test]
fn a_redirect_is_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = std::sync::mpsc::channel();
    let elsewhere = format!("HTTP/1.1 302 Found\r\nLocation: {url}/elsewhere\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    // It ends with the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut line) = (stream.unwrap(), String::new());
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            reader.read_line(&mut line).unwrap();
            sender.send(line.clone()).unwrap();
            while line != "\r\n" {
                line.clear();
                reader.read_line(&mut line).unwrap();
            }
            stream.write_all(elsewhere.as_bytes()).unwrap();
        }
    });
    let led = drift_with(KEY, &["--real", &url]);
    let lines: Vec<&str> = led.stdout.lines().skip(1).take(3).collect();
    insta::assert_snapshot!(format!("{}\n{}", led.code, lines.join("\n")), @"
    5
    issueToken              status      302     200               200 401 500
                            media type  absent  application/json  application/json
                            body        empty   JSON              JSON
    ");
    let asked: Vec<String> = asked.try_iter().collect();
    assert!(asked.len() == 8 && asked.iter().all(|line| line.starts_with("GET /openapi/")), "{asked:?}");
}

#[test]
fn https_with_a_ca_that_is_told_to_be_trusted() {
    let server = builder("").tls().start_blocking().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (file, url) = (directory.path().join("ca.pem"), server.https_url().unwrap());
    std::fs::write(&file, server.ca_pem().unwrap()).unwrap();
    let trusted = drift_with(KEY, &["--real", url, "--ca", file.to_str().unwrap()]);
    assert_eq!((trusted.code, trusted.stdout.lines().last()), (0, Some("same: 18 probes")), "{}", trusted.stderr);
    let system = run(&["drift", "--real", url], &[("VCHATCLOUD_REAL_API_KEY", KEY), ("SSL_CERT_FILE", file.to_str().unwrap())]);
    assert_eq!(system.code, 0, "{}", system.stderr);

    let other = builder("").tls().start_blocking().unwrap();
    let distrusted = drift_with(KEY, &["--real", other.https_url().unwrap(), "--ca", file.to_str().unwrap()]);
    assert_eq!((distrusted.code, distrusted.stdout.as_str()), (69, ""));
    assert!(
        distrusted.stderr.contains(": tls: ") && distrusted.stderr.ends_with(", trust its CA with --ca FILE\n"),
        "{}",
        distrusted.stderr
    );
}

#[test]
fn arguments_that_cannot_be() {
    let one = ["--real", "http://127.0.0.1:1"];
    let url_of = |text: &'static str| vec!["--real", text];
    let not_empty = "must be printable ASCII";
    for (key, flags, says) in [
        ("", one.to_vec(), "VCHATCLOUD_REAL_API_KEY: must be set"),
        ("a\nb", one.to_vec(), not_empty),
        (KEY, vec![], "needs one of --real URL and --har FILE"),
        (KEY, vec!["--real", "http://x", "--har", "y"], "needs one of --real URL and --har FILE"),
        (KEY, vec!["--har", "y", "--allow-writes"], "--allow-writes: needs --real"),
        (KEY, url_of("http://secret:word@x"), "--real: must be http://HOST[:PORT] or https://HOST[:PORT]"),
        (KEY, url_of("http://x/?secret=word"), "--real: must be"),
        (KEY, url_of("http://x/#secret-word"), "--real: must be"),
        (KEY, url_of("http://x/secret/word"), "--real: must be"),
        (KEY, url_of("ftp://secret-word"), "--real: must be"),
        (KEY, url_of("secret word"), "--real: must be"),
        (KEY, vec!["--real", "https://x", "--ca", "nowhere.pem"], "--ca: nowhere.pem: "),
        (KEY, vec!["--real", "https://x", "--ca", "Cargo.toml"], "--ca: Cargo.toml: is no PEM with a certificate"),
        (KEY, vec!["--real", "http://127.0.0.1:1", "--ca", "Cargo.toml"], "--ca: needs --real with https, http has no certificates\n"),
        (KEY, vec!["--real", "http://x", "--timeout", "soon"], "must be a duration"),
        (KEY, vec!["--real", "http://x", "--api-key", "secret-word"], "--api-key"),
    ] {
        let refused = drift_with(key, &flags);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{flags:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(says) && !refused.stderr.contains("word@"), "{flags:?}: {}", refused.stderr);
        assert!(!refused.stderr.contains("secret=word") && !refused.stderr.contains("secret/word"), "{}", refused.stderr);
    }
    let without = run(&["drift", "--real", "http://x"], &[]);
    assert_eq!(without.code, 2);
}
