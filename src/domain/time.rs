//! `startDt`, `endDt` and the suffix of a roomId: `yyyyMMddHHmmss` in Korean time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::field::Invalid;
use super::text::Digits;

/// Korean time has no summer time (observed: all of the API's dates are UTC+9).
const KST: TimeDelta = TimeDelta::hours(9);

/// A date and time to the second in KST, years 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KstTime(NaiveDateTime);

impl KstTime {
    /// How many digits its text has.
    pub const DIGITS: usize = 14;

    /// An open end, `99991231235959` (documented examples).
    pub const OPEN_END: KstTime = match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(date) => match date.and_hms_opt(23, 59, 59) {
            Some(time) => KstTime(time),
            None => panic!("not a time"),
        },
        None => panic!("not a date"),
    };
}

impl KstTime {
    fn digits(self) -> Digits {
        let KstTime(time) = self;
        // Years are 0000 to 9999.
        let date = u64::from(time.year().unsigned_abs()) * 10_000 + u64::from(time.month() * 100 + time.day());
        let clock = u64::from(time.hour() * 10_000 + time.minute() * 100 + time.second());
        Digits::of(date * 1_000_000 + clock, Self::DIGITS)
    }

    /// The moment that it names.
    pub fn to_utc(self) -> DateTime<Utc> {
        self.0.checked_sub_signed(KST).unwrap_or(self.0).and_utc()
    }
}

impl From<DateTime<Utc>> for KstTime {
    /// Cut to the second, and at the last second that 14 digits can show.
    fn from(time: DateTime<Utc>) -> Self {
        let kst = time.naive_utc().checked_add_signed(KST).and_then(|kst| kst.with_nanosecond(0));
        kst.map_or(KstTime::OPEN_END, |kst| KstTime(kst).min(KstTime::OPEN_END))
    }
}

impl FromStr for KstTime {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
        let parse = || {
            if text.len() != Self::DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let date = NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(4..6)?, number(6..8)?)?;
            date.and_hms_opt(number(8..10)?, number(10..12)?, number(12..14)?)
        };
        parse().map(KstTime).ok_or_else(|| Invalid("must be a date and time in KST as yyyyMMddHHmmss".to_owned()))
    }
}

impl fmt::Display for KstTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.digits().as_str())
    }
}

impl serde::Serialize for KstTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.digits().as_str())
    }
}
