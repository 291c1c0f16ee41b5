//! What is said of what was sent: in logs, answers, the journal, reports, and on stderr.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use super::{KEY, TOKEN, hides, plain, written};
use crate::process::{FREE, Process, run};

/// Sends bytes and reads all that comes back.
fn exchange(process: &Process, request: &str) -> String {
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(method: &str, target: &str, headers: &str, body: &str) -> String {
    let frame = format!("Connection: close\r\nContent-Length: {}", body.len());
    let host = if headers.contains("Host:") { "" } else { "Host: localhost\r\n" };
    format!("{method} {target} HTTP/1.1\r\n{host}{frame}\r\n{headers}\r\n{body}")
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const ROOM: &str = "DemoRoom01-AbCdEfGhIj-20220523144251";

/// Every place of a request that a credential may have got into.
fn requests(it: &str) -> Vec<String> {
    let demo = "API_KEY: demo-key\r\nX-AUTH-TOKEN: demo-token\r\n";
    let form = format!("{demo}{FORM}");
    vec![
        request("GET", "/openapi/v2/rooms", &format!("API_KEY: {it}\r\nX-AUTH-TOKEN: {it}\r\n"), ""),
        request("GET", "/openapi/v2/rooms", &format!("API_KEY: demo-key\r\nX-AUTH-TOKEN: {it}, {it}x\r\n"), ""),
        request("GET", "/openapi/v2/rooms", &format!("API_KEY: demo-key\r\nAuthorization: Bearer {it}\r\n"), ""),
        request("GET", &format!("/openapi/v2/rooms?API_KEY={it}&X-AUTH-TOKEN={it}"), "", ""),
        request("GET", &format!("/openapi/v2/rooms/{it}"), demo, ""),
        request("GET", &format!("/openapi/v2/rooms/{ROOM}?token={it}"), &format!("{demo}Cookie: {it}\r\nReferer: http://x/{it}\r\n"), ""),
        request("GET", &format!("/openapi/{it}/rooms"), demo, ""),
        request("GET", &format!("/{it}"), demo, ""),
        request("POST", "/openapi/v2/rooms", &form, &format!("roomName={it}&maxUser={it}&gTransStat={it}&rtcStat={it}&roomType={it}")),
        request("POST", "/openapi/v2/rooms", &form, &format!("{it}={it}&roomName={it}")),
        request("POST", "/openapi/v2/rooms", &form, &format!("roomName={}{it}", "x".repeat(4070))),
        request("POST", &format!("/openapi/v2/rooms?webrtc={it}"), demo, &format!(r#"{{"roomName": "{it}"}}"#)),
        request("POST", "/openapi/v2/rooms", &format!("{demo}Content-Type: {it}\r\n"), it),
        request("POST", &format!("/openapi/v1/exiles/{ROOM}/{it}"), demo, ""),
        request("DELETE", &format!("/openapi/v1/custom/{ROOM}/{it}"), demo, ""),
        request("POST", &format!("/openapi/v1/custom/{ROOM}"), &form, &format!("nickName=n&jsonString={{\"a\":\"{it}\"}}&sendDate={it}")),
        request("POST", &format!("/openapi/v1/notice/{ROOM}"), &form, &format!("nickName={it}&notice={it}")),
        request("GET", "/openapi/v2/rooms", &format!("{demo}X-Mock-Fault: {it}\r\n"), ""),
        request("POST", &format!("/__admin/faults?apiKey={it}"), "", &format!(r#"{{"do": {{"kind": "{it}"}}}}"#)),
        request("POST", "/__admin/faults?all=true", "", &format!(r#"{{"{it}": 1, "match": {{"roomId": "{it}"}}}}"#)),
        request(
            "POST",
            "/__admin/verify?apiKey=demo-key",
            "",
            &format!(r#"{{"expect": [{{"operation": "createRoom", "where": {{"roomName": "{it}"}}}}]}}"#),
        ),
        request(
            "POST",
            "/__admin/verify",
            "",
            &format!(r#"{{"expect": [{{"operation": "{it}", "where": {{"{it}": {{"regex": "({it}"}}}}}}]}}"#),
        ),
        request("PUT", "/__admin/clock?all=true", "", &format!(r#"{{"clock": "{it}"}}"#)),
        request(
            "PUT",
            "/__admin/state?all=true",
            "",
            &format!(r#"{{"accounts": [{{"apiKey": "{it},"}}, {{"apiKey": "k", "tokens": ["{it},"], "x{it}": 1}}]}}"#),
        ),
        request("PATCH", &format!("/__admin/rooms/{it}?apiKey=demo-key"), "", &format!(r#"{{"joinCount": "{it}"}}"#)),
        request(
            "POST",
            &format!("/__admin/rooms/{ROOM}/users?apiKey=demo-key"),
            "",
            &format!(r#"{{"clientKey": "{it}", "grade": "{it}"}}"#),
        ),
        request("GET", &format!("/__admin/requests?operation={it}&roomId={it}"), "", ""),
        request("GET", &format!("/__admin/requests/{it}"), "", ""),
        request("GET", &format!("/__admin/{it}?{it}"), "", ""),
        request("GET", "/__admin/accounts", &format!("Host: {it}\r\n"), ""),
        request("GET", "/__admin/accounts", &format!("Origin: http://{it}\r\n"), ""),
        request("GET", "/__admin/accounts", &format!("Sec-Fetch-Site: {it}\r\n"), ""),
    ]
}

#[test]
fn what_was_sent_is_not_repeated() {
    for (format, secret) in [("pretty", KEY), ("json", TOKEN)] {
        let process = Process::start(&[FREE, &["--log-format", format]].concat(), &[]);
        let mut methods = 0;
        for it in written(secret) {
            assert!(plain(&it).contains(secret));
            for request in requests(&it) {
                hides(&exchange(&process, &request), &request);
            }
            // Letters, digits and these marks are a method too.
            if it == secret {
                methods += 1;
                hides(&exchange(&process, &request(&it, "/openapi/v2/rooms", "", "")), "a method");
            }
        }
        assert_eq!(methods, 1);
        let journal = process.get("/__admin/requests?limit=1000");
        hides(&journal, "the journal");
        let (_, body) = journal.split_once("\r\n\r\n").unwrap();
        let journal: serde_json::Value = serde_json::from_str(body).unwrap();
        let entries = journal["requests"].as_array().unwrap();
        assert!(entries.len() > 50);
        for entry in entries {
            hides(&process.get(&format!("/__admin/requests/{}", entry["id"])), "an explanation");
        }
        for path in ["requests?format=curl", "requests?format=ndjson", "accounts", "diff", "faults", "clock"] {
            hides(&process.get(&format!("/__admin/{path}")), path);
        }
        let (code, _, stderr) = process.stop("-TERM");
        assert_eq!(code, Some(0));
        assert!(stderr.lines().count() > 50 && stderr.contains("...#"), "{stderr}");
        hides(&stderr, "the log");
    }
}

/// A token of the control plane is any text, and no shape gives it away: it is nowhere.
#[test]
fn the_admin_token_is_not_repeated() {
    let process = Process::start(FREE, &[("VCHATCLOUD_MOCK_ADMIN_TOKEN", "correct-horse")]);
    for sent in ["battery-staple", "correct-horse"] {
        let answer = exchange(&process, &request("GET", "/__admin/accounts", &format!("Authorization: Bearer {sent}\r\n"), ""));
        assert_eq!(answer.starts_with("HTTP/1.1 200 "), sent == "correct-horse", "{answer}");
        assert!(!answer.contains("horse") && !answer.contains("staple"), "{answer}");
    }
    let (_, _, stderr) = process.stop("-TERM");
    assert!(!stderr.contains("horse") && !stderr.contains("staple"), "{stderr}");
}

#[test]
fn commands_do_not_repeat_what_they_refuse() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let junit = directory.path().join("out.xml").to_str().unwrap().to_owned();
    let server = Process::start(FREE, &[]);
    for it in written(KEY).into_iter().chain(written(TOKEN)).step_by(2) {
        let fixture = file(
            "fixture.json",
            &format!(r#"{{"accounts": [{{"apiKey": "{it},", "tokens": ["{it},"], "{it}": "{it}", "userId": "{it}\n"}}]}}"#),
        );
        let twice = file("twice.json", &format!(r#"{{"accounts": [{{"apiKey": "{it}"}}, {{"apiKey": "{it}"}}]}}"#));
        let broken = file("checks.json", &format!(r#"{{"expect": [{{"operation": "{it}", "x{it}": 1}}]}}"#));
        let unmet = file("unmet.json", &format!(r#"{{"expect": [{{"operation": "createRoom", "where": {{"roomName": "{it}"}}}}]}}"#));
        let odd = format!("{it},");
        let cases: [(&[&str], i32); 14] = [
            (&["--port", "0", "--admin-token", &odd], 2),
            (&["--port", "0", "--fixtures", &fixture], 3),
            (&["--port", "0", "--state", &fixture], 3),
            (&["--port", "0", "--seed", &it], 2),
            (&["--port", "0", "--clock", &it], 2),
            (&["--port", "0", "--allowed-hosts", &format!("{it}/")], 2),
            (&[&it], 2),
            (&["check", &fixture], 3),
            (&["check", &twice], 3),
            (&["verify", &broken, "--url", &server.url], 1),
            (&["verify", &unmet, "--url", &server.url, "--api-key", &odd], 2),
            (&["verify", &unmet, "--url", &server.url, "--junit", &junit], 5),
            (&["exec", "--api-key", &odd, "--", "true"], 2),
            (&["exec", "--verify", &unmet, "--junit", &junit, "--", "true"], 5),
        ];
        for (args, code) in cases {
            let said = run(args, &[]);
            assert!(said.code == code || code == 1 && said.code > 0, "{args:?}: {} {}", said.code, said.stderr);
            hides(&said.stderr, &format!("{args:?}"));
            hides(&said.stdout, &format!("{args:?}"));
        }
        hides(&fs::read_to_string(&junit).unwrap(), "JUnit");
        let drifted = run(&["drift", "--real", "http://127.0.0.1:1", "--api-key", &odd], &[("VCHATCLOUD_MOCK_TOKEN", &odd)]);
        assert_ne!(drifted.code, 0);
        hides(&drifted.stderr, "drift");
    }
}
