//! Rooms that an account does not have.

use super::rule;
use crate::domain::code::Provenance;
use crate::domain::field::Invalid;
use crate::domain::ids::RoomId;
use crate::emulator::Grave;
use crate::escape;
use crate::http::path::{ROOM, segment};
use crate::http::record::Recording;
use crate::journal::Explanation;

/// Ids that are nearly the same differ in so many characters.
const FEW: usize = 2;
/// So many characters at the beginning of an id are enough to tell it.
const BEGINNING: usize = 10;
/// How many rooms are looked at, the newest first: a refusal must cost the same however many there are.
const LOOKED_AT: usize = 1000;
/// Nobody looks for an id in a longer text.
const LONGEST: usize = 4 * RoomId::LEN;

/// No room of that id.
pub fn unknown(got: &str, recording: &Recording) -> Explanation {
    let shape = got.parse::<RoomId>();
    let whereabouts = shape.as_ref().ok().zip(recording.key()).map(|(id, key)| recording.emulator().whereabouts(key, id));
    let whereabouts = whereabouts.unwrap_or_default();
    let near = nearest(got, recording);
    let mut hints: Vec<String> = whereabouts.grave.map(|grave| epitaph(grave, recording)).into_iter().collect();
    if whereabouts.is_of_another {
        hints.push("another account has this room: send the API_KEY that it belongs to".to_owned());
    }
    match (near, shape) {
        (Some((id, true)), _) => hints.push(format!("this is the roomName of {id}")),
        (Some((id, false)), _) => hints.push(format!("the nearest roomId of this account is {id}")),
        (None, Err(Invalid(what))) => hints.push(format!("a roomId {what}")),
        (None, Ok(_)) => {}
    }
    Explanation {
        got: Some(super::shown(got)),
        expected: Some("a roomId that listRoom shows".to_owned()),
        nearest: near.map(|(id, _)| id.to_string()),
        hints,
        ..rule(
            "the account of the API_KEY has a room of that roomId",
            Provenance::Documented,
            "the vendor's result codes of its chat engine",
        )
    }
}

/// What became of a destroyed room.
fn epitaph(grave: Grave, recording: &Recording) -> String {
    let by = grave.cause;
    match (recording.now() - grave.at).num_seconds() {
        // The clock was put back since.
        ..0 => format!("the room was destroyed by {by}"),
        seconds => format!("the room was destroyed {seconds} s ago by {by}"),
    }
}

/// Whether the account that the request names has the room after all.
pub fn is_there(got: &str, recording: &Recording) -> bool {
    let id = got.parse::<RoomId>().ok();
    id.zip(recording.key()).is_some_and(|(id, key)| recording.emulator().whereabouts(key, &id).is_there)
}

/// The fields of the room that a path names, if the account has it.
pub fn shown(path: &str, recording: &Recording) -> Vec<(&'static str, String)> {
    let id = escape::segment(segment(path, ROOM)).parse::<RoomId>().ok();
    let room = id.zip(recording.key()).and_then(|(id, key)| recording.emulator().find_room(key, &id));
    room.map(|room| room.shown()).unwrap_or_default()
}

/// The room that was likely meant, and whether it was called by its name.
pub fn nearest(got: &str, recording: &Recording) -> Option<(RoomId, bool)> {
    if got.len() > LONGEST {
        return None;
    }
    let rooms = recording.emulator().newest_rooms(recording.key()?, LOOKED_AT);
    let near = rooms.iter().find(|(id, _)| is_near(got, id.as_str())).map(|(id, _)| (*id, false));
    near.or_else(|| rooms.iter().find(|(_, name)| *name == got).map(|(id, _)| (*id, true)))
}

/// Whether an id was cut, has something around it, or differs in a few characters.
fn is_near(got: &str, id: &str) -> bool {
    let (got, id) = (got.as_bytes(), id.as_bytes());
    let same_at_start = got.iter().zip(id).take_while(|(one, other)| one == other).count();
    let same_at_end = got.iter().rev().zip(id.iter().rev()).take_while(|(one, other)| one == other).count();
    let is_cut = got.len() >= BEGINNING && same_at_start == got.len();
    let has_more = got.len() > id.len() && got.windows(id.len()).any(|part| part == id);
    let misses_or_adds = got.len().abs_diff(id.len()) <= FEW && same_at_start + same_at_end + FEW >= got.len().max(id.len());
    let is_mistyped =
        got.len() == id.len() && (got.eq_ignore_ascii_case(id) || got.iter().zip(id).filter(|(one, other)| one != other).count() <= FEW);
    is_cut || has_more || misses_or_adds || is_mistyped
}
