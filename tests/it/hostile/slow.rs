//! Clients that send a byte at a time.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::{DEADLINE, FORM, Honest, KEYS, connect, read_answer, resident};
use crate::process::{FREE, Process};

const CLIENTS: usize = 100;
/// Between two bytes of one client.
const PACE: Duration = Duration::from_millis(10);

/// What each of a hundred clients gets that begin like this and then go on with a byte at a time, and when.
fn dribble(mut clients: Vec<TcpStream>) -> Vec<(String, Duration)> {
    let begun = Instant::now();
    let mut ended = Vec::new();
    while !clients.is_empty() {
        assert!(begun.elapsed() < DEADLINE, "{} are still waited for", clients.len());
        clients.retain_mut(|client| {
            let mut answer = vec![0; 4096];
            let read = match client.read(&mut answer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    // Who is gone is found by the next read.
                    drop(client.write(b"x"));
                    return true;
                }
                // The last byte may have met a closed connection.
                read => read.unwrap_or_default(),
            };
            ended.push((String::from_utf8_lossy(&answer[..read]).into_owned(), begun.elapsed()));
            false
        });
        thread::sleep(PACE);
    }
    ended
}

/// Begins, and has an honest client ask meanwhile.
fn slow_clients(flag: &str, what: &str, beginning: &str) -> Vec<(String, Duration)> {
    let process = Process::start(&[FREE, &[flag, "1s", "--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let before = resident(&process);
    let ask_half = |_| {
        let mut client = connect(&process);
        client.write_all(beginning.as_bytes()).unwrap();
        client.set_nonblocking(true).unwrap();
        client
    };
    let clients: Vec<TcpStream> = (0..CLIENTS).map(ask_half).collect();
    thread::scope(|scope| {
        let ended = scope.spawn(|| dribble(clients));
        honest.is_served_during(what, resident(&process).saturating_sub(before) / CLIENTS as u64);
        ended.join().unwrap()
    })
}

#[test]
fn slow_heads_end_with_their_time() {
    for (answer, after) in slow_clients("--header-timeout", "slow heads", "GET /openapi/v2/rooms HTTP/1.1\r\nX-Slow: ") {
        assert_eq!(answer, "");
        assert!(after > Duration::from_millis(500), "{after:?}");
    }
}

/// A byte costs a byte, and not the buffer that it was read into.
#[test]
fn a_body_in_many_pieces_is_held_as_one() {
    const BYTES: usize = 20_000;
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let before = resident(&process);
    let mut client = connect(&process);
    client.set_nodelay(true).unwrap();
    write!(client, "POST /openapi/v2/rooms HTTP/1.1\r\n{KEYS}{FORM}Content-Length: {}\r\n\r\n", BYTES + 1).unwrap();
    for _ in 0..BYTES {
        client.write_all(b"x").unwrap();
    }
    honest.is_served_during("a body in 20,000 pieces", resident(&process).saturating_sub(before));
    let more = resident(&process).saturating_sub(before);
    assert!(more < 2 * 1024 * 1024, "{more} bytes more");
    client.write_all(b"x").unwrap();
    assert!(read_answer(&mut BufReader::new(client)).contains("Missing required parameter: roomName"));
}

#[test]
fn slow_bodies_are_refused() {
    let beginning = format!("POST /openapi/v2/rooms HTTP/1.1\r\n{KEYS}{FORM}Content-Length: 60000\r\n\r\nroomName=");
    for (answer, after) in slow_clients("--body-timeout", "slow bodies", &beginning) {
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("it did not arrive within the 1s of --body-timeout"), "{answer}");
        assert!(after > Duration::from_millis(500), "{after:?}");
    }
}
