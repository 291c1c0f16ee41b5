//! It stops at once, and nobody who does not read holds it up.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{FREE, Process, command, run, send};

/// Signals stop it at once, also with idle and half-sent connections open. The bound is generous because machines are shared.
#[test]
fn signals_stop_it() {
    for signal in ["-TERM", "-INT"] {
        let process = Process::start(&["--port", "0", "--quiet"], &[]);
        let address = process.url.strip_prefix("http://").unwrap().to_owned();
        let idle = TcpStream::connect(&address).unwrap();
        let mut half = TcpStream::connect(&address).unwrap();
        half.write_all(b"POST /openapi/v2/rooms HTTP/1.1\r\nContent-Length: 100\r\n\r\nroomName").unwrap();
        process.get("/");
        let (code, took, _) = process.stop(signal);
        assert_eq!(code, Some(0), "{signal}");
        assert!(took < Duration::from_secs(1), "{signal} took {took:?}");
        drop((idle, half));
    }
}

/// Nobody reads what it writes: it goes on.
#[test]
fn it_survives_closed_outputs() {
    let mut process = Process::start(FREE, &[]);
    drop(process.stdout.take());
    drop(process.child.stderr.take());
    for _ in 0..3 {
        assert!(process.get("/openapi/v2/rooms").starts_with("HTTP/1.1 200"));
    }
}

/// Somebody has given it a pipe for stderr and does not read it: it goes on, and says later how much was lost.
#[test]
fn it_does_not_wait_for_a_reader_of_its_log() {
    let mut process = Process::start(FREE, &[]);
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    let request = format!("HEAD /openapi/token?{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(900));
    let mut answers = BufReader::new(stream.try_clone().unwrap()).lines();
    for _ in 0..6_000 {
        stream.write_all(request.as_bytes()).unwrap();
        assert!(answers.next().unwrap().unwrap().starts_with("HTTP/1.1 401"));
        while !answers.next().unwrap().unwrap().is_empty() {}
    }
    // As soon as somebody reads, the next line says it.
    let stderr = process.child.stderr.take().unwrap();
    assert!(BufReader::new(stderr).lines().any(|line| line.unwrap().ends_with(" log lines were lost, because nobody read stderr")));
}

/// A start that fails ends even if nobody reads why.
#[test]
fn a_failed_start_does_not_wait_for_a_reader() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![b'x'; 65_536]).unwrap();
    let mut child = command(&["--fixtures", "nowhere.json"], &[]).stderr(writer).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    drop(reader);
}

/// Not even at the start: stdout and stderr are pipes that are full already.
#[test]
fn it_does_not_wait_for_readers_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("port").to_str().unwrap().to_owned();
    let full = || {
        let (reader, mut writer) = std::io::pipe().unwrap();
        // What a pipe takes on Linux.
        writer.write_all(&vec![b'x'; 65_536]).unwrap();
        (reader, writer)
    };
    let ((out_reader, out), (err_reader, err)) = (full(), full());
    let mut child = command(&["--port", "0", "--port-file", &file], &[]).stdout(out).stderr(err).spawn().unwrap();
    let health = run(&["healthcheck", "--wait", "--port-file", &file], &[]);
    send("-TERM", &child);
    assert_eq!((health.code, child.wait().unwrap().code()), (0, Some(0)), "{}", health.stderr);
    drop((out_reader, err_reader));
}

/// A signal is heard while fixtures are still being read: here from a pipe that nobody writes to.
#[test]
fn signals_stop_it_while_it_loads() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fixture.json");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut child = command(&["--port", "0", "--fixtures", fifo.to_str().unwrap()], &[]).spawn().unwrap();
    // Opening it waits until the other side has opened it too, and by then the signals are taken.
    let writer = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(writer);
}

const KEYS: &str = "Host: localhost\r\nAPI_KEY: stop\r\nX-AUTH-TOKEN: any\r\nContent-Type: application/x-www-form-urlencoded\r\n";

/// Makes rooms until the server is gone, and keeps the names of those whose success arrived whole. What is cut short, or refused to
/// be connected, is the end.
fn make_rooms(address: &str, client: usize, seen: &Mutex<Vec<String>>) {
    for number in 0.. {
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        let name = format!("room-{client}-{number}-");
        let form = format!("roomName={name}&maxUser=1&gTransStat=N&rtcStat=N&roomType=01");
        let request = format!("POST /openapi/v2/rooms HTTP/1.1\r\nConnection: close\r\n{KEYS}Content-Length: {}\r\n\r\n{form}", form.len());
        let mut answer = String::new();
        let came = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
        if came.is_err() || !answer.ends_with("\"}}") {
            return;
        }
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        seen.lock().unwrap().push(name);
    }
}

/// Under load, with faults that hang and are slow, requests that are half there, and somebody who does not read: it stops, and every
/// room that a client was told of is in the state. The bound is generous because machines are shared.
#[test]
fn a_stop_under_load_keeps_what_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.json");
    let process = Process::start(&["--port", "0", "--quiet", "--state", file.to_str().unwrap()], &[]);
    let address = process.url.strip_prefix("http://").unwrap().to_owned();
    let list = format!("GET /openapi/v2/rooms HTTP/1.1\r\n{KEYS}");
    let beginnings = [
        format!("{list}X-Mock-Fault: hang\r\n\r\n"),
        format!("{list}X-Mock-Fault: slow; bytesPerSecond=1\r\n\r\n"),
        format!("{list}X-Mock-Fault: delay; time=1h\r\n\r\n"),
        list.clone(),
        format!("POST /openapi/v2/rooms HTTP/1.1\r\n{KEYS}Content-Length: 100\r\n\r\nroomName=Half"),
        format!("{list}\r\n").repeat(2_000),
    ];
    let stuck = beginnings.map(|beginning| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(beginning.as_bytes()).unwrap();
        stream
    });
    let seen = Mutex::default();
    let (code, took, _) = thread::scope(|scope| {
        for client in 0..4 {
            let (address, seen) = (&address, &seen);
            scope.spawn(move || make_rooms(address, client, seen));
        }
        let deadline = Instant::now() + Duration::from_secs(20);
        while seen.lock().unwrap().len() < 50 {
            assert!(Instant::now() < deadline, "no rooms are made");
            thread::yield_now();
        }
        process.stop("-TERM")
    });
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(1), "{took:?}");
    let state = fs::read_to_string(&file).unwrap();
    let seen = seen.into_inner().unwrap();
    let missing: Vec<&String> = seen.iter().filter(|name| !state.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "of {} rooms the state lacks {missing:?}", seen.len());
    assert!(!state.contains("Half"));
    assert_eq!(run(&["check", file.to_str().unwrap()], &[]).code, 0);
    drop(stuck);
}
