//! Many connections, and more than there are descriptors.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use super::{Honest, KEYS, ask, connect, read_answer, resident, wait_for_descriptors};
use crate::process::{FREE, Process, command};

#[test]
fn five_thousand_idle_connections() {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    // A machine may allow less; then it is as many as it allows, less what the tests beside this one need.
    let count = usize::try_from(limit.saturating_sub(500)).unwrap().min(5_000);
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut honest = Honest::of(&process);
    let before = resident(&process);
    let idle: Vec<TcpStream> = (0..count).map(|_| connect(&process)).collect();
    wait_for_descriptors(&process, |open| open > count);
    let bytes = resident(&process).saturating_sub(before) / count as u64;
    honest.is_served_during(&format!("{count} idle connections"), bytes);
    assert!(bytes < 32 * 1024, "{bytes} bytes each");
    drop(idle);
    wait_for_descriptors(&process, |open| open < 100);
}

/// A server that may have 64 descriptors.
fn start() -> Process {
    let limited = command(&[FREE, &["--quiet", "--header-timeout", "1m"]].concat(), &[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""]).arg(limited.get_program()).args(limited.get_args());
    for (name, value) in limited.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Process::of(shell)
}

/// What somebody gets who comes when all descriptors are taken.
fn newcomer(process: &Process) {
    let asked = Instant::now();
    ask(&mut BufReader::new(connect(process)), &format!("GET /openapi/v2/rooms HTTP/1.1\r\n{KEYS}\r\n"));
    println!("a newcomer waited {:?}", asked.elapsed());
}

/// Those that say nothing make room, those that are in use stay, and the log says it once.
#[test]
fn idle_connections_make_room() {
    let process = start();
    let mut honest = Honest::of(&process);
    let idle: Vec<TcpStream> = (0..200).map(|_| connect(&process)).collect();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| newcomer(&process));
        while !waiting.is_finished() {
            honest.is_served_during("more idle connections than descriptors", 0);
        }
        waiting.join().unwrap();
    });
    drop(idle);
    let (code, _, log) = process.stop("-TERM");
    assert_eq!((code, log.matches("no connection can be accepted").count()), (Some(0), 1), "{log}");
}

/// Nobody is put off who has begun to ask; then a newcomer waits until one of them is gone.
#[test]
fn who_has_begun_to_ask_stays() {
    let process = start();
    let mut honest = Honest::of(&process);
    let ask_half = |_| {
        let mut client = connect(&process);
        client.write_all(format!("GET /openapi/v2/rooms HTTP/1.1\r\n{KEYS}").as_bytes()).unwrap();
        client
    };
    let mut begun: Vec<TcpStream> = (0..64).map(ask_half).collect();
    let mut waiting = connect(&process);
    waiting.write_all(format!("GET /openapi/v2/rooms HTTP/1.1\r\n{KEYS}\r\n").as_bytes()).unwrap();
    honest.is_served_during("more requests begun than descriptors", 0);
    waiting.set_nonblocking(true).unwrap();
    assert!(waiting.peek(&mut [0]).is_err(), "somebody was put off for it");
    waiting.set_nonblocking(false).unwrap();
    ask(&mut BufReader::new(begun.swap_remove(0)), "\r\n");
    drop(begun);
    assert!(read_answer(&mut BufReader::new(waiting)).starts_with("HTTP/1.1 200 "));
}
