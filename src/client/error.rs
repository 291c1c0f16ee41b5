//! Why a call of a handle failed.

use std::fmt;

use serde::Deserialize;

use crate::verify::Verdict;

/// Why a call failed. Nothing was changed, unless the connection broke on the way.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody answers there.
    #[error("{server}: unreachable: {error}")]
    Unreachable {
        /// Its address.
        server: String,
        /// What the machine says.
        error: std::io::Error,
    },
    /// No server can have this address.
    #[error("must be http://HOST[:PORT], got \"{0}\"")]
    BadUrl(String),
    /// There was no answer: the connection broke, or it took too long.
    #[error("{server}: {what}")]
    Broken {
        /// Its address.
        server: String,
        /// What happened.
        what: String,
    },
    /// The mock refused the call.
    #[error("{message}; {hint} ({code}, {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// For programs, such as `unknown_room`.
        code: String,
        /// What was wrong.
        message: String,
        /// The cure.
        hint: String,
    },
    /// What was called is not what was expected, or nobody can tell any more.
    #[error("{0}")]
    Unmet(Unmet),
    /// The answer is not a mock's, or not this version's: what came, or what is wrong with it.
    #[error("not an answer of a mock of this version: {0}")]
    Unexpected(String),
}

/// As it is shown: a test unwraps it, and a verdict is easier to read in lines.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A verification that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmet {
    /// What it came to.
    pub verdict: Verdict,
    /// What may be behind it, such as a misspelt key.
    pub note: Option<String>,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "verification {}", self.verdict)?;
        self.note.iter().try_for_each(|note| write!(f, "\n  {note}"))
    }
}

/// The body of a refusal.
#[derive(Deserialize)]
pub struct Refusal {
    error: Content,
}

#[derive(Deserialize)]
struct Content {
    code: String,
    message: String,
    hint: String,
}

impl Refusal {
    pub fn with(self, status: u16) -> Error {
        let Content { code, message, hint } = self.error;
        Error::Refused { status, code, message, hint }
    }
}
