//! Clients that speak something else than the server, or do not trust it: what they see, and what the log says.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Both, Client, ca_of, connect, get};
use crate::process::{FREE, Process, send};

const HALF_A_HELLO: &[u8] = &[0x16, 3, 1, 2, 0, 1, 0, 1];

fn port(process: &Process) -> u16 {
    process.url.rsplit(':').next().unwrap().parse().unwrap()
}

/// The warnings of a server, in the order of the alphabet, once there are so many; then it is stopped, and has said no more.
fn warnings(mut process: Process, count: usize) -> Vec<String> {
    let lines = BufReader::new(process.child.stderr.take().unwrap()).lines();
    let mut lines = lines.map(|line| line.unwrap().split_once(" warn ").unwrap().1.to_owned());
    let mut said: Vec<String> = lines.by_ref().take(count).collect();
    send("-TERM", &process.child);
    assert!(process.child.wait().unwrap().success());
    said.extend(lines);
    said.sort();
    said
}

/// A CA that the server has nothing to do with.
fn stranger() -> String {
    let server = Process::start(&["--port", "0", "--tls", "--quiet"], &[]);
    ca_of(port(&server))
}

/// Without `--tls` the client hears at once, in its own language, that nothing will come of it; the log says why, once a connection.
#[test]
fn tls_to_a_port_without_it() {
    let process = Process::start(&["--port", "0", "--quiet"], &[]);
    let ca = stranger();
    for version in [&TLS12, &TLS13] {
        let refused = Client::open(port(&process), &ca, "vchatcloud.com", &[version]).handshake().unwrap_err();
        assert!(refused.contains("alert: HandshakeFailure") || refused.contains("alert: HANDSHAKE_FAILURE"), "{refused}");
    }
    let mut half = connect(port(&process));
    half.write_all(HALF_A_HELLO).unwrap();
    let mut answer = Vec::new();
    half.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, [0x15, 3, 3, 0, 2, 2, 40]);
    assert!(process.get("/openapi/v2/rooms").contains("DemoRoom01"));
    assert_eq!(warnings(process, 3), ["a client speaks TLS here: start with --tls, or call by http://"; 3]);
}

/// The certificate is shown all the same, since some clients are content with it.
#[test]
fn names_that_the_certificate_does_not_have_and_clients_that_do_not_trust_it() {
    let process = Process::start(&["--port", "0", "--tls", "--quiet"], &[]);
    let own = ca_of(port(&process));
    let cure = "have it trust the CA that the command ca prints, and GET /__admin/ca.pem";
    let mut expected = Vec::new();
    for version in [&TLS12, &TLS13] {
        let client = |ca: &str, name: &str| Client::open(port(&process), ca, name, &[version]).handshake();
        assert!(client(&own, "api.vchatcloud.com").unwrap_err().contains("certificate not valid for name"));
        expected.push(
            "a client asked for the name api.vchatcloud.com, which the certificate does not have: add --tls-name api.vchatcloud.com"
                .to_owned(),
        );
        expected.push(format!("a client does not trust the certificate (BadCertificate): {cure}"));
        assert!(client(&stranger(), "vchatcloud.com").unwrap_err().contains("UnknownIssuer"));
        expected.push(format!("a client does not trust the certificate (UnknownCA): {cure}"));
    }
    let mut gone = connect(port(&process));
    gone.write_all(HALF_A_HELLO).unwrap();
    gone.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(gone.read(&mut [0]).unwrap(), 0);
    expected.push(format!("a client broke off the TLS handshake; if it does not trust the certificate, {cure}"));
    let mut nonsense = connect(port(&process));
    nonsense.write_all(&[0x16, 3, 1, 0, 4, 9, 9, 9, 9]).unwrap();
    nonsense.read_to_end(&mut Vec::new()).unwrap();
    expected.push("a TLS handshake failed: received corrupt message of type".to_owned());
    // One that says nothing and goes away is nobody's business.
    drop(connect(port(&process)));
    assert!(process.get("/openapi/v2/rooms").contains("DemoRoom01"));
    expected.sort();
    let said = warnings(process, expected.len());
    assert!(said.len() == expected.len() && said.iter().zip(&expected).all(|(said, start)| said.starts_with(start)), "{said:#?}");
}

/// Neither a client that says nothing nor one that stops in the middle of a handshake holds up the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_half_a_handshake() {
    let mut quickest = Duration::MAX;
    // Machines are shared.
    for _ in 0..3 {
        let server = Both::start();
        let (silent, mut half, mut idle) = (connect(server.port), connect(server.port), server.https("localhost"));
        half.write_all(HALF_A_HELLO).unwrap();
        assert!(idle.ask(&get("/openapi/token")).starts_with("HTTP/1.1 200"));
        let asked = Instant::now();
        drop(server.stop);
        tokio::time::timeout(Duration::from_secs(5), server.serving).await.unwrap().unwrap();
        quickest = quickest.min(asked.elapsed());
        for mut stream in [silent, half] {
            let ended = stream.read(&mut [0]).map_err(|error| error.kind());
            assert!(matches!(ended, Ok(0) | Err(ErrorKind::ConnectionReset)), "{ended:?}");
        }
        assert_eq!(idle.exchange(""), (String::new(), Ok(())));
    }
    assert!(quickest <= Duration::from_millis(200), "{quickest:?}");
}

/// Nor does it keep its place for ever. Time passes here as soon as everybody waits for it.
#[tokio::test(start_paused = true)]
async fn half_a_handshake_has_its_time() {
    let server = Both::start();
    for said in [&[][..], HALF_A_HELLO] {
        let begun = tokio::time::Instant::now();
        let mut client = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        client.write_all(said).await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!((answer, begun.elapsed().as_secs()), (Vec::new(), 75));
    }
}

/// What is no name, and what means nothing without `--tls`.
#[test]
fn flags_that_refuse_to_start() {
    for (args, env, says) in [
        (vec!["--tls", "--tls-name", "http://x"], vec![], "--tls-name: must be a DNS name or an IP address, got \"http://x\""),
        (vec!["--tls", "--tls-name", "ok.test,a b"], vec![], "--tls-name: must be a DNS name or an IP address, got \"a b\""),
        (vec!["--tls"], vec![("VCHATCLOUD_MOCK_TLS_NAME", "x:443")], "got \"x:443\""),
        (vec!["--tls-name", "mock.test"], vec![], "--tls-name: needs --tls"),
        (vec!["--tls-dir", "x"], vec![], "--tls-dir: needs --tls"),
        (vec!["--tls-dir", "x"], vec![("VCHATCLOUD_MOCK_TLS", "false")], "--tls-dir: needs --tls"),
        (vec![], vec![("VCHATCLOUD_MOCK_TLS", "perhaps")], "perhaps"),
    ] {
        let run = crate::process::run(&[FREE, &args].concat(), &env);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?} {env:?}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{args:?} {env:?}: {}", run.stderr);
    }
}
