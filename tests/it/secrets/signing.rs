//! What signs tokens: drawn at every start, kept by `--state`, and shown to nobody.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::process::{FREE, Process};

const FIXTURES: (&str, &str) = (
    "VCHATCLOUD_MOCK_FIXTURES_JSON",
    r#"{"accounts": [{"apiKey": "demo-key", "tokens": ["demo-token"]}, {"apiKey": "other-key", "tokens": ["other-token"]}]}"#,
);

fn start(more: &[&str]) -> Process {
    Process::start(&[FREE, more].concat(), &[FIXTURES])
}

fn token(process: &Process) -> String {
    let answer = process.get("/openapi/token");
    answer.split_once("\"X-AUTH-TOKEN\":\"").unwrap().1.split('"').next().unwrap().to_owned()
}

/// The answer to a list with that key and token.
fn list(process: &Process, key: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAPI_KEY: {key}\r\nX-AUTH-TOKEN: {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The status that the token of one start gets from the next.
fn across_starts(first: &[&str], second: &[&str]) -> String {
    let process = start(first);
    let token = token(&process);
    assert!(list(&process, "demo-key", &token).starts_with("HTTP/1.1 200 "));
    assert_eq!(process.stop("-TERM").0, Some(0));
    list(&start(second), "demo-key", &token)[9..12].to_owned()
}

#[test]
fn tokens_outlive_a_start_with_a_seed_or_a_state_alone() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state.json");
    let state = state.to_str().unwrap();
    let strict = ["--auth", "strict"];
    let with = |more: &[&'static str]| [&strict[..], more].concat();
    assert_eq!(across_starts(&strict, &strict), "401");
    assert_eq!(across_starts(&with(&["--seed", "1"]), &with(&["--seed", "1"])), "200");
    assert_eq!(across_starts(&with(&["--seed", "1"]), &with(&["--seed", "2"])), "401");
    let kept = [&strict[..], &["--state", state]].concat();
    assert_eq!(across_starts(&kept, &kept), "200");
    assert_eq!(across_starts(&kept, &strict), "401");
    // As fixtures the same file is as good, and a seed that was asked for is better.
    assert_eq!(across_starts(&kept, &[&strict[..], &["--fixtures", state]].concat()), "200");
    assert_eq!(across_starts(&kept, &[&kept[..], &["--seed", "1"]].concat()), "401");
}

/// Nor does it become the token of another key.
#[test]
fn after_a_restart_a_token_is_still_of_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state.json");
    let kept = ["--state", state.to_str().unwrap()];
    let first = start(&kept);
    let token = token(&first);
    assert_eq!(first.stop("-TERM").0, Some(0));
    let second = start(&kept);
    assert!(list(&second, "demo-key", &token).starts_with("HTTP/1.1 200 "));
    let answer = list(&second, "other-key", &token);
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("was not issued for this API_KEY"), "{answer}");
    assert!(!answer.contains("this key was issued a token too"), "{answer}");
}

#[test]
fn a_state_file_has_the_seed_for_its_owner_and_no_answer_has() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let kept = ["--state", path.to_str().unwrap()];
    assert_eq!(start(&kept).stop("-TERM").0, Some(0));
    let file = fs::read_to_string(&path).unwrap();
    let seed = seed_of(&file);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    let again = start(&kept);
    for path in ["/__admin/state", "/__admin/health", "/__admin/accounts", "/"] {
        assert!(!again.get(path).contains(&seed), "{path}");
    }
    // The file can be sent as a state; what signs tokens stays what it was.
    let token = token(&again);
    assert!(put_state(&again, &file.replace(&seed, &"0".repeat(64))).starts_with("HTTP/1.1 200 "));
    assert!(list(&again, "demo-key", &token).starts_with("HTTP/1.1 200 "));
    let (code, _, stderr) = again.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(!stderr.contains(&seed), "{stderr}");
    assert_eq!(seed_of(&fs::read_to_string(&path).unwrap()), seed);
}

/// A hand-made state has none, and an older one: the one that was drawn is kept from then on.
#[test]
fn a_state_without_a_seed_gets_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    fs::write(&path, r#"{"accounts": [{"apiKey": "demo-key"}]}"#).unwrap();
    let kept = ["--auth", "strict", "--state", path.to_str().unwrap()];
    assert_eq!(start(&kept).stop("-TERM").0, Some(0));
    assert_eq!(seed_of(&fs::read_to_string(&path).unwrap()).len(), 64);
    assert_eq!(across_starts(&kept, &kept), "200");
}

/// One that is wrong may be nearly right, and is not repeated.
#[test]
fn a_wrong_seed_is_refused_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    for seed in ["\"12\"".to_owned(), format!("\"{}\"", "g".repeat(64)), format!("\"{}\"", "7".repeat(65)), "[]".to_owned()] {
        fs::write(&path, format!(r#"{{"seed": {seed}, "accounts": []}}"#)).unwrap();
        let refused = crate::process::run(&[FREE, &["--state", path.to_str().unwrap()]].concat(), &[]);
        assert_eq!(refused.code, 3, "{}", refused.stderr);
        assert!(refused.stderr.contains(":1:10: seed: must be") && !refused.stderr.contains(&seed), "{}", refused.stderr);
    }
}

fn seed_of(file: &str) -> String {
    file.split_once("\"seed\": \"").unwrap().1.split('"').next().unwrap().to_owned()
}

fn put_state(process: &Process, state: &str) -> String {
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    let head = "PUT /__admin/state?all=true HTTP/1.1\r\nHost: localhost\r\nConnection: close";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{state}", state.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
