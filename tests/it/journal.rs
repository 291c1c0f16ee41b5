//! The journal: what is kept of an exchange, how it is asked for, and what makes room.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use vchatcloud_mock::journal::Limits;

use crate::mock::{Mock, NO_ROOM, ROOM_V2};

async fn requests(mock: &Mock, query: &str) -> Value {
    mock.admin("GET", &format!("requests{query}"), "").await.json()
}

fn ids(page: &Value) -> Vec<u64> {
    page["requests"].as_array().unwrap().iter().map(|entry| entry["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn an_exchange_is_kept_whole() {
    let mock = Mock::new();
    let reply = mock
        .alice()
        .header("user-agent", "suite/1")
        .post("/openapi/v2/rooms?roomName=%ED%9A%8C%EC%9D%98", &ROOM_V2.replace("roomName=Lobby&", "maxUser=8&"))
        .await;
    assert_eq!(reply.codes(), "200 1");
    let mut entry = requests(&mock, "").await["requests"][0].clone();
    entry["us"] = 0.into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&entry).unwrap(), @r#"
    {
      "id": 1,
      "time": "2026-01-31T03:00:00.000Z",
      "apiKey": "alice-key",
      "operation": "createRoom",
      "roomId": "XMVv4st5G8-IUUDG7GuUi-20260131120000",
      "us": 0,
      "request": {
        "method": "POST",
        "target": "/openapi/v2/rooms?roomName=%ED%9A%8C%EC%9D%98",
        "headers": [
          "api_key: alice-key",
          "x-auth-token: alice-token",
          "user-agent: suite/1",
          "content-type: application/x-www-form-urlencoded"
        ],
        "parameters": {
          "roomName": "회의",
          "maxUser": "8",
          "gTransStat": "N",
          "rtcStat": "N",
          "roomType": "01"
        },
        "body": "maxUser=8&maxUser=10&gTransStat=N&rtcStat=N&roomType=01",
        "bodyBytes": 55,
        "bodyIsCut": false
      },
      "answer": {
        "status": 200,
        "result_cd": 1,
        "headers": [
          "content-type: application/json"
        ],
        "body": "{\"result_cd\":1,\"result_msg\":\"\",\"data\":{\"roomId\":\"XMVv4st5G8-IUUDG7GuUi-20260131120000\"}}",
        "bodyBytes": 88,
        "bodyIsCut": false
      },
      "faults": [],
      "reason": null,
      "warning": null
    }
    "#);
}

#[tokio::test]
async fn requests_are_filtered_and_paged() {
    let mock = Mock::new();
    let id = mock.alice().create_room("").await; // 1
    mock.alice().detail(&id).await; // 2
    mock.alice().detail(NO_ROOM).await; // 3
    mock.bob().list().await; // 4
    mock.alice().delete(&format!("/openapi/v1/rooms/{id}")).await; // 5
    mock.stranger().get("/nothing").await; // 6
    for (query, expected) in [
        ("", vec![1, 2, 3, 4, 5, 6]),
        ("?apiKey=alice-key", vec![1, 2, 3, 5]),
        ("?operation=getRoomInfo", vec![2, 3]),
        ("?status=404", vec![3, 6]),
        ("?result_cd=10102", vec![3]),
        (&format!("?roomId={id}"), vec![1, 2, 5]),
        ("?limit=2", vec![5, 6]),
        ("?since=2", vec![3, 4, 5, 6]),
        ("?since=2&limit=2", vec![3, 4]),
        ("?since=6", vec![]),
        ("?apiKey=alice-key&since=4", vec![5]),
        ("?apiKey=carol", vec![]),
    ] {
        // A call of the control plane has a number, too.
        let shown: Vec<u64> = ids(&requests(&mock, query).await);
        assert_eq!(shown, expected, "{query}");
    }
    let page = requests(&mock, "?operation=getRoomInfo&limit=1").await;
    assert_eq!((ids(&page), &page["matched"], &page["kept"], &page["evicted"]), (vec![3], &2.into(), &6.into(), &0.into()));

    let mut refused = Vec::new();
    for query in ["?operation=makeRoom", "?status=ok", "?status=0", "?limit=0", "?since=-1", "?roomId=x", "?format=xml", "?oparation=x"] {
        let reply = mock.admin("GET", &format!("requests{query}"), "").await;
        assert_eq!(reply.status, 400, "{query}");
        refused.push(format!("{query} {}", reply.json()["error"]["message"]));
    }
    insta::assert_snapshot!(refused.join("\n"), @r#"
    ?operation=makeRoom "operation: must be issueToken, listRoom, getRoomInfo, createRoom, modifyRoom, destroyRoom, listUser, listExileUser, exileUser, unexileUser, listMuteUser, muteUser, unmuteUser, sendNotice, sendCustom, cancelCustom or sendWhisperMessage, got \"makeRoom\""
    ?status=ok "status: must be a whole number from 100 on, got \"ok\""
    ?status=0 "status: must be a whole number from 100 on, got \"0\""
    ?limit=0 "limit: must be a whole number from 1 on, got \"0\""
    ?since=-1 "since: must be a whole number from 0 on, got \"-1\""
    ?roomId=x "roomId: must be 10 letters or digits, a dash, 10 letters or digits, a dash, 14 digits, got \"x\""
    ?format=xml "format: must be json, ndjson or curl, got \"xml\""
    ?oparation=x "unknown query parameter \"oparation\", did you mean operation"
    "#);
}

#[tokio::test]
async fn one_exchange_is_asked_for_by_its_number() {
    let mock = Mock::new();
    let reply = mock.alice().detail(NO_ROOM).await;
    let id = reply.header("x-mock-request-id");
    let entry = mock.admin("GET", &format!("requests/{id}"), "").await.json();
    assert_eq!((&entry["operation"], &entry["answer"]["result_cd"]), (&"getRoomInfo".into(), &10102.into()));
    assert!(entry["explanation"]["rule"].is_string(), "{entry}");
    assert_eq!(mock.admin("GET", &format!("requests/{id}?apiKey=alice-key"), "").await.status, 200);
    for path in [format!("requests/{id}?apiKey=bob-key"), "requests/999".to_owned(), "requests/x".to_owned()] {
        assert_eq!(mock.admin("GET", &path, "").await.json()["error"]["code"], "unknown_request", "{path}");
    }
}

#[tokio::test]
async fn the_formats() {
    let mock = Mock::new();
    mock.alice().create_room("roomName=it's").await;
    mock.alice().header("X-Mock-Fault", "empty").get("/openapi/v1/rooms?x=[1]").await;
    mock.send(Request::head("/openapi/token").header("API_KEY", "k").header("Host", "mock.test:1").body(Body::empty()).unwrap()).await;
    assert_eq!(requests(&mock, "?operation=issueToken").await["requests"][0]["answer"]["bodyBytes"], 0);
    let lines = mock.admin("GET", "requests?format=ndjson", "").await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let operations: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["operation"].clone()).collect();
    assert_eq!(operations, ["createRoom", "listRoom", "issueToken"]);
    insta::assert_snapshot!(mock.admin("GET", "requests?format=curl", "").await.body, @r#"
    # 1: createRoom, 200 1
    curl -X POST 'http://127.0.0.1:4280/openapi/v2/rooms' -H "API_KEY: $API_KEY" -H "X-AUTH-TOKEN: $X_AUTH_TOKEN" -H 'content-type: application/x-www-form-urlencoded' --data-raw 'roomName=it'\''s&roomName=Lobby&maxUser=10&gTransStat=N&rtcStat=N&roomType=01'
    # 2: listRoom, no answer
    curl --globoff 'http://127.0.0.1:4280/openapi/v1/rooms?x=[1]' -H "API_KEY: $API_KEY" -H "X-AUTH-TOKEN: $X_AUTH_TOKEN" -H 'x-mock-fault: empty'
    # 3: issueToken, 200 1
    curl --head 'http://mock.test:1/openapi/token' -H "API_KEY: $API_KEY"
    "#);
    insta::assert_snapshot!(mock.admin("GET", "requests/1?format=curl", "").await.body, @r#"
    # 1: createRoom, 200 1
    curl -X POST 'http://127.0.0.1:4280/openapi/v2/rooms' -H "API_KEY: $API_KEY" -H "X-AUTH-TOKEN: $X_AUTH_TOKEN" -H 'content-type: application/x-www-form-urlencoded' --data-raw 'roomName=it'\''s&roomName=Lobby&maxUser=10&gTransStat=N&rtcStat=N&roomType=01'
    "#);
}

/// A body with bytes that no shell takes goes through printf.
#[tokio::test]
async fn a_body_that_is_no_text_becomes_a_pipe() {
    let mock = Mock::new();
    mock.alice().send("POST", "/openapi/v2/rooms", Some("application/x-www-form-urlencoded"), b"roomName=\xC0\xCF&x=\0".to_vec()).await;
    insta::assert_snapshot!(mock.admin("GET", "requests?format=curl", "").await.body, @r#"
    # 1: createRoom, 400 10901
    printf '\162\157\157\155\116\141\155\145\075\300\317\046\170\075\000' | curl -X POST 'http://127.0.0.1:4280/openapi/v2/rooms' -H "API_KEY: $API_KEY" -H "X-AUTH-TOKEN: $X_AUTH_TOKEN" -H 'content-type: application/x-www-form-urlencoded' --data-binary @-
    "#);
}

/// Bodies are copied up to 4 KiB, and say so; the parameter that was cut is none.
#[tokio::test]
async fn a_long_body_is_cut() {
    let mock = Mock::new();
    let form = format!("{ROOM_V2}&gApiKey={}", "k".repeat(5000));
    mock.alice().post("/openapi/v2/rooms", &form).await;
    let entry = &requests(&mock, "").await["requests"][0];
    assert_eq!((&entry["request"]["bodyBytes"], &entry["request"]["bodyIsCut"]), (&form.len().into(), &true.into()));
    assert_eq!(entry["request"]["body"].as_str().unwrap().len(), 4096);
    assert_eq!((&entry["request"]["parameters"]["roomName"], &entry["request"]["parameters"]["gApiKey"]), (&"Lobby".into(), &Value::Null));
    // Whether it was sent with that parameter cannot be told any more.
    let verdict = mock.admin("POST", "verify", r#"{"expect": [{"where": {"gApiKey": {"contains": "k"}}}]}"#).await;
    assert_eq!(verdict.status, 409, "{verdict}");
}

/// Each account has its own share, and the whole has a bound; what makes room is counted.
#[tokio::test]
async fn the_oldest_make_room() {
    let mock = Mock::with(|settings| settings.journal = Limits { entries: 3, ..Limits::default() });
    for _ in 0..5 {
        mock.alice().list().await;
    }
    mock.bob().list().await;
    let page = requests(&mock, "").await;
    assert_eq!((ids(&page), &page["evicted"]), (vec![3, 4, 5, 6], &2.into()));
    let verdict = mock.admin("POST", "verify?apiKey=alice-key", r#"{"expect": [{"operation": "listRoom", "times": 5}]}"#).await;
    assert_eq!(verdict.status, 409, "{verdict}");
    assert_eq!(mock.admin("POST", "verify?apiKey=alice-key", r#"{"expect": [{"operation": "createRoom", "times": 0}]}"#).await.status, 200);

    let small = Mock::with(|settings| settings.journal = Limits { entries: 1000, bytes: 5_000 });
    for _ in 0..20 {
        small.alice().list().await;
    }
    let page = requests(&small, "").await;
    let kept = page["kept"].as_u64().unwrap();
    assert!((3..15).contains(&kept) && page["evicted"] == 20 - kept, "{page}");

    assert_eq!(mock.admin("DELETE", "requests?apiKey=alice-key", "").await.body, r#"{"forgotten":3}"#);
    let page = requests(&mock, "").await;
    assert_eq!((ids(&page), &page["evicted"]), (vec![6], &0.into()));
    assert_eq!(mock.admin("DELETE", "requests?all=true", "").await.body, r#"{"forgotten":1}"#);
}

#[tokio::test]
async fn it_can_be_off() {
    let mock = Mock::with(|settings| settings.journal = Limits { entries: 0, ..Limits::default() });
    assert_eq!(mock.alice().list().await.codes(), "200 1");
    assert_eq!(requests(&mock, "").await["kept"], 0);
    insta::assert_snapshot!(mock.admin("POST", "verify", r#"{"expect": []}"#).await, @r#"
    400
    {"error":{"code":"bad_body","message":"body:1:12: expect: is empty, list what must have been called, or say \"noOther\": true for nothing at all","hint":"send {\"expect\": [{\"operation\": \"createRoom\", \"times\": 1}]}"}}
    "#);
    insta::assert_snapshot!(mock.admin("POST", "verify", r#"{"expect": [{"operation": "listRoom"}]}"#).await, @r#"
    409
    {"verdict":"inconclusive","reasons":["the journal is off: start with --journal-entries above 0"]}
    "#);
}

/// Keys and tokens of the vendor's real shape are nowhere to be read, but equal ones look equal; state has the real ones.
#[tokio::test]
async fn live_credentials_are_masked() {
    let mock = Mock::new();
    let key = "AbCdEf-GhIjKl-123456-MnOpQr-20220101000000";
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJub2JvZHlAZXhhbXBsZS5jb20ifQ.c2lnbmF0dXJlc2lnbmF0dXJl";
    let caller = mock.caller(key, token).header("Authorization", &format!("Bearer {token}"));
    caller.post(&format!("/openapi/v2/rooms?key={key}"), &format!("gApiKey={token}&{ROOM_V2}")).await;
    caller.get(&format!("/openapi/v2/rooms/{key}")).await;
    caller.get("/openapi/token").await;
    for path in [
        "requests",
        "requests?format=ndjson",
        "requests?format=curl",
        "requests/1",
        "requests/2",
        "requests/2?format=curl",
        "accounts",
        "diff",
        "faults",
        "clock",
    ] {
        let body = mock.admin("GET", path, "").await.body;
        assert!(!body.contains(key) && !body.contains(token) && !body.contains("c2lnbmF0"), "{path}: {body}");
    }
    // In a name, behind an escape, in quotes, cut in the middle, in bytes that are no text, in a method.
    caller.post(&format!("/openapi/v2/rooms?{key}=1&x=%3A{key}"), &format!("x=key%3A{key}&y={}{key}", "y".repeat(4050))).await;
    mock.caller(&format!("\"{key}\""), token).list().await;
    let bytes = [format!("a={key}\r&b=").as_bytes(), b"\xff"].concat();
    caller.send("POST", "/openapi/v2/rooms", Some("application/x-www-form-urlencoded"), bytes).await;
    caller.send(key, "/openapi/v2/rooms", None, "").await;
    for path in ["requests", "requests?format=curl", "accounts", "clock"] {
        let body = mock.admin("GET", path, "").await.body;
        assert!(!body.contains(key) && !body.contains(&key[..30]) && !body.contains(r"\101\142\103"), "{path}: {body}");
    }
    let shown = requests(&mock, "").await;
    let keys: Vec<&Value> = shown["requests"].as_array().unwrap().iter().map(|entry| &entry["apiKey"]).collect();
    assert_eq!(keys[0], keys[1]);
    insta::assert_snapshot!(keys[0], @r#""Ab-...#2302""#);
    insta::assert_snapshot!(shown["requests"][0]["request"]["headers"], @r#"["api_key: Ab-...#2302","x-auth-token: eyJ...#74bb","authorization: Bearer eyJ...#74bb","content-type: application/x-www-form-urlencoded"]"#);
    assert!(!shown["requests"][2]["answer"]["body"].as_str().unwrap().contains("eyJhbGci"), "{shown}");
    assert!(mock.admin("GET", "state", "").await.body.contains(key));
    let entry = mock.emulator().request(1).unwrap();
    assert!(!format!("{entry:?}").contains(&key[..20]), "{entry:?}");
    // The account is still the one that the whole key names.
    assert_eq!(mock.admin("GET", &format!("requests?apiKey={key}"), "").await.json()["matched"], 6);
}

/// A preflight is kept and counts for nobody; so is an answer that was dropped.
#[tokio::test]
async fn what_is_no_call_is_kept_too() {
    let mock = Mock::new();
    mock.send(Request::options("/openapi/v2/rooms").body(Body::empty()).unwrap()).await;
    let entry = &requests(&mock, "").await["requests"][0];
    assert_eq!(
        (&entry["request"]["method"], &entry["operation"], &entry["answer"]["status"]),
        (&"OPTIONS".into(), &Value::Null, &200.into())
    );
    assert_eq!(mock.admin("POST", "verify", r#"{"expect": [], "noOther": true}"#).await.status, 200);

    let alice = mock.alice().header("X-Mock-Fault", "delay; time=1h");
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(20), alice.list());
    assert!(waiting.await.is_err());
    let entry = &requests(&mock, "").await["requests"][1];
    assert_eq!((&entry["answer"], &entry["warning"]), (&Value::Null, &"the answer was dropped before it was made".into()));
    assert_eq!(entry["faults"][0]["kind"], "delay");
}

/// An exchange that goes on over a reset is kept: what it did is there too.
#[tokio::test]
async fn an_exchange_may_go_on_over_a_reset() {
    let mock = Mock::new();
    let alice = mock.alice().header("X-Mock-Fault", "delay; time=50ms");
    let slow = tokio::spawn(async move { alice.list().await.codes() });
    tokio::task::yield_now().await;
    mock.admin("POST", "reset", "").await;
    assert_eq!(slow.await.unwrap(), "200 1");
    assert_eq!(requests(&mock, "").await["kept"], 1);
}

/// Reading on behind an exchange misses nothing, also when that one made room meanwhile and others took longer.
#[tokio::test]
async fn paging_goes_on_behind_what_made_room() {
    let mock = Mock::with(|settings| settings.journal = Limits { entries: 3, ..Limits::default() });
    let slow = mock.alice().header("X-Mock-Fault", "delay; time=30ms");
    let slow = tokio::spawn(async move { slow.list().await });
    tokio::task::yield_now().await;
    mock.alice().list().await; // 2, before 1 has ended
    slow.await.unwrap();
    mock.alice().list().await; // 3
    mock.alice().list().await; // 4: now 2 makes room
    let page = requests(&mock, "?since=2").await;
    assert_eq!(ids(&page), [1, 3, 4], "{page}");
}

/// Keys that nobody keeps anything of do not pile up, and what made room of them is not forgotten where it could matter.
#[tokio::test]
async fn long_keys_do_not_pile_up() {
    let mock = Mock::with(|settings| settings.journal = Limits { entries: 1000, bytes: 10_000 });
    for number in 0..50 {
        mock.caller(&format!("{number}-{}", "k".repeat(5000)), "t").list().await;
    }
    let page = requests(&mock, "").await;
    assert_eq!(page["kept"].as_u64().unwrap() + page["evicted"].as_u64().unwrap(), 50, "{}", page["evicted"]);
    let verdict = mock.admin("POST", &format!("verify?apiKey=0-{}", "k".repeat(5000)), r#"{"expect": [{"operation": "listRoom"}]}"#).await;
    assert_eq!(verdict.status, 409, "{verdict}");
}

/// Under the vendor's own name a browser sends the cookies of a real session.
#[tokio::test]
async fn what_is_others_secret_is_hidden() {
    let mock = Mock::new();
    mock.alice().header("cookie", "session=s3cret").header("proxy-authorization", "Basic s3cret").get("/openapi/v2/rooms").await;
    let page = requests(&mock, "").await;
    let headers = page["requests"][0]["request"]["headers"].to_string();
    assert!(headers.contains(r#""cookie: (hidden)","proxy-authorization: (hidden)""#), "{headers}");
    assert!(!mock.admin("GET", "requests?format=curl", "").await.body.contains("s3cret"));
}
