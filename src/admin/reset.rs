//! `POST /__admin/reset[?apiKey=K]`: back to the fixtures, with clock, ids, faults and journal.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, AdminRefusals};
use super::query::Query;
use crate::domain::ids::ApiKey;
use crate::emulator::Emulator;

/// What was reset.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WasReset {
    /// The account, or `null` for all.
    api_key: Option<String>,
}

/// Puts an account, or all, back to the fixtures: rooms, clock, ids, faults, journal. Without `apiKey` accounts that no
/// fixture names disappear.
#[utoipa::path(post, path = "/__admin/reset", operation_id = "reset", tag = "state", 
    params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it"), ("all" = Option<bool>, Query, description = "`true`: all accounts, as without `apiKey`")),
    responses((status = 200, description = "what was reset", body = WasReset), AdminRefusals))]
pub async fn reset(State(emulator): State<Emulator>, query: Query) -> Result<Json<WasReset>, AdminError> {
    let (key, _) = query.any_scope()?;
    emulator.reset(key.as_ref()).map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    tracing::info!("{} back to the fixtures", key.as_ref().map_or("all accounts are".to_owned(), |key| format!("{} is", key.masked())));
    Ok(Json(WasReset { api_key: key.as_ref().map(ApiKey::masked) }))
}
