//! The check of tokens: with `--auth strict` nothing passes but what the fixture gives and what was issued, for the key that it
//! is of and until it expires; and a token that was issued is shown to nobody again.
//!
//! Nobody guesses a signature, so the bytes may stand for parts of tokens that were issued: see [`PARTS`].

use std::thread_local;

use serde_json::Value;
use vchatcloud_mock::axum::body::Body;
use vchatcloud_mock::axum::http::{HeaderValue, Request};
use vchatcloud_mock::emulator::AuthMode;

use super::mock::{Answer, Mock, fixtures};

/// Bytes from here on stand for header, claims and signature of Alice's token, then of Bob's, then of one of hers that has
/// expired. No header can have such a byte itself.
const PARTS: u8 = 0x10;
const FIXTURE: &str = r#"{"accounts": [
    {"apiKey": "alice-key", "userId": "same@example.com", "tokens": ["alice-token"]},
    {"apiKey": "bob-key", "userId": "same@example.com", "tokens": ["bob-token"]}
]}"#;

struct Issuer {
    mock: Mock,
    /// Of Alice, of Bob, and Alice's that has expired.
    tokens: [String; 3],
}

thread_local! {
    static ISSUER: Issuer = Issuer::new();
}

pub fn holds(bytes: &[u8]) {
    ISSUER.with(|issuer| {
        let Ok(header) = HeaderValue::from_bytes(&issuer.spelt_out(bytes)) else { return };
        let [alice, bob, _] = &issuer.tokens;
        for (key, valid) in [("alice-key", ["alice-token", alice]), ("bob-key", ["bob-token", bob])] {
            let answer = issuer.list(key, &header);
            if answer.envelope().0 == 1 {
                let sent = header.to_str().unwrap();
                let mut values = sent.split(',').map(str::trim).filter(|value| !value.is_empty());
                assert!(values.all(|value| valid.contains(&value)), "{key}: {sent}");
            } else {
                assert_eq!(answer.status, 401, "{key}: {answer:?}");
                assert!(!valid.iter().any(|valid| header == valid), "{key}: {answer:?}");
            }
            issuer.keeps_secrets(&answer);
        }
        issuer.mock.emulator().reset(None).unwrap();
    });
}

impl Issuer {
    fn new() -> Issuer {
        let mock = Mock::with(|settings| {
            settings.auth = AuthMode::Strict;
            settings.fixtures = fixtures(FIXTURE);
        });
        let issue = |key: &str| {
            let request = Request::get("/openapi/token").header("API_KEY", key).body(Body::empty()).unwrap();
            mock.send(request).json()["data"]["X-AUTH-TOKEN"].as_str().unwrap().to_owned()
        };
        // Time that goes back to where it began would revive it: it was issued six hours before.
        let moved = |to: &str| mock.emulator().set_clock(None, to.parse().unwrap()).unwrap();
        moved("frozen:2026-01-31T06:00:00+09:00");
        let expired = issue("alice-key");
        moved("frozen:2026-01-31T12:00:00+09:00");
        let tokens = [issue("alice-key"), issue("bob-key"), expired];
        Issuer { mock, tokens }
    }

    fn spelt_out(&self, bytes: &[u8]) -> Vec<u8> {
        let parts: Vec<&str> = self.tokens.iter().flat_map(|token| token.split('.')).collect();
        let part = |byte: &u8| byte.checked_sub(PARTS).and_then(|part| parts.get(usize::from(part)));
        bytes.iter().flat_map(|byte| part(byte).map_or(std::slice::from_ref(byte), |part| part.as_bytes())).copied().collect()
    }

    fn list(&self, key: &str, token: &HeaderValue) -> Answer {
        let request = Request::get("/openapi/v2/rooms").header("API_KEY", key).header("X-AUTH-TOKEN", token);
        self.mock.send(request.body(Body::empty()).unwrap())
    }

    fn keeps_secrets(&self, answer: &Answer) {
        let exchange: Value = self.mock.admin(&format!("requests/{}", answer.request_id()));
        let shown = format!("{answer:?}{exchange}");
        assert!(!self.tokens.iter().any(|token| shown.contains(token)), "{shown}");
    }
}
