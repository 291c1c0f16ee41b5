//! Rules about the source that a machine can see.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of ARCHITECTURE.md, top down. Imports point down, and never sideways within a line.
const FLOORS: &[&[&str]] = &[
    &["cli", "openapi", "fidelity"],
    &["drift"],
    &["client"],
    &["launch"],
    &["server"],
    &["http", "admin"],
    &["emulator"],
    &["verify"],
    &["fixture", "journal"],
    &["store", "chat", "token", "fault", "tls"],
    &["clock", "seed", "form", "reader"],
    &["escape", "schema", "links"],
    &["domain"],
];

pub fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

#[test]
fn imports_point_down() {
    let mut checked = 0;
    for file in rust_files(Path::new("src")) {
        let name = file.strip_prefix("src").unwrap().components().next().unwrap();
        let module = name.as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let Some(mine) = floor(module) else { continue };
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let used = used.split(|character: char| !character.is_alphanumeric() && character != '_').next().unwrap();
                let theirs = floor(used).unwrap_or_else(|| panic!("{}:{}: {used} stands on no floor", file.display(), number + 1));
                assert!(used == module || theirs > mine, "{}:{}: {module} uses {used}, which is not below it", file.display(), number + 1);
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "only {checked} imports were seen");
}

/// `domain` knows no HTTP, does not wait, and asks neither time nor chance.
#[test]
fn the_ground_is_pure() {
    for file in rust_files(Path::new("src/domain")) {
        let text = fs::read_to_string(&file).unwrap();
        for foreign in ["axum", "tokio", "hyper", "utoipa", "uuid", "async ", "::now("] {
            assert!(
                !text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(foreign)),
                "{}: {foreign}",
                file.display()
            );
        }
    }
}

#[test]
fn files_fit_in_one_head() {
    for file in rust_files(Path::new("src")).into_iter().chain(rust_files(Path::new("tests"))) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 420, "{} has {lines} lines", file.display());
    }
}
