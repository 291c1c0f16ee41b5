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

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use utoipa::openapi::PathItem;
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
    let known: Arc<[Known]> = contract.paths.paths.into_iter().map(|(path, item)| Known { path, allow: allow(&item) }).collect();
    let no_path = Arc::clone(&known);
    router
        .fallback(async move |request: Request| no_such_path(request.uri().path(), &no_path))
        .method_not_allowed_fallback(async move |request: Request| no_such_method(&request, &known))
        .with_state(Api { emulator })
}

/// A path of some operations, with its parameters in braces, and the methods that it takes.
struct Known {
    path: String,
    allow: String,
}

fn allow(item: &PathItem) -> String {
    let methods = [("GET, HEAD", &item.get), ("POST", &item.post), ("DELETE", &item.delete)];
    methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

fn no_such_method(request: &Request, known: &[Known]) -> ApiError {
    let path = request.uri().path();
    let allow = known.iter().find(|known| filled(&known.path, path) == path).map(|known| known.allow.clone()).unwrap_or_default();
    ApiError::Method { method: request.method().to_string(), path: path.to_owned(), allow }
}

/// Names the operation's path that differs least; of two that are equally near, the one of the later version.
fn no_such_path(path: &str, known: &[Known]) -> ApiError {
    let shown = text::short_path(path);
    let nearest = known.iter().rev().map(|known| &known.path).min_by_key(|known| text::distance(&shown, &filled(known, &shown)));
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
