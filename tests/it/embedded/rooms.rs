//! Rooms through the handle: made, patched, exported and put back.

use vchatcloud_mock::{Error, MockServer, Resolution, Room, RoomSpec, RoomStatus, RoomType, RoomUpdate, Template, YesNo};

use super::{ROOMS, get};

#[tokio::test]
async fn a_room_that_was_made_is_read_back() {
    let server = MockServer::builder().seed(1).start().await.unwrap();
    let account = server.account("suite");
    let made = account.create_room(RoomSpec::named("회의").max_user(7).join_count(3)).await.unwrap();
    assert_eq!((made.room_name.as_str(), made.max_user.get(), made.join_count.get()), ("회의", 7, 3));
    assert_eq!(account.rooms().await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(server.account("other").rooms().await.unwrap(), []);
    let (_, body) = get(&server, "suite", &format!("{ROOMS}/{}", made.room_id)).await.unwrap();
    assert!(body.contains(r#""roomName":"회의""#) && body.contains(r#""maxUser":"7""#), "{body}");
    account.reset().await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), []);
}

/// Every field that there is can be said, and is as it was said.
#[tokio::test]
async fn every_field_is_read_back() {
    let spec = RoomSpec::named("회의")
        .room_id("AAAAAAAAAA-0000000000-20220101000000".parse().unwrap())
        .max_user(7)
        .room_type(RoomType::Metaverse)
        .webrtc(9)
        .webrtc_stat(YesNo::Yes)
        .resolution(Resolution::FullHigh)
        .template(Template::Seminar)
        .g_trans_stat(YesNo::Yes)
        .g_api_key("a google key")
        .room_status(RoomStatus::Pending)
        .start_dt("2026-01-30T15:00:00Z".parse().unwrap())
        .end_dt("2026-01-31T15:00:00Z".parse().unwrap())
        .message_count(1)
        .join_count(2)
        .current_user_count(3)
        .is_possible_dup(true);
    let said = spec.json();
    let said = said.as_object().unwrap();
    for field in Room::FIELDS {
        assert!(said.contains_key(*field), "nobody said {field}");
    }
    let server = MockServer::start().await.unwrap();
    let account = server.account("suite");
    let made = account.create_room(spec).await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), std::slice::from_ref(&made));
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, value) in made.shown() {
        assert_eq!(value, text(&said[name]), "{name}");
    }
    assert_eq!(made.start_dt.to_string(), "20260131000000");
}

#[tokio::test]
async fn a_room_is_patched() {
    let server = MockServer::builder().clock("frozen:2026-01-31T12:00:00+09:00".parse().unwrap()).start().await.unwrap();
    let account = server.account("suite");
    let room = account.create_room("Lobby").await.unwrap();
    let whole = RoomUpdate::default()
        .message_count(5)
        .join_count(6)
        .current_user_count(7)
        .is_possible_dup(true)
        .room_status(RoomStatus::Pending)
        .start_dt("2026-01-31T00:00:00Z".parse().unwrap())
        .end_dt("2026-02-01T00:00:00Z".parse().unwrap());
    account.update_room(room.room_id, whole).await.unwrap();
    let changes = RoomUpdate::default().message_count_by(10).join_count_by(-1).current_user_count_by(0);
    let patched = account.update_room(room.room_id, changes).await.unwrap();
    let fields = patched.differences(&room).into_iter().map(|field| {
        let (name, value) = &patched.shown()[field];
        format!("{name} {value}")
    });
    insta::assert_snapshot!(fields.collect::<Vec<_>>().join("\n"), @"
    messageCount 15
    joinCount 5
    endDt 20260201090000
    isPossibleDup true
    roomStatus pending
    startDt 20260131090000
    currentUserCount 7
    ");
    let error = account.update_room(room.room_id, RoomUpdate::default().join_count_by(-6)).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"joinCount: must stay 0 to 2147483647, is 5, got "-6"; nothing was changed (bad_request, 400)"#);
    assert_eq!(account.rooms().await.unwrap(), [patched]);
}

#[tokio::test]
async fn a_state_is_exported_and_put_back() {
    let server = MockServer::builder().demo().start().await.unwrap();
    let account = server.account("demo-key");
    let (state, rooms) = (account.state().await.unwrap(), account.rooms().await.unwrap());
    assert!(!rooms.is_empty());
    account.create_room("another").await.unwrap();
    account.restore(&state).await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), rooms);
    // The state of one server is the fixture of another, and the state of all.
    let other = MockServer::builder().fixtures_json(state.clone()).start().await.unwrap();
    assert_eq!(other.account("demo-key").rooms().await.unwrap(), rooms);
    let full = MockServer::start().await.unwrap();
    full.account("gone").create_room("Lobby").await.unwrap();
    full.all_accounts().restore(&state).await.unwrap();
    assert_eq!(full.all_accounts().rooms().await.unwrap(), rooms);

    let error = account.restore(r#"{"acounts": []}"#).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { code, .. } if code == "bad_body"));
    insta::assert_snapshot!(error, @r#"body:1:2: unknown member "acounts" of a fixture, did you mean "accounts"; send a fixture file, such as an answer of GET state; `vchatcloud-mock check` says the same of a file (bad_body, 400)"#);
}

/// What is about one account cannot be guessed when there are more.
#[tokio::test]
async fn all_accounts_at_once() {
    let server = MockServer::start().await.unwrap();
    let all = server.all_accounts();
    assert_eq!((all.key(), server.account("suite").key()), (None, Some("suite")));
    insta::assert_snapshot!(all.create_room("Lobby").await.unwrap_err(), @"apiKey: missing, and there is no account yet; name one with ?apiKey=K (bad_request, 400)");
    server.account("one").create_room("Lobby").await.unwrap();
    all.create_room("Lobby 2").await.unwrap();
    server.account("two").create_room("Lobby 3").await.unwrap();
    insta::assert_snapshot!(all.create_room("Lobby").await.unwrap_err(), @"apiKey: missing, and there are the accounts one, two; name one with ?apiKey=K, or say ?all=true where the call can be about all (bad_request, 400)");
    let names: Vec<String> = all.rooms().await.unwrap().iter().map(|room| room.room_name.to_string()).collect();
    assert_eq!(names, ["Lobby", "Lobby 2", "Lobby 3"]);
    let nowhere = "0000000000-0000000000-20220101000000".parse().unwrap();
    let error = server.account("one").update_room(nowhere, RoomUpdate::default()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { status: 404, code, .. } if code == "unknown_room"));
    all.reset().await.unwrap();
    assert_eq!(all.rooms().await.unwrap(), []);
}
