//! What the vendor's service does beyond its tables, subject by subject, and what this mock does where nobody published it.
//!
//! A known behaviour is a row of `known`. An assumed one is a row of `assumed`, a comment `assumed: <id>` in the code, above the
//! line that decides or beside it, and a test that fails when that line is another.

mod accounts;
mod answers;
mod arrivals;
mod codes;
mod messages;
mod order;
mod parameters;
mod people;
mod rooms;
mod versions;

use serde::Serialize;

use crate::domain::code::Provenance;

pub use self::codes::{Words, of_code};

/// Every subject, in the order of the page.
pub const SUBJECTS: &[&Subject] = &[
    &order::SUBJECT,
    &parameters::SUBJECT,
    &rooms::SUBJECT,
    &people::SUBJECT,
    &messages::SUBJECT,
    &versions::SUBJECT,
    &arrivals::SUBJECT,
    &accounts::SUBJECT,
    &answers::SUBJECT,
];

/// What belongs together.
pub struct Subject {
    pub title: &'static str,
    pub known: &'static [Known],
    pub assumed: &'static [Assumption],
}

/// A behaviour that somebody has published or seen.
pub struct Known {
    pub what: &'static str,
    pub provenance: Provenance,
    /// Where it stands, or who has seen it.
    pub source: &'static str,
}

/// A behaviour that nobody published.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Assumption {
    /// Its name here and in the code.
    pub id: &'static str,
    /// What the mock does.
    pub what: &'static str,
    /// Why that and nothing else.
    pub why: &'static str,
    /// The file with the line that decides.
    pub file: &'static str,
    /// The test that holds it, as `cargo test --test it` names it.
    pub test: &'static str,
    /// A change of that line which the test does not let pass; none where no one line decides, and then `no_line` says what does.
    pub change: Option<Change>,
    pub no_line: Option<&'static str>,
}

/// Another text in the line that decides. What begins there may go on in the next line, where the order of lines decides.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Change {
    pub from: &'static str,
    pub to: &'static str,
}

const fn documented(what: &'static str, source: &'static str) -> Known {
    Known { what, provenance: Provenance::Documented, source }
}

const fn observed(what: &'static str, source: &'static str) -> Known {
    Known { what, provenance: Provenance::Observed, source }
}

const fn assumed(id: &'static str, what: &'static str, why: &'static str) -> Assumption {
    Assumption { id, what, why, file: "", test: "", change: None, no_line: None }
}

impl Assumption {
    const fn decided(self, file: &'static str, test: &'static str) -> Assumption {
        Assumption { file, test, ..self }
    }

    const fn by(self, from: &'static str, to: &'static str) -> Assumption {
        Assumption { change: Some(Change { from, to }), ..self }
    }

    const fn not_by_a_line(self, why: &'static str) -> Assumption {
        Assumption { no_line: Some(why), ..self }
    }
}
