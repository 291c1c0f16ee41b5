//! `GET` and `PUT /__admin/clock`, and `POST /__admin/clock/advance`: time, for one account or for all.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Body};
use super::error::{AdminError, AdminRefusals};
use super::query::Query;
use super::schemas::{self, ClockText};
use crate::clock::{self, ClockMode, show_moment, show_span};
use crate::domain::field::Invalid;
use crate::domain::ids::ApiKey;
use crate::emulator::{Due, DueEvent, Emulator};

/// The clocks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Clocks {
    /// Of the accounts there are.
    accounts: Vec<ClockOf>,
    /// What accounts to come start with.
    to_come: ClockOf,
}

/// One clock.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockOf {
    /// The account, or `null` for those to come.
    api_key: Option<String>,
    /// `system`, `frozen:<RFC 3339>` or `offset:<duration>`.
    clock: String,
    /// RFC 3339.
    now: String,
}

/// Shows the clocks.
#[utoipa::path(get, path = "/__admin/clock", operation_id = "getClocks", tag = "clock", params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it")),
    responses((status = 200, description = "the clocks", body = Clocks), AdminRefusals))]
pub async fn show(State(emulator): State<Emulator>, query: Query) -> Result<Json<Clocks>, AdminError> {
    let key = query.scope(&[])?;
    let accounts = emulator.accounts().into_iter().filter(|account| key.as_ref().is_none_or(|key| *key == account.key));
    let accounts = accounts.map(|account| ClockOf {
        api_key: Some(account.key.masked()),
        clock: account.clock.to_string(),
        now: show_moment(account.now),
    });
    let to_come = emulator.clock_to_come();
    let to_come = ClockOf { api_key: None, clock: to_come.mode().to_string(), now: show_moment(to_come.now()) };
    Ok(Json(Clocks { accounts: accounts.collect(), to_come }))
}

/// What to set a clock to.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document's picture of what is read")]
pub struct SetClock {
    clock: ClockText,
}

/// How far to move a clock.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document's picture of what is read")]
pub struct Advance {
    by: schemas::Span,
}

/// Where the clock is now, and what fell due on the way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moved {
    /// The account, or `null` for all.
    api_key: Option<String>,
    /// `system`, `frozen:<RFC 3339>` or `offset:<duration>`, of that account or of accounts to come.
    clock: String,
    /// RFC 3339, of that account or of accounts to come.
    now: String,
    /// In order of time, account by account.
    due: Vec<DueView>,
}

/// Something that was to happen, and the clock has passed it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DueView {
    /// The account, or `null` for all.
    api_key: Option<String>,
    /// RFC 3339.
    at: String,
    /// `tokensExpired`, `roomEnded`, `messageSent` or `faultEnded`.
    what: &'static str,
    /// How many tokens expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tokens: Option<u64>,
    /// The room that came to its `endDt`, or that the message went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    room_id: Option<String>,
    /// The reserved message that went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    schedule_id: Option<String>,
    /// The fault rule that came to the end of its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fault: Option<u64>,
}

impl From<&Due> for DueView {
    fn from(due: &Due) -> Self {
        let view = DueView {
            api_key: due.key.as_ref().map(ApiKey::masked),
            at: show_moment(due.at),
            what: "",
            tokens: None,
            room_id: None,
            schedule_id: None,
            fault: None,
        };
        match due.what {
            DueEvent::Tokens(count) => DueView { what: "tokensExpired", tokens: Some(count), ..view },
            DueEvent::Room(id) => DueView { what: "roomEnded", room_id: Some(id.to_string()), ..view },
            DueEvent::Message(room_id, schedule_id) => {
                DueView { what: "messageSent", room_id: Some(room_id.to_string()), schedule_id: Some(schedule_id.to_string()), ..view }
            }
            DueEvent::Fault(id) => DueView { what: "faultEnded", fault: Some(id), ..view },
        }
    }
}

/// Sets the clock of an account, or of all and of those to come. It may go back.
#[utoipa::path(put, path = "/__admin/clock", operation_id = "setClock", tag = "clock",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    request_body(content = SetClock),
    responses((status = 200, description = "where the clock is now", body = Moved), AdminRefusals))]
pub async fn set(State(emulator): State<Emulator>, query: Query, body: Body) -> Result<Json<Moved>, AdminError> {
    let hint = "send {\"clock\": \"frozen:2026-01-31T09:00:00+09:00\"}, or system, start:..., offset:5h";
    let key = query.write_scope(&emulator)?;
    let mode: ClockMode = member(body, hint, "clock")?;
    let due = emulator.set_clock(key.as_ref(), mode).map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    Ok(moved(&emulator, key.as_ref(), &due, &format!("set to {mode}")))
}

/// Moves the clock of an account, or of all and of those to come: tokens expire at once.
#[utoipa::path(post, path = "/__admin/clock/advance", operation_id = "advanceClock", tag = "clock",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account"), ("all" = Option<bool>, Query, description = "`true`: all accounts")),
    request_body(content = Advance),
    responses((status = 200, description = "where the clock is now", body = Moved), AdminRefusals))]
pub async fn advance(State(emulator): State<Emulator>, query: Query, body: Body) -> Result<Json<Moved>, AdminError> {
    let hint = "send {\"by\": \"5h1s\"}, with the units d, h, m, s and ms; -5h goes back";
    let key = query.write_scope(&emulator)?;
    let Span(by) = member(body, hint, "by")?;
    let due = emulator.advance(key.as_ref(), by).map_err(|refusal| AdminError::control(refusal, key.as_ref()))?;
    Ok(moved(&emulator, key.as_ref(), &due, &format!("advanced by {}", show_span(by))))
}

fn moved(emulator: &Emulator, key: Option<&ApiKey>, due: &[Due], how: &str) -> Json<Moved> {
    let own = key.and_then(|key| emulator.accounts().into_iter().find(|account| account.key == *key));
    let clock = own.map_or_else(|| emulator.clock_to_come().mode(), |account| account.clock);
    let now = show_moment(emulator.now(key));
    let whose = key.map_or("all accounts".to_owned(), ApiKey::masked);
    tracing::info!("the clock of {whose} is {how}, it is {now}");
    Json(Moved { api_key: key.map(ApiKey::masked), clock: clock.to_string(), now, due: due.iter().map(DueView::from).collect() })
}

/// The one member of a body.
fn member<T: FromStr<Err = Invalid>>(body: Body, hint: &str, name: &'static str) -> Result<T, AdminError> {
    body::json(body, hint, |reader, value| {
        let members = reader.members(value, "the body", &[name])?;
        reader.missing(&members, name, "the call is about nothing else");
        reader.valued(&members, name)
    })
}

struct Span(TimeDelta);

impl FromStr for Span {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        clock::parse_span(text).map(Span)
    }
}
