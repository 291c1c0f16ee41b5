//! Paths and methods that no operation has.

use super::{OPERATIONS, rule, shown};
use crate::domain::code::Provenance;
use crate::domain::secret::scrubbed;
use crate::domain::text;
use crate::http::nearest_path;
use crate::journal::Explanation;

/// A path that is none.
pub fn unknown(path: &str) -> Explanation {
    let (_, nearest) = nearest_path(&scrubbed(path));
    Explanation {
        got: Some(text::short_path(&scrubbed(path))),
        expected: Some(
            "/openapi/v2/rooms, /openapi/v2/rooms/{roomId}, the same with v1, /openapi/token, or one of those on users and messages"
                .to_owned(),
        ),
        hints: difference(path, &nearest).map(str::to_owned).into_iter().collect(),
        nearest: Some(nearest),
        ..rule("a path is that of an operation", Provenance::Documented, OPERATIONS)
    }
}

/// What makes the difference, where a word says it.
fn difference(path: &str, nearest: &str) -> Option<&'static str> {
    let is = |changed: &str| changed.trim_end_matches('/') == nearest;
    let has_version = |version: &str| path.split('/').any(|segment| segment.eq_ignore_ascii_case(version));
    if is(&path.replace("//", "/")) {
        Some("the path has two slashes in a row")
    } else if path.trim_end_matches('/').eq_ignore_ascii_case(nearest) {
        Some("paths are case-sensitive")
    } else if is(path.get("/openapi".len()..).unwrap_or_default()) {
        Some("the path has /openapi twice")
    } else if is(&format!("/openapi{path}")) {
        Some("every path begins with /openapi")
    } else if !has_version("v1") && !has_version("v2") && !nearest.ends_with("/token") {
        Some("paths of rooms have a version, v1 or v2")
    } else if path.split('/').any(|segment| segment == "room") {
        Some("it is rooms, not room")
    } else {
        None
    }
}

/// A method that the path does not have.
pub fn wrong_method(method: &str, path: &str, allow: &str) -> Explanation {
    let is_of = |word: &str| path.split('/').any(|segment| segment == word);
    let (is_of_rooms, is_a_room) = (is_of("rooms"), is_of("rooms") && allow.contains("DELETE"));
    let hint = match method {
        "POST" | "PUT" if undoes_by_put(path) => Some("the clientKey stands in the path, behind the roomId"),
        "DELETE" if undoes_by_put(path) => Some("it is undone by PUT with the clientKey in the path"),
        _ if !is_of_rooms => None,
        "PUT" | "PATCH" if is_a_room => Some("a room is changed by POST"),
        "PUT" | "PATCH" if allow.contains("POST") => Some("a room is created by POST, and changed by POST with its roomId in the path"),
        "DELETE" if !is_a_room => Some("a room is destroyed by DELETE with its roomId in the path"),
        _ => None,
    };
    let nearest = instead(method, path).into_iter().find(|method| allow.split(", ").any(|allowed| allowed == *method));
    Explanation {
        got: Some(format!("{} {}", shown(method), text::short_path(&scrubbed(path)))),
        expected: Some(allow.to_owned()),
        nearest: nearest.map(str::to_owned),
        hints: hint.map(str::to_owned).into_iter().collect(),
        ..rule("a path has its methods", Provenance::Documented, OPERATIONS)
    }
}

/// What may be sent instead of a method that a path does not have, best first.
pub fn instead(method: &str, path: &str) -> [&'static str; 2] {
    match method {
        "PUT" | "PATCH" => ["POST", "GET"],
        "DELETE" if undoes_by_put(path) => ["PUT", "GET"],
        _ => ["GET", "POST"],
    }
}

fn undoes_by_put(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "exiles" | "mute"))
}
