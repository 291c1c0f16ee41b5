//! `reset`: the connection is reset (RST), at once or after the first `afterBytes` bytes of the answer.

use serde_json::Value;

use super::super::plan::{Amount, End, Plan, WirePlan};
use super::Kind;
use crate::reader::{Members, Reader};

/// Resets the connection. When some of the answer goes out first, the operation happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Reset {
    pub(in crate::fault) after_bytes: u64,
}

impl Kind for Reset {
    const NAME: &'static str = "reset";
    const PARAMETERS: &'static [&'static str] = &["afterBytes"];
    const WHAT: &'static str = "resets the connection (RST), after `afterBytes` bytes of the answer if given";

    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        let after_bytes = reader.number(members, "afterBytes", 0, i64::from(u32::MAX)).unwrap_or_default();
        Some(Reset { after_bytes })
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        if self.after_bytes == 0 { Vec::new() } else { vec![("afterBytes", self.after_bytes.into())] }
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        if self.after_bytes == 0 {
            return Plan::no_answer(End::Reset);
        }
        let wire = WirePlan { amount: Amount::Bytes(self.after_bytes), end: End::Reset, bytes_per_second: None };
        Plan { wire: Some(wire), ..Plan::default() }
    }
}
