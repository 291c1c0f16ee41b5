//! Faults on the wire are the same under TLS.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use socket2::{Domain, Socket, Type};

use super::{Both, Client, KEYS, ca_of, get, http};

const LIST: &str = "/openapi/v2/rooms";

fn asking_for(fault: &str, request: &str) -> String {
    request.replacen("\r\n", &format!("\r\nX-Mock-Fault: {fault}\r\n"), 1)
}

fn create() -> String {
    format!("POST /openapi/v1/rooms?roomName=Committed&maxUser=5 HTTP/1.1\r\nContent-Length: 0\r\n{KEYS}\r\n")
}

/// How many bytes come, out of how many that are announced, and how it ends.
#[tokio::test(flavor = "multi_thread")]
async fn ends() {
    let server = Both::start();
    let ca = ca_of(server.port);
    let reset = Err(ErrorKind::ConnectionReset);
    for versions in [&[&TLS13], &[&TLS12]] {
        let body = server.https("localhost").ask(&get(LIST)).split_once("\r\n\r\n").unwrap().1.len();
        for (fault, sends, ended) in [
            ("reset", Sends::Bytes(0), reset),
            ("reset; afterBytes=1", Sends::Bytes(1), reset),
            ("reset; afterBytes=37", Sends::Bytes(37), reset),
            ("reset; afterBytes=999999", Sends::OfBody(body), reset),
            ("empty", Sends::Bytes(0), Ok(())),
            ("truncate", Sends::OfBody(body / 2), Ok(())),
            ("truncate; bytes=0", Sends::OfBody(0), Ok(())),
            ("truncate; bytes=7", Sends::OfBody(7), Ok(())),
        ] {
            let mut client = Client::open(server.port, &ca, "vchatcloud.com", versions);
            let (answer, end) = client.exchange(&asking_for(fault, &get(LIST)));
            assert_eq!(end, ended, "{fault}");
            match sends {
                Sends::Bytes(bytes) => assert_eq!(answer.len(), bytes, "{fault}: {answer}"),
                Sends::OfBody(bytes) => {
                    let (head, sent) = answer.split_once("\r\n\r\n").unwrap();
                    assert!(head.contains(&format!("\r\ncontent-length: {body}\r\n")), "{fault}: {head}");
                    assert_eq!(sent.len(), bytes, "{fault}: {answer}");
                }
            }
        }
    }
}

enum Sends {
    Bytes(usize),
    OfBody(usize),
}

/// A client that reads late, and through a small window, still gets every byte before the end.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_fit_the_window_is_cut_where_it_should_be() {
    let server = Both::start();
    let mut client = server.https("localhost");
    for _ in 0..600 {
        client.send(&create());
    }
    for _ in 0..600 {
        crate::wire::read_one(&mut client.0);
    }
    let (whole, _) = client.exchange(&get(LIST).replacen("\r\n", "\r\nConnection: close\r\n", 1));
    assert!(whole.len() > 201_000, "{} bytes", whole.len());
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.connect(&std::net::SocketAddr::from(([127, 0, 0, 1], server.port)).into()).unwrap();
    let mut client = Client::over(socket.into(), &ca_of(server.port), "localhost", &[&TLS13]);
    let (answer, ended) = client.exchange(&asking_for("truncate; bytes=200000", &get(LIST)));
    assert_eq!((answer.split_once("\r\n\r\n").unwrap().1.len(), ended), (200_000, Ok(())));
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_and_slow_answers_and_the_next_one() {
    let server = Both::start();
    let mut client = server.https("vchatcloud.com");
    let answer = client.ask(&asking_for("malformed", &get(LIST)));
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && serde_json::from_str::<serde_json::Value>(body).is_err(), "{answer}");
    let begun = Instant::now();
    let answer = client.ask(&asking_for("slow; bytesPerSecond=10000", &get(LIST)));
    assert!(begun.elapsed() >= Duration::from_micros(answer.len() as u64 * 100), "{} bytes in {:?}", answer.len(), begun.elapsed());
    let answer = client.ask(&get(LIST));
    assert!(answer.ends_with("]}") && !answer.contains("x-mock-fault-applied"), "{answer}");
}

/// Nothing comes, the connection stays open, and it does not hold up a stop.
#[tokio::test(flavor = "multi_thread")]
async fn hang() {
    let server = Both::start();
    let mut client = server.https("vchatcloud.com");
    client.send(&asking_for("hang", &get(LIST)));
    client.0.sock.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let heard = client.0.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(heard, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{heard:?}");
    drop(server.stop);
    tokio::time::timeout(Duration::from_secs(5), server.serving).await.unwrap().unwrap();
}

/// The room is there although nobody was told so.
#[tokio::test(flavor = "multi_thread")]
async fn commit_then_fail() {
    let server = Both::start();
    for (count, (fault, starts, ended)) in [
        ("commit-then-fail", "", Err(ErrorKind::ConnectionReset)),
        ("commit-then-fail; then=empty", "", Ok(())),
        ("commit-then-fail; then=status; http=504", "HTTP/1.1 504 Gateway Timeout\r\n", Ok(())),
    ]
    .into_iter()
    .enumerate()
    {
        let request = create().replacen("\r\n", "\r\nConnection: close\r\n", 1);
        let (answer, end) = server.https("vchatcloud.com").exchange(&asking_for(fault, &request));
        assert!(answer.starts_with(starts) && answer.is_empty() == starts.is_empty(), "{fault}: {answer}");
        assert_eq!(end, ended, "{fault}");
        let list = http(server.port, &get(LIST).replacen("\r\n", "\r\nConnection: close\r\n", 1));
        assert_eq!(list.matches(r#""roomName":"Committed""#).count(), count + 1, "{list}");
    }
}

/// A client that has said all it had to say still gets its answer, and one that sends 3 MB without looking reads why they were refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_closed_connection_and_a_refused_body() {
    let server = Both::start();
    let mut client = server.https("vchatcloud.com");
    client.send(&get(LIST));
    client.0.conn.send_close_notify();
    let (answer, ended) = client.exchange("");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("]}"), "{answer}");
    assert_eq!(ended, Ok(()));

    let mut client = server.https("vchatcloud.com");
    client.send(&format!(
        "POST {LIST} HTTP/1.1\r\nConnection: close\r\n{KEYS}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3000000\r\n\r\n"
    ));
    let (answer, ended) = client.exchange(&"x".repeat(3_000_000));
    assert!(answer.starts_with("HTTP/1.1 413 ") && ended.is_ok(), "{ended:?} {answer}");
}
