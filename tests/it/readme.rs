//! The README's examples are run as they stand there, against the demo.

use crate::curl;
use crate::mock::Mock;

const README: &str = include_str!("../../README.md");

/// Every `curl` command of a console block, with the answer shown under it. `…` in the answer stands for anything.
#[tokio::test]
async fn every_curl_command_gives_the_answer_that_is_shown() {
    let mut run = 0;
    for (language, block) in curl::blocks(README) {
        if language != "console" {
            continue;
        }
        // The commands of one block are one story on a fresh mock.
        let mock = Mock::demo();
        for example in block.split("$ ").skip(1).filter(|example| example.starts_with("curl ")) {
            let (command, answer) = split_at_answer(example);
            let reply = mock.send(curl::request(&command)).await;
            assert!(matches(answer.trim(), reply.body.trim_end()), "{command}\nshows  {answer}\nanswers {reply}");
            run += 1;
        }
    }
    assert!(run >= 3, "only {run} commands were found");
}

/// A command goes on as long as its lines end with a backslash; the rest is the answer.
fn split_at_answer(example: &str) -> (String, String) {
    let mut lines = example.lines();
    let mut command = String::new();
    for line in lines.by_ref() {
        command.push_str(line.trim_end_matches('\\'));
        if !line.ends_with('\\') {
            break;
        }
    }
    (command, lines.collect::<Vec<_>>().join("\n"))
}

/// Whether the text is the pattern, in which `…` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('…').peekable();
    let mut is_first = true;
    while let Some(part) = parts.next() {
        let found = if is_first {
            rest.starts_with(part).then_some(0)
        } else if parts.peek().is_none() {
            rest.len().checked_sub(part.len()).filter(|at| rest.is_char_boundary(*at) && rest[*at..] == *part)
        } else {
            rest.find(part)
        };
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
        is_first = false;
    }
    rest.is_empty()
}

const CONTROL_PLANE: &str = include_str!("../../docs/control-plane.md");

/// Every call that a document names is one of the control plane's.
#[test]
fn every_call_of_the_control_plane_that_is_named_exists() {
    let document: serde_json::Value = serde_json::from_str(include_str!("../../admin-openapi.json")).unwrap();
    let mut named = 0;
    for word in README.split('`').chain(CONTROL_PLANE.split('`')) {
        let Some((method, path)) = word.split_once(' ') else { continue };
        if !["GET", "PUT", "POST", "PATCH", "DELETE"].contains(&method) || path.starts_with("/openapi") || path.ends_with("openapi.json") {
            continue;
        }
        let path = path.split([' ', '?']).next().unwrap().trim_start_matches("/__admin/");
        let call = &document["paths"][format!("/__admin/{path}")][method.to_lowercase()];
        assert!(call.is_object(), "there is no {word}");
        named += 1;
    }
    assert!(named > 20, "only {named} calls were found");
}

/// The table of faults has every kind, with its parameters.
#[test]
fn every_kind_of_fault_is_in_the_table() {
    for (kind, parameters, _) in vchatcloud_mock::fault::Fault::KINDS {
        let row = CONTROL_PLANE.lines().find(|line| line.starts_with(&format!("| `{kind}` |"))).unwrap_or_else(|| panic!("no {kind}"));
        for parameter in *parameters {
            assert!(row.contains(&format!("`{parameter}`")), "{kind} lacks {parameter}");
        }
    }
}

/// The rule and the verification that are shown are read.
#[tokio::test]
async fn the_bodies_of_the_control_plane_that_are_shown_are_taken() {
    let mock = Mock::demo();
    let mut taken = 0;
    for (language, block) in curl::blocks(CONTROL_PLANE).into_iter().filter(|(language, _)| *language == "json") {
        let path = if block.contains("expect") { "verify" } else { "faults" };
        let body = block.replace("…", crate::mock::DEMO_ROOM).replace("5s", "1ms");
        let reply = mock.admin("POST", path, &body).await;
        assert_ne!(reply.status, 400, "{language} {block}: {reply}");
        taken += 1;
    }
    assert_eq!(taken, 2);
}

/// The fixture that is shown is one.
#[test]
fn every_json_block_is_a_fixture() {
    let fixtures: Vec<&str> =
        curl::blocks(README).into_iter().filter(|(language, _)| *language == "json").map(|(_, block)| block).collect();
    assert!(!fixtures.is_empty());
    for text in fixtures {
        if let Err(problems) = vchatcloud_mock::fixture::load(&[vchatcloud_mock::fixture::Source::inline("README.md", text)]) {
            panic!("{problems}");
        }
    }
}

/// The tables of the README say what the code says.
#[test]
fn the_table_of_result_codes_is_the_codes() {
    use vchatcloud_mock::domain::code::{Provenance, ResultCode};
    let rows: Vec<String> = ResultCode::ALL
        .iter()
        .map(|code| {
            let row = code.row();
            let provenance = match code.provenance() {
                Provenance::Documented => "documented",
                Provenance::Observed => "observed",
                Provenance::Assumed => "assumed",
            };
            format!("| `{}` | {} | {} | {} | {provenance} |", code.name(), row.result_cd, row.http, code.when())
        })
        .collect();
    for row in &rows {
        assert!(README.contains(row.as_str()), "the README lacks {row}");
    }
}

#[test]
fn every_flag_and_variable_is_in_the_readme() {
    let help = crate::process::run(&["--help"], &[]).stdout;
    let variables: Vec<&str> = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    assert!(variables.len() > 10);
    for variable in variables {
        assert!(README.contains(variable), "the README lacks {variable}");
    }
}
