//! The emulated API.

pub mod api;
pub mod auth;
pub mod envelope;
pub mod error;
pub mod escape;
pub mod openapi;
pub mod params;
pub mod rooms;
pub mod stack;
pub mod token;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;

use self::api::Api;
use self::error::ApiError;
use self::rooms::{create, destroy, detail, list, modify};
use crate::domain::text;
use crate::emulator::Emulator;

/// Every path with its methods, as refusals name them. A test holds it against the contract, which says the same once more:
/// making the contract takes a quarter of a start, so the router does not wait for it.
const PATHS: [(&str, &str); 5] = [
    ("/openapi/v2/rooms", "GET, HEAD, POST"),
    ("/openapi/v2/rooms/{roomId}", "GET, HEAD, POST, DELETE"),
    ("/openapi/v1/rooms", "GET, HEAD, POST"),
    ("/openapi/v1/rooms/{roomId}", "GET, HEAD, POST, DELETE"),
    ("/openapi/token", "GET, HEAD"),
];

/// The operations and their refusals of unknown paths and methods, without the stack around them.
fn router(emulator: Emulator) -> Router {
    Router::new()
        .route("/openapi/v2/rooms", get(list::v2).post(create::v2))
        .route("/openapi/v2/rooms/{roomId}", get(detail::v2).post(modify::v2).delete(destroy::v2))
        .route("/openapi/v1/rooms", get(list::v1).post(create::v1))
        .route("/openapi/v1/rooms/{roomId}", get(detail::v1).post(modify::v1).delete(destroy::v1))
        .route("/openapi/token", get(token::issue))
        .fallback(async |request: Request| no_such_path(request.uri().path()))
        .method_not_allowed_fallback(async |request: Request| no_such_method(&request))
        .with_state(Api { emulator })
}

fn no_such_method(request: &Request) -> ApiError {
    let path = request.uri().path();
    let allow = PATHS.iter().find(|(known, _)| filled(known, path) == path).map_or("", |(_, allow)| allow);
    ApiError::Method { method: request.method().to_string(), path: path.to_owned(), allow }
}

/// Names the operation's path that differs least; of two that are equally near, the first of the table.
fn no_such_path(path: &str) -> ApiError {
    let shown = text::short_path(path);
    let nearest = PATHS.iter().map(|(known, _)| *known).min_by_key(|known| text::distance(&shown, &filled(known, &shown)));
    ApiError::Path { path: path.to_owned(), nearest: nearest.unwrap_or_default() }
}

/// The template with the path's own segments where it has parameters, which any segment fits.
fn filled(template: &str, path: &str) -> String {
    let mut segments = path.split('/');
    let fill = |segment| match segments.next() {
        Some(own) if str::starts_with(segment, '{') => own,
        _ => segment,
    };
    template.split('/').map(fill).collect::<Vec<&str>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the router takes is what the contract says, path by path and method by method.
    #[test]
    fn the_contract_has_the_same_paths_and_methods() {
        let contract = openapi::contract();
        let methods = |item: &utoipa::openapi::PathItem| {
            let methods = [("GET, HEAD", &item.get), ("POST", &item.post), ("DELETE", &item.delete)];
            methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
        };
        let mut documented: Vec<(String, String)> = contract.paths.paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect();
        let mut mounted = PATHS.map(|(path, methods)| (path.to_owned(), methods.to_owned()));
        documented.sort();
        mounted.sort();
        assert_eq!(documented, mounted);
    }
}
