//! `empty`: the connection is closed without a byte; the operation does not happen.

use super::super::plan::{End, Plan};
use super::Kind;
use crate::reader::{Members, Reader};

/// Closes the connection in good order (FIN) instead of answering.
#[derive(Debug, Clone, PartialEq)]
pub struct Empty;

impl Kind for Empty {
    const NAME: &'static str = "empty";
    const WHAT: &'static str = "closes the connection without a byte";

    fn read(_: &mut Reader, _: &Members<'_>) -> Option<Self> {
        Some(Empty)
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        Plan::no_answer(End::Close)
    }
}
