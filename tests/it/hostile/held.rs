//! Clients that want the server to hold much: what is sent without end, and what is not taken.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Instant;

use socket2::{Domain, Socket, Type};

use super::{DEADLINE, FORM, Honest, KEYS, ask, connect, descriptors, read_answer, resident, wait_for_descriptors};
use crate::process::{FREE, Process};

/// What the sockets of both sides may hold, on a machine that lets them grow as far as Linux does.
const IN_SOCKETS: usize = 12 * 1024 * 1024;
/// What a closing connection still reads and throws away.
const DRAINED: usize = 16 * 1024 * 1024;

/// Sends without end, and says what came, after how many bytes, and how many were taken in all.
fn flood(process: &Process, beginning: &str, more: &[u8]) -> (String, usize, usize) {
    let mut stream = connect(process);
    stream.write_all(beginning.as_bytes()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let (begun, mut sent, mut answered) = (Instant::now(), 0, None);
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        assert!(begun.elapsed() < DEADLINE, "it goes on after {sent} bytes");
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => {
                answer.extend_from_slice(&buffer[..read]);
                answered.get_or_insert(sent);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            _ => break,
        }
        match stream.write(more) {
            Ok(written) => sent += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            Err(_) => break,
        }
    }
    (String::from_utf8(answer).unwrap(), answered.unwrap_or(sent), sent)
}

/// Nothing of it is read whole: the answer comes early, the rest is thrown away for a moment, and memory stays as it was.
#[test]
fn what_has_no_end_is_refused_early() {
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let filler = [b'x'; 16 * 1024];
    let chunk = [b"4000\r\n".as_slice(), &filler, b"\r\n"].concat();
    let post = format!("POST /openapi/v2/rooms HTTP/1.1\r\n{KEYS}{FORM}");
    let floods: [(&str, String, &[u8], &str); 4] = [
        ("a header without end", format!("GET / HTTP/1.1\r\n{KEYS}X-Long: "), &filler, "431"),
        ("a target without end", "GET /".to_owned(), &filler, "431"),
        ("a body of 10 GB", format!("{post}Content-Length: 10000000000\r\n\r\n"), &filler, "413"),
        ("chunks without end", format!("{post}Transfer-Encoding: chunked\r\n\r\n"), &chunk, "413"),
    ];
    for (what, beginning, more, status) in floods {
        let before = resident(&process);
        let (answer, answered, sent) = flood(&process, &beginning, more);
        println!("{what}: {status} after {answered} bytes were sent, the connection ended after {sent}");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer}");
        assert!(answered <= IN_SOCKETS && sent <= DRAINED + IN_SOCKETS, "{what}: {answered} and {sent} bytes");
        let more = resident(&process).saturating_sub(before);
        honest.is_served_during(what, more);
        assert!(more < 4 * 1024 * 1024, "{what}: {more} bytes more");
    }
    // Who announces too much is refused before a byte of it came.
    let mut stream = connect(&process);
    write!(stream, "{post}Content-Length: 65537\r\n\r\n").unwrap();
    assert!(read_answer(&mut BufReader::new(stream)).starts_with("HTTP/1.1 413 "));
}

const READERS: usize = 8;
const ROOMS: usize = 20_000;

/// A client that asks for a long list, and does not read it: of what it is told little fits into its own socket.
fn ask_for_the_list(process: &Process) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address: SocketAddr = process.url.strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    write!(stream, "GET /openapi/v2/rooms HTTP/1.1\r\n{}\r\n", KEYS.replace("honest", "long")).unwrap();
    // From here on the answer is there.
    stream.read_exact(&mut [0; 12]).unwrap();
    stream
}

/// They hold what they asked for, no longer than `--body-timeout`.
#[test]
fn who_stops_reading_a_long_list_is_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("long.json");
    let rooms = vec![r#"{"roomName": "Long"}"#; ROOMS].join(",");
    std::fs::write(&file, format!(r#"{{"accounts": [{{"apiKey": "long", "rooms": [{rooms}]}}]}}"#)).unwrap();
    let process = Process::start(&[FREE, &["--quiet", "--body-timeout", "2s", "--fixtures", file.to_str().unwrap()]].concat(), &[]);
    let mut honest = Honest::of(&process);
    // What a list costs once stays.
    drop(ask_for_the_list(&process));
    let (before, open) = (resident(&process), descriptors(&process));
    let readers: Vec<TcpStream> = (0..READERS).map(|_| ask_for_the_list(&process)).collect();
    let bytes = resident(&process).saturating_sub(before) / READERS as u64;
    honest.is_served_during(&format!("clients that stop reading {ROOMS} rooms"), bytes);
    assert!(bytes < 2 * 500 * ROOMS as u64, "{bytes} bytes each");
    wait_for_descriptors(&process, |now| now <= open);
    drop(readers);
}

const PIPELINED: usize = 10_000;

/// Ten thousand requests at once are answered one after the other.
#[test]
fn pipelined_requests_are_answered_in_order() {
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let before = resident(&process);
    let mut reader = BufReader::new(connect(&process));
    let keys = KEYS.replace("honest", "pipelined");
    let mut writer = reader.get_ref().try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..PIPELINED {
                write!(writer, "GET /openapi/v2/rooms?number={number} HTTP/1.1\r\n{keys}\r\n").unwrap();
            }
        });
        let reading = scope.spawn(move || {
            let mut last = 0;
            for number in 0..PIPELINED {
                let answer = read_answer(&mut reader);
                let id = answer.split("x-mock-request-id: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
                assert!(answer.starts_with("HTTP/1.1 200 ") && id > Some(last), "{number}, after {last}: {answer}");
                last = id.unwrap_or_default();
            }
        });
        honest.is_served_during("10,000 pipelined requests", resident(&process).saturating_sub(before));
        reading.join().unwrap();
    });
    // The journal keeps the last thousand of them.
    let more = resident(&process).saturating_sub(before);
    assert!(more < 16 * 1024 * 1024, "{more} bytes more");
    ask(&mut BufReader::new(connect(&process)), &format!("GET /openapi/token HTTP/1.1\r\n{KEYS}\r\n"));
}
