//! Repeatable runs: ids from a seed, time from a clock.

use std::time::Duration;

use crate::mock::{Mock, NO_ROOM, ROOM_V2, clock};

/// The random part of a roomId.
fn random_part(room_id: &str) -> String {
    room_id[..21].to_owned()
}

async fn three_ids(mock: &Mock) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(random_part(&mock.alice().create_room("").await));
    }
    ids
}

#[tokio::test]
async fn a_seed_repeats_the_ids_of_an_account_whatever_others_do() {
    let alone = three_ids(&Mock::new()).await;
    insta::assert_debug_snapshot!(alone, @r#"
    [
        "XMVv4st5G8-IUUDG7GuUi",
        "mTRHPE6eCN-gAFx8poaeS",
        "8O1hBCe3DW-46zxfhIRON",
    ]
    "#);

    let crowded = Mock::new();
    for _ in 0..5 {
        crowded.bob().create_room("").await;
        crowded.alice().post("/openapi/v2/rooms", "refused=1").await;
    }
    assert_eq!(three_ids(&crowded).await, alone);

    let other_seed = Mock::with(|settings| settings.seed = Some(2));
    assert_ne!(three_ids(&other_seed).await, alone);
    let no_seed = [Mock::with(|settings| settings.seed = None), Mock::with(|settings| settings.seed = None)];
    assert_ne!(three_ids(&no_seed[0]).await, three_ids(&no_seed[1]).await);
}

/// With a seed and a clock that stands, two runs say the same bytes.
#[tokio::test]
async fn two_runs_are_byte_equal() {
    async fn story(mock: Mock) -> Vec<String> {
        let alice = mock.alice();
        let room_id = alice.create_room("").await;
        let path = format!("/openapi/v2/rooms/{room_id}");
        mock.admin("POST", "clock/advance?all=true", r#"{"by": "90m"}"#).await;
        let replies = [
            alice.get("/openapi/token").await,
            alice.post(&path, &format!("{ROOM_V2}&roomStatus=E")).await,
            alice.detail(&room_id).await,
            alice.list().await,
            alice.detail(NO_ROOM).await,
            mock.admin("POST", "reset", "").await,
            alice.post("/openapi/v1/rooms", "maxUser=1&roomName=again").await,
        ];
        replies.map(|reply| reply.body).to_vec()
    }
    assert_eq!(story(Mock::new()).await, story(Mock::new()).await);
}

#[tokio::test]
async fn dates_are_korean_time() {
    for (mode, start_dt) in [
        ("frozen:2022-05-23T14:45:35+09:00", "20220523144535"),
        ("frozen:2022-12-31T15:00:00Z", "20230101000000"),
        ("frozen:2022-05-23T05:45:35.999Z", "20220523144535"),
        ("frozen:9999-12-31T14:59:59Z", "99991231235959"),
    ] {
        let alice = Mock::with(|settings| settings.clock = clock(mode)).alice();
        let room_id = alice.create_room("").await;
        assert_eq!(alice.field(&room_id, "startDt").await, start_dt);
        assert!(room_id.ends_with(&format!("-{start_dt}")), "{room_id}");
    }
}

#[tokio::test]
async fn a_started_clock_runs_and_a_frozen_one_stands() {
    let started = Mock::with(|settings| settings.clock = clock("start:2022-01-01T00:00:00Z"));
    let frozen = Mock::with(|settings| settings.clock = clock("frozen:2022-01-01T00:00:00Z"));
    let (first, stood) = (started.emulator().now(None), frozen.emulator().now(None));
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while started.emulator().now(None) <= first {
        assert!(std::time::Instant::now() < deadline, "the clock does not run");
        tokio::task::yield_now().await;
    }
    assert!(started.emulator().now(None) - first < chrono::TimeDelta::minutes(1));
    assert_eq!(frozen.emulator().now(None), stood);
}

/// Time passes for one account, or for all and those to come.
#[tokio::test]
async fn advance_moves_one_account_or_all() {
    let mock = Mock::new();
    let hour = async |caller: crate::mock::Caller| {
        let room_id = caller.create_room("").await;
        room_id[room_id.len() - 6..room_id.len() - 4].to_owned()
    };
    mock.alice().list().await;
    insta::assert_snapshot!(mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "1h"}"#).await, @r#"
    200
    {"apiKey":"alice-key","clock":"frozen:2026-01-31T04:00:00Z","now":"2026-01-31T04:00:00.000Z","due":[]}
    "#);
    assert_eq!((hour(mock.alice()).await, hour(mock.bob()).await), ("13".into(), "12".into()));
    insta::assert_snapshot!(mock.admin("POST", "clock/advance?all=true", r#"{"by": "2h"}"#).await, @r#"
    200
    {"apiKey":null,"clock":"frozen:2026-01-31T05:00:00Z","now":"2026-01-31T05:00:00.000Z","due":[]}
    "#);
    assert_eq!(
        (hour(mock.alice()).await, hour(mock.bob()).await, hour(mock.caller("carol", "t")).await),
        ("15".into(), "14".into(), "14".into())
    );
    // One that is not there yet comes into being with a clock of its own.
    mock.admin("POST", "clock/advance?apiKey=dave", r#"{"by": "30m"}"#).await;
    assert_eq!(mock.emulator().now(Some(&"dave".parse().unwrap())) - mock.emulator().now(None), chrono::TimeDelta::minutes(30));
}

/// What is no advance: nothing moves, and the answer says why.
#[tokio::test]
async fn advances_that_are_refused() {
    let mock = Mock::demo();
    let before = mock.emulator().now(None);
    let mut answers = Vec::new();
    for body in [
        "",
        "{}",
        r#"{"by": 5}"#,
        r#"["1h"]"#,
        r#"{"by": "5 parsecs"}"#,
        r#"{"by": "1h", "to": "x"}"#,
        r#"{"by": "9000y"}"#,
        r#"{"by": "99999999999999999999y"}"#,
        "{\"by\": \"1h\"",
    ] {
        let reply = mock.admin("POST", "clock/advance", body).await;
        assert_eq!(reply.status, 400, "{body}: {reply}");
        answers.push(format!("{body} -> {}", reply.body));
    }
    let huge = mock.admin("POST", "clock/advance", &" ".repeat(100_000)).await;
    assert_eq!((huge.status.as_u16(), huge.json()["error"]["code"].as_str()), (413, Some("bad_body")), "{huge}");
    insta::assert_snapshot!(answers.join("\n"), @r#"
     -> {"error":{"code":"bad_body","message":"body:1:1: broken JSON: the text is empty, write {} for nothing","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    {} -> {"error":{"code":"bad_body","message":"body:1:1: by: missing, the call is about nothing else","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    {"by": 5} -> {"error":{"code":"bad_body","message":"body:1:8: by: must be a duration such as 5h1s or -30m, got \"5\"","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    ["1h"] -> {"error":{"code":"bad_body","message":"body:1:1: the body must be an object","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    {"by": "5 parsecs"} -> {"error":{"code":"bad_body","message":"body:1:8: by: must be a duration such as 5h1s or -30m, got \"5 parsecs\"","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    {"by": "1h", "to": "x"} -> {"error":{"code":"bad_body","message":"body:1:14: unknown member \"to\" of the body, known are by","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    {"by": "9000y"} -> {"error":{"code":"bad_request","message":"the clock would leave the years 1970 to 9999","hint":"move it by less"}}
    {"by": "99999999999999999999y"} -> {"error":{"code":"bad_body","message":"body:1:8: by: must be a duration such as 5h1s or -30m, got \"99999999999999999999y\"","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    {"by": "1h" -> {"error":{"code":"bad_body","message":"body:1:1: broken JSON: unterminated object","hint":"send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back"}}
    "#);
    assert_eq!(mock.emulator().now(None), before);
}
