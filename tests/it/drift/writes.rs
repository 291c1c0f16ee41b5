//! `--allow-writes`: a room is made, modified and destroyed, and whatever goes wrong, none is left behind.

use std::fmt::Write;
use std::io::Read;
use std::time::{Duration, Instant};

use vchatcloud_mock::blocking::Account;
use vchatcloud_mock::{Fault, Operation, Rule};

use super::{KEY, drift, real, without_numbers};
use crate::exec::hearing;
use crate::process::send;

const WRITES: &[&str] = &["--allow-writes", "--timeout", "3s"];

/// The rows that are not the same, and the last.
fn told(table: &str) -> String {
    table.lines().skip(1).filter(|line| !line.ends_with("  same")).collect::<Vec<_>>().join("\n")
}

#[test]
fn rooms_come_and_go() {
    let server = real("");
    let done = drift(&server, WRITES);
    assert_eq!((done.code, told(&done.stdout).as_str(), done.stderr.as_str()), (0, "same: 26 probes", ""));
    let account = server.account(KEY);
    let calls = account.requests().unwrap().into_iter().filter_map(|exchange| exchange.operation);
    let writes: Vec<&str> = calls.filter(|operation| operation.writes()).map(Operation::name).collect();
    let life = ["createRoom", "modifyRoom", "destroyRoom", "destroyRoom"];
    assert_eq!(writes, [life, life].concat());
    assert_eq!(account.diff_text().unwrap().trim(), "no differences");
}

/// Whatever goes wrong is a difference, and the room is gone nevertheless.
#[test]
fn nothing_is_left_behind() {
    fn first(fault: impl Into<Fault>, operation: Operation) -> Rule {
        fault.into().on(operation).nth(1..=1)
    }
    let cases = [
        ("lost", vec![first(Fault::commit_then_fail(), Operation::CreateRoom)]),
        ("late", vec![first(Fault::hang(), Operation::CreateRoom)]),
        ("malformed", vec![first(Fault::malformed(), Operation::CreateRoom)]),
        ("modify", vec![first(Fault::status(500), Operation::ModifyRoom)]),
        ("destroy", vec![first(Fault::status(503), Operation::DestroyRoom)]),
        ("destroyed", vec![first(Fault::commit_then_fail(), Operation::DestroyRoom)]),
        ("both", vec![first(Fault::commit_then_fail(), Operation::CreateRoom), Fault::reset().on(Operation::DestroyRoom).nth(1..=2)]),
    ];
    let mut table = String::new();
    for (name, rules) in cases {
        let server = real("");
        let account = server.account(KEY);
        for rule in rules {
            account.fault(rule).unwrap();
        }
        let done = drift(&server, WRITES);
        assert_eq!(done.code, 5, "{name}: {}{}", done.stdout, done.stderr);
        assert_eq!(account.diff_text().unwrap().trim(), "no differences", "{name}: {}", done.stderr);
        let drawn = done.stderr.split("mock drift ").nth(1).and_then(|rest| rest.split('"').next());
        let stderr = drawn.map_or(done.stderr.clone(), |drawn| done.stderr.replace(drawn, "DRAWN"));
        write!(table, "{name}\n{}\n{stderr}", without_numbers(&told(&done.stdout))).unwrap();
    }
    insta::assert_snapshot!(table, @r#"
    lost
    createRoom v2           no answer: connection error: Connection reset by peer
    drifted: 1 of 26 probes, answer
    late
    createRoom v2           no answer: none within 3s, raise --timeout
    modifyRoom v2           skipped: no room was made
    destroyRoom v2          skipped: no room was made
    destroyed room v2       skipped: the room could not be destroyed
    drifted: 1 of 23 probes, answer; 3 skipped
    vchatcloud-mock: a room may be left behind: "vchatcloud-mock drift DRAWN": createRoom did not refuse it, and listRoom does not show it; look for it in listRoom
    malformed
    createRoom v2           body        no JSON  JSON  JSON
    drifted: 1 of 26 probes, body
    modify
    modifyRoom v2           status      500   200   200 400 401 404 413 415 500
                            result_cd   0     1     integer
    drifted: 1 of 26 probes, status, result_cd
    destroy
    destroyRoom v2          status      503   200   200 401 404 500
                            result_cd   0     1     integer
    drifted: 1 of 26 probes, status, result_cd
    destroyed
    destroyRoom v2          no answer: connection error: Connection reset by peer
    drifted: 1 of 26 probes, answer
    both
    createRoom v2           no answer: connection error: Connection reset by peer
    destroyRoom v2          no answer: connection error: Connection reset by peer
    drifted: 2 of 26 probes, answer
    "#);
}

/// If nothing helps, somebody must know.
#[test]
fn what_is_left_behind_is_told() {
    let server = real("");
    let account = server.account(KEY);
    account.fault(Fault::status(503).on(Operation::DestroyRoom)).unwrap();
    let done = drift(&server, WRITES);
    assert_eq!(done.code, 5, "{}", done.stderr);
    let left = account.diff().unwrap();
    assert_eq!((left[0].added.len(), done.stderr.lines().count()), (2, 2));
    for room in &left[0].added {
        assert!(room.room_name.starts_with("vchatcloud-mock drift "), "{}", room.room_name);
        let line =
            format!("room left behind: {} \"{}\": destroyRoom is answered with 503; destroy it by hand", room.room_id, room.room_name);
        assert!(done.stderr.contains(&line), "{}", done.stderr);
    }
}

/// Stopped in the middle of a call, it tidies up before it goes.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_leaves_nothing_behind() {
    let cases = [
        ("-INT", "createRoom", Fault::delay(Duration::from_millis(700)).on(Operation::CreateRoom)),
        ("-TERM", "modifyRoom", Fault::hang().on(Operation::ModifyRoom)),
        ("-INT", "destroyRoom", Fault::hang().on(Operation::DestroyRoom).nth(1..=1)),
    ];
    for (signal, operation, rule) in cases {
        let server = real("");
        let account = server.account(KEY);
        account.fault(rule).unwrap();
        let mut child = hearing(&["drift", "--real", server.url(), "--allow-writes"]).env("VCHATCLOUD_REAL_API_KEY", KEY).spawn().unwrap();
        wait_for(&account, 1);
        send(signal, &child);
        let code = child.wait().unwrap().code();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((code, stderr.as_str()), (Some(1), "vchatcloud-mock: stopped by a signal\n"), "{operation}");
        assert_eq!(account.diff_text().unwrap().trim(), "no differences", "{operation}");
    }
}

/// Whoever does not want to wait is told what is left to do.
#[test]
#[cfg(target_os = "linux")]
fn a_second_signal_ends_it_at_once() {
    let server = real("");
    let account = server.account(KEY);
    account.fault(Fault::hang().on(Operation::DestroyRoom)).unwrap();
    let mut child = hearing(&["drift", "--real", server.url(), "--allow-writes"]).env("VCHATCLOUD_REAL_API_KEY", KEY).spawn().unwrap();
    for calls in 1..=2 {
        wait_for(&account, calls);
        send("-INT", &child);
    }
    let code = child.wait().unwrap().code();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let left = account.diff().unwrap().remove(0).added.remove(0);
    let expected = format!(
        "vchatcloud-mock: stopped by a signal; room left behind: {} \"{}\": was stopped while it tidied up; destroy it by hand\n",
        left.room_id, left.room_name
    );
    assert_eq!((code, stderr), (Some(1), expected));
}

/// Waits until the first rule has been asked so often: the fault holds the program there.
fn wait_for(account: &Account, calls: u64) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while account.faults().unwrap()[0].seen < calls {
        assert!(Instant::now() < deadline, "call {calls} never came");
        std::thread::yield_now();
    }
}
