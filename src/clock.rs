//! Time, as an account sees it.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::field::Invalid;

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
}

impl FromStr for ClockMode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once(':') {
            None if text == "system" => Ok(ClockMode::System),
            Some(("frozen", moment)) => parse_moment(moment).map(ClockMode::Frozen),
            Some(("start", moment)) => parse_moment(moment).map(ClockMode::Start),
            _ => Err(Invalid("must be system, frozen:<RFC 3339> or start:<RFC 3339>".to_owned())),
        }
    }
}

fn parse_moment(text: &str) -> Result<DateTime<Utc>, Invalid> {
    let moment =
        DateTime::parse_from_rfc3339(text).map_err(|_| Invalid("must be RFC 3339, such as 2026-01-31T09:00:00+09:00".to_owned()))?;
    let moment = moment.to_utc();
    if moment < DateTime::UNIX_EPOCH || moment > latest() {
        return Err(Invalid("must be of 1970 to 9999".to_owned()));
    }
    Ok(moment)
}

/// The last moment a clock shows: in KST it is the last second of the year 9999, the last that the API can write.
fn latest() -> DateTime<Utc> {
    DateTime::from_timestamp_secs(253_402_268_399).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A clock that runs beside the machine's, or stands.
#[derive(Debug, Clone, Copy)]
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
            ClockMode::Start(at) => Clock::Running { ahead: at - system() },
        }
    }

    /// The time it shows.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::Running { ahead } => system().checked_add_signed(*ahead).map_or(latest(), |now| now.min(latest())),
            Clock::Standing { at } => *at,
        }
    }

    /// The same clock moved forward; `None` when it would pass the year 9999.
    pub fn advanced(&self, by: TimeDelta) -> Option<Clock> {
        self.now().checked_add_signed(by).filter(|then| *then <= latest())?;
        match self {
            Clock::Running { ahead } => ahead.checked_add(&by).map(|ahead| Clock::Running { ahead }),
            Clock::Standing { at } => at.checked_add_signed(by).map(|at| Clock::Standing { at }),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn system() -> DateTime<Utc> {
    Utc::now()
}
