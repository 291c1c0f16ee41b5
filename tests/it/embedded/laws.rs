//! What a program writes is what the control plane reads: rules and verifications, whatever is in them.

use std::time::Duration;

use proptest::prelude::*;
use vchatcloud_mock::verify;
use vchatcloud_mock::{Condition, Expectation, Fault, MockServer, Operation, ResultCode, RoomId, Rule, Verification};

fn maybe<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(strategy)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop::sample::select(Operation::ALL)
}

fn room_id() -> impl Strategy<Value = RoomId> {
    "[A-Za-z0-9]{10}-[A-Za-z0-9]{10}-[0-9]{14}".prop_map(|id| id.parse().unwrap())
}

fn time(most: Duration) -> impl Strategy<Value = Duration> {
    let nanos = u64::try_from(most.as_nanos()).unwrap();
    prop_oneof![(0..=most.as_secs()).prop_map(Duration::from_secs), (0..=nanos).prop_map(Duration::from_nanos)]
}

/// Of an HTTP status that has a body.
fn http() -> impl Strategy<Value = u16> {
    (200u16..=599).prop_filter("has no body", |status| ![204, 205, 304].contains(status))
}

fn ending() -> impl Strategy<Value = Fault> {
    let status = (http(), prop::sample::select(ResultCode::ALL), maybe(".*"), maybe(0u64..=86_400));
    let status = status.prop_map(|(http, code, message, retry_after)| {
        let mut status = Fault::status(http).with_code(code);
        status = message.iter().fold(status, |status, message| status.message(message));
        retry_after.iter().fold(status, |status, seconds| status.retry_after(*seconds)).into()
    });
    let code = prop::sample::select(ResultCode::ALL).prop_map(|code| Fault::code(code).into());
    let reset = any::<u32>().prop_map(|bytes| Fault::reset_after(bytes.into()));
    prop_oneof![status, code, reset, Just(Fault::reset()), Just(Fault::empty()), Just(Fault::hang()), Just(Fault::bad_gateway())]
}

fn fault() -> impl Strategy<Value = Fault> {
    let hour = || time(Duration::from_hours(1));
    prop_oneof![
        4 => ending(),
        1 => hour().prop_map(Fault::delay),
        1 => (hour(), hour()).prop_map(|(one, other)| Fault::delay_between(one.min(other), one.max(other))),
        1 => Just(Fault::truncate()),
        1 => any::<u32>().prop_map(|bytes| Fault::truncate_after(bytes.into())),
        1 => Just(Fault::malformed()),
        1 => (1u64..=1_000_000).prop_map(Fault::slow),
        1 => Just(Fault::commit_then_fail()),
        1 => ending().prop_map(Fault::commit_then),
        1 => (1e-6f64..=1e6, 1u32..=1_000_000).prop_map(|(per_second, burst)| Fault::rate_limit(per_second, burst)),
    ]
}

prop_compose! {
    fn rule()(
        fault in fault(),
        operation in maybe(operation()),
        room_id in maybe(room_id()),
        nth in maybe((1u64..9, maybe(0u64..9))),
        probability in maybe(1e-9f64..=1.0),
        times in maybe(1u64..=u32::MAX.into()),
        lasts in maybe(time(Duration::from_hours(365 * 24))),
    ) -> Rule {
        let mut rule = Rule::from(fault);
        rule = operation.into_iter().fold(rule, Rule::on);
        rule = room_id.into_iter().fold(rule, Rule::in_room);
        rule = nth.into_iter().fold(rule, |rule, (from, more)| match more {
            Some(more) => rule.nth(from..=from + more),
            None => rule.nth(from..),
        });
        rule = probability.into_iter().fold(rule, Rule::with_probability);
        rule = times.into_iter().fold(rule, Rule::times);
        lasts.into_iter().fold(rule, Rule::lasting)
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        ".*".prop_map(Condition::from),
        ".*".prop_map(|part| Condition::contains(&part)),
        // Any text, taken as it is, and something for a regex to do.
        "[^\\\\.+*?()|\\[\\]{}^$]{0,9}".prop_map(|text| Condition::regex(&format!("^(?i){text}.*\\d+$")).unwrap()),
        Just(Condition::Absent),
    ]
}

prop_compose! {
    fn expectation()(
        operation in maybe(operation()),
        room_id in maybe(room_id()),
        status in maybe(200u16..=599),
        result_cd in maybe(any::<i32>()),
        conditions in prop::collection::vec((".*", condition()), 0..4),
        min in 0u64..=u32::MAX.into(),
        more in maybe(0u64..9),
    ) -> Expectation {
        let mut expectation = operation.map_or_else(Expectation::any, Expectation::of);
        expectation = room_id.into_iter().fold(expectation, Expectation::in_room);
        expectation = status.into_iter().fold(expectation, Expectation::status);
        expectation = result_cd.into_iter().fold(expectation, Expectation::result_cd);
        expectation = conditions.into_iter().fold(expectation, |expectation, (name, condition)| expectation.with(&name, condition));
        match more {
            Some(more) => expectation.times(min.saturating_sub(more)..=min),
            None => expectation.times(min..),
        }
    }
}

prop_compose! {
    fn verification()(
        expect in prop::collection::vec(expectation(), 1..4),
        is_ordered in any::<bool>(),
        is_alone in any::<bool>(),
        within in time(Duration::from_mins(10)),
    ) -> Verification {
        let verification = Verification::of(expect).within(within);
        let verification = if is_ordered { verification.ordered() } else { verification };
        if is_alone { verification.no_other() } else { verification }
    }
}

proptest! {
    #[test]
    fn a_verification_is_read_as_it_was_written(verification in verification()) {
        let written = verification.json();
        prop_assert_eq!(verify::read("body", &written.to_string()).map(|read| read.json()), Ok(written));
    }
}

proptest! {
    // Each is a server.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_rule_is_shown_as_it_was_added(rules in prop::collection::vec(rule(), 1..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_router, mock) = MockServer::router().unwrap();
            let account = mock.account("suite");
            for rule in &rules {
                let added = account.fault(rule.clone()).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(&added.rule, rule);
            }
            let listed = account.faults().await.unwrap();
            prop_assert_eq!(listed.into_iter().map(|listed| listed.rule).collect::<Vec<_>>(), rules);
            Ok(())
        })?;
    }
}
