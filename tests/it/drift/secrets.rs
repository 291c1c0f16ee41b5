//! No secret is ever shown, wherever the real service puts it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use super::drift_with;

/// One of the vendor's shape, and one that is known only because it was used.
const KEYS: [&str; 2] = ["AbCdEf-GhIjKl-123456-MnOpQr-20220101000000", "my own/key with \"quotes\""];
const TOKEN: &str = "token-of-the-real-service+1";
const ADDRESS: &str = "somebody@example.com";

/// A service that repeats what it was sent wherever there is a place for it.
fn answer(request: &str, key: &str) -> String {
    let escaped = escaped(key);
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let room = format!(
        r#"{{"template":{},"roomType":{},"roomStatus":{},{}:"","x{}":"",{}:"","roomId":{},"userId":{},"webrtc":{}}}"#,
        json(key),
        json(TOKEN),
        json(&key[..8]),
        json(key),
        json(&format!("-{key}-")).trim_matches('"'),
        json(ADDRESS),
        json(&escaped),
        json(ADDRESS),
        json(&key.to_uppercase())
    );
    let body = if request.starts_with("GET /openapi/token") {
        format!(r#"{{"result_cd":1,"result_msg":{},"data":{{"user_email":"{ADDRESS}","X-AUTH-TOKEN":"{TOKEN}","{TOKEN}":1}}}}"#, json(key))
    } else if request.contains("/rooms ") {
        format!(r#"{{"result_cd":1,"result_msg":"","list":[{room}]}}"#)
    } else {
        format!(r#"{{"result_cd":1,"result_msg":"","data":{room}}}"#)
    };
    let media_type = key.replace(' ', "-");
    let reason = if request.contains("NoSuchRoom") { "1\u{1}" } else { "200" };
    format!(
        "HTTP/1.1 {reason} {key}\r\nContent-Type: text/{media_type}; charset={media_type}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Every byte of it as an escape.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| format!("{escaped}%{byte:02x}"))
}

fn serve(mut stream: TcpStream, key: &str) {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while !request.ends_with("\r\n\r\n") && reader.read_line(&mut request).unwrap() > 0 {}
    stream.write_all(answer(&request, key).as_bytes()).unwrap();
}

#[test]
fn a_service_that_repeats_secrets_is_not_repeated() {
    is_not_repeated(KEYS[0], &[]);
}

#[test]
fn nor_is_one_that_is_written_to() {
    is_not_repeated(KEYS[1], &["--allow-writes"]);
}

fn is_not_repeated(key: &'static str, flags: &[&str]) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the tests.
    std::thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap(), key)));
    let drifted = drift_with(key, &[&["--real", &url], flags].concat());
    assert_eq!(drifted.code, 5, "{}{}", drifted.stdout, drifted.stderr);
    assert!(drifted.stdout.contains("no answer: "), "{}", drifted.stdout);
    let shown = format!("{}{}", drifted.stdout, drifted.stderr).to_lowercase();
    let escaped = escaped(key);
    for secret in [key, &key[..8], TOKEN, &TOKEN[..8], ADDRESS, "somebody", &escaped] {
        assert!(!shown.contains(&secret.to_lowercase()), "{secret}: {shown}");
    }
}

/// The secrets of a capture are the headers of its requests, cookies, the query, and what its answers hold.
#[test]
fn the_secrets_of_a_capture_are_not_shown() {
    let drifted = super::capture::drift(|capture| {
        let capture =
            capture.replace("made-up-key", "captured-key").replace(r#"\"template\":\"null\""#, r#"\"template\":\"captured-key\""#);
        let capture =
            capture.replace(r#"\"gTransStat\""#, r#"\"made-up-old-token\""#).replace(r#"\"roomType\""#, r#"\"nobody@example.com\""#);
        let capture = capture
            .replace("again=1", "again=25&session=captured%2Dquery")
            .replacen(
                r#"{"name": "content-type", "#,
                r#"{"name": "Set-Cookie", "value": "SID=captured-cookie; Path=/"}, {"name": "content-type", "#,
                1,
            )
            .replace(r#"\"isPossibleDup\""#, r#"\"x-captured-cookie\""#)
            .replace(r#"\"resolution\""#, r#"\"x-captured-query\""#);
        capture.replace(r#"\"webrtcStat\":\"Y\""#, r#"\"webrtcStat\":\"made-up-token\""#)
    });
    assert_eq!(drifted.code, 5);
    for secret in ["captured", "made-up-old", "made-up-token", "nobody", "example.com"] {
        assert!(!drifted.stdout.contains(secret), "{secret}: {}", drifted.stdout);
    }
    for shown in ["(12 characters)", "key list[].(17 characters)", "key list[].(16 characters)", " of 25 probes, "] {
        assert!(drifted.stdout.contains(shown), "{shown}: {}", drifted.stdout);
    }
}
