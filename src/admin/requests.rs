//! `GET /__admin/requests`: the journal, as JSON, as a JSON object a line, or as commands to paste; and `DELETE`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, AdminRefusals};
use super::query::{Query, Segment};
use super::schemas::{ExchangeFormat, JournalFormat};
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::operation::Operation;
use crate::emulator::Emulator;
use crate::journal::{Curl, Entry, EntryView, Filter};

/// How the journal is shown; the first is how unless told.
pub const FORMATS: &[&str] = &["json", "ndjson", "curl"];
/// How one exchange is shown.
pub const FORMATS_OF_ONE: &[&str] = &["json", "curl"];
/// How many exchanges an answer has unless it is told.
const LIMIT: usize = 1000;

/// The cure for a filter that is none.
const HINT: &str = "leave it out, or write it as the journal shows it";

/// Some of the journal.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requests<'a> {
    /// In the order in which they ended.
    requests: Vec<EntryView<'a>>,
    /// How many fit, shown or not.
    matched: usize,
    /// How many are kept, fit or not.
    kept: usize,
    /// How many made room for newer ones since the last reset or `DELETE`.
    evicted: u64,
}

/// Shows exchanges of the emulated API: the newest `limit` of those that fit, or with `since` the next.
#[utoipa::path(get, path = "/__admin/requests", operation_id = "listRequests", tag = "journal",
    params(
        ("apiKey" = Option<ApiKey>, Query, description = "the account; all without it"),
        ("operation" = Option<Operation>, Query, description = "such as createRoom"),
        ("status" = Option<u16>, Query, description = "the HTTP status", minimum = 100, maximum = 65_535),
        ("result_cd" = Option<i32>, Query, description = "the number in the envelope", minimum = -2_147_483_648, maximum = 2_147_483_647),
        ("roomId" = Option<RoomId>, Query, description = "the room"),
        ("since" = Option<u64>, Query, description = "those that ended after this exchange"),
        ("limit" = Option<i64>, Query, description = "at most so many, 1000 unless told", minimum = 1),
        ("format" = Option<JournalFormat>, Query, description = "json, ndjson or curl"),
    ),
    responses((status = 200, description = "the exchanges",
        content((Requests = "application/json"), (String = "application/x-ndjson"), (String = "text/plain"))), AdminRefusals))]
pub async fn list(State(emulator): State<Emulator>, query: Query) -> Result<Response, AdminError> {
    let key = query.scope(&["operation", "status", "result_cd", "roomId", "since", "limit", "format"])?;
    let filter = Filter {
        operation: query.value("operation", HINT)?,
        status: query.number("status", 100)?,
        result_cd: query.number("result_cd", i32::MIN)?,
        room_id: query.value("roomId", HINT)?,
        since: query.number("since", 0_i64)?.map(i64::unsigned_abs),
    };
    let limit = query.number("limit", 1_i64)?.map_or(LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let page = emulator.requests(key.as_ref(), &filter, limit);
    let views = || page.entries.iter().map(|entry| EntryView::short(entry));
    Ok(match query.one_of("format", FORMATS)? {
        "ndjson" => {
            let lines = views().map(|view| serde_json::to_string(&view).unwrap_or_default() + "\n");
            ([(header::CONTENT_TYPE, "application/x-ndjson")], lines.collect::<String>()).into_response()
        }
        "curl" => page.entries.iter().map(|entry| command(entry)).collect::<String>().into_response(),
        _ => Json(Requests { requests: views().collect(), matched: page.matched, kept: page.kept, evicted: page.evicted }).into_response(),
    })
}

/// Shows one exchange, with the explanation of a refusal.
#[utoipa::path(get, path = "/__admin/requests/{id}", operation_id = "getRequest", tag = "journal",
    params(
        ("id" = u64, Path, description = "its number, as in X-Mock-Request-Id"),
        ("apiKey" = Option<ApiKey>, Query, description = "the account that it must be of"),
        ("format" = Option<ExchangeFormat>, Query, description = "json or curl"),
    ),
    responses((status = 200, description = "the exchange", content((EntryView = "application/json"), (String = "text/plain"))), AdminRefusals))]
pub async fn one(State(emulator): State<Emulator>, Segment(id): Segment, query: Query) -> Result<Response, AdminError> {
    let key = query.scope(&["format"])?;
    let entry = id.parse().ok().and_then(|id| emulator.request(id)).filter(|entry| key.is_none() || entry.key == key);
    let entry = entry.ok_or_else(|| AdminError::unknown_request(&id))?;
    Ok(match query.one_of("format", FORMATS_OF_ONE)? {
        "curl" => command(&entry).into_response(),
        _ => Json(EntryView::whole(&entry)).into_response(),
    })
}

/// What was forgotten.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forgotten {
    /// How many exchanges.
    forgotten: usize,
}

/// Forgets the exchanges of an account, or of all, and how many made room.
#[utoipa::path(delete, path = "/__admin/requests", operation_id = "forgetRequests", tag = "journal",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    responses((status = 200, description = "what was forgotten", body = Forgotten), AdminRefusals))]
pub async fn forget(State(emulator): State<Emulator>, query: Query) -> Result<Json<Forgotten>, AdminError> {
    let key = query.write_scope(&emulator)?;
    Ok(Json(Forgotten { forgotten: emulator.forget_requests(key.as_ref()) }))
}

/// A comment that tells which exchange it was, and the command.
fn command(entry: &Entry) -> String {
    let operation = entry.operation.map_or("no operation", |operation| operation.name());
    let answer = match entry.answer {
        Some(answer) => format!("{} {}", answer.status, answer.result_cd.map(|code| code.to_string()).unwrap_or_default()),
        None => "no answer".to_owned(),
    };
    format!("# {}: {operation}, {}\n{}\n", entry.id, answer.trim_end(), Curl::of(&entry.transcript).command())
}
