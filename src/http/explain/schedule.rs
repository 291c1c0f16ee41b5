//! Reserved messages that a room does not have.

use super::{UNPUBLISHED, rule};
use crate::chat::Chat;
use crate::clock::show_moment;
use crate::domain::code::Provenance;
use crate::domain::field::Invalid;
use crate::domain::ids::{RoomId, ScheduleId};
use crate::domain::text;
use crate::http::record::Recording;
use crate::journal::Explanation;

/// How many messages are looked at: a refusal must cost the same however many there are.
const LOOKED_AT: usize = 1000;

/// No reserved message of that id.
pub fn unknown(got: &str, recording: &Recording) -> Explanation {
    let chat = recording.room_id().map(|id| chat(recording, id)).unwrap_or_default();
    let near = nearest(got, &chat);
    let id = got.parse::<ScheduleId>();
    let sent = id.as_ref().ok().and_then(|id| chat.sent().find(|sent| sent.schedule_id == Some(*id)));
    let hint = match (sent, &near, &id) {
        (Some(sent), ..) => format!("the message went out at {}", show_moment(sent.at)),
        (None, Some(near), _) => format!("the nearest scheduleId of this room is {near}"),
        (None, None, Err(Invalid(what))) => format!("a scheduleId {what}"),
        (None, None, Ok(_)) => "it may have been cancelled before".to_owned(),
    };
    Explanation {
        got: Some(super::shown(got)),
        expected: Some("a scheduleId that sendCustom answered, of a message that did not go out yet".to_owned()),
        nearest: near.map(|id| id.to_string()),
        hints: vec![hint],
        ..rule("the room has a reserved message of that scheduleId", Provenance::Assumed, UNPUBLISHED)
    }
}

/// The reserved message that was likely meant.
pub fn nearest(got: &str, chat: &Chat) -> Option<ScheduleId> {
    let ids: Vec<String> = chat.reserved().take(LOOKED_AT).map(|reserved| reserved.schedule_id.to_string()).collect();
    text::did_you_mean(got, ids.iter().map(String::as_str)).and_then(|id| id.parse().ok())
}

/// The messages of a room of the account that the request names.
pub fn chat(recording: &Recording, id: RoomId) -> Chat {
    let room = recording.key().and_then(|key| recording.emulator().seen_room(key, &id, |_, chat| chat.clone()).ok());
    room.unwrap_or_default()
}
