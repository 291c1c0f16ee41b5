//! What is told of people and reserved messages that are not there, and of the values of messages.

use super::corrected::corrected;
use super::{FORM, assert_hint, explanation, shown};
use crate::mock::Mock;

const ROOM: &str = "Room000001-AbCdEfGhIj-20260131120000";
const FIXTURE: &str = r#"{"default": {"rooms": [
    {"roomId": "Room000001-AbCdEfGhIj-20260131120000", "users": [{"clientKey": "alice@example.com", "nickName": "Alice"}],
     "exiles": [{"clientKey": "eve@example.org"}],
     "reserved": [{"scheduleId": "abcdefghij0123456789", "sendDate": "20270101000000", "nickName": "Admin", "jsonString": "{}"}]},
    {"roomId": "Room000002-AbCdEfGhIj-20260131120000"}]}}"#;

#[tokio::test]
async fn people_who_are_nearly_there() {
    let mock = Mock::fixture(FIXTURE);
    let alice = mock.alice();
    let mute = async |who: &str| alice.send("POST", &format!("/openapi/v1/mute/{ROOM}/{who}"), None, "").await;
    assert_hint(&mock, &mute("alise@example.com").await, "the nearest clientKey of this room is alice@example.com");
    assert_hint(&mock, &mute("Alice").await, "this is the nickName of alice@example.com");
    let empty = alice.send("POST", "/openapi/v1/exiles/Room000002-AbCdEfGhIj-20260131120000/bob", None, "").await;
    assert_hint(&mock, &empty, "POST /__admin/rooms/{roomId}/users lets somebody into the room");
    insta::assert_snapshot!(shown(&mock, &mute("nobody-at-all").await), @r#"
    {
      "rule": "the room has a user of that clientKey",
      "provenance": "documented",
      "source": "the vendor's result codes of its chat engine; that who was exiled or muted may be named too is assumed",
      "got": "nobody-at-all",
      "expected": "a clientKey that listUser shows",
      "nearest": null,
      "hints": [
        "POST /__admin/rooms/{roomId}/users lets somebody into the room, as the chat engine would"
      ],
      "curl": "curl 'http://127.0.0.1:4280/openapi/v1/users/Room000001-AbCdEfGhIj-20260131120000' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\""
    }
    "#);
}

#[tokio::test]
async fn reserved_messages_that_are_nearly_there() {
    let mock = Mock::fixture(FIXTURE);
    let alice = mock.alice();
    let cancel = async |id: &str| alice.delete(&format!("/openapi/v1/custom/{ROOM}/{id}")).await;
    let near = cancel("abcdefghij012345678").await;
    assert_hint(&mock, &near, "the nearest scheduleId of this room is abcdefghij0123456789");
    let none = cancel("none").await;
    assert_hint(&mock, &none, "a scheduleId must be 20 letters or digits");
    assert_eq!(explanation(&mock, &none).curl, None);
    corrected(&mock, &near, "alice-key", "t").await;
}

#[tokio::test]
async fn dates_that_people_write() {
    let mock = Mock::fixture(FIXTURE);
    for (sent, meant) in [
        ("2026-02-01 09:30:15", "20260201093015"),
        ("2026-02-01T09:30", "20260201093000"),
        ("2026-02-01T00:30:15Z", "20260201093015"),
        ("2026-02-01T09:30:15.250%2B09:00", "20260201093015"),
        ("202602010930", "20260201093000"),
    ] {
        let form = format!("jsonString={{}}&nickName=a&sendDate={sent}");
        let reply = mock.alice().post(&format!("/openapi/v1/custom/{ROOM}"), &form).await;
        assert_eq!(reply.codes(), "400 400", "{sent}");
        assert_hint(&mock, &reply, &format!("a date has 14 digits: sendDate={meant}"));
        let answer = corrected(&mock, &reply, "alice-key", "t").await;
        assert!(answer.json()["data"]["scheduleId"].is_string(), "{answer}");
    }
}

/// Whatever was wrong, the corrected call succeeds.
#[tokio::test]
async fn corrected_calls_succeed() {
    let mock = Mock::fixture(FIXTURE);
    let (alice, stranger) = (mock.alice(), mock.stranger());
    let in_room = |rest: &str| format!("/openapi/v1/{}", rest.replace("ROOM", ROOM));
    let long = "n".repeat(200);
    let calls = [
        (&stranger, "GET", in_room("users/ROOM"), None, String::new()),
        (&stranger, "POST", in_room("exiles/ROOM/alice@example.com"), None, String::new()),
        (&alice, "GET", in_room("users/Room000001"), None, String::new()),
        (&alice, "GET", in_room("exiles/nowhere"), None, String::new()),
        (&alice, "POST", in_room("mute/nowhere/alice"), None, String::new()),
        (&alice, "POST", in_room("mute/Room000001-AbCdEf/Alice"), None, String::new()),
        (&alice, "PATCH", in_room("mute/ROOM/Alice"), None, String::new()),
        (&alice, "GET", in_room("exiles/ROOM/somebody"), None, String::new()),
        (&alice, "POST", in_room("notice/ROOM"), None, String::new()),
        (&alice, "PUT", in_room("notice/ROOM"), Some(FORM), format!("nickName={long}&message=hello")),
        (&alice, "POST", in_room("notice/ROOM"), Some("application/json"), r#"{"nickName": "Admin", "notice": "hello"}"#.to_owned()),
        (&alice, "POST", in_room("notices/ROOM"), Some(FORM), "nickName=Admin&notice=hello".to_owned()),
        (&alice, "POST", in_room("custom/ROOM"), Some(FORM), "jsonString={nothing}&sendDate=20200101000000".to_owned()),
        (&alice, "POST", in_room("custom/ROOM"), Some(FORM), "jsonString={}&nickName=a&sendDate=20200101000000".to_owned()),
        (&alice, "POST", in_room("whisper/ROOM/Alice"), Some(FORM), "message=hi&nickName=a".to_owned()),
        (&alice, "POST", in_room("whisper/ROOM/eve@example.org"), Some(FORM), "message=hi&nickName=a".to_owned()),
        (&alice, "POST", in_room("whisper/ROOM/alice@example.com"), Some(FORM), String::new()),
    ];
    for (caller, method, path, content_type, body) in &calls {
        let reply = caller.send(method, path, *content_type, body.clone()).await;
        assert_ne!(reply.status, 200, "{method} {path}");
        corrected(&mock, &reply, "alice-key", "t").await;
    }
}

/// The corrected call does not do what nobody meant: undoing is no doing, a message for later does not go out now, and a whisper
/// for one who was exiled goes to nobody else.
#[tokio::test]
async fn corrected_calls_do_no_harm() {
    let mock = Mock::fixture(FIXTURE);
    let alice = mock.alice();
    let curl = |reply: &crate::mock::Reply| explanation(&mock, reply).curl.unwrap();
    // Nothing is known of the rooms of an account that is not there yet.
    alice.list().await;
    let undo = alice.delete(&format!("/openapi/v1/exiles/{ROOM}/eve@example.org")).await;
    assert!(curl(&undo).starts_with("curl -X PUT "), "{}", curl(&undo));
    let long = format!("/openapi/v1/mute/{ROOM}/{}", "%ED%95%9C".repeat(30));
    assert!(curl(&alice.send("PATCH", &long, None, "").await).contains("/openapi/v1/users/"), "nobody has such a long name");
    for date in ["20200101000000", "tomorrow", "20260230000000"] {
        let reply = alice.post(&format!("/openapi/v1/custom/{ROOM}"), &format!("jsonString={{}}&nickName=a&sendDate={date}")).await;
        assert!(curl(&reply).contains("'sendDate=20260131130000'"), "{}", curl(&reply));
        assert!(corrected(&mock, &reply, "alice-key", "t").await.json()["data"]["scheduleId"].is_string());
    }
    let exiled = alice.post(&format!("/openapi/v1/whisper/{ROOM}/eve@example.org"), "message=hi&nickName=a").await;
    assert_hint(&mock, &exiled, "the user was exiled: unexileUser, and then the user has to come in again");
    assert!(curl(&exiled).contains("/openapi/v1/users/"), "{}", curl(&exiled));
}
