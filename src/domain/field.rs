//! The coded and bounded fields of a room. Each limit and each list of codes is written here once: the API, the fixture
//! reader, the OpenAPI document and the messages all read it from these types.
//!
//! A field is text outside (`FromStr`, `Display`) and checked inside.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::text::{self, Digits};

/// What is wrong with a text that should have been a field's value, such as `must be Y or N`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// A refused field: its name as the caller spells it, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// A required field that is absent or empty.
    Missing { field: &'static str },
    /// A field whose text is no value of it.
    Invalid { field: &'static str, what: String, got: String },
}

impl FieldError {
    /// Reads `text` as the value of `field`.
    ///
    /// # Errors
    /// [`FieldError::Invalid`] with the type's own words for what is wrong.
    pub fn parse<T: FromStr<Err = Invalid>>(field: &'static str, text: &str) -> Result<T, FieldError> {
        text.parse().map_err(|Invalid(what)| FieldError::Invalid { field, what, got: text.to_owned() })
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // assumed: text-missing
            FieldError::Missing { field } => write!(f, "Missing required parameter: {field}"),
            // assumed: text-invalid
            FieldError::Invalid { field, what, got } => write!(f, "{field}: {what}, got \"{}\"", text::short(got)),
        }
    }
}

/// A field that takes one of a few codes.
pub trait Coded: Sized + Copy + 'static {
    /// Every value with its code and what the code means.
    const CODES: &'static [(Self, &'static str, &'static str)];

    /// The code, as the API writes it.
    fn code(self) -> &'static str;

    /// The codes with their meanings, in words: `01 (normal), 02 (video) or 03 (metaverse)`.
    fn listed() -> String {
        let named: Vec<String> = Self::CODES
            .iter()
            .map(|(_, code, meaning)| if meaning.is_empty() { (*code).to_owned() } else { format!("{code} ({meaning})") })
            .collect();
        text::either(&named)
    }

    /// Finds the value whose code satisfies `same`.
    ///
    /// # Errors
    /// Lists the codes.
    fn find(same: impl Fn(&str) -> bool) -> Result<Self, Invalid> {
        let found = Self::CODES.iter().find(|(_, code, _)| same(code));
        found.map(|(value, ..)| *value).ok_or_else(|| Invalid(format!("must be {}", Self::listed())))
    }
}

/// A coded field that may be unset, and what a read shows then.
pub trait Unset: Coded {
    /// The text that stands for "unset" in answers and fixtures.
    const UNSET: &'static str;
}

/// A field that may be unset, as a read shows it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<T>(pub Option<T>);

/// `template` as a read shows it.
pub type ShownTemplate = Shown<Template>;
/// `resolution` as a read shows it.
pub type ShownResolution = Shown<Resolution>;

impl<T: Unset> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.map_or(T::UNSET, Coded::code))
    }
}

impl<T: Unset> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.map_or(T::UNSET, Coded::code))
    }
}

/// Codes are taken as the vendor's tables write them.
fn exactly(code: &str, text: &str) -> bool {
    // assumed: codes-exact
    code == text
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident, $same:expr, { $($variant:ident = $code:literal $meaning:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $(#[doc = concat!("`", $code, "` ", $meaning)] $variant),+ }

        impl Coded for $name {
            const CODES: &'static [(Self, &'static str, &'static str)] = &[$((Self::$variant, $code, $meaning)),+];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let same: fn(&str, &str) -> bool = $same;
                Self::find(|code| same(code, text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    )+};
}

codes! {
    /// `roomType`: what kind of room it is (documented).
    RoomType, exactly, { Normal = "01" "normal", Video = "02" "video", Metaverse = "03" "metaverse" }

    /// `resolution` of the video (documented).
    Resolution, exactly, {
        Low = "243" "low definition", Normal = "360" "normal", High = "480" "high definition", FullHigh = "720" "full high definition",
    }

    /// `template` of a metaverse room (documented).
    Template, exactly, { Room = "01" "room", Office1 = "02" "office 1", Office2 = "03" "office 2", Seminar = "04" "seminar" }

    /// `gTransStat`, `webrtcStat` and `rtcStat`: whether something is available (documented).
    YesNo, exactly, { Yes = "Y" "", No = "N" "" }

    /// `isPossibleDup`: whether one user may connect twice (documented).
    PossibleDup, exactly, { Allowed = "true" "", Refused = "false" "" }

    /// `roomStatus` as it is read (documented).
    RoomStatus, exactly, { Active = "active" "available", Pending = "pending" "paused" }

    /// `roomStatus` as a v2 modify sends it (`A`, `S` documented for v1; `E` from the v2 example, its meaning assumed), in
    /// either case (observed).
    StatusChange, str::eq_ignore_ascii_case, { Activate = "A" "active", Suspend = "S" "paused", End = "E" "ended" }

    /// `grade`: what a user of a room may do (documented).
    Grade, exactly, { User = "user" "", Manager = "userManager" "" }

    /// `roomStatus` as a v1 modify sends it (documented), in either case (observed).
    StatusChangeV1, str::eq_ignore_ascii_case, { Activate = "A" "active", Suspend = "S" "paused" }
}

impl Unset for Template {
    /// Documented example.
    const UNSET: &'static str = "null";
}

impl Unset for Resolution {
    /// Documented example.
    const UNSET: &'static str = "0";
}

impl From<StatusChangeV1> for StatusChange {
    fn from(change: StatusChangeV1) -> Self {
        match change {
            StatusChangeV1::Activate => StatusChange::Activate,
            StatusChangeV1::Suspend => StatusChange::Suspend,
        }
    }
}

/// `roomName`: 1 to [`RoomName::MAX_CHARS`] characters, neither trimmed nor normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomName(Box<str>);

impl RoomName {
    /// The limit is documented.
    pub const MAX_CHARS: usize = 50;

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for RoomName {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl FromStr for RoomName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // assumed: room-name-as-sent
        bounded(text, Self::MAX_CHARS).map(|text| RoomName(text.into()))
    }
}

/// `gApiKey`: a Google API key, any text; empty when unset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GApiKey(Box<str>);

impl GApiKey {
    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GApiKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // assumed: g-api-key-any-text
        without_nul(text).map(|text| GApiKey(text.into()))
    }
}

/// `maxUser`: how many users fit, [`MaxUser::MIN`] to [`MaxUser::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxUser(u32);

impl MaxUser {
    /// The fewest.
    // assumed: max-user-min
    pub const MIN: u32 = 1;
    /// The most: a Java `int`.
    // assumed: max-user-max
    pub const MAX: u32 = i32::MAX as u32;

    /// The number itself.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for MaxUser {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        decimal(text, Self::MIN, Self::MAX).map(MaxUser)
    }
}

/// `messageCount`, `joinCount`, `currentUserCount`: a count of 0 to [`Count::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count(u32);

impl Count {
    /// A Java `int`.
    // assumed: count-max
    pub const MAX: u32 = i32::MAX as u32;

    /// The number itself.
    pub fn get(self) -> u32 {
        self.0
    }

    /// So many, at most [`Count::MAX`].
    pub fn of(many: usize) -> Count {
        Count(u32::try_from(many).unwrap_or(Self::MAX).min(Self::MAX))
    }

    /// So many more, or fewer; where that is no count it stays as it is.
    #[must_use]
    pub fn moved_at_most(self, by: i64) -> Count {
        self.moved(by).unwrap_or(self)
    }

    /// So many more, or fewer; `None` when that is no count.
    pub fn moved(self, by: i64) -> Option<Count> {
        let moved = i64::from(self.0).checked_add(by)?;
        u32::try_from(moved).ok().filter(|moved| *moved <= Self::MAX).map(Count)
    }
}

impl FromStr for Count {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        decimal(text, 0, Self::MAX).map(Count)
    }
}

/// `webrtc`: nine bits, share | video | audio, three each (documented for v1). Not 0 means that `webrtcStat` is `Y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Webrtc(u8);

impl Webrtc {
    /// Nothing is on.
    pub const OFF: Webrtc = Webrtc(0);
    /// What `rtcStat=Y` grants (documented).
    pub const GRANTED: Webrtc = Webrtc(91);
    /// Every valid value: share 0 or 1; video and audio off, on, or on by default. The group `010` is refused (documented).
    pub const VALUES: [u8; 18] = [0, 1, 3, 8, 9, 11, 24, 25, 27, 64, 65, 67, 72, 73, 75, 88, 89, 91];

    /// The nine bits.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Whether anything is on; what v2 shows as `webrtcStat`.
    pub fn stat(self) -> YesNo {
        // assumed: webrtc-stat
        if self == Self::OFF { YesNo::No } else { YesNo::Yes }
    }

    /// What becomes of it when v2 sends `rtcStat`: `Y` keeps a value that is not 0 and else grants 91, `N` makes it 0.
    #[must_use]
    pub fn switched(self, stat: YesNo) -> Webrtc {
        match stat {
            YesNo::No => Self::OFF,
            YesNo::Yes if self == Self::OFF => Self::GRANTED,
            // assumed: rtc-stat-keeps
            YesNo::Yes => self,
        }
    }
}

impl FromStr for Webrtc {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::VALUES.iter().find(|value| value.to_string() == text);
        found.map(|value| Webrtc(*value)).ok_or_else(|| {
            let all: Vec<String> = Self::VALUES.iter().map(u8::to_string).collect();
            Invalid(format!("must be {}", text::either(&all)))
        })
    }
}

macro_rules! shown_by {
    ($($name:ident by $text:expr;)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        /// Every value of a read is a JSON string (documented).
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let show: fn(&Self, S) -> Result<S::Ok, S::Error> = $text;
                show(self, serializer)
            }
        }
    )+};
}

// Not through `Display`: a list has thousands of them.
shown_by! {
    RoomName by |name, serializer| serializer.serialize_str(&name.0);
    GApiKey by |key, serializer| serializer.serialize_str(&key.0);
    MaxUser by |users, serializer| serializer.serialize_str(Digits::of(users.0.into(), 1).as_str());
    Count by |count, serializer| serializer.serialize_str(Digits::of(count.0.into(), 1).as_str());
    Webrtc by |webrtc, serializer| serializer.serialize_str(Digits::of(webrtc.0.into(), 1).as_str());
}

/// A text of 1 to so many characters.
pub(super) fn bounded(text: &str, max_chars: usize) -> Result<&str, Invalid> {
    // assumed: room-name-unit
    let chars = text.chars().count(); // assumed: nick-name-unit
    if chars == 0 || chars > max_chars {
        return Err(Invalid(format!("must be 1 to {max_chars} characters, has {chars}")));
    }
    without_nul(text)
}

/// A text without NUL, which no field takes.
pub(super) fn without_nul(text: &str) -> Result<&str, Invalid> {
    // assumed: nul
    if text.contains('\0') { Err(Invalid("must not contain NUL".to_owned())) } else { Ok(text) }
}

/// ASCII decimal digits with a value of `min` to `max`; leading zeros are fine.
fn decimal(text: &str, min: u32, max: u32) -> Result<u32, Invalid> {
    // assumed: digits
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().ok().filter(|value| digits && (min..=max).contains(value));
    value.ok_or_else(|| Invalid(format!("must be decimal digits, {min} to {max}")))
}
