//! The handle on a server elsewhere: the same calls, over HTTP.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use vchatcloud_mock::{Error, Expectation, Fault, MockServer, Operation, RoomUpdate, Verification};

use super::{ROOMS, get};
use crate::process::{FREE, Process, send};

/// In a process of its own, as in a container.
#[tokio::test]
async fn a_handle_on_another_process_is_the_same() {
    let process = Process::start(FREE, &[]);
    let server = MockServer::connect(&format!("{}/", process.url)).await.unwrap();
    assert_eq!(server.url(), process.url);
    let key = "my suite & more=?";
    let account = server.account(key);
    let made = account.create_room("Lobby").await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), std::slice::from_ref(&made));
    let patched = account.update_room(made.room_id, RoomUpdate::default().join_count(2)).await.unwrap();
    let state = account.state().await.unwrap();
    account.reset().await.unwrap();
    account.restore(&state).await.unwrap();
    assert_eq!(account.rooms().await.unwrap(), [patched]);
    account.mark().await.unwrap();
    assert_eq!((account.diff().await.unwrap(), account.diff_text().await.unwrap()), (vec![], "no differences\n".to_owned()));

    let rule = account.fault(Fault::status(503).retry_after(2).on(Operation::ListRoom)).await.unwrap();
    assert_eq!(get(&server, key, ROOMS).await.unwrap().0, 503);
    account.remove_fault(rule.id).await.unwrap();
    account.fault(Fault::empty()).await.unwrap();
    account.clear_faults().await.unwrap();
    assert_eq!(account.faults().await.unwrap(), []);
    assert_eq!(account.requests().await.unwrap()[0].answer.as_ref().unwrap().status, 503);
    account.verify(Expectation::of(Operation::ListRoom).status(503)).await.unwrap();
    let before = account.clock().now().await.unwrap();
    assert!(account.clock().advance(Duration::from_hours(5)).await.unwrap().now - before >= chrono::TimeDelta::hours(5));

    account.expect(Expectation::of(Operation::DestroyRoom));
    let unmet = server.stop().await.unwrap_err();
    assert!(unmet.to_string().contains("destroyRoom: expected at least 1, got 0"), "{unmet}");
    // It goes on without us.
    assert!(MockServer::connect(&process.url).await.is_ok());
}

#[tokio::test]
#[should_panic(expected = "createRoom: expected at least 1, got 0")]
async fn an_expectation_is_judged_elsewhere_when_the_handle_is_dropped() {
    let process = Process::start(FREE, &[]);
    let server = MockServer::connect(&process.url).await.unwrap();
    server.account("suite").expect(Expectation::of(Operation::CreateRoom));
    drop(server);
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_at_the_stop() {
    let elsewhere = MockServer::start().await.unwrap();
    let server = MockServer::connect(elsewhere.url()).await.unwrap();
    server.account("suite").expect(Expectation::of(Operation::ListRoom).times(0));
    drop(elsewhere);
    let unmet = server.stop().await.unwrap_err().to_string();
    assert!(unmet.contains("unreachable"), "{unmet}");
}

#[tokio::test]
async fn a_token_is_demanded_at_the_door() {
    let process = Process::start(&["--port", "0", "--admin-token", "swordfish"], &[]);
    let refused = MockServer::connect(&process.url).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { status: 401, .. }));
    insta::assert_snapshot!(refused, @"Authorization: missing; send Authorization: Bearer with the token of --admin-token (unauthorized, 401)");
    let refused = MockServer::connect_with(&process.url, Some("sword".parse().unwrap())).await.unwrap_err();
    insta::assert_snapshot!(refused, @"Authorization: not the token of this mock; send Authorization: Bearer with the token of --admin-token (unauthorized, 401)");
    let server = MockServer::connect_with(&process.url, Some("swordfish".parse().unwrap())).await.unwrap();
    assert_eq!(server.account("suite").rooms().await.unwrap(), []);
}

/// All of them stand still for ten seconds, and not for ever.
#[test]
fn who_never_answers_is_not_waited_for_for_ever() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let connecting = std::thread::spawn(move || runtime().block_on(MockServer::connect(&url)).unwrap_err().to_string());

    let process = Process::start(FREE, &[]);
    let connect = || runtime().block_on(MockServer::connect(&process.url)).unwrap();
    let (dropped, stopped, asked) = (connect(), connect(), connect().account("suite"));
    for _ in 0..2 {
        dropped.account("suite").expect(Expectation::any());
        stopped.account("suite").expect(Expectation::any());
    }
    send("-STOP", &process.child);
    let begun = Instant::now();
    let stopping = std::thread::spawn(move || runtime().block_on(stopped.stop()).unwrap_err().to_string());
    let asking = std::thread::spawn(move || {
        let patient = Verification::nothing().within(Duration::from_secs(1));
        let both = async { tokio::join!(asked.rooms(), asked.verify(patient)) };
        let (rooms, verdict) = runtime().block_on(both);
        format!("{}\n{}", rooms.unwrap_err(), verdict.unwrap_err())
    });
    let panicked = catch_unwind(AssertUnwindSafe(move || drop(dropped))).unwrap_err();
    let said = panicked.downcast_ref::<String>().unwrap();
    assert_eq!(said.matches(": no answer within 10s").count(), 2, "{said}");
    let said = stopping.join().unwrap();
    assert_eq!(said.matches(": no answer within 10s").count(), 2, "{said}");
    let said = asking.join().unwrap();
    let (rooms, verdict) = said.split_once('\n').unwrap();
    assert!(rooms.ends_with(": no answer within 10s") && verdict.ends_with(": no answer within 11s"), "{said}");
    let said = connecting.join().unwrap();
    assert!(said.ends_with(": no answer within 10s"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(18), "one after another");
}

/// What cannot be a mock's answer does not fill the memory.
#[tokio::test]
async fn an_answer_has_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let endless = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        while stream.write_all(&vec![b' '; 1 << 20]).is_ok() {}
    });
    let error = MockServer::connect(&url).await.unwrap_err().to_string();
    assert!(error.ends_with(": the answer is larger than 65 MiB"), "{error}");
    endless.join().unwrap();
}

/// Answers one request with that, whatever it is.
fn another_program(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    url
}

#[tokio::test]
async fn what_cannot_be_connected_to() {
    let failure = async |url: &str| MockServer::connect(url).await.unwrap_err();
    let unreachable = failure("http://127.0.0.1:1").await;
    assert!(matches!(unreachable, Error::Unreachable { .. }));
    let mut told = vec![unreachable.to_string()];
    for url in ["127.0.0.1:4280", "https://localhost", "http://localhost/openapi", "http://"] {
        let error = failure(url).await;
        assert!(matches!(error, Error::BadUrl(_)), "{url}");
        told.push(error.to_string());
    }
    for answer in [
        "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnope",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}",
        "SSH-2.0-OpenSSH\r\n",
        "",
    ] {
        let url = another_program(answer);
        let error = failure(&url).await;
        assert!(matches!(error, Error::Unexpected { .. } | Error::Broken { .. }));
        told.push(error.to_string().replace(url.trim_start_matches("http://"), "ADDRESS"));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    127.0.0.1:1: unreachable: Connection refused (os error 111)
    must be http://HOST[:PORT], got "127.0.0.1:4280"
    must be http://HOST[:PORT], got "https://localhost"
    must be http://HOST[:PORT], got "http://localhost/openapi"
    must be http://HOST[:PORT], got "http://"
    not an answer of a mock of this version: 404 Not Found, expected ident at line 1 column 2: nope
    not an answer of a mock of this version: 200 OK, missing field `version` at line 1 column 15: {"status":"ok"}
    ADDRESS: invalid HTTP version parsed
    ADDRESS: connection closed before message completed
    "#);
}
