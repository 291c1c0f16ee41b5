//! Verifications as Rust programs write them, and as [`super::read`] reads them.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};
use std::time::Duration;

use regex_lite::RegexBuilder;
use serde_json::{Map, Value, json};

use super::Verification;
use super::expectation::{Condition, Expectation, Times};
use crate::domain::field::Invalid;
use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;
use crate::domain::text;

/// How large a regex may be, once compiled.
const REGEX_BYTES: usize = 16 * 1024;

impl Expectation {
    /// That an operation was called once at least.
    pub fn of(operation: Operation) -> Expectation {
        Expectation { operation: Some(operation), ..Expectation::any() }
    }

    /// That anything was called once at least.
    pub fn any() -> Expectation {
        Expectation {
            operation: None,
            room_id: None,
            status: None,
            result_cd: None,
            conditions: Vec::new(),
            times: Times { min: 1, max: None },
        }
    }

    /// Only calls that were about that room or made it.
    #[must_use]
    pub fn in_room(mut self, room_id: RoomId) -> Expectation {
        self.room_id = Some(room_id);
        self
    }

    /// Only calls that were answered with that HTTP status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Expectation {
        self.status = Some(status);
        self
    }

    /// Only calls that were answered with that result code; 1 is success.
    #[must_use]
    pub fn result_cd(mut self, result_cd: i32) -> Expectation {
        self.result_cd = Some(result_cd);
        self
    }

    /// Only calls in which a parameter is as the condition says: a text that it equals, or a [`Condition`]. A parameter has one
    /// condition, the last.
    #[must_use]
    pub fn with(mut self, parameter: &str, condition: impl Into<Condition>) -> Expectation {
        self.conditions.retain(|(other, _)| other != parameter);
        self.conditions.push((parameter.to_owned(), condition.into()));
        self
    }

    /// How often: twice (`2`), twice or more often (`2..`), at most twice, also never (`..=2`), once or twice (`1..=2`).
    #[must_use]
    pub fn times(mut self, times: impl Into<Times>) -> Expectation {
        self.times = times.into();
        self
    }

    fn json(&self) -> Value {
        let Expectation { operation, room_id, status, result_cd, conditions, times } = self;
        let mut members = Map::new();
        let mut member = |name: &str, value: Option<Value>| drop(value.map(|value| members.insert(name.to_owned(), value)));
        member("operation", operation.map(|operation| operation.name().into()));
        member("roomId", room_id.map(|id| id.to_string().into()));
        member("status", status.map(Into::into));
        member("result_cd", result_cd.map(Into::into));
        if !conditions.is_empty() {
            member("where", Some(conditions.iter().map(|(name, condition)| (name.clone(), condition.json())).collect()));
        }
        let limits = match *times {
            Times { min, max: Some(max) } if min == max => json!(max),
            Times { min, max: Some(max) } => json!({ "min": min, "max": max }),
            Times { min, max: None } => json!({ "min": min }),
        };
        member("times", Some(limits));
        members.into()
    }
}

impl From<u64> for Times {
    fn from(exactly: u64) -> Times {
        Times { min: exactly, max: Some(exactly) }
    }
}

impl From<RangeInclusive<u64>> for Times {
    fn from(range: RangeInclusive<u64>) -> Times {
        Times { min: *range.start(), max: Some(*range.end()) }
    }
}

impl From<RangeFrom<u64>> for Times {
    fn from(range: RangeFrom<u64>) -> Times {
        Times { min: range.start, max: None }
    }
}

impl From<RangeToInclusive<u64>> for Times {
    fn from(range: RangeToInclusive<u64>) -> Times {
        Times { min: 0, max: Some(range.end) }
    }
}

impl Condition {
    /// That a parameter matches somewhere; `^` and `$` stand for its ends.
    ///
    /// # Errors
    /// [`Invalid`]: what is wrong with the pattern, or that it is too large.
    pub fn regex(pattern: &str) -> Result<Condition, Invalid> {
        // A regex costs its size times the text, and nobody needs a large one.
        let compiled = RegexBuilder::new(pattern).size_limit(REGEX_BYTES).build();
        compiled.map(Condition::Regex).map_err(|error| Invalid(error.to_string()))
    }

    /// That a parameter has that text in it.
    pub fn contains(part: &str) -> Condition {
        Condition::Contains(part.to_owned())
    }

    fn json(&self) -> Value {
        match self {
            Condition::Equals(text) => json!(text),
            Condition::Contains(part) => json!({ "contains": part }),
            Condition::Regex(regex) => json!({ "regex": regex.as_str() }),
            Condition::Absent => json!({ "absent": true }),
        }
    }
}

/// That a parameter equals that text.
impl From<&str> for Condition {
    fn from(text: &str) -> Condition {
        Condition::Equals(text.to_owned())
    }
}

/// That a parameter equals that text.
impl From<String> for Condition {
    fn from(text: String) -> Condition {
        Condition::Equals(text)
    }
}

impl From<Expectation> for Verification {
    fn from(expectation: Expectation) -> Verification {
        Verification::of([expectation])
    }
}

impl Verification {
    /// That each of these was met.
    pub fn of(expectations: impl IntoIterator<Item = Expectation>) -> Verification {
        Verification { expect: expectations.into_iter().collect(), ..Verification::default() }
    }

    /// That nothing was called.
    pub fn nothing() -> Verification {
        Verification { no_other: true, ..Verification::default() }
    }

    /// And in their order.
    #[must_use]
    pub fn ordered(mut self) -> Verification {
        self.ordered = true;
        self
    }

    /// And nothing else was called.
    #[must_use]
    pub fn no_other(mut self) -> Verification {
        self.no_other = true;
        self
    }

    /// Waits for it, at most so long and at most ten minutes.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Verification {
        self.within = time;
        self
    }

    /// What is expected.
    pub fn expectations(&self) -> &[Expectation] {
        &self.expect
    }

    /// Whether nothing else may have been called.
    pub fn is_exclusive(&self) -> bool {
        self.no_other
    }

    /// The verification as [`super::read`] reads it.
    pub fn json(&self) -> Value {
        let expect: Vec<Value> = self.expect.iter().map(Expectation::json).collect();
        json!({ "expect": expect, "ordered": self.ordered, "noOther": self.no_other, "within": text::duration(self.within) })
    }
}
