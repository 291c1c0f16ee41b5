//! `delay`: the exchange waits before anything happens: a fixed `time`, or one between `min` and `max`.

use std::time::Duration;

use serde_json::Value;

use super::super::plan::Plan;
use super::Kind;
use crate::domain::text;
use crate::reader::{Members, Reader};

/// The longest wait.
pub const MAX: Duration = Duration::from_hours(1);

/// Waits for `min` to `max`, drawn uniformly; the same twice is a fixed time.
#[derive(Debug, Clone, PartialEq)]
pub struct Delay {
    pub(in crate::fault) min: Duration,
    pub(in crate::fault) max: Duration,
}

impl Kind for Delay {
    const NAME: &'static str = "delay";
    const PARAMETERS: &'static [&'static str] = &["time", "min", "max"];
    const WHAT: &'static str = "waits for `time`, or between `min` and `max`, and then goes on";

    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self> {
        let fixed = reader.duration(members, "time", MAX);
        let (min, max) = (reader.duration(members, "min", MAX), reader.duration(members, "max", MAX));
        let given = ["time", "min", "max"].map(|name| members.get(name).is_some());
        match given {
            [true, false, false] => fixed.map(|time| Delay { min: time, max: time }),
            [false, _, true] => {
                let (min, max) = (if given[1] { min? } else { Duration::ZERO }, max?);
                if min > max {
                    reader.problem(members.at, "min: must not be more than max");
                    return None;
                }
                Some(Delay { min, max })
            }
            _ => {
                reader.problem(members.at, "delay: takes either time, such as \"2s\", or min and max");
                None
            }
        }
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        let shown = |duration: Duration| Value::String(text::duration(duration));
        if self.min == self.max { vec![("time", shown(self.min))] } else { vec![("min", shown(self.min)), ("max", shown(self.max))] }
    }

    fn plan(&self, draw: &mut dyn FnMut() -> f64) -> Plan {
        let more = if self.min == self.max { Duration::ZERO } else { self.max.saturating_sub(self.min).mul_f64(draw()) };
        Plan { wait: self.min + more, ..Plan::default() }
    }
}
