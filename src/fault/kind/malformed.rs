//! `malformed`: the answer is broken JSON with a proper status and length; the operation happens.

use super::super::plan::{Plan, Reply};
use super::Kind;
use crate::reader::{Members, Reader};

/// Answers with JSON that no parser takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Malformed;

impl Kind for Malformed {
    const NAME: &'static str = "malformed";
    const WHAT: &'static str = "answers with broken JSON";

    fn read(_: &mut Reader, _: &Members<'_>) -> Option<Self> {
        Some(Malformed)
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        Plan { reply: Reply::Broken, ..Plan::default() }
    }
}
