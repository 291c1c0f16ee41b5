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
            assert!(matches(answer.trim(), &reply.body), "{command}\nshows  {answer}\nanswers {reply}");
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
    let variables: Vec<&str> = help.split("[env: ").skip(1).filter_map(|rest| rest.split('=').next()).collect();
    assert!(variables.len() > 10);
    for variable in variables {
        assert!(README.contains(variable), "the README lacks {variable}");
    }
}
