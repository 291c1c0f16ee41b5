//! `admin-openapi.json`: what the code says now, what is committed, and what every answer of the control plane must look like.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::contract::operation_of;
use crate::mock::{Mock, Reply};
use crate::process::run;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("../../admin-openapi.json")).unwrap());

static VALIDATORS: LazyLock<Mutex<HashMap<String, Validator>>> = LazyLock::new(Mutex::default);

/// Holds one answer against the document.
pub fn check(method: &str, path: &str, reply: &Reply) {
    assert!(reply.headers.contains_key("x-mock-request-id"), "{method} {path}: no request id: {reply}");
    let is_json = reply.header("content-type") == "application/json";
    if method == "HEAD" || !is_json {
        assert!(reply.status == 200, "{method} {path}: a refusal is JSON: {reply}");
        return;
    }
    // The documents are no answers of a schema.
    if path.ends_with("openapi.json") && reply.status == 200 {
        return;
    }
    let responses = operation_of(&DOCUMENT, method, path).map(|operation| &operation["responses"]);
    let schema = match responses.and_then(|responses| responses.get(reply.status.as_str())) {
        Some(response) => response["content"]["application/json"]["schema"].clone(),
        None => json!({ "$ref": "#/components/schemas/Refusal" }),
    };
    let mut validators = VALIDATORS.lock().unwrap();
    let validator = validators.entry(schema.to_string()).or_insert_with(|| {
        let mut schema = schema;
        schema["components"] = DOCUMENT["components"].clone();
        jsonschema::draft202012::new(&schema).unwrap()
    });
    if let Err(error) = validator.validate(&reply.json()) {
        panic!("{method} {path}: {error} in {reply}");
    }
}

#[test]
fn the_committed_document_is_what_the_code_says() {
    let committed = include_str!("../../admin-openapi.json");
    assert_eq!(vchatcloud_mock::openapi::control_plane(), committed, "run: cargo run --example openapi");
    assert_eq!(run(&["openapi", "--admin"], &[]).stdout, committed);
}

/// The document has the methods that the router takes.
#[tokio::test]
async fn every_call_is_documented() {
    let mock = Mock::new();
    let mut calls = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        let mut documented: Vec<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        calls.extend(documented.iter().map(|method| format!("{method} {path}")));
        if documented.contains(&"GET".to_owned()) {
            documented.push("HEAD".to_owned());
        }
        documented.sort();
        let refused = mock.admin("BREW", path.trim_start_matches("/__admin/"), "").await;
        assert_eq!(refused.status, 405, "{path}: {refused}");
        let mut taken: Vec<&str> = refused.header("allow").split(',').collect();
        taken.sort_unstable();
        assert_eq!(taken, documented, "{path}");
    }
    calls.sort();
    insta::assert_snapshot!(calls.join("\n"), @"
    DELETE /__admin/faults
    DELETE /__admin/faults/{id}
    DELETE /__admin/requests
    DELETE /__admin/rooms/{roomId}/users
    GET /__admin/accounts
    GET /__admin/ca.pem
    GET /__admin/clock
    GET /__admin/diff
    GET /__admin/faults
    GET /__admin/fidelity
    GET /__admin/health
    GET /__admin/requests
    GET /__admin/requests/{id}
    GET /__admin/rooms/{roomId}/messages
    GET /__admin/rooms/{roomId}/users
    GET /__admin/state
    PATCH /__admin/rooms/{roomId}
    POST /__admin/clock/advance
    POST /__admin/faults
    POST /__admin/mark
    POST /__admin/reset
    POST /__admin/rooms
    POST /__admin/rooms/{roomId}/users
    POST /__admin/verify
    PUT /__admin/clock
    PUT /__admin/state
    ");
}

/// Every call takes the account that it is about, unless it is about the mock.
#[test]
fn every_call_is_scoped() {
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let is_scoped = parameters.into_iter().any(|parameter| parameter["name"] == "apiKey");
            let is_about_the_mock = ["/health", "/ca.pem", "/fidelity"].iter().any(|end| path.ends_with(end));
            assert!(is_scoped || is_about_the_mock, "{method} {path}");
        }
    }
}
