//! `healthcheck`: of a server, of nobody, of somebody else.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use crate::process::{Process, command, run};

#[test]
fn healthcheck_finds_a_server_by_its_flags() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("port").to_str().unwrap().to_owned();
    let flags = ["--port", "0", "--port-file", file.as_str()];
    let process = Process::start(&flags, &[]);
    let port = fs::read_to_string(&file).unwrap();
    assert_eq!(process.url, format!("http://127.0.0.1:{}", port.trim()));

    let by_name = process.url.replace("127.0.0.1", "localhost");
    for args in [
        &flags[..],
        &flags[2..],
        &["--url", &process.url],
        &["--url", &by_name],
        &["--port", port.trim(), "--wait"],
        &["--host", "all", "--port", port.trim()],
    ] {
        let args: Vec<&str> = ["healthcheck"].into_iter().chain(args.iter().copied()).collect();
        let run = run(&args, &[]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{args:?}");
    }
    assert_eq!(run(&["healthcheck"], &[("VCHATCLOUD_MOCK_PORT", port.trim())]).code, 0);
}

#[test]
fn healthcheck_waits_for_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("port").to_str().unwrap().to_owned();
    let waiting = command(&["healthcheck", "--wait", "--port", "0", "--port-file", &file], &[]).spawn().unwrap();
    let _process = Process::start(&["--port", "0", "--port-file", &file], &[]);
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn healthcheck_of_nobody_and_of_somebody_else() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    for args in [
        vec!["healthcheck", "--port", &nobody, "--timeout", "9999999999999s"],
        vec!["healthcheck", "--port", &nobody],
        vec!["healthcheck", "--port", &nobody, "--wait", "--timeout", "500ms"],
    ] {
        let run = run(&args, &[]);
        assert_eq!(run.code, 69, "{args:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("vchatcloud-mock: unreachable: 127.0.0.1:"), "{}", run.stderr);
    }

    let somebody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = somebody.local_addr().unwrap().port().to_string();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = somebody.accept().unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let sick = run(&["healthcheck", "--port", &port], &[]);
    answering.join().unwrap();
    assert_eq!(sick.code, 1, "{}", sick.stderr);
    assert!(sick.stderr.contains("unhealthy"), "{}", sick.stderr);
}
