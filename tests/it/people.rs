//! Users in rooms: the chat engine's part, which the control plane plays, and the API's: listed, exiled and muted.

use crate::mock::{Caller, Mock, NO_ROOM, Reply};

/// A room for two, which Alice has made, and the calls around it.
struct Room {
    mock: Mock,
    alice: Caller,
    id: String,
}

impl Room {
    async fn new() -> Room {
        let mock = Mock::new();
        let alice = mock.alice();
        let id = alice.create_room("maxUser=2").await;
        Room { mock, alice, id }
    }

    async fn admin(&self, method: &str, query: &str, body: &str) -> Reply {
        self.mock.admin(method, &format!("rooms/{}/users?apiKey=alice-key{query}", self.id), body).await
    }

    async fn join(&self, key: &str) -> Reply {
        self.admin("POST", "", &format!(r#"{{"clientKey": "{key}"}}"#)).await
    }

    async fn leave(&self, key: &str) -> Reply {
        self.admin("DELETE", &format!("&clientKey={key}"), "").await
    }

    async fn patch(&self, body: &str) -> Reply {
        self.mock.admin("PATCH", &format!("rooms/{}?apiKey=alice-key", self.id), body).await
    }

    async fn send(&self, method: &str, what: &str, key: &str) -> Reply {
        self.alice.send(method, &format!("/openapi/v1/{what}/{}/{key}", self.id), None, "").await
    }

    /// The clientKeys of one of the three lists.
    async fn keys(&self, what: &str) -> String {
        let list = self.alice.get(&format!("/openapi/v1/{what}/{}", self.id)).await.json()["list"].clone();
        let keys: Vec<String> = list.as_array().unwrap().iter().map(|user| user["clientKey"].as_str().unwrap().to_owned()).collect();
        keys.join(" ")
    }

    /// `joinCount` and `currentUserCount`.
    async fn counts(&self) -> String {
        format!("{} {}", self.alice.field(&self.id, "joinCount").await, self.alice.field(&self.id, "currentUserCount").await)
    }
}

fn error(reply: &Reply) -> String {
    format!("{} {}", reply.status.as_u16(), reply.json()["error"]["message"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn who_joins_is_listed_and_counted_under_both_versions() {
    let room = Room::new().await;
    let body = r#"{"clientKey": "alice@example.com", "nickName": "앨리스", "grade": "userManager"}"#;
    let joined = room.admin("POST", "", body).await;
    assert_eq!((joined.status.as_u16(), joined.json()["room"]["joinCount"].as_str()), (201, Some("1")));
    room.join("bob").await;
    let v1 = room.alice.get(&format!("/openapi/v1/users/{}", room.id)).await;
    let shown = v1.to_string().replace(&room.id, "ROOM");
    insta::assert_snapshot!(shown, @r#"
    200
    {"result_cd":1,"result_msg":"","list":[{"clientKey":"alice@example.com","nickName":"앨리스","grade":"userManager","roomId":"ROOM"},{"clientKey":"bob","nickName":"bob","grade":"user","roomId":"ROOM"}]}
    "#);
    assert_eq!(room.alice.get(&format!("/openapi/v2/users/{}", room.id)).await.body, v1.body);
    assert_eq!(room.counts().await, "2 2");

    let left = room.leave("alice@example.com").await;
    assert_eq!((left.status.as_u16(), left.json()["room"]["currentUserCount"].as_str()), (200, Some("1")));
    assert_eq!((room.keys("users").await.as_str(), room.counts().await.as_str()), ("bob", "2 1"));
    room.admin("DELETE", "", "").await;
    assert_eq!((room.keys("users").await.as_str(), room.counts().await.as_str()), ("", "2 0"));
    assert_eq!(error(&room.leave("bob").await), "404 clientKey: nobody of that clientKey is in the room");
}

/// A room that is full, has ended, has exiled somebody, or has somebody already: in the order in which it is looked at.
#[tokio::test]
async fn who_does_not_get_in_is_told_why() {
    let room = Room::new().await;
    room.join("alice").await;
    assert_eq!(error(&room.join("alice").await), "409 clientKey: is in the room already, and isPossibleDup is false");
    room.patch(r#"{"isPossibleDup": true}"#).await;
    assert_eq!(room.join("alice").await.status, 201);
    assert_eq!((room.keys("users").await.as_str(), room.counts().await.as_str()), ("alice alice", "2 2"));
    let full = "409 maxUser: the room takes 2, and has 2; the chat engine's result code is 10101 USER_LIMIT_EXCEEDED";
    assert_eq!(error(&room.join("bob").await), full);
    // Full also of people whom nobody named.
    room.leave("alice").await;
    room.patch(r#"{"currentUserCount": "2"}"#).await;
    assert_eq!(error(&room.join("bob").await), full);
    room.patch(r#"{"currentUserCount": "0"}"#).await;

    room.join("eve").await;
    assert_eq!(room.send("POST", "exiles", "eve").await.codes(), "200 1");
    assert_eq!(
        error(&room.join("eve").await),
        "403 clientKey: was exiled from the room; the chat engine's result code is 10106 CHANNEL_USER_BANED"
    );
    room.patch(r#"{"currentUserCount": "2"}"#).await;
    assert!(error(&room.join("eve").await).starts_with("403 clientKey: was exiled"), "also of a full room");
    room.patch(r#"{"currentUserCount": "0"}"#).await;
    // It is noon.
    room.patch(r#"{"endDt": "20260131120000"}"#).await;
    let ended = "409 endDt: the room has ended, got \"20260131120000\"; the chat engine's result code is 10104 CHANNEL_AFTER_CLOSED";
    assert_eq!(error(&room.join("eve").await), ended);
    assert_eq!(error(&room.join("bob").await), ended);
    assert_eq!(room.counts().await, "3 0");
    // Who is in a full room is told that.
    room.patch(r#"{"endDt": "99991231235959", "isPossibleDup": false}"#).await;
    room.join("carol").await;
    room.join("dave").await;
    assert!(error(&room.join("carol").await).starts_with("409 clientKey: is in the room already"));
    room.admin("DELETE", "", "").await;
    // A paused room lets people in.
    room.patch(r#"{"roomStatus": "pending"}"#).await;
    assert_eq!(room.join("bob").await.status, 201);
}

#[tokio::test]
async fn numbers_of_a_fixture_are_told_to_who_does_not_get_in() {
    let codes = r#"{"default": {"rooms": [{"roomId": "Room000001-AbCdEfGhIj-20260131120000", "maxUser": 1, "users": [{"clientKey": "a"}]}]},
        "resultCodes": {"USER_LIMIT_EXCEEDED": {"result_cd": 4711}}}"#;
    let mock = Mock::fixture(codes);
    let path = "rooms/Room000001-AbCdEfGhIj-20260131120000/users?apiKey=suite";
    let refused = mock.admin("POST", path, r#"{"clientKey": "b"}"#).await;
    assert!(error(&refused).ends_with("the chat engine's result code is 4711 USER_LIMIT_EXCEEDED"), "{refused}");
    // The account did not come into being for a refusal; it does for a success.
    assert_eq!(mock.admin("GET", "accounts", "").await.json()["accounts"].as_array().unwrap().len(), 0);
    assert_eq!(mock.admin("GET", path, "").await.json()["users"][0]["clientKey"], "a");
    assert_eq!(mock.admin("DELETE", path, "").await.status, 200);
    assert_eq!(mock.admin("GET", "accounts", "").await.json()["accounts"].as_array().unwrap().len(), 1);
}

/// Exile takes somebody out, with every connection, and undoing it lets in again; mute stays with whoever leaves.
#[tokio::test]
async fn exile_and_mute() {
    let room = Room::new().await;
    room.patch(r#"{"isPossibleDup": true}"#).await;
    room.join("alice").await;
    room.join("alice").await;
    assert_eq!(room.send("POST", "mute", "alice").await.body, r#"{"result_cd":1,"result_msg":""}"#);
    assert_eq!(room.send("POST", "mute", "alice").await.codes(), "200 1");
    assert_eq!((room.keys("mute").await, room.counts().await), ("alice".to_owned(), "2 2".to_owned()));
    room.leave("alice").await;
    assert_eq!(room.keys("mute").await, "alice");
    room.join("alice").await;
    room.join("alice").await;

    assert_eq!(room.send("POST", "exiles", "alice").await.codes(), "200 1");
    assert_eq!(room.send("POST", "exiles", "alice").await.codes(), "200 1");
    assert_eq!(
        (room.keys("users").await, room.keys("exiles").await, room.keys("mute").await),
        (String::new(), "alice".to_owned(), "alice".to_owned())
    );
    assert_eq!(room.counts().await, "4 0");
    let listed = format!(r#""list":[{{"clientKey":"alice","nickName":"alice","grade":"user","roomId":"{}"}}]}}"#, room.id);
    for what in ["exiles", "mute"] {
        let reply = room.alice.get(&format!("/openapi/v1/{what}/{}", room.id)).await;
        assert!(reply.body.ends_with(&listed), "{reply}");
    }

    assert_eq!(room.send("PUT", "exiles", "alice").await.codes(), "200 1");
    assert_eq!(room.send("PUT", "mute", "alice").await.codes(), "200 1");
    assert_eq!(
        (room.keys("users").await, room.keys("exiles").await, room.keys("mute").await),
        (String::new(), String::new(), String::new())
    );
    assert_eq!(room.join("alice").await.status, 201);
}

/// Nobody of that clientKey: 10107. Undoing what is not there succeeds.
#[tokio::test]
async fn somebody_who_is_not_there() {
    let room = Room::new().await;
    room.join("alice@example.com").await;
    for what in ["exiles", "mute"] {
        let refused = room.send("POST", what, "nobody").await;
        assert_eq!(refused.to_string().lines().last(), Some(r#"{"result_cd":10107,"result_msg":"You are not connected"}"#));
        assert_eq!(refused.status, 404);
        for nobody in ["nobody", "%FF", "%00", &"x".repeat(101)] {
            assert_eq!(room.send("POST", what, nobody).await.codes(), "404 10107", "{nobody}");
            assert_eq!(room.send("PUT", what, nobody).await.codes(), "200 1", "{nobody}");
        }
        // The room comes first.
        let path = format!("/openapi/v1/{what}/{NO_ROOM}/nobody");
        assert_eq!(room.alice.send("POST", &path, None, "").await.codes(), "404 10102");
        assert_eq!(room.alice.send("POST", &path.replace("nobody", "%00"), None, "").await.codes(), "404 10102");
        assert_eq!(room.alice.send("PUT", &path, None, "").await.codes(), "404 10102");
    }
    assert_eq!((room.keys("exiles").await, room.keys("mute").await), (String::new(), String::new()));
}

/// Nobody is put out by a modify, whatever it says; a room that is destroyed takes its people along.
#[tokio::test]
async fn a_room_that_changes_keeps_its_people() {
    let room = Room::new().await;
    room.join("alice").await;
    room.join("bob").await;
    for form in ["maxUser=1&roomName=Lobby", "maxUser=2&roomName=Lobby&roomStatus=S"] {
        assert_eq!(room.alice.post(&format!("/openapi/v1/rooms/{}", room.id), form).await.codes(), "200 1");
        assert_eq!((room.keys("users").await.as_str(), room.counts().await.as_str()), ("alice bob", "2 2"));
        assert!(error(&room.join("carol").await).starts_with("409 maxUser"), "{form}");
    }
    let end = "roomName=Lobby&roomType=01&maxUser=2&rtcStat=N&gTransStat=N&roomStatus=E";
    assert_eq!(room.alice.post(&format!("/openapi/v2/rooms/{}", room.id), end).await.codes(), "200 1");
    assert_eq!((room.keys("users").await.as_str(), room.counts().await.as_str()), ("alice bob", "2 2"));
    assert!(error(&room.join("carol").await).starts_with("409 endDt"));

    assert_eq!(room.alice.delete(&format!("/openapi/v1/rooms/{}", room.id)).await.codes(), "200 1");
    for what in ["users", "exiles", "mute"] {
        assert_eq!(room.alice.get(&format!("/openapi/v1/{what}/{}", room.id)).await.codes(), "404 10102");
    }
}

/// A clientKey is an e-mail address, or anything else, written plainly or escaped.
#[tokio::test]
async fn client_keys_in_paths() {
    for (key, paths) in [
        ("alice@example.com", ["alice@example.com", "alice%40example.com", "%61lice@example.com"]),
        ("a b/c", ["a%20b%2Fc", "a%20b%2fc", "%61%20b%2Fc"]),
        ("a+b%", ["a+b%25", "a%2Bb%25", "a%2bb%25"]),
        ("한글", ["%ED%95%9C%EA%B8%80", "%ed%95%9c%ea%b8%80", "%ED%95%9C%ea%b8%80"]),
        ("..", ["..", "%2e%2e", ".%2E"]),
    ] {
        let room = Room::new().await;
        assert_eq!(room.join(key).await.status, 201);
        for path in paths {
            assert_eq!(room.send("POST", "mute", path).await.codes(), "200 1", "{path}");
            assert_eq!(room.keys("mute").await, key);
            assert_eq!(room.send("PUT", "mute", path).await.codes(), "200 1", "{path}");
            assert_eq!(room.keys("mute").await, "");
        }
    }
}

#[tokio::test]
async fn bodies_of_a_join_that_are_refused() {
    let room = Room::new().await;
    let mut told = Vec::new();
    for body in [
        "",
        "[]",
        "{}",
        r#"{"clientKey": ""}"#,
        r#"{"clientKey": "a\u0000b"}"#,
        r#"{"clientKey": 7, "grade": "admin"}"#,
        r#"{"clientkey": "a"}"#,
        r#"{"clientKey": "a", "nickName": ""}"#,
        &format!(r#"{{"clientKey": "{}", "nickName": "{}"}}"#, "k".repeat(101), "n".repeat(51)),
        &format!(r#"{{"clientKey": "a", "roomId": "{NO_ROOM}"}}"#),
    ] {
        told.push(error(&room.join_with(body).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    400 body:1:1: broken JSON: the text is empty, write {} for nothing
    400 body:1:1: a user must be an object
    400 body:1:1: clientKey: missing, every user is named by it
    400 body:1:15: clientKey: must be 1 to 100 characters, has 0, got ""
    400 body:1:15: clientKey: must not contain control characters, got "a\u{0}b"
    400 body:1:27: grade: must be user or userManager, got "admin"
    400 body:1:1: clientKey: missing, every user is named by it; body:1:2: unknown member "clientkey" of a user, did you mean "clientKey"
    400 body:1:32: nickName: must be 1 to 50 characters, has 0, got ""
    400 body:1:15: clientKey: must be 1 to 100 characters, has 101, got "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk..."; body:1:132: nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    400 body:1:30: roomId: must be that of the room, or left out, got "0000000000-0000000000-20220101000000"
    "#);
    assert_eq!(room.counts().await, "0 0");
    let not_there = room.mock.admin("POST", &format!("rooms/{NO_ROOM}/users?apiKey=alice-key"), r#"{"clientKey": "a"}"#).await;
    assert_eq!(error(&not_there), "404 roomId: the account has no such room");
    assert_eq!(error(&room.admin("DELETE", "&clientkey=a", "").await), "400 unknown query parameter \"clientkey\", did you mean clientKey");
}

impl Room {
    async fn join_with(&self, body: &str) -> Reply {
        self.admin("POST", "", body).await
    }
}

/// People are part of the diff, the state and the reset; counts cannot fall below those who are named.
#[tokio::test]
async fn people_are_state() {
    let room = Room::new().await;
    room.mock.admin("POST", "mark?apiKey=alice-key", "").await;
    room.join("alice").await;
    room.join("bob").await;
    room.send("POST", "exiles", "bob").await;
    room.send("POST", "mute", "alice").await;
    assert_eq!(
        error(&room.patch(r#"{"currentUserCount": "0"}"#).await),
        "400 currentUserCount: must be at least the number of users in the room, 1, got \"0\""
    );

    let state = room.mock.admin("GET", "state?apiKey=alice-key", "").await.body;
    assert!(state.contains(r#""users":[{"clientKey":"alice","nickName":"alice","grade":"user"}],"exiles":[{"clientKey":"bob""#), "{state}");
    let diff = room.mock.admin("GET", "diff?apiKey=alice-key", "").await.json();
    let changed: Vec<String> = diff["accounts"][0]["changed"][0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| format!("{} {} -> {} by {}", field["field"], field["was"], field["is"], field["by"]["via"]))
        .collect();
    insta::assert_snapshot!(changed.join("\n"), @r#"
    "joinCount" "0" -> "2" by "admin"
    "currentUserCount" "0" -> "1" by "api"
    "users" "[]" -> "[{\"clientKey\":\"alice\",\"nickName\":\"alice\",\"grade\":\"user\"}]" by "api"
    "exiles" "[]" -> "[{\"clientKey\":\"bob\",\"nickName\":\"bob\",\"grade\":\"user\"}]" by "api"
    "mutes" "[]" -> "[{\"clientKey\":\"alice\",\"nickName\":\"alice\",\"grade\":\"user\"}]" by "api"
    "#);

    let other = Mock::new();
    assert_eq!(other.admin("PUT", "state?all=true", &state).await.status, 200);
    assert_eq!(other.admin("GET", "state", "").await.body, state);

    room.mock.admin("POST", "reset?apiKey=alice-key", "").await;
    assert_eq!(room.alice.get(&format!("/openapi/v1/users/{}", room.id)).await.codes(), "404 10102");
}

/// What is wrong with a fixture is told without its credentials.
#[tokio::test]
async fn credentials_in_wrong_fixtures_are_masked() {
    let key = "AbCdEf-GhIjKl-MnOpQr-StUvWx-20220523144251";
    let user = format!(r#"{{"clientKey": "{key}"}}"#);
    for rooms in [
        format!(r#"{{"users": [{user}], "exiles": [{user}]}}"#),
        format!(r#"{{"mutes": [{user}, {user}]}}"#),
        format!(r#"{{"userId": "{key}"}}"#),
    ] {
        let refused = Mock::new().admin("POST", "rooms?apiKey=alice-key", &rooms).await;
        assert_eq!(refused.status, 400, "{refused}");
        assert!(!refused.body.contains("StUvWx"), "{refused}");
    }
}
