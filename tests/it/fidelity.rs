//! `docs/fidelity.md`: what the code says now, what is committed and served, and whether each assumption is where it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use vchatcloud_mock::fidelity::{self, Assumption};

use crate::mock::Mock;
use crate::tidy::rust_files;

const PAGE: &str = include_str!("../../docs/fidelity.md");
/// What stands before the id of an assumption in the code.
const MARK: &str = "// assumed: ";

#[tokio::test]
async fn the_committed_page_is_what_the_code_says_and_what_is_served() {
    let made = fidelity::page().unwrap_or_else(|missing| panic!("{missing}"));
    assert!(made == PAGE, "run: cargo run --example fidelity");
    let served = Mock::new().admin("GET", "fidelity", "").await;
    assert_eq!((served.header("content-type"), served.body.as_str()), ("text/markdown; charset=utf-8", PAGE));
}

/// An id, where its mark is, and what stands from the marked line on: the line itself when the mark stands beside it, else the next.
struct Marked {
    id: String,
    file: String,
    from_there: String,
}

fn marks() -> Vec<Marked> {
    let mut marks = Vec::new();
    for path in rust_files(Path::new("src")).into_iter().filter(|path| !path.starts_with("src/fidelity")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let Some((before, id)) = line.split_once(MARK) else { continue };
            let first = if before.trim().is_empty() { number + 1 } else { number };
            marks.push(Marked { id: id.to_owned(), file: path.display().to_string(), from_there: lines[first..].join("\n") });
        }
    }
    marks
}

/// Each assumption has one mark, in the file that the page names, and each mark is an assumption.
#[test]
fn every_assumption_has_one_place_and_every_place_an_assumption() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mark in marks() {
        places.entry(mark.id).or_default().push(mark.file);
    }
    for Assumption { id, file, .. } in fidelity::assumptions() {
        let found = places.remove(id).unwrap_or_default();
        assert_eq!(found, [file], "`{MARK}{id}` must stand once, in the file that src/fidelity names");
    }
    assert!(places.is_empty(), "these marks have no row in src/fidelity: {places:?}");
}

#[test]
fn no_two_assumptions_share_an_id() {
    let assumptions = fidelity::assumptions();
    let ids: BTreeSet<&str> = assumptions.iter().map(|assumption| assumption.id).collect();
    assert_eq!(ids.len(), assumptions.len());
    assert!(ids.len() > 60, "only {} assumptions were found", ids.len());
}

/// The text to change begins in the marked line; where there is none, the row says what decides instead.
#[test]
fn every_assumption_can_be_changed_in_its_line() {
    let marks = marks();
    for assumption in fidelity::assumptions() {
        let id = assumption.id;
        assert!(assumption.change.is_some() != assumption.no_line.is_some(), "{id} has either a change or a reason why there is none");
        let Some(change) = assumption.change else { continue };
        let marked = &marks.iter().find(|mark| mark.id == id).unwrap_or_else(|| panic!("{id} has no mark")).from_there;
        let line = marked.lines().next().unwrap_or_default();
        let at = marked.find(change.from).unwrap_or_else(|| panic!("{id}: `{}` is not in the marked line: {line}", change.from));
        assert!(at < line.len(), "{id}: `{}` is not in the marked line: {line}", change.from);
    }
}

/// The test of an assumption is a test.
#[test]
fn every_assumption_has_its_test() {
    for Assumption { id, test, .. } in fidelity::assumptions() {
        let (modules, name) = test.rsplit_once("::").unwrap_or_else(|| panic!("{id}: {test} names no file"));
        let file = format!("tests/it/{}.rs", modules.replace("::", "/"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{id}: {file}: {error}"));
        let head = text.split_once(&format!("fn {name}(")).unwrap_or_else(|| panic!("{id}: {file} has no {name}")).0;
        let above = head.rsplit_once('\n').map_or("", |(above, _)| above);
        let attributes: String = above.lines().rev().take_while(|line| line.trim_start().starts_with(['#', '/'])).collect();
        assert!(attributes.contains("#[test]") || attributes.contains("#[tokio::test"), "{id}: {test} is no test");
    }
}
