//! One answer of the real service against the mock's and the contract: what differs, aspect by aspect.

use std::collections::BTreeSet;

use regex_lite::Regex;

use super::contract::{Operation, Schema};
use super::mask::Mask;
use super::shape::{ABSENT, Answer, Node};

/// What may be left out of a request at the vendor, and so perhaps of an answer (documented: "Required: N").
const OPTIONAL: [&str; 4] = ["webrtc", "resolution", "gApiKey", "template"];

/// In what answers can differ, in the order in which a report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    Answer,
    Status,
    MediaType,
    ResultCode,
    Body,
    Keys,
    Order,
    Types,
    Form,
    Codes,
}

/// One difference: what the real service, the mock and the contract have there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub aspect: Aspect,
    pub place: String,
    pub cells: [String; 3],
}

/// What a comparison came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    pub rows: Vec<Row>,
    /// What is no difference, and worth a word.
    pub notes: Vec<String>,
}

struct Comparer<'a> {
    mask: &'a Mask,
    found: Comparison,
}

/// Compares two answers. The contract has its say about what the mock answers: a status that no one expects has no body of its own there.
pub fn compare(real: &Answer, mock: &Answer, contract: Option<Operation<'_>>, mask: &Mask) -> Comparison {
    let mut comparer = Comparer { mask, found: Comparison::default() };
    let statuses = contract.map(|operation| operation.statuses()).unwrap_or_default();
    let status = real.status.to_string();
    if real.status != mock.status || contract.is_some() && !statuses.contains(&status.as_str()) {
        comparer.row(Aspect::Status, "", [status, mock.status.to_string(), statuses.join(" ")]);
    }
    comparer.media_type(real, mock, contract);
    comparer.body(real, mock, contract.and_then(|operation| operation.body(mock.status)));
    comparer.found
}

impl Comparer<'_> {
    fn row(&mut self, aspect: Aspect, place: &str, cells: [String; 3]) {
        self.found.rows.push(Row { aspect, place: place.to_owned(), cells });
    }

    fn media_type(&mut self, real: &Answer, mock: &Answer, contract: Option<Operation<'_>>) {
        let known = contract.map(|operation| operation.media_types(mock.status)).unwrap_or_default();
        let (theirs, ours) = (real.essence(), mock.essence());
        if theirs != ours || !known.is_empty() && !theirs.as_deref().is_some_and(|essence| known.contains(&essence)) {
            let told = |essence: Option<String>| essence.map_or(ABSENT.to_owned(), |essence| self.media_type_of(&essence));
            let cells = [told(theirs), told(ours), known.join(" ")];
            self.row(Aspect::MediaType, "", cells);
        } else if real.charset() != mock.charset() {
            let told = |charset: String| if charset.is_empty() { "none".to_owned() } else { self.mask.word(&charset).into_owned() };
            let note = format!("charset {}, the mock's is {}", told(real.charset()), told(mock.charset()));
            self.found.notes.push(note);
        }
    }

    fn media_type_of(&self, essence: &str) -> String {
        match essence.split_once('/') {
            Some((kind, name)) => format!("{}/{}", self.mask.word(kind), self.mask.word(name)),
            None => self.mask.word(essence).into_owned(),
        }
    }

    fn body(&mut self, real: &Answer, mock: &Answer, schema: Option<Schema<'_>>) {
        let said = if schema.is_some() { "JSON" } else { "" };
        let (theirs, ours) = match (real.json(), mock.json()) {
            _ if real.body.is_none() => return self.found.notes.push("no body in the capture".to_owned()),
            (Some(theirs), Some(ours)) => (theirs, ours),
            _ => return self.row(Aspect::Body, "", [real.body_kind().to_owned(), mock.body_kind().to_owned(), said.to_owned()]),
        };
        let (code, own) = (&theirs["result_cd"], &ours["result_cd"]);
        // Where one is no number at all, its type is told below.
        if let (Some(theirs), Some(ours)) = (code.as_i64(), own.as_i64())
            && theirs != ours
        {
            self.row(Aspect::ResultCode, "", [theirs.to_string(), ours.to_string(), "integer".to_owned()]);
        }
        let (theirs, ours) = (Node::of(&[Some(&theirs)]), Node::of(&[Some(&ours)]));
        let types = schema.as_ref().map(Schema::types).unwrap_or_default();
        self.place("envelope", None, [&theirs, &ours], schema, &types);
    }

    /// What stands at one place of both, and below it. `key` is how it is called there.
    fn place(&mut self, path: &str, key: Option<&str>, [real, mock]: [&Node; 2], schema: Option<Schema<'_>>, allowed: &BTreeSet<&str>) {
        let is_allowed = allowed.is_empty() || real.types.iter().all(|kind| allowed.contains(kind));
        if real.types != mock.types || !is_allowed {
            let is_about_keys = real.types.contains(ABSENT) || mock.types.contains(ABSENT) || allowed.iter().all(|kind| *kind == ABSENT);
            let place = match key {
                Some(key) if OPTIONAL.contains(&key) => format!("{path}, optional"),
                _ => path.to_owned(),
            };
            let told = |types: Vec<&str>| types.join(" or ");
            let cells =
                [told(real.types.iter().copied().collect()), told(mock.types.iter().copied().collect()), told(present_first(allowed))];
            return self.row(if is_about_keys { Aspect::Keys } else { Aspect::Types }, &place, cells);
        }
        self.found.notes.extend(real.left_out.iter().map(|what| format!("{what} in {path}")));
        self.order(path, real, mock, schema);
        self.texts(path, real, mock, schema);
        let own = mock.members.iter().filter(|(key, _)| real.member(key).is_none());
        let keys: Vec<&String> = real.members.iter().chain(own).map(|(key, _)| key).collect();
        let absent = Node::of(&[None]);
        for key in keys {
            let both = [real.member(key).unwrap_or(&absent), mock.member(key).unwrap_or(&absent)];
            let (schema, allowed) = schema.map(|schema| schema.member(key)).unwrap_or_default();
            let name = self.mask.word(key).into_owned();
            let path = if path == "envelope" { name } else { format!("{path}.{name}") };
            self.place(&path, Some(key), both, schema, &allowed);
        }
        match (&real.items, &mock.items) {
            (Some(theirs), Some(ours)) => {
                let schema = schema.and_then(|schema| schema.items());
                let types = schema.as_ref().map(Schema::types).unwrap_or_default();
                self.place(&format!("{path}[]"), None, [theirs, ours], schema, &types);
            }
            (None, Some(_)) => self.found.notes.push(format!("nothing in {path} to compare")),
            (Some(_), None) => self.found.notes.push(format!("nothing in the mock's {path} to compare with")),
            (None, None) => {}
        }
    }

    /// Keys that both have, in another order. Those at the same place before and after are left out.
    fn order(&mut self, path: &str, real: &Node, mock: &Node, schema: Option<Schema<'_>>) {
        let Some(ours) = mock.orders.first() else { return };
        let said: Vec<String> = schema.map(|schema| schema.order()).unwrap_or_default().into_iter().map(str::to_owned).collect();
        for theirs in &real.orders {
            let (mine, other) = (common(theirs, ours), common(ours, theirs));
            let (known, contract) = (common(theirs, &said), common(&said, theirs));
            let differs = |one: &[&String], other: &[&String]| one.iter().zip(other).position(|(one, other)| one != other);
            let (Some(start), end) = (match (differs(&mine, &other), differs(&known, &contract)) {
                (Some(at), _) => (Some(at), last_difference(&mine, &other)),
                (None, Some(_)) => (Some(0), mine.len()),
                (None, None) => (None, 0),
            }) else {
                continue;
            };
            let told = |keys: &[&String]| keys.iter().map(|key| self.mask.word(key)).collect::<Vec<_>>().join(" ");
            let said: Vec<&String> = contract.into_iter().filter(|key| mine[start..end].contains(key)).collect();
            let cells = [told(&mine[start..end]), told(&other[start..end]), told(&said)];
            return self.row(Aspect::Order, path, cells);
        }
    }

    /// Texts that the contract does not have. What they say is shown if it is a code.
    fn texts(&mut self, path: &str, real: &Node, mock: &Node, schema: Option<Schema<'_>>) {
        let Some(schema) = schema else { return };
        let codes = schema.codes();
        let told = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| self.mask.word(text)).collect::<Vec<_>>().join(" ");
        if !codes.is_empty() {
            let unknown = told(&mut real.texts.iter().filter(|text| !codes.contains(&text.as_str())));
            if !unknown.is_empty() {
                let cells = [unknown, told(&mut mock.texts.iter()), codes.join(" ")];
                self.row(Aspect::Codes, path, cells);
            }
        } else if let Some(pattern) = schema.pattern()
            && let Ok(regex) = Regex::new(pattern)
            && !real.texts.iter().all(|text| regex.is_match(text))
        {
            self.row(Aspect::Form, path, ["another".to_owned(), "as said".to_owned(), pattern.to_owned()]);
        }
    }
}

/// Those that are elsewhere too.
fn common<'k>(keys: &'k [String], elsewhere: &[String]) -> Vec<&'k String> {
    keys.iter().filter(|key| elsewhere.contains(key)).collect()
}

/// Behind the last place at which they differ; both hold the same.
fn last_difference(one: &[&String], other: &[&String]) -> usize {
    one.iter().zip(other).rposition(|(one, other)| one != other).map_or(0, |at| at + 1)
}

fn present_first<'t>(types: &BTreeSet<&'t str>) -> Vec<&'t str> {
    let (absent, present): (Vec<&str>, Vec<&str>) = types.iter().partition(|kind| **kind == ABSENT);
    present.into_iter().chain(absent).collect()
}
