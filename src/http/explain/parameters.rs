//! The parameters of the operations, as the vendor's tables list them. What a value must be is the field types' to say.

use std::str::FromStr;

use super::words::{self, Meant};
use crate::domain::code::Provenance;
use crate::domain::field::{
    Coded, FieldError, GApiKey, Invalid, MaxUser, Resolution, RoomName, RoomType, StatusChange, StatusChangeV1, Template, Unset, Webrtc,
    YesNo,
};
use crate::domain::message::{JsonString, Notice, WhisperText};
use crate::domain::operation::Operation;
use crate::domain::time::KstTime;
use crate::domain::user::NickName;

/// A parameter of one operation.
#[derive(Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    pub is_required: bool,
    /// How a read shows that it is unset.
    pub unset: Option<&'static str>,
    parse: fn(&'static str, &str) -> Result<(), FieldError>,
    pub values: Values,
    /// A value that fits.
    pub example: &'static str,
    /// How sure its rule is, and where that stands.
    pub provenance: (Provenance, &'static str),
}

/// How the nearest value is found.
#[derive(Clone, Copy)]
pub enum Values {
    Text { longest: usize },
    Number { min: i128, max: i128 },
    Webrtc,
    Json,
    Time,
    Codes(fn() -> Vec<(&'static str, &'static str)>),
}

const CREATE_V2: &[Parameter] = &[ROOM_NAME, MAX_USER, G_API_KEY, G_TRANS_STAT, RESOLUTION, ROOM_TYPE, RTC_STAT, TEMPLATE];
const MODIFY_V2: &[Parameter] = &[
    ROOM_NAME,
    ROOM_TYPE,
    MAX_USER,
    RTC_STAT,
    RESOLUTION,
    G_TRANS_STAT,
    G_API_KEY,
    TEMPLATE,
    optional(coded::<StatusChange>("roomStatus", "A"))
        .known("the vendor's v1 table (A and S) and its v2 modify example (E, whose meaning is assumed)"),
];
const CREATE_V1: &[Parameter] = &[MAX_USER, ROOM_NAME, WEBRTC];
const MODIFY_V1: &[Parameter] =
    &[MAX_USER, ROOM_NAME, WEBRTC, optional(coded::<StatusChangeV1>("roomStatus", "A")).known("the vendor's v1 table (A and S)")];

const OF_NOTICE: &str = "the vendor's table of sendNotice; that it counts Unicode characters is assumed";
const NOTICE: &[Parameter] =
    &[NICK_NAME.known(OF_NOTICE), parameter::<Notice>("notice", Values::Text { longest: Notice::MAX_CHARS }, "hello").known(OF_NOTICE)];
const CUSTOM: &[Parameter] = &[
    parameter::<JsonString>("jsonString", Values::Json, r#"{"hello": "world"}"#)
        .known("the vendor's v1 document: type json; that any JSON text will do is assumed"),
    NICK_NAME,
    optional(parameter::<KstTime>("sendDate", Values::Time, ""))
        .known("the vendor's v1 document; that it is Korean time and must lie ahead is assumed"),
];
const WHISPER: &[Parameter] = &[
    parameter::<WhisperText>("message", Values::Text { longest: usize::MAX }, "hello")
        .guessed("the vendor's v1 document names it; nobody published which texts it takes"),
    NICK_NAME,
];

const NICK_NAME: Parameter = parameter::<NickName>("nickName", Values::Text { longest: NickName::MAX_CHARS }, "Admin")
    .guessed("the vendor's v1 document names it; that it is as long as sendNotice's is assumed");
const ROOM_NAME: Parameter = parameter::<RoomName>("roomName", Values::Text { longest: RoomName::MAX_CHARS }, "Lobby")
    .known("the vendor's v2 table of parameters; that it counts Unicode characters is assumed");
const MAX_USER: Parameter = parameter::<MaxUser>("maxUser", Values::Number { min: MaxUser::MIN as i128, max: MaxUser::MAX as i128 }, "10")
    .guessed("the vendor's table says a number; nobody published its range");
const G_API_KEY: Parameter = optional(parameter::<GApiKey>("gApiKey", Values::Text { longest: usize::MAX }, ""))
    .guessed("the vendor's table says a Google API key; nobody published which texts it takes");
const G_TRANS_STAT: Parameter = coded::<YesNo>("gTransStat", "N");
const RESOLUTION: Parameter = may_be_unset::<Resolution>(coded::<Resolution>("resolution", "360"));
const ROOM_TYPE: Parameter = coded::<RoomType>("roomType", "01");
const RTC_STAT: Parameter = coded::<YesNo>("rtcStat", "N");
const TEMPLATE: Parameter = may_be_unset::<Template>(coded::<Template>("template", "01"));
const WEBRTC: Parameter = optional(parameter::<Webrtc>("webrtc", Values::Webrtc, "0")).known("the vendor's v1 table of webrtc values");

const fn parameter<T: FromStr<Err = Invalid>>(name: &'static str, values: Values, example: &'static str) -> Parameter {
    let provenance = (Provenance::Documented, "the vendor's table of parameters");
    Parameter { name, is_required: true, unset: None, parse: parse::<T>, values, example, provenance }
}

const fn coded<T: Coded + FromStr<Err = Invalid>>(name: &'static str, example: &'static str) -> Parameter {
    parameter::<T>(name, Values::Codes(codes::<T>), example)
}

const fn may_be_unset<T: Unset>(parameter: Parameter) -> Parameter {
    Parameter { is_required: false, unset: Some(T::UNSET), ..parameter }
}

const fn optional(parameter: Parameter) -> Parameter {
    Parameter { is_required: false, ..parameter }
}

fn parse<T: FromStr<Err = Invalid>>(name: &'static str, value: &str) -> Result<(), FieldError> {
    FieldError::parse::<T>(name, value).map(|_| ())
}

fn codes<T: Coded>() -> Vec<(&'static str, &'static str)> {
    T::CODES.iter().map(|(_, code, meaning)| (*code, *meaning)).collect()
}

/// The parameters of an operation at a path, in the order in which they are checked.
pub fn of(operation: Operation, path: &str) -> &'static [Parameter] {
    let is_v1 = path.starts_with("/openapi/v1/");
    match operation {
        Operation::CreateRoom if is_v1 => CREATE_V1,
        Operation::CreateRoom => CREATE_V2,
        Operation::ModifyRoom if is_v1 => MODIFY_V1,
        Operation::ModifyRoom => MODIFY_V2,
        Operation::SendNotice => NOTICE,
        Operation::SendCustom => CUSTOM,
        Operation::SendWhisperMessage => WHISPER,
        Operation::IssueToken
        | Operation::ListRoom
        | Operation::GetRoomInfo
        | Operation::DestroyRoom
        | Operation::ListUser
        | Operation::ListExileUser
        | Operation::ExileUser
        | Operation::UnexileUser
        | Operation::ListMuteUser
        | Operation::MuteUser
        | Operation::UnmuteUser
        | Operation::CancelCustom => &[],
    }
}

impl Parameter {
    /// Its rule is documented there.
    const fn known(self, source: &'static str) -> Parameter {
        Parameter { provenance: (Provenance::Documented, source), ..self }
    }

    /// Its rule is assumed.
    const fn guessed(self, why: &'static str) -> Parameter {
        Parameter { provenance: (Provenance::Assumed, why), ..self }
    }

    /// What the API says of a value, as a handler would.
    ///
    /// # Errors
    /// When it is required and not there, or when it is no value.
    pub fn check(&self, value: Option<&str>) -> Result<(), FieldError> {
        match value.filter(|value| !value.is_empty()) {
            None if self.is_required => Err(FieldError::Missing { field: self.name }),
            None => Ok(()),
            Some(value) => (self.parse)(self.name, value),
        }
    }

    /// The valid value that another one likely stands for.
    pub fn meant(&self, got: &str) -> Option<Meant> {
        words::meant(self.values, got).filter(|meant| !meant.value.is_empty() && self.check(Some(&meant.value)).is_ok())
    }

    /// Whether it takes one of a few codes.
    pub fn has_codes(&self) -> bool {
        matches!(self.values, Values::Codes(_))
    }
}
