//! The crate where nothing is awaited.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use vchatcloud_mock::blocking::{Account, AccountClock, MockServer};
use vchatcloud_mock::{Error, Expectation, Fault, Operation, RoomSpec, RoomUpdate, Verification};

use super::own_address;
use crate::process::{FREE, Process};

const _: () = {
    const fn goes_anywhere<T: Send + Sync + 'static>() {}
    goes_anywhere::<(MockServer, Account, AccountClock)>();
};

/// What only the async one has: nobody calls a router without async.
const ONLY_ASYNC: &[&str] = &["router"];

/// The public methods that stand in a text.
fn methods(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub async fn ")));
    lines.map(|line| line.split(['(', '<']).next().unwrap()).collect()
}

/// The parts of a text that begin with a line and end with a `}`.
fn parts<'t>(text: &'t str, first: &str) -> Vec<&'t str> {
    text.split(&format!("\n{first}\n")).skip(1).map(|rest| rest.split_once("\n}").unwrap().0).collect()
}

#[test]
fn every_method_has_a_twin() {
    let blocking = include_str!("../../../src/client/blocking.rs");
    for (name, text) in [
        ("MockServer", include_str!("../../../src/client/mock_server.rs")),
        ("Account", concat!(include_str!("../../../src/client/account.rs"), include_str!("../../../src/client/people.rs"))),
        ("AccountClock", include_str!("../../../src/client/clock.rs")),
    ] {
        let first = format!("impl {name} {{");
        let theirs: BTreeSet<&str> =
            parts(text, &first).into_iter().flat_map(methods).filter(|method| !ONLY_ASYNC.contains(method)).collect();
        let twins = parts(blocking, &format!("twins! {{ {name}"));
        let twins = twins.into_iter().flat_map(str::lines).map(|line| line.trim().split('(').next().unwrap());
        let ours: BTreeSet<&str> = parts(blocking, &first).into_iter().flat_map(methods).chain(twins).collect();
        assert_eq!(ours, theirs, "{name}");
        assert!(theirs.len() > 4, "{name}: {theirs:?}");
        let shown = format!("\nimpl fmt::Display for {name} {{\n");
        assert_eq!(blocking.contains(&shown), text.contains(&shown), "{name}");
    }
}

/// A call of a client that waits on the test's own thread.
fn list(server: &MockServer) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://"))?;
    let keys = "API_KEY: suite\r\nX-AUTH-TOKEN: any";
    write!(stream, "GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{keys}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map(|_| answer)
}

#[test]
fn every_call_is_there_and_waits() {
    let server = MockServer::builder().seed(1).start_blocking().unwrap();
    let account = server.account("suite");
    assert_eq!(account.key(), Some("suite"));
    let room = account.create_room(RoomSpec::named("Lobby").max_user(3)).unwrap();
    assert_eq!(account.rooms().unwrap(), std::slice::from_ref(&room));
    assert!(list(&server).unwrap().contains(r#""roomName":"Lobby""#));
    assert_eq!(account.update_room(room.room_id, RoomUpdate::default().join_count(3)).unwrap().join_count.get(), 3);
    let seats = account.create_room(RoomSpec::named("Seats").max_user(2).user("alice")).unwrap().room_id;
    assert_eq!(account.join(seats, "bob").unwrap().people, account.people(seats).unwrap());
    assert!(matches!(account.join(seats, "carol"), Err(Error::Refused { code, .. }) if code == "room_full"));
    assert_eq!(account.leave(seats, "alice").unwrap().current_user_count.get(), 1);
    assert_eq!(account.leave_all(seats).unwrap().people.users(), []);
    assert_eq!(account.messages(seats).unwrap().sent, []);
    assert_eq!(account.diff().unwrap()[0].added[0].room_id, room.room_id);
    assert!(account.diff_text().unwrap().contains("Lobby"));
    account.mark().unwrap();
    assert_eq!(account.diff().unwrap(), []);

    let rule = account.fault(Fault::reset().times(1)).unwrap();
    assert!(list(&server).is_err());
    assert!(account.faults().unwrap()[0].spent);
    account.remove_fault(rule.id).unwrap();
    account.fault(Fault::bad_gateway()).unwrap();
    account.clear_faults().unwrap();
    assert_eq!(account.faults().unwrap(), []);

    let clock = account.clock();
    let at = clock.freeze("2026-01-31T00:00:00Z".parse().unwrap()).unwrap().now;
    assert_eq!(clock.advance(Duration::from_secs(2)).unwrap().now, at + Duration::from_secs(2));
    assert_eq!(clock.shift(chrono::TimeDelta::seconds(-2)).unwrap().now, clock.now().unwrap());
    clock.set("system".parse().unwrap()).unwrap();
    assert!(clock.now().unwrap() > at);

    assert_eq!(account.requests().unwrap().len(), 2);
    assert_eq!(account.journal().unwrap().evicted, 0);
    assert_eq!(account.to_string(), "account suite");
    assert_eq!(server.https_url(), None);
    assert!(matches!(server.ca_pem(), Err(Error::Refused { .. })));
    account.verify(Expectation::of(Operation::ListRoom).times(2)).unwrap();
    let state = account.state().unwrap();
    account.reset().unwrap();
    assert_eq!(server.all_accounts().rooms().unwrap(), []);
    account.restore(&state).unwrap();
    assert_eq!(account.rooms().unwrap().len(), 2);
    account.expect(Verification::nothing());
    server.stop().unwrap();
}

/// The server answers while the test's thread waits for something else, and a verification waits for the call.
#[test]
fn a_verification_waits_for_another_thread() {
    let server = MockServer::start().unwrap();
    std::thread::scope(|scope| {
        let client = scope.spawn(|| list(&server));
        let called = Verification::from(Expectation::of(Operation::ListRoom)).within(Duration::from_secs(30));
        server.account("suite").verify(called).unwrap();
        assert!(client.join().unwrap().unwrap().starts_with("HTTP/1.1 200"));
    });
}

#[test]
fn an_unmet_expectation_fails_the_test_and_names_its_line() {
    let server = MockServer::builder().host(own_address()).start_blocking().unwrap();
    server.account("suite").expect(Expectation::of(Operation::CreateRoom));
    let place = format!("account suite, expected at {}:{}:", file!(), line!() - 1);
    let address = server.url().trim_start_matches("http://").to_owned();
    let payload = catch_unwind(AssertUnwindSafe(move || drop(server))).unwrap_err();
    let said = payload.downcast_ref::<String>().unwrap();
    assert!(said.starts_with(&place), "{said}");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_server_elsewhere() {
    let process = Process::start(&["--port", "0", "--admin-token", "swordfish"], &[]);
    assert!(matches!(MockServer::connect(&process.url), Err(Error::Refused { status: 401, .. })));
    let server = MockServer::connect_with(&process.url, Some("swordfish".parse().unwrap())).unwrap();
    server.account("suite").create_room("Lobby").unwrap();
    assert_eq!(server.account("suite").rooms().unwrap().len(), 1);
    drop(process);
    assert!(matches!(server.account("suite").rooms(), Err(Error::Unreachable { .. })));
    drop(server);
    let process = Process::start(FREE, &[]);
    MockServer::connect(&process.url).unwrap().stop().unwrap();
}

/// A handle outlives its server, and has what is left of it.
#[test]
fn a_handle_outlives_its_server() {
    let server = MockServer::start().unwrap();
    let account = server.account("suite");
    drop(server);
    account.create_room("Lobby").unwrap();
    assert_eq!(account.rooms().unwrap().len(), 1);
}

#[test]
#[should_panic(expected = "Cannot start a runtime from within a runtime")]
fn async_code_must_not_wait() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { drop(MockServer::start()) });
}
