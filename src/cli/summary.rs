//! What happened on a server, for the end of a test run: requests, failures with their reasons, faults that befell nothing,
//! rooms that were left behind.

use std::fmt::Write;

use serde_json::Value;

use super::Failure;
use crate::client::{Account, AccountDiff, Exchange, FaultRule};
use crate::domain::text;

/// More lines of a kind than this nobody reads.
const SHOWN: usize = 20;

/// The summary, a line for all and one for each thing that somebody may want to look at.
pub async fn of(account: &Account, has_journal: bool) -> Result<String, Failure> {
    let journal = account.journal().await?;
    let faults = account.faults().await?;
    let diff = account.diff().await?;
    let failed: Vec<String> = journal.requests.iter().filter(|exchange| has_failed(exchange)).map(failure).collect();
    let unused: Vec<String> = faults.iter().filter(|rule| rule.applied == 0).map(unused).collect();
    let left: Vec<String> = diff.iter().flat_map(left_behind).collect();
    let requests = journal.requests.len() as u64 + journal.evicted;
    let mut summary = format!(
        "vchatcloud-mock: {}, {} failed, {} unused, {} left behind\n",
        counted(requests, "request"),
        failed.len(),
        counted(unused.len() as u64, "fault"),
        counted(left.len() as u64, "room")
    );
    if !has_journal {
        summary.push_str("  the journal is off: nobody knows what was called\n");
    }
    if journal.evicted > 0 {
        // A String takes everything.
        let _ = writeln!(summary, "  {} made room in the journal: raise --journal-entries to see all", counted(journal.evicted, "request"));
    }
    for (what, lines) in [("failed", failed), ("unused fault", unused), ("left behind", left)] {
        for line in lines.iter().take(SHOWN) {
            let _ = writeln!(summary, "  {what}: {line}");
        }
        if lines.len() > SHOWN {
            let _ = writeln!(summary, "  {what}: and {} more", lines.len() - SHOWN);
        }
    }
    Ok(summary)
}

fn has_failed(exchange: &Exchange) -> bool {
    let is_preflight = exchange.operation.is_none() && exchange.request.method == "OPTIONS";
    // What a success is called, a fixture may have changed; refusals have reasons.
    let is_enveloped = exchange.answer.as_ref().is_some_and(|answer| answer.result_cd.is_some());
    !is_preflight && (exchange.reason.is_some() || !is_enveloped)
}

fn failure(exchange: &Exchange) -> String {
    let Exchange { id, request, answer, faults, reason, .. } = exchange;
    let answer = answer.as_ref().map_or("no answer".to_owned(), |answer| {
        let result_cd = answer.result_cd.map(|result_cd| format!(" {result_cd}"));
        format!("{}{}", answer.status, result_cd.unwrap_or_default())
    });
    let faults: Vec<&str> = faults.iter().map(|fault| fault.kind.as_str()).collect();
    let why = match (reason, faults.is_empty()) {
        (Some(reason), _) => format!(": {reason}"),
        (None, false) => format!(": fault {}", faults.join(", ")),
        (None, true) => String::new(),
    };
    let key = exchange.api_key.as_deref().unwrap_or("no API_KEY");
    let target = text::short(request.target.split('?').next().unwrap_or_default());
    text::log_line(&format!("#{id} {} {target} {answer} ({key}){why}", request.method))
}

fn unused(rule: &FaultRule) -> String {
    let whose = rule.api_key.as_deref().map_or_else(|| "all accounts".to_owned(), text::short);
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let json = rule.rule.json();
    let conditions = json["match"].as_object().into_iter().flatten();
    let conditions: Vec<String> = conditions.map(|(name, value)| format!("{name} {}", plain(value))).collect();
    let of = if conditions.is_empty() { "any call".to_owned() } else { conditions.join(", ") };
    format!("{} {} for {of} ({whose})", rule.id, rule.rule.fault.kind())
}

fn left_behind(diff: &AccountDiff) -> impl Iterator<Item = String> {
    diff.added.iter().map(|room| {
        let by = room.by.request.map(|id| format!(", request {id}")).unwrap_or_default();
        text::log_line(&format!("{} \"{}\" ({}{by})", room.room_id, room.room_name, text::short(&diff.api_key)))
    })
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
