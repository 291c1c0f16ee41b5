//! Why a call was refused: what the reason says beyond the rule, the whole explanation, and that the corrected call works.

mod corrected;
mod credentials;
mod people;
mod values;

use std::sync::Arc;

use proptest::prelude::*;
use tokio::runtime::Runtime;
use vchatcloud_mock::journal::{Entry, Explanation};

use crate::mock::{DEMO_ROOM, Mock, NO_ROOM, ROOM_V2, Reply, clock};

const ROOMS: &str = "/openapi/v2/rooms";
const FORM: &str = "application/x-www-form-urlencoded";

fn entry(mock: &Mock, reply: &Reply) -> Arc<Entry> {
    let id = reply.header("x-mock-request-id").parse().unwrap();
    mock.emulator().request(id).unwrap()
}

/// The explanation of a refusal, which has one.
fn explanation(mock: &Mock, reply: &Reply) -> Explanation {
    *entry(mock, reply).explanation.clone().unwrap_or_else(|| panic!("no explanation: {reply}"))
}

fn shown(mock: &Mock, reply: &Reply) -> String {
    serde_json::to_string_pretty(&explanation(mock, reply)).unwrap()
}

/// The demo's parameters with one of them replaced.
fn with(field: &str, value: &str) -> String {
    format!("{field}={value}&{ROOM_V2}")
}

/// What a reason says after its rule: reason and explanation have it both.
#[track_caller]
fn assert_hint(mock: &Mock, reply: &Reply, hint: &str) {
    assert!(reply.header("x-mock-reason").contains(hint), "{hint}\nis not in\n{reply}");
    let explanation = explanation(mock, reply);
    assert!(explanation.hints.iter().any(|one| one.contains(hint)), "{hint}\nis not in\n{explanation:#?}");
}

/// (path, the nearest one, what makes the difference)
#[tokio::test]
async fn paths() {
    let mock = Mock::demo();
    let room = format!("/openapi/v2/rooms/{DEMO_ROOM}");
    for (path, nearest, hint) in [
        ("/openapi/v2/room", ROOMS, "it is rooms, not room"),
        ("/v2/rooms", ROOMS, "every path begins with /openapi"),
        ("/openapi/openapi/v2/rooms", ROOMS, "the path has /openapi twice"),
        ("/openapi/rooms", ROOMS, "paths of rooms have a version, v1 or v2"),
        ("/openapi/v3/rooms", ROOMS, "paths of rooms have a version, v1 or v2"),
        ("/openapi/V2/Rooms", ROOMS, "paths are case-sensitive"),
        ("//openapi/v2/rooms", ROOMS, "two slashes in a row"),
        (&format!("/rooms/{DEMO_ROOM}"), &room, "paths of rooms have a version"),
        (&format!("/openapi/v2/room/{DEMO_ROOM}"), &room, "it is rooms, not room"),
        (&format!("/openapi/v2/rooms/{DEMO_ROOM}/users"), &room, ""),
        (&format!("/openapi/v1/whisper/{DEMO_ROOM}"), &format!("/openapi/v1/whisper/{DEMO_ROOM}/{{clientKey}}"), ""),
        ("/openapi/tokens", "/openapi/token", ""),
    ] {
        let reply = mock.demo_caller().get(path).await;
        let explanation = explanation(&mock, &reply);
        assert_eq!(explanation.nearest.as_deref(), Some(nearest), "{path}");
        assert_eq!(explanation.hints.is_empty(), hint.is_empty(), "{path}: {explanation:#?}");
        if !hint.is_empty() {
            assert_hint(&mock, &reply, hint);
        }
    }
    let reply = mock.demo_caller().get("/v2/rooms?page=1").await;
    insta::assert_snapshot!(shown(&mock, &reply), @r#"
    {
      "rule": "a path is that of an operation",
      "provenance": "documented",
      "source": "the vendor's pages of the operations",
      "got": "/v2/rooms",
      "expected": "/openapi/v2/rooms, /openapi/v2/rooms/{roomId}, the same with v1, /openapi/token, or one of those on users and messages",
      "nearest": "/openapi/v2/rooms",
      "hints": [
        "every path begins with /openapi"
      ],
      "curl": "curl 'http://127.0.0.1:4280/openapi/v2/rooms' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\""
    }
    "#);
}

#[tokio::test]
async fn methods() {
    let mock = Mock::demo();
    let room = format!("/openapi/v2/rooms/{DEMO_ROOM}");
    for (method, path, nearest, hint) in [
        ("PUT", room.as_str(), "POST", "a room is changed by POST"),
        ("PATCH", ROOMS, "POST", "a room is created by POST"),
        ("DELETE", ROOMS, "GET", "a room is destroyed by DELETE with its roomId in the path"),
        ("POST", "/openapi/token", "GET", ""),
        ("DELETE", &format!("/openapi/v1/exiles/{DEMO_ROOM}/bob"), "PUT", "it is undone by PUT"),
        ("POST", &format!("/openapi/v1/mute/{DEMO_ROOM}"), "GET", "the clientKey stands in the path, behind the roomId"),
        ("DELETE", &format!("/openapi/v1/mute/{DEMO_ROOM}"), "GET", "it is undone by PUT"),
        ("PUT", &format!("/openapi/v1/custom/{DEMO_ROOM}"), "POST", ""),
    ] {
        let reply = mock.demo_caller().send(method, path, None, "").await;
        assert_eq!(explanation(&mock, &reply).nearest.as_deref(), Some(nearest), "{method} {path}");
        if !hint.is_empty() {
            assert_hint(&mock, &reply, hint);
        }
    }
}

/// A room that was destroyed, by whom and when; one of another account; one that is nearly there.
#[tokio::test]
async fn rooms() {
    let mock = Mock::new();
    let alice = mock.alice();
    let room_id = alice.create_room("roomName=hers").await;
    let room = |id: &str| format!("{ROOMS}/{id}");
    let destroyed = alice.create_room("").await;
    let by = alice.delete(&room(&destroyed)).await.header("x-mock-request-id").to_owned();
    mock.admin("POST", "clock/advance", r#"{"by": "12s"}"#).await;
    let reply = alice.detail(&destroyed).await;
    assert_hint(&mock, &reply, &format!("the room was destroyed 12 s ago by request {by}"));
    assert_eq!(reply.body, alice.detail(NO_ROOM).await.body);
    mock.emulator().set_clock(None, clock("frozen:2026-01-31T11:00:00+09:00")).unwrap();
    assert_hint(&mock, &alice.detail(&destroyed).await, &format!("the room was destroyed by request {by}"));

    assert_hint(&mock, &mock.bob().detail(&room_id).await, "another account has this room: send the API_KEY that it belongs to");

    let mut mistyped = room_id.clone().into_bytes();
    (mistyped[2], mistyped[15]) = (b'_', b'_');
    let mistyped = String::from_utf8(mistyped).unwrap();
    for id in [
        &mistyped,
        &room_id[..35],
        &room_id[1..],
        &room_id[..10],
        &format!("{room_id}%20"),
        &format!("{room_id}%0A"),
        &format!("%22{room_id}%22"),
        &format!("roomId={room_id}"),
        &room_id.to_lowercase(),
    ] {
        let reply = alice.detail(id).await;
        assert_hint(&mock, &reply, &format!("the nearest roomId of this account is {room_id}"));
        assert_eq!(explanation(&mock, &reply).nearest.as_deref(), Some(room_id.as_str()));
    }
    assert_hint(&mock, &alice.detail("hers").await, &format!("this is the roomName of {room_id}"));
    assert_hint(&mock, &alice.detail("undefined").await, "a roomId must be 10 letters or digits, a dash");
    // Nothing is behind this one.
    insta::assert_snapshot!(shown(&mock, &alice.detail(NO_ROOM).await), @r#"
    {
      "rule": "the account of the API_KEY has a room of that roomId",
      "provenance": "documented",
      "source": "the vendor's result codes of its chat engine",
      "got": "0000000000-0000000000-20220101000000",
      "expected": "a roomId that listRoom shows",
      "nearest": null,
      "hints": [],
      "curl": "curl 'http://127.0.0.1:4280/openapi/v2/rooms' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\""
    }
    "#);
}

/// A room of a control call's making, or rather unmaking.
#[tokio::test]
async fn a_room_that_the_program_took_away() {
    let mock = Mock::demo();
    let room_id = DEMO_ROOM.parse().unwrap();
    let account = mock.emulator().authenticate_key(&"demo-key".parse().unwrap()).unwrap();
    mock.emulator().destroy_room(&account, &room_id, vchatcloud_mock::emulator::Cause::Control(9)).unwrap();
    assert_hint(&mock, &mock.demo_caller().detail(DEMO_ROOM).await, "the room was destroyed 0 s ago by admin call 9");
}

fn any_header() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let names =
        ["API_KEY", "X-AUTH-TOKEN", "X-API-KEY", "Authorization", "Content-Type", "Content-Length", "Host", "Via", "X-Mock-Fault", "x"];
    let value = prop_oneof![
        4 => prop::collection::vec(any::<u8>().prop_filter("a header value", |byte| *byte >= 32 && *byte != 127), 0..40),
        1 => Just(b"application/x-www-form-urlencoded".to_vec()),
        1 => Just(b"alice-key".to_vec()),
    ];
    (prop::sample::select(names.to_vec()), value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Nothing makes an explanation panic, and every refusal has one.
    #[test]
    fn anything_is_explained(
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "get"]),
        path in prop_oneof![
            "/[!-~&&[^#?\"<>`{}|^\\\\]]{0,60}",
            "/openapi/v[0-3]/rooms/[!-~&&[^#?\"<>`{}|^\\\\/]]{0,40}",
            Just("/openapi/v2/rooms".to_owned()),
            Just(format!("/openapi/v2/rooms/{DEMO_ROOM}")),
        ],
        query in "[ -~&&[^ #\"<>`{}|^\\\\]]{0,60}",
        headers in prop::collection::vec(any_header(), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..200),
        is_demo in any::<bool>(),
    ) {
        prop_assume!(path != "/" && !path.starts_with("/__admin"));
        let mock = Mock::demo();
        let mut request = axum::http::Request::builder().method(method).uri(format!("{path}?{query}"));
        if is_demo {
            request = request.header("API_KEY", "demo-key").header("X-AUTH-TOKEN", "demo-token").header("Content-Type", FORM);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let reply = Runtime::new().unwrap().block_on(mock.send(request.body(body.into()).unwrap()));
        prop_assert!(reply.status != 500, "{}", reply);
        let entry = entry(&mock, &reply);
        prop_assert_eq!(entry.explanation.is_some(), reply.headers.contains_key("x-mock-reason"));
    }
}
