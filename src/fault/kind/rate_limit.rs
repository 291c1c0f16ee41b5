//! `rate-limit`: a token bucket per account. While it has tokens calls pass; then they are refused with
//! `TOO_MANY_REQUESTS` and `Retry-After`, and nothing happens. The bucket fills by the account's clock.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::plan::{Plan, Reply};
use super::Kind;
use crate::domain::code::ResultCode;
use crate::reader::{Members, Reader};

/// Lets so many calls through per second, and `burst` at once.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLimit {
    pub(in crate::fault) per_second: f64,
    pub(in crate::fault) burst: u32,
}

/// What is left of a limit.
#[derive(Debug, Clone)]
pub struct Bucket {
    tokens: f64,
    /// When it had so many: at the last call that passed.
    at: DateTime<Utc>,
}

impl RateLimit {
    /// A full bucket.
    pub fn bucket(&self, now: DateTime<Utc>) -> Bucket {
        Bucket { tokens: f64::from(self.burst), at: now }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// Whole seconds until there is one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is positive, and what is too much is the most")]
    pub fn take(&self, bucket: &mut Bucket, now: DateTime<Utc>) -> Result<(), u64> {
        // A clock that was put back gives nothing and takes nothing.
        bucket.at = bucket.at.min(now);
        let passed = (now - bucket.at).as_seconds_f64();
        let tokens = (bucket.tokens + passed * self.per_second).min(f64::from(self.burst));
        if tokens < 1.0 {
            return Err((((1.0 - tokens) / self.per_second).ceil() as u64).max(1));
        }
        *bucket = Bucket { tokens: tokens - 1.0, at: now };
        Ok(())
    }

    /// The refusal of a call too many.
    pub fn refusal(retry_after: u64) -> Plan {
        Plan::instead(Reply::Envelope { code: ResultCode::TooManyRequests, http: None, message: None, retry_after: Some(retry_after) })
    }
}

impl Kind for RateLimit {
    const NAME: &'static str = "rate-limit";
    const PARAMETERS: &'static [&'static str] = &["perSecond", "burst"];
    const WHAT: &'static str =
        "lets `perSecond` calls of an account through and `burst` at once (one second's worth if not given), and refuses the rest";

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        reader.missing(members, "perSecond", "say how many calls pass");
        let per_second = reader.fraction(members, "perSecond", 0.0, 1e6)?;
        let burst = reader.number(members, "burst", 1, 1_000_000).unwrap_or(per_second.ceil().max(1.0) as u32);
        Some(RateLimit { per_second, burst })
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        vec![("perSecond", self.per_second.into()), ("burst", self.burst.into())]
    }

    /// What a call meets that found the bucket empty.
    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        Self::refusal(1)
    }
}
