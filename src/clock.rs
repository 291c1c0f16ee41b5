//! Time, as an account sees it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::domain::field::Invalid;
use crate::domain::text;

/// What the clocks of a server start as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockMode {
    /// The machine's time.
    #[default]
    System,
    /// One moment that only an advance moves.
    Frozen(DateTime<Utc>),
    /// Starts at a moment and runs.
    Start(DateTime<Utc>),
    /// Runs so much ahead of the machine's time, or behind it.
    Offset(TimeDelta),
}

impl FromStr for ClockMode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once(':') {
            None if text == "system" => Ok(ClockMode::System),
            Some(("frozen", moment)) => parse_moment(moment).map(ClockMode::Frozen),
            Some(("start", moment)) => parse_moment(moment).map(ClockMode::Start),
            // What leaves the years stands at their end, as a clock does that has run there.
            Some(("offset", span)) => parse_span(span).map(ClockMode::Offset),
            _ => Err(Invalid("must be system, frozen:<RFC 3339>, start:<RFC 3339> or offset:<duration>".to_owned())),
        }
    }
}

/// A moment of RFC 3339, in the years of a clock.
///
/// # Errors
/// Says what a moment looks like.
pub fn parse_moment(text: &str) -> Result<DateTime<Utc>, Invalid> {
    let moment =
        DateTime::parse_from_rfc3339(text).map_err(|_| Invalid("must be RFC 3339, such as 2026-01-31T09:00:00+09:00".to_owned()))?;
    let moment = moment.to_utc();
    if moment < DateTime::UNIX_EPOCH || moment > latest() {
        return Err(Invalid(YEARS.to_owned()));
    }
    Ok(moment)
}

const YEARS: &str = "must be of 1970 to 9999";

/// A duration with a sign or none, such as `5h1s` or `-30m`; to the millisecond.
///
/// # Errors
/// Says what a duration looks like.
pub fn parse_span(text: &str) -> Result<TimeDelta, Invalid> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let span = humantime::parse_duration(unsigned)
        .ok()
        .and_then(|span| i64::try_from(span.as_millis()).ok())
        .and_then(TimeDelta::try_milliseconds);
    let span = span.ok_or_else(|| Invalid("must be a duration such as 5h1s or -30m".to_owned()))?;
    Ok(if text.starts_with('-') { -span } else { span })
}

/// A duration as [`parse_span`] reads it: `-5h1s`.
pub fn show_span(span: TimeDelta) -> String {
    let sign = if span < TimeDelta::zero() { "-" } else { "" };
    format!("{sign}{}", text::duration(span.abs().to_std().unwrap_or_default()))
}

/// A moment as the control plane shows it: RFC 3339, to the millisecond.
pub fn show_moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The last moment a clock shows: in KST it is the last second of the year 9999, the last that the API can write.
fn latest() -> DateTime<Utc> {
    DateTime::from_timestamp_secs(253_402_268_399).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A clock that runs beside the machine's, or stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's time and so much more.
    Running { ahead: TimeDelta },
    /// This moment.
    Standing { at: DateTime<Utc> },
}

impl Clock {
    /// A clock of that mode, started now.
    pub fn start(mode: ClockMode) -> Clock {
        match mode {
            ClockMode::System => Clock::Running { ahead: TimeDelta::zero() },
            ClockMode::Frozen(at) => Clock::Standing { at },
            // To the millisecond, so that it can be written down.
            // And not before that moment.
            ClockMode::Start(at) => Clock::Running { ahead: TimeDelta::milliseconds((at - system()).num_milliseconds() + 1) },
            ClockMode::Offset(ahead) => Clock::Running { ahead },
        }
    }

    /// A mode that a clock started with goes on as this one.
    pub fn mode(&self) -> ClockMode {
        match *self {
            Clock::Running { ahead } if ahead.is_zero() => ClockMode::System,
            Clock::Running { ahead } => ClockMode::Offset(ahead),
            Clock::Standing { at } => ClockMode::Frozen(at),
        }
    }

    /// The time it shows.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::Running { ahead } => {
                let end = if *ahead < TimeDelta::zero() { DateTime::UNIX_EPOCH } else { latest() };
                system().checked_add_signed(*ahead).map_or(end, |now| now.clamp(DateTime::UNIX_EPOCH, latest()))
            }
            Clock::Standing { at } => *at,
        }
    }

    /// The same clock moved, forward or back; `None` when it would leave the years 1970 to 9999.
    pub fn advanced(&self, by: TimeDelta) -> Option<Clock> {
        let then = self.now().checked_add_signed(by).filter(|then| (DateTime::UNIX_EPOCH..=latest()).contains(then))?;
        Some(match self {
            // One that has run into an end of time moves from there.
            Clock::Running { ahead }
                if system().checked_add_signed(*ahead).is_none_or(|now| now < DateTime::UNIX_EPOCH || now > latest()) =>
            {
                Clock::Running { ahead: TimeDelta::milliseconds((then - system()).num_milliseconds()) }
            }
            Clock::Running { ahead } => Clock::Running { ahead: ahead.checked_add(&by)? },
            Clock::Standing { .. } => Clock::Standing { at: then },
        })
    }
}

impl fmt::Display for ClockMode {
    /// As [`FromStr`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClockMode::System => f.write_str("system"),
            ClockMode::Frozen(at) => write!(f, "frozen:{}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            ClockMode::Start(at) => write!(f, "start:{}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            ClockMode::Offset(ahead) => write!(f, "offset:{}", show_span(*ahead)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn system() -> DateTime<Utc> {
    let now = Utc::now();
    #[cfg(test)]
    let now = now + skew::get();
    now
}

/// For tests, in which the machine's clock is set while a server runs: by so much, for whoever asks in this thread.
#[cfg(test)]
pub mod skew {
    use std::cell::Cell;

    use chrono::TimeDelta;

    thread_local! {
        static SKEW: Cell<TimeDelta> = const { Cell::new(TimeDelta::zero()) };
    }

    pub fn set(by: TimeDelta) {
        SKEW.set(by);
    }

    pub fn get() -> TimeDelta {
        SKEW.get()
    }
}
