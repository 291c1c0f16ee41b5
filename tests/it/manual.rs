//! The manual of the crate is its documentation, whose examples are run as doc tests; `docs/my_client.rs` is the client in them.

use crate::curl;

/// What the README shows of the crate stands in the manual word for word, where it is run.
#[test]
fn the_readme_shows_what_the_manual_runs() {
    let manual: String = include_str!("../../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! ").or((line == "//!").then_some("")))
        .flat_map(|line| [line, "\n"])
        .collect();
    let readme = curl::blocks(include_str!("../../README.md"));
    let mut shown = readme.iter().filter(|(language, _)| *language == "rust").peekable();
    assert!(shown.peek().is_some(), "the README shows nothing of the crate");
    for (_, block) in shown {
        assert!(manual.contains(block.trim()), "the manual lacks\n{block}");
    }
}
