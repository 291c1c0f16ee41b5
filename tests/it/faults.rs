//! Faults as rules, in fixtures and by header: whom they befall, how often and for how long.

use std::fmt::Write as _;

use vchatcloud_mock::emulator::{AuthMode, ErrorStatus};
use vchatcloud_mock::fault::Call;
use vchatcloud_mock::fixture::{self, Source};

use crate::mock::{Caller, DEMO_ROOM, Mock, NO_ROOM, ROOM_V2, Reply, fixtures};

const ROOMS: &str = "/openapi/v2/rooms";

/// Adds a rule for `apiKey=…` or `all=true`, and says its number.
async fn rule(mock: &Mock, scope: &str, rule: &str) -> u64 {
    let reply = mock.admin("POST", &format!("faults?{scope}"), rule).await;
    assert_eq!(reply.status, 201, "{rule}: {reply}");
    reply.json()["id"].as_u64().unwrap()
}

/// What befell an answer: the first letter of each fault, or a point.
fn fate(reply: &Reply) -> String {
    let kinds = reply.header("x-mock-fault-applied");
    if kinds.is_empty() { ".".to_owned() } else { kinds.split(", ").map(|kind| &kind[..1]).collect() }
}

/// What befalls so many calls of listRoom.
async fn fates(caller: &Caller, count: usize) -> String {
    let mut fates = String::new();
    for _ in 0..count {
        fates += &fate(&caller.list().await);
    }
    fates
}

/// A rule of a status, with other members in front.
fn status(more: &str) -> String {
    format!(r#"{{{more} "do": {{"kind": "status", "code": "SYSTEM_ERROR"}}}}"#)
}

#[tokio::test]
async fn which_exchanges() {
    let calls = [
        ("POST", "/openapi/v1/rooms"),
        ("POST", "/openapi/v2/rooms/"),
        ("GET", "/openapi/v1/rooms"),
        ("HEAD", "/openapi/v2/rooms"),
        ("GET", &format!("{ROOMS}/{DEMO_ROOM}")),
        ("POST", &format!("{ROOMS}/{DEMO_ROOM}/")),
        ("DELETE", &format!("{ROOMS}/{NO_ROOM}")),
        ("GET", "/openapi/token"),
        ("GET", "/nothing"),
        ("PUT", "/openapi/v2/rooms"),
        ("OPTIONS", "/openapi/v2/rooms"),
    ];
    let mut matrix = String::new();
    let rooms = [format!(r#""roomId": "{DEMO_ROOM}""#), format!(r#""roomId": "{DEMO_ROOM}", "operation": "destroyRoom""#)];
    let operations = ["createRoom", "listRoom", "getRoomInfo", "modifyRoom", "destroyRoom", "issueToken"];
    let operations = operations.map(|operation| format!(r#""operation": "{operation}""#));
    for matcher in [String::new()].iter().chain(&operations).chain(&rooms) {
        let mut rows = Vec::new();
        for scope in ["apiKey=alice-key", "all=true"] {
            let mock = Mock::new();
            rule(&mock, scope, &status(&format!(r#""match": {{{matcher}}},"#))).await;
            let mut row = String::new();
            for (method, path) in calls {
                row += &fate(&mock.alice().send(method, path, None, "").await);
                assert_eq!(fate(&mock.bob().send(method, path, None, "").await) != ".", scope == "all=true" && row.ends_with('s'));
            }
            rows.push(row);
        }
        assert_eq!(rows[0], rows[1]);
        writeln!(matrix, "{} {matcher}", rows[0]).unwrap();
    }
    insta::assert_snapshot!(matrix, @r#"
    ssssssssss. 
    ss......... "operation": "createRoom"
    ..ss....... "operation": "listRoom"
    ....s...... "operation": "getRoomInfo"
    .....s..... "operation": "modifyRoom"
    ......s.... "operation": "destroyRoom"
    .......s... "operation": "issueToken"
    ....ss..... "roomId": "DemoRoom01-AbCdEfGhIj-20220523144251"
    ........... "roomId": "DemoRoom01-AbCdEfGhIj-20220523144251", "operation": "destroyRoom"
    "#);
}

/// A rule for all befalls also those who say no key, or nonsense; one for an account nobody else; and none a preflight, the page or the control plane.
#[tokio::test]
async fn whom_it_befalls() {
    let mock = Mock::with(|settings| settings.auth = AuthMode::Strict);
    rule(&mock, "all=true", &status("")).await;
    for caller in [mock.stranger(), mock.alice(), mock.stranger().header("API_KEY", "a").header("API_KEY", "b")] {
        assert_eq!(fates(&caller, 1).await, "s");
        assert_eq!(fate(&caller.get("/nothing").await), "s");
        let preflight =
            caller.clone().header("X-Mock-Fault", "reset").header("Origin", "http://app").send("OPTIONS", ROOMS, None, "").await;
        assert_eq!((preflight.status.as_u16(), fate(&preflight)), (200, ".".to_owned()));
        assert_eq!(fate(&caller.get("/").await), ".");
    }
    assert_eq!(mock.admin("GET", "health", "").await.status, 200);
    // Nobody is refused a rule for an account that cannot be, and gets none.
    assert_eq!(mock.admin("POST", "faults?apiKey=alice-key", &status("")).await.status, 404);
}

#[tokio::test]
async fn nth() {
    for (nth, expected) in [
        (r#""3""#, "..s..."),
        ("1", "s....."),
        (r#""3..5""#, "..sss."),
        (r#""3..""#, "..ssss"),
        (r#""..2""#, "ss...."),
        (r#""2..2""#, ".s...."),
    ] {
        let mock = Mock::new();
        rule(&mock, "apiKey=alice-key", &status(&format!(r#""match": {{"nth": {nth}, "operation": "listRoom"}},"#))).await;
        // Others do not count.
        mock.alice().get("/openapi/token").await;
        mock.bob().list().await;
        assert_eq!(fates(&mock.alice(), 6).await, expected, "{nth}");
    }
}

/// A seed repeats it for each account, whatever other accounts do, also under a rule for all.
#[tokio::test]
async fn probability() {
    let half = status(r#""match": {"probability": 0.5},"#);
    let draws = async |seed: u64, scope: &str, crowd: bool| {
        let mock = Mock::with(|settings| settings.seed = Some(seed));
        rule(&mock, scope, &half).await;
        if crowd {
            rule(&mock, "apiKey=bob-key", &half).await;
        }
        let mut drawn = String::new();
        for _ in 0..40 {
            if crowd {
                fates(&mock.bob(), 3).await;
                mock.stranger().list().await;
            }
            drawn += &fates(&mock.alice(), 5).await;
        }
        drawn
    };
    for scope in ["apiKey=alice-key", "all=true"] {
        let alone = draws(1, scope, false).await;
        assert_eq!(draws(1, scope, true).await, alone, "{scope}");
        assert_ne!(draws(2, scope, false).await, alone, "{scope}");
        let share = alone.matches('s').count();
        assert!((75..=125).contains(&share), "{share} of 200");
    }
    // What two rules draw has nothing to do with each other: three of four calls meet one of them.
    let mock = Mock::new();
    rule(&mock, "all=true", &half).await;
    rule(&mock, "apiKey=alice-key", &half).await;
    rule(&mock, "apiKey=alice-key", &half).await;
    let share = fates(&mock.alice(), 200).await.matches('s').count();
    assert!((160..=190).contains(&share), "{share} of 200");
    // What is certain befalls everybody.
    let mock = Mock::new();
    rule(&mock, "all=true", &status(r#""match": {"probability": 1},"#)).await;
    assert_eq!(fates(&mock.alice(), 9).await, "s".repeat(9));
}

#[tokio::test]
async fn times_and_the_clock() {
    let mock = Mock::new();
    rule(&mock, "apiKey=alice-key", &status(r#""times": 2,"#)).await;
    assert_eq!(fates(&mock.alice(), 4).await, "ss..");

    // A clock that stands ends nothing; one that is put back brings it back.
    let mock = Mock::new();
    rule(&mock, "apiKey=alice-key", &status(r#""for": "30s","#)).await;
    let mut story = fates(&mock.alice(), 2).await;
    for by in ["29s", "1s", "-1s", "1h", "-2h"] {
        mock.admin("POST", "clock/advance?apiKey=bob-key", r#"{"by": "1h"}"#).await;
        mock.admin("POST", "clock/advance?apiKey=alice-key", &format!(r#"{{"by": "{by}"}}"#)).await;
        story = format!("{story} {by} {}", fates(&mock.alice(), 1).await);
    }
    assert_eq!(story, "ss 29s s 1s . -1s s 1h . -2h s");
}

/// Delays add up, and the first other fault decides: those behind it do not see the call.
#[tokio::test]
async fn the_order_of_rules() {
    let mock = Mock::new();
    for (scope, fault) in [
        ("apiKey=alice-key", r#""delay", "time": "20ms""#),
        ("all=true", r#""rate-limit", "perSecond": 0.001, "burst": 1"#),
        ("all=true", r#""delay", "min": "10ms", "max": "10ms""#),
        ("apiKey=alice-key", r#""malformed""#),
        ("all=true", r#""bad-gateway""#),
        ("apiKey=alice-key", r#""delay", "time": "1h""#),
    ] {
        rule(&mock, scope, &format!(r#"{{"do": {{"kind": {fault}}}}}"#)).await;
    }
    let begun = std::time::Instant::now();
    let malformed = mock.alice().list().await;
    assert!(begun.elapsed() >= std::time::Duration::from_millis(30));
    assert_eq!(malformed.header("x-mock-fault-applied"), "delay, delay, malformed");
    insta::assert_snapshot!(malformed, @r#"
    200
    x-mock-reason: this is no answer of the API: the fault malformed was injected by rule 4
    {"result_cd":1,"result_msg":"","list":[]
    "#);
    insta::assert_snapshot!(mock.alice().list().await, @r#"
    429
    x-mock-reason: this is no answer of the API: the fault rate-limit was injected by rule 2
    {"result_cd":429,"result_msg":"Too many requests"}
    "#);
    insta::assert_snapshot!(mock.bob().list().await.to_string().replace("\r\n", ""), @"
    502
    x-mock-reason: this is no answer of the API: the fault bad-gateway was injected by rule 5
    <html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
    ");
    let list = mock.admin("GET", "faults", "").await.json();
    let seen: Vec<String> = list["faults"].as_array().unwrap().iter().map(|rule| format!("{}/{}", rule["applied"], rule["seen"])).collect();
    assert_eq!(seen.join(" "), "2/2 1/3 2/2 1/1 1/1 0/0");
}

#[tokio::test]
async fn removal() {
    let mock = Mock::new();
    let mut ids = Vec::new();
    for scope in ["apiKey=alice-key", "apiKey=alice-key", "apiKey=bob-key", "all=true"] {
        ids.push(rule(&mock, scope, &status(r#""match": {"operation": "listRoom"},"#)).await);
    }
    for (path, answer) in [
        (format!("faults/{}?apiKey=alice-key", ids[2]), "404"),
        (format!("faults/{}?apiKey=alice-key", ids[3]), "404"),
        ("faults/99?all=true".to_owned(), "404"),
        ("faults/x?all=true".to_owned(), "404"),
        ("faults".to_owned(), "400"),
        (format!("faults/{}?apiKey=alice-key", ids[0]), r#"200 {"removed":1}"#),
        (format!("faults/{}?apiKey=alice-key", ids[0]), "404"),
        (format!("faults/{}?all=true", ids[3]), r#"200 {"removed":1}"#),
        ("faults?apiKey=alice-key".to_owned(), r#"200 {"removed":1}"#),
        ("faults?apiKey=alice-key".to_owned(), r#"200 {"removed":0}"#),
    ] {
        let reply = mock.admin("DELETE", &path, "").await;
        assert!(format!("{} {}", reply.status.as_u16(), reply.body).starts_with(answer), "{path}: {reply}");
    }
    assert_eq!((fates(&mock.alice(), 1).await, fates(&mock.bob(), 1).await), (".".to_owned(), "s".to_owned()));
    assert_eq!(mock.admin("DELETE", "faults?all=true", "").await.body, r#"{"removed":1}"#);
    assert_eq!(mock.admin("GET", "faults", "").await.body, r#"{"faults":[]}"#);
}

const FIXTURE: &str = r#"{
  "accounts": [{"apiKey": "alice-key", "faults": [{"do": {"kind": "status", "code": "SYSTEM_ERROR"}, "times": 1}]}, {"apiKey": "carol-key", "faults": []}],
  "default": {"faults": [{"do": {"kind": "bad-gateway"}, "match": {"nth": "..2"}}]}
}"#;

/// Also the first call of an account that was not there before meets the rules of its fixture.
#[tokio::test]
async fn rules_of_fixtures_and_resets() {
    let mock = Mock::fixture(FIXTURE);
    let story = async |mock: &Mock| [mock.alice(), mock.bob(), mock.caller("carol-key", "t")].map(async |caller| fates(&caller, 4).await);
    for reset in ["", "reset", "reset?apiKey=alice-key reset?apiKey=bob-key reset?apiKey=carol-key"] {
        for reset in reset.split_whitespace() {
            assert_eq!(mock.admin("POST", reset, "").await.status, 200);
        }
        for (told, expected) in story(&mock).await.into_iter().zip(["s...", "bb..", "...."]) {
            assert_eq!(told.await, expected, "after {reset}");
        }
        rule(&mock, "apiKey=alice-key", &status("")).await;
        rule(&mock, "apiKey=carol-key", &status("")).await;
        assert_eq!((fates(&mock.alice(), 1).await, fates(&mock.caller("carol-key", "t"), 1).await), ("s".into(), "s".into()));
    }
    // A rule for all survives the reset of one, and not the reset of all.
    rule(&mock, "all=true", &status(r#""match": {"operation": "issueToken"},"#)).await;
    mock.admin("POST", "reset?apiKey=alice-key", "").await;
    assert_eq!(fate(&mock.alice().get("/openapi/token").await), "s");
    mock.admin("POST", "reset", "").await;
    assert_eq!(fates(&mock.alice(), 1).await, "s");
    assert_eq!(fate(&mock.alice().get("/openapi/token").await), ".");
}

/// What a later file says is added.
#[tokio::test]
async fn rules_of_two_files() {
    let more = FIXTURE.replace("SYSTEM_ERROR", "NOT_FOUND").replace("bad-gateway", "malformed");
    let both = fixture::load(&[Source::inline("first", FIXTURE), Source::inline("second", &more)]).unwrap();
    let mock = Mock::with(|settings| settings.fixtures = both);
    assert_eq!((fates(&mock.alice(), 3).await, fates(&mock.bob(), 5).await), ("ss.".into(), "bbmm.".into()));
    assert_eq!(fates(&mock.caller("carol-key", "t"), 1).await, ".");
    let strict = Mock::with(|settings| (settings.auth, settings.fixtures) = (AuthMode::Strict, fixtures(FIXTURE)));
    assert_eq!((fates(&strict.bob(), 1).await, strict.emulator().accounts().len()), (".".into(), 2));
}

/// A reset begins everything again, also for faults that were asked for: buckets and draws.
#[tokio::test]
async fn a_reset_fills_the_bucket_of_the_header() {
    let mock = Mock::new();
    let limited = mock.alice().header("X-Mock-Fault", "rate-limit; perSecond=0.001; burst=2");
    for path in ["reset?apiKey=alice-key", "reset", "faults?apiKey=alice-key", "faults?all=true"] {
        assert_eq!(fates(&limited, 3).await, "..r", "{path}");
        let method = if path.starts_with("reset") { "POST" } else { "DELETE" };
        assert_eq!(mock.admin(method, path, "").await.status, 200);
    }
}

/// Whoever asks again and again without a pause gets no less than the limit.
#[tokio::test]
async fn a_limit_under_pressure() {
    let mock = Mock::new();
    rule(&mock, "apiKey=alice-key", r#"{"do": {"kind": "rate-limit", "perSecond": 10, "burst": 1}}"#).await;
    let (key, begun) = ("alice-key".parse().unwrap(), mock.emulator().now(None));
    let now = |call: i64| begun + chrono::TimeDelta::microseconds(400 * call);
    let is_refused = |now| !mock.emulator().plan(&Call { key: Some(&key), operation: None, room_id: None, now }).1.is_empty();
    let passed = (0..=2500_i64).filter(|call| !is_refused(now(*call))).count();
    assert!((10..=11).contains(&passed), "{passed} in a second");
}

#[tokio::test]
async fn the_header() {
    let mock = Mock::new();
    let mut answers = String::new();
    for header in [
        "status; code=TOO_MANY_REQUESTS; retryAfter=7",
        "status;http=503;message=Down for now",
        r#"{"kind": "status", "http": 418, "message": "a; b=c"}"#,
        "bad-gateway",
        "  delay ; time = 1ms ; ",
        r#"{"kind": "commit-then-fail", "then": {"kind": "status", "http": 504}}"#,
        "commit-then-fail; then=bad-gateway",
        "commit-then-fail; then=status; http=504; message=too late",
    ] {
        let reply = mock.alice().header("X-Mock-Fault", header).post(ROOMS, ROOM_V2).await;
        let shown = reply.to_string().replace("\r\n", "");
        writeln!(answers, "{header} -> {} {}: {shown}", mock.alice().names().await.len(), reply.header("retry-after")).unwrap();
    }
    insta::assert_snapshot!(answers, @r#"
    status; code=TOO_MANY_REQUESTS; retryAfter=7 -> 0 7: 429
    x-mock-reason: this is no answer of the API: the fault status was asked for by X-Mock-Fault
    {"result_cd":429,"result_msg":"Too many requests"}
    status;http=503;message=Down for now -> 0 : 503
    x-mock-reason: this is no answer of the API: the fault status was asked for by X-Mock-Fault
    {"result_cd":0,"result_msg":"Down for now"}
    {"kind": "status", "http": 418, "message": "a; b=c"} -> 0 : 418
    x-mock-reason: this is no answer of the API: the fault status was asked for by X-Mock-Fault
    {"result_cd":0,"result_msg":"a; b=c"}
    bad-gateway -> 0 : 502
    x-mock-reason: this is no answer of the API: the fault bad-gateway was asked for by X-Mock-Fault
    <html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
      delay ; time = 1ms ;  -> 1 : 200
    {"result_cd":1,"result_msg":"","data":{"roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000"}}
    {"kind": "commit-then-fail", "then": {"kind": "status", "http": 504}} -> 2 : 504
    x-mock-reason: this is no answer of the API: the fault commit-then-fail was asked for by X-Mock-Fault
    {"result_cd":0,"result_msg":"System error"}
    commit-then-fail; then=bad-gateway -> 3 : 502
    x-mock-reason: this is no answer of the API: the fault commit-then-fail was asked for by X-Mock-Fault
    <html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
    commit-then-fail; then=status; http=504; message=too late -> 4 : 504
    x-mock-reason: this is no answer of the API: the fault commit-then-fail was asked for by X-Mock-Fault
    {"result_cd":0,"result_msg":"too late"}
    "#);
}

/// Switched off it is one header more; and a status that was asked for is that status also with `--error-status 200`.
#[tokio::test]
async fn settings() {
    let off = Mock::with(|settings| settings.fault_header = false);
    for header in ["reset", "nonsense"] {
        assert_eq!(off.alice().header("X-Mock-Fault", header).post(ROOMS, ROOM_V2).await.codes(), "200 1");
    }
    rule(&off, "apiKey=alice-key", &status("")).await;
    assert_eq!(fates(&off.alice().header("X-Mock-Fault", "bad-gateway"), 1).await, "s");

    let always = Mock::with(|settings| settings.error_status = ErrorStatus::Always200);
    let codes = async |fault: &str| always.alice().header("X-Mock-Fault", fault).list().await.codes();
    assert_eq!(codes("status; code=UNAUTHORIZED").await, "200 401");
    assert_eq!(codes("status; http=401").await, "401 401");
    assert_eq!(codes("status; code=CHANNEL_NOT_EXISTED; http=503").await, "503 10102");
    assert_eq!(codes("nonsense").await, "200 400");
    assert_eq!(always.alice().header("X-Mock-Fault", "bad-gateway").list().await.status, 502);
}
