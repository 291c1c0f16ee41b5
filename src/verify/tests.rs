//! Verdicts on exchanges that are written as lines.

mod law;
mod read;

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::form::FORM;
use crate::journal::{Answered, BODY_KEPT, Journal, Limits, Transcript};

const ROOM: &str = "aaaaaaaaaa-bbbbbbbbbb-20250101000000";

/// An exchange from a line such as `createRoom roomName=Lobby`; `-` is no operation, `OPTIONS` a preflight, and `...` after
/// the form is the part of a body that was cut off.
fn entry(id: u64, line: &str) -> Entry {
    let (what, form) = line.split_once(' ').unwrap_or((line, ""));
    let method = if what == "OPTIONS" { "OPTIONS" } else { "POST" };
    let body = match form.strip_suffix("...") {
        Some(kept) => format!("{kept}&x={}", "x".repeat(BODY_KEPT)),
        None => form.to_owned(),
    };
    let mut transcript = Transcript::of(method, "/", [("content-type", FORM.as_bytes())].into_iter());
    transcript.finish(Some(body.as_bytes()), std::iter::empty(), b"", 0);
    Entry {
        id,
        key: None,
        time: DateTime::UNIX_EPOCH,
        operation: what.parse().ok(),
        room_id: (what == "destroyRoom").then(|| ROOM.parse().unwrap()),
        took: Duration::ZERO,
        faults: Vec::new(),
        answer: (what != "-").then_some(Answered { status: 200, result_cd: Some(1) }),
        reason: None,
        warning: None,
        explanation: None,
        transcript,
    }
}

/// The judgement on the exchanges of these lines, numbered from 1, when the journal keeps so many.
fn judgement(body: &str, lines: &[&str], limit: usize) -> Judgement {
    let mut journal = Journal::new(Limits { entries: limit, ..Limits::default() });
    lines.iter().zip(1..).for_each(|(line, id)| journal.add(entry(id, line)));
    read("body", body).unwrap().judge(&journal.all(None), &journal.evicted(None), limit > 0)
}

fn verdict(body: &str, lines: &[&str], limit: usize) -> Verdict {
    judgement(body, lines, limit).verdict
}

/// A verdict in lines.
fn lines(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Passed => vec!["passed".to_owned()],
        Verdict::Inconclusive { reasons } => reasons.iter().map(|reason| format!("? {reason}")).collect(),
        Verdict::Failed { failures } => {
            let mut lines = Vec::new();
            for failure in failures {
                lines.push(failure.message.clone());
                lines.extend(failure.nearest.iter().map(|Nearest { id, differences }| format!("#{id} {}", differences.join("; "))));
            }
            lines
        }
    }
}

const WHOLE: usize = 1000;

#[test]
fn judges_what_is_kept() {
    let qa = r#"{"expect": [{"operation": "createRoom", "where": {"roomName": {"regex": "^QA"}}}]}"#;
    let lobbies = ["createRoom roomName=Lobby", "listRoom", "modifyRoom roomName=QA", "-", "createRoom roomName=Hall"];
    let in_order = r#"{"expect": [{"operation": "createRoom"}, {"operation": "destroyRoom"}], "ordered": true}"#;
    let nothing = r#"{"expect": [], "noOther": true}"#;
    let table: &[(&str, &[&str], &[&str])] = &[
        (qa, &["createRoom roomName=QA1"], &["passed"]),
        (qa, &["createRoom roomName=QA1", "createRoom roomName=QA1"], &["passed"]),
        (
            qa,
            &lobbies,
            &[
                "createRoom where roomName matches ^QA: expected at least 1, got 0",
                "#5 roomName: expected to match ^QA, got \"Hall\"",
                "#1 roomName: expected to match ^QA, got \"Lobby\"",
                "#3 operation: expected createRoom, got modifyRoom",
            ],
        ),
        (r#"{"expect": [{"times": 0}]}"#, &["OPTIONS"], &["passed"]),
        (r#"{"expect": [{"times": 0}]}"#, &["-"], &["any exchange: expected exactly 0, got 1", "#1 "]),
        (r#"{"expect": [{"times": {"max": 1}}]}"#, &[], &["passed"]),
        (r#"{"expect": [{"times": {"max": 1}}]}"#, &["-", "-"], &["any exchange: expected at most 1, got 2", "#2 ", "#1 "]),
        (r#"{"expect": [{"times": {"min": 2, "max": 3}}]}"#, &["-"], &["any exchange: expected 2 to 3, got 1"]),
        (
            r#"{"expect": [{"roomId": "aaaaaaaaaa-bbbbbbbbbb-20250101000000", "status": 404, "result_cd": -1}]}"#,
            &["-"],
            &[
                "any exchange with roomId aaaaaaaaaa-bbbbbbbbbb-20250101000000 and status 404 and result_cd -1: expected at least 1, got 0",
                "#1 roomId: expected aaaaaaaaaa-bbbbbbbbbb-20250101000000, got none; status: expected 404, got none; \
                 result_cd: expected -1, got none",
            ],
        ),
        (r#"{"expect": [{"where": {"a": 1, "b": {"contains": "y"}, "c": {"absent": true}}}]}"#, &["- a=1&a=2&b=xyz"], &["passed"]),
        (
            r#"{"expect": [{"where": {"a": 2, "b": {"contains": "a"}, "c": {"absent": true}, "d": ""}}]}"#,
            &["- a=1&a=2&b=xyz&c="],
            &[
                "any exchange where a is \"2\" and b contains \"a\" and c is absent and d is \"\": expected at least 1, got 0",
                "#1 a: expected to be \"2\", got \"1\"; b: expected to contain \"a\", got \"xyz\"; c: expected to be absent, got \"\"; \
                 d: expected to be \"\", got none",
            ],
        ),
        (in_order, &["destroyRoom", "createRoom", "listRoom", "destroyRoom"], &["passed"]),
        (
            in_order,
            &["destroyRoom", "createRoom"],
            &["destroyRoom: expected at least 1 after createRoom, got 0", "#1 order: expected after exchange 2"],
        ),
        (in_order, &["createRoom"], &["destroyRoom: expected at least 1, got 0", "#1 operation: expected destroyRoom, got createRoom"]),
        (
            r#"{"expect": [{"times": 1}, {"times": 1}], "ordered": true}"#,
            &["-"],
            &["any exchange: expected at least 1 after any exchange, got 0", "#1 order: expected after exchange 1"],
        ),
        (nothing, &["OPTIONS"], &["passed"]),
        (nothing, &["-", "listRoom"], &["noOther: expected no other exchange, got 2", "#2 ", "#1 "]),
        (
            r#"{"expect": [{"operation": "listRoom"}, {"operation": "createRoom"}], "noOther": true}"#,
            &["listRoom", "modifyRoom", "createRoom"],
            &["noOther: expected no other exchange, got 1", "#2 operation: expected listRoom, got modifyRoom"],
        ),
    ];
    for (body, calls, expected) in table {
        assert_eq!(lines(&verdict(body, calls, WHOLE)), *expected, "{body} {calls:?}");
    }
}

#[test]
fn says_what_cannot_be_told() {
    const QA: &str = r#"{"expect": [{"operation": "createRoom", "where": {"a": "1"}, "times": 1}]}"#;
    const LISTED: &str = r#"{"expect": [{"operation": "listRoom", "times": {"max": 1}}]}"#;
    const IN_ORDER: &str = r#"{"expect": [{"operation": "createRoom"}, {"operation": "destroyRoom"}], "ordered": true}"#;
    let qa = "createRoom where a is \"1\": expected exactly 1, got";
    let unseen = "that made room in the journal or were kept only in part";
    let table: &[(&str, &[&str], usize, &[&str])] = &[
        // What made room may have matched, unless it was another operation.
        (QA, &["createRoom", "listRoom"], 1, &[&format!("? {qa} 0, and 1 more may match {unseen}")]),
        (QA, &["createRoom", "createRoom a=1"], 1, &[&format!("? {qa} 1, and 1 more may match {unseen}")]),
        (QA, &["listRoom", "createRoom a=1"], 1, &["passed"]),
        (
            QA,
            &["listRoom", "-"],
            1,
            &[&format!("{qa} 0"), "#2 operation: expected createRoom, got none; a: expected to be \"1\", got none"],
        ),
        (QA, &["createRoom", "createRoom a=1", "createRoom a=1"], 2, &[&format!("{qa} 2"), "#3 ", "#2 "]),
        (LISTED, &["listRoom", "-"], 1, &["passed"]),
        // What was cut may hold the parameter, unless it was found or the operation is another.
        (QA, &["createRoom b=1..."], WHOLE, &[&format!("? {qa} 0, and 1 more may match {unseen}")]),
        (QA, &["createRoom a=1..."], WHOLE, &["passed"]),
        (QA, &["createRoom a=1", "modifyRoom b=1..."], WHOLE, &["passed"]),
        (QA, &["createRoom a=2..."], WHOLE, &[&format!("{qa} 0"), "#1 a: expected to be \"1\", got \"2\""]),
        (
            r#"{"expect": [{"where": {"a": {"absent": true}}, "times": 2}]}"#,
            &["- ..."],
            WHOLE,
            &[
                "any exchange where a is absent: expected exactly 2, got 0",
                "#1 a: expected to be absent, may stand in what was not kept: the body was not read, or was longer than 4096 bytes",
            ],
        ),
        (
            IN_ORDER,
            &["createRoom", "destroyRoom", "createRoom"],
            2,
            &[&format!("? destroyRoom: expected at least 1 after createRoom, got 0, and others may match {unseen}")],
        ),
        (
            IN_ORDER,
            &["listRoom", "destroyRoom", "createRoom"],
            2,
            &["destroyRoom: expected at least 1 after createRoom, got 0", "#2 order: expected after exchange 3"],
        ),
        (
            r#"{"expect": [{"operation": "listRoom"}], "noOther": true}"#,
            &["listRoom", "listRoom"],
            1,
            &[&format!("? noOther: expected no other exchange, got 0, and there may be 1 {unseen}")],
        ),
        (LISTED, &["listRoom"], 0, &["? the journal is off: start with --journal-entries above 0"]),
    ];
    for (body, calls, limit, expected) in table {
        assert_eq!(lines(&verdict(body, calls, *limit)), *expected, "{body} {calls:?} {limit}");
    }
}

#[test]
fn waits_only_for_what_can_come() {
    let table: &[(&str, &[&str], usize, bool)] = &[
        (r#"{"expect": [{}]}"#, &["-"], WHOLE, true),
        (r#"{"expect": [{}]}"#, &[], WHOLE, false),
        (r#"{"expect": [{"times": 0}]}"#, &["-"], WHOLE, true),
        (r#"{"expect": [{"times": 0}, {"times": 2}]}"#, &["-"], WHOLE, true),
        (r#"{"expect": [{"operation": "listRoom"}], "noOther": true}"#, &["-"], WHOLE, true),
        (r#"{"expect": [{"operation": "listRoom", "where": {"a": "1"}}]}"#, &["listRoom", "-"], 1, false),
        (r#"{"expect": [{"operation": "listRoom", "times": {"max": 0}}]}"#, &["listRoom", "-"], 1, true),
        (r#"{"expect": [{}]}"#, &[], 0, true),
    ];
    for (body, calls, limit, is_final) in table {
        assert_eq!(judgement(body, calls, *limit).is_final, *is_final, "{body} {calls:?}");
    }
}

#[test]
fn shows_no_credential_and_nothing_long() {
    let key = "abcdef-abcdef-abcdef-abcdef-20250101000000";
    let call = format!("- a={key}&b={}&c=1%0A2", "b".repeat(100));
    let shown =
        lines(&verdict(&format!(r#"{{"expect": [{{"where": {{"a": "{key}x", "b": "{key}", "c": "1"}}}}]}}"#), &[&call], WHOLE)).join("\n");
    let masked = crate::domain::secret::scrubbed(key);
    assert!(
        shown.contains(&format!(
            "a: expected to be \"{masked}x\", got \"{masked}\"; b: expected to be \"{masked}\", got \"{}...\"",
            "b".repeat(60)
        )),
        "{shown}"
    );
    assert!(shown.ends_with(r#"got "1\u{a}2""#), "{shown}");
}

#[test]
fn is_json_in_a_fixed_order() {
    let failed = verdict(r#"{"expect": [{"operation": "listRoom"}]}"#, &["-"], WHOLE);
    let expected = concat!(
        r#"{"verdict":"failed","failures":[{"expectation":0,"message":"listRoom: expected at least 1, got 0","#,
        r#""expected":"at least 1","got":0,"nearest":[{"id":1,"differences":["operation: expected listRoom, got none"]}]}]}"#
    );
    assert_eq!(serde_json::to_string(&failed).unwrap(), expected);
    assert_eq!(json!(verdict(r#"{"expect": [{}]}"#, &["-"], WHOLE)), json!({"verdict": "passed"}));
    assert_eq!(json!(verdict(r#"{"expect": [{}]}"#, &[], 0))["verdict"], "inconclusive");
}
