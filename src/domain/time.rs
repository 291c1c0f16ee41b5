//! `startDt`, `endDt` and the suffix of a roomId: `yyyyMMddHHmmss` in Korean time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::field::Invalid;
use super::text::Digits;

/// Korean time has no summer time (observed: all of the API's dates are UTC+9).
const KST: TimeDelta = TimeDelta::hours(9);

/// A date and time to the second in KST, years 0000 to 9999. It is the number that its digits are: it is shown far more often than
/// it is reckoned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KstTime(u64);

impl KstTime {
    /// How many digits its text has.
    pub const DIGITS: usize = 14;

    /// An open end (documented examples).
    pub const OPEN_END: KstTime = KstTime(99_991_231_235_959);

    /// Its text.
    pub fn digits(self) -> Digits {
        Digits::of(self.0, Self::DIGITS)
    }

    /// The moment that it names.
    pub fn to_utc(self) -> DateTime<Utc> {
        let kst = civil(self.digits().as_str()).unwrap_or_default();
        kst.checked_sub_signed(KST).unwrap_or(kst).and_utc()
    }
}

/// The date and time of fourteen digits.
fn civil(text: &str) -> Option<NaiveDateTime> {
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(4..6)?, number(6..8)?)?;
    date.and_hms_opt(number(8..10)?, number(10..12)?, number(12..14)?)
}

impl From<DateTime<Utc>> for KstTime {
    /// Cut to the second, and at the last second that 14 digits can show.
    fn from(time: DateTime<Utc>) -> Self {
        let Some(kst) = time.naive_utc().checked_add_signed(KST) else { return KstTime::OPEN_END };
        // Years are 0000 to 9999.
        let date = u64::from(kst.year().unsigned_abs()) * 10_000 + u64::from(kst.month() * 100 + kst.day());
        let clock = u64::from(kst.hour() * 10_000 + kst.minute() * 100 + kst.second());
        KstTime(date * 1_000_000 + clock).min(KstTime::OPEN_END)
    }
}

impl FromStr for KstTime {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_time = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) && civil(text).is_some();
        let number = if is_time { text.parse().ok() } else { None };
        number.map(KstTime).ok_or_else(|| Invalid("must be a date and time in KST as yyyyMMddHHmmss".to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_times() {
        for text in ["00000101000000", "00070203040506", "20240229235959", "99991231235959"] {
            assert_eq!(text.parse::<KstTime>().map(|time| time.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "2022052314425",
            "202205231442510",
            "+2220523144251",
            "2022+523144251",
            "20230229000000",
            "20220523240000",
            "20220523144４",
        ] {
            assert!(text.parse::<KstTime>().is_err(), "{text}");
        }
    }
}
