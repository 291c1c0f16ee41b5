//! `exec`: a command against a mock of its own.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::process::{Run, command, run, send};

/// A shell that can call the mock: `call METHOD PATH FORM` prints the status line.
const CALL: &str = r#"
call() {
  exec 3<>"/dev/tcp/127.0.0.1/${VCHATCLOUD_BASE_URL##*:}"
  printf '%s\r\n' "$1 /openapi/$2 HTTP/1.1" 'Host: localhost' 'Connection: close' "API_KEY: $VCHATCLOUD_API_KEY" \
    "X-AUTH-TOKEN: $VCHATCLOUD_TOKEN" 'Content-Type: application/x-www-form-urlencoded' "Content-Length: ${#3}" '' >&3
  printf '%s' "$3" >&3
  read -r status <&3
  echo "$status"
}
"#;

const REPEATABLE: &[&str] = &["--seed", "1", "--clock", "frozen:2026-01-31T12:00:00+09:00"];

/// Runs a script of bash against a mock.
fn exec(flags: &[&str], script: &str) -> Run {
    let script = format!("{CALL}{script}");
    let args: Vec<&str> = ["exec"].iter().chain(flags).chain(&["--", "bash", "-c", &script]).copied().collect();
    run(&args, &[])
}

#[test]
fn the_command_finds_the_mock_and_its_credentials() {
    let names = "VCHATCLOUD_BASE_URL VCHATCLOUD_MOCK_URL VCHATCLOUD_API_KEY VCHATCLOUD_TOKEN";
    let script = format!("call GET v2/rooms; for name in {names}; do echo \"$name ${{!name}}\"; done");
    let done = exec(&[], &script);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!((done.code, lines[0].trim()), (0, "HTTP/1.1 200 OK"), "{}", done.stderr);
    assert!(lines[1].starts_with("VCHATCLOUD_BASE_URL http://127.0.0.1:"), "{}", done.stdout);
    assert_eq!(lines[1].split(' ').next_back(), lines[2].split(' ').next_back());
    assert_eq!(&lines[3..], ["VCHATCLOUD_API_KEY demo-key", "VCHATCLOUD_TOKEN demo-token"]);
}

/// Credentials by what the fixtures say; strict servers take all of them.
#[test]
fn credentials_are_those_of_the_fixture_or_issued() {
    let table = [
        (r#"{"accounts": [{"apiKey": "a"}, {"apiKey": "b", "tokens": ["t"]}]}"#, "b t"),
        (r#"{"accounts": [{"apiKey": "a"}]}"#, "a eyJ"),
        ("{}", "exec eyJ"),
    ];
    for (fixture, expected) in table {
        let auth = if fixture == "{}" { "open" } else { "strict" };
        let script = format!("{CALL}call GET v2/rooms; echo \"$VCHATCLOUD_API_KEY $VCHATCLOUD_TOKEN\"");
        let done = run(&["exec", "--auth", auth, "--", "bash", "-c", &script], &[("VCHATCLOUD_MOCK_FIXTURES_JSON", fixture)]);
        let (status, pair) = done.stdout.split_once('\n').unwrap();
        assert_eq!((done.code, status.trim()), (0, "HTTP/1.1 200 OK"), "{fixture}: {}", done.stderr);
        assert!(pair.starts_with(expected), "{fixture}: {pair}");
    }
    let refused = run(&["exec", "--auth", "strict", "true"], &[("VCHATCLOUD_MOCK_FIXTURES_JSON", "{}")]);
    assert_eq!((refused.code, refused.stderr.trim()), (2, "vchatcloud-mock: --auth strict: no fixture has an account for the command"));
}

#[test]
fn the_summary_tells_what_to_look_at() {
    let fixture = r#"{"accounts": [{"apiKey": "suite", "tokens": ["t"], "rooms": [],
        "faults": [{"match": {"operation": "listRoom"}, "do": {"kind": "reset"}}, {"match": {"operation": "destroyRoom"}, "do": {"kind": "hang"}}]}]}"#;
    let script = format!(
        "{CALL}call POST v1/rooms 'roomName=QA&maxUser=5'; call POST v1/rooms 'roomName=QA'; call GET v2/rooms 2>/dev/null; exit 3"
    );
    let args: Vec<&str> = ["exec"].iter().chain(REPEATABLE).chain(&["--", "bash", "-c", &script]).copied().collect();
    let done = run(&args, &[("VCHATCLOUD_MOCK_FIXTURES_JSON", fixture)]);
    assert_eq!(done.code, 3);
    insta::assert_snapshot!(done.stderr, @r#"
    vchatcloud-mock: 3 requests, 2 failed, 1 fault unused, 1 room left behind
      failed: #2 POST /openapi/v1/rooms 400 10901 (suite): Missing required parameter: maxUser: send maxUser=... in a body of application/x-www-form-urlencoded, or in the query
      failed: #3 GET /openapi/v2/rooms no answer (suite): fault reset
      unused fault: 2 hang for operation destroyRoom (suite)
      left behind: WfsxNVDVP5-3yFsIzShwO-20260131120000 "QA" (suite, request 1)
    "#);
}

#[test]
fn what_was_called_is_verified_and_written_as_junit() {
    let directory = tempfile::tempdir().unwrap();
    let (checks, junit) = (directory.path().join("checks.json"), directory.path().join("out.xml"));
    fs::write(&checks, r#"{"expect": [{"operation": "createRoom", "where": {"roomName": "<QA>"}, "times": 1}], "noOther": true}"#).unwrap();
    let (checks, junit) = (checks.to_str().unwrap(), junit.to_str().unwrap());
    let flags: Vec<&str> = ["--verify", checks, "--junit", junit].iter().chain(REPEATABLE).copied().collect();

    let done = exec(&flags, "call POST v1/rooms 'roomName=<QA>&maxUser=5'");
    assert_eq!((done.code, done.stderr.lines().last()), (0, Some("verification passed")), "{}", done.stderr);
    assert!(fs::read_to_string(junit).unwrap().contains(r#"tests="3" skipped="0" failures="0" errors="0""#));

    let done = exec(&flags, "call GET v2/rooms");
    assert_eq!(done.code, 5);
    let written = fs::read_to_string(junit).unwrap();
    let written = written.split(" time=").map(|part| part.split_once("\"/>").map_or(part, |(_, rest)| rest)).collect::<Vec<_>>().join("");
    insta::assert_snapshot!(written, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="vchatcloud-mock" tests="3" skipped="0" failures="2" errors="0">
        <testsuite name="vchatcloud-mock" tests="3" skipped="0" errors="0" failures="2">
            <testcase name="command: bash" classname="vchatcloud-mock"
            <testcase name="expect[0] createRoom where roomName is &quot;&lt;QA&gt;&quot;: exactly 1" classname="vchatcloud-mock">
                <failure message="createRoom where roomName is &quot;&lt;QA&gt;&quot;: expected exactly 1, got 0" type="unmet">createRoom where roomName is &quot;&lt;QA&gt;&quot;: expected exactly 1, got 0
        #1 operation: expected createRoom, got listRoom; roomName: expected to be &quot;&lt;QA&gt;&quot;, got none</failure>
            </testcase>
            <testcase name="no other exchange" classname="vchatcloud-mock">
                <failure message="noOther: expected no other exchange, got 1" type="unmet">noOther: expected no other exchange, got 1
        #1 operation: expected createRoom, got listRoom; roomName: expected to be &quot;&lt;QA&gt;&quot;, got none</failure>
            </testcase>
        </testsuite>
    </testsuites>
    "#);

    // The command's own failure comes first.
    assert_eq!(exec(&flags, "exit 9").code, 9);
}

/// Of a journal that has lost what could matter, nobody says that all is well.
#[test]
fn an_inconclusive_verdict_is_none() {
    let directory = tempfile::tempdir().unwrap();
    let (checks, junit) = (directory.path().join("checks.json"), directory.path().join("out.xml"));
    fs::write(&checks, r#"{"expect": [{"operation": "createRoom", "times": 0}]}"#).unwrap();
    let flags = ["--verify", checks.to_str().unwrap(), "--junit", junit.to_str().unwrap(), "--journal-entries", "0"];
    let done = exec(&flags, "true");
    assert_eq!(done.code, 5);
    assert!(done.stderr.contains("verification inconclusive\n  the journal is off"), "{}", done.stderr);
    assert!(fs::read_to_string(junit).unwrap().contains(r#"tests="3" skipped="1" failures="1""#));
}

#[test]
fn exit_codes_are_the_commands() {
    let directory = tempfile::tempdir().unwrap();
    let checks = directory.path().join("checks.json");
    fs::write(&checks, "{\n  \"expect\": [\n    {\n      \"operation\":\n        \"createRoom\",\n      \"where\": {},\n      \"time\": 1\n    }\n  ]\n}\n").unwrap();
    let checks = checks.to_str().unwrap();
    let table: &[(&[&str], i32, &str)] = &[
        (&["sh", "-c", "exit 7"], 7, "vchatcloud-mock: 0 requests"),
        (&["sh", "-c", "kill -9 $$"], 137, "vchatcloud-mock: 0 requests"),
        (&["--", "sh", "-c", "kill -TERM $$"], 143, "vchatcloud-mock: 0 requests"),
        (&["no-such-program"], 127, "vchatcloud-mock: exec: cannot start \"no-such-program\": No such file"),
        (&["/"], 126, "vchatcloud-mock: exec: cannot start \"/\": Permission denied"),
        (&[], 2, "error: the following required arguments were not provided"),
        (
            &["--verfy", checks, "--", "true"],
            2,
            "error: unexpected argument '--verfy' found\n\n  tip: a similar argument exists: '--verify'",
        ),
        (&["--verify", checks, "true"], 3, &format!("{checks}:7:7: unknown member \"time\" of an expectation, did you mean \"times\"")),
        (&["--verify", "no-such-file", "true"], 2, "vchatcloud-mock: no-such-file: No such file"),
        (&["--junit", "no/such/out.xml", "true"], 2, "vchatcloud-mock: --junit: no/such/out.xml: there is no such directory"),
        (&["--junit", "/", "true"], 2, "vchatcloud-mock: --junit: /: is a directory, name a file"),
        (&["--fixtures", "no-such-file", "true"], 3, "no-such-file"),
    ];
    for (args, code, beginning) in table {
        let args: Vec<&str> = ["exec"].iter().chain(*args).copied().collect();
        let done = run(&args, &[]);
        assert_eq!(done.code, *code, "{args:?}: {}", done.stderr);
        assert!(done.stderr.starts_with(beginning), "{args:?}: {}", done.stderr);
    }
}

/// A run of the mock that ignores no signal, whatever this run of the tests ignores: a pipeline may start it with some ignored.
#[cfg(target_os = "linux")]
pub fn hearing(args: &[&str]) -> std::process::Command {
    let mock = command(args, &[]);
    let mut env = std::process::Command::new("env");
    env.arg("--default-signal").arg(mock.get_program()).args(mock.get_args());
    for (name, _) in mock.get_envs() {
        env.env_remove(name);
    }
    env.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    env
}

/// The command decides what a signal means.
#[test]
#[cfg(target_os = "linux")]
fn signals_are_handed_on() {
    for signal in ["TERM", "INT", "HUP", "USR1"] {
        let script = format!("trap 'echo got {signal}; exit 40' {signal}; echo up; while :; do read -t 0.05 <> <(:); done");
        let mut child = hearing(&["exec", "bash", "-c", &script]).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut up = String::new();
        stdout.read_line(&mut up).unwrap();
        assert_eq!(up, "up\n");
        send(&format!("-{signal}"), &child);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), child.wait().unwrap().code()), (format!("got {signal}\n").as_str(), Some(40)));
    }
}

/// A verdict that is waited for does not outlive the patience of whoever waits.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_ends_the_wait_for_a_verdict() {
    let directory = tempfile::tempdir().unwrap();
    let checks = directory.path().join("checks.json");
    fs::write(&checks, r#"{"expect": [{"operation": "createRoom"}], "within": "10m"}"#).unwrap();
    let mut child = hearing(&["exec", "--verify", checks.to_str().unwrap(), "sh", "-c", "echo $$"]).spawn().unwrap();
    let mut pid = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut pid).unwrap();
    let process = std::path::PathBuf::from(format!("/proc/{}", pid.trim()));
    while process.exists() {
        std::thread::yield_now();
    }
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// While fixtures are read there is no command yet, and there will be none.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_before_the_command_ends_it_all() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = directory.path().join("fixture.json");
    let path = fixture.to_str().unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    let mut child = hearing(&["exec", "--fixtures", path, "echo", "started"]).spawn().unwrap();
    // Opening it to write waits for the reader, who has installed the handlers by then.
    let mut pipe = fs::OpenOptions::new().write(true).open(&fixture).unwrap();
    send("-TERM", &child);
    std::io::Write::write_all(&mut pipe, b"{}").unwrap();
    drop(pipe);
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!((child.wait().unwrap().code(), stdout.as_str()), (Some(143), ""));
}

/// Who starts it under `nohup`, wants the command to go on.
#[test]
#[cfg(target_os = "linux")]
fn what_is_ignored_stays_ignored() {
    let binary = env!("CARGO_BIN_EXE_vchatcloud-mock");
    let script = format!("trap '' HUP QUIT; exec {binary} exec -- grep SigIgn /proc/self/status");
    let done = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let mask = String::from_utf8(done.stdout).unwrap();
    let mask = u64::from_str_radix(mask.trim_start_matches("SigIgn:").trim(), 16).unwrap();
    assert_eq!(mask & 0b101, 0b101, "{mask:b}");
}

/// What a fixture calls a success is one, and a journal that is off is told.
#[test]
fn the_summary_knows_successes_by_any_name() {
    let fixture = r#"{"resultCodes": {"SUCCESS": {"result_cd": 200}}}"#;
    let script = format!("{CALL}call GET v2/rooms");
    let done = run(&["exec", "bash", "-c", &script], &[("VCHATCLOUD_MOCK_FIXTURES_JSON", fixture)]);
    assert!(done.stderr.starts_with("vchatcloud-mock: 1 request, 0 failed"), "{}", done.stderr);
    let done = exec(&["--journal-entries", "0"], "call GET v2/rooms");
    assert!(done.stderr.contains("  the journal is off: nobody knows what was called\n"), "{}", done.stderr);
}

/// A verdict of an earlier run is not this one's.
#[test]
fn no_old_verdict_survives() {
    let directory = tempfile::tempdir().unwrap();
    let junit = directory.path().join("out.xml");
    fs::write(&junit, "old").unwrap();
    assert_eq!(run(&["exec", "--junit", junit.to_str().unwrap(), "no-such-program"], &[]).code, 127);
    let written = fs::read_to_string(&junit).unwrap();
    assert!(written.contains(r#"failures="1""#) && written.contains("cannot start &quot;no-such-program&quot;"), "{written}");
    assert_eq!(run(&["verify", "-", "--url", "http://127.0.0.1:1", "--junit", junit.to_str().unwrap()], &[]).code, 3);
    assert!(!junit.exists());
}

/// What may be a credential is not repeated when it is refused, and is refused before the command starts.
#[test]
fn refused_secrets_are_not_repeated() {
    for (args, flag) in [
        (&["exec", "--api-key", "s3cr,et", "echo", "started"][..], "--api-key"),
        (&["verify", "-", "--api-key", "s3cr,et"], "--api-key"),
        (&["serve", "--port", "0", "--admin-token", "s3cr,et"], "--admin-token"),
    ] {
        let done = run(args, &[]);
        let expected = format!("vchatcloud-mock: {flag}: must be printable ASCII without comma or outer spaces, and not empty\n");
        assert_eq!((done.code, done.stderr.as_str(), done.stdout.as_str()), (2, expected.as_str(), ""), "{args:?}");
    }
}

/// A proxy of the environment does not get the command's calls of the mock.
#[test]
fn proxies_are_not_asked() {
    let script = "echo $no_proxy $NO_PROXY";
    let with = |env: &[(&str, &str)]| run(&["exec", "sh", "-c", script], env).stdout;
    assert_eq!(
        with(&[("http_proxy", "http://127.0.0.1:1"), ("no_proxy", "here"), ("NO_PROXY", "")]),
        "here,127.0.0.1,localhost 127.0.0.1,localhost\n"
    );
}
