//! The command line: the binary itself, as people and pipelines start it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::process::{FREE, Process, command, run};

#[test]
fn it_serves_the_demo_and_says_ready_once() {
    let mut process = Process::start(FREE, &[]);
    let mut stdout = process.stdout.take().unwrap();
    assert_eq!(process.ready, format!("ready url={} version={}\n", process.url, env!("CARGO_PKG_VERSION")));
    assert!(process.get("/openapi/v2/rooms").contains("DemoRoom01"));
    let (code, _, stderr) = process.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(stderr.contains("API_KEY demo-key, X-AUTH-TOKEN demo-token"), "{stderr}");
    assert!(stderr.contains("curl -H 'API_KEY: demo-key'"), "{stderr}");
    let mut more = String::new();
    stdout.read_to_string(&mut more).unwrap();
    assert_eq!(more, "");
}

/// One line per request: time, number, account, method, path, status, result code, time taken, and why.

#[test]
fn every_request_is_a_line_on_stderr() {
    let process = Process::start(FREE, &[]);
    process.get("/openapi/v2/rooms");
    process.get("/openapi/v2/room");
    let (_, _, stderr) = process.stop("-TERM");
    let lines: Vec<Vec<&str>> = stderr.lines().filter(|line| line.contains(" #")).map(|line| line.split(' ').skip(1).collect()).collect();
    assert_eq!(lines[0][..6], ["#1", "demo-key", "GET", "/openapi/v2/rooms", "200", "1"], "{stderr}");
    assert!(lines[0][6].ends_with("us"), "{stderr}");
    assert_eq!(lines[1][4..6], ["404", "404"], "{stderr}");
    assert!(stderr.contains("  no such path: /openapi/v2/room, the nearest is /openapi/v2/rooms"), "{stderr}");
}

#[test]
fn json_logs_and_quiet() {
    let process = Process::start(&["--port", "0", "--log-format", "json"], &[]);
    let ready: serde_json::Value = serde_json::from_str(&process.ready).unwrap();
    assert_eq!((ready["event"].as_str(), ready["version"].as_str()), (Some("ready"), Some(env!("CARGO_PKG_VERSION"))));
    process.get("/nothing");
    let (_, _, stderr) = process.stop("-INT");
    let line: serde_json::Value = serde_json::from_str(stderr.lines().next().unwrap()).unwrap();
    assert_eq!((line["path"].as_str(), line["status"].as_u64(), line["result_cd"].as_i64()), (Some("/nothing"), Some(404), Some(404)));
    assert!(line["why"].as_str().unwrap().starts_with("no such path"));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");

    let quiet = Process::start(FREE, &[("VCHATCLOUD_MOCK_QUIET", "true")]);
    quiet.get("/nothing");
    assert_eq!(quiet.stop("-TERM").2, "");
}

/// Keys of the vendor's real shape do not stand in the log.

#[test]
fn a_real_key_is_masked_in_the_log() {
    let process = Process::start(FREE, &[]);
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET /openapi/token HTTP/1.0\r\nAPI_KEY: AbCdEf-GhIjKl-MnOpQr-StUvWx-20220101000000\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let (_, _, stderr) = process.stop("-TERM");
    assert!(stderr.contains(" Ab-...#") && !stderr.contains("GhIjKl"), "{stderr}");
}

#[test]
fn flags_win_over_variables() {
    let env = [
        ("VCHATCLOUD_MOCK_SEED", "1"),
        ("VCHATCLOUD_MOCK_AUTH", "strict"),
        ("VCHATCLOUD_MOCK_PORT", "0"),
        ("VCHATCLOUD_MOCK_ERROR_STATUS", "200"),
    ];
    let process = Process::start(&["serve", "--auth", "open"], &env);
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET /openapi/v2/rooms/x HTTP/1.0\r\nAPI_KEY: anybody\r\nX-AUTH-TOKEN: t\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200") && answer.contains("10102"), "{answer}");
}

/// Every flag does what it says: ids, clock, tokens and host names are as they were asked for.
#[test]
fn flags_reach_the_server() {
    let flags =
        ["--port", "0", "--seed", "1", "--clock", "frozen:2026-01-31T12:00:00+09:00", "--token-ttl", "60s", "--allowed-hosts", "mock.test"];
    let process = Process::start(&flags, &[]);
    let ask = |request: &str| {
        let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let created = ask("POST /openapi/v1/rooms?roomName=a&maxUser=1 HTTP/1.0\r\nAPI_KEY: alice-key\r\nX-AUTH-TOKEN: t\r\n\r\n");
    assert!(created.ends_with(r#"{"roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000"}}"#), "{created}");
    let issued = ask("GET /openapi/token HTTP/1.0\r\nAPI_KEY: demo-key\r\n\r\n");
    // {"aud":"demo@example.com","exp":1769828460,"iat":1769828400,
    assert!(issued.contains(".eyJhdWQiOiJkZW1vQGV4YW1wbGUuY29tIiwiZXhwIjoxNzY5ODI4NDYwLCJpYXQiOjE3Njk4Mjg0MDAs"), "{issued}");
    assert!(ask("GET /__admin/openapi.json HTTP/1.0\r\nHost: mock.test\r\n\r\n").starts_with("HTTP/1.0 200"));
    assert!(ask("GET /__admin/openapi.json HTTP/1.0\r\nHost: other.test\r\n\r\n").starts_with("HTTP/1.0 403"));
}

/// Everything that refuses to start: (arguments, variables, exit code, a part of what it says)

#[test]
fn bad_arguments_refuse_to_start() {
    for (args, env, code, says) in [
        (vec!["--port", "x"], vec![], 2, "'--port <PORT>'"),
        (vec!["--port", "70000"], vec![], 2, "70000"),
        (vec!["--host", "example.com"], vec![], 2, "must be localhost, all or an IP address"),
        (vec!["--token-ttl", "0s"], vec![], 2, "must be whole seconds"),
        (vec!["--token-ttl", "5"], vec![], 2, "must be a duration such as 90s or 5h"),
        (vec!["--seed", "-1"], vec![], 2, "--seed"),
        (vec!["--seed", "18446744073709551616"], vec![], 2, "too large"),
        (vec!["--clock", "frozen:yesterday"], vec![], 2, "must be RFC 3339"),
        (vec!["--clock", "frozen:1969-12-31T23:59:59Z"], vec![], 2, "must be of 1970 to 9999"),
        (vec!["--clock", "stopped"], vec![], 2, "must be system, frozen:<RFC 3339>, start:<RFC 3339> or offset:<duration>"),
        (vec!["--auth", "none"], vec![], 2, "[possible values: open, strict]"),
        (vec!["--allowed-hosts", "http://x"], vec![], 2, "must be a host name without scheme and port, got \"http://x\""),
        (vec!["--nonsense"], vec![], 2, "--nonsense"),
        (vec![], vec![("VCHATCLOUD_MOCK_FIXTURES", "")], 2, "--fixtures"),
        (vec!["sevre"], vec![], 2, "serve"),
        (vec![], vec![("VCHATCLOUD_MOCK_SEED", "abc")], 2, "'--seed <NUMBER>'"),
        (vec![], vec![("VCHATCLOUD_MOCK_QUIET", "perhaps")], 2, "perhaps"),
        (vec!["--fixtures", "nowhere.json"], vec![], 3, "nowhere.json: cannot be read"),
        (vec![], vec![("VCHATCLOUD_MOCK_FIXTURES_JSON", "{")], 3, "VCHATCLOUD_MOCK_FIXTURES_JSON:1:1: broken JSON"),
        (vec!["check"], vec![], 2, "PATH"),
        (vec!["healthcheck", "--url", "http://127.0.0.1:x"], vec![], 2, "must be http://HOST[:PORT]"),
        (vec!["healthcheck", "--url", "ftp://x"], vec![], 2, "must be http://HOST[:PORT]"),
        (vec!["healthcheck", "--port", "0"], vec![], 2, "--port 0 picks a port"),
        (vec!["--port", "0", "--port-file", "/nonexistent/port"], vec![], 1, "--port-file"),
        (vec!["--port", "0", "--host", "203.0.113.1"], vec![], 1, "cannot listen on 203.0.113.1:0"),
    ] {
        let run = run(&args, &env);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{args:?} {env:?}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{args:?} {env:?}: {}", run.stderr);
    }
}

#[test]
fn an_address_in_use_has_an_exit_code_of_its_own() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let run = run(&["--port", &taken.local_addr().unwrap().port().to_string()], &[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("Address already in use") && run.stderr.contains("--port"), "{}", run.stderr);
}

#[test]
fn it_listens_on_both_loopback_addresses() {
    let process = Process::start(FREE, &[]);
    let port = process.url.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    // A machine without IPv6 has only the first.
    let expected = TcpListener::bind("[::1]:0").is_ok();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    assert_eq!(TcpStream::connect(("::1", port)).is_ok(), expected);
}

#[test]
fn a_kubernetes_service_link_is_no_port() {
    // Port 4280 may be taken here, so what it does with the variable is seen in the message.
    let taken = TcpListener::bind("127.0.0.1:4280");
    let mut child = command(&[], &[("VCHATCLOUD_MOCK_PORT", "tcp://10.0.0.1:4280")]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("VCHATCLOUD_MOCK_PORT is a Kubernetes service link and was ignored, the port is 4280"), "{line}");
    drop(taken);
}

/// A variable that is nearly ours draws a warning; those of Kubernetes do not.

#[test]
fn a_misspelt_variable_draws_a_warning() {
    let env =
        [("VCHATCLOUD_MOCK_SEDD", "1"), ("VCHATCLOUD_MOCK_SERVICE_HOST", "10.0.0.1"), ("VCHATCLOUD_MOCK_PORT_4280_TCP_ADDR", "10.0.0.1")];
    let (_, _, stderr) = Process::start(&["--port", "0", "--quiet"], &env).stop("-TERM");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.ends_with("unknown variable VCHATCLOUD_MOCK_SEDD was ignored, did you mean VCHATCLOUD_MOCK_SEED\n"), "{stderr}");
}

/// Fixtures from flags, from the variable as in PATH, and inline on top.

#[test]
fn fixtures_from_everywhere() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, room: &str| {
        let file = directory.path().join(name);
        fs::write(&file, format!(r#"{{"accounts": [{{"apiKey": "demo-key", "rooms": [{{"roomName": "{room}"}}]}}]}}"#)).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (first, second) = (write("1.json", "first"), write("2.json", "second"));
    let inline = ("VCHATCLOUD_MOCK_FIXTURES_JSON", r#"{"accounts": [{"apiKey": "demo-key", "rooms": [{"roomName": "inline"}]}]}"#);
    let both = format!("{first}:{second}");
    let names = |process: &Process| {
        let answer = process.get("/openapi/v2/rooms");
        ["first", "second", "inline", "DemoRoom"].into_iter().filter(|name| answer.contains(name)).collect::<Vec<_>>().join(" ")
    };
    for (args, env, expected) in [
        (vec!["--fixtures", first.as_str(), "--fixtures", &second], vec![], "first second"),
        (vec![], vec![("VCHATCLOUD_MOCK_FIXTURES", both.as_str())], "first second"),
        (vec!["--fixtures", &first], vec![("VCHATCLOUD_MOCK_FIXTURES", second.as_str())], "first"),
        (vec![], vec![inline], "inline"),
        (vec!["--fixtures", directory.path().to_str().unwrap()], vec![inline], "first second inline"),
    ] {
        let args: Vec<&str> = FREE.iter().copied().chain(args).collect();
        assert_eq!(names(&Process::start(&args, &env)), expected, "{args:?} {env:?}");
    }
}

/// `check` and `serve` tell the same problems in the same words.

#[test]
fn check_says_what_serve_would() {
    let fine = run(&["check", "fixtures"], &[]);
    assert_eq!((fine.code, fine.stdout.as_str(), fine.stderr.as_str()), (0, "ok: 4 accounts with 8 rooms, 1 default rooms\n", ""));

    let broken = ["fixtures/broken/wrong-code.json", "fixtures/broken/not-json.json"];
    let checked = run(&["check", broken[0], "fixtures/demo.json", broken[1]], &[]);
    assert_eq!((checked.code, checked.stdout.as_str()), (3, ""));
    insta::assert_snapshot!(checked.stderr, @r#"
    fixtures/broken/wrong-code.json:4:20: roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got "Normal"
    fixtures/broken/not-json.json:3:19: broken JSON: trailing commas are not allowed
    "#);
    let served = run(&["--port", "0", "--fixtures", broken[0], "--fixtures", broken[1]], &[]);
    assert_eq!((served.code, served.stdout.as_str(), served.stderr), (3, "", checked.stderr));
}

#[test]
fn help_shows_every_flag_with_its_variable() {
    let help = run(&["--help"], &[]);
    assert_eq!(help.code, 0);
    for name in [
        "HOST",
        "PORT",
        "PORT_FILE",
        "FIXTURES",
        "AUTH",
        "TOKEN_TTL",
        "ERROR_STATUS",
        "SEED",
        "CLOCK",
        "ALLOWED_HOSTS",
        "TLS",
        "TLS_NAME",
        "TLS_DIR",
        "LOG_FORMAT",
        "QUIET",
        "WAIT",
        "TIMEOUT",
        "URL",
        "REAL",
        "HAR",
        "ALLOW_WRITES",
        "CA",
    ] {
        assert!(help.stdout.contains(&format!("[env: VCHATCLOUD_MOCK_{name}=")), "{name}: {}", help.stdout);
    }
    for command in ["serve", "check", "drift", "openapi", "healthcheck", "ca", "completions"] {
        assert!(help.stdout.contains(&format!("vchatcloud-mock {command}")), "{command}: {}", help.stdout);
    }
    assert_eq!(run(&["--version"], &[]).stdout, format!("vchatcloud-mock {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run(&["completions", shell], &[]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("healthcheck"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"], &[]).code, 2);
}

/// The manual has a page for the program and one for each command, with every flag of it.
#[test]
fn the_manual_has_every_command_and_flag() {
    let program = run(&["man"], &[]).stdout;
    let help = run(&["--help"], &[]).stdout;
    let mut flags = 0;
    for command in ["serve", "check", "exec", "verify", "drift", "openapi", "healthcheck", "ca", "completions", "man"] {
        assert!(program.contains(&format!("vchatcloud\\-mock\\-{command}(1)")), "{command}");
        assert!(help.contains(&format!("vchatcloud-mock {command}")), "{command}");
        let page = run(&["man", command], &[]).stdout;
        assert!(page.contains(&format!(".TH vchatcloud-mock-{command} 1")), "{page}");
        for word in run(&[command, "--help"], &[]).stdout.split_whitespace().filter(|word| word.starts_with("--")) {
            let flag = word.trim_end_matches(|end: char| !end.is_alphanumeric()).replace('-', "\\-");
            assert!(page.contains(&flag), "{command} lacks {word}");
            flags += 1;
        }
    }
    assert!(flags > 30, "only {flags} flags were found");
    let unknown = run(&["man", "server"], &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.ends_with("healthcheck, ca, completions or man, got \"server\"\n"), "{}", unknown.stderr);
}
