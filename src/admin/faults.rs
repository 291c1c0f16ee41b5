//! `POST`, `GET` and `DELETE /__admin/faults`: what goes wrong on purpose.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Body};
use super::error::{AdminError, AdminRefusals};
use super::pictures::{FaultRule, ListedRule};
use super::query::{Query, Segment};
use crate::clock::show_moment;
use crate::domain::ids::ApiKey;
use crate::emulator::{ControlRefusal, Emulator};
use crate::fault::{self, Listed};

/// A rule in force.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedFault {
    /// Its number.
    id: u64,
    /// The account, or `null` for all.
    api_key: Option<String>,
    /// The rule, with what its kind takes when it is not said.
    #[serde(flatten)]
    #[schema(value_type = ListedRule)]
    rule: serde_json::Value,
    /// How many exchanges fitted its operation and room.
    seen: u64,
    /// How many it befell.
    applied: u64,
    /// When it ends, by the account's clock.
    ends: Option<String>,
    /// Whether it has used up its `times`.
    spent: bool,
}

/// The rules in force.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// In order of creation.
    faults: Vec<ListedFault>,
}

/// What was removed.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovedFaults {
    /// How many rules.
    removed: usize,
}

/// Adds a rule for an account, or for all and those to come.
#[utoipa::path(post, path = "/__admin/faults", operation_id = "addFault", tag = "faults",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    request_body(content = FaultRule),
    responses((status = 201, description = "the rule", body = ListedFault), AdminRefusals))]
pub async fn add(State(emulator): State<Emulator>, query: Query, body: Body) -> Result<(StatusCode, Json<ListedFault>), AdminError> {
    let hint = "send a rule such as {\"match\": {\"operation\": \"createRoom\"}, \"do\": {\"kind\": \"reset\"}, \"times\": 1}";
    let key = query.write_scope(&emulator)?;
    let rule = body::json(body, hint, fault::read_rule)?;
    let refused = |refusal| AdminError::control(refusal, key.as_ref());
    let id = emulator.add_fault(key.as_ref(), rule).map_err(refused)?;
    let added = emulator.faults(key.as_ref()).into_iter().find(|rule| rule.id == id);
    added.map(|rule| (StatusCode::CREATED, Json(listed(&rule)))).ok_or_else(|| refused(ControlRefusal::NoSuchRule))
}

/// Shows the rules of an account and those for all, or every rule, with what they have done.
#[utoipa::path(get, path = "/__admin/faults", operation_id = "listFaults", tag = "faults", params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it")),
    responses((status = 200, description = "the rules", body = Faults), AdminRefusals))]
pub async fn list(State(emulator): State<Emulator>, query: Query) -> Result<Json<Faults>, AdminError> {
    let key = query.scope(&[])?;
    Ok(Json(Faults { faults: emulator.faults(key.as_ref()).iter().map(listed).collect() }))
}

/// Takes away the rules of an account, or every rule.
#[utoipa::path(delete, path = "/__admin/faults", operation_id = "clearFaults", tag = "faults",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    responses((status = 200, description = "what was removed", body = RemovedFaults), AdminRefusals))]
pub async fn clear(State(emulator): State<Emulator>, query: Query) -> Result<Json<RemovedFaults>, AdminError> {
    let key = query.write_scope(&emulator)?;
    Ok(Json(RemovedFaults { removed: emulator.clear_faults(key.as_ref()) }))
}

/// Takes away one rule.
#[utoipa::path(delete, path = "/__admin/faults/{id}", operation_id = "removeFault", tag = "faults",
    params(
        ("id" = u64, Path, description = "its number"),
        ("apiKey" = Option<ApiKey>, Query, description = "the account that it must be of"),
        ("all" = Option<bool>, Query, description = "`true`: whoever it is of"),
    ),
    responses((status = 200, description = "what was removed", body = RemovedFaults), AdminRefusals))]
pub async fn remove(State(emulator): State<Emulator>, Segment(id): Segment, query: Query) -> Result<Json<RemovedFaults>, AdminError> {
    query.write_scope(&emulator)?;
    // Whoever is alone may name a rule for all by its number, too.
    let (key, _) = query.any_scope()?;
    let removed = id.parse().map_err(|_| ControlRefusal::NoSuchRule).and_then(|id| emulator.remove_fault(key.as_ref(), id));
    removed.map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    Ok(Json(RemovedFaults { removed: 1 }))
}

fn listed(rule: &Listed) -> ListedFault {
    ListedFault {
        id: rule.id,
        api_key: rule.key.as_ref().map(ApiKey::masked),
        rule: rule.rule.json(),
        seen: rule.seen,
        applied: rule.applied,
        ends: rule.ends.map(show_moment),
        spent: rule.is_spent,
    }
}
