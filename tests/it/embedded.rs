//! The crate as a test uses it: a server in this process, and the handle on its accounts.

use std::time::Duration;

use vchatcloud_mock::domain::operation::Operation;
use vchatcloud_mock::fault::{Fault, Rule};
use vchatcloud_mock::verify::Expectation;
use vchatcloud_mock::{Error, MockServer, RoomSpec};

/// Calls the emulated API over a real socket; the status and the body, or why there was none.
async fn get(server: &MockServer, key: &str, path: &str) -> Result<(u16, String), reqwest::Error> {
    let url = format!("{}/openapi/v2/{path}", server.url());
    let answer = reqwest::Client::new().get(url).header("API_KEY", key).header("X-AUTH-TOKEN", "any").send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test]
async fn a_server_is_up_when_start_returns_and_down_when_it_is_dropped() {
    let server = MockServer::start().await.unwrap();
    let (status, body) = get(&server, "suite", "rooms").await.unwrap();
    assert_eq!((status, body.as_str()), (200, r#"{"result_cd":1,"result_msg":"","list":[]}"#));
    let address = server.url().trim_start_matches("http://").to_owned();
    drop(server);
    assert!(std::net::TcpStream::connect(&address).is_err(), "somebody still listens at {address}");
}

#[tokio::test]
async fn a_room_that_was_made_is_read_back() {
    let server = MockServer::builder().seed(1).start().await.unwrap();
    let account = server.account("suite");
    let made = account.create_room(RoomSpec::named("회의").max_user(7).join_count(3)).await.unwrap();
    assert_eq!((made.room_name.as_str(), made.max_user.get(), made.join_count.get()), ("회의", 7, 3));
    assert_eq!(account.rooms().await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(server.account("other").rooms().await.unwrap(), []);
    let (_, body) = get(&server, "suite", &format!("rooms/{}", made.room_id)).await.unwrap();
    assert!(body.contains(r#""roomName":"회의""#) && body.contains(r#""maxUser":"7""#), "{body}");
    let diff = account.diff().await.unwrap();
    assert_eq!(diff[0].added[0].room_id, made.room_id.to_string());
    account.reset().await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), []);
}

#[tokio::test]
async fn faults_requests_and_verdicts() {
    let server = MockServer::start().await.unwrap();
    let account = server.account("suite");
    account.fault(Rule::from(Fault::reset()).on(Operation::ListRoom).times(1)).await.unwrap();
    assert!(get(&server, "suite", "rooms").await.is_err());
    assert_eq!(get(&server, "suite", "rooms").await.unwrap().0, 200);
    assert_eq!(account.faults().await.unwrap()[0].applied, 1);
    let requests = account.requests().await.unwrap();
    let seen: Vec<_> = requests.iter().map(|exchange| (exchange.operation, exchange.answer.as_ref().map(|answer| answer.status))).collect();
    assert_eq!(seen, [(Some(Operation::ListRoom), None), (Some(Operation::ListRoom), Some(200))]);
    account.verify(Expectation::of(Operation::ListRoom).times(2)).await.unwrap();
    let unmet = account.verify(Expectation::of(Operation::CreateRoom).with("roomName", "QA")).await.unwrap_err();
    insta::assert_snapshot!(unmet, @r#"
    verification failed
      createRoom where roomName is "QA": expected at least 1, got 0
        #3 operation: expected createRoom, got listRoom; roomName: expected to be "QA", got none
        #2 operation: expected createRoom, got listRoom; roomName: expected to be "QA", got none
    "#);
}

#[tokio::test]
async fn clocks_move() {
    let server = MockServer::start().await.unwrap();
    let account = server.account("suite");
    let before = account.clock().now().await.unwrap();
    let moved = account.clock().advance(Duration::from_hours(5)).await.unwrap();
    assert!(moved.now - before >= chrono::TimeDelta::hours(5));
    assert!(account.clock().now().await.unwrap() >= moved.now);
}

#[tokio::test]
async fn refusals_name_what_was_wrong() {
    let server = MockServer::start().await.unwrap();
    let error = server.account("suite").create_room(RoomSpec::named(&"x".repeat(51)).max_user(0)).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 400, .. }));
    insta::assert_snapshot!(error, @r#"body:1:13: roomName: must be 1 to 50 characters, has 51, got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; body:1:77: maxUser: must be decimal digits, 1 to 2147483647, got "0"; send a room as a fixture has it, such as {"roomName": "Lobby"} (bad_body, 400)"#);
    let error = server.account("a,b").rooms().await.unwrap_err();
    insta::assert_snapshot!(error, @r#"apiKey: must be printable ASCII without comma or outer spaces, and not empty, got "a,b"; name one account with ?apiKey=K, or leave it out for all (bad_request, 400)"#);
}

#[tokio::test]
#[should_panic(expected = "account suite: verification failed")]
async fn an_unmet_expectation_fails_the_test_when_the_server_is_dropped() {
    let server = MockServer::start().await.unwrap();
    server.account("suite").expect(Expectation::of(Operation::CreateRoom));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_on_a_server_elsewhere_is_the_same() {
    let elsewhere = MockServer::start().await.unwrap();
    let server = MockServer::connect(elsewhere.url()).await.unwrap();
    let made = server.account("suite").create_room("Lobby").await.unwrap();
    assert_eq!(elsewhere.account("suite").rooms().await.unwrap(), [made]);
    server.account("suite").expect(Expectation::of(Operation::ListRoom).times(0));
}
