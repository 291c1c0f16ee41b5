//! What the committed contract says an answer looks like.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::ABSENT;
use crate::http::openapi::CONTRACT;

/// The contract, read.
pub struct Contract(Value);

/// What it says of one place of a body.
#[derive(Clone, Copy)]
pub struct Schema<'c> {
    contract: &'c Value,
    schema: &'c Value,
}

/// What it says of the answers of one operation.
#[derive(Clone, Copy)]
pub struct Operation<'c> {
    contract: &'c Value,
    operation: &'c Value,
}

impl Contract {
    /// The contract that this program was built with.
    ///
    /// # Errors
    /// Never in a released build: tests read the same document.
    pub fn read() -> Result<Contract, serde_json::Error> {
        serde_json::from_str(CONTRACT).map(Contract)
    }

    /// The path as the contract writes it, if it has an operation there for the method.
    pub fn template(&self, method: &str, path: &str) -> Option<&str> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let fits = |template: &str| {
            let (theirs, ours) = (template.split('/'), path.split('/'));
            theirs.clone().count() == ours.clone().count()
                && theirs.zip(ours).all(|(theirs, own)| theirs == own || theirs.starts_with('{') && !own.is_empty())
        };
        let paths = self.0["paths"].as_object()?;
        let (template, _) = paths.iter().find(|(template, item)| fits(template) && item.get(method.to_lowercase()).is_some())?;
        Some(template)
    }

    /// An operation, by a path as the contract writes it.
    pub fn operation(&self, method: &str, template: &str) -> Option<Operation<'_>> {
        let operation = self.0["paths"].get(template)?.get(method.to_lowercase())?;
        Some(Operation { contract: &self.0, operation })
    }
}

impl<'c> Operation<'c> {
    /// Its name, with the version in words.
    pub fn name(&self, template: &str) -> String {
        let id = self.operation["operationId"].as_str().unwrap_or_default();
        let version = template.split('/').find(|part| matches!(*part, "v1" | "v2"));
        let name = id.strip_suffix("V1").or(id.strip_suffix("V2")).unwrap_or(id);
        version.map_or(name.to_owned(), |version| format!("{name} {version}"))
    }

    /// The statuses that it names.
    pub fn statuses(&self) -> Vec<&'c str> {
        let responses = self.operation["responses"].as_object();
        responses.into_iter().flatten().map(|(status, _)| status.as_str()).filter(|status| *status != "default").collect()
    }

    /// The media types of the answers with a status.
    pub fn media_types(&self, status: u16) -> Vec<&'c str> {
        self.response(status)["content"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// The body of the answers with a status.
    pub fn body(&self, status: u16) -> Option<Schema<'c>> {
        let (_, media_type) = self.response(status)["content"].as_object()?.iter().next()?;
        Some(Schema::at(self.contract, &media_type["schema"]))
    }

    fn response(&self, status: u16) -> &'c Value {
        let responses = &self.operation["responses"];
        named(self.contract, responses.get(status.to_string()).unwrap_or(&responses["default"]))
    }
}

impl<'c> Schema<'c> {
    fn at(contract: &'c Value, schema: &'c Value) -> Schema<'c> {
        Schema { contract, schema: named(contract, schema) }
    }

    /// The JSON types that it allows; none if it does not say.
    pub fn types(&self) -> BTreeSet<&'c str> {
        match &self.schema["type"] {
            Value::String(one) => BTreeSet::from([one.as_str()]),
            types => types.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        }
    }

    /// The keys that are always there, in their order.
    pub fn order(&self) -> Vec<&'c str> {
        self.strings("required")
    }

    /// What stands under a key, and the types that are allowed there: none if it does not say, and [`ABSENT`] for a key that it does not know.
    pub fn member(&self, key: &str) -> (Option<Schema<'c>>, BTreeSet<&'c str>) {
        let member = self.schema["properties"].get(key).map(|schema| Schema::at(self.contract, schema));
        let mut types = member.as_ref().map(Schema::types).unwrap_or_default();
        let says_no_types = member.is_some() && types.is_empty();
        if !says_no_types && !self.order().contains(&key) {
            types.insert(ABSENT);
        }
        (member, types)
    }

    /// What a list holds.
    pub fn items(&self) -> Option<Schema<'c>> {
        self.schema.get("items").map(|schema| Schema::at(self.contract, schema))
    }

    /// The texts that it allows, if it lists them.
    pub fn codes(&self) -> Vec<&'c str> {
        self.strings("enum")
    }

    /// The regular expression that its texts fit.
    pub fn pattern(&self) -> Option<&'c str> {
        self.schema["pattern"].as_str()
    }

    fn strings(&self, name: &str) -> Vec<&'c str> {
        self.schema[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// A part of the contract, or what it points to.
fn named<'c>(contract: &'c Value, part: &'c Value) -> &'c Value {
    part["$ref"].as_str().and_then(|name| contract.pointer(name.trim_start_matches('#'))).unwrap_or(part)
}
