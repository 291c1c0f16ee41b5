//! Faults and rules as Rust programs write them. What is out of range is told when the rule is added, as of any other.

use std::ops::{RangeFrom, RangeInclusive};
use std::str::FromStr;
use std::time::Duration;

use super::kind::commit_then_fail::CommitThenFail;
use super::kind::rate_limit::RateLimit;
use super::kind::{bad_gateway, delay, empty, hang, malformed, reset, slow, status, truncate};
use super::{Fault, Matcher, Nth, Rule};
use crate::domain::code::{self, ResultCode};
use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;

impl Fault {
    /// Waits, at most an hour, and goes on.
    pub fn delay(time: Duration) -> Fault {
        Fault::delay_between(time, time)
    }

    /// Waits for a time drawn between both, and goes on.
    pub fn delay_between(min: Duration, max: Duration) -> Fault {
        Fault::Delay(delay::Delay { min, max })
    }

    /// Answers with an HTTP status, 200 to 599, and the first result code of that status, or `SYSTEM_ERROR`.
    pub fn status(http: u16) -> Fault {
        Fault::Status(status::Status { code: code::for_status(http), http: Some(http), message: None, retry_after: None })
    }

    /// Answers with a result code.
    pub fn code(code: ResultCode) -> Fault {
        Fault::Status(status::Status { code, http: None, message: None, retry_after: None })
    }

    /// Resets the connection (RST) without an answer; the operation does not happen.
    pub fn reset() -> Fault {
        Fault::reset_after(0)
    }

    /// Resets the connection (RST) after so many bytes of the answer; the operation happens if they are more than none.
    pub fn reset_after(bytes: u64) -> Fault {
        Fault::Reset(reset::Reset { after_bytes: bytes })
    }

    /// Closes the connection without a byte.
    pub fn empty() -> Fault {
        Fault::Empty(empty::Empty)
    }

    /// Sends the head and half of the body, and closes.
    pub fn truncate() -> Fault {
        Fault::Truncate(truncate::Truncate { bytes: None })
    }

    /// Sends the head and so many bytes of the body, and closes.
    pub fn truncate_after(bytes: u64) -> Fault {
        Fault::Truncate(truncate::Truncate { bytes: Some(bytes) })
    }

    /// Answers what is no JSON.
    pub fn malformed() -> Fault {
        Fault::Malformed(malformed::Malformed)
    }

    /// Never answers.
    pub fn hang() -> Fault {
        Fault::Hang(hang::Hang)
    }

    /// Answers at that pace.
    pub fn slow(bytes_per_second: u64) -> Fault {
        Fault::Slow(slow::Slow { bytes_per_second })
    }

    /// Answers 502 with an HTML page, as nginx does.
    pub fn bad_gateway() -> Fault {
        Fault::BadGateway(bad_gateway::BadGateway)
    }

    /// The write happens, and then the connection is reset. It befalls writes that succeed.
    pub fn commit_then_fail() -> Fault {
        Fault::CommitThenFail(CommitThenFail { then: None })
    }

    /// The write happens, and then the client sees that fault: a status, reset, empty, hang or bad gateway.
    pub fn commit_then(then: Fault) -> Fault {
        Fault::CommitThenFail(CommitThenFail { then: Some(Box::new(then)) })
    }

    /// Lets so many calls of an account through per second, and `burst` at once.
    pub fn rate_limit(per_second: f64, burst: u32) -> Fault {
        Fault::RateLimit(RateLimit { per_second, burst })
    }
}

/// As the header `X-Mock-Fault` has it: `status; http=503; retryAfter=2`, or JSON.
impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        Fault::from_header(text)
    }
}

/// That fault befalls every exchange.
impl From<Fault> for Rule {
    fn from(fault: Fault) -> Rule {
        Rule { matcher: Matcher::default(), fault, times: None, lasts: None }
    }
}

impl Rule {
    /// Only calls of that operation.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Rule {
        self.matcher.operation = Some(operation);
        self
    }

    /// Only calls about that room.
    #[must_use]
    pub fn in_room(mut self, room_id: RoomId) -> Rule {
        self.matcher.room_id = Some(room_id);
        self
    }

    /// Only the third (`3`), the third to fifth (`3..=5`) or all from the third on (`3..`) of those that fit the above.
    #[must_use]
    pub fn nth(mut self, nth: impl Into<Nth>) -> Rule {
        self.matcher.nth = Some(nth.into());
        self
    }

    /// Only some, drawn with that probability, above 0 to 1.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Rule {
        self.matcher.probability = Some(probability);
        self
    }

    /// At most so many, 1 or more.
    #[must_use]
    pub fn times(mut self, times: u64) -> Rule {
        self.times = Some(times);
        self
    }

    /// Until so much time has passed by the account's clock, at most a year.
    #[must_use]
    pub fn lasting(mut self, time: Duration) -> Rule {
        self.lasts = Some(time);
        self
    }
}

impl From<u64> for Nth {
    fn from(nth: u64) -> Nth {
        Nth::new(nth, Some(nth))
    }
}

impl From<RangeInclusive<u64>> for Nth {
    fn from(range: RangeInclusive<u64>) -> Nth {
        Nth::new(*range.start(), Some(*range.end()))
    }
}

impl From<RangeFrom<u64>> for Nth {
    fn from(range: RangeFrom<u64>) -> Nth {
        Nth::new(range.start, None)
    }
}
