//! What the page needs of the contract.

use axum::http::Method;
use serde_json::Value;

use crate::domain::operation::Operation;
use crate::http::openapi;

/// The contract, as it is made from the code.
pub struct Contract(Value);

/// A method and a path of an operation.
pub struct Call<'c> {
    pub method: Method,
    pub path: &'c str,
    /// The parameters in the path.
    pub in_path: Vec<&'c str>,
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
        for (path, item) in self.0["paths"].as_object().into_iter().flatten() {
            for (method, call) in item.as_object().into_iter().flatten() {
                let id = call["operationId"].as_str().unwrap_or_default();
                let is_version = |rest: &str| matches!(rest, "" | "V1" | "V2");
                if id.strip_prefix(operation.name()).is_some_and(is_version) {
                    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap_or_default();
                    let parameters = call["parameters"].as_array().into_iter().flatten();
                    let in_path = parameters.filter(|parameter| parameter["in"] == "path");
                    calls.push(Call { method, path, in_path: in_path.filter_map(|parameter| parameter["name"].as_str()).collect() });
                }
            }
        }
        calls.sort_by(|one, other| other.path.cmp(one.path));
        calls
    }

    /// The objects of answers: neither forms nor envelopes with something in them.
    pub fn objects(&self) -> Vec<Object<'_>> {
        let forms = self.0["paths"].to_string();
        let schemas = self.0["components"]["schemas"].as_object().into_iter().flatten();
        let objects = schemas.filter(|(name, schema)| {
            let is_form =
                forms.contains(&format!("\"application/x-www-form-urlencoded\":{{\"schema\":{{\"$ref\":\"#/components/schemas/{name}\""));
            schema["type"] == "object" && !is_form && !name.contains('_')
        });
        objects.map(|(name, schema)| Object { name, required: texts(&schema["required"]), all: keys(&schema["properties"]) }).collect()
    }
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}
