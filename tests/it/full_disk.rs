//! `--state` on a disk that takes no more. A limit on the size of files stands for it: the beginning of a file is taken and the
//! rest refused, as on a full disk, and nobody needs to be allowed to mount one.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{FREE, Process, command, run};

/// An account with nothing in it, which fits.
const SMALL: (&str, &str) = ("VCHATCLOUD_MOCK_FIXTURES_JSON", r#"{"accounts": [{"apiKey": "demo-key", "tokens": ["demo-token"]}]}"#);
/// What does not fit.
const ROOMS: usize = 40;

fn start(path: &Path) -> Process {
    let args = [FREE, &["--state", path.to_str().unwrap()]].concat();
    let server = command(&args, &[SMALL]);
    let mut limited = Command::new("sh");
    // In blocks of 512 bytes, or of 1024 by another shell. Without the trap the signal would kill.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(server.get_program()).args(server.get_args());
    limited.envs(server.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let pipe = std::process::Stdio::piped;
    limited.stdin(std::process::Stdio::null()).stdout(pipe()).stderr(pipe());
    Process::of(limited)
}

fn fill(process: &Process) {
    for _ in 0..ROOMS {
        assert!(process.send("POST", "/openapi/v1/rooms", "roomName=Full&maxUser=1").contains("200 OK"));
    }
}

/// Polls the file until it is as wanted.
fn wait_for(path: &Path, is_wanted: impl Fn(&str) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_wanted(&fs::read_to_string(path).unwrap_or_default()) {
        assert!(Instant::now() < deadline, "{} stays {:?}", path.display(), fs::read_to_string(path));
        std::thread::yield_now();
    }
}

fn is_whole(path: &Path) -> bool {
    run(&["check", path.to_str().unwrap()], &[]).code == 0
}

fn files(path: &Path) -> usize {
    fs::read_dir(path.parent().unwrap()).unwrap().count()
}

#[test]
fn a_full_disk_is_told_once_and_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let process = start(&path);
    wait_for(&path, |state| state.contains("demo-key"));
    fill(&process);
    // Longer than a few attempts take.
    let asked = Instant::now();
    while asked.elapsed() < Duration::from_millis(1500) {
        // Not a call of the API: its line would fill the pipe, which nobody reads before the end.
        assert!(process.get("/__admin/health").contains("200 OK"));
        // The one that is being written, at most.
        assert!(files(&path) <= 2);
    }
    assert_eq!(process.get("/openapi/v2/rooms").matches("\"roomId\"").count(), ROOMS);
    assert!(is_whole(&path) && fs::read_to_string(&path).unwrap().matches("Full").count() < ROOMS);
    assert!(process.send("POST", "/__admin/reset", "").contains("200 OK"));
    assert!(process.send("POST", "/openapi/v1/rooms", "roomName=Fits&maxUser=1").contains("200 OK"));
    wait_for(&path, |state| state.contains("Fits"));
    let (code, _, stderr) = process.stop("-TERM");
    assert_eq!((code, files(&path)), (Some(0), 1), "{stderr}");
    for once in ["cannot be written, the server goes on", "is written again"] {
        assert_eq!(stderr.matches(once).count(), 1, "{stderr}");
    }
}

/// Who asked for the state to be kept learns that it was not.
#[test]
fn a_stop_that_cannot_write_fails() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let process = start(&path);
    wait_for(&path, |state| state.contains("demo-key"));
    fill(&process);
    let (code, _, stderr) = process.stop("-TERM");
    assert_eq!(code, Some(1), "{stderr}");
    let last = stderr.lines().last().unwrap_or_default();
    let said = format!("vchatcloud-mock: --state: {} cannot be written, what has changed since it was is lost: ", path.display());
    assert!(last.starts_with(&said), "{stderr}");
    assert_eq!(files(&path), 1);
    assert!(is_whole(&path));
    // With room again a server goes on from there.
    let process = Process::start(&[FREE, &["--state", path.to_str().unwrap()]].concat(), &[SMALL]);
    fill(&process);
    assert_eq!(process.stop("-TERM").0, Some(0));
    assert!(fs::read_to_string(&path).unwrap().matches("Full").count() >= ROOMS);
}
