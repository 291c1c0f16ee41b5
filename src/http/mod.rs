//! The emulated API.

pub mod auth;
pub mod envelope;
pub mod error;
pub mod explain;
pub mod inject;
pub mod messages;
pub mod openapi;
pub mod params;
pub mod path;
pub mod people;
pub mod record;
pub mod rooms;
pub mod stack;
pub mod token;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::routing::{get, post};

use self::error::ApiError;
use self::messages::{custom, notice, whisper};
use self::people::{exiles, mute, users};
use self::rooms::{create, destroy, detail, list, modify};
use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;
use crate::domain::text;
use crate::emulator::Emulator;

/// Every path with its methods, as refusals name them, and its operations. A test holds it against the contract, which says
/// the same once more: making the contract takes a quarter of a start, so the router does not wait for it.
const PATHS: [(&str, &str, Operations); 15] = [
    ("/openapi/v2/rooms", "GET, HEAD, POST", ON_ROOMS),
    ("/openapi/v2/rooms/{roomId}", "GET, HEAD, POST, DELETE", ON_A_ROOM),
    ("/openapi/v1/rooms", "GET, HEAD, POST", ON_ROOMS),
    ("/openapi/v1/rooms/{roomId}", "GET, HEAD, POST, DELETE", ON_A_ROOM),
    ("/openapi/token", "GET, HEAD", &[(Method::GET, Operation::IssueToken)]),
    ("/openapi/v1/users/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListUser)]),
    ("/openapi/v2/users/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListUser)]),
    ("/openapi/v1/exiles/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListExileUser)]),
    ("/openapi/v1/exiles/{roomId}/{clientKey}", "POST, PUT", ON_AN_EXILE),
    ("/openapi/v1/mute/{roomId}", "GET, HEAD", &[(Method::GET, Operation::ListMuteUser)]),
    ("/openapi/v1/mute/{roomId}/{clientKey}", "POST, PUT", ON_A_MUTE),
    ("/openapi/v1/notice/{roomId}", "POST", &[(Method::POST, Operation::SendNotice)]),
    ("/openapi/v1/custom/{roomId}", "POST", &[(Method::POST, Operation::SendCustom)]),
    ("/openapi/v1/custom/{roomId}/{scheduleId}", "DELETE", &[(Method::DELETE, Operation::CancelCustom)]),
    ("/openapi/v1/whisper/{roomId}/{clientKey}", "POST", &[(Method::POST, Operation::SendWhisperMessage)]),
];
type Operations = &'static [(Method, Operation)];
const ON_ROOMS: Operations = &[(Method::GET, Operation::ListRoom), (Method::POST, Operation::CreateRoom)];
const ON_A_ROOM: Operations =
    &[(Method::GET, Operation::GetRoomInfo), (Method::POST, Operation::ModifyRoom), (Method::DELETE, Operation::DestroyRoom)];
const ON_AN_EXILE: Operations = &[(Method::POST, Operation::ExileUser), (Method::PUT, Operation::UnexileUser)];
const ON_A_MUTE: Operations = &[(Method::POST, Operation::MuteUser), (Method::PUT, Operation::UnmuteUser)];

/// The operation of a method and a path, and what stands where the path names a room.
pub fn operation<'p>(method: &Method, path: &'p str) -> (Option<Operation>, Option<&'p str>) {
    let path = path.strip_suffix('/').unwrap_or(path);
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    for (template, _, operations) in &PATHS {
        if let Some(room) = room_at(template, path) {
            let operation = operations.iter().find(|(of, _)| of == method).map(|(_, operation)| *operation);
            return (operation, Some(room).filter(|room| !room.is_empty()));
        }
    }
    (None, None)
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

/// The operations and their refusals of unknown paths and methods, without the stack around them.
fn router(emulator: Emulator) -> Router {
    Router::new()
        // assumed: head
        .route("/openapi/v2/rooms", get(list::v2).post(create::v2))
        .route("/openapi/v2/rooms/{roomId}", get(detail::v2).post(modify::v2).delete(destroy::v2))
        .route("/openapi/v1/rooms", get(list::v1).post(create::v1))
        .route("/openapi/v1/rooms/{roomId}", get(detail::v1).post(modify::v1).delete(destroy::v1))
        .route("/openapi/token", get(token::issue))
        .route("/openapi/v1/users/{roomId}", get(users::v1))
        .route("/openapi/v2/users/{roomId}", get(users::v2))
        .route("/openapi/v1/exiles/{roomId}", get(exiles::list))
        .route("/openapi/v1/exiles/{roomId}/{clientKey}", post(exiles::exile).put(exiles::unexile))
        .route("/openapi/v1/mute/{roomId}", get(mute::list))
        .route("/openapi/v1/mute/{roomId}/{clientKey}", post(mute::mute).put(mute::unmute))
        .route("/openapi/v1/notice/{roomId}", post(notice::send))
        .route("/openapi/v1/custom/{roomId}", post(custom::send))
        .route("/openapi/v1/custom/{roomId}/{scheduleId}", axum::routing::delete(custom::cancel))
        .route("/openapi/v1/whisper/{roomId}/{clientKey}", post(whisper::send))
        .fallback(async |request: Request| no_such_path(request.uri()))
        // assumed: order-of-checks
        .method_not_allowed_fallback(async |request: Request| no_such_method(&request))
        .with_state(emulator)
}

fn no_such_method(request: &Request) -> ApiError {
    let path = request.uri().path();
    let allow = PATHS.iter().find(|(known, ..)| room_at(known, path).is_some()).map_or("", |(_, allow, _)| allow);
    ApiError::Method { method: request.method().to_string(), path: path.to_owned(), allow }
}

/// Names the operation's path that is nearest.
fn no_such_path(uri: &Uri) -> ApiError {
    // The target of CONNECT has no path.
    let path = if uri.path().is_empty() { uri.to_string() } else { uri.path().to_owned() };
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
    use axum::body::Body;
    use axum::http::header;
    use tower::ServiceExt;
    use utoipa::openapi::PathItem;

    use super::*;
    use crate::emulator::Settings;

    fn operations(item: &PathItem) -> Vec<(Method, String)> {
        let methods = [(Method::GET, &item.get), (Method::POST, &item.post), (Method::PUT, &item.put), (Method::DELETE, &item.delete)];
        let named = methods.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?.operation_id.clone()?)));
        named.map(|(method, id)| (method, id.trim_end_matches("V1").to_owned())).collect()
    }

    fn documented(item: &PathItem) -> String {
        let methods = [("GET, HEAD", &item.get), ("POST", &item.post), ("PUT", &item.put), ("DELETE", &item.delete)];
        methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    }

    /// What the contract says, what refusals say and what the router takes is the same, path by path and method by method.
    #[tokio::test]
    async fn contract_table_and_router_have_the_same_paths_and_methods() {
        let contract = openapi::generated();
        assert_eq!(contract.paths.paths.len(), PATHS.len());
        for (path, item) in &contract.paths.paths {
            let row = PATHS.iter().find(|(known, ..)| known == path);
            assert_eq!(row.map(|(_, methods, _)| (*methods).to_owned()), Some(documented(item)), "{path}");
            let listed = row.map(|(.., operations)| operations.iter().map(|(method, of)| (method.clone(), of.name().to_owned())).collect());
            assert_eq!(listed, Some(operations(item)), "{path}");
            let request = Request::builder().method("BREW").uri(path).body(Body::empty()).unwrap();
            let refused = router(Emulator::new(Settings::default())).oneshot(request).await.unwrap();
            let taken = refused.headers()[header::ALLOW].to_str().unwrap().replace(',', ", ");
            assert_eq!(taken, documented(item), "{path}");
        }
    }
}
