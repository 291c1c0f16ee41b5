//! The binary as a process: run to its end, or serving until it is stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// What a finished run left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn command(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vchatcloud-mock"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VCHATCLOUD_MOCK_")) {
        command.env_remove(name);
    }
    command.envs(env.iter().copied());
    command
}

/// Runs a command to its end.
pub fn run(args: &[&str], env: &[(&str, &str)]) -> Run {
    let output = command(args, env).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A server in a process of its own; it is killed when it is dropped.
pub struct Process {
    pub child: Child,
    pub stdout: Option<BufReader<ChildStdout>>,
    pub ready: String,
    pub url: String,
}

impl Process {
    pub fn start(args: &[&str], env: &[(&str, &str)]) -> Process {
        Process::of(command(args, env))
    }

    /// A command that says when it is ready.
    pub fn of(mut command: Command) -> Process {
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut ready).unwrap();
        let url = ready.split(['=', ' ', '"']).find(|word| word.starts_with("http")).unwrap_or_default().to_owned();
        Process { child, stdout: Some(stdout), ready, url }
    }

    pub fn get(&self, path: &str) -> String {
        self.send("GET", path, "")
    }

    /// Sends a request of the demo account, with a form if there is one.
    pub fn send(&self, method: &str, path: &str, form: &str) -> String {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let body = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}", form.len());
        let body = if method == "GET" { "\r\n" } else { &body };
        let keys = "API_KEY: demo-key\r\nX-AUTH-TOKEN: demo-token";
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{keys}\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends a signal and says how the process ended, how long that took, and what it wrote.
    pub fn stop(mut self, signal: &str) -> (Option<i32>, Duration, String) {
        let asked = Instant::now();
        send(signal, &self.child);
        let status = self.child.wait().unwrap();
        let took = asked.elapsed();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (status.code(), took, stderr)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a signal, by the shell's own `kill`: a small machine has no program of that name.
pub fn send(signal: &str, child: &Child) {
    let command = format!("kill {signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success());
}

/// A port of its own.
pub const FREE: &[&str] = &["--port", "0"];
