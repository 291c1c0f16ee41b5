//! Every setting of the command line is one of the builder's, and has its effect. The test of a flag has the flag's name.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use reqwest::header::HOST;
use rustls::version::{TLS12, TLS13};
use vchatcloud_mock::{AuthMode, Builder, ErrorStatus, Host, MockServer, RoomSpec, Verification};

use super::{ROOMS, get, own_address};
use crate::process::run;
use crate::{tls, wire};

/// What the builder does not take: logs are the program's own, for all of its servers.
const OF_THE_PROGRAM: &[&str] = &["log-format", "quiet", "help"];

#[test]
fn every_flag_is_a_method_and_has_a_test() {
    let help = run(&["serve", "--help"], &[]).stdout;
    let lines = help.lines().filter_map(|line| line.trim_start().strip_prefix("--").or(line.trim_start().strip_prefix("-h, --")));
    let flags: BTreeSet<&str> = lines.filter_map(|line| line.split([' ', '[']).next()).collect();
    assert!(flags.len() > 15 && OF_THE_PROGRAM.iter().all(|flag| flags.contains(flag)), "{flags:?}");
    let tests = include_str!("builder.rs");
    for flag in flags.iter().filter(|flag| !OF_THE_PROGRAM.contains(flag)) {
        let name = flag.replace('-', "_");
        assert!(tests.contains(&format!("\nasync fn {name}() {{")), "--{flag} has no test");
        assert!(tests.contains(&format!(".{name}(")), "--{flag} is not set");
    }
}

async fn start(builder: Builder) -> MockServer {
    builder.start().await.unwrap()
}

fn address(server: &MockServer) -> &str {
    server.url().trim_start_matches("http://")
}

#[tokio::test]
async fn host() {
    let server = start(MockServer::builder().host(Host::Address("127.0.0.2".parse().unwrap()))).await;
    assert!(server.url().starts_with("http://127.0.0.2:"));
    assert_eq!(get(&server, "suite", ROOMS).await.unwrap().0, 200);
}

#[tokio::test]
async fn port() {
    let builder = MockServer::builder().host(own_address());
    let free = address(&start(builder.clone()).await).to_owned();
    let port = free.rsplit(':').next().unwrap().parse().unwrap();
    let server = start(builder.clone().port(port)).await;
    assert_eq!(address(&server), free);
    let error = builder.port(port).start().await.unwrap_err();
    insta::assert_debug_snapshot!(error.to_string().replace(&free, "HOST:PORT"), @r#""HOST:PORT: Address already in use (os error 98); stop the other process, or choose another port with --port (0 picks a free one)""#);
}

#[tokio::test]
async fn port_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("port");
    let server = start(MockServer::builder().port_file(&file)).await;
    assert!(server.url().ends_with(&format!(":{}", fs::read_to_string(file).unwrap().trim())));
}

#[tokio::test]
async fn fixtures() {
    let server = start(MockServer::builder().fixtures("fixtures/demo.json")).await;
    assert_eq!(
        server.account("demo-key").rooms().await.unwrap(),
        start(MockServer::builder().demo()).await.account("demo-key").rooms().await.unwrap()
    );
    let error = MockServer::builder().fixtures("fixtures/broken/not-json.json").start().await.unwrap_err();
    insta::assert_debug_snapshot!(error, @"fixtures/broken/not-json.json:3:19: broken JSON: trailing commas are not allowed");
}

/// As the variable that has no flag. Later ones win.
#[tokio::test]
async fn fixtures_json() {
    let fixture =
        |name: &str| format!(r#"{{"default": {{"rooms": [{{"roomId": "AAAAAAAAAA-0000000000-20220101000000", "roomName": "{name}"}}]}}}}"#);
    let server = start(MockServer::builder().fixtures_json(fixture("one")).fixtures_json(fixture("two"))).await;
    let body = get(&server, "suite", ROOMS).await.unwrap().1;
    assert!(body.contains(r#""roomName":"two""#) && !body.contains("one"), "{body}");
    let error = MockServer::builder().fixtures_json(r#"{"acounts": [], "default": []}"#).start().await.unwrap_err();
    insta::assert_debug_snapshot!(error, @r#"
    fixtures_json:1:2: unknown member "acounts" of a fixture, did you mean "accounts"
    fixtures_json:1:28: default must be an object
    "#);
}

#[tokio::test]
async fn auth() {
    let server = start(MockServer::builder().demo().auth(AuthMode::Strict)).await;
    assert_eq!(get(&server, "suite", ROOMS).await.unwrap().0, 401);
    assert_eq!(get(&server, "demo-key", "token").await.unwrap().0, 200);
}

#[tokio::test]
async fn token_ttl() {
    let server = start(MockServer::builder().token_ttl(Duration::from_secs(2))).await;
    get(&server, "suite", "token").await.unwrap();
    let clock = server.account("suite").clock();
    let due = [clock.advance(Duration::from_millis(900)).await.unwrap().due, clock.advance(Duration::from_secs(2)).await.unwrap().due];
    assert_eq!(due.map(|due| due.len()), [0, 1]);
    let error = MockServer::builder().token_ttl(Duration::from_millis(1500)).start().await.unwrap_err();
    insta::assert_debug_snapshot!(error, @r#"--token-ttl: must be whole seconds, at least 1s, got "1s500ms""#);
}

#[tokio::test]
async fn error_status() {
    let server = start(MockServer::builder().error_status(ErrorStatus::Always200)).await;
    let (status, body) = get(&server, "suite", "nowhere").await.unwrap();
    assert_eq!(status, 200);
    assert!(body.contains(r#""result_cd":404"#), "{body}");
}

#[tokio::test]
async fn seed() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let server = start(MockServer::builder().seed(seed)).await;
        let room = server.account("suite").create_room(RoomSpec::default()).await.unwrap();
        ids.push(room.room_id.as_str()[..21].to_owned());
    }
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");
}

#[tokio::test]
async fn clock() {
    let server = start(MockServer::builder().clock("frozen:2026-01-31T12:00:00+09:00".parse().unwrap())).await;
    let room = server.account("suite").create_room("Lobby").await.unwrap();
    assert_eq!(room.start_dt.to_string(), "20260131120000");
}

#[tokio::test]
async fn journal_entries() {
    let server = start(MockServer::builder().journal_entries(1)).await;
    for _ in 0..2 {
        get(&server, "suite", ROOMS).await.unwrap();
    }
    assert_eq!(server.account("suite").requests().await.unwrap().len(), 1);
    let inconclusive = server.account("suite").verify(Verification::nothing()).await.unwrap_err();
    insta::assert_debug_snapshot!(inconclusive, @"
    verification failed
      noOther: expected no other exchange, got 1
        #2 matches
    ");
}

#[tokio::test]
async fn journal_bytes() {
    let server = start(MockServer::builder().journal_bytes(0)).await;
    get(&server, "suite", ROOMS).await.unwrap();
    assert_eq!(server.account("suite").requests().await.unwrap(), []);
}

#[tokio::test]
async fn fault_header() {
    for (builder, status) in [(MockServer::builder(), 502), (MockServer::builder().fault_header(false), 200)] {
        let server = start(builder).await;
        let call = reqwest::Client::new().get(format!("{}/openapi/v2/rooms", server.url())).header("X-Mock-Fault", "bad-gateway");
        let answer = call.header("API_KEY", "suite").header("X-AUTH-TOKEN", "any").send().await.unwrap();
        assert_eq!(answer.status(), status);
    }
}

/// Written at the stop, gentle or not, and read at the next start.
#[tokio::test]
async fn state() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.json");
    let mut rooms = Vec::new();
    for is_gentle in [true, false, true] {
        let server = start(MockServer::builder().state(&file)).await;
        assert_eq!(server.account("suite").rooms().await.unwrap(), rooms);
        rooms.push(server.account("suite").create_room("Lobby").await.unwrap());
        if is_gentle {
            server.stop().await.unwrap();
        }
    }
    assert_eq!(fs::read_to_string(file).unwrap().matches("Lobby").count(), 3);
}

#[tokio::test]
async fn admin_token() {
    let server = start(MockServer::builder().admin_token("swordfish".parse().unwrap())).await;
    assert_eq!(server.account("suite").rooms().await.unwrap(), []);
    let call = reqwest::Client::new().get(format!("{}/__admin/clock", server.url()));
    assert_eq!(call.try_clone().unwrap().send().await.unwrap().status(), 401);
    assert_eq!(call.header("Authorization", "Bearer swordfish").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn allowed_hosts() {
    let server = start(MockServer::builder().allowed_hosts(["mock.example", "mock.test"])).await;
    for (host, status) in [("mock.example", 200), ("mock.test", 200), ("elsewhere.test", 403)] {
        let call = reqwest::Client::new().get(format!("{}/__admin/clock", server.url())).header(HOST, host);
        assert_eq!(call.send().await.unwrap().status(), status, "{host}");
    }
    let error = MockServer::builder().allowed_hosts(["http://mock.test"]).start().await.unwrap_err();
    insta::assert_debug_snapshot!(error, @r#"--allowed-hosts: must be a host name without scheme and port, got "http://mock.test""#);
}

/// A head that does not come ends without a byte, and so does a connection on which nothing comes.
#[tokio::test(flavor = "multi_thread")]
async fn header_timeout() {
    let server = start(MockServer::builder().header_timeout(Duration::from_millis(100))).await;
    for begun in ["", "GET /openapi/v2/rooms HTTP/1.1\r\nHost: loc"] {
        let mut stream = TcpStream::connect(address(&server)).unwrap();
        stream.write_all(begun.as_bytes()).unwrap();
        assert_eq!(wire::read_to_end(&mut stream), "", "{begun}");
    }
    let error = MockServer::builder().header_timeout(Duration::ZERO).start().await.unwrap_err();
    insta::assert_debug_snapshot!(error, @r#"--header-timeout: must be more than 0s and at most 24h, got "0s""#);
}

/// A body that does not come is refused, in the journal too, and its connection ends.
#[tokio::test(flavor = "multi_thread")]
async fn body_timeout() {
    let server = start(MockServer::builder().body_timeout(Duration::from_millis(100))).await;
    let mut stream = TcpStream::connect(address(&server)).unwrap();
    let head = "POST /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: suite\r\nX-AUTH-TOKEN: any\r\nContent-Type: application/x-www-form-urlencoded";
    write!(stream, "{head}\r\nContent-Length: 20\r\n\r\nroomName").unwrap();
    let answer = wire::read_to_end(&mut stream);
    let body = r#"{"result_cd":400,"result_msg":"the body cannot be read: it did not arrive within the 100ms of --body-timeout"}"#;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.ends_with(body), "{answer}");
    let [exchange] = &server.account("suite").requests().await.unwrap()[..] else { panic!("no single exchange") };
    assert_eq!(exchange.answer.as_ref().map(|answer| answer.status), Some(400));
    let error = MockServer::builder().body_timeout(Duration::from_hours(25)).start().await.unwrap_err();
    insta::assert_debug_snapshot!(error, @r#"--body-timeout: must be more than 0s and at most 24h, got "1d1h""#);
}

/// Without a socket everything is the same but for files, which only a server that stops can write.
#[tokio::test]
async fn a_router_takes_settings_too() {
    let (_router, mock) = MockServer::builder().demo().router().unwrap();
    assert_eq!(mock.account("demo-key").rooms().await.unwrap().len(), 3);
    assert_eq!(mock.url(), "http://localhost");
    let error = MockServer::builder().state("state.json").router().unwrap_err();
    insta::assert_debug_snapshot!(error, @"state, port_file: need a server with a socket");
}

/// What a client that trusts the server's CA gets under a name.
async fn by_https(server: &MockServer, name: &str) -> String {
    let url = server.https_url().unwrap();
    assert!(url.starts_with("https://127.0.0.1:"));
    let port = url.rsplit(':').next().unwrap().parse().unwrap();
    let mut client = tls::Client::open(port, &server.ca_pem().await.unwrap(), name, &[&TLS12, &TLS13]);
    client.ask(&tls::get("/__admin/health"))
}

#[tokio::test]
async fn tls() {
    let server = start(MockServer::builder().tls()).await;
    assert!(by_https(&server, "vchatcloud.com").await.starts_with("HTTP/1.1 200"));
    assert_eq!(get(&server, "suite", ROOMS).await.unwrap().0, 200);
    let plain = start(MockServer::builder()).await;
    assert_eq!((plain.https_url(), MockServer::router().unwrap().1.https_url()), (None, None));
    for started in [&server, &plain] {
        // Who did not start it has to ask.
        assert_eq!(MockServer::connect(started.url()).await.unwrap().https_url(), started.https_url());
    }
    let error = plain.ca_pem().await.unwrap_err().to_string();
    assert!(error.contains("--tls"), "{error}");
}

#[tokio::test]
async fn tls_name() {
    let server = start(MockServer::builder().tls_name("mock.test")).await;
    assert!(by_https(&server, "mock.test").await.starts_with("HTTP/1.1 200"));
    let refused = MockServer::builder().tls_name("a b").start().await.unwrap_err();
    assert_eq!(refused.to_string(), "--tls-name: must be a DNS name or an IP address, got \"a b\"");
}

#[tokio::test]
async fn tls_dir() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(MockServer::builder().tls_dir(directory.path())).await.ca_pem().await.unwrap();
    let second = start(MockServer::builder().tls_dir(directory.path())).await.ca_pem().await.unwrap();
    assert_eq!(first, second);
    assert_eq!(first, std::fs::read_to_string(directory.path().join("ca.pem")).unwrap());
}
