//! Keys and tokens: under other names, in the wrong place, lost on the way, or hardly any.

use vchatcloud_mock::emulator::AuthMode;

use super::{ROOMS, assert_hint, entry, shown, with};
use crate::mock::{Mock, NO_ROOM, fixtures};

/// A key under another name, or nowhere: (headers, path, the hint in the reason)
#[tokio::test]
async fn keys_that_did_not_arrive() {
    let mock = Mock::new();
    let nginx = "nginx drops names with an underscore, unless its configuration says: underscores_in_headers on;";
    for (headers, path, hint) in [
        (&[("X-API-KEY", "k")][..], ROOMS, "X-API-KEY was sent: the header is API_KEY"),
        (&[("api-key", "k")], ROOMS, "API-KEY was sent: the header is API_KEY"),
        (&[("ApiKey", "k")], ROOMS, "APIKEY was sent: the header is API_KEY"),
        (&[("x-auth-key", "k")], ROOMS, "X-AUTH-KEY was sent: the header is API_KEY"),
        (&[("Authorization", "k")], ROOMS, "Authorization was sent: the header is API_KEY"),
        (&[("Authorization", "Bearer k")], ROOMS, "the header is API_KEY, and its value stands alone"),
        (&[("API_KEY", "")], ROOMS, "API_KEY arrived empty: what it is filled from may be unset"),
        (&[], "/openapi/v2/rooms?API_KEY=k", "API_KEY was sent in the query: API_KEY is a header"),
        (&[], "/openapi/token?apiKey=k", "apiKey was sent in the query: API_KEY is a header"),
        (&[("X-AUTH-TOKEN", "t")], ROOMS, &format!("X-AUTH-TOKEN arrived, API_KEY did not: {nginx}")),
        (&[("X-Forwarded-For", "10.0.0.1")], "/openapi/token", &format!("a proxy was on the way (x-forwarded-for): {nginx}")),
        (&[("Via", "1.1 proxy")], "/openapi/token", "a proxy was on the way (via): nginx"),
        (&[], ROOMS, "if you did, a proxy may have dropped a header with an underscore"),
    ] {
        let caller = headers.iter().fold(mock.stranger(), |caller, (name, value)| caller.header(name, value));
        let reply = caller.get(path).await;
        assert_eq!(reply.codes(), "401 401", "{headers:?}");
        assert_hint(&mock, &reply, hint);
    }
    // The other proxies' cures are in the explanation alone.
    let reply = mock.stranger().header("X-AUTH-TOKEN", "t").list().await;
    assert!(!reply.header("x-mock-reason").contains("Envoy"), "{reply}");
    insta::assert_snapshot!(shown(&mock, &reply), @r#"
    {
      "rule": "every call carries the header API_KEY",
      "provenance": "documented",
      "source": "the vendor's pages of the operations",
      "got": null,
      "expected": "API_KEY: the key of your account",
      "nearest": null,
      "hints": [
        "X-AUTH-TOKEN arrived, API_KEY did not: nginx drops names with an underscore, unless its configuration says: underscores_in_headers on;",
        "Apache httpd 2.4 drops them too: let the client send API-KEY, and configure SetEnvIfNoCase ^API.KEY$ ^(.*)$ fix_api_key=$1 and RequestHeader set API_KEY %{fix_api_key}e env=fix_api_key",
        "Envoy keeps them with headers_with_underscores_action: ALLOW"
      ],
      "curl": "curl 'http://127.0.0.1:4280/openapi/v2/rooms' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\""
    }
    "#);
}

/// A token under another name, in the wrong place, or hardly one: (headers, path, the hint)
#[tokio::test]
async fn tokens_that_are_none() {
    let strict = Mock::with(|settings| {
        settings.auth = AuthMode::Strict;
        settings.fixtures = fixtures(r#"{"accounts": [{"apiKey": "k"}, {"apiKey": "other"}]}"#);
    });
    let with_key = strict.stranger().header("API_KEY", "k");
    let list = async |name: &str, value: &str| with_key.clone().header(name, value).list().await;
    assert_hint(&strict, &list("Authorization", "Bearer t").await, "Authorization was sent: the header is X-AUTH-TOKEN");
    assert_hint(&strict, &list("auth-token", "t").await, "AUTH-TOKEN was sent: the header is X-AUTH-TOKEN");
    assert_hint(&strict, &list("X-AUTH-TOKEN", "").await, "X-AUTH-TOKEN arrived empty");
    let in_query = with_key.get("/openapi/v2/rooms?x-auth-token=t").await;
    assert_hint(&strict, &in_query, "x-auth-token was sent in the query: X-AUTH-TOKEN is a header");
    for (token, hint) in ODD_TOKENS {
        assert_hint(&strict, &list("X-AUTH-TOKEN", token).await, hint);
    }
    let answer = with_key.get("/openapi/token").await.body;
    assert_hint(&strict, &list("X-AUTH-TOKEN", &answer).await, "holds the whole answer of issueToken: send its data.X-AUTH-TOKEN alone");
    // The token was issued, but nobody found it.
    assert_hint(&strict, &with_key.list().await, "issueToken's answer has the token in its body, data.X-AUTH-TOKEN, not in a header");
    let of_other = strict.caller("other", "").issue_token().await;
    assert_hint(&strict, &strict.caller("k", &of_other).list().await, "this key was issued a token too: send that one");
}

const ODD_TOKENS: [(&str, &str); 9] = [
    ("Bearer t", "X-AUTH-TOKEN starts with \"Bearer\": send the token alone"),
    ("bearer a-long-token-that-is-one", "X-AUTH-TOKEN starts with \"Bearer\": send the token alone"),
    ("\"t\"", "X-AUTH-TOKEN is in quotes: send the token alone"),
    ("undefined", "X-AUTH-TOKEN is \"undefined\": the client had none when it sent it"),
    ("null", "X-AUTH-TOKEN is \"null\""),
    ("None", "X-AUTH-TOKEN is \"None\""),
    ("[object Object]", "X-AUTH-TOKEN is \"[object Object]\""),
    ("${TOKEN}", "X-AUTH-TOKEN is \"${TOKEN}\": a placeholder was not filled in"),
    ("{{token}}", "X-AUTH-TOKEN is \"{{token}}\": a placeholder was not filled in"),
];

/// In open mode any token passes, but a success with an odd one says so.
#[tokio::test]
async fn odd_credentials_that_pass_are_doubtful() {
    let mock = Mock::new();
    for (token, hint) in ODD_TOKENS {
        let reply = mock.caller("k", token).list().await;
        assert_eq!(reply.codes(), "200 1", "{token}");
        assert!(reply.header("x-mock-warning").starts_with(hint), "{token}: {reply}");
        assert_eq!(entry(&mock, &reply).warning.as_deref(), Some(reply.header("x-mock-warning")));
    }
    let created = mock.caller("undefined", "null").post(ROOMS, &with("roomName", "100%")).await;
    assert_eq!(
        created.header("x-mock-warning"),
        "API_KEY is \"undefined\": the client had none when it sent it; X-AUTH-TOKEN is \"null\": the client had none when it sent \
         it; roomName was dropped, because of a broken percent escape: send a percent sign as %25, got \"roomName=100%\""
    );
    // Ordinary ones are not, nor is a token where nobody asks for one, nor a refusal.
    let issued = mock.alice().issue_token().await;
    for token in ["t", "alice-token", "nullable", &issued] {
        assert_eq!(mock.caller("alice-key", token).list().await.header("x-mock-warning"), "", "{token}");
    }
    assert_eq!(mock.caller("alice-key", "undefined").get("/openapi/token").await.header("x-mock-warning"), "");
    assert_eq!(mock.caller("k", "undefined").detail(NO_ROOM).await.header("x-mock-warning"), "");
}

#[tokio::test]
async fn an_expired_token_has_a_whole_explanation() {
    let mock = Mock::new();
    let token = mock.alice().issue_token().await;
    mock.admin("POST", "clock/advance", r#"{"by": "5h1s"}"#).await;
    insta::assert_snapshot!(shown(&mock, &mock.caller("alice-key", &token).list().await), @r#"
    {
      "rule": "a token is valid for 18000 s",
      "provenance": "observed",
      "source": "observed in captured tokens: exp - iat is 18000 s; that there is no leeway is assumed",
      "got": "a token that expired 1 s ago",
      "expected": "a token whose exp is yet to come",
      "nearest": null,
      "hints": [],
      "curl": "curl 'http://127.0.0.1:4280/openapi/token' -H \"API_KEY: $API_KEY\""
    }
    "#);
}

/// Credentials of the vendor's real shape are shown nowhere.
#[tokio::test]
async fn credentials_are_masked() {
    let key = "AAAAAA-bbbbbb-CCCCCC-dddddd-20220101000000";
    let mock = Mock::new();
    let token = mock.caller(key, "t").issue_token().await;
    let replies = [
        mock.stranger().header("X-API-KEY", key).header("Authorization", &token).list().await,
        mock.stranger().get(&format!("/openapi/v2/rooms?apiKey={key}&x-auth-token={token}")).await,
        mock.alice().get(&format!("/openapi/v2/roomz/{key}")).await,
        mock.alice().detail(key).await,
        mock.alice().post(ROOMS, &with("roomType", key)).await,
        mock.alice().post(ROOMS, &format!("roomName={key}&gApiKey={token}")).await,
        mock.caller("alice-key", &token).list().await,
        mock.caller(key, &format!("\"{token}")).detail(NO_ROOM).await,
        mock.alice().post(ROOMS, &format!("roomType={token}&resolution={token}")).await,
        mock.stranger().get(&format!("/openapi/v2/roomz/{token}")).await,
    ];
    for reply in replies {
        let shown = shown(&mock, &reply);
        assert!(!shown.contains(key) && !shown.contains(&token[..40]), "{shown}");
    }
    let odd = mock.caller("alice-key", &format!("{{{token}}}")).list().await;
    assert!(odd.header("x-mock-warning").starts_with("X-AUTH-TOKEN is \"{eyJ...#"), "{odd}");
}
