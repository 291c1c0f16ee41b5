//! Every refusal names the parameter, the value and the cure, and changes nothing.

use crate::contract;
use crate::mock::{DEMO_ROOM, Mock, NO_ROOM, ROOM_V2};

/// The parameters of v2 with one of them replaced.
fn with(field: &str, value: &str) -> String {
    format!("{field}={value}&{ROOM_V2}")
}

/// One parameter after another is wrong: (parameter, value as sent, what is wrong with it).
#[tokio::test]
async fn invalid_values() {
    let alice = Mock::new().alice();
    let ascii = "a".repeat(51);
    let hangul = "%EA%B0%80".repeat(51);
    let emoji = "%F0%9F%98%80".repeat(51);
    let max_user = "must be decimal digits, 1 to 2147483647";
    let yes_no = "must be Y or N";
    let room_type = "must be 01 (normal), 02 (video) or 03 (metaverse)";
    let resolution = "must be 243 (low definition), 360 (normal), 480 (high definition) or 720 (full high definition)";
    let template = "must be 01 (room), 02 (office 1), 03 (office 2) or 04 (seminar)";
    for (field, value, what) in [
        ("roomName", ascii.as_str(), "must be 1 to 50 characters, has 51"),
        ("roomName", &hangul, "must be 1 to 50 characters, has 51"),
        ("roomName", &emoji, "must be 1 to 50 characters, has 51"),
        ("roomName", "a%00b", "must not contain NUL"),
        ("gApiKey", "%00", "must not contain NUL"),
        ("maxUser", "0", max_user),
        ("maxUser", "-1", max_user),
        ("maxUser", "1e3", max_user),
        ("maxUser", "%D9%A3", max_user),
        ("maxUser", "%2B5", max_user),
        ("maxUser", "+5", max_user),
        ("maxUser", "2147483648", max_user),
        ("maxUser", "12345678901", max_user),
        ("maxUser", "0x10", max_user),
        ("gTransStat", "y", yes_no),
        ("gTransStat", "true", yes_no),
        ("rtcStat", "1", yes_no),
        ("rtcStat", "Y or N", yes_no),
        ("roomType", "1", room_type),
        ("roomType", "04", room_type),
        ("roomType", "Normal", room_type),
        ("roomType", "%ED%99%94%EC%83%81", room_type),
        ("resolution", "0", resolution),
        ("resolution", "Full High Definition", resolution),
        ("template", "null", template),
        ("template", "1", template),
    ] {
        let reply = alice.post("/openapi/v2/rooms", &with(field, value)).await;
        assert_eq!(reply.codes(), "400 400", "{field}={value}: {reply}");
        let message = reply.json()["result_msg"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("{field}: {what}, got \"")), "{field}={value}: {message}");
        assert!(reply.header("x-mock-reason").starts_with(&format!("{field}: {what}, got \"")), "{reply}");
    }
    assert_eq!(alice.names().await, Vec::<String>::new());
}

#[tokio::test]
async fn values_at_their_limits() {
    let alice = Mock::new().alice();
    for name in ["a".repeat(50), "%EA%B0%80".repeat(50), "%F0%9F%98%80".repeat(50), "%20".to_owned()] {
        assert_eq!(alice.post("/openapi/v2/rooms", &with("roomName", &name)).await.codes(), "200 1", "{name}");
    }
    assert_eq!(alice.names().await, ["a".repeat(50), "가".repeat(50), "😀".repeat(50), " ".to_owned()]);
    for (sent, kept) in [("1", "1"), ("2147483647", "2147483647"), ("007", "7"), ("00000000000009", "9")] {
        let room_id = alice.create_room(&format!("maxUser={sent}")).await;
        assert_eq!(alice.field(&room_id, "maxUser").await, kept);
    }
}

/// Every parameter that the contract requires, absent and empty.
#[tokio::test]
async fn missing_parameters() {
    let demo = Mock::demo().demo_caller();
    let before = demo.list().await.body;
    let modify = format!("/openapi/v2/rooms/{DEMO_ROOM}");
    let modify_v1 = modify.replace("v2", "v1");
    let operations =
        [("/openapi/v2/rooms", "createRoom"), (&modify, "modifyRoom"), ("/openapi/v1/rooms", "createRoomV1"), (&modify_v1, "modifyRoomV1")];
    for (path, operation) in operations {
        for missing in &contract::parameters(operation).0 {
            let rest: Vec<&str> = ROOM_V2.split('&').filter(|pair| !pair.starts_with(missing.as_str())).collect();
            for form in [rest.join("&"), format!("{missing}=&{}", rest.join("&")), format!("{missing}&{}", rest.join("&"))] {
                let reply = demo.post(path, &form).await;
                assert_eq!(reply.codes(), "400 10901", "{path} {form}");
                assert_eq!(reply.json()["result_msg"], format!("Missing required parameter: {missing}"), "{form}");
            }
        }
    }
    insta::assert_snapshot!(demo.post("/openapi/v2/rooms", "").await, @r#"
    400
    x-mock-reason: Missing required parameter: roomName: send roomName=... in a body of application/x-www-form-urlencoded, or in the query; also missing: maxUser, gTransStat, roomType, rtcStat
    {"result_cd":10901,"result_msg":"Missing required parameter: roomName"}
    "#);
    assert_eq!(demo.list().await.body, before);
}

/// With everything wrong, the vendor's table says what is told first; each step mends that one.
#[tokio::test]
async fn the_order_of_fields() {
    let demo = Mock::demo().demo_caller();
    let modify = format!("/openapi/v2/rooms/{DEMO_ROOM}");
    let create = ["roomName", "maxUser", "gApiKey", "gTransStat", "resolution", "roomType", "rtcStat", "template"];
    let change = ["roomName", "roomType", "maxUser", "rtcStat", "resolution", "gTransStat", "gApiKey", "template", "roomStatus"];
    let good = |name: &str| match name {
        "roomName" | "gApiKey" => "x",
        "maxUser" => "1",
        "gTransStat" | "rtcStat" => "Y",
        "resolution" => "360",
        "roomStatus" => "S",
        _ => "01",
    };
    for (path, operation, order) in [("/openapi/v2/rooms", "createRoom", create.as_slice()), (&modify, "modifyRoom", &change)] {
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(order.iter().map(ToString::to_string).collect()), sorted(contract::parameters(operation).1));
        for mended in 0..order.len() {
            let form: Vec<String> = order
                .iter()
                .enumerate()
                .rev()
                .map(|(at, name)| format!("{name}={}", if at < mended { good(name) } else { "%00" }))
                .collect();
            let reply = demo.post(path, &form.join("&")).await;
            let message = reply.json()["result_msg"].as_str().unwrap().to_owned();
            assert!(message.starts_with(&format!("{}: ", order[mended])), "{path} after {mended}: {message}");
        }
    }
}

#[tokio::test]
async fn a_refused_modify_changes_nothing() {
    let demo = Mock::demo().demo_caller();
    let before = demo.detail(DEMO_ROOM).await.body;
    let reply = demo
        .post(&format!("/openapi/v2/rooms/{DEMO_ROOM}"), "roomName=New&maxUser=1&gTransStat=Y&rtcStat=N&roomType=01&roomStatus=X")
        .await;
    insta::assert_snapshot!(reply, @r#"
    400
    x-mock-reason: roomStatus: must be A (active), S (paused) or E (ended), got "X"
    {"result_cd":400,"result_msg":"roomStatus: must be A (active), S (paused) or E (ended), got \"X\""}
    "#);
    assert_eq!(demo.detail(DEMO_ROOM).await.body, before);
}

/// A long value does not come back whole.
#[tokio::test]
async fn long_values_are_cut_in_messages() {
    let alice = Mock::new().alice();
    let reply = alice.post("/openapi/v2/rooms", &with("roomType", &"%EA%B0%80".repeat(5000))).await;
    assert!(reply.body.len() < 400, "{reply}");
    assert!(reply.header("x-mock-reason").len() <= 2000);
}

/// Unknown, foreign and impossible roomIds get one and the same body.
#[tokio::test]
async fn unknown_rooms() {
    let mock = Mock::new();
    let foreign = mock.bob().create_room("").await;
    let destroyed = mock.alice().create_room("").await;
    mock.alice().delete(&format!("/openapi/v2/rooms/{destroyed}")).await;
    let long = "x".repeat(10_000);
    let ids = [NO_ROOM, &foreign, &destroyed, "a%2Fb", "%00", "%FF", "%zz", "%", "{roomId}", "..", "%ED%99%94", &long];
    for id in ids {
        for version in ["v1", "v2"] {
            let path = format!("/openapi/{version}/rooms/{id}");
            for reply in [mock.alice().get(&path).await, mock.alice().post(&path, ROOM_V2).await, mock.alice().delete(&path).await] {
                assert_eq!(reply.codes(), "404 10102", "{path}");
                assert_eq!(reply.body, r#"{"result_cd":10102,"result_msg":"This chat room does not exist"}"#);
            }
        }
    }
    insta::assert_snapshot!(mock.alice().detail("a%2Fb").await, @r#"
    404
    x-mock-reason: no room of this account has this roomId: listRoom shows which there are, got "a/b"; a roomId must be 10 letters or digits, a dash, 10 letters or digits, a dash, 14 digits
    {"result_cd":10102,"result_msg":"This chat room does not exist"}
    "#);
    assert_eq!(mock.bob().detail(&foreign).await.status, 200);
}

/// (path, the nearest that is named)
#[tokio::test]
async fn unknown_paths_name_the_nearest() {
    let stranger = Mock::new().stranger();
    for (path, nearest) in [
        ("/openapi/v2/room", "/openapi/v2/rooms"),
        ("/v2/rooms", "/openapi/v2/rooms"),
        ("/v1/rooms", "/openapi/v1/rooms"),
        ("/rooms", "/openapi/v2/rooms"),
        ("/rooms/DemoRoom01-AbCdEfGhIj-20220523144251", "/openapi/v2/rooms/{roomId}"),
        ("/v1/rooms/DemoRoom01-AbCdEfGhIj-20220523144251", "/openapi/v1/rooms/{roomId}"),
        ("/openapi/v2/token", "/openapi/token"),
        ("/openapi/tokens", "/openapi/token"),
        ("/openapi/v2/room/Abc", "/openapi/v2/rooms/{roomId}"),
        ("/openapi/v2/rooms/Abc/users", "/openapi/v2/rooms/{roomId}"),
        ("/openapi/V2/Rooms", "/openapi/v2/rooms"),
        ("//openapi/v2/rooms", "/openapi/v2/rooms"),
    ] {
        let reply = stranger.get(path).await;
        assert_eq!(reply.codes(), "404 404", "{path}");
        assert_eq!(reply.json()["result_msg"], format!("no such path: {path}, the nearest is {nearest}"));
    }
    let long = stranger.get(&format!("/{}", "x".repeat(10_000))).await;
    assert!(long.body.len() < 300, "{long}");
}

/// Wrong methods: (method, path, the methods that are allowed)
#[tokio::test]
async fn wrong_methods_name_the_right_ones() {
    let stranger = Mock::new().stranger();
    for (method, path, allow) in [
        ("PUT", "/openapi/v2/rooms", "GET, HEAD, POST"),
        ("DELETE", "/openapi/v1/rooms", "GET, HEAD, POST"),
        ("PATCH", "/openapi/v2/rooms/x", "GET, HEAD, POST, DELETE"),
        ("CONNECT", "/openapi/v2/rooms", "GET, HEAD, POST"),
        ("POST", "/openapi/token", "GET, HEAD"),
        ("BREW", "/openapi/token/", "GET, HEAD"),
    ] {
        let reply = stranger.send(method, path, None, "").await;
        assert_eq!((reply.codes().as_str(), reply.header("allow")), ("405 405", allow), "{method} {path}");
    }
    insta::assert_snapshot!(stranger.send("PUT", "/openapi/v2/rooms", None, "").await, @r#"
    405
    allow: GET, HEAD, POST
    x-mock-reason: PUT is not allowed on /openapi/v2/rooms, send GET, HEAD, POST; a room is created by POST, and changed by POST with its roomId in the path
    {"result_cd":405,"result_msg":"PUT is not allowed on /openapi/v2/rooms, send GET, HEAD, POST"}
    "#);
}

/// The documented order of everything before the fields: each step mends what the one before refused.
#[tokio::test]
async fn the_order_of_checks() {
    let mock = Mock::new();
    let room_id = mock.alice().create_room("").await;
    let room = format!("/openapi/v2/rooms/{room_id}");
    let missing = format!("/openapi/v2/rooms/{NO_ROOM}");
    let json = Some("application/json");
    let form = Some("application/x-www-form-urlencoded");
    let big = "x".repeat(65 * 1024);
    let stranger = mock.stranger();
    let with_key = stranger.clone().header("API_KEY", "alice-key");
    for (step, caller, method, path, content_type, body, codes) in [
        ("path", &stranger, "PUT", "/openapi/v2/roomz", json, &big, "404 404"),
        ("method", &stranger, "PUT", missing.as_str(), json, &big, "405 405"),
        ("key", &stranger, "POST", &missing, json, &big, "401 401"),
        ("token", &with_key, "POST", &missing, json, &big, "401 401"),
        ("media type", &mock.alice(), "POST", &missing, json, &big, "415 415"),
        ("size", &mock.alice(), "POST", &missing, form, &big, "413 413"),
        ("room", &mock.alice(), "POST", &missing, form, &"roomType=x".to_owned(), "404 10102"),
        ("fields", &mock.alice(), "POST", &room, form, &"roomType=x".to_owned(), "400 10901"),
    ] {
        let reply = caller.send(method, path, content_type, body.clone()).await;
        assert_eq!(reply.codes(), codes, "{step}: {reply}");
    }
    insta::assert_snapshot!(with_key.post(&room, "").await, @r#"
    401
    x-mock-reason: X-AUTH-TOKEN is missing: send a token in the header X-AUTH-TOKEN, GET /openapi/token issues one in its body
    {"result_cd":401,"result_msg":"X-AUTH-TOKEN is missing"}
    "#);
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_no_more() {
    let alice = Mock::new().alice();
    let fill = |size: usize| format!("{ROOM_V2}&x={}", "y".repeat(size - ROOM_V2.len() - 3));
    assert_eq!(alice.post("/openapi/v2/rooms", &fill(65_536)).await.codes(), "200 1");
    insta::assert_snapshot!(alice.post("/openapi/v2/rooms", &fill(65_537)).await, @r#"
    413
    x-mock-reason: the body must be at most 65536 bytes
    {"result_cd":413,"result_msg":"the body must be at most 65536 bytes"}
    "#);
}

/// Media types on operations with parameters: JSON, multipart and text are refused, even over an empty body.
#[tokio::test]
async fn media_types_that_are_no_form() {
    let alice = Mock::new().alice();
    for content_type in ["application/json", "multipart/form-data; boundary=x", "text/plain", "", "application/x-www-form-urlencoded2"] {
        for body in ["", r#"{"roomName": "Lobby"}"#] {
            let reply = alice.send("POST", &format!("/openapi/v2/rooms?{ROOM_V2}"), Some(content_type), body).await;
            assert_eq!(reply.codes(), "415 415", "{content_type}");
        }
    }
    insta::assert_snapshot!(alice.send("POST", "/openapi/v2/rooms", Some("application/json"), r#"{"roomName": "Lobby"}"#).await, @r#"
    415
    x-mock-reason: Content-Type: must be application/x-www-form-urlencoded, got "application/json": send the parameters as a form, not as JSON or multipart; in JavaScript send new URLSearchParams(...) instead of JSON.stringify(...), in Python data= instead of json=
    {"result_cd":415,"result_msg":"Content-Type: must be application/x-www-form-urlencoded, got \"application/json\""}
    "#);
}
