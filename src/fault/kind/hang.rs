//! `hang`: no byte comes, and the connection stays open until the client gives up; the operation does not happen.

use super::super::plan::{End, Plan};
use super::Kind;
use crate::reader::{Members, Reader};

/// Never answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Hang;

impl Kind for Hang {
    const NAME: &'static str = "hang";
    const WHAT: &'static str = "never answers, and keeps the connection open";

    fn read(_: &mut Reader, _: &Members<'_>) -> Option<Self> {
        Some(Hang)
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        Plan::no_answer(End::Hang)
    }
}
