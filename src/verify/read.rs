//! A verification as JSON: `{"expect": [...], "ordered": …, "noOther": …, "within": …}`.

use std::time::Duration;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;

use super::Verification;
use super::expectation::{Condition, Expectation, Times};
use crate::domain::field::Invalid;
use crate::domain::text;
use crate::reader::{self, Members, Problems, Reader};

const VERIFICATION: &[&str] = &["expect", "ordered", "noOther", "within"];
const EXPECTATION: &[&str] = &["operation", "roomId", "status", "result_cd", "where", "times"];
const TIMES: &[&str] = &["min", "max"];
const CONDITION: &[&str] = &["equals", "contains", "regex", "absent"];
const MAX_TIMES: i64 = u32::MAX as i64;
/// More expectations, or parameters in one, than anybody needs: each is held against every exchange.
const MOST: usize = 100;
/// The longest wait.
const MAX_WITHIN: Duration = Duration::from_mins(10);

/// Reads a verification; problems name it so.
///
/// # Errors
/// Every problem of it.
pub fn read(name: &str, text: &str) -> Result<Verification, Problems> {
    reader::read(name, text, verification).map_err(Problems)
}

fn verification(reader: &mut Reader, value: &Value<'_>) -> Verification {
    let Some(members) = reader.members(value, "a verification", VERIFICATION) else { return Verification::default() };
    reader.missing(&members, "expect", r#"list what must have been called, such as [{"operation": "createRoom"}]"#);
    let list = members.get("expect");
    let expect = list.map(|list| reader.elements(list, "expect")).unwrap_or_default();
    let no_other = reader.boolean(&members, "noOther").unwrap_or_default();
    if let Some(Value::Array(list)) = list
        && list.elements.is_empty()
        && !no_other
    {
        reader.problem(list.range.start, "expect: is empty, list what must have been called, or say \"noOther\": true for nothing at all");
    }
    if let Some(more) = expect.get(MOST) {
        reader.problem(more.range().start, format!("expect: must have at most {MOST} expectations"));
    }
    Verification {
        expect: expect.iter().take(MOST).filter_map(|value| expectation(reader, value)).collect(),
        ordered: reader.boolean(&members, "ordered").unwrap_or_default(),
        no_other,
        within: reader.duration(&members, "within", MAX_WITHIN).unwrap_or_default(),
    }
}

fn expectation(reader: &mut Reader, value: &Value<'_>) -> Option<Expectation> {
    let members = reader.members(value, "an expectation", EXPECTATION)?;
    Some(Expectation {
        operation: members.get("operation").and_then(|value| reader.value(value, "operation")),
        room_id: members.get("roomId").and_then(|value| reader.value(value, "roomId")),
        status: reader.number(&members, "status", 200, 599),
        result_cd: reader.number(&members, "result_cd", i32::MIN.into(), i32::MAX.into()),
        conditions: members.get("where").map(|value| conditions(reader, value)).unwrap_or_default(),
        times: times(reader, &members).unwrap_or(Times { min: 1, max: None }),
    })
}

fn times(reader: &mut Reader, members: &Members<'_>) -> Option<Times> {
    let value = members.get("times")?;
    if value.as_object().is_none() {
        return reader.number(members, "times", 0, MAX_TIMES).map(|exactly| Times { min: exactly, max: Some(exactly) });
    }
    let limits = reader.members(value, "times", TIMES)?;
    let min = reader.number(&limits, "min", 0, MAX_TIMES);
    let max = reader.number(&limits, "max", 0, MAX_TIMES);
    if limits.get("min").is_none() && limits.get("max").is_none() {
        reader.problem(limits.at, "times: must say min, max or both");
    }
    let times = Times { min: min.unwrap_or_default(), max };
    if let Some(max) = max.filter(|max| *max < times.min) {
        reader.problem(limits.at, format!("times: min must not be above max, got \"{}\" and \"{max}\"", times.min));
    }
    Some(times)
}

/// Reads what stands under `where`. Its names are those of parameters, and any name may be one.
fn conditions(reader: &mut Reader, value: &Value<'_>) -> Vec<(String, Condition)> {
    let Some(object) = value.as_object() else {
        reader.problem(value.range().start, "where: must be an object, parameters and what they must be");
        return Vec::new();
    };
    let mut conditions: Vec<(String, Condition)> = Vec::with_capacity(object.properties.len());
    for property in &object.properties {
        let name = property.name.as_str();
        if conditions.iter().any(|(other, _)| other == name) {
            reader.problem(property.range.start, format!("\"{}\" stands twice in where, remove one", text::short(name)));
        } else if conditions.len() == MOST {
            reader.problem(property.range.start, format!("where: must have at most {MOST} parameters"));
            break;
        } else if let Some(condition) = condition(reader, name, &property.value) {
            conditions.push((name.to_owned(), condition));
        }
    }
    conditions
}

fn condition(reader: &mut Reader, name: &str, value: &Value<'_>) -> Option<Condition> {
    let what = text::short(name);
    match value {
        Value::StringLit(_) | Value::NumberLit(_) => reader.scalar(value, &what).map(|text| Condition::Equals(text.to_owned())),
        Value::Object(_) => one_of(reader, &what, value),
        other => {
            let cure = text::either(CONDITION);
            reader.problem(other.range().start, format!("{what}: must be a string, a number, or an object that says {cure}"));
            None
        }
    }
}

fn one_of(reader: &mut Reader, what: &str, value: &Value<'_>) -> Option<Condition> {
    let before = reader.count();
    let members = reader.members(value, what, CONDITION)?;
    let said: Vec<(&str, &Value<'_>)> = CONDITION.iter().filter_map(|name| members.get(name).map(|value| (*name, value))).collect();
    let [(kind, operand)] = said[..] else {
        // A misspelt member may be the one.
        if reader.count() == before {
            reader.problem(members.at, format!("{what}: must say exactly one of {}", CONDITION.join(", ")));
        }
        return None;
    };
    if kind == "absent" {
        if reader.boolean(&members, "absent") == Some(false) {
            reader.problem(operand.range().start, "absent: must be true; any value at all is {\"contains\": \"\"}");
        }
        return Some(Condition::Absent);
    }
    let text = reader.scalar(operand, kind)?;
    match kind {
        "equals" => Some(Condition::Equals(text.to_owned())),
        "contains" => Some(Condition::Contains(text.to_owned())),
        _ => regex(reader, operand, text),
    }
}

fn regex(reader: &mut Reader, value: &Value<'_>, pattern: &str) -> Option<Condition> {
    let regex = Condition::regex(pattern);
    regex.map_err(|Invalid(what)| reader.problem(value.range().start, format!("regex: {what}, got \"{}\"", text::short(pattern)))).ok()
}
