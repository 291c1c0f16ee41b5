//! `POST /__admin/verify`: whether what was called is what was expected; waits for it if told to.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Body};
use super::error::{AdminError, AdminRefusals};
use super::pictures;
use super::query::Query;
use crate::domain::ids::ApiKey;
use crate::emulator::Emulator;
use crate::verify::{self, Verdict};

/// Judges the exchanges of an account, or of all: 200 passed, 422 failed with the nearest exchanges and what differed, 409
/// inconclusive because exchanges that could matter are not kept any more. With `within` it answers as soon as it passes,
/// or cannot pass any more, or the time is over.
#[utoipa::path(post, path = "/__admin/verify", operation_id = "verify", tag = "journal",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it")),
    request_body(content = pictures::Verification),
    responses(
        (status = 200, description = "passed", body = Judged),
        (status = 409, description = "inconclusive: exchanges that could matter are not kept any more", body = Judged),
        (status = 422, description = "failed, with the nearest exchanges and what differed", body = Judged),
        AdminRefusals,
    ))]
pub async fn verify(State(emulator): State<Emulator>, query: Query, body: Body) -> Result<Response, AdminError> {
    let hint = "send {\"expect\": [{\"operation\": \"createRoom\", \"times\": 1}]}";
    let key = query.scope(&[])?;
    let text = body::text(body, hint)?;
    let verification = verify::read("body", &text).map_err(|problems| AdminError::problems(&problems, hint))?;
    let verdict = emulator.verify(key.as_ref(), verification).await;
    let status = match &verdict {
        Verdict::Passed => StatusCode::OK,
        Verdict::Failed { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Verdict::Inconclusive { .. } => StatusCode::CONFLICT,
    };
    let is_known = key.as_ref().is_none_or(|key| emulator.accounts().iter().any(|account| account.key == *key));
    let note = (!is_known).then_some("there is no account of this apiKey yet");
    Ok((status, Json(Judged { verdict, note })).into_response())
}

/// A verdict, and what may be behind it.
#[derive(Serialize, ToSchema)]
pub struct Judged {
    #[serde(flatten)]
    verdict: Verdict,
    /// That the account has not come into being, which a misspelt key would explain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<&'static str>,
}
