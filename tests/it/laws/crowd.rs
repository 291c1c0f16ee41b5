//! Many at once in one room, and more messages than are kept.

use std::thread;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use vchatcloud_mock::chat::{self, Chat};
use vchatcloud_mock::domain::cause;
use vchatcloud_mock::domain::message::Message;

use super::model::{Cause, Refusal, Room, Version, new_room};
use super::people::{LISTS, Person};
use crate::mock::{Mock, NO_ROOM as ROOM};

const THREADS: usize = 8;
const NOW: &str = "20260131120000";

/// What one of the crowd does, who is alone of that clientKey.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Join,
    Leave,
    Exile,
    Unexile,
    Mute,
    Unmute,
    Notice,
    Whisper,
    Reserve,
    /// The last that was reserved.
    Cancel,
}

fn deed() -> impl Strategy<Value = Deed> {
    use Deed::{Cancel, Exile, Join, Leave, Mute, Notice, Reserve, Unexile, Unmute, Whisper};
    prop::sample::select(vec![Join, Join, Join, Leave, Exile, Unexile, Mute, Unmute, Notice, Notice, Whisper, Reserve, Reserve, Cancel])
}

/// A room that takes so many, and each of them more than once.
fn mock(max_user: usize) -> Mock {
    Mock::fixture(&json!({"default": {"rooms": [{"roomId": ROOM, "maxUser": max_user.to_string(), "isPossibleDup": "true"}]}}).to_string())
}

fn each_at_once<T: Send>(act: impl AsyncFn(usize) -> T + Sync) -> Vec<T> {
    let alone = |who| Builder::new_current_thread().enable_all().build().unwrap().block_on(act(who));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|who| scope.spawn(move || alone(who))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// What one of the crowd does, and the room as it would be if nobody else had been there. Every answer is held against it.
async fn live(mock: &Mock, who: usize, deeds: &[Deed]) -> Room {
    let alice = mock.alice();
    let form = vec![("maxUser", "1000".to_owned()), ("roomName", "x".to_owned())];
    let mut room = Room::new(new_room(Version::V1, &form, NOW).unwrap(), Cause::FIXTURE);
    room.fields.insert("isPossibleDup", "true".to_owned());
    let key = format!("user-{who}");
    let (moment, by) = ("2026-01-31T03:00:00Z".parse().unwrap(), Cause::FIXTURE);
    for (place, deed) in deeds.iter().enumerate() {
        let text = format!("{who} {place}");
        let status = |done: Result<(), Refusal>| done.map_or_else(|Refusal(status, ..)| status, |()| 200);
        let (reply, expected) = match deed {
            Deed::Join => {
                let person = Person { client_key: key.clone(), nick_name: text, grade: "user".to_owned() };
                let body = json!(person).to_string();
                let reply = mock.admin("POST", &format!("rooms/{ROOM}/users?apiKey=alice-key"), &body).await;
                (reply, room.join(&person, NOW, by).map_or_else(|(status, _)| status, |()| 201))
            }
            Deed::Leave => {
                let reply = mock.admin("DELETE", &format!("rooms/{ROOM}/users?apiKey=alice-key&clientKey={key}"), "").await;
                (reply, if room.leave(Some(&key), by) > 0 { 200 } else { 404 })
            }
            Deed::Exile | Deed::Mute => {
                let (list, path) = if matches!(deed, Deed::Exile) { ("exiles", "exiles") } else { ("mutes", "mute") };
                let reply = alice.send("POST", &format!("/openapi/v1/{path}/{ROOM}/{key}"), None, "").await;
                (reply, status(room.enlist(list, &key, by)))
            }
            Deed::Unexile | Deed::Unmute => {
                let (list, path) = if matches!(deed, Deed::Unexile) { ("exiles", "exiles") } else { ("mutes", "mute") };
                room.delist(list, &key, by);
                (alice.send("PUT", &format!("/openapi/v1/{path}/{ROOM}/{key}"), None, "").await, 200)
            }
            Deed::Notice => {
                room.send("notice", moment, &[("nickName", "n"), ("notice", &text)], by);
                (alice.post(&format!("/openapi/v1/notice/{ROOM}"), &format!("nickName=n&notice={text}")).await, 200)
            }
            Deed::Whisper => {
                let is_in = room.has("users", &key);
                if is_in {
                    room.send("whisper", moment, &[("clientKey", &key), ("nickName", "n"), ("message", &text)], by);
                }
                let reply = alice.post(&format!("/openapi/v1/whisper/{ROOM}/{key}"), &format!("nickName=n&message={text}")).await;
                (reply, if is_in { 200 } else { 404 })
            }
            Deed::Reserve => {
                let date = format!("202601311300{place:02}");
                let form = format!("nickName=n&jsonString=[{who},{place}]&sendDate={date}");
                let reply = alice.post(&format!("/openapi/v1/custom/{ROOM}"), &form).await;
                let id = reply.json()["data"]["scheduleId"].as_str().unwrap().to_owned();
                room.reserve(id, &date, "n", &format!("[{who},{place}]"), by);
                (reply, 200)
            }
            Deed::Cancel => {
                let id = room.reserved.last().map_or("none".to_owned(), |reserved| reserved.id.clone());
                let reply = alice.delete(&format!("/openapi/v1/custom/{ROOM}/{id}")).await;
                (reply, if room.cancel(&id) { 200 } else { 400 })
            }
        };
        assert_eq!(reply.status, expected, "{deed:?}: {reply}");
    }
    room
}

/// The elements without their order, which is anybody's.
fn sorted(list: &Value) -> Vec<String> {
    let mut elements: Vec<String> = list.as_array().into_iter().flatten().map(Value::to_string).collect();
    elements.sort();
    elements
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever many do at once, nothing of it is lost or counted twice.
    #[test]
    fn a_crowd_loses_nothing(deeds in prop::collection::vec(prop::collection::vec(deed(), 0..12), THREADS)) {
        let mock = mock(1000);
        let mut lives = each_at_once(async |who| live(&mock, who, &deeds[who]).await);
        let seen = |mock: &Mock| {
            let seen = async || mock.admin("GET", "state", "").await.json()["accounts"][0]["rooms"][0].clone();
            Runtime::new().unwrap().block_on(seen())
        };
        for is_over in [false, true] {
            if is_over {
                Runtime::new().unwrap().block_on(mock.admin("POST", "clock/advance?all=true", r#"{"by":"2h"}"#));
                for room in &mut lives {
                    room.settle("20260131140000");
                }
            }
            let room = seen(&mock);
            if room.is_null() {
                // Nobody did anything, so that nobody is there.
                prop_assert!(deeds.iter().all(Vec::is_empty));
                break;
            }
            for count in ["joinCount", "currentUserCount", "messageCount"] {
                prop_assert_eq!(&room[count], &lives.iter().map(|room| room.count(count)).sum::<u64>().to_string(), "{}", count);
            }
            let all = |part: &dyn Fn(&Room) -> Value| -> Value {
                lives.iter().flat_map(|room| part(room).as_array().cloned().unwrap_or_default()).collect()
            };
            for list in LISTS.into_iter().chain(["messages", "reserved"]) {
                prop_assert_eq!(sorted(&room[list]), sorted(&all(&|room| room.state()[list].clone())), "{}", list);
            }
        }
    }

    /// A room takes no more than it has places, however many come at once.
    #[test]
    fn a_crowd_does_not_overfill(places in 1..12_usize) {
        let mock = mock(places);
        let came = each_at_once(async |who| {
            let mut came = 0;
            for place in 0..2 {
                let body = json!({ "clientKey": format!("{who} {place}") }).to_string();
                let reply = mock.admin("POST", &format!("rooms/{ROOM}/users?apiKey=alice-key"), &body).await;
                assert!([201, 409].contains(&reply.status.as_u16()), "{reply}");
                came += usize::from(reply.status == 201);
            }
            came
        });
        prop_assert_eq!(came.into_iter().sum::<usize>(), places);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The newest messages are kept that fit into two limits, and the others are counted.
    #[test]
    fn messages_are_bounded(sizes in prop_oneof![
        prop::collection::vec(1..10_usize, 990..1020),
        prop::collection::vec(prop_oneof![1..20_usize, 100_000..400_000_usize, Just(1_100_000)], 0..12),
    ]) {
        let mut chat = Chat::default();
        let mut kept: Vec<usize> = Vec::new();
        for size in &sizes {
            let nick_name = "n".parse().unwrap();
            let json_string = json!("x".repeat(*size)).to_string().parse().unwrap();
            let message = Message::Custom { nick_name, json_string };
            chat.send(chat::Sent { at: "2026-01-31T03:00:00Z".parse().unwrap(), message, schedule_id: None, cause: cause::Cause::Program });
            // The name, and two quotation marks.
            kept.push(size + 3);
            while kept.len() > 1000 || kept.iter().sum::<usize>() > 1024 * 1024 && kept.len() > 1 {
                kept.remove(0);
            }
        }
        let texts: Vec<usize> = chat.sent().map(|sent| sent.message.parts().1.len() + 1).collect();
        prop_assert_eq!((texts, chat.evicted()), (kept.clone(), (sizes.len() - kept.len()) as u64));
    }
}

/// Every one that goes out is counted, and what is kept comes in again.
#[tokio::test]
async fn a_full_room_goes_out_and_comes_in() {
    let sent = json!({ "kind": "notice", "at": "2026-01-01T00:00:00Z", "nickName": "n", "notice": "old" });
    let room = |count| json!({"default": {"rooms": [{"roomId": ROOM, "messages": vec![sent.clone(); count]}]}}).to_string();
    let mock = Mock::fixture(&room(999));
    for notice in ["1000", "1001", "1002"] {
        mock.alice().post(&format!("/openapi/v1/notice/{ROOM}"), &format!("nickName=n&notice={notice}")).await;
    }
    let shown = async || mock.admin("GET", &format!("rooms/{ROOM}/messages?apiKey=alice-key"), "").await.json();
    let kept =
        |shown: &Value| (shown["messages"].as_array().unwrap().len(), shown["messages"][999]["notice"].clone(), shown["evicted"].clone());
    assert_eq!(kept(&shown().await), (1000, json!("1002"), json!(2)));
    assert_eq!(mock.alice().field(ROOM, "messageCount").await, "1002");
    let state = mock.admin("GET", "state", "").await.body;
    assert_eq!(mock.admin("PUT", "state?all=true", &state).await.status, 200);
    assert_eq!(kept(&shown().await), (1000, json!("1002"), json!(0)));
    assert_eq!(mock.admin("GET", "state", "").await.body, state);
    let refused = mock.admin("PUT", "state?apiKey=alice-key", &room(1001)).await;
    assert_eq!(refused.status, 400, "{refused}");
}
