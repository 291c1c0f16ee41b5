//! `slow`: the answer comes at so many bytes a second.

use serde_json::Value;

use super::super::plan::{Amount, End, Plan, WirePlan};
use super::Kind;
use crate::reader::{Members, Reader};

/// Sends the whole answer slowly. The operation happens first.
#[derive(Debug, Clone, PartialEq)]
pub struct Slow {
    pub(in crate::fault) bytes_per_second: u64,
}

impl Kind for Slow {
    const NAME: &'static str = "slow";
    const PARAMETERS: &'static [&'static str] = &["bytesPerSecond"];
    const WHAT: &'static str = "sends the answer at `bytesPerSecond`";

    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        reader.missing(members, "bytesPerSecond", "say how fast the answer comes");
        reader.number(members, "bytesPerSecond", 1, i64::from(u32::MAX)).map(|bytes_per_second| Slow { bytes_per_second })
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        vec![("bytesPerSecond", self.bytes_per_second.into())]
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        let wire = WirePlan { amount: Amount::All, end: End::Keep, bytes_per_second: Some(self.bytes_per_second) };
        Plan { wire: Some(wire), ..Plan::default() }
    }
}
