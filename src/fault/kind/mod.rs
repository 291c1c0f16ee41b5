//! The kinds of faults, one file each: what it is called, what it takes, and what becomes of the exchange.

pub mod bad_gateway;
pub mod commit_then_fail;
pub mod delay;
pub mod empty;
pub mod hang;
pub mod malformed;
pub mod rate_limit;
pub mod reset;
pub mod slow;
pub mod status;
pub mod truncate;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;

use super::plan::Plan;
use crate::domain::operation::Operation;
use crate::domain::text;
use crate::reader::{Members, Reader};

/// One kind of fault.
pub trait Kind: Sized {
    /// Its name.
    const NAME: &'static str;
    /// What it takes, beside `kind`; nothing unless it says so.
    const PARAMETERS: &'static [&'static str] = &[];
    /// What it does, in a line.
    const WHAT: &'static str;

    /// Reads its parameters; problems go to the reader.
    fn read(reader: &mut Reader, members: &Members<'_>) -> Option<Self>;

    /// Its parameters, as [`Kind::read`] reads them.
    fn parameters(&self) -> Vec<(&'static str, serde_json::Value)> {
        Vec::new()
    }

    /// What becomes of the exchange. `draw` gives numbers of 0 to 1, without 1.
    fn plan(&self, draw: &mut dyn FnMut() -> f64) -> Plan;
}

macro_rules! kinds {
    ($($variant:ident $module:ident;)+) => {
        /// A fault of any kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Fault { $(#[doc = concat!("See [`", stringify!($module), "`].")] $variant($module::$variant)),+ }

        impl Fault {
            /// Names, parameters and effects of every kind.
            pub const KINDS: &'static [(&'static str, &'static [&'static str], &'static str)] =
                &[$((<$module::$variant as Kind>::NAME, <$module::$variant as Kind>::PARAMETERS, <$module::$variant as Kind>::WHAT)),+];

            /// The name of its kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Fault::$variant(_) => <$module::$variant as Kind>::NAME),+ }
            }

            /// Whether it can befall an operation, or a call of none.
            pub fn befalls(&self, operation: Option<Operation>) -> bool {
                !matches!(self, Fault::CommitThenFail(_)) || operation.is_some_and(Operation::writes)
            }

            /// What becomes of the exchange.
            pub fn plan(&self, draw: &mut dyn FnMut() -> f64) -> Plan {
                match self { $(Fault::$variant(fault) => fault.plan(draw)),+ }
            }

            /// The fault as [`Fault::read`] reads it.
            pub fn json(&self) -> serde_json::Value {
                let parameters = match self { $(Fault::$variant(fault) => fault.parameters()),+ };
                let kind = ("kind".to_owned(), self.kind().into());
                serde_json::Value::Object(std::iter::once(kind).chain(parameters.into_iter().map(|(name, value)| (name.to_owned(), value))).collect())
            }

            /// Reads a fault: an object with its `kind` and the parameters of that kind.
            pub fn read(reader: &mut Reader, value: &Value<'_>) -> Option<Fault> {
                let name = kind_of(reader, value)?;
                match name {
                    $(<$module::$variant as Kind>::NAME => {
                        let known = std::iter::once("kind").chain(<$module::$variant as Kind>::PARAMETERS.iter().copied()).collect::<Vec<_>>();
                        let before = reader.count();
                        let members = reader.members(value, "a fault", &known)?;
                        let fault = <$module::$variant as Kind>::read(reader, &members)?;
                        (reader.count() == before).then_some(Fault::$variant(fault))
                    })+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    Delay delay;
    Status status;
    Reset reset;
    Empty empty;
    Truncate truncate;
    Malformed malformed;
    Hang hang;
    Slow slow;
    BadGateway bad_gateway;
    CommitThenFail commit_then_fail;
    RateLimit rate_limit;
}

/// The name of a kind that there is.
fn kind_of(reader: &mut Reader, value: &Value<'_>) -> Option<&'static str> {
    let names: Vec<&'static str> = Fault::KINDS.iter().map(|(name, ..)| *name).collect();
    let Some(object) = value.as_object() else {
        reader.problem(value.range().start, r#"a fault must be an object such as {"kind": "reset"}"#);
        return None;
    };
    let Some(kind) = object.properties.iter().find(|property| property.name.as_str() == "kind").map(|property| &property.value) else {
        reader.problem(value.range().start, format!("kind: missing, it must be {}", text::either(&names)));
        return None;
    };
    let got = reader.scalar(kind, "kind")?;
    let found = names.iter().find(|name| **name == got).copied();
    if found.is_none() {
        let meant = text::did_you_mean(got, names.iter().copied()).map(|meant| format!(", did you mean {meant}")).unwrap_or_default();
        reader.problem(kind.range().start, format!("kind: must be {}{meant}, got \"{}\"", text::either(&names), text::short(got)));
    }
    found
}
