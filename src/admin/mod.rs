//! The control plane under `/__admin`, for the people and programs that run a test. Plain JSON and proper HTTP statuses.

mod clock;
mod error;
mod guard;
mod reset;
mod scope;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Serialize;

pub use self::guard::{AllowedHosts, BadHost};

use self::error::AdminError;
use crate::emulator::Emulator;

/// Where all of it hangs.
pub const PREFIX: &str = "/__admin";
/// The one path that answers under any host name: probes come by names that a process cannot know.
pub const HEALTH: &str = "/__admin/health";
/// The largest body that a call may have.
const BODY_LIMIT: usize = 64 * 1024;

/// The control plane over an emulator. `contract` writes the emulated API's OpenAPI document.
pub fn router(emulator: Emulator, allowed: AllowedHosts, contract: fn() -> String) -> Router {
    Router::new()
        .route(HEALTH, get(health))
        .route("/__admin/reset", post(reset::reset))
        .route("/__admin/clock/advance", post(clock::advance))
        .route("/__admin/openapi.json", get(async move || ([(header::CONTENT_TYPE, "application/json")], contract())))
        .fallback(async |request: Request| AdminError::not_found(request.uri().path()))
        .method_not_allowed_fallback(async |request: Request| AdminError::method(request.method()))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(allowed, guard::guard))
        .with_state(emulator)
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
