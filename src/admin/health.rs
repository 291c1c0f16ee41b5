//! `GET /__admin/health`: for probes.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// How the mock is.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `ok`
    status: &'static str,
    /// The version of the mock.
    version: &'static str,
}

/// Says that the mock is well. It answers under any host name and without a token.
#[utoipa::path(get, path = "/__admin/health", operation_id = "getHealth", tag = "health", security(()), responses((status = 200, description = "it is well", body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
