//! What makes the two documents of use to programs: names that are one call's alone, and references that lead somewhere.

use serde_json::Value;

use crate::mock::Mock;

const DOCUMENTS: [&str; 2] = [include_str!("../../openapi.json"), include_str!("../../admin-openapi.json")];

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
}

fn id(operation: &Value) -> &str {
    operation["operationId"].as_str().unwrap()
}

/// Calls `see` for every value of that name, wherever it stands.
fn each<'d>(value: &'d Value, name: &str, see: &mut impl FnMut(&'d Value)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(member, value)| {
            if member == name {
                see(value);
            }
            each(value, name, see);
        }),
        Value::Array(elements) => elements.iter().for_each(|element| each(element, name, see)),
        _ => {}
    }
}

#[test]
fn an_operation_id_is_one_call() {
    for document in DOCUMENTS {
        let document: Value = serde_json::from_str(document).unwrap();
        let mut ids: Vec<&str> = operations(&document).map(id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{ids:?}");
    }
}

/// A number that may be more than its format holds is refused by generated clients, and allowed by the server.
#[test]
fn an_int32_may_not_be_more_than_an_int32_holds() {
    let mut checked = 0;
    for document in DOCUMENTS {
        let document: Value = serde_json::from_str(document).unwrap();
        let mut check = |members: &Value| {
            for (name, schema) in members.as_object().unwrap().iter().filter(|(_, schema)| schema["format"] == "int32") {
                assert!(schema["maximum"].as_i64().is_none_or(|most| i32::try_from(most).is_ok()), "{name}: {schema}");
                checked += 1;
            }
        };
        each(&document, "properties", &mut |members| check(members));
    }
    assert!(checked > 0, "no member is an int32");
}

#[test]
fn references_and_links_lead_somewhere() {
    for document in DOCUMENTS {
        let document: Value = serde_json::from_str(document).unwrap();
        let (mut references, mut links) = (0, 0);
        each(&document, "$ref", &mut |reference| {
            let place = reference.as_str().unwrap();
            assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place}");
            references += 1;
        });
        each(&document, "links", &mut |named| {
            for link in named.as_object().unwrap().values() {
                let target = operations(&document).find(|operation| operation["operationId"] == link["operationId"]);
                let takes = target.unwrap_or_else(|| panic!("{link}"))["parameters"].as_array().unwrap();
                for name in link["parameters"].as_object().unwrap().keys() {
                    assert!(takes.iter().any(|parameter| parameter["name"] == name.as_str()), "{link}");
                }
                links += 1;
            }
        });
        assert!(references > 50 && links > 5, "{references} references, {links} links");
    }
}

/// JSON knows no difference between 3 and 3.0, and neither do the schemas.
#[tokio::test]
async fn whole_numbers_may_have_a_fraction_of_zeros() {
    let mock = Mock::new();
    let rule = |seconds: &str| format!(r#"{{"do": {{"kind": "status", "http": 503.0, "retryAfter": {seconds}}}}}"#);
    let added = mock.admin("POST", "faults?apiKey=k", &rule("86.0")).await;
    assert_eq!(added.status, 201, "{added}");
    assert_eq!(added.json()["do"]["retryAfter"], 86);
    for seconds in ["86.5", "\"86.0\"", "-1.0"] {
        let refused = mock.admin("POST", "faults?apiKey=k", &rule(seconds)).await;
        assert_eq!(refused.status, 400, "{seconds}: {refused}");
    }
}

/// The document says int64, so more than that is a mistake.
#[tokio::test]
async fn numbers_of_a_query_have_64_bits() {
    let mock = Mock::new();
    for query in ["since", "limit"] {
        let most = mock.admin("GET", &format!("requests?{query}=9223372036854775807"), "").await;
        assert_eq!(most.status, 200, "{most}");
        let more = mock.admin("GET", &format!("requests?{query}=9223372036854775808"), "").await;
        assert_eq!(more.status, 400, "{more}");
    }
}
