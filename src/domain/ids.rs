//! Names of things: rooms, accounts, tokens.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::field::Invalid;
use super::secret;
use super::time::KstTime;

/// `[A-Za-z0-9]{10}-[A-Za-z0-9]{10}-[0-9]{14}` (observed).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId([u8; RoomId::LEN]);

impl RoomId {
    /// Characters of a roomId.
    pub const LEN: usize = 36;
    /// Its shape, as a regular expression.
    pub const PATTERN: &'static str = "^[A-Za-z0-9]{10}-[A-Za-z0-9]{10}-[0-9]{14}$";
    /// How many letters and digits are drawn at random.
    pub const RANDOM: usize = 20;
    const GROUP: usize = Self::RANDOM / 2;
    const DATE: usize = Self::LEN - KstTime::DIGITS;
    const LAST_DASH: usize = Self::DATE - 1;

    /// The id of a room created at `created`, its letters taken from random bytes.
    pub fn new(random: [u8; Self::RANDOM], created: KstTime) -> RoomId {
        let letters = random.map(letter);
        let (first, second) = letters.split_at(Self::GROUP);
        let mut id = [b'-'; Self::LEN];
        id[..Self::GROUP].copy_from_slice(first);
        id[Self::GROUP + 1..Self::LAST_DASH].copy_from_slice(second);
        id[Self::DATE..].copy_from_slice(created.digits().as_str().as_bytes());
        RoomId(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // It is ASCII by construction; the other arm cannot be reached.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl PartialEq<&str> for RoomId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl FromStr for RoomId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_shaped = |id: &[u8; Self::LEN]| {
            let (letters, date) = id.split_at(Self::DATE);
            let (first, second) = letters.split_at(Self::GROUP);
            first.iter().all(u8::is_ascii_alphanumeric)
                && second[0] == b'-'
                && second[1..=Self::GROUP].iter().all(u8::is_ascii_alphanumeric)
                && second[Self::GROUP + 1] == b'-'
                && date.iter().all(u8::is_ascii_digit)
        };
        match text.as_bytes().try_into() {
            Ok(id) if is_shaped(&id) => Ok(RoomId(id)),
            _ => Err(Invalid("must be 10 letters or digits, a dash, 10 letters or digits, a dash, 14 digits".to_owned())),
        }
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomId({self})")
    }
}

/// What names a reserved message: 20 letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScheduleId([u8; ScheduleId::LEN]);

impl ScheduleId {
    /// Characters of a scheduleId.
    // assumed: schedule-shape
    pub const LEN: usize = 20;
    /// Its shape, as a regular expression.
    pub const PATTERN: &'static str = "^[A-Za-z0-9]{20}$";

    /// An id, its letters taken from random bytes.
    pub fn new(random: [u8; Self::LEN]) -> ScheduleId {
        ScheduleId(random.map(letter))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // It is ASCII by construction; the other arm cannot be reached.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for ScheduleId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let shaped = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let id = text.as_bytes().try_into().ok().filter(|_| shaped);
        id.map(ScheduleId).ok_or_else(|| Invalid(format!("must be {} letters or digits", Self::LEN)))
    }
}

impl fmt::Display for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScheduleId({self})")
    }
}

/// The letter or digit that a random byte stands for.
fn letter(byte: u8) -> u8 {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    ALPHABET[usize::from(byte) % ALPHABET.len()]
}

/// An API key, which is also the name of an account. `Debug` hides the value.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiKey(Arc<str>);

impl ApiKey {
    /// The key itself: a secret when it has the vendor's shape.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key as logs may show it: whole, unless it has the vendor's real shape (observed). Equal keys look equal.
    pub fn masked(&self) -> String {
        secret::scrubbed(&self.0).into_owned()
    }

    /// Whether it has the vendor's real shape.
    pub fn is_real(&self) -> bool {
        secret::holds_credential(&self.0)
    }
}

impl FromStr for ApiKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        header_text(text).map(|text| ApiKey(text.into()))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey(#{})", &secret::fingerprint(&self.0)[..8])
    }
}

/// An authentication token. `Debug` hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

impl Token {
    /// The token itself: a secret.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has the vendor's real shape.
    pub fn is_real(&self) -> bool {
        secret::holds_credential(&self.0)
    }
}

impl FromStr for Token {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        header_text(text).map(|text| Token(text.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(#{})", &secret::fingerprint(&self.0)[..8])
    }
}

/// `userId`: the e-mail address of an account (documented in Korean).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserId(Box<str>);

impl UserId {
    /// What the account of `key` is called when no fixture says so.
    pub fn of(key: &ApiKey) -> UserId {
        // assumed: account-email
        UserId(format!("account-{}@example.com", &secret::fingerprint(key.as_str())[..8]).into())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() || text.contains(char::is_control) {
            return Err(Invalid("must be an e-mail address".to_owned()));
        }
        Ok(UserId(text.into()))
    }
}

impl Serialize for RoomId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for ScheduleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What can be sent as one header value: printable ASCII, no space at either end, no comma (it separates repeated values).
fn header_text(text: &str) -> Result<&str, Invalid> {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b',');
    if text.is_empty() || !printable || text.trim() != text {
        return Err(Invalid("must be printable ASCII without comma or outer spaces, and not empty".to_owned()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_room_ids() {
        let text = "DemoRoom01-AbCdEfGhIj-20220523144251";
        let id: RoomId = text.parse().unwrap();
        assert!(id == text && id != "DemoRoom01-AbCdEfGhIj-20220523144252");
        assert_eq!(format!("{id:?}"), format!("RoomId({text})"));
        for text in [
            "",
            "DemoRoom01-AbCdEfGhIj-2022052314425",
            "DemoRoom01-AbCdEfGhIj-2022052314425a",
            "DemoRoom01-AbCdEfGhI-202205231442511",
            "DemoRoom01A-AbCdEfGhI-20220523144251",
            "DemoRoom0_-AbCdEfGhIj-20220523144251",
            "DemoRoom01-AbCdEfGhI_-20220523144251",
            "DemoRoom01-AbCdEfGhIj-2022052-144251",
            "DemoRoom01-AbCdEfGhIj_20220523144251",
            "DemoRoom01-AbCdEfGhIj-20220523144251-",
        ] {
            assert!(text.parse::<RoomId>().is_err(), "{text}");
        }
    }

    #[test]
    fn texts_of_schedule_ids() {
        let text = "abcdefghij0123456789";
        let id: ScheduleId = text.parse().unwrap();
        assert_eq!((id.as_str(), format!("{id:?}")), (text, format!("ScheduleId({text})")));
        for text in ["", "abcdefghij012345678", "abcdefghij012345678_", "abcdefghij01234567890"] {
            assert!(text.parse::<ScheduleId>().is_err(), "{text}");
        }
    }

    /// Whatever is drawn becomes a letter or a digit, each as often as can be.
    #[test]
    fn letters_of_random_bytes() {
        let mut often = [0; 128];
        (0..=255).for_each(|byte| often[usize::from(letter(byte))] += 1);
        let drawn: String = (0..128).filter(|letter| often[usize::from(*letter)] > 0).map(char::from).collect();
        assert_eq!(drawn, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        assert!(often.iter().all(|often| [0, 4, 5].contains(often)));
    }

    /// Debug tells equal keys apart from others, and shows none.
    #[test]
    fn what_headers_carry() {
        for text in ["a", "demo-key", "~ !"] {
            let fingerprint = &secret::fingerprint(text)[..8];
            let (key, token): (ApiKey, Token) = (text.parse().unwrap(), text.parse().unwrap());
            assert_eq!((key.as_str(), format!("{key:?}")), (text, format!("ApiKey(#{fingerprint})")));
            assert_eq!((token.as_str(), format!("{token:?}")), (text, format!("Token(#{fingerprint})")));
            assert!(!key.is_real() && !token.is_real() && key.masked() == text);
        }
        let real = "AbCdEf-GhIjKl-123456-MnOpQr-20220101000000";
        let (key, token): (ApiKey, Token) = (real.parse().unwrap(), real.parse().unwrap());
        assert!(key.is_real() && token.is_real() && key.masked().starts_with("Ab-...#"));
        for text in ["", " a", "a ", "a,b", "a\tb", "a\u{7f}", "가"] {
            assert!(text.parse::<ApiKey>().is_err() && text.parse::<Token>().is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_of_accounts() {
        assert_eq!("a@example.com".parse::<UserId>().map(|id| id.as_str().to_owned()), Ok("a@example.com".to_owned()));
        for text in ["", "a\nb"] {
            assert!(text.parse::<UserId>().is_err(), "{text}");
        }
    }
}
