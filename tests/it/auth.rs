//! Keys, tokens and accounts, in both modes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vchatcloud_mock::emulator::AuthMode;

use crate::mock::{Mock, NO_ROOM, fixtures};

const STRICT: &str = r#"{"accounts": [
    {"apiKey": "key-a", "userId": "a@example.com", "tokens": ["token-a"], "rooms": []},
    {"apiKey": "key-b", "userId": "a@example.com", "tokens": ["token-b"], "rooms": []}
]}"#;

fn strict() -> Mock {
    Mock::with(|settings| {
        settings.auth = AuthMode::Strict;
        settings.fixtures = fixtures(STRICT);
    })
}

#[tokio::test]
async fn issue_token_answers_in_the_body_only() {
    let reply = Mock::demo().stranger().header("api_key", "demo-key").get("/openapi/token").await;
    insta::assert_snapshot!(reply, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"user_email":"demo@example.com","X-AUTH-TOKEN":"eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJkZW1vQGV4YW1wbGUuY29tIiwiZXhwIjoxNzY5ODQ2NDAwLCJpYXQiOjE3Njk4Mjg0MDAsImF1dGhvcml0aWVzIjoiW1JPTEVfVVNFUl0ifQ.EJN56k_yfSlO-VuKjNIruijeTgy4qKpf_0XQtZEAcAo"}}
    "#);
    assert!(!reply.headers.contains_key("x-auth-token"));
}

/// The shape of a token, read by a JWT library that is not ours.
#[tokio::test]
async fn a_token_has_the_vendors_shape() {
    let mock = Mock::demo();
    let token = mock.demo_caller().issue_token().await;

    let parts: Vec<String> =
        token.split('.').take(2).map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect();
    assert_eq!(parts[0], r#"{"alg":"HS256"}"#);
    assert_eq!(parts[1], r#"{"aud":"demo@example.com","exp":1769846400,"iat":1769828400,"authorities":"[ROLE_USER]"}"#);

    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.alg, header.typ), (jsonwebtoken::Algorithm::HS256, None));
    let claims: Value = jsonwebtoken::dangerous::insecure_decode(&token).unwrap().claims;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 18_000);
}

#[tokio::test]
async fn issued_tokens_work_and_do_not_end_older_ones() {
    let mock = Mock::new();
    let first = mock.alice().issue_token().await;
    mock.admin("POST", "clock/advance?all=true", r#"{"by": "1h"}"#).await;
    let second = mock.alice().issue_token().await;
    assert_ne!(first, second);
    for token in [first, second] {
        assert_eq!(mock.caller("alice-key", &token).list().await.codes(), "200 1");
    }
}

/// A token lives to the last second before `exp`, and `--token-ttl` says how long that is.
#[tokio::test]
async fn a_token_expires_to_the_second() {
    for ttl in [18_000, 60, 1] {
        let mock = Mock::with(|settings| settings.token_ttl = std::time::Duration::from_secs(ttl));
        let token = mock.alice().issue_token().await;
        let bearer = mock.caller("alice-key", &token);
        mock.admin("POST", "clock/advance?all=true", &format!(r#"{{"by": "{}s"}}"#, ttl - 1)).await;
        assert_eq!(bearer.list().await.codes(), "200 1", "{ttl}");
        mock.admin("POST", "clock/advance?all=true", r#"{"by": "1s"}"#).await;
        assert_eq!(bearer.list().await.codes(), "401 401", "{ttl}");
    }
}

#[tokio::test]
async fn an_expired_token_says_so() {
    let mock = Mock::new();
    let token = mock.alice().issue_token().await;
    mock.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "5h1s"}"#).await;
    insta::assert_snapshot!(mock.caller("alice-key", &token).list().await, @r#"
    401
    x-mock-reason: X-AUTH-TOKEN is expired since 1 s: get a new one from GET /openapi/token
    {"result_cd":401,"result_msg":"X-AUTH-TOKEN is expired"}
    "#);
}

/// A token goes with the key that it was issued for, in both modes, also when two accounts share an e-mail address.
#[tokio::test]
async fn a_token_of_another_key_is_refused() {
    let mock = Mock::new();
    let token = mock.alice().issue_token().await;
    mock.bob().list().await;
    insta::assert_snapshot!(mock.caller("bob-key", &token).list().await, @r#"
    401
    x-mock-reason: X-AUTH-TOKEN was not issued for this API_KEY: send the key that it was obtained with
    {"result_cd":401,"result_msg":"X-AUTH-TOKEN was not issued for this API_KEY"}
    "#);

    // Also after a reset has made the first account disappear.
    mock.admin("POST", "reset", "").await;
    assert_eq!(mock.caller("bob-key", &token).list().await.codes(), "401 401");
    assert_eq!(mock.caller("alice-key", &token).list().await.codes(), "200 1");

    let strict = strict();
    let token = strict.caller("key-a", "").issue_token().await;
    assert_eq!(strict.caller("key-a", &token).list().await.codes(), "200 1");
    let refused = strict.caller("key-b", &token).list().await;
    assert_eq!(refused.json()["result_msg"], "X-AUTH-TOKEN was not issued for this API_KEY");
    let fixtures_own = strict.caller("key-b", "token-a").list().await;
    assert_eq!(fixtures_own.body, refused.body);
}

/// In open mode any pair is an account, but only once it is whole.
#[tokio::test]
async fn open_mode_takes_any_pair() {
    let mock = Mock::new();
    insta::assert_snapshot!(mock.stranger().list().await, @r#"
    401
    x-mock-reason: API_KEY is missing: send your key in the header API_KEY; if you did, a proxy may have dropped a header with an underscore: nginx does, unless its configuration says: underscores_in_headers on;
    {"result_cd":401,"result_msg":"API_KEY is missing"}
    "#);
    insta::assert_snapshot!(mock.stranger().header("API_KEY", "k").list().await, @r#"
    401
    x-mock-reason: X-AUTH-TOKEN is missing: send a token in the header X-AUTH-TOKEN, GET /openapi/token issues one in its body
    {"result_cd":401,"result_msg":"X-AUTH-TOKEN is missing"}
    "#);
    assert_eq!(mock.stranger().header("API_KEY", "").header("X-AUTH-TOKEN", "t").list().await.codes(), "401 401");
    assert_eq!(mock.caller("k", "").list().await.codes(), "401 401");
    assert_eq!(mock.caller("k", "eyJhbGciOiJIUzI1NiJ9.from.elsewhere").list().await.codes(), "200 1");
}

#[tokio::test]
async fn strict_mode_takes_what_the_fixture_names() {
    let mock = strict();
    assert_eq!(mock.caller("key-a", "token-a").list().await.codes(), "200 1");
    insta::assert_snapshot!(mock.caller("key-c", "token-a").list().await, @r#"
    401
    x-mock-reason: API_KEY is unknown: with --auth strict it must be one of the fixture's
    {"result_cd":401,"result_msg":"API_KEY is unknown"}
    "#);
    insta::assert_snapshot!(mock.caller("key-a", "nothing").list().await, @r#"
    401
    x-mock-reason: X-AUTH-TOKEN is unknown: with --auth strict it must be a fixture's or come from GET /openapi/token
    {"result_cd":401,"result_msg":"X-AUTH-TOKEN is unknown"}
    "#);
    // An unknown key is told before a missing token, and a token without a key is no key.
    let unknown = mock.stranger().header("API_KEY", "key-c");
    assert_eq!(unknown.list().await.json()["result_msg"], "API_KEY is unknown");
    assert_eq!(unknown.get("/openapi/token").await.codes(), "401 401");
}

/// A token that was changed is not one of ours any more.
#[tokio::test]
async fn strict_mode_refuses_forged_tokens() {
    let mock = strict();
    let token = mock.caller("key-a", "").issue_token().await;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let later = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap().replace("\"exp\":17", "\"exp\":27");
    for forged in [
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(later)),
        format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#)),
        format!("{header}.{claims}."),
        format!("{token}x"),
        signed.to_owned(),
    ] {
        assert_eq!(mock.caller("key-a", &forged).list().await.json()["result_msg"], "X-AUTH-TOKEN is unknown", "{forged}");
    }
}

/// Two accounts share nothing: rooms, e-mail addresses, ids.
#[tokio::test]
async fn accounts_are_apart() {
    let mock = Mock::new();
    let of_alice = mock.alice().create_room("roomName=hers").await;
    let of_bob = mock.bob().create_room("roomName=his").await;
    assert_ne!(of_alice, of_bob);
    assert_eq!(mock.alice().names().await, ["hers"]);
    assert_eq!(mock.bob().names().await, ["his"]);
    assert_ne!(mock.alice().field(&of_alice, "userId").await, mock.bob().field(&of_bob, "userId").await);
    let stolen = mock.bob().detail(&of_alice).await;
    assert_eq!(stolen.body, mock.bob().detail(NO_ROOM).await.body);
}

#[tokio::test]
async fn the_e_mail_address_of_an_unnamed_account_comes_from_its_key() {
    let reply = Mock::new().alice().get("/openapi/token").await;
    // The first 8 hexadecimal digits of SHA-256 of "alice-key".
    assert_eq!(reply.json()["data"]["user_email"], "account-72ee9d43@example.com");
}
