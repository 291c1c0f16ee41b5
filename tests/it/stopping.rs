//! It stops at once, and nobody who does not read holds it up.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

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
