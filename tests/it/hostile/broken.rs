//! Connections that break.

use std::io::{BufReader, Write};
use std::net::Shutdown;
use std::time::Duration;

use super::{FORM, Honest, KEYS, ROOM, connect, descriptors, post, read_answer, resident, wait_for_descriptors};
use crate::process::{FREE, Process};
use crate::wire::read_to_end;

const CLIENTS: usize = 200;

/// Nothing is left of a request of which half came, and nothing of it happened.
#[test]
fn resets_in_the_middle_of_a_body_leave_nothing() {
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let (before, open) = (resident(&process), descriptors(&process));
    let keys = KEYS.replace("honest", "broken");
    for _ in 0..CLIENTS {
        let mut client = connect(&process);
        // All that a room needs is there, but not all that was announced.
        write!(client, "POST /openapi/v2/rooms HTTP/1.1\r\n{keys}{FORM}Content-Length: 500\r\n\r\n{ROOM}").unwrap();
        socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    }
    let bytes = resident(&process).saturating_sub(before) / CLIENTS as u64;
    honest.is_served_during("resets in mid-body", bytes);
    wait_for_descriptors(&process, |now| now <= open);
    let mut client = connect(&process);
    write!(client, "GET /openapi/v2/rooms HTTP/1.1\r\n{keys}\r\n").unwrap();
    let answer = read_answer(&mut BufReader::new(client));
    assert!(answer.ends_with(r#""list":[]}"#), "{answer}");
}

/// Who has said all there is to say still gets every answer, and then the connection ends.
#[test]
fn half_closed_connections_are_answered() {
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let open = descriptors(&process);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let mut client = connect(&process);
            client.write_all(post("/openapi/v2/rooms", ROOM).repeat(2).as_bytes()).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            client
        })
        .collect();
    honest.is_served_during("half-closed connections", 0);
    for mut client in clients {
        let answers = read_to_end(&mut client);
        assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2, "{answers}");
    }
    wait_for_descriptors(&process, |now| now <= open);
}
