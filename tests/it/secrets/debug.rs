//! `Debug` of whatever holds a key, a token or what signs them.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use vchatcloud_mock::admin::{Access, AllowedHosts};
use vchatcloud_mock::domain::ids::{ApiKey, Token};
use vchatcloud_mock::emulator::Settings;
use vchatcloud_mock::fixture::{self, Source};
use vchatcloud_mock::journal::Filter;
use vchatcloud_mock::launch::{Config, StateFile};
use vchatcloud_mock::server::{Host, Timeouts};

use super::{KEY, TOKEN, hides};
use crate::mock::Mock;
use crate::tidy::rust_files;

const SEED: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Formats in both ways: the long one is of other code where somebody has written it.
fn shown(what: &dyn Debug) -> String {
    format!("{what:?}{what:#?}")
}

fn text() -> String {
    let room = r#"{"roomName": "plain"}"#;
    format!(r#"{{"seed": "{SEED}", "accounts": [{{"apiKey": "{KEY}", "tokens": ["{TOKEN}", "a-token"], "rooms": [{room}]}}]}}"#)
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let fixtures = fixture::load(&[Source::inline("fixture", &text())]).unwrap();
    let settings = Settings { fixtures: fixtures.clone(), ..Settings::default() };
    let (key, token): (ApiKey, Token) = (KEY.parse().unwrap(), TOKEN.parse().unwrap());
    let access = Access { hosts: AllowedHosts::default(), token: Some("correct-horse".parse().unwrap()) };
    let host: Host = "127.0.0.1".parse().unwrap();
    let (settings_, access_) = (settings.clone(), access.clone());
    let config = Config {
        host,
        port: 0,
        port_file: None,
        settings: settings_,
        state: None,
        access: access_,
        tls: None,
        timeouts: Timeouts::default(),
    };
    let mock = Mock::with(|settings| settings.fixtures = fixtures.clone());
    let caller = mock.caller(KEY, TOKEN);
    caller.create_room("").await;
    caller.detail(TOKEN).await;
    mock.caller(KEY, &TOKEN.replace("c2ln", "b2ln")).get(&format!("/openapi/v2/rooms?x={KEY}")).await;
    let emulator = mock.emulator();
    let refused = emulator.authenticate(&key, &"other".parse().unwrap()).err();
    let wrong = fixture::load(&[Source::inline("wrong", &text().replace("a-token", &format!("{TOKEN},")))]).err();
    let pages = emulator.requests(None, &Filter::default(), 10);
    assert_eq!(pages.entries.len(), 3);
    let all: [(&str, &dyn Debug); 14] = [
        ("key", &key),
        ("token", &token),
        ("fixtures", &fixtures),
        ("settings", &settings),
        ("access", &access),
        ("config", &config),
        ("accounts", &emulator.accounts()),
        ("saved", &emulator.saved(None)),
        ("diff", &emulator.diff(None)),
        ("advance", &emulator.advance(None, chrono::TimeDelta::hours(6))),
        ("requests", &pages),
        ("faults", &emulator.faults(None)),
        ("refusal", &refused),
        ("problems", &wrong),
    ];
    for (name, what) in all {
        let shown = shown(what);
        hides(&shown, name);
        assert!(!shown.contains(SEED) && !shown.contains("correct-horse") && !shown.contains("a-token"), "{name}: {shown}");
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    fs::write(&path, text().replace("a-token", &format!("{TOKEN},"))).unwrap();
    let error = StateFile::open(&path, Settings::default()).err().unwrap();
    hides(&format!("{error:?}{error}"), "a state file that is refused");
}

/// A field that is called like a secret has a type that hides it, wherever `Debug` is derived.
#[test]
fn no_derived_debug_has_a_secret_in_a_plain_type() {
    const NAMES: [&str; 9] = ["key", "api_key", "token", "tokens", "admin_token", "secret", "seed", "password", "signer"];
    // What is shown on purpose: masked before it gets there, or no secret at all.
    const SHOWN: [&str; 8] = [
        "journal/view.rs: api_key: Option<String>",
        "client/answers.rs: api_key: String",
        "client/answers.rs: api_key: Option<String>",
        "client/answers.rs: tokens: u64",
        "emulator/settings.rs: seed: Option<u64>",
        "cli/args.rs: seed: Option<u64>",
        "fault/kind/rate_limit.rs: tokens: f64",
        "admin/: api_key: String",
    ];
    const HIDING: [&str; 6] = ["ApiKey", "Token", "Seed", "Secret", "PrivateKeyDer", "CertifiedKey"];
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut fields, mut open) = (0, Vec::new());
    for path in rust_files(&sources) {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(&sources).unwrap().to_str().unwrap().to_owned();
        for derived in text.split("#[derive(").skip(1).filter(|derived| derived.split(')').next().unwrap().contains("Debug")) {
            let item = derived.split("\n}").next().unwrap();
            for line in item.lines().map(|line| line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ")) {
                let Some((name, of)) = line.split_once(": ").filter(|(name, _)| NAMES.contains(name)) else { continue };
                fields += 1;
                let of = of.trim_end_matches(',');
                let is_hidden = HIDING.iter().any(|hiding| of.split(|c: char| !c.is_alphanumeric()).any(|word| word == *hiding));
                let is_shown = SHOWN.iter().any(|shown| {
                    let (place, field) = shown.split_once(": ").unwrap();
                    file.starts_with(place) && field == format!("{name}: {of}")
                });
                if !is_hidden && !is_shown {
                    open.push(format!("{file}: {name}: {of}"));
                }
            }
        }
    }
    assert!(fields > 15, "{fields}");
    assert!(open.is_empty(), "{open:#?}");
}
