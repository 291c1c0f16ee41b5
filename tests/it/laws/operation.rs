//! The operations of the API, and how each is asked for.

use super::model::{Form, Version};
use super::people::Client;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    IssueToken,
    ListRoom,
    GetRoomInfo,
    CreateRoom,
    ModifyRoom,
    DestroyRoom,
    ListUser,
    ListExileUser,
    ExileUser,
    UnexileUser,
    ListMuteUser,
    MuteUser,
    UnmuteUser,
    SendNotice,
    SendCustom,
    CancelCustom,
    SendWhisperMessage,
}

use Operation::{
    CancelCustom, CreateRoom, DestroyRoom, ExileUser, GetRoomInfo, IssueToken, ListExileUser, ListMuteUser, ListRoom, ListUser, ModifyRoom,
    MuteUser, SendCustom, SendNotice, SendWhisperMessage, UnexileUser, UnmuteUser,
};

const NAMES: [&str; 17] = [
    "issueToken",
    "listRoom",
    "getRoomInfo",
    "createRoom",
    "modifyRoom",
    "destroyRoom",
    "listUser",
    "listExileUser",
    "exileUser",
    "unexileUser",
    "listMuteUser",
    "muteUser",
    "unmuteUser",
    "sendNotice",
    "sendCustom",
    "cancelCustom",
    "sendWhisperMessage",
];

impl Operation {
    pub const ALL: [Operation; 17] = [
        IssueToken,
        ListRoom,
        GetRoomInfo,
        CreateRoom,
        ModifyRoom,
        DestroyRoom,
        ListUser,
        ListExileUser,
        ExileUser,
        UnexileUser,
        ListMuteUser,
        MuteUser,
        UnmuteUser,
        SendNotice,
        SendCustom,
        CancelCustom,
        SendWhisperMessage,
    ];

    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// Whether it changes something.
    pub fn writes(self) -> bool {
        !matches!(self, IssueToken | ListRoom | GetRoomInfo | ListUser | ListExileUser | ListMuteUser)
    }
}

/// What a call is about.
pub struct Target<'a> {
    pub version: Version,
    pub room: &'a str,
    pub client: Client,
    pub schedule: &'a str,
}

/// A request, but for its headers.
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub media: Option<&'static str>,
    pub body: String,
}

impl Operation {
    /// The request. Parameters stand in the body or in the query; where there are none, a body of no meaning may come.
    pub fn request(self, target: &Target<'_>, form: &Form, in_query: bool) -> Request {
        let Target { version, room, client: Client { escaped, .. }, schedule } = target;
        let number = if *version == Version::V1 { 1 } else { 2 };
        let (method, path) = match self {
            IssueToken => ("GET", "/openapi/token".to_owned()),
            ListRoom => ("GET", format!("/openapi/v{number}/rooms")),
            CreateRoom => ("POST", format!("/openapi/v{number}/rooms")),
            GetRoomInfo => ("GET", format!("/openapi/v{number}/rooms/{room}")),
            ModifyRoom => ("POST", format!("/openapi/v{number}/rooms/{room}")),
            DestroyRoom => ("DELETE", format!("/openapi/v{number}/rooms/{room}")),
            ListUser => ("GET", format!("/openapi/v{number}/users/{room}")),
            ListExileUser => ("GET", format!("/openapi/v1/exiles/{room}")),
            ExileUser => ("POST", format!("/openapi/v1/exiles/{room}/{escaped}")),
            UnexileUser => ("PUT", format!("/openapi/v1/exiles/{room}/{escaped}")),
            ListMuteUser => ("GET", format!("/openapi/v1/mute/{room}")),
            MuteUser => ("POST", format!("/openapi/v1/mute/{room}/{escaped}")),
            UnmuteUser => ("PUT", format!("/openapi/v1/mute/{room}/{escaped}")),
            SendNotice => ("POST", format!("/openapi/v1/notice/{room}")),
            SendCustom => ("POST", format!("/openapi/v1/custom/{room}")),
            CancelCustom => ("DELETE", format!("/openapi/v1/custom/{room}/{schedule}")),
            SendWhisperMessage => ("POST", format!("/openapi/v1/whisper/{room}/{escaped}")),
        };
        let form = serde_urlencoded::to_string(form).unwrap();
        match self {
            CreateRoom | ModifyRoom | SendNotice | SendCustom | SendWhisperMessage if in_query => {
                Request { method, path: format!("{path}?{form}"), media: None, body: String::new() }
            }
            CreateRoom | ModifyRoom | SendNotice | SendCustom | SendWhisperMessage => {
                Request { method, path, media: Some("application/x-www-form-urlencoded"), body: form }
            }
            ExileUser | UnexileUser | MuteUser | UnmuteUser if in_query => {
                Request { method, path, media: Some("text/plain"), body: r#"{"clientKey":"nobody"}"#.to_owned() }
            }
            _ => Request { method, path, media: None, body: String::new() },
        }
    }
}
