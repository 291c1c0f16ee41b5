//! What happens when a server stops: by a drop, or gently.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use vchatcloud_mock::{Account, Expectation, Fault, MockServer, Operation, Verification};

use super::{ROOMS, get, own_address};

/// Others look for ports that are free again, and take some.
async fn start_alone() -> MockServer {
    MockServer::builder().host(own_address()).start().await.unwrap()
}

fn single() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn threaded() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn address(server: &MockServer) -> String {
    server.url().trim_start_matches("http://").to_owned()
}

/// What the drop panics with.
fn panic_of(server: MockServer) -> Option<String> {
    panic_in(move || drop(server))
}

fn panic_in(act: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(act)).err()?;
    Some(payload.downcast_ref::<String>().unwrap().clone())
}

fn expect_a_room(server: &MockServer) {
    server.account("suite").expect(Expectation::of(Operation::CreateRoom));
}

#[test]
fn an_unmet_expectation_fails_the_test_and_names_its_line() {
    let runtime = single();
    let server = runtime.block_on(MockServer::start()).unwrap();
    server.account("suite").expect(Expectation::of(Operation::CreateRoom));
    let line = line!() - 1;
    server.all_accounts().expect(Expectation::any().times(..=3));
    server.all_accounts().expect(Expectation::of(Operation::ListRoom).times(1));
    let said = panic_of(server).unwrap().replace(file!(), "FILE").replace(&format!(":{line}:"), ":FIRST:");
    let said = said.replace(&format!(":{}:", line + 3), ":LAST:");
    insta::assert_snapshot!(said, @"
    account suite, expected at FILE:FIRST:29: verification failed
      createRoom: expected at least 1, got 0
      there is no account of this apiKey yet
    all accounts, expected at FILE:LAST:27: verification failed
      listRoom: expected exactly 1, got 0
    ");
}

/// Wherever it is dropped.
#[test]
fn expectations_are_judged_anywhere() {
    for start in [single, threaded] {
        let started = || {
            let runtime = start();
            let server = runtime.block_on(MockServer::start()).unwrap();
            expect_a_room(&server);
            (runtime, server)
        };
        let unmet = |said: Option<String>| assert!(said.is_some_and(|said| said.starts_with("account suite, expected at ")));
        let (runtime, server) = started();
        unmet(runtime.block_on(async { panic_of(server) }));
        let (runtime, server) = started();
        drop(runtime);
        unmet(panic_of(server));
        let (_runtime, server) = started();
        unmet(single().block_on(async { panic_of(server) }));
        let (_runtime, server) = started();
        unmet(threaded().block_on(async { tokio::spawn(async { panic_of(server) }).await.unwrap() }));
        let (_runtime, server) = started();
        unmet(thread::spawn(|| panic_of(server)).join().unwrap());
    }
}

#[tokio::test]
async fn what_was_met_is_quiet() {
    let server = MockServer::start().await.unwrap();
    server.account("suite").expect(Expectation::of(Operation::ListRoom).times(1));
    server.account("suite").expect(Expectation::of(Operation::CreateRoom).times(0));
    get(&server, "suite", ROOMS).await.unwrap();
    assert_eq!(panic_of(server), None);
}

/// A second panic would abort the whole test program.
#[tokio::test]
async fn a_panic_is_left_alone() {
    let server = MockServer::start().await.unwrap();
    expect_a_room(&server);
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _server = server;
        panic!("the test's own");
    }));
    assert_eq!(*panicked.unwrap_err().downcast_ref::<&str>().unwrap(), "the test's own");
}

/// It stops at once, whatever it is busy with, and somebody else can have the port.
#[tokio::test(flavor = "multi_thread")]
async fn a_drop_stops_at_once() {
    let server = start_alone().await;
    let account = server.account("suite");
    account.fault(Fault::hang()).await.unwrap();
    let (address, url) = (address(&server), format!("{}/openapi/v2/rooms", server.url()));
    let waiting = tokio::spawn(async move { reqwest::Client::new().get(url).header("API_KEY", "suite").send().await.is_err() });
    while account.faults().await.unwrap()[0].applied == 0 {
        tokio::task::yield_now().await;
    }
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
    assert!(waiting.await.unwrap());
    TcpListener::bind(&address).unwrap();
}

/// Tests share one in a static, each with a runtime of its own.
#[test]
fn a_server_outlives_the_runtime_that_started_it() {
    let server = single().block_on(start_alone());
    assert_eq!(threaded().block_on(get(&server, "one", ROOMS)).unwrap().0, 200);
    single().block_on(async { server.account("two").create_room("Lobby").await.unwrap() });
    let address = address(&server);
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}

/// It answers while the thread that started it waits, under whatever executor.
#[test]
fn a_test_may_block() {
    let server = wait(MockServer::start()).unwrap();
    let mut stream = TcpStream::connect(address(&server)).unwrap();
    stream.write_all(b"GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let listed = Verification::from(Expectation::of(Operation::ListRoom)).within(Duration::from_secs(10));
    wait(server.all_accounts().verify(listed)).unwrap();
    wait(server.stop()).unwrap();
}

/// The least executor there can be.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// An answer that is on its way arrives, and counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_answers_finish() {
    let server = start_alone().await;
    let account = server.account("suite");
    account.fault(Fault::delay(Duration::from_millis(1))).await.unwrap();
    account.expect(Expectation::of(Operation::ListRoom).status(200).times(1));
    let (address, url) = (address(&server), format!("{}/openapi/v2/rooms", server.url()));
    let waiting = tokio::spawn(async move {
        let call = reqwest::Client::new().get(url).header("API_KEY", "suite").header("X-AUTH-TOKEN", "any");
        call.send().await.unwrap().text().await.unwrap()
    });
    while account.faults().await.unwrap()[0].applied == 0 {
        tokio::task::yield_now().await;
    }
    server.stop().await.unwrap();
    assert!(waiting.await.unwrap().contains("list"));
    assert!(TcpStream::connect(&address).is_err());
}

#[tokio::test]
async fn a_stop_reports_what_was_not_met_and_the_drop_after_it_is_quiet() {
    let server = MockServer::start().await.unwrap();
    expect_a_room(&server);
    let unmet = server.stop().await.unwrap_err();
    assert!(unmet.to_string().contains("createRoom: expected at least 1, got 0"), "{unmet}");
    assert_eq!(format!("{unmet:?}"), unmet.to_string());
    let (_router, mock) = MockServer::router().unwrap();
    expect_a_room(&mock);
    assert_eq!(mock.stop().await.unwrap_err(), unmet);
}

/// It would never be judged.
#[tokio::test]
async fn nothing_can_be_expected_of_a_server_that_has_stopped() {
    let refused = |account: &Account| panic_in(|| account.expect(Expectation::any())).is_some_and(|said| said.contains("has stopped"));
    let (dropped, stopped) = (MockServer::start().await.unwrap(), MockServer::start().await.unwrap());
    let accounts = [dropped.account("suite"), stopped.account("suite"), stopped.all_accounts()];
    assert!(!refused(&accounts[0].clone()));
    assert!(panic_of(dropped).is_some());
    stopped.stop().await.unwrap();
    assert!(accounts.iter().all(refused));
}

/// A stop that nobody waits for is a drop.
#[tokio::test]
async fn a_stop_that_is_cancelled_stops_and_saves_and_judges() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.json");
    let server = MockServer::builder().host(own_address()).state(&file).start().await.unwrap();
    let (account, address) = (server.account("suite"), address(&server));
    account.fault(Fault::hang()).await.unwrap();
    // It waits for this one.
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(b"GET /openapi/v2/rooms HTTP/1.1\r\nHost: localhost\r\nAPI_KEY: suite\r\n\r\n").unwrap();
    while account.faults().await.unwrap()[0].applied == 0 {
        tokio::task::yield_now().await;
    }
    account.create_room("Lobby").await.unwrap();
    expect_a_room(&server);
    let mut stop = Box::pin(server.stop());
    assert!(stop.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(panic_in(move || drop(stop)).is_some_and(|said| said.starts_with("account suite, expected at ")));
    assert!(TcpStream::connect(&address).is_err());
    assert!(fs::read_to_string(&file).unwrap().contains("Lobby"));
    // Nobody writes to it any more.
    fs::write(&file, "{}").unwrap();
    account.reset().await.unwrap();
    drop(MockServer::builder().state(&file).start().await.unwrap());
    assert!(!fs::read_to_string(&file).unwrap().contains("Lobby"));
}
