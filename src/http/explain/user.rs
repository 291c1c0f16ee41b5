//! People that a room does not have.

use super::rule;
use crate::domain::code::Provenance;
use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;
use crate::domain::text;
use crate::domain::user::People;
use crate::http::record::Recording;
use crate::journal::Explanation;

/// How many people are looked at: a refusal must cost the same however many there are.
const LOOKED_AT: usize = 1000;

/// Nobody of that clientKey.
pub fn unknown(got: &str, recording: &Recording) -> Explanation {
    let people = recording.room_id().map(|id| people(recording, id)).unwrap_or_default();
    let is_whisper = recording.operation() == Some(Operation::SendWhisperMessage);
    let is_exiled = is_whisper && people.exiles().iter().any(|user| user.client_key == *got);
    // Somebody else is not meant then.
    let near = nearest(got, &people).filter(|_| !is_exiled);
    let mut hints = Vec::new();
    match near {
        Some((key, true)) => hints.push(format!("this is the nickName of {key}")),
        Some((key, false)) => hints.push(format!("the nearest clientKey of this room is {key}")),
        None => {}
    }
    if is_exiled {
        hints.push("the user was exiled: unexileUser, and then the user has to come in again".to_owned());
    }
    if near.is_none() {
        hints.push("POST /__admin/rooms/{roomId}/users lets somebody into the room, as the chat engine would".to_owned());
    }
    Explanation {
        got: Some(super::shown(got)),
        expected: Some("a clientKey that listUser shows".to_owned()),
        nearest: near.map(|(key, _)| key.to_owned()),
        hints,
        ..rule(
            "the room has a user of that clientKey",
            Provenance::Documented,
            "the vendor's result codes of its chat engine; that who was exiled or muted may be named too is assumed",
        )
    }
}

/// The clientKey that was likely meant, and whether the user was called by the nickName.
pub fn nearest<'p>(got: &str, people: &'p People) -> Option<(&'p str, bool)> {
    let users = || people.users().iter().take(LOOKED_AT);
    let called = users().find(|user| user.nick_name.as_str() == got).map(|user| (user.client_key.as_str(), true));
    called.or_else(|| text::did_you_mean(got, users().map(|user| user.client_key.as_str())).map(|key| (key, false)))
}

/// The people of a room of the account that the request names.
pub fn people(recording: &Recording, id: RoomId) -> People {
    let room = recording.key().and_then(|key| recording.emulator().find_room(key, &id));
    room.map(|room| room.people).unwrap_or_default()
}
