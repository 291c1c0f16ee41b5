//! Why a call was refused: the rule, how sure it is, and what to send instead.

use super::error::ApiError;
use super::record::Recording;
use crate::domain::code::Provenance;
use crate::journal::Explanation;

/// Explains a refusal.
pub fn explain(_error: &ApiError, _recording: &Recording) -> Explanation {
    Explanation {
        rule: String::new(),
        provenance: Provenance::Assumed,
        source: "",
        got: None,
        expected: None,
        nearest: None,
        hints: Vec::new(),
        curl: None,
    }
}

/// The short form of it, for `X-Mock-Reason` and the log: what was wrong and the cure, then what may be behind it.
pub fn short(error: &ApiError, explanation: &Explanation) -> String {
    let mut parts = vec![error.reason()];
    parts.extend(explanation.hints.iter().cloned());
    parts.join("; ")
}
