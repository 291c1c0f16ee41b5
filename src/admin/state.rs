//! `GET` and `PUT /__admin/state[?apiKey=K]`: everything that accounts are, as a fixture file.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Body};
use super::error::{AdminError, AdminRefusals};
use super::pictures::{AnyState, State as SavedState};
use super::query::Query;
use crate::domain::ids::ApiKey;
use crate::emulator::{Cause, Emulator};
use crate::fixture::{self, Source};

/// Exports accounts as a fixture file, in a canonical order. Keys and tokens are the real ones, or it would not be a state.
#[utoipa::path(get, path = "/__admin/state", operation_id = "getState", tag = "state", params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it")),
    responses((status = 200, description = "a fixture file", body = SavedState), AdminRefusals))]
pub async fn export(State(emulator): State<Emulator>, query: Query) -> Result<impl IntoResponse, AdminError> {
    let key = query.scope(&[])?;
    let state = fixture::write(&emulator.saved(key.as_ref()));
    Ok(([(header::CONTENT_TYPE, "application/json")], state))
}

/// What was replaced.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WasReplaced {
    /// The account, or `null` for all.
    api_key: Option<String>,
    /// How many accounts there are in it now.
    accounts: usize,
    /// How many rooms there are in it now.
    rooms: usize,
}

/// Replaces an account, or all, by a fixture file: all of it or nothing. With `apiKey` a file that names no account, such as
/// a saved answer of listRoom, replaces the rooms.
#[utoipa::path(put, path = "/__admin/state", operation_id = "putState", tag = "state",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    request_body(content = AnyState, description = "a fixture file"),
    responses((status = 200, description = "what was replaced", body = WasReplaced), AdminRefusals))]
pub async fn import(
    State(emulator): State<Emulator>,
    query: Query,
    Extension(cause): Extension<Cause>,
    body: Body,
) -> Result<Json<WasReplaced>, AdminError> {
    let hint = "send a fixture file, such as an answer of GET state; `vchatcloud-mock check` says the same of a file";
    let key = query.write_scope(&emulator)?;
    let text = body::text(body, hint)?;
    // A large one takes a while, and the workers have others to serve.
    let read = tokio::task::spawn_blocking(move || fixture::load(&[Source::inline("body", &text)])).await;
    let state = read.map_err(|_| AdminError::bad_request("body: cannot be read", hint))?;
    let state = state.map_err(|problems| AdminError::problems(&problems, hint))?;
    emulator.restore(key.as_ref(), &state, cause).map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    let accounts = emulator.accounts();
    let accounts: Vec<_> = accounts.iter().filter(|account| key.as_ref().is_none_or(|key| *key == account.key)).collect();
    let rooms = accounts.iter().map(|account| account.rooms).sum();
    Ok(Json(WasReplaced { api_key: key.as_ref().map(ApiKey::masked), accounts: accounts.len(), rooms }))
}
