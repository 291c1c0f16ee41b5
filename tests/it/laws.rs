//! What holds for any input, and for any sequence of calls.

mod accounts;
mod call;
mod crowd;
mod diff;
mod drive;
mod history;
mod mob;
mod model;
mod operation;
mod people;
mod record;
mod state;
mod step;
mod talk;
mod world;

use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::mock::Mock;
use drive::Drive;
use step::steps;

/// A value that a form, a header line and JSON must carry unharmed.
fn any_name() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>().prop_filter("NUL is refused", |character| *character != '\0'), 1..=50).prop_map(String::from_iter)
}

fn form(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any name of 1 to 50 characters comes back as it was sent.
    #[test]
    fn names_come_back(name in any_name()) {
        let alice = Mock::new().alice();
        let back = Runtime::new().unwrap().block_on(async {
            let id = alice.create_room(&form(&[("roomName", &name)])).await;
            alice.field(&id, "roomName").await
        });
        prop_assert_eq!(back, name);
    }

    /// No form makes it panic, and no answer breaks the contract (which every call here is held against).
    #[test]
    fn any_form_gets_an_answer(body in prop::collection::vec(any::<u8>(), 0..200), query in "[ -~&&[^ #\"<>`{}|^\\\\]]{0,60}") {
        let alice = Mock::new().alice();
        let path = format!("/openapi/v2/rooms?{query}");
        let reply = Runtime::new().unwrap().block_on(alice.send("POST", &path, Some("application/x-www-form-urlencoded"), body));
        prop_assert!(reply.status != 500, "{}", reply);
    }

    /// No path makes it panic.
    #[test]
    fn any_path_gets_an_answer(path in "/[!-~&&[^#?\"<>`{}|^\\\\]]{0,60}") {
        let reply = Runtime::new().unwrap().block_on(Mock::new().alice().get(&path));
        prop_assert!(path == "/" || path.starts_with("/__admin") || reply.status == 200 || reply.status == 404, "{}", reply);
    }

    /// No text makes the fixture reader panic, and every problem has a place in the text.
    #[test]
    fn any_text_is_a_fixture_or_has_problems(text in prop_oneof![any::<String>(), r#"[\[\]{}",:a-z0-9 \n]{0,80}"#]) {
        use vchatcloud_mock::fixture::{Source, load};
        if let Err(problems) = load(&[Source::inline("text", &text)]) {
            let lines = text.lines().count().max(1) + 1;
            prop_assert!(!problems.0.is_empty());
            prop_assert!(problems.0.iter().all(|problem| problem.place.is_some_and(|(line, column)| (1..=lines).contains(&line) && column >= 1)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A server and a model of it agree over any calls, control calls and faults: on what is answered, and on what is there
    /// after each step.
    #[test]
    fn a_model_and_the_server_agree(steps in steps(40)) {
        Runtime::new().unwrap().block_on(async {
            let mut drive = Drive::new();
            drive.go(&steps, async |drive, key| drive.compare(key).await).await;
            drive.compare_lists().await;
        });
    }

    /// The diff says what leads from the rooms as they were to those that are, nothing else, and what did each of it last.
    #[test]
    fn the_diff_leads_from_then_to_now(steps in steps(40)) {
        Runtime::new().unwrap().block_on(async {
            let mut drive = Drive::new();
            drive.go(&steps, async |drive, key| {
                let diff = drive.mock.admin("GET", &format!("diff?apiKey={key}"), "").await.json();
                assert_eq!(diff["accounts"], serde_json::json!([drive.world.accounts[key].diff(key)]));
            }).await;
        });
    }
}
