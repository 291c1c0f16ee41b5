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
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::api::Api;
use self::error::ApiError;
use crate::domain::text;
use crate::emulator::Emulator;

/// Every operation, each mounted where its own file says.
fn operations() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(token::issue))
        .routes(routes!(rooms::list::v2, rooms::create::v2))
        .routes(routes!(rooms::detail::v2, rooms::modify::v2, rooms::destroy::v2))
        .routes(routes!(rooms::list::v1, rooms::create::v1))
        .routes(routes!(rooms::detail::v1, rooms::modify::v1, rooms::destroy::v1))
}

/// The operations and their refusals of unknown paths and methods, without the stack around them.
fn router(emulator: Emulator) -> Router {
    let (router, contract) = operations().split_for_parts();
    // The current version first: where two paths are equally near, it is the one that is named.
    let paths: Vec<String> = contract.paths.paths.into_keys().rev().collect();
    router
        .fallback(async move |request: Request| no_such_path(request.uri().path(), &paths))
        .method_not_allowed_fallback(async |request: Request| ApiError::Method {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
        })
        .with_state(Api { emulator })
}

/// Names the operation's path that differs least. Where an operation has a roomId the segment of the request stands for it.
fn no_such_path(path: &str, known: &[String]) -> ApiError {
    let near = text::short_path(path);
    let segments: Vec<&str> = near.split('/').collect();
    let filled = known.iter().map(|known| {
        let fill = |(place, segment): (usize, &str)| {
            if segment.starts_with('{') { segments.get(place).copied().unwrap_or(segment) } else { segment }.to_owned()
        };
        (known, known.split('/').enumerate().map(fill).collect::<Vec<String>>().join("/"))
    });
    let filled: Vec<(&String, String)> = filled.collect();
    let nearest = text::nearest(&near, filled.iter().map(|(_, filled)| filled.as_str())).map(|(nearest, _)| nearest);
    let nearest = filled.iter().find(|(_, filled)| Some(filled.as_str()) == nearest).map(|(known, _)| (*known).clone()).unwrap_or_default();
    ApiError::Path { path: path.to_owned(), nearest }
}
