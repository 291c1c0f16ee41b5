//! The request once more with everything mended that is wrong with it, in the order in which it is checked.

use axum::http::Method;
use chrono::TimeDelta;

use super::{auth, field, parameters, path, room, schedule, user};
use crate::domain::operation::Operation;
use crate::domain::secret::scrubbed;
use crate::domain::time::KstTime;
use crate::emulator::AuthRefusal;
use crate::escape;
use crate::http::error::ApiError;
use crate::http::inject::ASKED;
use crate::http::path::{BEHIND, ROOM, segment};
use crate::http::record::Recording;
use crate::http::{Route, is_path, nearest_path};
use crate::journal::Curl;

const TOKEN_PATH: &str = "/openapi/token";
/// A time that has passed, or is none, becomes one that is as far ahead.
const AN_HOUR: TimeDelta = TimeDelta::hours(1);
/// A longer command is of no use to anybody.
const LONGEST: usize = 8 * 1024;

/// A method, a path and the operation that they are.
struct Place {
    method: Method,
    path: String,
    operation: Operation,
}

/// A call that the API accepts, as a command; `None` where none could be right.
pub fn corrected(error: &ApiError, recording: &Recording) -> Option<String> {
    if matches!(error, ApiError::Panicked) {
        return None;
    }
    let mut curl = Curl::of(recording.transcript()?);
    let place = place(error, &curl)?;
    let place = if is_about_a_known_account(error) { with_a_room(place, recording)? } else { place };
    curl.headers.retain(|(name, _)| *name != ASKED.as_str() && name != "authorization" && auth::stands_for(name).is_none());
    curl.set_header("api_key", "");
    if place.operation == Operation::IssueToken {
        curl.headers.retain(|(name, _)| name != "x-auth-token");
    } else {
        curl.set_header("x-auth-token", "");
    }
    let known = parameters::of(place.operation, &place.path);
    let room = if place.operation == Operation::ModifyRoom { room::shown(&place.path, recording) } else { Vec::new() };
    curl.method = place.method.to_string();
    curl.target = place.path;
    curl.body = None;
    let arrived = field::arrived(recording);
    let mut pairs = field::all_mended(known, &arrived, &room);
    // What was to go out later does not go out now.
    let is_reserved = arrived.form().first("sendDate").is_some_and(|date| !date.is_empty());
    if place.operation == Operation::SendCustom && is_reserved {
        let now = recording.now();
        let is_ahead = |date: &str| date.parse::<KstTime>().is_ok_and(|date| date > now.into());
        let date = pairs.iter().find(|(name, date)| name == "sendDate" && is_ahead(date)).map(|(_, date)| date.clone());
        pairs.retain(|(name, _)| name != "sendDate");
        pairs.push(("sendDate".to_owned(), date.unwrap_or_else(|| KstTime::from(now + AN_HOUR).to_string())));
    }
    let curl = curl.with_form(pairs);
    Some(curl.command()).filter(|command| command.len() <= LONGEST)
}

/// Where the request was likely meant to go.
fn place(error: &ApiError, curl: &Curl) -> Option<Place> {
    if let ApiError::Auth(AuthRefusal::ExpiredToken { .. } | AuthRefusal::UnknownToken) = error {
        return Some(Place { method: Method::GET, path: TOKEN_PATH.to_owned(), operation: Operation::IssueToken });
    }
    let path = curl.target.split('?').next().unwrap_or_default();
    let path = if is_path(path) { path.to_owned() } else { nearest_path(&scrubbed(path)).1 };
    let methods = [curl.method.as_str()].into_iter().chain(path::instead(&curl.method, &path));
    methods.filter_map(|method| Method::from_bytes(method.as_bytes()).ok()).find_map(|method| {
        let operation = Route::of(&method, &path).operation()?;
        Some(Place { method, path: path.clone(), operation })
    })
}

/// Before a key is accepted, nothing can be said of its rooms.
fn is_about_a_known_account(error: &ApiError) -> bool {
    match error {
        ApiError::Panicked
        | ApiError::HeaderMissing(_)
        | ApiError::HeaderAmbiguous(_)
        | ApiError::HeaderUnprintable(_)
        | ApiError::Auth(_) => false,
        ApiError::Path { .. }
        | ApiError::Method { .. }
        | ApiError::TooLarge
        | ApiError::MediaType { .. }
        | ApiError::Body { .. }
        | ApiError::FaultHeader { .. }
        | ApiError::Field { .. }
        | ApiError::NoSuchRoom { .. }
        | ApiError::NoSuchUser { .. }
        | ApiError::NoSuchSchedule { .. } => true,
    }
}

/// About a room that the account has, the one of the path, the nearest, or else all of them; and about somebody who is in it, or else all
/// of them.
fn with_a_room(place: Place, recording: &Recording) -> Option<Place> {
    if Route::of(&place.method, &place.path).room.is_none() || recording.key().is_none() {
        return Some(place);
    }
    let named = escape::segment(segment(&place.path, ROOM)).into_owned();
    if room::is_there(&named, recording) {
        return with_whom(place, &named, recording);
    }
    let Some((id, _)) = room::nearest(&named, recording) else {
        let path = place.path.split('/').take(ROOM - 1).chain(["rooms"]).collect::<Vec<_>>().join("/");
        return Some(Place { method: Method::GET, path, operation: Operation::ListRoom });
    };
    let path = with_segment(&place.path, ROOM, id.as_str());
    with_whom(Place { path, ..place }, id.as_str(), recording)
}

/// About somebody who is in the room, or about a message that is reserved in it; `None` where there is none.
fn with_whom(place: Place, room: &str, recording: &Recording) -> Option<Place> {
    let named = escape::segment(segment(&place.path, BEHIND));
    let id = room.parse().ok()?;
    let is_exact = match place.operation {
        Operation::ExileUser | Operation::MuteUser => {
            user::people(recording, id).lists().into_iter().flatten().any(|user| user.client_key == *named)
        }
        Operation::SendWhisperMessage => user::people(recording, id).users().iter().any(|user| user.client_key == *named),
        Operation::CancelCustom => schedule::chat(recording, id).reserved().any(|reserved| reserved.schedule_id.as_str() == named),
        _ => true,
    };
    if is_exact {
        return Some(place);
    }
    if place.operation == Operation::CancelCustom {
        let near = schedule::nearest(&named, &schedule::chat(recording, id))?;
        return Some(Place { path: with_segment(&place.path, BEHIND, near.as_str()), ..place });
    }
    let people = user::people(recording, id);
    let is_exiled = people.exiles().iter().any(|user| user.client_key == *named);
    let Some((key, _)) = user::nearest(&named, &people).filter(|_| !is_exiled) else {
        return Some(Place { method: Method::GET, path: format!("/openapi/v1/users/{room}"), operation: Operation::ListUser });
    };
    Some(Place { path: with_segment(&place.path, BEHIND, &escape::encode(key)), ..place })
}

fn with_segment(path: &str, at: usize, segment: &str) -> String {
    let segments = path.split('/').enumerate().map(|(place, own)| if place == at { segment } else { own });
    segments.collect::<Vec<_>>().join("/")
}
