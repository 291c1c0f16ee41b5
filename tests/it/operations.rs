//! The operations, as a table written from the reference: 17 by name, at 23 places. Each is in the contract, answers, can be
//! made to fail, is in the journal, and can be verified, by the vendor's name.

use serde_json::{Value, json};
use vchatcloud_mock::domain::operation::Operation;

use crate::mock::{Caller, Mock};

const ROOM: &str = "Room000001-AbCdEfGhIj-20260131120000";
const SCHEDULE: &str = "abcdefghij0123456789";
/// An account with everything that an operation can be about.
const FIXTURE: &str = r#"{"default": {"rooms": [{"roomId": "Room000001-AbCdEfGhIj-20260131120000", "roomName": "Lobby", "maxUser": "3",
    "users": [{"clientKey": "alice@example.com", "nickName": "Alice"}, {"clientKey": "bob"}],
    "exiles": [{"clientKey": "eve"}], "mutes": [{"clientKey": "mallory"}],
    "reserved": [{"scheduleId": "abcdefghij0123456789", "sendDate": "20270101000000", "nickName": "Admin", "jsonString": "{}"}]}]}}"#;

type Row = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str], &'static str);

/// Operation, method, path, required parameters in the order of their checks, all others, and what the answer has beside the
/// envelope: nothing, a list or data.
const TABLE: [Row; 23] = [
    ("issueToken", "GET", "/openapi/token", &[], &[], "data"),
    ("listRoom", "GET", "/openapi/v2/rooms", &[], &[], "list"),
    ("getRoomInfo", "GET", "/openapi/v2/rooms/{roomId}", &[], &[], "data"),
    (
        "createRoom",
        "POST",
        "/openapi/v2/rooms",
        &["roomName", "maxUser", "gTransStat", "roomType", "rtcStat"],
        &["gApiKey", "resolution", "template"],
        "data",
    ),
    (
        "modifyRoom",
        "POST",
        "/openapi/v2/rooms/{roomId}",
        &["roomName", "roomType", "maxUser", "rtcStat", "gTransStat"],
        &["gApiKey", "resolution", "template", "roomStatus"],
        "",
    ),
    ("listRoom", "GET", "/openapi/v1/rooms", &[], &[], "list"),
    ("getRoomInfo", "GET", "/openapi/v1/rooms/{roomId}", &[], &[], "data"),
    ("createRoom", "POST", "/openapi/v1/rooms", &["maxUser", "roomName"], &["webrtc"], "data"),
    ("modifyRoom", "POST", "/openapi/v1/rooms/{roomId}", &["maxUser", "roomName"], &["webrtc", "roomStatus"], ""),
    ("listUser", "GET", "/openapi/v1/users/{roomId}", &[], &[], "list"),
    ("listUser", "GET", "/openapi/v2/users/{roomId}", &[], &[], "list"),
    ("listExileUser", "GET", "/openapi/v1/exiles/{roomId}", &[], &[], "list"),
    ("exileUser", "POST", "/openapi/v1/exiles/{roomId}/{clientKey}", &[], &[], ""),
    ("unexileUser", "PUT", "/openapi/v1/exiles/{roomId}/{clientKey}", &[], &[], ""),
    ("listMuteUser", "GET", "/openapi/v1/mute/{roomId}", &[], &[], "list"),
    ("muteUser", "POST", "/openapi/v1/mute/{roomId}/{clientKey}", &[], &[], ""),
    ("unmuteUser", "PUT", "/openapi/v1/mute/{roomId}/{clientKey}", &[], &[], ""),
    ("sendNotice", "POST", "/openapi/v1/notice/{roomId}", &["nickName", "notice"], &[], ""),
    ("sendCustom", "POST", "/openapi/v1/custom/{roomId}", &["jsonString", "nickName"], &["sendDate"], ""),
    ("cancelCustom", "DELETE", "/openapi/v1/custom/{roomId}/{scheduleId}", &[], &[], ""),
    ("sendWhisperMessage", "POST", "/openapi/v1/whisper/{roomId}/{clientKey}", &["message", "nickName"], &[], ""),
    ("destroyRoom", "DELETE", "/openapi/v2/rooms/{roomId}", &[], &[], ""),
    ("destroyRoom", "DELETE", "/openapi/v1/rooms/{roomId}", &[], &[], ""),
];

/// A value that fits, for every parameter.
fn value(parameter: &str) -> &'static str {
    match parameter {
        "roomName" => "Lobby",
        "maxUser" => "5",
        "gTransStat" | "rtcStat" => "N",
        "roomType" => "01",
        "nickName" => "Admin",
        "notice" | "message" => "hello",
        "jsonString" => "%7B%7D",
        other => panic!("{other}"),
    }
}

fn filled(path: &str) -> String {
    path.replace("{roomId}", ROOM).replace("{clientKey}", "bob").replace("{scheduleId}", SCHEDULE)
}

async fn call(caller: &Caller, method: &str, path: &str, required: &[&str]) -> crate::mock::Reply {
    if required.is_empty() {
        return caller.send(method, &filled(path), None, "").await;
    }
    let form: Vec<String> = required.iter().map(|name| format!("{name}={}", value(name))).collect();
    caller.send(method, &filled(path), Some("application/x-www-form-urlencoded"), form.join("&")).await
}

#[test]
fn the_contract_and_the_names_are_those_of_the_table() {
    let contract: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let mut documented = 0;
    for item in contract["paths"].as_object().unwrap().values() {
        documented += item.as_object().unwrap().len();
    }
    assert_eq!(documented, TABLE.len());
    for (name, method, path, required, optional, has) in TABLE {
        let operation = &contract["paths"][path][method.to_lowercase()];
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} is not in the contract"));
        assert_eq!(id.trim_end_matches("V1"), name, "{method} {path}");
        if !required.is_empty() {
            let (documented, all) = crate::contract::parameters(id);
            assert_eq!(documented, required, "{id}");
            let mut others: Vec<&str> = all.iter().map(String::as_str).filter(|name| !required.contains(name)).collect();
            let mut optional = optional.to_vec();
            others.sort_unstable();
            optional.sort_unstable();
            assert_eq!(others, optional, "{id}");
        }
        let schema = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
        let schema = contract.pointer(schema.trim_start_matches('#')).unwrap();
        let mut keys: Vec<&str> = schema["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        keys.retain(|key| !key.starts_with("result_"));
        assert_eq!(keys.join(","), has, "{id}");
    }
    let mut names: Vec<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    names.dedup();
    let mut known: Vec<&str> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    known.sort_unstable();
    assert_eq!(known, names);
    assert_eq!(names.len(), 17);
}

/// Each answers with success, fails by a fault of its name, and is journalled and verified by its name.
#[tokio::test]
async fn each_answers_fails_is_journalled_and_is_verified_by_its_name() {
    for (name, method, path, required, _, has) in TABLE {
        let mock = Mock::fixture(FIXTURE);
        let alice = mock.alice();
        let reply = call(&alice, method, path, required).await;
        assert_eq!(reply.codes(), "200 1", "{name}: {reply}");
        let keys: Vec<String> = reply.json().as_object().unwrap().keys().cloned().collect();
        let expected: Vec<&str> = ["result_cd", "result_msg", has].into_iter().filter(|key| !key.is_empty()).collect();
        assert_eq!(keys, expected, "{name}");

        let journal = mock.admin("GET", &format!("requests?apiKey=alice-key&operation={name}"), "").await.json();
        assert_eq!(journal["requests"][0]["operation"], name);
        let wanted_room = path.contains("{roomId}").then_some(ROOM);
        if wanted_room.is_some() {
            assert_eq!(journal["requests"][0]["roomId"].as_str(), wanted_room, "{name}");
        }

        let rule = json!({ "match": { "operation": name }, "do": { "kind": "status", "http": 503 }, "times": 1 }).to_string();
        assert_eq!(mock.admin("POST", "faults?apiKey=alice-key", &rule).await.status, 201, "{name}");
        assert_eq!(call(&alice, method, path, required).await.status, 503, "{name}");

        let verification = json!({ "expect": [{ "operation": name, "times": 2 }], "noOther": true }).to_string();
        let verdict = mock.admin("POST", "verify?apiKey=alice-key", &verification).await;
        assert_eq!(verdict.json()["verdict"], "passed", "{name}: {verdict}");
    }
}

/// What every operation refuses: a missing header, another account's room, a path that goes on.
#[tokio::test]
async fn each_refuses_what_all_refuse() {
    for (name, method, path, required, _, _) in TABLE {
        let mock = Mock::fixture(&FIXTURE.replace("\"default\": {", "\"accounts\": [{\"apiKey\": \"owner\", ").replace("]}}", "]}]}"));
        let no_key = mock.stranger().header("X-AUTH-TOKEN", "t");
        assert_eq!(call(&no_key, method, path, required).await.codes(), "401 401", "{name}");
        if name != "issueToken" {
            let no_token = mock.stranger().header("API_KEY", "owner");
            assert_eq!(call(&no_token, method, path, required).await.codes(), "401 401", "{name}");
        }
        if path.contains("{roomId}") {
            let other = call(&mock.bob(), method, path, required).await;
            assert_eq!(other.codes(), "404 10102", "{name}");
            let missing = call(&mock.bob(), method, &path.replace("{roomId}", crate::mock::NO_ROOM), required).await;
            assert_eq!(other.body, missing.body, "{name}");
            assert_eq!(call(&mock.bob(), method, &path.replace("{roomId}", "no-room"), required).await.codes(), "404 10102", "{name}");
            let owner = mock.caller("owner", "t");
            assert_eq!(call(&owner, method, &format!("{path}/"), required).await.codes(), "200 1", "{name}: a trailing slash");
        }
        let further = call(&mock.alice(), method, &format!("{path}/a/b"), required).await;
        assert_eq!(further.codes(), "404 404", "{name}: {further}");
        let patched = call(&mock.alice(), "PATCH", path, &[]).await;
        assert_eq!(patched.codes(), "405 405", "{name}");
    }
}

/// Operations without parameters read no body, whatever its type; those with parameters take forms alone.
#[tokio::test]
async fn bodies_are_ignored_where_there_are_no_parameters_and_must_be_forms_where_there_are() {
    for (name, method, path, required, _, _) in TABLE {
        let mock = Mock::fixture(FIXTURE);
        let codes = mock.alice().send(method, &filled(path), Some("text/plain"), r#"{"a": 1}"#).await.codes();
        assert_eq!(codes, if required.is_empty() { "200 1" } else { "415 415" }, "{name}");
        if required.is_empty() {
            continue;
        }
        // In the query alone, and each one missing.
        let pairs: Vec<String> = required.iter().map(|name| format!("{name}={}", value(name))).collect();
        assert_eq!(mock.alice().send(method, &format!("{}?{}", filled(path), pairs.join("&")), None, "").await.codes(), "200 1", "{name}");
        for (at, missing) in required.iter().enumerate() {
            let form = [&pairs[..at], &pairs[at + 1..]].concat().join("&");
            let reply = mock.alice().post(&filled(path), &form).await;
            assert_eq!(reply.codes(), "400 10901", "{name}: {form}");
            assert_eq!(reply.json()["result_msg"], format!("Missing required parameter: {missing}"), "{name}");
        }
        let reply = mock.alice().post(&filled(path), "").await;
        assert_eq!(reply.json()["result_msg"], format!("Missing required parameter: {}", required[0]), "{name}: the first is named");
    }
}
