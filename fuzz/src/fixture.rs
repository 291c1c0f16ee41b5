//! The fixture reader: a text is refused with places that are in it, or makes accounts that can be written and read again.

use std::fmt::Write as _;

use vchatcloud_mock::emulator::{Emulator, Settings};
use vchatcloud_mock::fixture::{self, Fixtures, Problem, Problems, Source};

pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match read(text) {
        Ok(fixtures) => is_written_as_it_is_read(fixtures),
        Err(Problems(problems)) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                has_its_place(problem, text);
            }
        }
    }
}

fn read(text: &str) -> Result<Fixtures, Problems> {
    fixture::load(&[Source::inline("fixture", text)])
}

fn is_written_as_it_is_read(fixtures: Fixtures) {
    let first = state(fixtures);
    let second = state(read(&first).unwrap_or_else(|problems| panic!("{problems}\n{first}")));
    assert_eq!(first, second);
}

/// What a mock that starts with it writes down, at a moment at which all clocks stand.
fn state(fixtures: Fixtures) -> String {
    let clock = "frozen:2026-01-31T12:00:00+09:00".parse().unwrap();
    let emulator = Emulator::new(Settings { seed: Some(1), clock, fixtures, ..Settings::default() });
    // Somebody of whom the fixture says nothing starts with what it has for everybody.
    emulator.mark(Some(&"somebody-else".parse().unwrap())).unwrap();
    emulator.set_clock(None, clock).unwrap();
    fixture::write(&emulator.saved(None))
}

fn has_its_place(problem: &Problem, text: &str) {
    let (line, column) = problem.place.unwrap_or_else(|| panic!("no place: {problem}"));
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let found = text.split('\n').nth(line - 1).unwrap_or_else(|| panic!("no such line: {problem}"));
    assert!((1..=found.chars().count() + 1).contains(&column), "no such column: {problem}");
    let mut shown = String::new();
    write!(shown, "{problem}").unwrap();
    assert!(!problem.text.is_empty() && !shown.contains(char::is_control), "not one line: {shown:?}");
}
