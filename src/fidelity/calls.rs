//! Operations and parameters. Paths, methods and parameters of paths are the contract's, the rest is from where the API checks it.

use super::Missing;
use super::contract::{Call, Contract};
use super::markdown::{code, table};
use crate::domain::code::Provenance::{self, Documented};
use crate::domain::operation::Operation;
use crate::http::explain::parameters::{self, Parameter, Values};

/// The headers and the parts of paths: name, required where, what it takes, provenance, where it stands.
const AROUND: &[(&str, &str, &str, Provenance, &str)] = &[
    ("API_KEY", "yes", "any text in open mode, a fixture's key in strict mode", Documented, "the tables of headers; its shape is observed"),
    (
        "X-AUTH-TOKEN",
        "but for issueToken",
        "a token of issueToken, or what `--auth` says",
        Documented,
        "the tables of headers; its shape is observed",
    ),
    ("roomId", "yes", "a roomId that listRoom shows", Documented, "the tables of parameters; its shape is observed"),
    (
        "clientKey",
        "yes",
        "a clientKey that listUser shows, plain or percent-encoded",
        Documented,
        "the v1 document; that it may be an e-mail address is observed, its length assumed (`client-key-length`)",
    ),
    ("scheduleId", "yes", "what sendCustom answered", Documented, "the v1 document; its shape is assumed (`schedule-shape`)"),
];

/// The table of operations.
pub fn operations(contract: &Contract, missing: &mut Missing) -> String {
    let mut rows = Vec::new();
    for operation in Operation::ALL {
        let (provenance, source) = operation.provenance();
        let calls = contract.calls_of(*operation);
        if calls.is_empty() {
            missing.say(format!("{} has no call in the contract", operation.name()));
        }
        rows.extend(calls.into_iter().map(|Call { method, path, .. }| {
            [operation.name().to_owned(), code(&format!("{method} {path}")), provenance.name().to_owned(), source.to_owned()]
        }));
    }
    table(["operation", "call", "provenance", "where it stands"], rows)
}

/// The table of parameters: those of every call, then those of each operation.
pub fn parameters(contract: &Contract, missing: &mut Missing) -> String {
    let mut around: Vec<&str> = vec!["API_KEY", "X-AUTH-TOKEN"];
    let mut rows = Vec::new();
    for operation in Operation::ALL {
        for Call { path, in_path, in_form, .. } in contract.calls_of(*operation) {
            for name in in_path {
                if !around.contains(&name) {
                    around.push(name);
                }
            }
            let of = format!("{} {}", operation.name(), path.split('/').nth(2).unwrap_or_default());
            let known = parameters::of(*operation, path);
            for name in in_form.iter().filter(|name| !known.iter().any(|parameter| parameter.name == **name)) {
                missing.row(&format!("{of} in src/http/explain/parameters.rs"), name);
            }
            rows.extend(known.iter().map(|parameter| row(&of, parameter)));
        }
    }
    let around = around.into_iter().filter_map(|name| {
        let row = AROUND.iter().find(|row| row.0 == name);
        let Some((_, required, takes, provenance, source)) = row else {
            missing.row("AROUND of src/fidelity/calls.rs", name);
            return None;
        };
        let place = if name.starts_with(char::is_uppercase) { "header" } else { "path" };
        Some([
            place.to_owned(),
            code(name),
            (*required).to_owned(),
            (*takes).to_owned(),
            provenance.name().to_owned(),
            (*source).to_owned(),
        ])
    });
    table(["of", "parameter", "required", "takes", "provenance", "where it stands"], around.chain(rows))
}

fn row(of: &str, parameter: &Parameter) -> [String; 6] {
    let (provenance, source) = parameter.provenance;
    let required = if parameter.is_required { "yes" } else { "no" };
    [of.to_owned(), code(parameter.name), required.to_owned(), takes(parameter.values), provenance.name().to_owned(), source.to_owned()]
}

fn takes(values: Values) -> String {
    match values {
        Values::Text { longest: usize::MAX } => "any text".to_owned(),
        Values::Text { longest } => format!("1 to {longest} characters"),
        Values::Number { min, max } => format!("{min} to {max}"),
        Values::Json => "a JSON text".to_owned(),
        Values::Time => "`yyyyMMddHHmmss` in Korean time".to_owned(),
        Values::Webrtc => crate::domain::field::Webrtc::VALUES.map(|value| value.to_string()).join(", "),
        Values::Codes(codes) => {
            let named = codes().into_iter().map(|(value, meaning)| format!("`{value}` {meaning}").trim().to_owned());
            named.collect::<Vec<_>>().join(", ")
        }
    }
}
