//! The control plane: who may call it, and what its calls do.

use axum::body::Body;
use axum::http::Request;

use vchatcloud_mock::admin::{Access, AllowedHosts};
use vchatcloud_mock::domain::room::Room;
use vchatcloud_mock::emulator::{Account, Cause, Version};
use vchatcloud_mock::server::App;

use crate::mock::{Mock, Reply, fixtures};

async fn call(mock: &Mock, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
    mock.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn health() {
    let reply = Mock::new().admin("GET", "health", "").await;
    assert_eq!(reply.body, format!(r#"{{"status":"ok","version":"{}"}}"#, env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn the_contract_is_served() {
    let reply = Mock::new().admin("GET", "openapi.json", "").await;
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.body, include_str!("../../openapi.json"));
}

/// Hosts: (Host, accepted)
#[tokio::test]
async fn a_name_that_is_not_this_machine_is_refused() {
    let mock = Mock::new();
    for (host, accepted) in [
        ("127.0.0.1:4280", true),
        ("[::1]:4280", true),
        ("192.168.1.7", true),
        ("localhost", true),
        ("LOCALHOST:80", true),
        ("localhost.", true),
        ("vchatcloud-mock:4280", true),
        ("api.localhost", true),
        ("box.local", true),
        ("host.docker.internal:4280", true),
        ("mock.test", true),
        ("Mock.Test:4280", true),
        ("evil.example", false),
        ("localhost.evil.example", false),
        ("127.0.0.1.evil.example", false),
        ("127.0.0.1@evil.example", false),
        ("notmock.test", false),
        ("", false),
    ] {
        let reply = call(&mock, "GET", "/__admin/openapi.json", &[("Host", host)]).await;
        assert_eq!(reply.status == 200, accepted, "{host}: {reply}");
        // Probes come by names that nobody can know.
        assert_eq!(call(&mock, "GET", "/__admin/health", &[("Host", host)]).await.status, 200);
    }
    insta::assert_snapshot!(call(&mock, "POST", "/__admin/reset", &[("Host", "evil.example")]).await, @r#"
    403
    {"error":{"code":"forbidden","message":"Host: not a name of this machine, got \"evil.example\"","hint":"call it by IP address or as localhost, or start the mock with --allowed-hosts"}}
    "#);
}

/// Pages: (Host, Origin, Sec-Fetch-Site, accepted)
#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let mock = Mock::new();
    for (host, origin, site, accepted) in [
        ("localhost:4280", "", "", true),
        ("localhost:4280", "http://localhost:4280", "same-origin", true),
        ("localhost:4280", "", "none", true),
        ("localhost:4280", "http://localhost:3000", "same-site", false),
        ("localhost:4280", "http://localhost:3000", "", false),
        ("localhost:4280", "https://evil.example", "cross-site", false),
        ("localhost:4280", "null", "", false),
        ("localhost:4280", "", "cross-site", false),
        ("127.0.0.1:4280", "http://localhost:4280", "", false),
    ] {
        let headers: Vec<(&str, &str)> =
            [("Host", host), ("Origin", origin), ("Sec-Fetch-Site", site)].into_iter().filter(|(_, value)| !value.is_empty()).collect();
        for (method, path) in [("POST", "/__admin/reset"), ("GET", "/__admin/openapi.json"), ("OPTIONS", "/__admin/reset")] {
            let reply = call(&mock, method, path, &headers).await;
            assert_eq!(reply.status != 403, accepted, "{method} {headers:?}: {reply}");
            assert!(!reply.headers.contains_key("access-control-allow-origin"), "{reply}");
        }
    }
    insta::assert_snapshot!(call(&mock, "POST", "/__admin/reset", &[("Host", "localhost:4280"), ("Origin", "https://evil.example")]).await, @r#"
    403
    {"error":{"code":"forbidden","message":"Origin: not the mock's own, got \"https://evil.example\"","hint":"call it from the test program, not from a web page of another origin"}}
    "#);
    assert_eq!(
        call(&mock, "POST", "/__admin/reset", &[("Host", "localhost"), ("Origin", "http://localhost"), ("Origin", "http://evil.example")])
            .await
            .status,
        403
    );
}

type Headers = &'static [(&'static str, &'static str)];
const EVIL: &str = "https://evil.example";

/// What browsers send with each kind of request, as they really do: (what, method, headers, accepted). The mock is at
/// `http://localhost:4280`.
#[expect(clippy::too_many_lines, reason = "a table")]
#[tokio::test]
async fn headers_of_real_browsers() {
    let mock = Mock::new();
    let cases: &[(&str, &str, Headers, bool)] = &[
        // Chrome 120
        (
            "address bar",
            "GET",
            &[("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-User", "?1"), ("Sec-Fetch-Dest", "document")],
            true,
        ),
        (
            "own page, fetch GET",
            "GET",
            &[
                ("Sec-Fetch-Site", "same-origin"),
                ("Sec-Fetch-Mode", "cors"),
                ("Sec-Fetch-Dest", "empty"),
                ("Referer", "http://localhost:4280/"),
            ],
            true,
        ),
        (
            "own page, fetch POST",
            "POST",
            &[
                ("Origin", "http://localhost:4280"),
                ("Sec-Fetch-Site", "same-origin"),
                ("Sec-Fetch-Mode", "cors"),
                ("Sec-Fetch-Dest", "empty"),
            ],
            true,
        ),
        (
            "link elsewhere",
            "GET",
            &[
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "navigate"),
                ("Sec-Fetch-User", "?1"),
                ("Sec-Fetch-Dest", "document"),
                ("Referer", EVIL),
            ],
            false,
        ),
        (
            "form elsewhere",
            "POST",
            &[
                ("Origin", EVIL),
                ("Content-Type", "text/plain"),
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "navigate"),
                ("Sec-Fetch-Dest", "document"),
            ],
            false,
        ),
        (
            "fetch no-cors elsewhere",
            "POST",
            &[
                ("Origin", EVIL),
                ("Content-Type", "text/plain;charset=UTF-8"),
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "no-cors"),
                ("Sec-Fetch-Dest", "empty"),
            ],
            false,
        ),
        (
            "image elsewhere",
            "GET",
            &[
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "no-cors"),
                ("Sec-Fetch-Dest", "image"),
                ("Referer", "https://evil.example/"),
            ],
            false,
        ),
        (
            "sendBeacon elsewhere",
            "POST",
            &[
                ("Origin", EVIL),
                ("Content-Type", "text/plain;charset=UTF-8"),
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "no-cors"),
            ],
            false,
        ),
        (
            "page on another port of this machine",
            "POST",
            &[("Origin", "http://localhost:3000"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "cors")],
            false,
        ),
        ("sandboxed frame or file", "POST", &[("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")], false),
        (
            "preflight elsewhere",
            "OPTIONS",
            &[("Origin", EVIL), ("Access-Control-Request-Method", "PUT"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")],
            false,
        ),
        // Safari 16.3, before it sent Sec-Fetch-*
        ("own page, old", "POST", &[("Origin", "http://localhost:4280"), ("Referer", "http://localhost:4280/")], true),
        (
            "form elsewhere, old",
            "POST",
            &[("Origin", EVIL), ("Referer", EVIL), ("Content-Type", "application/x-www-form-urlencoded")],
            false,
        ),
        // Firefox with a page that was rebound to this machine sends its own host
        (
            "rebound name",
            "POST",
            &[("Host", "evil.example:4280"), ("Origin", "http://evil.example:4280"), ("Sec-Fetch-Site", "same-origin")],
            false,
        ),
    ];
    for (what, method, headers, accepted) in cases {
        let host: &[(&str, &str)] = if headers.iter().any(|(name, _)| *name == "Host") { &[] } else { &[("Host", "localhost:4280")] };
        for path in [
            "/__admin/reset",
            "/__admin/state?all=true",
            "/__admin/faults",
            "/__admin/requests",
            "/__admin/verify",
            "/__admin/rooms/x",
            "/__admin/nothing",
        ] {
            let reply = call(&mock, method, path, &[host, headers].concat()).await;
            assert_eq!(reply.status != 403, *accepted, "{what}: {method} {path}: {reply}");
            assert!(!reply.headers.contains_key("access-control-allow-origin"), "{what}: {reply}");
        }
    }
}

/// `--admin-token`: every call but health must bring it.
#[tokio::test]
async fn a_token_can_be_demanded() {
    let token = "a-long-secret".parse().unwrap();
    let app = App::new(Mock::demo().emulator().clone(), Access { hosts: AllowedHosts::default(), token: Some(token) });
    let call = async |path: &str, authorization: &[&str]| {
        let request = Request::get(path).header("Host", "localhost");
        let request = authorization.iter().fold(request, |request, value| request.header("Authorization", *value));
        app.clone().answer(request.body(Body::empty()).unwrap()).await
    };
    for (authorization, status) in [
        (&["Bearer a-long-secret"][..], 200),
        (&["bearer  a-long-secret"], 200),
        (&[], 401),
        (&["a-long-secret"], 401),
        (&["Basic a-long-secret"], 401),
        (&["Bearer a-long-secre"], 401),
        (&["Bearer a-long-secret", "Bearer a-long-secret"], 403),
    ] {
        for path in ["/__admin/state", "/__admin/admin-openapi.json"] {
            let answer = call(path, authorization).await;
            assert_eq!(answer.status(), status, "{path} {authorization:?}");
            assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401);
        }
        assert_eq!(call("/__admin/health", authorization).await.status(), 200);
    }
    // The emulated API has its own.
    assert_eq!(
        call("/openapi/v2/rooms", &[]).await.headers()["x-mock-reason"].to_str().unwrap().split(':').next(),
        Some("API_KEY is missing")
    );
}

#[tokio::test]
async fn reset_puts_everything_back() {
    let mock = Mock::demo();
    let fresh = (mock.demo_caller().list().await.body, mock.alice().create_room("").await);
    mock.demo_caller().create_room("").await;
    mock.admin("POST", "clock/advance?all=true", r#"{"by": "1h"}"#).await;

    assert_eq!(mock.admin("POST", "reset", "").await.body, r#"{"apiKey":null}"#);
    // Accounts that no fixture names have disappeared: they start over, with the same ids.
    assert_eq!(mock.alice().names().await, Vec::<String>::new());
    assert_eq!((mock.demo_caller().list().await.body, mock.alice().create_room("").await), fresh);
}

/// A list by somebody who was authenticated before shows the account as it is, and so does whatever is kept of it.
#[tokio::test]
async fn a_late_reader_finds_the_new_account() {
    let mock = Mock::new();
    mock.alice().create_room("").await;
    let emulator = mock.emulator();
    let account = emulator.authenticate(&"alice-key".parse().unwrap(), &"t".parse().unwrap()).unwrap();
    let mut state = mock.admin("GET", "state?apiKey=alice-key", "").await.json();
    state["accounts"][0]["userId"] = "new@example.com".into();
    mock.admin("PUT", "state?apiKey=alice-key", &state.to_string()).await;
    let user_id = |account: &Account, _: &Room, text: &mut Vec<u8>| text.extend_from_slice(account.user_id().as_str().as_bytes());
    let seen = emulator.rooms(&account, Version::V2, user_id, |rooms| rooms.map(|text| text.to_vec()).collect::<Vec<_>>());
    assert_eq!(seen, [b"new@example.com"]);
}

/// Somebody who was authenticated before a reset and acts after it meets the account as it is then.
#[tokio::test]
async fn a_late_writer_finds_the_new_account() {
    let mock = Mock::new();
    let old = mock.alice().create_room("").await;
    let emulator = mock.emulator();
    let account = emulator.authenticate(&"alice-key".parse().unwrap(), &"t".parse().unwrap()).unwrap();
    mock.admin("POST", "reset", "").await;
    assert_eq!(emulator.rooms(&account, Version::V2, |_, _, _| {}, |rooms| rooms.count()), 0);
    assert!(emulator.destroy_room(&account, &old.parse().unwrap(), Cause::Program).is_err());
    let room = emulator.create_room(
        &account,
        vchatcloud_mock::domain::room::NewRoom {
            room_name: "late".parse().unwrap(),
            max_user: "1".parse().unwrap(),
            room_type: "01".parse().unwrap(),
            webrtc: "0".parse().unwrap(),
            resolution: None,
            template: None,
            g_trans_stat: "N".parse().unwrap(),
            g_api_key: "".parse().unwrap(),
        },
        Cause::Program,
    );
    assert_eq!(mock.alice().field(room.as_str(), "roomName").await, "late");
}

#[tokio::test]
async fn reset_of_one_account_leaves_the_others() {
    let mock = Mock::new();
    let first = mock.alice().create_room("").await;
    mock.bob().create_room("").await;
    assert_eq!(mock.admin("POST", "reset?apiKey=alice-key", "").await.body, r#"{"apiKey":"alice-key"}"#);
    assert_eq!(mock.alice().names().await, Vec::<String>::new());
    assert_eq!(mock.bob().names().await, ["Lobby"]);
    assert_eq!(mock.alice().create_room("").await, first);
    // A suite may reset its account before it has ever called, and then starts with a clock of its own as well.
    mock.admin("POST", "clock/advance?all=true", r#"{"by": "2h"}"#).await;
    assert_eq!(mock.admin("POST", "reset?apiKey=carol", "").await.status, 200);
    assert!(mock.caller("carol", "t").create_room("").await.ends_with("-20260131120000"));
}

#[tokio::test]
async fn calls_that_are_refused() {
    let strict = Mock::with(|settings| {
        settings.auth = vchatcloud_mock::emulator::AuthMode::Strict;
        settings.fixtures = fixtures(r#"{"accounts": [{"apiKey": "a"}]}"#);
    });
    let mut answers = Vec::new();
    for (method, path) in [
        ("POST", "reset?apiKey=unknown"),
        ("POST", "clock/advance?apiKey=unknown"),
        ("POST", "reset?apiKey="),
        ("POST", "reset?apiKey=a&apiKey=b"),
        ("POST", "reset?apikey=a"),
        ("POST", "reset?apiKey=%zz"),
        ("GET", "reset"),
        ("POST", "health"),
        ("GET", "nothing"),
    ] {
        let reply = strict.admin(method, path, r#"{"by": "1s"}"#).await;
        answers.push(format!("{method} {path} -> {} {}", reply.status.as_u16(), reply.body));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    POST reset?apiKey=unknown -> 404 {"error":{"code":"unknown_account","message":"apiKey: no such account, got \"unknown\"","hint":"with --auth strict only the keys of the fixture are accounts"}}
    POST clock/advance?apiKey=unknown -> 404 {"error":{"code":"unknown_account","message":"apiKey: no such account, got \"unknown\"","hint":"with --auth strict only the keys of the fixture are accounts"}}
    POST reset?apiKey= -> 400 {"error":{"code":"bad_request","message":"apiKey: must be printable ASCII without comma or outer spaces, and not empty, got \"\"","hint":"name one account with ?apiKey=K, or leave it out for all"}}
    POST reset?apiKey=a&apiKey=b -> 400 {"error":{"code":"bad_request","message":"apiKey: stands twice in the query","hint":"name one account with ?apiKey=K, or leave it out for all"}}
    POST reset?apikey=a -> 400 {"error":{"code":"bad_request","message":"unknown query parameter \"apikey\", did you mean apiKey","hint":"this call takes apiKey or all"}}
    POST reset?apiKey=%zz -> 400 {"error":{"code":"bad_request","message":"broken percent escape in the query","hint":"name one account with ?apiKey=K, or leave it out for all"}}
    GET reset -> 405 {"error":{"code":"method_not_allowed","message":"GET is not allowed here","hint":"the Allow header names the methods"}}
    POST health -> 405 {"error":{"code":"method_not_allowed","message":"POST is not allowed here","hint":"the Allow header names the methods"}}
    GET nothing -> 404 {"error":{"code":"not_found","message":"no such path: /__admin/nothing","hint":"GET /__admin/admin-openapi.json lists the calls"}}
    "#);
    assert_eq!(strict.send(Request::get("/__admin").body(Body::empty()).unwrap()).await.status, 404);
    // What only looks like the control plane belongs to the emulated API.
    assert_eq!(strict.stranger().get("/__administrator").await.codes(), "404 404");
}

/// A call that changes a room shows the people that it has, as `users` does.
#[tokio::test]
async fn a_changed_room_is_shown_with_its_people() {
    let mock = Mock::new();
    let room = r#"{"roomId": "AAAAAAAAAA-0000000000-20220101000000", "mutes": [{"clientKey": "carol"}]}"#;
    let made = mock.admin("POST", "rooms?apiKey=suite", room).await.json();
    assert_eq!((&made["room"]["users"], &made["room"]["mutes"][0]["clientKey"]), (&serde_json::Value::Null, &"carol".into()));
    let users = "rooms/AAAAAAAAAA-0000000000-20220101000000/users?apiKey=suite";
    let joined = mock.admin("POST", users, r#"{"clientKey": "alice", "nickName": "Alice"}"#).await.json();
    let people = mock.admin("GET", users, "").await.json();
    assert_eq!(joined["room"]["users"], people["users"]);
    assert_eq!((&joined["room"]["mutes"], &joined["room"]["currentUserCount"]), (&people["mutes"], &"1".into()));
}
