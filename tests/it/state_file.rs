//! `--state FILE`: what a process leaves to the next one, however it ends.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::{FREE, Process, run, send};

/// Waits for the file to hold a text; a change is written within a second, and the machine may be busy.
fn wait_for(path: &Path, text: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let state = fs::read_to_string(path).unwrap_or_default();
        if state.contains(text) {
            return state;
        }
        assert!(Instant::now() < deadline, "{} lacks {text}: {state}", path.display());
        std::thread::yield_now();
    }
}

fn start(path: &Path, more: &[&str]) -> Process {
    Process::start(&[FREE, &["--state", path.to_str().unwrap()], more].concat(), &[])
}

const CREATE: &str = "roomName=Kept&maxUser=1&gTransStat=N&rtcStat=N&roomType=01";

#[test]
fn a_stop_and_a_kill_lose_nothing_that_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let first = start(&path, &[]);
    assert!(first.send("POST", "/openapi/v2/rooms", CREATE).contains("200 OK"));
    let (code, ..) = first.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(fs::read_to_string(&path).unwrap().contains(r#""roomName":"Kept""#));

    let second = start(&path, &[]);
    assert!(second.get("/openapi/v2/rooms").contains(r#""roomName":"Kept""#));
    assert!(second.send("POST", "/openapi/v2/rooms", &CREATE.replace("Kept", "Killed")).contains("200 OK"));
    wait_for(&path, r#""roomName":"Killed""#);
    send("-KILL", &second.child);
    drop(second);
    let third = start(&path, &[]);
    assert!(third.get("/openapi/v2/rooms").contains(r#""roomName":"Killed""#));
    // What was read is a whole fixture, and nothing lies beside it.
    assert_eq!(run(&["check", path.to_str().unwrap()], &[]).code, 0);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// Also what no call of the API has changed: where a clock stands.
#[test]
fn clocks_survive() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let first = start(&path, &[]);
    wait_for(&path, "demo-key");
    assert!(first.send("POST", "/__admin/clock/advance?apiKey=demo-key", r#"{"by": "5h"}"#).contains("200 OK"));
    wait_for(&path, "offset:5h");
    assert_eq!(first.stop("-TERM").0, Some(0));
    let second = start(&path, &[]);
    assert!(second.get("/__admin/clock?apiKey=demo-key").contains("offset:5h"));
}

/// It holds keys and tokens: nobody else may read it.
#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    // What a killed process left behind does not stay, whatever it is.
    fs::write(directory.path().join("state.json.tmp"), "torn").unwrap();
    let process = start(&path, &[]);
    wait_for(&path, "demo-key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    drop(process);
}

/// A link stays a link, and what it points to is the file.
#[cfg(unix)]
#[test]
fn a_link_stays_one() {
    let directory = tempfile::tempdir().unwrap();
    let (link, path) = (directory.path().join("link.json"), directory.path().join("state.json"));
    fs::write(&path, r#"{"accounts": []}"#).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let process = start(&link, &[]);
    process.send("POST", "/openapi/v2/rooms", CREATE);
    wait_for(&path, "Kept");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

/// A place that cannot be written is told once, and the server goes on; when it can be again, everything is there.
#[cfg(unix)]
#[test]
fn a_disk_that_cannot_be_written_is_logged_and_the_server_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/state.json");
    fs::create_dir(directory.path().join("deep")).unwrap();
    let process = start(&path, &[]);
    wait_for(&path, "demo-key");
    // A directory that is gone refuses everybody; permissions would not refuse root.
    fs::remove_dir_all(directory.path().join("deep")).unwrap();
    assert!(process.send("POST", "/openapi/v2/rooms", CREATE).contains("200 OK"));
    let asked = Instant::now();
    while asked.elapsed() < Duration::from_secs(1) {
        assert!(process.get("/__admin/health").contains("200 OK"));
    }
    fs::create_dir(directory.path().join("deep")).unwrap();
    wait_for(&path, "Kept");
    let (code, _, stderr) = process.stop("-TERM");
    assert_eq!(code, Some(0));
    assert_eq!(stderr.matches("cannot be written, the server goes on").count(), 1, "{stderr}");
    assert_eq!(stderr.matches("is written again").count(), 1, "{stderr}");
}

/// What it holds wins over the fixtures, which a reset goes back to.
#[test]
fn a_reset_goes_back_to_the_fixtures() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    fs::write(&path, r#"{"accounts": [{"apiKey": "demo-key", "rooms": [{"roomName": "From the state"}]}]}"#).unwrap();
    let process = start(&path, &[]);
    let list = process.get("/openapi/v2/rooms");
    assert!(list.contains("From the state") && !list.contains("제목"), "{list}");
    assert!(process.send("POST", "/__admin/reset", "").contains("200 OK"));
    assert!(process.get("/openapi/v2/rooms").contains("제목"));
    let state = wait_for(&path, "제목");
    assert!(!state.contains("From the state"), "{state}");
}

#[test]
fn state_files_that_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let refused = |path: &Path| {
        let run = run(&[FREE, &["--state", path.to_str().unwrap()]].concat(), &[]);
        (run.code, run.stderr.replace(directory.path().to_str().unwrap(), "DIR"))
    };
    let mut answers = Vec::new();
    for text in ["{", r#"{"accounts": [{"apiKey": "k", "rooms": [{"maxUser": "x"}]}]}"#, r#"{"default": {"rooms": [{}]}}"#] {
        fs::write(&path, text).unwrap();
        let (code, stderr) = refused(&path);
        answers.push(format!("{code} {stderr}"));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    for path in [directory.path(), &directory.path().join("none/state.json")] {
        let (code, stderr) = refused(path);
        answers.push(format!("{code} {stderr}"));
    }
    insta::assert_snapshot!(answers.concat(), @r#"
    3 DIR/state.json:1:1: broken JSON: unterminated object
    3 DIR/state.json:1:53: maxUser: must be decimal digits, 1 to 2147483647, got "x"
    2 vchatcloud-mock: --state: DIR/state.json: a state is accounts, what has default or resultCodes is for --fixtures
    2 vchatcloud-mock: --state: DIR: is a directory, name a file
    2 vchatcloud-mock: --state: DIR/none/state.json: there is no such directory
    "#);
}
