//! `commit-then-fail`: the write happens, the answer does not: the client sees another fault in its place, `reset` unless
//! `then` says which. Whoever retries makes a duplicate. It befalls writes that succeed, and no other call.

use jsonc_parser::common::Ranged;
use serde_json::Value;

use super::super::plan::Plan;
use super::{Fault, Kind};
use crate::reader::{Members, Reader};

/// Lets the operation happen and then fails.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitThenFail {
    pub(in crate::fault) then: Option<Box<Fault>>,
}

/// What may come instead of an answer.
const ENDINGS: &[&str] = &["status", "reset", "empty", "hang", "bad-gateway"];

impl Kind for CommitThenFail {
    const NAME: &'static str = "commit-then-fail";
    const PARAMETERS: &'static [&'static str] = &["then"];
    const WHAT: &'static str = "lets the operation happen and answers with the fault `then` (`reset` if not given)";

    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        let Some(value) = members.get("then") else { return Some(CommitThenFail { then: None }) };
        let kind = super::kind_of(reader, value)?;
        if !ENDINGS.contains(&kind) {
            let endings = crate::domain::text::either(ENDINGS);
            reader.problem(value.range().start, format!("then: its kind must be {endings}, got \"{kind}\""));
            return None;
        }
        Some(CommitThenFail { then: Some(Box::new(Fault::read(reader, value)?)) })
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        self.then.iter().map(|then| ("then", then.json())).collect()
    }

    fn plan(&self, draw: &mut dyn FnMut() -> f64) -> Plan {
        let failing = match &self.then {
            Some(fault) => fault.plan(draw),
            None => Plan::no_answer(super::super::plan::End::Reset),
        };
        Plan { runs: true, spares_refusals: true, ..failing }
    }
}
