//! What is expected, and how an exchange compares with it.

use std::cell::OnceCell;
use std::fmt::{self, Display};

use regex_lite::Regex;

use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;
use crate::domain::{secret, text};
use crate::form::Form;
use crate::journal::{Answered, BODY_KEPT, Entry};

/// Which exchanges, and how many of them. What it does not say does not matter.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub operation: Option<Operation>,
    /// The room that it was about or made.
    pub room_id: Option<RoomId>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// The number in the envelope of the answer.
    pub result_cd: Option<i32>,
    /// Conditions on parameters by name, all of which must hold. The first value of a name counts.
    pub conditions: Vec<(String, Condition)>,
    /// A number, or `{"min": 1, "max": 2}` with either or both; absent is at least once.
    pub times: Times,
}

/// What a parameter must be: a text that it equals, or an object that says one of these.
#[derive(Debug, Clone)]
pub enum Condition {
    Equals(String),
    Contains(String),
    Regex(Regex),
    Absent,
}

/// How many, with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub min: u64,
    pub max: Option<u64>,
}

/// An exchange that is kept, with its parameters decoded when they are first looked at.
pub struct Kept<'e> {
    pub entry: &'e Entry,
    form: OnceCell<Form>,
}

/// Whether an exchange matches; the better, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    No,
    /// What would tell was not kept.
    Maybe,
    Yes,
}

/// One thing that does not match.
pub struct Difference {
    /// `Maybe` when it could not be looked at.
    fit: Fit,
    pub text: String,
}

impl Expectation {
    /// Whether an exchange matches it.
    pub fn fit(&self, kept: &Kept<'_>) -> Fit {
        self.differences(kept).map(|difference| difference.fit).min().unwrap_or(Fit::Yes)
    }

    /// What keeps an exchange from matching it.
    pub fn differences<'a>(&'a self, kept: &'a Kept<'_>) -> impl Iterator<Item = Difference> + 'a {
        let Entry { operation, room_id, answer, .. } = kept.entry;
        let status = answer.map(|Answered { status, .. }| status);
        let result_cd = answer.and_then(|Answered { result_cd, .. }| result_cd);
        let of_exchange = [
            difference("operation", self.operation.map(Operation::name), operation.map(Operation::name)),
            difference("roomId", self.room_id, *room_id),
            difference("status", self.status, status),
            difference("result_cd", self.result_cd, result_cd),
        ];
        let of_parameters = self.conditions.iter().filter_map(|(name, condition)| condition.difference(name, kept));
        of_exchange.into_iter().flatten().chain(of_parameters)
    }

    /// How far an exchange is from matching it: by its differences, then by its operation.
    pub fn distance(&self, kept: &Kept<'_>) -> (usize, bool) {
        (self.differences(kept).count(), self.operation.is_some() && self.operation != kept.entry.operation)
    }
}

fn difference<T: PartialEq + Display>(name: &str, expected: Option<T>, got: Option<T>) -> Option<Difference> {
    let expected = expected?;
    if got.as_ref() == Some(&expected) {
        return None;
    }
    let got = got.map_or("none".to_owned(), |got| got.to_string());
    Some(Difference { fit: Fit::No, text: format!("{name}: expected {expected}, got {got}") })
}

impl Condition {
    fn difference(&self, name: &str, kept: &Kept<'_>) -> Option<Difference> {
        let value = kept.parameter(name);
        let is_unseen = value.is_none() && !kept.entry.transcript.is_request_whole();
        if !is_unseen && self.holds(value) {
            return None;
        }
        let (fit, got) = if is_unseen {
            (Fit::Maybe, format!("may stand in what was not kept: the body was not read, or was longer than {BODY_KEPT} bytes"))
        } else {
            (Fit::No, format!("got {}", value.map_or("none".to_owned(), quoted)))
        };
        let (_, demand, wanted) = self.words();
        Some(Difference { fit, text: format!("{}: expected {demand} {wanted}, {got}", shown(name)) })
    }

    fn holds(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Condition::Absent, value) => value.is_none(),
            (_, None) => false,
            (Condition::Equals(text), Some(value)) => value == text,
            (Condition::Contains(part), Some(value)) => value.contains(part),
            (Condition::Regex(regex), Some(value)) => regex.is_match(value),
        }
    }

    /// How it is stated, how it is demanded, and of what: as in `matches ^QA` and `to match ^QA`.
    fn words(&self) -> (&'static str, &'static str, String) {
        match self {
            Condition::Equals(text) => ("is", "to be", quoted(text)),
            Condition::Contains(part) => ("contains", "to contain", quoted(part)),
            Condition::Regex(regex) => ("matches", "to match", shown(regex.as_str())),
            Condition::Absent => ("is", "to be", "absent".to_owned()),
        }
    }
}

impl<'e> Kept<'e> {
    pub fn of(entry: &'e Entry) -> Kept<'e> {
        Kept { entry, form: OnceCell::new() }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.form.get_or_init(|| self.entry.form()).first(name)
    }
}

/// As in `createRoom with status 200 where roomName matches ^QA`.
impl Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation.map_or("any exchange", Operation::name))?;
        let with = [
            self.room_id.map(|id| format!("roomId {id}")),
            self.status.map(|status| format!("status {status}")),
            self.result_cd.map(|result_cd| format!("result_cd {result_cd}")),
        ];
        let with: Vec<String> = with.into_iter().flatten().collect();
        let conditions = self.conditions.iter().map(|(name, condition)| {
            let (statement, _, wanted) = condition.words();
            format!("{} {statement} {wanted}", shown(name))
        });
        let conditions: Vec<String> = conditions.collect();
        for (word, parts) in [("with", with), ("where", conditions)] {
            if !parts.is_empty() {
                write!(f, " {word} {}", parts.join(" and "))?;
            }
        }
        Ok(())
    }
}

impl Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Times { min, max: None } => write!(f, "at least {min}"),
            Times { min, max: Some(max) } if min == max => write!(f, "exactly {max}"),
            Times { min: 0, max: Some(max) } => write!(f, "at most {max}"),
            Times { min, max: Some(max) } => write!(f, "{min} to {max}"),
        }
    }
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", shown(value))
}

/// A value for a message: no credential, short, on one line.
fn shown(value: &str) -> String {
    text::log_line(&text::short(&secret::scrubbed(value)))
}
