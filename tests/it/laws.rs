//! What holds for any input.

use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::mock::{Caller, Mock, ROOM_V2};

/// A value that a form, a header line and JSON must carry unharmed.
fn any_name() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>().prop_filter("NUL is refused", |character| *character != '\0'), 1..=50).prop_map(String::from_iter)
}

fn form(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap()
}

/// What a caller does to her rooms.
#[derive(Debug, Clone)]
enum Step {
    Create(String),
    Rename(usize, String),
    Destroy(usize),
    Refused(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => any_name().prop_map(Step::Create),
        2 => (any::<usize>(), any_name()).prop_map(|(room, name)| Step::Rename(room, name)),
        1 => any::<usize>().prop_map(Step::Destroy),
        1 => any::<usize>().prop_map(Step::Refused),
    ];
    prop::collection::vec(step, 0..20)
}

/// Takes the steps with a caller and with a plain list of (roomId, name), and holds each against the other.
async fn live(caller: &Caller, steps: Vec<Step>) {
    let mut rooms: Vec<(String, String)> = Vec::new();
    for step in steps {
        let count = rooms.len().max(1);
        match step {
            Step::Create(name) => {
                let id = caller.create_room(&form(&[("roomName", &name)])).await;
                assert!(rooms.iter().all(|(other, _)| *other != id));
                rooms.push((id, name));
            }
            Step::Rename(at, name) => {
                if let Some((id, known)) = rooms.get_mut(at % count) {
                    let reply =
                        caller.post(&format!("/openapi/v2/rooms/{id}"), &format!("{}&{ROOM_V2}", form(&[("roomName", &name)]))).await;
                    assert_eq!(reply.codes(), "200 1");
                    *known = name;
                }
            }
            Step::Destroy(at) if at % count < rooms.len() => {
                let (id, _) = rooms.remove(at % count);
                assert_eq!(caller.delete(&format!("/openapi/v2/rooms/{id}")).await.codes(), "200 1");
            }
            Step::Refused(at) => {
                let id = rooms.get(at % count).map_or(crate::mock::NO_ROOM, |(id, _)| id);
                let reply = caller.post(&format!("/openapi/v1/rooms/{id}"), "maxUser=5&roomName=x&webrtc=2").await;
                assert!(matches!(reply.codes().as_str(), "400 400" | "404 10102"));
            }
            Step::Destroy(_) => {}
        }
        let names: Vec<String> = rooms.iter().map(|(_, name)| name.clone()).collect();
        assert_eq!(caller.names().await, names);
    }
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

    /// A server and a plain list agree over any steps; two accounts in turns end as if each had been alone.
    #[test]
    fn a_plain_list_agrees(hers in steps(), his in steps()) {
        Runtime::new().unwrap().block_on(async {
            let mock = Mock::new();
            let (alice, bob) = (mock.alice(), mock.bob());
            tokio::join!(live(&alice, hers.clone()), live(&bob, his));
            let alone = Mock::new().alice();
            live(&alone, hers).await;
            assert_eq!(alice.list().await.body, alone.list().await.body);

            mock.admin("POST", "reset", "").await;
            assert_eq!(alice.list().await.body, Mock::new().alice().list().await.body);
        });
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
