//! Parameters that are missing or wrong: not only the one that the answer names.

use super::parameters::{self, Parameter};
use super::words::Meant;
use super::{UNPUBLISHED, rule, shown};
use crate::domain::code::Provenance;
use crate::domain::field::FieldError;
use crate::domain::secret::scrubbed;
use crate::http::params::Params;
use crate::http::record::Recording;
use crate::journal::Explanation;

/// A parameter that is missing or no value.
pub fn wrong(error: &FieldError, note: Option<&str>, recording: &Recording) -> Explanation {
    let (FieldError::Missing { field } | FieldError::Invalid { field, .. }) = error;
    let (known, params) = (of(recording), arrived(recording));
    let parameter = known.iter().find(|parameter| parameter.name == *field);
    let mut explanation = match error {
        FieldError::Missing { .. } => missing(field, parameter, &params),
        FieldError::Invalid { what, got, .. } => invalid(field, what, got, parameter),
    };
    if let Some(note) = note {
        explanation.hints.insert(0, note.to_owned());
    }
    explanation.hints.extend(others(field, known, &params));
    explanation
}

/// The parameters of the operation.
fn of(recording: &Recording) -> &'static [Parameter] {
    let path = recording.transcript().map_or("", |transcript| transcript.path());
    recording.operation().map_or(&[], |operation| parameters::of(operation, path))
}

/// What arrived, read as the operation read it; without a body that nobody read.
pub fn arrived(recording: &Recording) -> Params {
    let Some(transcript) = recording.transcript() else { return Params::default() };
    let body: &[u8] = recording.body().map(AsRef::as_ref).unwrap_or_default();
    let query = transcript.query().unwrap_or_default();
    match json_pairs(body) {
        Some(pairs) => Params::from_pairs(query, pairs),
        None => Params::of(transcript.header("content-type").is_some(), query, body),
    }
}

/// What a client meant that sent JSON for a form: each member of the object is a parameter.
fn json_pairs(body: &[u8]) -> Option<Vec<(String, String)>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(boolean) => Some(boolean.to_string()),
        _ => None,
    };
    Some(object.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect())
}

fn missing(field: &str, parameter: Option<&Parameter>, params: &Params) -> Explanation {
    let misspelt = params.near_miss(field).and_then(|name| params.form().first(name));
    let nearest = parameter.filter(|_| misspelt.is_some()).map(|parameter| format!("{field}={}", mended(parameter, params, &[])));
    Explanation {
        expected: parameter.map(|parameter| format!("{field}=..., such as {field}={}", parameter.example)),
        nearest,
        ..rule(format!("{field} is required"), Provenance::Documented, "the vendor's table of parameters")
    }
}

fn invalid(field: &str, what: &str, got: &str, parameter: Option<&Parameter>) -> Explanation {
    let (provenance, source) = match parameter {
        // A value that reads well was refused for what it says: nobody published that.
        Some(parameter) if !got.contains('\0') && parameter.check(Some(got)).is_err() => parameter.provenance,
        _ => (Provenance::Assumed, UNPUBLISHED),
    };
    // The rule is the same whatever the length that was got, and wherever the JSON broke.
    let must = what.split(", has ").next().unwrap_or_default();
    let must = if must.starts_with("must be JSON, ") { "must be JSON" } else { must };
    let meant = parameter.filter(|parameter| parameter.unset != Some(got)).and_then(|parameter| parameter.meant(got));
    // A value that reads well was refused for what it says.
    let meant = meant.filter(|meant| meant.value != got);
    Explanation {
        got: Some(shown(got)),
        expected: Some(must.strip_prefix("must be ").unwrap_or(must).to_owned()),
        hints: parameter.and_then(|parameter| hint(parameter, got, meant.as_ref())).into_iter().collect(),
        nearest: meant.map(|meant| meant.value),
        ..rule(format!("{field} {must}"), provenance, source)
    }
}

/// What may be behind a value that is none.
fn hint(parameter: &Parameter, got: &str, meant: Option<&Meant>) -> Option<String> {
    let name = parameter.name;
    if parameter.unset == Some(got) {
        return Some(format!("\"{got}\" is how a read shows that it is unset: leave {name} out"));
    }
    let Meant { value, is_word } = meant?;
    match name {
        "roomStatus" if *is_word => Some(format!("a read shows a word, a modify sends a letter: {name}={value}")),
        // The meaning of these codes stands in the vendor's examples in their place.
        "roomType" | "resolution" | "template" if *is_word => {
            Some(format!("words in the vendor's examples are placeholders, \"{}\" is {name}={value}", shown(got)))
        }
        "webrtc" => Some(format!("it is three groups of three bits, share | video | audio, the nearest is {value}")),
        "sendDate" => Some(format!("a date has 14 digits: sendDate={value}")),
        _ if parameter.has_codes() => Some(format!("send {name}={value}")),
        _ => None,
    }
}

/// What else is wrong, which the answer does not say.
fn others(field: &str, known: &[Parameter], params: &Params) -> Vec<String> {
    let form = params.form();
    let mut hints = Vec::new();
    let is_known = |name: &str| known.iter().any(|parameter| parameter.name == name);
    // A success would warn of these.
    let notes = form.notes.iter().filter(|note| note.parameter.as_deref().is_some_and(|name| name != field && is_known(name)));
    hints.extend(notes.map(|note| note.text.clone()));
    // When the whole body was lost, everything else is missing too.
    let is_lost = form.notes.iter().any(|note| note.parameter.is_none());
    let (mut missing, mut invalid) = (Vec::new(), Vec::new());
    for parameter in known.iter().filter(|parameter| parameter.name != field && !is_lost) {
        match parameter.check(form.first(parameter.name)) {
            Ok(()) => {}
            Err(FieldError::Missing { field }) => missing.push(field),
            Err(FieldError::Invalid { field, what, got }) => {
                invalid.push(FieldError::Invalid { field, what, got: scrubbed(&got).into_owned() }.to_string());
            }
        }
    }
    for (what, fields) in [("missing", missing.join(", ")), ("wrong", invalid.join("; "))] {
        if !fields.is_empty() {
            hints.push(format!("also {what}: {fields}"));
        }
    }
    hints
}

/// The parameters of a call that can be accepted: what arrived, mended where it must be; what is missing is as the room has it.
pub fn all_mended(known: &[Parameter], params: &Params, room: &[(&'static str, String)]) -> Vec<(String, String)> {
    let is_sent = |parameter: &&Parameter| {
        let value = params.form().first(parameter.name);
        parameter.is_required
            || value
                .is_some_and(|value| parameter.unset != Some(value) && (value.is_empty() || !mended(parameter, params, room).is_empty()))
    };
    known.iter().filter(is_sent).map(|parameter| (parameter.name.to_owned(), mended(parameter, params, room))).collect()
}

/// A value that fits: what arrived, what it likely stands for, what arrived under a name that is nearly the same, what the room
/// has, or an example; for an optional one that cannot be mended nothing.
fn mended(parameter: &Parameter, params: &Params, room: &[(&'static str, String)]) -> String {
    let form = params.form();
    let own = form.first(parameter.name).filter(|value| !value.is_empty());
    let misspelt = || params.near_miss(parameter.name).and_then(|name| form.first(name)).filter(|value| !value.is_empty());
    let fits = |value: &str| match parameter.check(Some(value)) {
        Ok(()) => Some(value.to_owned()),
        Err(_) => parameter.meant(value).map(|meant| meant.value),
    };
    let found = own.or_else(|| if parameter.is_required { misspelt() } else { None }).and_then(fits);
    // The one parameter that a read calls otherwise.
    let field = if parameter.name == "rtcStat" { "webrtcStat" } else { parameter.name };
    let present = room.iter().find(|(name, _)| *name == field).map_or(parameter.example, |(_, value)| value);
    found.unwrap_or_else(|| if parameter.is_required { present.to_owned() } else { String::new() })
}
