//! Hostile and unlucky clients. Each test says what one of them costs, and what an honest client notices of it; `.ci/hostile` does the
//! same to the release binary, with more of them.

// The figures are seen with --nocapture, and when a test fails.
#![allow(clippy::print_stdout)]

mod broken;
mod crowd;
mod framing;
mod held;
mod slow;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::process::Process;

/// What an honest client may wait however quick it was before: other tests share the machine, and this is not about them.
const NOISE: Duration = Duration::from_millis(250);
const DEADLINE: Duration = Duration::from_secs(20);

const KEYS: &str = "Host: localhost\r\nAPI_KEY: honest\r\nX-AUTH-TOKEN: any\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const ROOM: &str = "roomName=Honest&maxUser=7&gTransStat=N&rtcStat=Y&roomType=02";

fn connect(process: &Process) -> TcpStream {
    let stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

fn post(path: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\n{KEYS}{FORM}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// Reads one answer of a connection that stays open, without a system call for each byte: these tests measure.
fn read_answer(reader: &mut impl BufRead) -> String {
    let (mut answer, mut length) = (String::new(), 0);
    while !answer.ends_with("\r\n\r\n") {
        let at = answer.len();
        assert!(reader.read_line(&mut answer).unwrap() > 0, "the connection ended after {answer:?}");
        length = answer[at..].strip_prefix("content-length: ").map_or(length, |length| length.trim().parse().unwrap());
    }
    reader.take(length).read_to_string(&mut answer).unwrap();
    answer
}

/// Asks in good order for something that succeeds, and says how long it took.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> Duration {
    let asked = Instant::now();
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let answer = read_answer(stream);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    asked.elapsed()
}

/// A client that behaves: it reads and modifies a room of its own, in turns, over one connection.
struct Honest {
    stream: BufReader<TcpStream>,
    requests: [String; 2],
    quiet: Duration,
}

impl Honest {
    /// Begins while nothing else goes on.
    fn of(process: &Process) -> Honest {
        let mut stream = BufReader::new(connect(process));
        stream.get_mut().write_all(post("/openapi/v2/rooms", ROOM).as_bytes()).unwrap();
        let answer = read_answer(&mut stream);
        let id = answer.split(r#""roomId":""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let path = format!("/openapi/v2/rooms/{id}");
        let requests = [format!("GET {path} HTTP/1.1\r\n{KEYS}\r\n"), post(&path, ROOM)];
        let mut honest = Honest { stream, requests, quiet: Duration::ZERO };
        honest.quiet = honest.p99();
        honest
    }

    /// What the slowest of a hundred calls takes, but one.
    fn p99(&mut self) -> Duration {
        let mut times: Vec<Duration> = (0..100).map(|turn| ask(&mut self.stream, &self.requests[turn % 2])).collect();
        times.sort_unstable();
        times[98]
    }

    /// While something goes on it is served as ever.
    fn is_served_during(&mut self, what: &str, bytes_each: u64) {
        let during = self.p99();
        println!("{what}: {bytes_each} bytes each, an honest client's p99 {:?}, quiet {:?}", during, self.quiet);
        assert!(during < NOISE.max(self.quiet * 10), "{what}: {during:?}, quiet {:?}", self.quiet);
    }
}

/// Bytes of memory that a server has.
fn resident(process: &Process) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// How many descriptors it has open.
fn descriptors(process: &Process) -> usize {
    fs::read_dir(format!("/proc/{}/fd", process.child.id())).unwrap().count()
}

/// Waits for the server to have that many.
fn wait_for_descriptors(process: &Process, is_reached: impl Fn(usize) -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_reached(descriptors(process)) {
        assert!(Instant::now() < deadline, "{} descriptors", descriptors(process));
        std::thread::yield_now();
    }
}
