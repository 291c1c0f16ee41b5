//! Faults: what goes wrong on purpose. Rules say to which exchanges, kinds say what. Pure; time and chance are handed in.

pub mod kind;
mod make;
mod plan;
mod rule;
mod table;

pub use self::kind::status::Status;
pub use self::kind::{Fault, Kind};
pub use self::plan::{Amount, End, Plan, Reply, WirePlan, paced};
pub use self::rule::{Matcher, Nth, Rule, read_rule, read_rules};
pub use self::table::{Applied, Call, FaultTable, Listed, TooManyRules};
