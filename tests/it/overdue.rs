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
