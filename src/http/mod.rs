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

/// Names the operation's path that differs least.
fn no_such_path(path: &str, known: &[String]) -> ApiError {
    let shown = text::short_path(path);
    let nearest = known.iter().min_by_key(|template| text::distance(&shown, &filled(template, &shown)));
    ApiError::Path { path: path.to_owned(), nearest: nearest.cloned().unwrap_or_default() }
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
