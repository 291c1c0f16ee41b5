use proptest::prelude::*;

use super::*;
use crate::domain::operation::Operation;

/// An exchange that happened, and whether its body is kept only in part.
fn call() -> impl Strategy<Value = (String, bool)> {
    let what = prop_oneof![Just("createRoom"), Just("createRoom"), Just("listRoom"), Just("-"), Just("OPTIONS")];
    let form = prop_oneof![Just(""), Just("a=1"), Just("a=2")];
    (what, form, prop::bool::weighted(0.2)).prop_map(|(what, form, is_cut)| (format!("{what} {form}"), is_cut))
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let operation = prop_oneof![Just(None), Just(Some(Operation::CreateRoom)), Just(Some(Operation::ListRoom))];
    let condition = prop_oneof![Just(Condition::Absent), Just(Condition::Equals("1".to_owned())), Just(Condition::Contains(String::new()))];
    let times = (0u64..3, prop::option::of(0u64..3)).prop_map(|(min, more)| Times { min, max: more.map(|more| min + more) });
    (operation, prop::option::of(condition), times).prop_map(|(operation, condition, times)| Expectation {
        operation,
        room_id: None,
        status: None,
        result_cd: None,
        conditions: condition.map(|condition| ("a".to_owned(), condition)).into_iter().collect(),
        times,
    })
}

fn verification() -> impl Strategy<Value = Verification> {
    let expect = prop::collection::vec(expectation(), 0..4);
    (expect, any::<bool>(), any::<bool>()).prop_map(|(expect, ordered, no_other)| Verification {
        expect,
        ordered,
        no_other,
        within: Duration::ZERO,
    })
}

fn kind(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed { .. } => "failed",
        Verdict::Inconclusive { .. } => "inconclusive",
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// What is judged from less than all of it is never judged otherwise from all, and what is final stays.
    #[test]
    fn a_verdict_is_never_false(
        verification in verification(),
        calls in prop::collection::vec((call(), 0u8..2), 0..8),
        limit in 1usize..8,
    ) {
        let mut truth = Journal::new(Limits::default());
        let mut journal = Journal::new(Limits { entries: limit, ..Limits::default() });
        let judge = |journal: &Journal| verification.judge(&journal.all(None), &journal.evicted(None), true);
        let mut last = None;
        for (((line, is_cut), key), id) in calls.iter().zip(1..) {
            let key = Some(key.to_string().parse().unwrap());
            let part = if *is_cut { format!("{} ...", line.split(' ').next().unwrap()) } else { line.clone() };
            truth.add(Entry { key: key.clone(), ..entry(id, line) });
            journal.add(Entry { key, ..entry(id, &part) });

            let (whole, seen) = (judge(&truth).verdict, judge(&journal));
            let Judgement { verdict: seen, is_final } = seen;
            if kind(&seen) != "inconclusive" {
                prop_assert_eq!(kind(&seen), kind(&whole), "{:?} {:?}", seen, whole);
            }
            if let Some((Verdict::Failed { .. }, true)) = last {
                prop_assert_eq!(kind(&whole), "failed");
            }
            if let Some((Verdict::Inconclusive { .. }, true)) = last {
                prop_assert_ne!(kind(&seen), "passed");
            }
            prop_assert_ne!(kind(&whole), "inconclusive");
            last = Some((seen, is_final));
        }
    }
}
