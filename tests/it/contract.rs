//! `openapi.json`: what the code says now, what is committed, and what every answer in these tests must look like.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::mock::Reply;
use crate::process::run;

static CONTRACT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

/// A validator for every schema of the contract.
static SCHEMAS: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let components = &CONTRACT["components"];
    let validator = |name: &String| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": components });
        (name.clone(), jsonschema::draft202012::new(&schema).unwrap())
    };
    components["schemas"].as_object().unwrap().keys().map(validator).collect()
});

/// Holds one answer against the contract: the schema of its status, or of `default` for a refusal with a status of its own.
pub fn check(method: &str, path: &str, reply: &Reply) {
    assert!(reply.headers.contains_key("x-mock-request-id"), "{method} {path}: no request id: {reply}");
    if method == "HEAD" || method == "OPTIONS" {
        return;
    }
    assert_eq!(reply.header("content-type"), "application/json", "{method} {path}: {reply}");
    let body = reply.json();
    let refused = reply.headers.contains_key("x-mock-reason");
    let schema = operation(method, path).map_or("Envelope".to_owned(), |operation| {
        let status = if refused { reply.status.as_str() } else { "200" };
        let responses = &operation["responses"];
        let response =
            if refused && reply.status == 200 { &responses["default"] } else { responses.get(status).unwrap_or(&responses["default"]) };
        let response = response["$ref"].as_str().map_or(response, |shared| CONTRACT.pointer(shared.trim_start_matches('#')).unwrap());
        let reference = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
        reference.rsplit('/').next().unwrap().to_owned()
    });
    if let Err(error) = SCHEMAS[&schema].validate(&body) {
        panic!("{method} {path}: {error} in {reply} (schema {schema})");
    }
}

/// The operation of a path, as the contract writes it.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    operation_of(&CONTRACT, method, path)
}

/// The operation of a path, as a document writes it.
pub fn operation_of<'d>(document: &'d Value, method: &str, path: &str) -> Option<&'d Value> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let same = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len() && template.iter().zip(&path).all(|(expected, got)| expected.starts_with('{') || expected == got)
    };
    let paths = document["paths"].as_object().unwrap();
    paths.iter().find(|(template, _)| same(template)).and_then(|(_, item)| item.get(method.to_lowercase()))
}

/// The parameters of an operation: the required ones in their order, and all.
pub fn parameters(operation_id: &str) -> (Vec<String>, Vec<String>) {
    let paths = CONTRACT["paths"].as_object().unwrap().values();
    let mut operations = paths.flat_map(|item| item.as_object().unwrap().values());
    let operation = operations.find(|operation| operation["operationId"] == operation_id).unwrap();
    let reference = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["$ref"].as_str().unwrap();
    let schema = CONTRACT.pointer(reference.trim_start_matches('#')).unwrap();
    let required = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    (required, schema["properties"].as_object().unwrap().keys().cloned().collect())
}

#[test]
fn the_committed_contract_is_what_the_code_says() {
    let committed = include_str!("../../openapi.json");
    assert_eq!(vchatcloud_mock::openapi::contract(), committed, "run: cargo run --example openapi");
    assert_eq!(run(&["openapi"], &[]).stdout, committed);
}

#[test]
fn it_is_openapi_3_1_and_names_every_operation_of_the_vendor() {
    assert!(CONTRACT["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = CONTRACT["paths"].as_object().unwrap();
    let mut operations: Vec<String> = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(format!("{} {method} {path}", operation["operationId"].as_str().unwrap()));
        }
    }
    operations.sort();
    insta::assert_snapshot!(operations.join("\n"), @"
    cancelCustom delete /openapi/v1/custom/{roomId}/{scheduleId}
    createRoom post /openapi/v2/rooms
    createRoomV1 post /openapi/v1/rooms
    destroyRoom delete /openapi/v2/rooms/{roomId}
    destroyRoomV1 delete /openapi/v1/rooms/{roomId}
    exileUser post /openapi/v1/exiles/{roomId}/{clientKey}
    getRoomInfo get /openapi/v2/rooms/{roomId}
    getRoomInfoV1 get /openapi/v1/rooms/{roomId}
    issueToken get /openapi/token
    listExileUser get /openapi/v1/exiles/{roomId}
    listMuteUser get /openapi/v1/mute/{roomId}
    listRoom get /openapi/v2/rooms
    listRoomV1 get /openapi/v1/rooms
    listUser get /openapi/v2/users/{roomId}
    listUserV1 get /openapi/v1/users/{roomId}
    modifyRoom post /openapi/v2/rooms/{roomId}
    modifyRoomV1 post /openapi/v1/rooms/{roomId}
    muteUser post /openapi/v1/mute/{roomId}/{clientKey}
    sendCustom post /openapi/v1/custom/{roomId}
    sendNotice post /openapi/v1/notice/{roomId}
    sendWhisperMessage post /openapi/v1/whisper/{roomId}/{clientKey}
    unexileUser put /openapi/v1/exiles/{roomId}/{clientKey}
    unmuteUser put /openapi/v1/mute/{roomId}/{clientKey}
    ");
}

#[test]
fn limits_in_the_contract_come_from_the_fields() {
    let schemas = &CONTRACT["components"]["schemas"];
    assert_eq!(schemas["RoomName"]["maxLength"], vchatcloud_mock::domain::field::RoomName::MAX_CHARS);
    assert_eq!(schemas["RoomType"]["enum"], json!(["01", "02", "03"]));
    assert_eq!(schemas["Webrtc"]["enum"].as_array().unwrap().len(), 18);
    assert_eq!(schemas["ShownTemplate"]["enum"], json!(["null", "01", "02", "03", "04"]));
}
