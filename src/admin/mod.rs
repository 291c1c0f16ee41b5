//! The control plane under `/__admin`, for the people and programs that run a test. Plain JSON and proper HTTP statuses.
//! What it does is the emulator's; here it is a body, a query and an answer.

mod accounts;
mod body;
mod ca;
mod clock;
mod diff;
mod error;
mod faults;
mod fidelity;
mod guard;
mod health;
mod messages;
pub mod openapi;
mod pictures;
#[cfg(test)]
mod planted;
mod query;
mod requests;
mod reset;
mod rooms;
mod schemas;
mod state;
mod users;
mod verify;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header;
use axum::routing::{get, patch, post, put};
use axum::{Router, middleware};

pub use self::ca::CaCertificate;
pub use self::guard::{Access, AllowedHosts, BadHost};

use self::error::AdminError;
use crate::domain::text;
use crate::emulator::Emulator;

/// Where all of it hangs.
pub const PREFIX: &str = "/__admin";
/// Where probes look.
pub const HEALTH: &str = "/__admin/health";
/// Where the certificate is that clients are to trust.
pub const CA: &str = "/__admin/ca.pem";
/// What answers under any host name and without the token: probes and clients come by names that a process cannot know.
const OPEN: [&str; 2] = [HEALTH, CA];
/// The largest body that a call may have.
const BODY_LIMIT: usize = 64 * 1024;
/// The largest state that may be sent.
const STATE_LIMIT: usize = 64 * 1024 * 1024;

/// The control plane over an emulator. `contract` is the emulated API's OpenAPI document.
pub fn router(emulator: Emulator, access: Access, contract: &'static str) -> Router {
    const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];
    let router = Router::new();
    #[cfg(test)]
    let router = router.merge(planted::routes());
    router
        .route(HEALTH, get(health::health))
        .route(CA, get(ca::show))
        .route("/__admin/reset", post(reset::reset))
        .route("/__admin/state", get(state::export).merge(put(state::import).layer(DefaultBodyLimit::max(STATE_LIMIT))))
        .route("/__admin/diff", get(diff::diff))
        .route("/__admin/mark", post(diff::mark))
        .route("/__admin/accounts", get(accounts::list))
        .route("/__admin/rooms", post(rooms::create))
        .route("/__admin/rooms/{roomId}", patch(rooms::patch))
        .route("/__admin/rooms/{roomId}/users", get(users::list).post(users::join).delete(users::leave))
        .route("/__admin/rooms/{roomId}/messages", get(messages::list))
        .route("/__admin/requests", get(requests::list).delete(requests::forget))
        .route("/__admin/requests/{id}", get(requests::one))
        .route("/__admin/verify", post(verify::verify))
        .route("/__admin/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/__admin/faults/{id}", axum::routing::delete(faults::remove))
        .route("/__admin/clock", get(clock::show).put(clock::set))
        .route("/__admin/clock/advance", post(clock::advance))
        .route("/__admin/fidelity", get(fidelity::show))
        .route("/__admin/openapi.json", get(async move || (JSON, contract)))
        .route("/__admin/admin-openapi.json", get(async || (JSON, openapi::DOCUMENT)))
        .fallback(async |request: Request| no_such_path(request.uri().path()))
        .method_not_allowed_fallback(async |request: Request| AdminError::method(request.method()))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(access, guard::guard))
        .with_state(emulator)
}

fn no_such_path(path: &str) -> AdminError {
    AdminError::not_found(path, text::did_you_mean(path, openapi::paths().iter().map(String::as_str)))
}
