//! Which exchanges a fault befalls: `{"match": …, "do": …, "times": …, "for": …}`, and the short form of the header
//! `X-Mock-Fault`.

use std::time::Duration;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use serde_json::{Map, json};

use super::kind::Fault;
use super::table::MAX_RULES;
use crate::domain::ids::RoomId;
use crate::domain::operation::Operation;
use crate::domain::text;
use crate::reader::{self, Members, Problem, Reader};

const RULE: &[&str] = &["match", "do", "times", "for"];
const MATCH: &[&str] = &["operation", "roomId", "nth", "probability"];
/// The longest life of a rule: a year.
pub const MAX_LIFE: Duration = Duration::from_hours(365 * 24);

/// A fault and when it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which exchanges.
    pub matcher: Matcher,
    /// What befalls them.
    pub fault: Fault,
    /// How often at most; `None` is without end.
    pub times: Option<u64>,
    /// For how long by the account's clock; `None` is without end.
    pub lasts: Option<Duration>,
}

/// Which exchanges a rule is about. What it does not say does not matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matcher {
    pub operation: Option<Operation>,
    pub room_id: Option<RoomId>,
    /// Counted among those that fit the above.
    pub nth: Option<Nth>,
    /// How likely it is for one that fits all of the above; above 0, at most 1.
    pub probability: Option<f64>,
}

/// `3`, `3..5` (with both ends), `3..` or `..5`; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nth {
    from: u64,
    to: Option<u64>,
}

impl Nth {
    pub(super) fn new(from: u64, to: Option<u64>) -> Nth {
        Nth { from, to }
    }

    /// Whether the `count`th is meant.
    pub fn holds(self, count: u64) -> bool {
        count >= self.from && self.to.is_none_or(|to| count <= to)
    }

    /// What is left of it after so many; `None` when they are all gone by.
    pub fn after(self, count: u64) -> Option<Nth> {
        let to = match self.to {
            Some(to) if to <= count => return None,
            to => to.map(|to| to - count),
        };
        Some(Nth { from: self.from.saturating_sub(count).max(1), to })
    }

    fn parse(text: &str) -> Option<Nth> {
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number >= 1);
        let nth = match text.split_once("..") {
            None => Nth { from: number(text)?, to: Some(number(text)?) },
            Some(("", to)) => Nth { from: 1, to: Some(number(to)?) },
            Some((from, "")) => Nth { from: number(from)?, to: None },
            Some((from, to)) => Nth { from: number(from)?, to: Some(number(to)?) },
        };
        nth.to.is_none_or(|to| to >= nth.from).then_some(nth)
    }
}

impl std::fmt::Display for Nth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to {
            Some(to) if to == self.from => write!(f, "{to}"),
            Some(to) => write!(f, "{}..{to}", self.from),
            None => write!(f, "{}..", self.from),
        }
    }
}

/// Reads a rule; problems go to the reader.
pub fn read_rule(reader: &mut Reader, value: &Value<'_>) -> Option<Rule> {
    let before = reader.count();
    let members = reader.members(value, "a fault rule", RULE)?;
    let matcher = members.get("match").and_then(|value| matcher(reader, value)).unwrap_or_default();
    reader.missing(&members, "do", r#"say what goes wrong, such as {"kind": "reset"}"#);
    let fault = members.get("do").and_then(|value| Fault::read(reader, value));
    let times = reader.number(&members, "times", 1, i64::from(u32::MAX));
    let lasts = reader.duration(&members, "for", MAX_LIFE);
    (reader.count() == before).then_some(Rule { matcher, fault: fault?, times, lasts })
}

/// Reads a list of rules.
pub fn read_rules(reader: &mut Reader, value: &Value<'_>) -> Vec<Rule> {
    let rules = reader.elements(value, "faults");
    if let Some(surplus) = rules.get(MAX_RULES) {
        reader.problem(surplus.range().start, format!("faults: must be at most {MAX_RULES} rules, got {}", rules.len()));
    }
    rules.iter().filter_map(|rule| read_rule(reader, rule)).collect()
}

fn matcher(reader: &mut Reader, value: &Value<'_>) -> Option<Matcher> {
    let members = reader.members(value, "match", MATCH)?;
    Some(Matcher {
        operation: members.get("operation").and_then(|value| reader.value(value, "operation")),
        room_id: members.get("roomId").and_then(|value| reader.value(value, "roomId")),
        nth: nth(reader, &members),
        probability: reader.fraction(&members, "probability", 0.0, 1.0),
    })
}

fn nth(reader: &mut Reader, members: &Members<'_>) -> Option<Nth> {
    let value = members.get("nth")?;
    let text = reader.scalar(value, "nth")?;
    let nth = Nth::parse(text);
    if nth.is_none() {
        reader.problem(value.range().start, format!("nth: must be 3, 3..5, 3.. or ..5, counted from 1, got \"{}\"", text::short(text)));
    }
    nth
}

impl Rule {
    /// The rule as [`read_rule`] reads it.
    pub fn json(&self) -> serde_json::Value {
        let Rule { matcher, fault, times, lasts } = self;
        let mut rule = Map::new();
        let mut conditions = Map::new();
        let mut condition = |name: &str, value: Option<serde_json::Value>| {
            if let Some(value) = value {
                conditions.insert(name.to_owned(), value);
            }
        };
        condition("operation", matcher.operation.map(|operation| operation.name().into()));
        condition("roomId", matcher.room_id.map(|id| id.to_string().into()));
        condition("nth", matcher.nth.map(|nth| nth.to_string().into()));
        condition("probability", matcher.probability.map(Into::into));
        rule.insert("match".to_owned(), conditions.into());
        rule.insert("do".to_owned(), fault.json());
        if let Some(times) = times {
            rule.insert("times".to_owned(), json!(times));
        }
        if let Some(lasts) = lasts {
            rule.insert("for".to_owned(), text::duration(*lasts).into());
        }
        rule.into()
    }
}

impl Fault {
    /// Reads the value of `X-Mock-Fault`: a fault as JSON, or in short `kind; name=value; name=value`, where what stands behind
    /// `then=kind` of `commit-then-fail` are the parameters of that kind.
    ///
    /// # Errors
    /// What is wrong with it, in a line.
    pub fn from_header(header: &str) -> Result<Fault, String> {
        let text = if header.trim_start().starts_with('{') { header.to_owned() } else { long_form(header)? };
        let read = reader::read("X-Mock-Fault", &text, Fault::read);
        let problems = |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.text).collect::<Vec<_>>().join("; ");
        read.map_err(problems)?.ok_or_else(|| "no fault".to_owned())
    }
}

/// The JSON of a short form.
fn long_form(header: &str) -> Result<String, String> {
    let mut parts = header.split(';').map(str::trim);
    let of_kind = |kind: &str| Map::from_iter([("kind".to_owned(), kind.into())]);
    let (mut fault, mut then) = (of_kind(parts.next().unwrap_or_default()), None);
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("parameters are name=value, got \"{}\"", text::short(part)))?;
        let (name, value) = (name.trim(), value.trim());
        if name == "then" && then.is_none() {
            then = Some(of_kind(value));
        } else if then.as_mut().unwrap_or(&mut fault).insert(name.to_owned(), value.into()).is_some() {
            return Err(format!("{} stands twice", text::short(name)));
        }
    }
    if let Some(then) = then {
        fault.insert("then".to_owned(), then.into());
    }
    Ok(serde_json::Value::from(fault).to_string())
}
