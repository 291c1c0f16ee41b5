//! What a verification came to.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "verdict", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Verdict {
    /// Everything was as expected.
    Passed,
    /// Something was not, for sure.
    Failed {
        /// What was not as expected, in the order of the expectations.
        failures: Vec<Failure>,
    },
    /// It hangs on what was not kept.
    Inconclusive {
        /// What cannot be told and why, a line each.
        reasons: Vec<String>,
    },
}

/// One thing that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Failure {
    /// The place of the expectation in `expect`, from 0; `null` for `noOther`.
    pub expectation: Option<usize>,
    /// All of it in a line.
    pub message: String,
    /// How many there should have been, such as `at least 1`.
    pub expected: String,
    /// How many there were.
    pub got: u64,
    /// At most three exchanges: those that come nearest when there were too few, those that match when there were too many
    /// or they came too early, those that match nothing for `noOther`.
    pub nearest: Vec<Nearest>,
}

/// An exchange that a failure is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Nearest {
    /// Its number, as in `X-Mock-Request-Id`.
    pub id: u64,
    /// What keeps it from matching, a line each.
    pub differences: Vec<String>,
}

/// A verdict as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Whether waiting for more exchanges is of no use: it has passed, or cannot pass any more.
    pub is_final: bool,
}

/// Whether exchanges to come may make up for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mends {
    Perhaps,
    Never,
}

/// What a judge has found so far.
#[derive(Debug, Default)]
pub struct Findings {
    failures: Vec<(Failure, Mends)>,
    doubts: Vec<(String, Mends)>,
}

impl Judgement {
    /// The judge did not come to an end.
    pub fn unknown() -> Judgement {
        Judgement::never("the judge failed: please report what the log says")
    }

    /// Without a journal nothing can be told.
    pub fn journal_off() -> Judgement {
        Judgement::never("the journal is off: start with --journal-entries above 0")
    }

    fn never(reason: &str) -> Judgement {
        Judgement { verdict: Verdict::Inconclusive { reasons: vec![reason.to_owned()] }, is_final: true }
    }
}

impl Findings {
    /// Something is wrong for sure.
    pub fn fail(&mut self, failure: Failure, mends: Mends) {
        self.failures.push((failure, mends));
    }

    /// Something may be wrong.
    pub fn doubt(&mut self, reason: String, mends: Mends) {
        self.doubts.push((reason, mends));
    }

    /// What all of it comes to: what is sure outweighs what is not.
    pub fn judgement(self) -> Judgement {
        if !self.failures.is_empty() {
            let (failures, is_final) = with_finality(self.failures);
            return Judgement { verdict: Verdict::Failed { failures }, is_final };
        }
        if !self.doubts.is_empty() {
            let (reasons, is_final) = with_finality(self.doubts);
            return Judgement { verdict: Verdict::Inconclusive { reasons }, is_final };
        }
        Judgement { verdict: Verdict::Passed, is_final: true }
    }
}

/// For people: `passed`, or what was not as expected, a line each, with the nearest exchanges under it.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Passed => f.write_str("passed"),
            Verdict::Failed { failures } => {
                f.write_str("failed")?;
                failures.iter().try_for_each(|failure| write!(f, "\n  {failure}"))
            }
            Verdict::Inconclusive { reasons } => {
                f.write_str("inconclusive")?;
                reasons.iter().try_for_each(|reason| write!(f, "\n  {reason}"))
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for Nearest { id, differences } in &self.nearest {
            write!(f, "\n    #{id} {}", if differences.is_empty() { "matches".to_owned() } else { differences.join("; ") })?;
        }
        Ok(())
    }
}

/// One that cannot be mended is enough.
fn with_finality<T>(findings: Vec<(T, Mends)>) -> (Vec<T>, bool) {
    let is_final = findings.iter().any(|(_, mends)| *mends == Mends::Never);
    (findings.into_iter().map(|(finding, _)| finding).collect(), is_final)
}
