//! What the page needs of the contract.

use serde_json::Value;

use crate::domain::operation::Operation;
use crate::form::FORM;
use crate::http::openapi;

/// The contract, as it is made from the code.
pub struct Contract(pub(super) Value);

/// A method and a path of an operation.
pub struct Call<'c> {
    pub method: String,
    pub path: &'c str,
    /// The parameters in the path.
    pub in_path: Vec<&'c str>,
    /// The parameters in the form.
    pub in_form: Vec<&'c str>,
}

/// The fields of an object, the required ones in the order of an answer.
pub struct Object<'c> {
    pub name: &'c str,
    pub required: Vec<&'c str>,
    pub all: Vec<&'c str>,
}

impl Contract {
    pub fn generated() -> Contract {
        Contract(serde_json::to_value(openapi::generated()).unwrap_or_default())
    }

    /// The calls of an operation, the newest version first.
    pub fn calls_of(&self, operation: Operation) -> Vec<Call<'_>> {
        let mut calls = Vec::new();
        for (path, method, call) in self.calls() {
            let id = call["operationId"].as_str().unwrap_or_default();
            if id.strip_prefix(operation.name()).is_some_and(|version| matches!(version, "" | "V1" | "V2")) {
                let parameters = call["parameters"].as_array().into_iter().flatten();
                let in_path = parameters.filter(|parameter| parameter["in"] == "path").filter_map(|parameter| parameter["name"].as_str());
                let form = form(call).and_then(|form| self.0.pointer(form.trim_start_matches('#')));
                calls.push(Call {
                    method: method.to_uppercase(),
                    path,
                    in_path: in_path.collect(),
                    in_form: form.map(|form| keys(&form["properties"])).unwrap_or_default(),
                });
            }
        }
        calls.sort_by(|one, other| other.path.cmp(one.path));
        calls
    }

    /// The objects of answers: neither forms nor envelopes with something in them, whose names have an underscore.
    pub fn objects(&self) -> Vec<Object<'_>> {
        let forms: Vec<&str> = self.calls().filter_map(|(.., call)| form(call)).collect();
        let is_form = |name: &str| forms.iter().any(|form| form.rsplit('/').next() == Some(name));
        let schemas = self.0["components"]["schemas"].as_object().into_iter().flatten();
        let objects = schemas.filter(|(name, schema)| schema["type"] == "object" && !is_form(name) && !name.contains('_'));
        objects.map(|(name, schema)| Object { name, required: texts(&schema["required"]), all: keys(&schema["properties"]) }).collect()
    }

    /// Every path with its methods and what the contract says of them.
    fn calls(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, call)| (path.as_str(), method.as_str(), call))
        })
    }
}

/// The schema of the form that a call takes.
fn form(call: &Value) -> Option<&str> {
    call["requestBody"]["content"][FORM]["schema"]["$ref"].as_str()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}
