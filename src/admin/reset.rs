//! `POST /__admin/reset[?apiKey=K]`: back to the fixtures, with ids and clock.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::error::AdminError;
use super::scope::Scope;
use crate::emulator::Emulator;

/// What was reset.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WasReset {
    /// The account, or `null` for all.
    api_key: Option<String>,
}

pub async fn reset(State(emulator): State<Emulator>, Scope(key): Scope) -> Result<Json<WasReset>, AdminError> {
    emulator.reset(key.as_ref()).map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    tracing::info!("{} back to the fixtures", key.as_ref().map_or("all accounts are".to_owned(), |key| format!("{} is", key.masked())));
    Ok(Json(WasReset { api_key: key.map(|key| key.masked()) }))
}
