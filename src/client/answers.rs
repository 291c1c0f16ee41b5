//! What handles answer, as the control plane shows it.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de};

use crate::clock::ClockMode;
use crate::domain::field::Invalid;
use crate::domain::ids::{RoomId, ScheduleId};
use crate::domain::operation::Operation;
use crate::domain::time::KstTime;
use crate::fault::{self, Rule};
use crate::reader::{self, Problems};

/// What the journal keeps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Exchanges {
    /// Oldest first.
    pub requests: Vec<Exchange>,
    /// How many made room.
    pub evicted: u64,
}

/// One exchange of the emulated API. Credentials of the vendor's real shape are masked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Exchange {
    /// Its number, as in `X-Mock-Request-Id`.
    pub id: u64,
    /// When it began, by the account's clock.
    pub time: DateTime<Utc>,
    /// The account that it named.
    pub api_key: Option<String>,
    /// `None` for an unknown path or method, and for a preflight.
    #[serde(deserialize_with = "parsed_if_any")]
    pub operation: Option<Operation>,
    /// The room that it was about or made.
    #[serde(deserialize_with = "parsed_if_any")]
    pub room_id: Option<RoomId>,
    /// Microseconds from the request's head to the answer.
    pub us: u64,
    /// What was asked.
    pub request: ExchangeRequest,
    /// `None` when a fault kept it.
    pub answer: Option<ExchangeAnswer>,
    /// What befell it.
    pub faults: Vec<ExchangeFault>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What was doubtful in a success.
    pub warning: Option<String>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExchangeRequest {
    /// In upper case, as clients send it.
    pub method: String,
    /// Path and query as they arrived.
    pub target: String,
    /// `name: value`, names in lower case.
    pub headers: Vec<String>,
    /// As the API read them; the first of a name.
    pub parameters: BTreeMap<String, String>,
    /// As it arrived, at most 4096 bytes; `None` when nobody read it.
    pub body: Option<String>,
}

impl ExchangeRequest {
    /// The value of a header, in any case; the first of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExchangeAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The number in the envelope, if there was one.
    #[serde(rename = "result_cd")]
    pub result_cd: Option<i32>,
    /// `name: value`
    pub headers: Vec<String>,
    /// At most 4096 bytes.
    pub body: String,
}

impl ExchangeAnswer {
    /// The value of a header, in any case; the first of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// A fault that befell an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ExchangeFault {
    /// The name of its kind.
    pub kind: String,
    /// The number of the rule; `None` when the request asked for it itself.
    pub rule: Option<u64>,
}

/// A fault rule in force.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FaultRule {
    /// Its number.
    pub id: u64,
    /// The account, masked as everywhere; `None` is all.
    pub api_key: Option<String>,
    /// How many exchanges fitted its operation and room.
    pub seen: u64,
    /// How many it befell.
    pub applied: u64,
    /// When it ends, by the account's clock.
    pub ends: Option<DateTime<Utc>>,
    /// Whether it has used up its `times`.
    pub spent: bool,
    /// The rule itself.
    #[serde(flatten, deserialize_with = "rule")]
    pub rule: Rule,
}

/// What of one account is not as in the fixtures, or as it was at the mark.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountDiff {
    /// Masked as everywhere.
    pub api_key: String,
    /// Rooms that came.
    pub added: Vec<RoomInDiff>,
    /// Rooms that went.
    pub removed: Vec<RoomInDiff>,
    /// Rooms that are not as they were.
    pub changed: Vec<ChangedRoom>,
}

impl AccountDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// A room that came or went.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RoomInDiff {
    /// Its id.
    #[serde(deserialize_with = "parsed")]
    pub room_id: RoomId,
    /// The name that it has, or had.
    pub room_name: String,
    /// What made it, or took it away.
    pub by: By,
}

/// A room that is not as it was.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChangedRoom {
    /// Its id.
    #[serde(deserialize_with = "parsed")]
    pub room_id: RoomId,
    /// The name that it has now.
    pub room_name: String,
    /// In the order of the API's list.
    pub fields: Vec<ChangedField>,
}

/// A field that is not as it was.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ChangedField {
    /// Its name, as the API writes it.
    pub field: String,
    /// What it was in the fixtures, or at the mark.
    pub was: String,
    /// What it is now.
    pub is: String,
    /// What changed it last.
    pub by: By,
}

/// What did it last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct By {
    /// The way by which it came.
    pub via: Via,
    /// The number of the exchange.
    pub request: Option<u64>,
}

/// The way by which a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Via {
    /// A call of the emulated API.
    Api,
    /// A call of the control plane, or of a handle.
    Admin,
    /// A fixture or a state: what a server went on with, or a message that one had reserved.
    Fixture,
    /// The emulator's own interface, in the program in which it runs.
    Program,
}

/// The messages of a room. Credentials of the vendor's real shape are masked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Messages {
    /// What went out, oldest first.
    #[serde(rename = "messages")]
    pub sent: Vec<SentMessage>,
    /// What is to go out, in the order in which it was reserved.
    pub reserved: Vec<ReservedMessage>,
    /// How many of those that went out made room.
    pub evicted: u64,
}

/// A message that went out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SentMessage {
    /// When, by the account's clock.
    pub at: DateTime<Utc>,
    /// Who sent it.
    pub nick_name: String,
    /// What it is.
    #[serde(flatten)]
    pub content: MessageContent,
    /// The number of the exchange that sent or reserved it; `None` for one of a fixture or a state.
    pub request: Option<u64>,
}

/// What a message is, under the names of the parameters by which it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum MessageContent {
    /// For everybody, by sendNotice.
    Notice {
        /// The text.
        notice: String,
    },
    /// For programs, by sendCustom.
    Custom {
        /// A JSON text.
        json_string: String,
        /// What it was reserved as, if it was.
        #[serde(default, deserialize_with = "parsed_if_any")]
        schedule_id: Option<ScheduleId>,
    },
    /// For one user, by sendWhisperMessage.
    Whisper {
        /// For whom.
        client_key: String,
        /// The text.
        message: String,
    },
}

/// A custom message that is to go out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReservedMessage {
    /// What cancelCustom takes it back by.
    #[serde(deserialize_with = "parsed")]
    pub schedule_id: ScheduleId,
    /// When it is to go out.
    #[serde(deserialize_with = "parsed")]
    pub send_date: KstTime,
    /// Who sends it.
    pub nick_name: String,
    /// A JSON text.
    pub json_string: String,
}

/// Where a clock is, and what fell due on the way there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Moved {
    /// How it goes on.
    #[serde(deserialize_with = "parsed")]
    pub clock: ClockMode,
    /// The time it shows.
    pub now: DateTime<Utc>,
    /// In order of time, account by account.
    pub due: Vec<Due>,
}

/// Something that was to happen, and the clock has passed it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Due {
    /// The account, masked as everywhere; `None` is all.
    pub api_key: Option<String>,
    /// When, by the account's clock.
    pub at: DateTime<Utc>,
    /// What was to happen.
    #[serde(flatten)]
    pub what: DueEvent,
}

/// What was to happen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum DueEvent {
    /// So many tokens expired.
    TokensExpired {
        /// How many.
        tokens: u64,
    },
    /// A room came to its `endDt`.
    RoomEnded {
        /// Its id.
        #[serde(deserialize_with = "parsed")]
        room_id: RoomId,
    },
    /// A message that was reserved went out.
    MessageSent {
        /// Where to.
        #[serde(deserialize_with = "parsed")]
        room_id: RoomId,
        /// What it was reserved as.
        #[serde(deserialize_with = "parsed")]
        schedule_id: ScheduleId,
    },
    /// The fault rule of that number came to the end of its time.
    FaultEnded {
        /// The rule's number.
        fault: u64,
    },
}

fn header<'h>(headers: &'h [String], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter().filter_map(|line| line.split_once(": "));
    headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn parsed_if_any<'de, D: Deserializer<'de>, T: FromStr<Err = Invalid>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text: Option<String> = Deserialize::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
}

fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err = Invalid>>(deserializer: D) -> Result<T, D::Error> {
    let text: String = Deserialize::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

/// What is left of an answer when everything else is read.
fn rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
    let text = serde_json::Map::deserialize(deserializer).map(|members| serde_json::Value::from(members).to_string())?;
    let read = reader::read("rule", &text, fault::read_rule).map_err(|problems| de::Error::custom(Problems(problems)))?;
    read.ok_or_else(|| de::Error::custom("no rule"))
}
