//! What the fuzzers began with, and what they have found, holds whenever the tests run. `.ci/fuzz` looks for more.

#[path = "../../fuzz/src/lib.rs"]
mod properties;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Tries a property with every file of a corpus.
fn replay(target: &str, holds: impl Fn(&[u8])) {
    let mut files: Vec<_> = fs::read_dir(format!("fuzz/corpus/{target}")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "a corpus of {} files", files.len());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        assert!(catch_unwind(AssertUnwindSafe(|| holds(&bytes))).is_ok(), "{}", file.display());
    }
}

#[test]
fn forms() {
    replay("form", properties::form::holds);
}

#[test]
fn fixtures() {
    replay("fixture", properties::fixture::holds);
}

#[test]
fn fault_headers() {
    replay("fault_header", properties::fault_header::holds);
}

#[test]
fn tokens() {
    replay("token", properties::token::holds);
}

#[test]
fn bytes_on_a_connection() {
    replay("wire", properties::wire::holds);
}
