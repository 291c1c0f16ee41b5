//! Messages that the API sends into rooms.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::field::{self, Invalid};
use super::ids::ScheduleId;
use super::time::KstTime;
use super::user::{ClientKey, NickName};

/// `notice`: 1 to [`Notice::MAX_CHARS`] characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(Box<str>);

impl Notice {
    /// Documented.
    pub const MAX_CHARS: usize = 100;
}

impl FromStr for Notice {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        field::bounded(text, Self::MAX_CHARS).map(|text| Notice(text.into()))
    }
}

/// `jsonString`: a JSON text, of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonString(Box<str>);

impl FromStr for JsonString {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // assumed: json-any
        match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            // assumed: json-as-sent
            Ok(_) => Ok(JsonString(text.into())),
            Err(error) => Err(Invalid(format!("must be JSON, {error}"))),
        }
    }
}

/// `message` of a whisper: any text but none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhisperText(Box<str>);

impl FromStr for WhisperText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid("must not be empty".to_owned()));
        }
        // assumed: whisper-any-text
        field::without_nul(text).map(|text| WhisperText(text.into()))
    }
}

macro_rules! shown_as_text {
    ($($name:ident)+) => {$(
        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )+};
}

shown_as_text! { Notice JsonString WhisperText }

/// What was sent into a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Message {
    /// For everybody, by sendNotice.
    Notice { nick_name: NickName, notice: Notice },
    /// For programs, by sendCustom.
    Custom { nick_name: NickName, json_string: JsonString },
    /// For one user, by sendWhisperMessage.
    Whisper { client_key: ClientKey, nick_name: NickName, message: WhisperText },
}

impl Message {
    /// `notice`, `custom` or `whisper`.
    pub fn kind(&self) -> &'static str {
        match self {
            Message::Notice { .. } => "notice",
            Message::Custom { .. } => "custom",
            Message::Whisper { .. } => "whisper",
        }
    }

    /// Who sent it, and what.
    pub fn parts(&self) -> (&NickName, &str) {
        match self {
            Message::Notice { nick_name, notice } => (nick_name, notice.as_str()),
            Message::Custom { nick_name, json_string } => (nick_name, json_string.as_str()),
            Message::Whisper { nick_name, message, .. } => (nick_name, message.as_str()),
        }
    }
}

/// A custom message that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    pub schedule_id: ScheduleId,
    /// When: KST, to the second.
    pub send_date: KstTime,
    pub nick_name: NickName,
    pub json_string: JsonString,
}
