//! Rooms that an account does not have.

use super::{rule, shown};
use crate::domain::code::Provenance;
use crate::domain::field::Invalid;
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::emulator::{Cause, Grave};
use crate::http::record::Recording;
use crate::journal::Explanation;

/// Ids that are nearly the same differ in so many characters.
const FEW: usize = 2;
/// So many characters at the beginning of an id are enough to tell it.
const BEGINNING: usize = 10;
/// Nobody looks for an id in a longer text.
const LONGEST: usize = 4 * RoomId::LEN;

/// No room of that id.
pub fn unknown(got: &str, recording: &Recording) -> Explanation {
    let shape = got.parse::<RoomId>();
    let whereabouts = shape.as_ref().ok().zip(recording.key()).map(|(id, key)| recording.emulator().whereabouts(key, id));
    let whereabouts = whereabouts.unwrap_or_default();
    let rooms = rooms_of(recording);
    let near = nearest(got, &rooms);
    let mut hints: Vec<String> = whereabouts.grave.map(|grave| epitaph(grave, recording)).into_iter().collect();
    if whereabouts.is_of_another {
        hints.push("another account has this room: send the API_KEY that it belongs to".to_owned());
    }
    match (near, shape) {
        (Some(room), Err(_)) if is_name(got, room) => hints.push(format!("this is the roomName of {}", room.room_id)),
        (Some(room), _) => hints.push(format!("the nearest roomId of this account is {}", room.room_id)),
        (None, Err(Invalid(what))) => hints.push(format!("a roomId {what}")),
        (None, Ok(_)) => {}
    }
    Explanation {
        got: Some(shown(got)),
        expected: Some("a roomId that listRoom shows".to_owned()),
        nearest: near.map(|room| room.room_id.to_string()),
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
    let by = match grave.cause {
        Cause::Request(id) => format!("by request {id}"),
        Cause::Control(id) => format!("by control call {id}"),
        Cause::Program => "by the program that the mock runs in".to_owned(),
    };
    match (recording.now() - grave.at).num_seconds() {
        // The clock was put back since.
        ..0 => format!("the room was destroyed {by}"),
        seconds => format!("the room was destroyed {seconds} s ago {by}"),
    }
}

/// The rooms of the account that the request names; none if it has not come into being.
pub fn rooms_of(recording: &Recording) -> Vec<Room> {
    let saved = recording.key().and_then(|key| recording.emulator().saved(Some(key)).pop());
    saved.map(|account| account.rooms).unwrap_or_default()
}

/// The room that was likely meant.
pub fn nearest<'r>(got: &str, rooms: &'r [Room]) -> Option<&'r Room> {
    if got.len() > LONGEST {
        return None;
    }
    let named = || rooms.iter().find(|room| is_name(got, room));
    rooms.iter().find(|room| is_near(got, room.room_id.as_str())).or_else(named)
}

fn is_name(got: &str, room: &Room) -> bool {
    room.room_name.to_string() == got
}

/// Whether an id was cut, has something around it, or differs in a few characters. An account may have thousands of rooms,
/// so this must be cheap.
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
