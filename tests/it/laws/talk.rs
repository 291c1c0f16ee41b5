//! How people and messages are drawn.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::any_name;
use super::model::Form;
use super::operation::Operation;
use super::people::{CLIENTS, Client, Person, fits};
use super::step::value;

/// Who comes in, as a body says it.
#[derive(Debug, Clone)]
pub struct Joiner {
    client_key: String,
    nick_name: Option<String>,
    grade: Option<&'static str>,
}

impl Joiner {
    pub fn json(&self) -> Value {
        let mut body = json!({ "clientKey": self.client_key });
        if let Some(nick_name) = &self.nick_name {
            body["nickName"] = json!(nick_name);
        }
        if let Some(grade) = self.grade {
            body["grade"] = json!(grade);
        }
        body
    }

    /// Who it is, unless nobody can be called so.
    pub fn person(&self) -> Option<Person> {
        let Joiner { client_key, nick_name, grade } = self.clone();
        let nick_name = nick_name.unwrap_or_else(|| client_key.chars().take(50).collect());
        let grade = grade.unwrap_or("user").to_owned();
        let is_one = fits("clientKey", &client_key) && fits("nickName", &nick_name) && ["user", "userManager"].contains(&grade.as_str());
        is_one.then_some(Person { client_key, nick_name, grade })
    }
}

/// Few, so that they meet.
pub fn client() -> impl Strategy<Value = Client> {
    prop_oneof![4 => prop::sample::select(&CLIENTS[..3]), 1 => prop::sample::select(CLIENTS)]
}

pub fn client_key() -> impl Strategy<Value = &'static str> {
    client().prop_map(|client| client.key)
}

pub fn joiner() -> impl Strategy<Value = Joiner> {
    let key = prop_oneof![
        30 => client_key().prop_map(str::to_owned),
        1 => any_name(),
        1 => prop::sample::select(vec![0_usize, 51, 100, 101]).prop_map(|long| "열".repeat(long)),
    ];
    let nick_name = prop_oneof![20 => any_name(), 1 => prop::sample::select(vec![0_usize, 50, 51]).prop_map(|long| "n".repeat(long))];
    let grade = prop_oneof![10 => Just("user"), 10 => Just("userManager"), 1 => Just("admin")];
    (key, prop::option::of(nick_name), prop::option::of(grade)).prop_map(|(client_key, nick_name, grade)| Joiner {
        client_key,
        nick_name,
        grade,
    })
}

/// The parameters of an operation that sends.
pub fn message(operation: Operation) -> BoxedStrategy<Form> {
    let nick_name = || value("nickName", &["Kim", "김"], &["\0", "a nickName of more than fifty characters, too long by a bit"]);
    let pairs = match operation {
        Operation::SendNotice => (
            nick_name(),
            value(
                "notice",
                &["공지", "a notice of exactly one hundred characters, which is the longest that there can be, to the last one."],
                &["a\0b", "a notice of one hundred and one characters, which is longer by one than the longest that there can be"],
            ),
        )
            .prop_map(|(a, b)| vec![a, b])
            .boxed(),
        Operation::SendCustom => {
            let json = value(
                "jsonString",
                &[r#"{"a": [1, "&=+%"]}"#, "[]", " null", r#""일반""#, "1.5e3"],
                &["{", "{'a':1}", "[1] 2", "\0", "nul"],
            );
            let date = value(
                "sendDate",
                &[
                    "20260131120001",
                    "20260131120100",
                    "20260131120100",
                    "20260131130000",
                    "20260201000000",
                    "20260228235959",
                    "99991231235959",
                ],
                &[
                    "20260131120000",
                    "20250101000000",
                    "00000101000000",
                    "20260231120000",
                    "2026013112000",
                    "2026-01-31 13:00",
                    "20260131126000",
                ],
            );
            (json, nick_name(), prop::option::weighted(0.7, date)).prop_map(|(a, b, c)| vec![a, b, c.unwrap_or_default()]).boxed()
        }
        Operation::SendWhisperMessage => {
            (value("message", &["pst", "👂", "two\r\nlines"], &["\0"]), nick_name()).prop_map(|(a, b)| vec![a, b]).boxed()
        }
        _ => return Just(Vec::new()).boxed(),
    };
    let noise = vec![("clientKey", "noise".to_owned())];
    pairs
        .prop_flat_map(move |groups| Just([groups, vec![noise.clone()]].concat()).prop_shuffle())
        .prop_map(|groups| groups.concat())
        .boxed()
}
