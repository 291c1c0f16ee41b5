//! Who is in rooms and what was sent into them, through the handle: a test lets people in and out, and looks at what the client said.

use std::time::Duration;

use vchatcloud_mock::client::{Due, DueEvent, MessageContent};
use vchatcloud_mock::{
    Account, Condition, Error, Expectation, Grade, MockServer, Operation, Room, RoomId, RoomSpec, RoomUpdate, User, UserSpec,
};

use crate::process::{FREE, Process};

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob & sons/밥@example.com";

/// Calls the emulated API as a client does; the body of a success.
async fn call(server: &MockServer, method: &str, path: &str, form: &[(&str, &str)]) -> String {
    let url = format!("{}/openapi/v1/{path}", server.url());
    let request = reqwest::Client::new().request(method.parse().unwrap(), url).header("API_KEY", "suite").header("X-AUTH-TOKEN", "any");
    let answer = request.form(form).send().await.unwrap().error_for_status().unwrap();
    answer.text().await.unwrap()
}

/// A room in an account whose clock stands still.
async fn suite(room: impl Into<RoomSpec>) -> (MockServer, Account, Room) {
    let server = MockServer::builder().clock("frozen:2026-01-31T12:00:00+09:00".parse().unwrap()).start().await.unwrap();
    let account = server.account("suite");
    let room = account.create_room(room).await.unwrap();
    (server, account, room)
}

fn names(list: &[User]) -> Vec<&str> {
    list.iter().map(|user| user.client_key.as_str()).collect()
}

#[tokio::test]
async fn people_come_and_go() {
    let (_server, account, Room { room_id, .. }) = suite("Lobby").await;
    account.join(room_id, UserSpec::named(ALICE).nick_name("Alice").grade(Grade::Manager)).await.unwrap();
    let room = account.join(room_id, BOB.to_owned()).await.unwrap();
    assert_eq!((room.join_count.get(), room.current_user_count.get()), (2, 2));
    let people = account.people(room_id).await.unwrap();
    assert_eq!((names(people.users()), people.exiles(), people.mutes()), (vec![ALICE, BOB], &[][..], &[][..]));
    let User { nick_name, grade, .. } = &people.users()[0];
    assert_eq!((nick_name.as_str(), *grade), ("Alice", Grade::Manager));
    // What was not said of somebody.
    let User { nick_name, grade, .. } = &people.users()[1];
    assert_eq!((nick_name.as_str(), *grade), (BOB, Grade::User));
    // The room knows them too, and a change of something else keeps them.
    assert_eq!(room.people, people);
    let room = account.update_room(room_id, RoomUpdate::default().message_count(1)).await.unwrap();
    assert_eq!(room.people, people);
    assert_eq!(account.rooms().await.unwrap(), [room]);

    let room = account.leave(room_id, BOB).await.unwrap();
    assert_eq!((names(room.people.users()), room.join_count.get(), room.current_user_count.get()), (vec![ALICE], 2, 1));
    account.join(room_id, "carol").await.unwrap();
    // Whoever is only counted stays.
    account.update_room(room_id, RoomUpdate::default().current_user_count_by(5)).await.unwrap();
    let room = account.leave_all(room_id).await.unwrap();
    assert_eq!((room.people.users(), room.join_count.get(), room.current_user_count.get()), (&[][..], 3, 5));
    assert_eq!(account.people(room_id).await.unwrap(), room.people);
    assert_eq!(account.rooms().await.unwrap(), [room]);
}

/// What is made, what is read, and what is exported and put back are the same room.
#[tokio::test]
async fn a_room_is_made_with_people() {
    let spec = RoomSpec::named("Lobby").user(ALICE).user(UserSpec::named(BOB).nick_name("Bob")).exile("carol").mute("dave").mute(BOB);
    let (_server, account, made) = suite(spec).await;
    assert_eq!((made.join_count.get(), made.current_user_count.get()), (2, 2));
    let people = account.people(made.room_id).await.unwrap();
    assert_eq!([people.users(), people.exiles(), people.mutes()].map(names), [vec![ALICE, BOB], vec!["carol"], vec!["dave", BOB]]);
    assert_eq!(made.people, people);
    assert_eq!(account.rooms().await.unwrap(), std::slice::from_ref(&made));
    let state = account.state().await.unwrap();
    account.reset().await.unwrap();
    account.restore(&state).await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), [made]);
    let error = account.create_room(RoomSpec::named("Lobby").user(ALICE).exile(ALICE).join_count(0)).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"body:1:1: joinCount: must be at least the number of users in the room, 1, got "0"; body:1:30: clientKey: is in exiles, so it cannot be in users, got "alice@example.com"; send a room as a fixture has it, such as {"roomName": "Lobby"} (bad_body, 400)"#);
}

#[tokio::test]
async fn who_does_not_get_in_is_told_why() {
    let end = "2026-01-31T04:00:00Z".parse().unwrap();
    let (_server, account, Room { room_id, .. }) =
        suite(RoomSpec::named("Lobby").max_user(2).end_dt(end).user(ALICE).exile("mallory")).await;
    let refused = async |user: UserSpec| account.join(room_id, user).await.unwrap_err().to_string();
    let mut told = vec![refused(ALICE.into()).await, refused("mallory".into()).await];
    account.join(room_id, BOB).await.unwrap();
    told.push(refused("carol".into()).await);
    account.clock().advance(Duration::from_hours(1)).await.unwrap();
    told.push(refused("carol".into()).await);
    told.push(refused(UserSpec::named("").nick_name(&"x".repeat(51))).await);
    // Nobody is no word for everybody.
    for nobody in ["carol", "mallory", ""] {
        told.push(account.leave(room_id, nobody).await.unwrap_err().to_string());
    }
    let nowhere: RoomId = "0000000000-0000000000-20220101000000".parse().unwrap();
    told.push(account.people(nowhere).await.unwrap_err().to_string());
    told.push(account.messages(nowhere).await.unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @r#"
    clientKey: is in the room already, and isPossibleDup is false; let the user leave first, or PATCH the room with isPossibleDup true (user_is_in, 409)
    clientKey: was exiled from the room; the chat engine's result code is 10106 CHANNEL_USER_BANED; call unexileUser first (user_exiled, 403)
    maxUser: the room takes 2, and has 2; the chat engine's result code is 10101 USER_LIMIT_EXCEEDED; let somebody leave first, or raise maxUser by modifyRoom (room_full, 409)
    endDt: the room has ended, got "20260131130000"; the chat engine's result code is 10104 CHANNEL_AFTER_CLOSED; PATCH the room with a later endDt (room_ended, 409)
    body:1:14: clientKey: must be 1 to 100 characters, has 0, got ""; body:1:28: nickName: must be 1 to 50 characters, has 51, got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; send a user such as {"clientKey": "alice@example.com", "nickName": "Alice"} (bad_body, 400)
    clientKey: nobody of that clientKey is in the room; GET rooms/{roomId}/users shows who is (unknown_user, 404)
    clientKey: nobody of that clientKey is in the room; GET rooms/{roomId}/users shows who is (unknown_user, 404)
    clientKey: must be 1 to 100 characters, has 0, got ""; name who leaves, as GET rooms/{roomId}/users shows it; without clientKey everybody leaves (bad_request, 400)
    roomId: the account has no such room; GET state shows the rooms there are (unknown_room, 404)
    roomId: the account has no such room; GET state shows the rooms there are (unknown_room, 404)
    "#);
    let error = account.leave(room_id, "carol").await.unwrap_err();
    assert!(matches!(&error, Error::Refused { status: 404, code, .. } if code == "unknown_user"), "{error}");
    assert_eq!(names(account.people(room_id).await.unwrap().users()), [ALICE, BOB]);
    // Who may come twice is there as often, and leaves with every connection.
    let room = account.create_room(RoomSpec::named("Twice").is_possible_dup(true).user(ALICE).user(ALICE)).await.unwrap();
    let room = account.join(room.room_id, ALICE).await.unwrap();
    assert_eq!((names(room.people.users()), room.current_user_count.get()), (vec![ALICE; 3], 3));
    assert_eq!(account.leave(room.room_id, ALICE).await.unwrap().current_user_count.get(), 0);
}

/// What a client does to people a test sees, and verifies by whom it was done to.
#[tokio::test]
async fn a_client_exiles_and_mutes() {
    let (server, account, Room { room_id, .. }) = suite(RoomSpec::named("Lobby").user(ALICE).user(BOB)).await;
    account.mark().await.unwrap();
    call(&server, "POST", &format!("exiles/{room_id}/{ALICE}"), &[]).await;
    call(&server, "POST", &format!("mute/{room_id}/bob%20%26%20sons%2F%EB%B0%A5@example.com"), &[]).await;
    let people = account.people(room_id).await.unwrap();
    assert_eq!([people.users(), people.exiles(), people.mutes()].map(names), [vec![BOB], vec![ALICE], vec![BOB]]);
    account.verify(Expectation::of(Operation::ExileUser).with("clientKey", ALICE).result_cd(1).times(1)).await.unwrap();
    account.verify(Expectation::of(Operation::MuteUser).with("clientKey", BOB).in_room(room_id)).await.unwrap();
    let unmet = account.verify(Expectation::of(Operation::ExileUser).with("clientKey", Condition::contains("bob"))).await.unwrap_err();
    insta::assert_snapshot!(unmet, @r#"
    verification failed
      exileUser where clientKey contains "bob": expected at least 1, got 0
        #3 clientKey: expected to contain "bob", got "alice@example.com"
        #4 operation: expected exileUser, got muteUser
    "#);
    let diff = account.diff().await.unwrap();
    let fields: Vec<&str> = diff[0].changed[0].fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["currentUserCount", "users", "exiles", "mutes"]);

    assert!(account.join(room_id, ALICE).await.is_err());
    call(&server, "PUT", &format!("exiles/{room_id}/{ALICE}"), &[]).await;
    assert_eq!(names(account.join(room_id, ALICE).await.unwrap().people.users()), [BOB, ALICE]);
}

#[tokio::test]
async fn messages_of_a_client_are_seen() {
    let (server, account, Room { room_id, .. }) = suite(RoomSpec::named("Lobby").user(ALICE)).await;
    let none = account.messages(room_id).await.unwrap();
    assert_eq!((none.sent, none.reserved, none.evicted), (vec![], vec![], 0));
    call(&server, "POST", &format!("notice/{room_id}"), &[("nickName", "관리자"), ("notice", "점검합니다")]).await;
    call(&server, "POST", &format!("custom/{room_id}"), &[("nickName", "bot"), ("jsonString", r#"{"a": [1]}"#)]).await;
    call(&server, "POST", &format!("whisper/{room_id}/{ALICE}"), &[("nickName", "bot"), ("message", "쉿")]).await;
    let messages = account.messages(room_id).await.unwrap();
    let contents: Vec<_> = messages.sent.iter().map(|sent| (sent.nick_name.as_str(), sent.content.clone())).collect();
    let whisper = MessageContent::Whisper { client_key: ALICE.to_owned(), message: "쉿".to_owned() };
    assert_eq!(
        contents,
        [
            ("관리자", MessageContent::Notice { notice: "점검합니다".to_owned() }),
            ("bot", MessageContent::Custom { json_string: r#"{"a": [1]}"#.to_owned(), schedule_id: None }),
            ("bot", whisper),
        ]
    );
    let now = account.clock().now().await.unwrap();
    assert!(messages.sent.iter().all(|sent| sent.at == now));
    let exchanges: Vec<Option<u64>> = account.requests().await.unwrap().iter().map(|exchange| Some(exchange.id)).collect();
    assert_eq!(messages.sent.iter().map(|sent| sent.request).collect::<Vec<_>>(), exchanges);
    // A state keeps what was said, and not by which exchange.
    let state = account.state().await.unwrap();
    account.restore(&state).await.unwrap();
    let restored = account.messages(room_id).await.unwrap();
    assert_eq!(restored.sent[2].content, messages.sent[2].content);
    assert_eq!(restored.sent[2].request, None);
}

#[tokio::test]
async fn a_reserved_message_goes_out_when_its_time_has_come() {
    let (server, account, Room { room_id, .. }) = suite("Lobby").await;
    let form = |date: &'static str| [("nickName", "bot"), ("jsonString", "1"), ("sendDate", date)];
    let answer = call(&server, "POST", &format!("custom/{room_id}"), &form("20260131130000")).await;
    call(&server, "POST", &format!("custom/{room_id}"), &form("20260131150000")).await;
    let reserved = account.messages(room_id).await.unwrap().reserved;
    assert_eq!(reserved.len(), 2);
    let first = &reserved[0];
    assert!(answer.contains(first.schedule_id.as_str()), "{answer}");
    assert_eq!(
        (first.send_date.to_string().as_str(), first.nick_name.as_str(), first.json_string.as_str()),
        ("20260131130000", "bot", "1")
    );

    let moved = account.clock().advance(Duration::from_hours(2)).await.unwrap();
    let due: Vec<_> = moved.due.into_iter().map(|Due { at, what, .. }| (at, what)).collect();
    assert_eq!(due, [(first.send_date.to_utc(), DueEvent::MessageSent { room_id, schedule_id: first.schedule_id })]);
    let messages = account.messages(room_id).await.unwrap();
    assert_eq!(messages.reserved, reserved[1..]);
    let sent = &messages.sent[0];
    let delivered = MessageContent::Custom { json_string: "1".to_owned(), schedule_id: Some(first.schedule_id) };
    assert_eq!((sent.at, &sent.content), (first.send_date.to_utc(), &delivered));
    assert_eq!(sent.request, Some(account.requests().await.unwrap()[0].id));

    call(&server, "DELETE", &format!("custom/{room_id}/{}", reserved[1].schedule_id), &[]).await;
    assert_eq!(account.messages(room_id).await.unwrap().reserved, []);
}

#[tokio::test]
async fn a_handle_on_another_process_is_the_same() {
    let process = Process::start(FREE, &[]);
    let server = MockServer::connect(&process.url).await.unwrap();
    let account = server.account("suite");
    let room_id = account.create_room(RoomSpec::named("Lobby").max_user(1)).await.unwrap().room_id;
    let room = account.join(room_id, UserSpec::named(BOB).nick_name("Bob")).await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), [room]);
    let error = account.join(room_id, ALICE).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { code, .. } if code == "room_full"), "{error}");
    call(&server, "POST", &format!("notice/{room_id}"), &[("nickName", "bot"), ("notice", "hello")]).await;
    let messages = account.messages(room_id).await.unwrap();
    assert_eq!(messages.sent[0].content, MessageContent::Notice { notice: "hello".to_owned() });
    account.leave(room_id, BOB).await.unwrap();
    account.join(room_id, ALICE).await.unwrap();
    account.leave_all(room_id).await.unwrap();
    assert_eq!(account.people(room_id).await.unwrap().users(), []);
}

/// Keys of the vendor's real shape come through whole where a test reads rooms, and masked elsewhere.
#[tokio::test]
async fn credentials_are_masked() {
    let key = "AbCdEf-GhIjKl-MnOpQr-StUvWx-20260131120000";
    let (server, account, room) = suite(RoomSpec::named("Lobby").user(key)).await;
    call(&server, "POST", &format!("notice/{}", room.room_id), &[("nickName", "bot"), ("notice", key)]).await;
    let (people, messages) = (account.people(room.room_id).await.unwrap(), account.messages(room.room_id).await.unwrap());
    let shown = format!("{room:?} {people:?} {messages:?}");
    assert!(shown.contains("Ab-...#") && !shown.contains("GhIjKl"), "{shown}");
    assert_eq!(names(account.rooms().await.unwrap()[0].people.users()), [key]);
    // Who was let in is let out by the same key.
    account.leave(room.room_id, key).await.unwrap();
}
