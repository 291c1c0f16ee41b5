//! `GET /__admin/diff[?apiKey=K]`: which rooms are not as they were, field by field, and what did it. `POST /__admin/mark`
//! begins anew.

use std::fmt::Write;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, AdminRefusals};
use super::query::Query;
use crate::clock::show_moment;
use crate::domain::ids::ApiKey;
use crate::domain::room::Room;
use crate::domain::secret::scrubbed;
use crate::domain::user::People;
use crate::emulator::{AccountDiff, Cause, Changed, Emulator};

/// What is not as it was.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Diff {
    accounts: Vec<DiffOfAccount>,
}

/// What of one account is not as it was; rooms in order of creation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiffOfAccount {
    api_key: String,
    /// `fixtures`, or when the mark was set, by the account's clock.
    since: String,
    added: Vec<RoomInDiff>,
    removed: Vec<RoomInDiff>,
    changed: Vec<ChangedRoom>,
}

/// A room that came or went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RoomInDiff {
    room_id: String,
    room_name: String,
    by: By,
    /// All of its fields, as they are if it came, as they were if it went; and `users`, `exiles` and `mutes` as JSON, where there are any.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    room: serde_json::Map<String, serde_json::Value>,
}

/// A room that is not as it was.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChangedRoom {
    room_id: String,
    room_name: String,
    fields: Vec<ChangedField>,
}

/// A field that is not as it was.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedField {
    field: &'static str,
    was: String,
    is: String,
    by: By,
}

/// What did it last.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct By {
    /// `api`, `admin`, `fixture` for a fixture or a state, or `program` for the program in which the mock runs.
    via: &'static str,
    /// The number of the exchange, as in `X-Mock-Request-Id`.
    request: Option<u64>,
}

impl From<Cause> for By {
    fn from(cause: Cause) -> Self {
        let via = match cause {
            Cause::Request(_) => "api",
            Cause::Control(_) => "admin",
            Cause::Fixture => "fixture",
            Cause::Program => "program",
        };
        By { via, request: cause.exchange() }
    }
}

/// Shows what is not as in the fixtures, or as it was at the mark. `Accept: text/plain` gives text for people.
#[utoipa::path(get, path = "/__admin/diff", operation_id = "getDiff", tag = "state", params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it")),
    responses((status = 200, description = "what is not as it was", content((Diff = "application/json"), (String = "text/plain"))), AdminRefusals))]
pub async fn diff(State(emulator): State<Emulator>, query: Query, headers: HeaderMap) -> Result<Response, AdminError> {
    let key = query.scope(&[])?;
    let diffs = emulator.diff(key.as_ref());
    let wants_text =
        headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/plain"));
    if wants_text {
        return Ok(text(&diffs).into_response());
    }
    Ok(Json(Diff { accounts: diffs.iter().map(of_account).collect() }).into_response())
}

/// Which account was marked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Marked {
    /// The account, or `null` for all.
    api_key: Option<String>,
}

/// From here on `GET diff` tells what is not as it is now.
#[utoipa::path(post, path = "/__admin/mark", operation_id = "mark", tag = "state",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    responses((status = 200, description = "which account was marked", body = Marked), AdminRefusals))]
pub async fn mark(State(emulator): State<Emulator>, query: Query) -> Result<Json<Marked>, AdminError> {
    let key = query.write_scope(&emulator)?;
    emulator.mark(key.as_ref()).map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    Ok(Json(Marked { api_key: key.as_ref().map(ApiKey::masked) }))
}

fn of_account(diff: &AccountDiff) -> DiffOfAccount {
    let room = |room: &Room, cause: Cause| RoomInDiff {
        room_id: room.room_id.to_string(),
        room_name: name(room),
        by: cause.into(),
        room: whole(room).map(|(name, value)| (name.to_owned(), scrubbed(&value).into())).collect(),
    };
    let changed = |changed: &Changed| ChangedRoom {
        room_id: changed.is.room_id.to_string(),
        room_name: name(&changed.is),
        fields: fields(changed).map(|(field, was, is, cause)| ChangedField { field, was, is, by: cause.into() }).collect(),
    };
    let differences = &diff.differences;
    DiffOfAccount {
        api_key: diff.key.masked(),
        since: diff.marked.map_or_else(|| "fixtures".to_owned(), show_moment),
        added: differences.added.iter().map(|added| room(&added.room, added.cause)).collect(),
        removed: differences.removed.iter().map(|removed| room(&removed.room, removed.cause)).collect(),
        changed: differences.changed.iter().map(changed).collect(),
    }
}

/// Every field, and the people that there are.
fn whole(room: &Room) -> impl Iterator<Item = (&'static str, String)> {
    room.tracked().into_iter().filter(|(name, value)| !People::NAMES.contains(name) || value != "[]")
}

fn name(room: &Room) -> String {
    scrubbed(&room.room_name.to_string()).into_owned()
}

/// Name, value before, value now, and what did it.
fn fields(changed: &Changed) -> impl Iterator<Item = (&'static str, String, String, Cause)> {
    let (was, is) = (changed.was.tracked(), changed.is.tracked());
    changed.fields.iter().filter_map(move |(field, cause)| {
        let ((name, was), (_, is)) = (was.get(*field)?, is.get(*field)?);
        Some((*name, scrubbed(was).into_owned(), scrubbed(is).into_owned(), *cause))
    })
}

/// One line for each room and for each field.
fn text(diffs: &[AccountDiff]) -> String {
    let mut text = String::new();
    for AccountDiff { key, marked, differences } in diffs {
        if differences.added.is_empty() && differences.removed.is_empty() && differences.changed.is_empty() {
            continue;
        }
        let since = marked.map_or_else(|| "the fixtures".to_owned(), show_moment);
        // A String takes everything.
        let _ = writeln!(text, "{}, since {since}", key.masked());
        for added in &differences.added {
            let _ = writeln!(text, "  + {} \"{}\"  ({})", added.room.room_id, name(&added.room), added.cause);
        }
        for removed in &differences.removed {
            let _ = writeln!(text, "  - {} \"{}\"  ({})", removed.room.room_id, name(&removed.room), removed.cause);
        }
        for changed in &differences.changed {
            let _ = writeln!(text, "  ~ {} \"{}\"", changed.is.room_id, name(&changed.is));
            for (name, was, is, cause) in fields(changed) {
                let _ = writeln!(text, "      {name}: \"{was}\" → \"{is}\"  ({cause})");
            }
        }
    }
    if text.is_empty() { "no differences\n".to_owned() } else { text }
}
