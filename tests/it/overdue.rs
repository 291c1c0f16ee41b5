//! Messages that were due before anybody looked.

use serde_json::json;

use crate::mock::{Mock, NO_ROOM as ROOM, clock, fixtures};

/// Accounts that start with a message of that time reserved, at a second before noon in Korea.
fn reserved(send_date: &str, mode: &str) -> Mock {
    let reservation = json!({"scheduleId": "ReservedReserved0001", "sendDate": send_date, "nickName": "n", "jsonString": "{}"});
    Mock::with(|settings| {
        settings.fixtures = fixtures(&json!({"default": {"rooms": [{"roomId": ROOM, "reserved": [reservation]}]}}).to_string());
        settings.clock = clock(mode);
    })
}

async fn changed(mock: &Mock) -> String {
    mock.admin("GET", "diff?apiKey=alice-key", "").await.json()["accounts"][0]["changed"].to_string()
}

#[tokio::test]
async fn an_account_to_come_is_shown_as_it_would_be() {
    let mock = reserved("20260131120000", "frozen:2026-01-31T11:59:59+09:00");
    mock.admin("POST", "clock/advance?all=true", r#"{"by":"1s"}"#).await;
    let shown = async || mock.admin("GET", &format!("rooms/{ROOM}/messages?apiKey=alice-key"), "").await.body;
    let before = shown().await;
    mock.alice().list().await;
    assert_eq!(before, shown().await);
    assert!(before.contains(r#""at":"2026-01-31T03:00:00.000Z""#) && before.contains(r#""reserved":[]"#), "{before}");
}

#[tokio::test]
async fn a_mark_brings_an_account_into_being_with_what_was_due() {
    let mock = reserved("20260131120000", "frozen:2026-01-31T12:00:00+09:00");
    mock.admin("POST", "mark?apiKey=alice-key", "").await;
    assert_eq!(changed(&mock).await, "[]");
    assert_eq!(mock.alice().field(ROOM, "messageCount").await, "1");
}

#[tokio::test]
async fn a_mark_comes_after_what_is_due_by_then() {
    let mock = reserved("20260131120000", "start:2026-01-31T11:59:59.900+09:00");
    mock.alice().list().await;
    let alice = "alice-key".parse().unwrap();
    let noon: chrono::DateTime<chrono::Utc> = "2026-01-31T03:00:00Z".parse().unwrap();
    while mock.emulator().now(Some(&alice)) < noon {
        tokio::task::yield_now().await;
    }
    mock.admin("POST", "mark?apiKey=alice-key", "").await;
    assert_eq!(changed(&mock).await, "[]");
    assert_eq!(mock.alice().field(ROOM, "messageCount").await, "1");
}

/// A room that is made with something overdue is shown as everybody will see it.
#[tokio::test]
async fn a_room_that_is_made_beside_the_api_has_sent_what_was_due() {
    let mock = Mock::new();
    let reserved = r#"{"scheduleId": "abcdefghij0123456789", "sendDate": "20260131110000", "nickName": "a", "jsonString": "{}"}"#;
    let made = mock.admin("POST", "rooms?apiKey=alice-key", &format!(r#"{{"reserved": [{reserved}]}}"#)).await.json();
    assert_eq!(made["room"]["messageCount"], "1");
}

/// What a fixture has reserved goes out too: whoever looks sees it, before the account is there and after; whatever its year, a state
/// has it and reads it back; and the diff says where it came from.
#[tokio::test]
async fn what_a_fixture_has_reserved_goes_out() {
    let reserved =
        |id: &str, date: &str| format!(r#"{{"scheduleId": "{id}", "sendDate": "{date}", "nickName": "Admin", "jsonString": "{{}}"}}"#);
    let (old, new) = (reserved("old45678901234567890", "00000101000000"), reserved("new45678901234567890", "20260131120001"));
    let room = format!(r#"{{"roomId": "Room000001-AbCdEfGhIj-20260131120000", "reserved": [{new}, {old}]}}"#);
    let mock = Mock::fixture(&format!(r#"{{"default": {{"rooms": [{room}]}}}}"#));
    let path = "rooms/Room000001-AbCdEfGhIj-20260131120000/messages?apiKey=alice-key";
    let unborn = mock.admin("GET", path, "").await.body;
    assert!(unborn.contains(r#""at":"1970-01-01T00:00:00.000Z""#), "{unborn}");
    mock.alice().list().await;
    assert_eq!(mock.admin("GET", path, "").await.body, unborn);
    assert_eq!(mock.alice().field("Room000001-AbCdEfGhIj-20260131120000", "messageCount").await, "1");

    mock.admin("POST", "mark?apiKey=alice-key", "").await;
    mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "1s"}"#).await;
    let diff = mock.admin("GET", "diff?apiKey=alice-key", "").await.json();
    assert_eq!(diff["accounts"][0]["changed"][0]["fields"][0]["by"], serde_json::json!({ "via": "fixture", "request": null }));
    let state = mock.admin("GET", "state", "").await.body;
    assert_eq!(mock.admin("PUT", "state?all=true", &state).await.status, 200, "{state}");
    assert_eq!(mock.admin("GET", "state", "").await.body, state);
}
