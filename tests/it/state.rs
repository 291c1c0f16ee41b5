//! State, diff, mark and what the chat engine would do: `GET` and `PUT state`, `GET diff`, `POST mark`, `PATCH rooms`.

use axum::body::Body;
use axum::http::Request;

use crate::mock::{Mock, ROOM_V2, Reply, fixtures};

/// A mock with the rooms that these stories are about.
fn lobby() -> Mock {
    Mock::fixture(
        r#"{"accounts": [{"apiKey": "alice-key", "userId": "alice@example.com", "tokens": ["alice-token"], "rooms": [
            {"roomId": "Room000001-AbCdEfGhIj-20260101000000", "roomName": "Lobby", "maxUser": "9", "startDt": "20260101000000"},
            {"roomId": "Room000002-AbCdEfGhIj-20260101000000", "roomName": "제목", "joinCount": "3", "startDt": "20260101000000"}
        ]}]}"#,
    )
}
const LOBBY: &str = "Room000001-AbCdEfGhIj-20260101000000";
const SECOND: &str = "Room000002-AbCdEfGhIj-20260101000000";

async fn text_diff(mock: &Mock, query: &str) -> String {
    let request = Request::get(format!("/__admin/diff{query}")).header("Host", "localhost").header("Accept", "text/plain");
    mock.send(request.body(Body::empty()).unwrap()).await.body
}

#[tokio::test]
async fn the_state_is_a_fixture_in_canonical_order() {
    let mock = lobby();
    mock.bob().create_room("").await;
    mock.admin("POST", "faults?apiKey=bob-key", r#"{"do": {"kind": "status", "http": 503}, "times": 2, "match": {"nth": "3.."}}"#).await;
    let state = mock.admin("GET", "state", "").await;
    assert_eq!(state.header("content-type"), "application/json");
    insta::assert_snapshot!(state.body, @r#"
    {
      "accounts": [
        {
          "apiKey": "alice-key",
          "userId": "alice@example.com",
          "tokens": ["alice-token"],
          "clock": "frozen:2026-01-31T03:00:00Z",
          "idsDrawn": 0,
          "faults": [],
          "rooms": [
            {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"0","gApiKey":"","joinCount":"0","webrtcStat":"N","endDt":"99991231235959","isPossibleDup":"false","resolution":"0","roomId":"Room000001-AbCdEfGhIj-20260101000000","roomName":"Lobby","roomStatus":"active","startDt":"20260101000000","currentUserCount":"0","roomType":"01","maxUser":"9"},
            {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"0","gApiKey":"","joinCount":"3","webrtcStat":"N","endDt":"99991231235959","isPossibleDup":"false","resolution":"0","roomId":"Room000002-AbCdEfGhIj-20260101000000","roomName":"제목","roomStatus":"active","startDt":"20260101000000","currentUserCount":"0","roomType":"01","maxUser":"100"}
          ]
        },
        {
          "apiKey": "bob-key",
          "userId": "account-9b94dc1a@example.com",
          "tokens": [],
          "clock": "frozen:2026-01-31T03:00:00Z",
          "idsDrawn": 1,
          "faults": [
            {"match":{"nth":"3.."},"do":{"kind":"status","code":"SYSTEM_ERROR","http":503},"times":2}
          ],
          "rooms": [
            {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"0","gApiKey":"","joinCount":"0","webrtcStat":"N","endDt":"99991231235959","isPossibleDup":"false","resolution":"0","roomId":"FYEzTH6M8B-IMQFoDat3L-20260131120000","roomName":"Lobby","roomStatus":"active","startDt":"20260131120000","currentUserCount":"0","roomType":"01","maxUser":"10"}
          ]
        }
      ]
    }
    "#);
    fixtures(&state.body);
    let bob = mock.admin("GET", "state?apiKey=bob-key", "").await.body;
    assert!(bob.contains("bob-key") && !bob.contains("alice-key"), "{bob}");
}

/// What an export says is what an import makes, also in another server.
#[tokio::test]
async fn an_import_makes_what_the_export_says() {
    let (mock, other) = (lobby(), Mock::demo());
    mock.bob().create_room("").await;
    mock.alice().delete(&format!("/openapi/v1/rooms/{LOBBY}")).await;
    mock.admin("PUT", "clock?apiKey=bob-key", r#"{"clock": "offset:-90m"}"#).await;
    let state = mock.admin("GET", "state", "").await.body;
    let answer = other.admin("PUT", "state?all=true", &state).await;
    assert_eq!(answer.body, r#"{"apiKey":null,"accounts":2,"rooms":2}"#);
    assert_eq!(other.admin("GET", "state", "").await.body, state);
    assert_eq!(other.alice().list().await.body, mock.alice().list().await.body);
    // The next ids are the next ones, and a reset goes back to the server's own fixtures.
    let (next, others) = (mock.bob().create_room("").await, other.bob().create_room("").await);
    assert_eq!(next[..21], others[..21]);
    other.admin("POST", "reset", "").await;
    assert_eq!(other.demo_caller().names().await.len(), 3);
    assert_eq!(other.bob().names().await, Vec::<String>::new());
}

/// A saved answer of listRoom replaces the rooms of an account and nothing else.
#[tokio::test]
async fn a_saved_answer_is_a_state_of_one_account() {
    let mock = lobby();
    let saved = Mock::demo().demo_caller().list().await.body;
    let answer = mock.admin("PUT", "state?apiKey=alice-key", &saved).await;
    assert_eq!(answer.body, r#"{"apiKey":"alice-key","accounts":1,"rooms":3}"#);
    assert_eq!(mock.alice().names().await, ["일반", "일반", "제목"]);
    assert!(mock.admin("GET", "state", "").await.body.contains(r#""tokens": ["alice-token"]"#));
}

/// Every mistake is told, with its place, and nothing is changed.
#[tokio::test]
async fn states_that_are_refused() {
    let mock = lobby();
    mock.bob().list().await;
    let before = mock.admin("GET", "state", "").await.body;
    let mut answers = Vec::new();
    for (query, body) in [
        ("?all=true", r#"{"accounts": [{"apiKey": "x", "rooms": [{"maxUser": "none"}, {"roomType": "9"}]}]}"#),
        ("?all=true", r#"{"accounts": [], "default": {"rooms": [{}]}}"#),
        ("?all=true", r#"{"resultCodes": {"UNAUTHORIZED": {"http": 200}}}"#),
        ("?apiKey=alice-key", r#"{"accounts": [{"apiKey": "alice-key"}, {"apiKey": "bob-key"}]}"#),
        ("", r#"{"accounts": []}"#),
        ("?all=maybe", r#"{"accounts": []}"#),
        ("?all=true&apiKey=alice-key", r#"{"accounts": []}"#),
        ("?all=true", ""),
        ("?all=true", "[]"),
    ] {
        let reply = mock.admin("PUT", &format!("state{query}"), body).await;
        assert_eq!(reply.status, 400, "{query} {body}: {reply}");
        answers.push(format!("{query} {body}\n  {}", reply.body));
    }
    let reply = mock.admin("PUT", "state?all=true", "{\"accounts\": [{\"apiKey\": \"x\"").await;
    answers.push(reply.body);
    insta::assert_snapshot!(answers.join("\n"), @r#"
    ?all=true {"accounts": [{"apiKey": "x", "rooms": [{"maxUser": "none"}, {"roomType": "9"}]}]}
      {"error":{"code":"bad_body","message":"body:1:53: maxUser: must be decimal digits, 1 to 2147483647, got \"none\"; body:1:75: roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got \"9\"","hint":"send a fixture file, such as an answer of GET state; `vchatcloud-mock check` says the same of a file"}}
    ?all=true {"accounts": [], "default": {"rooms": [{}]}}
      {"error":{"code":"bad_request","message":"a state is accounts: default and resultCodes are none of it","hint":"start the mock with --fixtures for what accounts to come start with, and for result codes"}}
    ?all=true {"resultCodes": {"UNAUTHORIZED": {"http": 200}}}
      {"error":{"code":"bad_request","message":"a state is accounts: default and resultCodes are none of it","hint":"start the mock with --fixtures for what accounts to come start with, and for result codes"}}
    ?apiKey=alice-key {"accounts": [{"apiKey": "alice-key"}, {"apiKey": "bob-key"}]}
      {"error":{"code":"bad_request","message":"accounts: the state names another account than apiKey","hint":"send the state of this account alone, or all of it with ?all=true"}}
     {"accounts": []}
      {"error":{"code":"bad_request","message":"apiKey: missing, and there are the accounts alice-key, bob-key","hint":"name one with ?apiKey=K, or say ?all=true where the call can be about all"}}
    ?all=maybe {"accounts": []}
      {"error":{"code":"bad_request","message":"all: must be true or false, got \"maybe\"","hint":"name one account with ?apiKey=K, or leave it out for all"}}
    ?all=true&apiKey=alice-key {"accounts": []}
      {"error":{"code":"bad_request","message":"apiKey and all: take one of them","hint":"name one account with ?apiKey=K, or leave it out for all"}}
    ?all=true 
      {"error":{"code":"bad_body","message":"body:1:1: broken JSON: the text is empty, write {} for nothing","hint":"send a fixture file, such as an answer of GET state; `vchatcloud-mock check` says the same of a file"}}
    ?all=true []
      {"error":{"code":"bad_body","message":"body:1:1: a fixture must be an object: rooms stand in {\"default\": {\"rooms\": [...]}} or in an account","hint":"send a fixture file, such as an answer of GET state; `vchatcloud-mock check` says the same of a file"}}
    {"error":{"code":"bad_body","message":"body:1:15: broken JSON: unterminated object","hint":"send a fixture file, such as an answer of GET state; `vchatcloud-mock check` says the same of a file"}}
    "#);
    assert_eq!(mock.admin("GET", "state", "").await.body, before);
}

/// Which rooms came, went and changed, field by field, and what did it.
#[tokio::test]
async fn the_diff_tells_what_changed_and_what_did_it() {
    let mock = lobby();
    let alice = mock.alice();
    insta::assert_snapshot!(text_diff(&mock, "").await, @"no differences");
    let id = alice.create_room("roomName=QA").await;
    alice.post(&format!("/openapi/v2/rooms/{LOBBY}"), &format!("maxUser=12&{ROOM_V2}")).await;
    alice.post(&format!("/openapi/v1/rooms/{LOBBY}"), "maxUser=12&roomName=Hall").await;
    mock.admin("PATCH", &format!("rooms/{LOBBY}?apiKey=alice-key"), r#"{"joinCount": "+2"}"#).await;
    alice.delete(&format!("/openapi/v2/rooms/{SECOND}")).await;
    insta::assert_snapshot!(text_diff(&mock, "?apiKey=alice-key").await.replace(&id, "{id}"), @r#"
    alice-key, since the fixtures
      + {id} "QA"  (request 2)
      - Room000002-AbCdEfGhIj-20260101000000 "제목"  (request 6)
      ~ Room000001-AbCdEfGhIj-20260101000000 "Hall"
          joinCount: "0" → "2"  (admin call 5)
          roomName: "Lobby" → "Hall"  (request 4)
          maxUser: "9" → "12"  (request 3)
    "#);
    let diff = mock.admin("GET", "diff", "").await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&diff.json()["accounts"][0]["changed"]).unwrap(), @r#"
    [
      {
        "roomId": "Room000001-AbCdEfGhIj-20260101000000",
        "roomName": "Hall",
        "fields": [
          {
            "field": "joinCount",
            "was": "0",
            "is": "2",
            "by": {
              "via": "admin",
              "request": 5
            }
          },
          {
            "field": "roomName",
            "was": "Lobby",
            "is": "Hall",
            "by": {
              "via": "api",
              "request": 4
            }
          },
          {
            "field": "maxUser",
            "was": "9",
            "is": "12",
            "by": {
              "via": "api",
              "request": 3
            }
          }
        ]
      }
    ]
    "#);

    // What comes and goes, or goes back, is no difference.
    alice.delete(&format!("/openapi/v2/rooms/{id}")).await;
    alice.post(&format!("/openapi/v1/rooms/{LOBBY}"), "maxUser=9&roomName=Lobby").await;
    mock.admin("PATCH", &format!("rooms/{LOBBY}?apiKey=alice-key"), r#"{"joinCount": "0"}"#).await;
    insta::assert_snapshot!(text_diff(&mock, "").await, @r#"
    alice-key, since the fixtures
      - Room000002-AbCdEfGhIj-20260101000000 "제목"  (request 6)
    "#);

    assert_eq!(mock.admin("POST", "mark?apiKey=alice-key", "").await.body, r#"{"apiKey":"alice-key"}"#);
    insta::assert_snapshot!(mock.admin("GET", "diff", "").await, @r#"
    200
    {"accounts":[{"apiKey":"alice-key","since":"2026-01-31T03:00:00.000Z","added":[],"removed":[],"changed":[]}]}
    "#);
    alice.post(&format!("/openapi/v1/rooms/{LOBBY}"), "maxUser=10&roomName=Lobby&roomStatus=S").await;
    insta::assert_snapshot!(text_diff(&mock, "").await, @r#"
    alice-key, since 2026-01-31T03:00:00.000Z
      ~ Room000001-AbCdEfGhIj-20260101000000 "Lobby"
          roomStatus: "active" → "pending"  (request 15)
          maxUser: "9" → "10"  (request 15)
    "#);
}

/// An import is a change like any other.
#[tokio::test]
async fn the_diff_goes_on_over_an_import() {
    let mock = lobby();
    let state = mock.admin("GET", "state", "").await.body;
    mock.admin("PUT", "state", &state).await;
    insta::assert_snapshot!(text_diff(&mock, "").await, @"no differences");
    mock.admin(
        "PUT",
        "state",
        &state.replace(r#""maxUser":"9""#, r#""maxUser":"99""#).replace(SECOND, "Room000003-AbCdEfGhIj-20260101000000"),
    )
    .await;
    insta::assert_snapshot!(text_diff(&mock, "").await, @r#"
    alice-key, since the fixtures
      + Room000003-AbCdEfGhIj-20260101000000 "제목"  (admin call 4)
      - Room000002-AbCdEfGhIj-20260101000000 "제목"  (admin call 4)
      ~ Room000001-AbCdEfGhIj-20260101000000 "Lobby"
          maxUser: "9" → "99"  (admin call 4)
    "#);
    mock.admin("PUT", "state", &state).await;
    insta::assert_snapshot!(text_diff(&mock, "").await, @"no differences");
}

#[tokio::test]
async fn the_chat_engine_changes_a_room() {
    let mock = lobby();
    let patch = async |body: &str| mock.admin("PATCH", &format!("rooms/{SECOND}"), body).await;
    insta::assert_snapshot!(patch(r#"{"joinCount": "+2", "currentUserCount": 2, "messageCount": "17", "isPossibleDup": true, "roomStatus": "pending",
        "startDt": "20260102000000", "endDt": "20260103000000"}"#).await, @r#"
    200
    {"room":{"template":"null","gTransStat":"N","messageCount":"17","webrtc":"0","gApiKey":"","joinCount":"5","webrtcStat":"N","endDt":"20260103000000","isPossibleDup":"true","resolution":"0","roomId":"Room000002-AbCdEfGhIj-20260101000000","roomName":"제목","roomStatus":"pending","startDt":"20260102000000","currentUserCount":"2","roomType":"01","maxUser":"100","userId":"alice@example.com"}}
    "#);
    patch(r#"{"currentUserCount": "-1"}"#).await;
    let alice = mock.alice();
    assert_eq!(alice.field(SECOND, "currentUserCount").await, "1");
    assert_eq!(alice.field(SECOND, "joinCount").await, "5");

    let before = alice.detail(SECOND).await.body;
    let mut answers = Vec::new();
    for body in [
        r#"{"joinCount": "+1", "currentUserCount": "-2"}"#,
        r#"{"joinCount": "many"}"#,
        r#"{"joinCount": 1.5}"#,
        r#"{"joinCount": "+"}"#,
        r#"{"messageCount": "2147483648"}"#,
        r#"{"isPossibleDup": "yes"}"#,
        r#"{"roomStatus": "A"}"#,
        r#"{"endDt": "20261301000000"}"#,
        r#"{"roomName": "x"}"#,
        r#"{"joincount": 1}"#,
        "[]",
    ] {
        let reply = patch(body).await;
        assert_eq!(reply.status, 400, "{body}: {reply}");
        answers.push(format!("{body}\n  {}", reply.body));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"joinCount": "+1", "currentUserCount": "-2"}
      {"error":{"code":"bad_request","message":"currentUserCount: must stay 0 to 2147483647, is 1, got \"-2\"","hint":"nothing was changed"}}
    {"joinCount": "many"}
      {"error":{"code":"bad_body","message":"body:1:15: joinCount: must be 0 to 2147483647, or a change such as +1 or -1, got \"many\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"joinCount": 1.5}
      {"error":{"code":"bad_body","message":"body:1:15: joinCount: must be 0 to 2147483647, or a change such as +1 or -1, got \"1.5\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"joinCount": "+"}
      {"error":{"code":"bad_body","message":"body:1:15: joinCount: must be 0 to 2147483647, or a change such as +1 or -1, got \"+\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"messageCount": "2147483648"}
      {"error":{"code":"bad_body","message":"body:1:18: messageCount: must be 0 to 2147483647, or a change such as +1 or -1, got \"2147483648\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"isPossibleDup": "yes"}
      {"error":{"code":"bad_body","message":"body:1:19: isPossibleDup: must be true or false, got \"yes\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"roomStatus": "A"}
      {"error":{"code":"bad_body","message":"body:1:16: roomStatus: must be active (available) or pending (paused), got \"A\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"endDt": "20261301000000"}
      {"error":{"code":"bad_body","message":"body:1:11: endDt: must be a date and time in KST as yyyyMMddHHmmss, got \"20261301000000\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"roomName": "x"}
      {"error":{"code":"bad_body","message":"body:1:2: unknown member \"roomName\" of a patch of a room, known are joinCount, messageCount, currentUserCount, isPossibleDup, roomStatus, startDt, endDt","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    {"joincount": 1}
      {"error":{"code":"bad_body","message":"body:1:2: unknown member \"joincount\" of a patch of a room, did you mean \"joinCount\"","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    []
      {"error":{"code":"bad_body","message":"body:1:1: a patch of a room must be an object","hint":"send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}"}}
    "#);
    assert_eq!(alice.detail(SECOND).await.body, before);
    assert_eq!(patch("{}").await.status, 200);
    insta::assert_snapshot!(mock.admin("PATCH", "rooms/Room000009-AbCdEfGhIj-20260101000000", "{}").await, @r#"
    404
    {"error":{"code":"unknown_room","message":"roomId: the account has no such room","hint":"GET state shows the rooms there are"}}
    "#);
    insta::assert_snapshot!(mock.admin("PATCH", "rooms/nonsense", "{}").await, @r#"
    400
    {"error":{"code":"bad_request","message":"roomId: must be 10 letters or digits, a dash, 10 letters or digits, a dash, 14 digits, got \"nonsense\"","hint":"GET state shows the rooms there are"}}
    "#);
}

/// Reads without a key show all accounts; a write that is not told whom it is about is refused when it could disturb somebody.
#[tokio::test]
async fn a_write_must_say_whom_it_is_about() {
    let mock = lobby();
    let writes = [
        ("PUT", "state", r#"{"accounts": []}"#),
        ("POST", "mark", ""),
        ("PATCH", &format!("rooms/{LOBBY}"), "{}"),
        ("DELETE", "requests", ""),
        ("POST", "faults", r#"{"do": {"kind": "empty"}, "times": 1}"#),
        ("DELETE", "faults", ""),
        ("DELETE", "faults/1", ""),
        ("PUT", "clock", r#"{"clock": "system"}"#),
        ("POST", "clock/advance", r#"{"by": "1s"}"#),
    ];
    mock.bob().list().await;
    let refused = |reply: Reply| (reply.status.as_u16(), reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned());
    for (method, path, body) in &writes {
        let reply = refused(mock.admin(method, path, body).await);
        assert_eq!(reply, (400, "apiKey: missing, and there are the accounts alice-key, bob-key".to_owned()), "{method} {path}");
    }
    // Alone there is nobody to disturb: it is about that account, and about none that is to come.
    let alone = lobby();
    for (method, path, body) in writes.iter().skip(1) {
        let reply = alone.admin(method, path, body).await;
        assert!(reply.status.is_success() || *path == "faults/1", "{method} {path}: {reply}");
    }
    assert_eq!(alone.admin("POST", "faults", r#"{"do": {"kind": "empty"}}"#).await.json()["apiKey"], "alice-key");
    assert_eq!(alone.bob().list().await.codes(), "200 1");
}

/// A call that is refused makes no account, and one that cannot be read is told in the same words as any other.
#[tokio::test]
async fn a_refused_write_makes_no_account() {
    let mock = Mock::new();
    for (method, path, body) in [
        ("PATCH", format!("rooms/{LOBBY}?apiKey=n1"), "{}"),
        ("POST", "clock/advance?apiKey=n2".to_owned(), r#"{"by": "9000y"}"#),
        ("POST", "faults?apiKey=n3".to_owned(), r#"{"do": {"kind": "none"}}"#),
        ("PUT", "state?apiKey=n4".to_owned(), r#"{"accounts": [{"apiKey": "n5"}]}"#),
        ("GET", "requests/%ff".to_owned(), ""),
        ("PATCH", "rooms/%ff?apiKey=n6".to_owned(), "{}"),
    ] {
        let reply = mock.admin(method, &path, body).await;
        assert!(reply.status.is_client_error() && reply.json()["error"]["code"].is_string(), "{path}: {reply}");
    }
    assert_eq!(mock.admin("GET", "accounts", "").await.body, r#"{"accounts":[]}"#);
}

/// A clock that has run into the end of time, and a count that has, are a state like any other.
#[tokio::test]
async fn a_state_at_the_limits_comes_back() {
    let mock = Mock::with(|settings| settings.clock = crate::mock::clock("system"));
    let state = r#"{"accounts": [{"apiKey": "alice-key", "clock": "offset:9999d", "idsDrawn": 9223372036854775807}]}"#;
    assert_eq!(mock.admin("PUT", "state", state).await.status, 200);
    mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "2900000d"}"#).await;
    mock.alice().create_room("").await;
    let state = mock.admin("GET", "state", "").await.body;
    assert_eq!(mock.admin("PUT", "state", &state).await.status, 200, "{state}");
    assert_eq!(mock.admin("GET", "state", "").await.body, state);
}

/// Looking brings no account into being.
#[tokio::test]
async fn reads_bring_nothing_into_being() {
    let mock = lobby();
    for path in ["state", "diff", "requests", "faults", "clock", "accounts"] {
        assert_eq!(mock.admin("GET", &format!("{path}?apiKey=carol"), "").await.status, 200, "{path}");
    }
    mock.admin("POST", "verify?apiKey=carol", r#"{"expect": [], "noOther": true}"#).await;
    insta::assert_snapshot!(mock.admin("GET", "accounts", "").await, @r#"
    200
    {"accounts":[{"apiKey":"alice-key","userId":"alice@example.com","rooms":2,"requests":0,"evicted":0,"faults":0,"clock":"frozen:2026-01-31T03:00:00Z","now":"2026-01-31T03:00:00.000Z"}]}
    "#);
}
