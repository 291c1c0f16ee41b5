//! What was called, held against what should have been: `POST /__admin/verify`, without the waiting.
//!
//! A verdict is never false. What the journal does not hold any more, or holds only in part, may have matched or not, and a
//! verdict that hangs on it says so.

mod expectation;
mod judge;
mod make;
mod order;
mod read;
#[cfg(test)]
mod tests;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

pub use self::expectation::{Condition, Expectation, Times};
pub use self::read::read;
pub(crate) use self::verdict::Judgement;
pub use self::verdict::{Failure, Nearest, Verdict};
use crate::journal::{Entry, Evicted};

/// What must have been called. Preflights never count.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Each of them must be met; one exchange may count for several.
    expect: Vec<Expectation>,
    /// Whether they must have been met in their order; one exchange counts for one then.
    ordered: bool,
    /// Whether every exchange must match one of them.
    no_other: bool,
    /// How long to wait for them at most, up to ten minutes; absent is not at all.
    within: Duration,
}

impl Verification {
    /// How long to wait at most until it passes.
    pub fn patience(&self) -> Duration {
        self.within
    }

    /// Judges the entries of a journal, in its order, and what made room in it; `is_on` tells whether it keeps anything at all.
    pub(crate) fn judge(&self, entries: &[Arc<Entry>], evicted: &Evicted, is_on: bool) -> Judgement {
        if is_on { judge::judge(self, entries, evicted) } else { Judgement::journal_off() }
    }
}
