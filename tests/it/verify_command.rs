//! `verify`: what a running server was called with, held against a checks file.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::process::{FREE, Process, command, run};

const CREATED: &str = r#"{"expect": [{"operation": "createRoom", "result_cd": 1, "times": 1}]}"#;

#[test]
fn a_running_server_is_judged() {
    let directory = tempfile::tempdir().unwrap();
    let (checks, junit) = (directory.path().join("checks.json"), directory.path().join("out.xml"));
    fs::write(&checks, CREATED).unwrap();
    let server = Process::start(FREE, &[]);
    let args = ["verify", checks.to_str().unwrap(), "--url", &server.url, "--junit", junit.to_str().unwrap()];

    let failed = run(&args, &[]);
    assert_eq!(failed.code, 5);
    insta::assert_snapshot!(failed.stderr, @"
    vchatcloud-mock: 0 requests, 0 failed, 0 faults unused, 0 rooms left behind
    verification failed
      createRoom with result_cd 1: expected exactly 1, got 0
    ");
    assert!(fs::read_to_string(&junit).unwrap().contains(r#"tests="1" skipped="0" failures="1" errors="0""#));

    server.send("POST", "/openapi/v1/rooms", "roomName=QA&maxUser=5");
    let passed = run(&args, &[]);
    assert_eq!((passed.code, passed.stderr.lines().last()), (0, Some("verification passed")), "{}", passed.stderr);
    assert!(fs::read_to_string(&junit).unwrap().contains(r#"tests="1" skipped="0" failures="0" errors="0""#));

    // Another account has called nothing, and there is none.
    let other = run(&[&args[..], &["--api-key", "other"]].concat(), &[]);
    assert_eq!(other.code, 5);
    assert!(other.stderr.contains("there is no account of this apiKey yet"), "{}", other.stderr);
}

#[test]
fn stdin_and_variables_will_do() {
    let server = Process::start(&["--port", "0", "--admin-token", "s3cret"], &[]);
    server.send("POST", "/openapi/v1/rooms", "roomName=QA&maxUser=5");
    let env =
        [("VCHATCLOUD_MOCK_URL", server.url.as_str()), ("VCHATCLOUD_MOCK_ADMIN_TOKEN", "s3cret"), ("VCHATCLOUD_MOCK_API_KEY", "demo-key")];
    let mut child = command(&["verify", "-"], &env).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(CREATED.as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn failures_have_their_codes() {
    let directory = tempfile::tempdir().unwrap();
    let (good, bad) = (directory.path().join("good.json"), directory.path().join("bad.json"));
    fs::write(&good, CREATED).unwrap();
    fs::write(&bad, "{\n\n\n\n\n\n  \"orderd\": true, \"expect\": [{}]\n}\n").unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    let server = Process::start(&["--port", "0", "--admin-token", "s3cret"], &[]);
    let table: &[(&[&str], i32, &str)] = &[
        (&[bad, "--url", &server.url], 3, &format!("{bad}:7:3: unknown member \"orderd\" of a verification, did you mean \"ordered\"")),
        (&[good, "--url", "https://localhost"], 2, "vchatcloud-mock: --url: must be http://HOST[:PORT], got \"https://localhost\""),
        (&[good, "--url", "http://127.0.0.1:1"], 69, "vchatcloud-mock: unreachable: 127.0.0.1:1: "),
        (&[good, "--url", &server.url], 1, "vchatcloud-mock: Authorization: missing; send Authorization: Bearer"),
        (&[], 2, "error: the following required arguments were not provided"),
    ];
    for (args, code, beginning) in table {
        let args: Vec<&str> = ["verify"].iter().chain(*args).copied().collect();
        let done = run(&args, &[]);
        assert_eq!(done.code, *code, "{args:?}: {}", done.stderr);
        assert!(done.stderr.starts_with(beginning), "{args:?}: {}", done.stderr);
    }
}
