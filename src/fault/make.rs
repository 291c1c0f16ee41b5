//! Faults and rules as Rust programs write them. What is out of range is told when the rule is added, as of any other.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};
use std::str::FromStr;
use std::time::Duration;

use super::kind::commit_then_fail::CommitThenFail;
use super::kind::rate_limit::RateLimit;
use super::kind::{bad_gateway, delay, empty, hang, malformed, reset, slow, truncate};
use super::{Fault, Matcher, Nth, Rule, Status};
use crate::domain::code::{self, ResultCode};
use crate::domain::field::Invalid;
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

    /// Answers with an HTTP status, 200 to 599, and the first result code of that status, or `SYSTEM_ERROR`. What it returns
    /// is a fault that takes more: `Fault::status(503).retry_after(2)`.
    pub fn status(http: u16) -> Status {
        Status { http: Some(http), ..Fault::code(code::for_status(http)) }
    }

    /// Answers with a result code, and the HTTP status that goes with it.
    pub fn code(code: ResultCode) -> Status {
        Status { code, http: None, message: None, retry_after: None }
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
    pub fn commit_then(then: impl Into<Fault>) -> Fault {
        Fault::CommitThenFail(CommitThenFail { then: Some(Box::new(then.into())) })
    }

    /// Lets so many calls of an account through per second, and `burst` at once.
    pub fn rate_limit(per_second: f64, burst: u32) -> Fault {
        Fault::RateLimit(RateLimit { per_second, burst })
    }
}

impl Status {
    /// With the result code of another status.
    #[must_use]
    pub fn with_code(self, code: ResultCode) -> Status {
        Status { code, ..self }
    }

    /// Says that instead of the code's own words.
    #[must_use]
    pub fn message(self, message: &str) -> Status {
        Status { message: Some(message.to_owned()), ..self }
    }

    /// Says after how many seconds to try again, at most a day of them: the header `Retry-After`.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Status {
        Status { retry_after: Some(seconds), ..self }
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Fault {
        Fault::Status(status)
    }
}

/// As the header `X-Mock-Fault` has it: `status; http=503; retryAfter=2`, or JSON.
impl FromStr for Fault {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Fault, Invalid> {
        Fault::from_header(text).map_err(Invalid)
    }
}

/// That fault befalls every exchange.
impl From<Fault> for Rule {
    fn from(fault: Fault) -> Rule {
        Rule { matcher: Matcher::default(), fault, times: None, lasts: None }
    }
}

/// That status befalls every exchange.
impl From<Status> for Rule {
    fn from(status: Status) -> Rule {
        Fault::from(status).into()
    }
}

/// What a rule says, with a fault to begin with: each of these is a method of all three.
macro_rules! rules {
    ($($(#[$doc:meta])* $method:ident($value:ident: $what:ty) |$rule:ident| $set:expr;)+) => {
        impl Rule {$(
            $(#[$doc])*
            #[must_use]
            pub fn $method(self, $value: $what) -> Rule {
                let mut $rule = self;
                $set;
                $rule
            }
        )+}

        rules! { for Fault $($(#[$doc])* $method($value: $what);)+ }
        rules! { for Status $($(#[$doc])* $method($value: $what);)+ }
    };
    (for $fault:ident $($(#[$doc:meta])* $method:ident($value:ident: $what:ty);)+) => {
        impl $fault {$(
            $(#[$doc])*
            #[must_use]
            pub fn $method(self, $value: $what) -> Rule {
                Rule::from(self).$method($value)
            }
        )+}
    };
}

rules! {
    /// Only calls of that operation.
    on(operation: Operation) |rule| rule.matcher.operation = Some(operation);
    /// Only calls about that room.
    in_room(room_id: RoomId) |rule| rule.matcher.room_id = Some(room_id);
    /// Only the third (`3`), the third to fifth (`3..=5`), all from the third on (`3..`) or up to it (`..=3`) of those that fit
    /// the above.
    nth(nth: impl Into<Nth>) |rule| rule.matcher.nth = Some(nth.into());
    /// Only some, drawn with that probability, above 0 to 1.
    with_probability(probability: f64) |rule| rule.matcher.probability = Some(probability);
    /// At most so many, 1 or more.
    times(times: u64) |rule| rule.times = Some(times);
    /// Until so much time has passed by the account's clock, at most a year.
    lasting(time: Duration) |rule| rule.lasts = Some(time);
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

impl From<RangeToInclusive<u64>> for Nth {
    fn from(range: RangeToInclusive<u64>) -> Nth {
        Nth::new(1, Some(range.end))
    }
}
