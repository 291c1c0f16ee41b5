//! `truncate`: the head announces the whole body, and only its first `bytes` come, or half of it; then the connection is closed.

use serde_json::Value;

use super::super::plan::{Amount, End, Plan, WirePlan};
use super::Kind;
use crate::reader::{Members, Reader};

/// Cuts the body short; `None` is in the middle. The operation happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Truncate {
    pub(in crate::fault) bytes: Option<u64>,
}

impl Kind for Truncate {
    const NAME: &'static str = "truncate";
    const PARAMETERS: &'static [&'static str] = &["bytes"];
    const WHAT: &'static str = "sends the head and the first `bytes` of the body (half of it if not given), and closes";

    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        Some(Truncate { bytes: reader.number(members, "bytes", 0, i64::from(u32::MAX)) })
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        self.bytes.map(|bytes| ("bytes", bytes.into())).into_iter().collect()
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        let amount = self.bytes.map_or(Amount::HalfOfBody, Amount::OfBody);
        Plan { wire: Some(WirePlan { amount, end: End::Close, bytes_per_second: None }), ..Plan::default() }
    }
}
