//! `GET /__admin/accounts`: which accounts there are, and what is in them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, AdminRefusals};
use super::query::Query;
use crate::clock::show_moment;
use crate::domain::ids::ApiKey;
use crate::emulator::Emulator;
use crate::journal::Filter;

/// The accounts there are.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// By key.
    accounts: Vec<Account>,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Account {
    /// A key of the vendor's real shape is masked.
    api_key: String,
    user_id: String,
    /// How many rooms it has.
    rooms: usize,
    /// How many exchanges the journal keeps of it, and how many made room for newer ones.
    requests: usize,
    evicted: u64,
    /// How many fault rules it has.
    faults: usize,
    /// `system`, `frozen:<RFC 3339>` or `offset:<duration>`.
    clock: String,
    /// RFC 3339.
    now: String,
}

/// Lists the accounts there are. None comes into being by it.
#[utoipa::path(get, path = "/__admin/accounts", operation_id = "listAccounts", tag = "state", params(("apiKey" = Option<ApiKey>, Query, description = "the account; all without it")),
    responses((status = 200, description = "the accounts", body = Accounts), AdminRefusals))]
pub async fn list(State(emulator): State<Emulator>, query: Query) -> Result<Json<Accounts>, AdminError> {
    let key = query.scope(&[])?;
    let rules = emulator.faults(None);
    let mut faults: HashMap<&ApiKey, usize> = HashMap::new();
    for key in rules.iter().filter_map(|rule| rule.key.as_ref()) {
        *faults.entry(key).or_default() += 1;
    }
    let accounts = emulator.accounts().into_iter().filter(|account| key.as_ref().is_none_or(|key| *key == account.key));
    let accounts = accounts.map(|account| {
        let page = emulator.requests(Some(&account.key), &Filter::default(), 0);
        Account {
            api_key: account.key.masked(),
            user_id: account.user_id.as_str().to_owned(),
            rooms: account.rooms,
            requests: page.kept,
            evicted: page.evicted,
            faults: faults.get(&account.key).copied().unwrap_or_default(),
            clock: account.clock.to_string(),
            now: show_moment(account.now),
        }
    });
    Ok(Json(Accounts { accounts: accounts.collect() }))
}
