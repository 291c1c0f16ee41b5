//! What makes one emulator differ from another.

use std::time::Duration;

use crate::clock::ClockMode;
use crate::domain::field::Invalid;
use crate::fixture::Fixtures;
use crate::journal::Limits;

/// Which keys and tokens pass. Both headers are demanded in both modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum AuthMode {
    /// any non-empty key is an account of its own, any non-empty token passes; tokens issued here are checked
    #[default]
    Open,
    /// the key must be a fixture's, the token a fixture's or issued here for that key and unexpired
    Strict,
}

/// How refusals choose their HTTP status: public clients disagree on what they look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ErrorStatus {
    /// the status of the result code's row
    #[default]
    Mapped,
    /// always 200, the code is in the envelope
    #[cfg_attr(feature = "cli", value(name = "200"))]
    Always200,
}

/// Everything that makes one emulator differ from another.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which keys and tokens pass.
    pub auth: AuthMode,
    /// How refusals choose their HTTP status.
    pub error_status: ErrorStatus,
    /// How long an issued token is valid; whole seconds, five hours at the vendor (observed).
    pub token_ttl: Duration,
    /// Makes ids and signing keys repeat.
    pub seed: Option<u64>,
    /// What clocks start as.
    pub clock: ClockMode,
    /// What accounts start with.
    pub fixtures: Fixtures,
    /// How much the journal keeps.
    pub journal: Limits,
    /// Whether a request may ask for a fault with `X-Mock-Fault`.
    pub fault_header: bool,
}

/// Takes how long tokens are valid, which they tell in seconds.
///
/// # Errors
/// No whole seconds, or none.
pub fn checked_ttl(ttl: Duration) -> Result<Duration, Invalid> {
    let is_valid = ttl.as_secs() > 0 && ttl.subsec_nanos() == 0;
    if is_valid { Ok(ttl) } else { Err(Invalid("must be whole seconds, at least 1s".to_owned())) }
}

impl Settings {
    /// A key and a token for somebody's first call; `None` when a strict server has no token to show.
    pub fn pair_to_try(&self) -> Option<(&str, &str)> {
        self.fixtures.pair_to_try().or((self.auth == AuthMode::Open).then_some(("any-key", "any-token")))
    }
}

impl Default for Settings {
    fn default() -> Self {
        let token_ttl = Duration::from_hours(5);
        Settings {
            auth: AuthMode::Open,
            error_status: ErrorStatus::Mapped,
            token_ttl,
            seed: None,
            clock: ClockMode::System,
            fixtures: Fixtures::default(),
            journal: Limits::default(),
            fault_header: true,
        }
    }
}
