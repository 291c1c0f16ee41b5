//! The crate as a test uses it: a server in this process, and the handle on its accounts.

mod blocking;
mod builder;
mod connect;
mod drops;
mod faults;
mod laws;
mod many;
mod people;
mod rooms;

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use vchatcloud_mock::client::{Due, DueEvent, Via};
use vchatcloud_mock::{
    Account, AccountClock, Builder, Condition, Error, Expectation, Fault, Host, LaunchError, MockServer, Operation, RoomSpec, RoomUpdate,
    UnmetExpectations, UserSpec, Verification,
};

/// Calls the emulated API over a real socket; the status and the body, or why there was none.
async fn get(server: &MockServer, key: &str, path: &str) -> Result<(u16, String), reqwest::Error> {
    let url = format!("{}/openapi/{path}", server.url());
    let answer = reqwest::Client::new().get(url).header("API_KEY", key).header("X-AUTH-TOKEN", "any").send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// An address that no other test has, where there is more than one: for those who look whether a port is free again, and who take
/// many.
fn own_address() -> Host {
    static LAST: AtomicU8 = AtomicU8::new(0);
    let own = [127, 0, 1, LAST.fetch_add(1, Ordering::Relaxed) + 1];
    Host::Address(if cfg!(target_os = "linux") { own } else { [127, 0, 0, 1] }.into())
}

const ROOMS: &str = "v2/rooms";

/// Tests keep them in structs, in statics, and move them into tasks.
const _: () = {
    const fn goes_anywhere<T: Send + Sync + 'static>() {}
    const fn is_an_error<T: std::error::Error + Send + Sync + 'static>() {}
    goes_anywhere::<(MockServer, Builder, Account, AccountClock, RoomSpec, RoomUpdate, UserSpec, Fault, Verification)>();
    is_an_error::<Error>();
    is_an_error::<LaunchError>();
    is_an_error::<UnmetExpectations>();
};

#[tokio::test]
async fn every_call_can_be_made_in_a_task() {
    fn can_move(_: &impl Send) {}
    let server = MockServer::start().await.unwrap();
    let (account, clock) = (server.account("suite"), server.account("suite").clock());
    can_move(&MockServer::start());
    can_move(&account.create_room("Lobby"));
    can_move(&account.join("0000000000-0000000000-20220101000000".parse().unwrap(), "alice"));
    can_move(&account.verify(Verification::nothing()));
    can_move(&clock.advance(Duration::ZERO));
    can_move(&server.stop());
}

#[tokio::test]
async fn a_server_is_up_when_start_returns_and_down_when_it_is_dropped() {
    let server = MockServer::builder().host(own_address()).start().await.unwrap();
    let (status, body) = get(&server, "suite", ROOMS).await.unwrap();
    assert_eq!((status, body.as_str()), (200, r#"{"result_cd":1,"result_msg":"","list":[]}"#));
    let address = server.url().trim_start_matches("http://").to_owned();
    drop(server);
    assert!(std::net::TcpStream::connect(&address).is_err(), "somebody still listens at {address}");
}

#[tokio::test]
async fn requests_and_verdicts() {
    let server = MockServer::start().await.unwrap();
    let account = server.account("suite");
    account.fault(Fault::reset().on(Operation::ListRoom).times(1)).await.unwrap();
    assert!(get(&server, "suite", ROOMS).await.is_err());
    assert_eq!(get(&server, "suite", ROOMS).await.unwrap().0, 200);
    let requests = account.requests().await.unwrap();
    let seen: Vec<_> = requests.iter().map(|exchange| (exchange.operation, exchange.answer.as_ref().map(|answer| answer.status))).collect();
    assert_eq!(seen, [(Some(Operation::ListRoom), None), (Some(Operation::ListRoom), Some(200))]);
    assert_eq!(requests[0].faults[0].kind, "reset");
    assert_eq!(requests[1].request.header("API_KEY"), Some("suite"));
    assert_eq!(requests[1].answer.as_ref().unwrap().header("Content-Type"), Some("application/json"));
    account.verify(Expectation::of(Operation::ListRoom).times(2)).await.unwrap();
    // What `unwrap` prints is what is shown.
    let unmet = account.verify(Expectation::of(Operation::CreateRoom).with("roomName", "QA").times(1..=2)).await.unwrap_err();
    insta::assert_debug_snapshot!(unmet, @r#"
    verification failed
      createRoom where roomName is "QA": expected 1 to 2, got 0
        #3 operation: expected createRoom, got listRoom; roomName: expected to be "QA", got none
        #2 operation: expected createRoom, got listRoom; roomName: expected to be "QA", got none
    "#);
}

/// A verdict waits for what is still to come.
#[tokio::test]
async fn a_verification_waits() {
    let server = MockServer::start().await.unwrap();
    let called = Expectation::of(Operation::ListRoom).status(200).result_cd(1);
    let account = server.account("suite");
    let verification = Verification::of([called]).no_other().within(Duration::from_secs(30));
    let (verdict, answer) = tokio::join!(account.verify(verification), get(&server, "suite", ROOMS));
    verdict.unwrap();
    assert_eq!(answer.unwrap().0, 200);
    let error = account.verify(Verification::nothing().within(Duration::from_hours(1))).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"body:1:54: within: must be a duration such as 500ms or 5s, at most 10m, got "1h"; send {"expect": [{"operation": "createRoom", "times": 1}]} (bad_body, 400)"#);
    let regex = Condition::regex("(").unwrap_err();
    insta::assert_snapshot!(regex, @"found open group without closing ')'");
}

#[tokio::test]
async fn clocks_move_and_tell_what_fell_due() {
    let server = MockServer::start().await.unwrap();
    let (account, other) = (server.account("suite"), server.account("other"));
    let clock = account.clock();
    let moved = clock.freeze("2026-01-31T00:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(moved.clock, "frozen:2026-01-31T00:00:00Z".parse().unwrap());
    get(&server, "suite", "token").await.unwrap();
    let room = account.create_room(RoomSpec::named("QA").end_dt("2026-01-31T02:00:00Z".parse().unwrap())).await.unwrap();
    let rule = account.fault(Fault::delay(Duration::ZERO).lasting(Duration::from_hours(1))).await.unwrap();
    assert_eq!(rule.ends.unwrap(), moved.now + Duration::from_hours(1));

    let moved = clock.advance(Duration::from_hours(5) + Duration::from_secs(1)).await.unwrap();
    let due: Vec<DueEvent> = moved.due.into_iter().map(|Due { what, .. }| what).collect();
    let room_ended = DueEvent::RoomEnded { room_id: room.room_id };
    assert_eq!(due, [DueEvent::FaultEnded { fault: rule.id }, room_ended, DueEvent::TokensExpired { tokens: 1 }]);

    let back = clock.shift(chrono::TimeDelta::seconds(-1)).await.unwrap();
    assert_eq!(back.now, clock.now().await.unwrap());
    assert_eq!(back.now, "2026-01-31T05:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    assert_ne!(other.clock().now().await.unwrap(), back.now);
    let noon = "2026-01-31T12:00:00Z".parse().unwrap();
    server.all_accounts().clock().freeze(noon).await.unwrap();
    assert_eq!((clock.now().await.unwrap(), other.clock().now().await.unwrap()), (noon, noon));
}

#[tokio::test]
async fn a_diff_tells_what_did_it() {
    let server = MockServer::builder().seed(1).demo().start().await.unwrap();
    let account = server.account("demo-key");
    assert_eq!(account.diff().await.unwrap(), []);
    let room = account.rooms().await.unwrap().remove(0);
    account.update_room(room.room_id, RoomUpdate::default().join_count_by(2)).await.unwrap();
    let diff = account.diff().await.unwrap();
    let changed = &diff[0].changed[0];
    assert_eq!((changed.room_id, changed.fields[0].field.as_str()), (room.room_id, "joinCount"));
    assert_eq!((changed.fields[0].was.as_str(), changed.fields[0].is.as_str(), changed.fields[0].by.via), ("13", "15", Via::Admin));
    assert!(account.diff_text().await.unwrap().contains(r#"joinCount: "13" → "15""#));
    account.mark().await.unwrap();
    assert_eq!(account.diff().await.unwrap(), []);
    account.reset().await.unwrap();
    assert_eq!(account.rooms().await.unwrap()[0], room);
}

#[tokio::test]
async fn refusals_name_what_was_wrong() {
    let server = MockServer::start().await.unwrap();
    let error = server.account("suite").create_room(RoomSpec::named(&"x".repeat(51)).max_user(0)).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 400, .. }));
    insta::assert_snapshot!(error, @r#"body:1:13: roomName: must be 1 to 50 characters, has 51, got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; body:1:77: maxUser: must be decimal digits, 1 to 2147483647, got "0"; send a room as a fixture has it, such as {"roomName": "Lobby"} (bad_body, 400)"#);
    let error = server.account("a,b").rooms().await.unwrap_err();
    insta::assert_snapshot!(error, @r#"apiKey: must be printable ASCII without comma or outer spaces, and not empty, got "a,b"; name one account with ?apiKey=K, or leave it out for all (bad_request, 400)"#);
    let error = server.account("suite").fault(Fault::status(999)).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"body:1:64: http: must be a whole number, 200 to 599, got "999"; send a rule such as {"match": {"operation": "createRoom"}, "do": {"kind": "reset"}, "times": 1} (bad_body, 400)"#);
}

/// What a failing test prints, and a log, has no credential of the vendor's real shape.
#[tokio::test]
async fn debug_shows_no_credential() {
    let key = "AbCdEf-GhIjKl-MnOpQr-StUvWx-20260131120000";
    let builder = MockServer::builder().admin_token("swordfish".parse().unwrap());
    let builder = builder.fixtures_json(format!(r#"{{"accounts": [{{"apiKey": "{key}", "tokens": ["swordfish"]}}]}}"#));
    let before = format!("{builder:?}");
    let server = builder.start().await.unwrap();
    let account = server.account(key);
    let shown = format!("{before} {server:?} {account:?} {account} {:?} {:?}", account.clock(), server.all_accounts());
    assert!(!shown.contains("swordfish") && !shown.contains("GhIjKl"), "{shown}");
    assert!(shown.contains("Account(account Ab-...#") && shown.contains(server.url()), "{shown}");
    let error = account.create_room(RoomSpec::named(key).max_user(0)).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("GhIjKl"), "{error}");
}
