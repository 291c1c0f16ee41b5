//! A state is what there is: it goes out and comes in again unharmed, and a reset is a fresh start.

use proptest::prelude::*;
use serde_json::Value;
use tokio::runtime::Runtime;
use vchatcloud_mock::fixture::{Source, load};

use super::drive::{Drive, server, undisturbed};
use super::step::{Act, KEYS, Step, steps};
use crate::mock::{Mock, NO_ROOM};

/// How a state is damaged. Places are taken as far as there are some.
#[derive(Debug, Clone)]
enum Damage {
    Drop(usize),
    Twice(usize),
    Value(usize, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let values = [r#""""#, "null", "[]", "{}", "-1", r#""frozen:1969-01-01T00:00:00Z""#, r#""10000-01-01""#, r#""\u0000""#, "true"];
    prop_oneof![
        any::<usize>().prop_map(Damage::Drop),
        any::<usize>().prop_map(Damage::Twice),
        (any::<usize>(), prop::sample::select(values.to_vec())).prop_map(|(place, value)| Damage::Value(place, value)),
    ]
}

impl Damage {
    fn done_to(&self, state: &str) -> String {
        let mut json: Value = serde_json::from_str(state).unwrap();
        let accounts = json["accounts"].as_array_mut().unwrap();
        match self {
            Damage::Drop(place) => {
                let (at, character) = state.char_indices().nth(place % state.chars().count()).unwrap();
                return format!("{}{}", &state[..at], &state[at + character.len_utf8()..]);
            }
            Damage::Twice(place) => accounts.push(accounts[place % accounts.len()].clone()),
            Damage::Value(place, value) => {
                let mut leaves = Vec::new();
                pointers(&json, String::new(), &mut leaves);
                *json.pointer_mut(&leaves[place % leaves.len()]).unwrap() = serde_json::from_str(value).unwrap();
            }
        }
        json.to_string()
    }
}

/// The places of all values in a text.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| pointers(value, format!("{at}/{name}"), found)),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(place, value)| pointers(value, format!("{at}/{place}"), found)),
        _ => {}
    }
    found.push(at);
}

async fn state(mock: &Mock) -> String {
    mock.admin("GET", "state", "").await.body
}

async fn lists(mock: &Mock, keys: impl IntoIterator<Item = &String>) -> Vec<String> {
    let mut lists = Vec::new();
    for key in keys {
        lists.push(undisturbed(mock, key).list().await.body);
        lists.push(undisturbed(mock, key).get("/openapi/v1/rooms").await.body);
    }
    lists
}

/// Everything that a reset puts back, and what the next calls of somebody come to.
async fn look(mock: &Mock, keys: &[&str], query: &str) -> Vec<String> {
    let mut seen = Vec::new();
    for path in ["requests", "state", "accounts", "diff", "clock"] {
        let body = mock.admin("GET", &format!("{path}{query}"), "").await.body;
        // The time of accounts to come is no account's.
        let until = if query.is_empty() { None } else { body.find(r#","toCome":"#) };
        seen.push(body[..until.unwrap_or(body.len())].to_owned());
    }
    for key in keys {
        let limited = mock.caller(key, "any-token").header("X-Mock-Fault", "rate-limit; perSecond=1; burst=2");
        for _ in 0..3 {
            seen.push(limited.list().await.to_string());
        }
        let plain = mock.caller(key, "any-token");
        for _ in 0..3 {
            let created = plain.post("/openapi/v1/rooms", "maxUser=1&roomName=next").await;
            // An account's rules begin again; their numbers go on.
            seen.push(format!("{} {} {}", created.status, created.header("x-mock-fault-applied"), created.body));
            let modified = plain.post(&format!("/openapi/v1/rooms/{NO_ROOM}"), "maxUser=1&roomName=next").await;
            seen.push(format!("{} {} {}", modified.status, modified.header("x-mock-fault-applied"), modified.body));
        }
        seen.extend(lists(mock, [&(*key).to_owned()]).await);
        seen.push(mock.admin("GET", &format!("state?apiKey={key}"), "").await.body);
    }
    seen
}

async fn run(steps: &[Step]) -> Drive {
    let mut drive = Drive::new();
    drive.go(steps, async |_, _| ()).await;
    drive
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What was exported comes in again, into the same server and into any other, and is exported as it was. It is a
    /// fixture too.
    #[test]
    fn export_and_import_are_an_identity(steps in steps(40)) {
        Runtime::new().unwrap().block_on(async {
            let drive = run(&steps).await;
            let exported = state(&drive.mock).await;
            let keys = drive.world.accounts.keys();
            let listed = lists(&drive.mock, keys.clone()).await;
            let other = Mock::with(|settings| settings.seed = Some(7));
            for mock in [&drive.mock, &other] {
                let reply = mock.admin("PUT", "state?all=true", &exported).await;
                assert_eq!(reply.status, 200, "{reply}");
                assert_eq!(state(mock).await, exported);
                assert_eq!(lists(mock, keys.clone()).await, listed);
                assert_eq!(state(mock).await, exported);
            }
            let fixtures = load(&[Source::inline("exported", &exported)]).unwrap();
            let started = Mock::with(|settings| settings.fixtures = fixtures);
            assert_eq!(state(&started).await, exported);
            assert_eq!(lists(&started, keys).await, listed);
            // All go on alike: what was reserved goes out in each.
            let mut later = Vec::new();
            for mock in [&drive.mock, &other, &started] {
                mock.admin("POST", "clock/advance?all=true", r#"{"by":"1h"}"#).await;
                later.push(state(mock).await);
            }
            assert!(later[0] == later[1] && later[0] == later[2], "{later:?}");
        });
    }

    /// A damaged state is a fixture still, or nothing of it comes in.
    #[test]
    fn a_state_comes_in_whole_or_not_at_all(steps in steps(20), damages in prop::collection::vec(damage(), 8), one in 0..KEYS.len()) {
        Runtime::new().unwrap().block_on(async {
            let drive = run(&steps).await;
            let exported = state(&drive.mock).await;
            drive.mock.admin("DELETE", "faults?apiKey=carol-key", "").await;
            for damage in damages {
                let damaged = damage.done_to(&exported);
                for query in ["all=true".to_owned(), format!("apiKey={}", KEYS[one])] {
                    let before = (state(&drive.mock).await, drive.mock.admin("GET", "diff", "").await.body);
                    let reply = drive.mock.admin("PUT", &format!("state?{query}"), &damaged).await;
                    if reply.status == 200 {
                        assert!(load(&[Source::inline("damaged", &damaged)]).is_ok(), "{damaged}");
                        drive.mock.admin("PUT", "state?all=true", &before.0).await;
                    } else {
                        assert_eq!(reply.status, 400, "{reply}");
                        assert_eq!((state(&drive.mock).await, drive.mock.admin("GET", "diff", "").await.body), before, "{damaged}");
                    }
                }
            }
        });
    }

    /// A server that was reset is one that has just been started, and so is an account that was reset, whatever the others
    /// have done.
    #[test]
    fn a_reset_is_a_fresh_start(mut steps in steps(40)) {
        Runtime::new().unwrap().block_on(async {
            let drive = run(&steps).await;
            drive.mock.admin("POST", "reset", "").await;
            let (mock, fresh) = (&drive.mock, server());
            assert_eq!(mock.admin("GET", "faults", "").await.body, fresh.admin("GET", "faults", "").await.body);
            assert_eq!(look(mock, &KEYS, "").await, look(&fresh, &KEYS, "").await);

            // Rules for all are nobody's, and stay.
            for step in &mut steps {
                step.all &= !matches!(step.act, Act::AddFault(_));
            }
            let drive = run(&steps).await;
            for key in KEYS {
                let (mock, fresh, query) = (&drive.mock, server(), format!("?apiKey={key}"));
                for mock in [mock, &fresh] {
                    mock.admin("POST", &format!("reset{query}"), "").await;
                }
                assert_eq!(look(mock, &[key], &query).await, look(&fresh, &[key], &query).await);
            }
        });
    }
}
