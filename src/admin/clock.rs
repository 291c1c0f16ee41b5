//! `POST /__admin/clock/advance[?apiKey=K]` with `{"by": "5h1s"}`: time passes at once, for one account or for all.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use chrono::{SecondsFormat, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::AdminError;
use super::scope::Scope;
use crate::domain::ids::ApiKey;
use crate::domain::text;
use crate::emulator::{ControlRefusal, Emulator};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: String,
}

/// Where the clock is now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Advanced {
    /// The account, or `null` for all.
    api_key: Option<String>,
    /// The time of that account, or of accounts to come, RFC 3339.
    now: String,
}

pub async fn advance(
    State(emulator): State<Emulator>,
    Scope(key): Scope,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Advanced>, AdminError> {
    let hint = "send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms";
    let body = body.map_err(|rejection| AdminError::body(&rejection, hint))?;
    // An object first: serde would take an array for the structure as well.
    let object: Result<Map<String, Value>, _> = serde_json::from_slice(&body);
    let Advance { by } = object
        .and_then(|object| serde_json::from_value(object.into()))
        .map_err(|error| AdminError::bad_request(format!("body: {error}"), hint))?;
    let duration = humantime::parse_duration(&by)
        .map_err(|_| AdminError::bad_request(format!("by: must be a duration, got \"{}\"", text::short(&by)), hint))?;
    let beyond = |refusal| AdminError::control(refusal, key.as_ref());
    // For the log, in words of our own.
    let by = humantime::format_duration(duration);
    let duration = TimeDelta::from_std(duration).map_err(|_| beyond(ControlRefusal::BeyondTime))?;
    emulator.advance(key.as_ref(), duration).map_err(beyond)?;
    let now = emulator.now(key.as_ref()).to_rfc3339_opts(SecondsFormat::Millis, true);
    let whose = key.as_ref().map_or("all accounts".to_owned(), ApiKey::masked);
    tracing::info!("the clock of {whose} is advanced by {by} to {now}");
    Ok(Json(Advanced { api_key: key.map(|key| key.masked()), now }))
}
