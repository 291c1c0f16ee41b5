//! Faults as fixtures, the control plane and the header take them, and as they are shown.

use std::fmt::Write as _;

use vchatcloud_mock::fixture::{self, Source};

use crate::mock::{Mock, NO_ROOM, ROOM_V2};

/// Rules that are none.
const BROKEN: &[&str] = &[
    r#"{"do": {"kind": "rest"}}"#,
    r#"{"do": {"kind": "explode"}}"#,
    r#"{"do": {"kind": "reset", "afterByte": 3}}"#,
    r#"{"do": {"afterBytes": 3}}"#,
    r#"{"do": "reset"}"#,
    r#"{"kind": "reset"}"#,
    r#"{"match": {"operation": "createRoom"}}"#,
    r#"{"do": {"kind": "delay", "time": "1s", "min": "1s"}}"#,
    r#"{"do": {"kind": "delay", "min": "1s"}}"#,
    r#"{"do": {"kind": "delay", "min": "2s", "max": "1s"}}"#,
    r#"{"do": {"kind": "delay"}}"#,
    r#"{"do": {"kind": "delay", "time": "-1s"}}"#,
    r#"{"do": {"kind": "delay", "time": 5}}"#,
    r#"{"do": {"kind": "delay", "time": "61m"}}"#,
    r#"{"match": {"probability": 0}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"probability": 1.5}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"probability": "often"}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"nth": "0"}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"nth": "5..3"}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"nth": "2nd"}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"operation": "creatRoom"}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"roomId": "x"}, "do": {"kind": "reset"}}"#,
    r#"{"match": {"path": "/"}, "do": {"kind": "reset"}}"#,
    r#"{"do": {"kind": "status"}}"#,
    r#"{"do": {"kind": "status", "http": 204}}"#,
    r#"{"do": {"kind": "status", "http": 99}}"#,
    r#"{"do": {"kind": "status", "code": 429}}"#,
    r#"{"do": {"kind": "reset"}, "times": -1}"#,
    r#"{"do": {"kind": "reset"}, "times": 0}"#,
    r#"{"do": {"kind": "reset"}, "for": "400d"}"#,
    r#"{"do": {"kind": "slow", "bytesPerSecond": 0}}"#,
    r#"{"do": {"kind": "truncate", "bytes": -1}}"#,
    r#"{"do": {"kind": "rate-limit", "burst": 2}}"#,
    r#"{"do": {"kind": "rate-limit", "perSecond": 0}}"#,
    r#"{"do": {"kind": "commit-then-fail", "then": {"kind": "malformed"}}}"#,
    r#"{"do": {"kind": "commit-then-fail", "then": {"kind": "commit-then-fail"}}}"#,
    r#"{"do": {"kind": "commit-then-fail", "then": "reset"}}"#,
    r#"{"match": {"nth": 0, "probability": 2}, "do": {"kind": "slow"}, "time": 1}"#,
];

/// In a fixture each is a problem with its place, and posted it is refused with the same words, and nothing has changed.
#[tokio::test]
async fn rules_that_are_none() {
    let mut problems = String::new();
    let mock = Mock::new();
    for rule in BROKEN {
        let text = format!("{{\"default\": {{\"faults\": [\n{rule}]}}}}");
        let told = fixture::load(&[Source::inline("f", &text)]).unwrap_err().to_string();
        writeln!(problems, "{rule}\n  {}", told.replace('\n', "\n  ")).unwrap();
        let of_account = text.replace(r#""default": {"#, r#""accounts": [{"apiKey": "k", "#).replace("]}}", "]}]}");
        assert_eq!(fixture::load(&[Source::inline("f", &of_account)]).unwrap_err().to_string(), told);

        let reply = mock.admin("POST", "faults?apiKey=alice-key", rule).await;
        assert_eq!((reply.status.as_u16(), reply.json()["error"]["code"].as_str()), (400, Some("bad_body")), "{reply}");
        let message = reply.json()["error"]["message"].as_str().unwrap().replace("; body:", "\nbody:");
        assert_eq!(message.replace("body:1:", "f:2:"), told, "{reply}");
    }
    assert_eq!(mock.admin("GET", "faults", "").await.body, r#"{"faults":[]}"#);
    assert!(mock.emulator().accounts().is_empty());
    insta::assert_snapshot!(problems, @r#"
    {"do": {"kind": "rest"}}
      f:2:17: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, did you mean reset, got "rest"
    {"do": {"kind": "explode"}}
      f:2:17: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, got "explode"
    {"do": {"kind": "reset", "afterByte": 3}}
      f:2:26: unknown member "afterByte" of a fault, did you mean "afterBytes"
    {"do": {"afterBytes": 3}}
      f:2:8: kind: missing, it must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit
    {"do": "reset"}
      f:2:8: a fault must be an object such as {"kind": "reset"}
    {"kind": "reset"}
      f:2:1: do: missing, say what goes wrong, such as {"kind": "reset"}
      f:2:2: unknown member "kind" of a fault rule, known are match, do, times, for
    {"match": {"operation": "createRoom"}}
      f:2:1: do: missing, say what goes wrong, such as {"kind": "reset"}
    {"do": {"kind": "delay", "time": "1s", "min": "1s"}}
      f:2:8: delay: takes either time, such as "2s", or min and max
    {"do": {"kind": "delay", "min": "1s"}}
      f:2:8: delay: takes either time, such as "2s", or min and max
    {"do": {"kind": "delay", "min": "2s", "max": "1s"}}
      f:2:8: min: must not be more than max
    {"do": {"kind": "delay"}}
      f:2:8: delay: takes either time, such as "2s", or min and max
    {"do": {"kind": "delay", "time": "-1s"}}
      f:2:34: time: must be a duration such as 500ms or 5s, at most 1h, got "-1s"
    {"do": {"kind": "delay", "time": 5}}
      f:2:34: time: must be a duration such as 500ms or 5s, at most 1h, got "5"
    {"do": {"kind": "delay", "time": "61m"}}
      f:2:34: time: must be a duration such as 500ms or 5s, at most 1h, got "61m"
    {"match": {"probability": 0}, "do": {"kind": "reset"}}
      f:2:27: probability: must be a number above 0 and at most 1, got "0"
    {"match": {"probability": 1.5}, "do": {"kind": "reset"}}
      f:2:27: probability: must be a number above 0 and at most 1, got "1.5"
    {"match": {"probability": "often"}, "do": {"kind": "reset"}}
      f:2:27: probability: must be a number above 0 and at most 1, got "often"
    {"match": {"nth": "0"}, "do": {"kind": "reset"}}
      f:2:19: nth: must be 3, 3..5, 3.. or ..5, counted from 1, got "0"
    {"match": {"nth": "5..3"}, "do": {"kind": "reset"}}
      f:2:19: nth: must be 3, 3..5, 3.. or ..5, counted from 1, got "5..3"
    {"match": {"nth": "2nd"}, "do": {"kind": "reset"}}
      f:2:19: nth: must be 3, 3..5, 3.. or ..5, counted from 1, got "2nd"
    {"match": {"operation": "creatRoom"}, "do": {"kind": "reset"}}
      f:2:25: operation: must be issueToken, listRoom, getRoomInfo, createRoom, modifyRoom, destroyRoom, listUser, listExileUser, exileUser, unexileUser, listMuteUser, muteUser, unmuteUser, sendNotice, sendCustom, cancelCustom or sendWhisperMessage, did you mean createRoom, got "creatRoom"
    {"match": {"roomId": "x"}, "do": {"kind": "reset"}}
      f:2:22: roomId: must be 10 letters or digits, a dash, 10 letters or digits, a dash, 14 digits, got "x"
    {"match": {"path": "/"}, "do": {"kind": "reset"}}
      f:2:12: unknown member "path" of match, known are operation, roomId, nth, probability
    {"do": {"kind": "status"}}
      f:2:8: status: takes code, such as "TOO_MANY_REQUESTS", or http, such as 503
    {"do": {"kind": "status", "http": 204}}
      f:2:35: http: must be a status with a body, or the envelope is lost, got "204"
    {"do": {"kind": "status", "http": 99}}
      f:2:35: http: must be a whole number, 200 to 599, got "99"
    {"do": {"kind": "status", "code": 429}}
      f:2:35: code: must be SUCCESS, SYSTEM_ERROR, INCORRECT_REQUEST, MISSING_REQUIRED_PARAM, CHANNEL_NOT_EXISTED, UNAUTHORIZED, NOT_FOUND, METHOD_NOT_ALLOWED, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, TOO_MANY_REQUESTS, USER_LIMIT_EXCEEDED, CHANNEL_AFTER_CLOSED, CHANNEL_USER_BANED or USER_NOT_EXISTED, got "429"
    {"do": {"kind": "reset"}, "times": -1}
      f:2:36: times: must be a whole number, 1 to 4294967295, got "-1"
    {"do": {"kind": "reset"}, "times": 0}
      f:2:36: times: must be a whole number, 1 to 4294967295, got "0"
    {"do": {"kind": "reset"}, "for": "400d"}
      f:2:34: for: must be a duration such as 500ms or 5s, at most 365d, got "400d"
    {"do": {"kind": "slow", "bytesPerSecond": 0}}
      f:2:43: bytesPerSecond: must be a whole number, 1 to 4294967295, got "0"
    {"do": {"kind": "truncate", "bytes": -1}}
      f:2:38: bytes: must be a whole number, 0 to 4294967295, got "-1"
    {"do": {"kind": "rate-limit", "burst": 2}}
      f:2:8: perSecond: missing, say how many calls pass
    {"do": {"kind": "rate-limit", "perSecond": 0}}
      f:2:44: perSecond: must be a number above 0 and at most 1000000, got "0"
    {"do": {"kind": "commit-then-fail", "then": {"kind": "malformed"}}}
      f:2:45: then: its kind must be status, reset, empty, hang or bad-gateway, got "malformed"
    {"do": {"kind": "commit-then-fail", "then": {"kind": "commit-then-fail"}}}
      f:2:45: then: its kind must be status, reset, empty, hang or bad-gateway, got "commit-then-fail"
    {"do": {"kind": "commit-then-fail", "then": "reset"}}
      f:2:45: a fault must be an object such as {"kind": "reset"}
    {"match": {"nth": 0, "probability": 2}, "do": {"kind": "slow"}, "time": 1}
      f:2:19: nth: must be 3, 3..5, 3.. or ..5, counted from 1, got "0"
      f:2:37: probability: must be a number above 0 and at most 1, got "2"
      f:2:47: bytesPerSecond: missing, say how fast the answer comes
      f:2:65: unknown member "time" of a fault rule, did you mean "times"
    "#);
}

#[tokio::test]
async fn headers_that_are_no_fault() {
    let mock = Mock::new();
    let mut answers = String::new();
    for header in [
        "",
        "rest",
        "Reset",
        "timeout",
        "reset=1",
        "status",
        "status; 503",
        "status; http=204",
        "status; http=200; http=500",
        "status; http=503; kind=reset",
        "status; code=TOO_MANY_REQUEST",
        "slow",
        "slow; bytesPerSecond=0",
        "delay; time=soon; max=1s",
        "commit-then-fail; then=delay",
        "commit-then-fail; then=commit-then-fail",
        "commit-then-fail; then=reset; then=empty",
        "commit-then-fail; http=503; then=status; code=NOT_FOUND",
        r#"{"kind": "status", "http": "#,
        r#"{"match": {}, "do": {"kind": "reset"}}"#,
        "가",
    ] {
        let reply = mock.alice().header("X-Mock-Fault", header).post("/openapi/v2/rooms", ROOM_V2).await;
        assert_eq!(reply.codes(), "400 400", "{header}: {reply}");
        assert!(!reply.headers.contains_key("x-mock-fault-applied") && reply.header("x-mock-reason").contains("X-Mock-Fault: "));
        writeln!(answers, "{header} -> {}", reply.json()["result_msg"].as_str().unwrap()).unwrap();
    }
    // However deep it goes.
    for deep in [format!("commit-then-fail{}", "; then=commit-then-fail".repeat(9999)), r#"{"then":"#.repeat(9999)] {
        assert_eq!(mock.alice().header("X-Mock-Fault", &deep).post("/openapi/v2/rooms", ROOM_V2).await.codes(), "400 400");
    }
    assert_eq!(mock.alice().names().await, Vec::<String>::new());
    insta::assert_snapshot!(answers, @r#"
     -> X-Mock-Fault: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, got ""
    rest -> X-Mock-Fault: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, did you mean reset, got "rest"
    Reset -> X-Mock-Fault: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, did you mean reset, got "Reset"
    timeout -> X-Mock-Fault: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, got "timeout"
    reset=1 -> X-Mock-Fault: kind: must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit, got "reset=1"
    status -> X-Mock-Fault: status: takes code, such as "TOO_MANY_REQUESTS", or http, such as 503
    status; 503 -> X-Mock-Fault: parameters are name=value, got "503"
    status; http=204 -> X-Mock-Fault: http: must be a status with a body, or the envelope is lost, got "204"
    status; http=200; http=500 -> X-Mock-Fault: http stands twice
    status; http=503; kind=reset -> X-Mock-Fault: kind stands twice
    status; code=TOO_MANY_REQUEST -> X-Mock-Fault: code: must be SUCCESS, SYSTEM_ERROR, INCORRECT_REQUEST, MISSING_REQUIRED_PARAM, CHANNEL_NOT_EXISTED, UNAUTHORIZED, NOT_FOUND, METHOD_NOT_ALLOWED, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, TOO_MANY_REQUESTS, USER_LIMIT_EXCEEDED, CHANNEL_AFTER_CLOSED, CHANNEL_USER_BANED or USER_NOT_EXISTED, did you mean TOO_MANY_REQUESTS, got "TOO_MANY_REQUEST"
    slow -> X-Mock-Fault: bytesPerSecond: missing, say how fast the answer comes
    slow; bytesPerSecond=0 -> X-Mock-Fault: bytesPerSecond: must be a whole number, 1 to 4294967295, got "0"
    delay; time=soon; max=1s -> X-Mock-Fault: delay: takes either time, such as "2s", or min and max; time: must be a duration such as 500ms or 5s, at most 1h, got "soon"
    commit-then-fail; then=delay -> X-Mock-Fault: then: its kind must be status, reset, empty, hang or bad-gateway, got "delay"
    commit-then-fail; then=commit-then-fail -> X-Mock-Fault: then: its kind must be status, reset, empty, hang or bad-gateway, got "commit-then-fail"
    commit-then-fail; then=reset; then=empty -> X-Mock-Fault: unknown member "then" of a fault, known are kind, afterBytes
    commit-then-fail; http=503; then=status; code=NOT_FOUND -> X-Mock-Fault: unknown member "http" of a fault, known are kind, then
    {"kind": "status", "http":  -> X-Mock-Fault: broken JSON: expected value after colon in object property
    {"match": {}, "do": {"kind": "reset"}} -> X-Mock-Fault: kind: missing, it must be delay, status, reset, empty, truncate, malformed, hang, slow, bad-gateway, commit-then-fail or rate-limit
    가 -> X-Mock-Fault: must be printable ASCII
    "#);
}

/// What is shown is what was sent, and can be sent again.
#[tokio::test]
async fn rules_are_shown() {
    let mock = Mock::new();
    let alice = mock.alice();
    for (scope, rule) in [
        (
            "apiKey=alice-key",
            r#"{"do": {"kind": "delay", "min": "1ms", "max": "2ms"}, "match": {"operation": "listRoom", "nth": 2, "probability": 1}, "times": "3", "for": "90s"}"#,
        ),
        ("apiKey=alice-key", r#"{"do": {"kind": "status", "code": "NOT_FOUND", "message": "gone", "retryAfter": 0}, "times": 1}"#),
        (
            "apiKey=alice-key",
            &format!(
                r#"{{"do": {{"kind": "commit-then-fail", "then": {{"kind": "reset", "afterBytes": 5}}}}, "match": {{"roomId": "{NO_ROOM}"}}}}"#
            ),
        ),
        ("apiKey=bob-key", r#"{"do": {"kind": "rate-limit", "perSecond": 0.5}}"#),
        ("all=true", r#"{"match": null, "do": {"kind": "truncate", "bytes": 10}, "for": "1h"}"#),
    ] {
        let added = mock.admin("POST", &format!("faults?{scope}"), rule).await;
        assert_eq!(added.status, 201, "{added}");
    }
    for _ in 0..3 {
        alice.list().await;
    }
    mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "2m"}"#).await;
    let of_alice = mock.admin("GET", "faults?apiKey=alice-key", "").await;
    assert!(!of_alice.body.contains("bob-key"));
    let all = mock.admin("GET", "faults", "").await;
    insta::assert_snapshot!(all.body.replace("},{\"id", "},\n{\"id"), @r#"
    {"faults":[{"id":1,"apiKey":"alice-key","match":{"operation":"listRoom","nth":"2","probability":1.0},"do":{"kind":"delay","min":"1ms","max":"2ms"},"times":3,"for":"1m30s","seen":3,"applied":1,"ends":"2026-01-31T03:01:30.000Z","spent":false},
    {"id":2,"apiKey":"alice-key","match":{},"do":{"kind":"status","code":"NOT_FOUND","message":"gone","retryAfter":0},"times":1,"seen":1,"applied":1,"ends":null,"spent":true},
    {"id":3,"apiKey":"alice-key","match":{"roomId":"0000000000-0000000000-20220101000000"},"do":{"kind":"commit-then-fail","then":{"kind":"reset","afterBytes":5}},"seen":0,"applied":0,"ends":null,"spent":false},
    {"id":4,"apiKey":"bob-key","match":{},"do":{"kind":"rate-limit","perSecond":0.5,"burst":1},"seen":0,"applied":0,"ends":null,"spent":false},
    {"id":5,"apiKey":null,"match":{},"do":{"kind":"truncate","bytes":10},"for":"1h","seen":2,"applied":2,"ends":"2026-01-31T04:00:00.000Z","spent":false}]}
    "#);
    for listed in all.json()["faults"].as_array().unwrap() {
        let mut sent = listed.clone();
        for shown in ["id", "apiKey", "seen", "applied", "ends", "spent"] {
            sent.as_object_mut().unwrap().remove(shown).unwrap();
        }
        let again = mock.admin("POST", "faults?apiKey=alice-key", &sent.to_string()).await.json();
        for same in ["match", "do", "times", "for"] {
            assert_eq!(again[same], listed[same]);
        }
    }
}

/// More rules than anybody means are refused, wherever they come from.
#[tokio::test]
async fn a_thousand_rules_and_no_more() {
    let mock = Mock::new();
    let rule = r#"{"do": {"kind": "reset"}, "match": {"operation": "destroyRoom"}}"#;
    for scope in ["apiKey=alice-key", "all=true"] {
        for _ in 0..1000 {
            assert_eq!(mock.admin("POST", &format!("faults?{scope}"), rule).await.status, 201);
        }
        let refused = mock.admin("POST", &format!("faults?{scope}"), rule).await;
        insta::allow_duplicates!(insta::assert_snapshot!(refused, @r#"
        400
        {"error":{"code":"bad_request","message":"there are too many fault rules","hint":"DELETE faults takes them away"}}
        "#));
    }
    assert_eq!(mock.admin("POST", "faults?apiKey=bob-key", rule).await.status, 201);
    assert_eq!(mock.alice().list().await.codes(), "200 1");
    let state = mock.admin("GET", "state?apiKey=alice-key", "").await.body;
    assert_eq!(mock.admin("PUT", "state?apiKey=alice-key", &state).await.status, 200);

    let file = format!(r#"{{"default": {{"faults": [{}]}}}}"#, vec![rule; 1001].join(",\n"));
    insta::assert_snapshot!(fixture::load(&[Source::inline("f", &file)]).unwrap_err(), @"f:1001:1: faults: must be at most 1000 rules, got 1001");
}

/// A state has what is left of the rules, and is the same again when it is read.
#[tokio::test]
async fn the_state_has_what_is_left() {
    let mock = Mock::new();
    let alice = mock.alice();
    for rule in [
        r#"{"do": {"kind": "delay", "time": "1ms"}, "times": 3}"#,
        r#"{"do": {"kind": "delay", "time": "1ms"}, "times": 1}"#,
        r#"{"do": {"kind": "malformed"}, "match": {"nth": "3..5"}}"#,
        r#"{"do": {"kind": "malformed"}, "match": {"nth": "..2", "operation": "issueToken"}}"#,
        r#"{"do": {"kind": "malformed"}, "match": {"nth": "1", "operation": "listRoom", "probability": 0.000001}}"#,
        r#"{"do": {"kind": "slow", "bytesPerSecond": 1000}, "for": "1m", "match": {"operation": "destroyRoom"}}"#,
        r#"{"do": {"kind": "slow", "bytesPerSecond": 1000}, "for": "1s", "match": {"operation": "destroyRoom"}}"#,
        r#"{"do": {"kind": "rate-limit", "perSecond": 0.1, "burst": 2}, "for": "365d"}"#,
    ] {
        assert_eq!(mock.admin("POST", "faults?apiKey=alice-key", rule).await.status, 201);
    }
    assert_eq!(
        mock.admin("POST", "faults?all=true", r#"{"do": {"kind": "empty"}, "match": {"operation": "modifyRoom"}}"#).await.status,
        201
    );
    // A call that no fault befalls changes what is left too.
    let changes = mock.emulator().changes();
    alice.list().await;
    assert_ne!(mock.emulator().changes(), changes);
    alice.get("/openapi/token").await;
    mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "10s500ms"}"#).await;
    let state = mock.admin("GET", "state", "").await.body;
    let faults = state.lines().filter(|line| line.contains(r#""do""#)).map(str::trim).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(faults, @r#"
    {"match":{},"do":{"kind":"delay","time":"1ms"},"times":1},
    {"match":{"nth":"1..3"},"do":{"kind":"malformed"}},
    {"match":{"operation":"issueToken","nth":"1"},"do":{"kind":"malformed"}},
    {"match":{"operation":"destroyRoom"},"do":{"kind":"slow","bytesPerSecond":1000},"for":"49s500ms"},
    {"match":{},"do":{"kind":"rate-limit","perSecond":0.1,"burst":2},"for":"364d23h59m49s500ms"}
    "#);

    let other = Mock::new();
    for mock in [&mock, &other] {
        assert_eq!(mock.admin("PUT", "state?all=true", &state).await.status, 200);
        assert_eq!(mock.admin("GET", "state", "").await.body, state);
    }
    // The rule that was for everybody is no account's.
    assert!(other.admin("GET", "faults?apiKey=bob-key", "").await.body.contains("[]"));
    // Also when a clock was put back behind the beginning of a long life.
    other.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "-365d"}"#).await;
    let state = other.admin("GET", "state", "").await.body;
    assert_eq!(other.admin("PUT", "state?all=true", &state).await.body, r#"{"apiKey":null,"accounts":1,"rooms":0}"#);
    assert_eq!(other.admin("GET", "state", "").await.body, state);
}
