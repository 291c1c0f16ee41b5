//! The emulated API.

pub mod auth;
pub mod envelope;
pub mod error;
pub mod explain;
pub mod inject;
mod json;
pub mod messages;
pub mod openapi;
pub mod params;
pub mod path;
pub mod people;
pub mod pieces;
#[cfg(test)]
pub mod planted;
pub mod record;
pub mod rooms;
pub mod stack;
pub mod token;

use axum::http::{Method, Uri};

use self::Handler::{Form, Head, Key};
use self::auth::{Caller, KeyHolder};
use self::envelope::Answer;
use self::error::ApiError;
use self::messages::{custom, notice, whisper};
use self::params::Params;
use self::people::{exiles, mute, users};
use self::rooms::{create, destroy, detail, list, modify};
use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;
use crate::domain::text;
use crate::escape;

/// What does an operation, and what it needs to know.
#[derive(Clone, Copy)]
pub enum Handler {
    /// A valid key.
    Key(fn(&KeyHolder<'_>) -> Answer),
    /// A valid key and token, and the path.
    Head(fn(&Caller<'_>) -> Result<Answer, ApiError>),
    /// These, and then the parameters.
    Form(fn(&Caller<'_>, &Params) -> Result<Answer, ApiError>),
}

/// A path as the contract has it, its methods as refusals name them, and its operations.
type Path = (&'static str, &'static str, &'static [(Method, Operation, Handler)]);

/// Every path with its methods, as refusals name them, and its operations. Nothing else routes: the path of a call is looked up
/// once, for its handler, the journal and faults. A test holds it against the contract, which says the same once more: making
/// the contract takes a quarter of a start, so nobody waits for it.
// assumed: head
static PATHS: [Path; 15] = [
    (
        "/openapi/v2/rooms",
        "GET, HEAD, POST",
        &[(Method::GET, Operation::ListRoom, Head(list::v2)), (Method::POST, Operation::CreateRoom, Form(create::v2))],
    ),
    (
        "/openapi/v2/rooms/{roomId}",
        "GET, HEAD, POST, DELETE",
        &[
            (Method::GET, Operation::GetRoomInfo, Head(detail::v2)),
            (Method::POST, Operation::ModifyRoom, Form(modify::v2)),
            (Method::DELETE, Operation::DestroyRoom, Head(destroy::v2)),
        ],
    ),
    (
        "/openapi/v1/rooms",
        "GET, HEAD, POST",
        &[(Method::GET, Operation::ListRoom, Head(list::v1)), (Method::POST, Operation::CreateRoom, Form(create::v1))],
    ),
    (
        "/openapi/v1/rooms/{roomId}",
        "GET, HEAD, POST, DELETE",
        &[
            (Method::GET, Operation::GetRoomInfo, Head(detail::v1)),
            (Method::POST, Operation::ModifyRoom, Form(modify::v1)),
            (Method::DELETE, Operation::DestroyRoom, Head(destroy::v1)),
        ],
    ),
    ("/openapi/token", "GET, HEAD", &[(Method::GET, Operation::IssueToken, Key(token::issue))]),
    ("/openapi/v1/users/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListUser, Head(users::v1))]),
    ("/openapi/v2/users/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListUser, Head(users::v2))]),
    ("/openapi/v1/exiles/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListExileUser, Head(exiles::list))]),
    (
        "/openapi/v1/exiles/{roomId}/{clientKey}",
        "POST, PUT",
        &[(Method::POST, Operation::ExileUser, Head(exiles::exile)), (Method::PUT, Operation::UnexileUser, Head(exiles::unexile))],
    ),
    ("/openapi/v1/mute/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListMuteUser, Head(mute::list))]),
    (
        "/openapi/v1/mute/{roomId}/{clientKey}",
        "POST, PUT",
        &[(Method::POST, Operation::MuteUser, Head(mute::mute)), (Method::PUT, Operation::UnmuteUser, Head(mute::unmute))],
    ),
    ("/openapi/v1/notice/{roomId}", "POST", &[(Method::POST, Operation::SendNotice, Form(notice::send))]),
    ("/openapi/v1/custom/{roomId}", "POST", &[(Method::POST, Operation::SendCustom, Form(custom::send))]),
    ("/openapi/v1/custom/{roomId}/{scheduleId}", "DELETE", &[(Method::DELETE, Operation::CancelCustom, Head(custom::cancel))]),
    ("/openapi/v1/whisper/{roomId}/{clientKey}", "POST", &[(Method::POST, Operation::SendWhisperMessage, Form(whisper::send))]),
];

/// Where a call goes.
#[derive(Clone, Copy)]
pub struct Route<'p> {
    /// The path without a slash at its end.
    pub path: &'p str,
    /// What stands where the path names a room.
    pub room: Option<&'p str>,
    /// Its roomId, if a room can be called that.
    pub room_id: Option<RoomId>,
    /// The methods that the path takes; `None` when it is none of the API's.
    allow: Option<&'static str>,
    of: Option<(Operation, Handler)>,
}

impl<'p> Route<'p> {
    /// Where a method and a path lead.
    pub fn of(method: &Method, path: &'p str) -> Route<'p> {
        // assumed: trailing-slash
        let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        #[cfg(test)]
        let known = PATHS.iter().chain(&planted::PATHS);
        #[cfg(not(test))]
        let known = &PATHS;
        for (template, allow, operations) in known {
            if let Some(room) = room_at(template, path) {
                let of = operations.iter().find(|(of, ..)| of == method).map(|(_, operation, handler)| (*operation, *handler));
                let room = Some(room).filter(|room| !room.is_empty());
                let room_id = room.and_then(|room| escape::segment(room).parse().ok());
                return Route { path, room, room_id, allow: Some(allow), of };
            }
        }
        Route { path, room: None, room_id: None, allow: None, of: None }
    }

    /// The operation, if the path and the method are of one.
    pub fn operation(&self) -> Option<Operation> {
        self.of.map(|(operation, _)| operation)
    }

    /// What does it.
    ///
    /// # Errors
    /// An unknown path, then a method that it does not take.
    pub fn handler(&self, method: &Method, uri: &Uri) -> Result<Handler, ApiError> {
        match (self.of, self.allow) {
            (Some((_, handler)), _) => Ok(handler),
            // assumed: order-of-checks
            (None, None) => Err(no_such_path(self.path, uri)),
            (None, Some(allow)) => Err(ApiError::Method { method: method.to_string(), path: self.path.to_owned(), allow }),
        }
    }
}

/// Whether a path is one of the API, by whatever method.
pub fn is_path(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    PATHS.iter().any(|(template, ..)| room_at(template, path).is_some())
}

/// What a path has where a template names a room, empty where it names none; `None` when it is no path of that template.
fn room_at<'p>(template: &str, path: &'p str) -> Option<&'p str> {
    let Some((start, parameters)) = template.split_once('{') else { return (template == path).then_some("") };
    let own = path.strip_prefix(start)?;
    let (room, behind) = own.split_once('/').map_or((own, None), |(room, behind)| (room, Some(behind)));
    let is_whole = |segment: &str| !segment.is_empty() && !segment.contains('/');
    (is_whole(room) && behind.is_none_or(is_whole) && parameters.contains('/') == behind.is_some()).then_some(room)
}

/// Names the operation's path that is nearest.
fn no_such_path(path: &str, uri: &Uri) -> ApiError {
    // The target of CONNECT has no path.
    let path = if path.is_empty() { uri.to_string() } else { path.to_owned() };
    ApiError::Path { nearest: nearest_path(&path).0, path }
}

/// The operation's path that differs least, as the table has it and with the path's own segments; of two that are equally
/// near, the first of the table.
pub fn nearest_path(path: &str) -> (&'static str, String) {
    let shown = text::short_path(path);
    // What is missing may be missing at the front or at the end.
    let both = PATHS.iter().flat_map(|(known, ..)| [filled, filled_from_the_end].map(|fill| (*known, fill(known, &shown))));
    let mut ways: Vec<(&str, String)> = both.filter(|(known, own)| !has_word_for_a_name(known, own)).collect();
    // What the path calls itself says more than its length.
    let word = path::segment(&shown, path::ROOM - 1);
    if !word.is_empty() && PATHS.iter().any(|(known, ..)| path::segment(known, path::ROOM - 1) == word) {
        ways.retain(|(known, _)| path::segment(known, path::ROOM - 1) == word);
    }
    ways.sort_by_cached_key(|(_, own)| text::distance(&shown, own));
    let nearest = ways.first().map_or("", |(known, _)| *known);
    // What looks like a roomId is the roomId, wherever it stands.
    let has_room = |own: &str| path::segment(own, path::ROOM).parse::<RoomId>().is_ok();
    ways.retain(|(known, _)| *known == nearest);
    let own = ways.iter().find(|(_, own)| has_room(own)).or(ways.first()).map(|(_, own)| own.clone());
    (nearest, own.unwrap_or_default())
}

/// Whether a parameter took a word that stands in paths: nobody calls a room `rooms`.
fn has_word_for_a_name(template: &str, own: &str) -> bool {
    let is_word = |segment: &str| PATHS.iter().any(|(known, ..)| known.split('/').any(|word| word == segment));
    std::iter::zip(template.split('/'), own.split('/')).any(|(named, own)| named.starts_with('{') && named != own && is_word(own))
}

/// The template with the path's own segments where it has parameters, which any segment fits.
fn filled(template: &str, path: &str) -> String {
    fill(template.split('/'), path.split('/')).join("/")
}

/// The same, counted from the end.
fn filled_from_the_end(template: &str, path: &str) -> String {
    let mut segments = fill(template.rsplit('/'), path.rsplit('/'));
    segments.reverse();
    segments.join("/")
}

fn fill<'s>(template: impl Iterator<Item = &'s str>, mut own: impl Iterator<Item = &'s str>) -> Vec<&'s str> {
    let segment = |segment: &'s str| own.next().filter(|_| segment.starts_with('{')).unwrap_or(segment);
    template.map(segment).collect()
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::PathItem;

    use super::*;

    fn operations(item: &PathItem) -> Vec<(Method, String)> {
        let methods = [(Method::GET, &item.get), (Method::POST, &item.post), (Method::PUT, &item.put), (Method::DELETE, &item.delete)];
        let named = methods.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?.operation_id.clone()?)));
        named.map(|(method, id)| (method, id.trim_end_matches("V1").to_owned())).collect()
    }

    fn documented(item: &PathItem) -> String {
        let methods = [("GET, HEAD", &item.get), ("POST", &item.post), ("PUT", &item.put), ("DELETE", &item.delete)];
        methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    }

    /// What the contract says, what refusals say and what is taken is the same, path by path and method by method.
    #[test]
    fn contract_and_table_have_the_same_paths_and_methods() {
        let contract = openapi::generated();
        assert_eq!(contract.paths.paths.len(), PATHS.len());
        for (path, item) in &contract.paths.paths {
            let row = PATHS.iter().find(|(known, ..)| known == path);
            assert_eq!(row.map(|(_, methods, _)| (*methods).to_owned()), Some(documented(item)), "{path}");
            let listed =
                row.map(|(.., operations)| operations.iter().map(|(method, of, _)| (method.clone(), of.name().to_owned())).collect());
            assert_eq!(listed, Some(operations(item)), "{path}");
        }
    }
}
