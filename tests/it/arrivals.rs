//! Requests as they really arrive from public clients, in the order of the reference. What is about bytes is in `wire.rs`.

use crate::mock::{Mock, ROOM_V2};

const FORM: &str = "application/x-www-form-urlencoded";

/// 1. Header names in any case; twice with one value is one value, two values are none.
#[tokio::test]
async fn headers_twice_and_in_any_case() {
    let stranger = Mock::new().stranger();
    let with = |key: &[&str], token: &[&str]| {
        let caller = key.iter().fold(stranger.clone(), |caller, value| caller.header("api_key", value));
        token.iter().fold(caller, |caller, value| caller.header("x-auth-TOKEN", value))
    };
    for (key, token) in
        [(vec!["k", "k"], vec!["t"]), (vec!["k, k"], vec!["t,t"]), (vec!["k", "k , k"], vec!["t", "t"]), (vec!["k,"], vec!["t"])]
    {
        assert_eq!(with(&key, &token).list().await.codes(), "200 1", "{key:?} {token:?}");
    }
    insta::assert_snapshot!(with(&["k", "other"], &["t"]).list().await, @r#"
    401
    x-mock-reason: API_KEY has different values: send it once
    {"result_cd":401,"result_msg":"API_KEY has different values"}
    "#);
    insta::assert_snapshot!(with(&["k"], &["t, other"]).list().await, @r#"
    401
    x-mock-reason: X-AUTH-TOKEN has different values: send it once
    {"result_cd":401,"result_msg":"X-AUTH-TOKEN has different values"}
    "#);
    for caller in [with(&["한글"], &["t"]), with(&["k"], &["토큰"]), with(&[","], &["t"])] {
        assert_eq!(caller.list().await.codes(), "401 401");
    }
    insta::assert_snapshot!(with(&["한글"], &["t"]).list().await, @r#"
    401
    x-mock-reason: API_KEY is not printable ASCII: copy it again
    {"result_cd":401,"result_msg":"API_KEY is not printable ASCII"}
    "#);
}

/// 2. Parameters in the body, in the query with an empty body, or both: the query's come first, and the first counts.
#[tokio::test]
async fn parameters_in_query_and_body() {
    let alice = Mock::new().alice();
    let query = format!("/openapi/v2/rooms?{}", ROOM_V2.replace("Lobby", "%EC%BF%BC%EB%A6%AC"));
    assert_eq!(alice.post(&query, "").await.codes(), "200 1");
    assert_eq!(alice.send("POST", &query, None, "").await.codes(), "200 1");
    assert_eq!(alice.post("/openapi/v2/rooms?roomName=query", &format!("roomName=body&{ROOM_V2}")).await.codes(), "200 1");
    assert_eq!(alice.post("/openapi/v2/rooms?maxUser=3", &format!("roomName=first&roomName=second&{ROOM_V2}")).await.codes(), "200 1");
    assert_eq!(alice.names().await, ["쿼리", "쿼리", "query", "first"]);
    // An empty first value is the one that counts.
    assert_eq!(alice.post("/openapi/v2/rooms?roomName=", ROOM_V2).await.codes(), "400 10901");
}

#[tokio::test]
async fn unknown_and_odd_parameters_are_ignored() {
    let alice = Mock::new().alice();
    let form = format!("&&=nameless&%zz=broken&webrtc=10&roomname=x&ROOMNAME=y&{ROOM_V2}&roomStatus=X&userId=me&=");
    assert_eq!(alice.post("/openapi/v2/rooms", &form).await.codes(), "200 1");
    assert_eq!(alice.names().await, ["Lobby"]);
    // Nothing between two ampersands is nothing, and what is like a parameter that was sent was not meant for it.
    for form in [format!("{ROOM_V2}&"), format!("&{ROOM_V2}"), ROOM_V2.replace('&', "&&=&"), format!("roomname=x&{ROOM_V2}")] {
        let reply = alice.post("/openapi/v2/rooms", &form).await;
        assert_eq!((reply.codes().as_str(), reply.header("x-mock-warning")), ("200 1", ""), "{form}");
    }
}

/// 3. What a form means: (sent, the name that is kept).
#[tokio::test]
async fn forms_that_were_and_were_not_encoded() {
    let alice = Mock::new().alice();
    let cases = [
        ("화상 회의", "화상 회의"),
        ("a+b%2Bc", "a b+c"),
        ("%ED%99%94%EC%83%81", "화상"),
        ("a=b", "a=b"),
        (" x ", " x "),
        ("%00a".trim_start_matches("%00"), "a"),
    ];
    for (sent, kept) in cases {
        let room_id = alice.create_room(&format!("roomName={sent}")).await;
        assert_eq!(alice.field(&room_id, "roomName").await, kept);
    }
    // An ampersand that was not encoded ends the name.
    let room_id = alice.create_room("roomName=R&D").await;
    assert_eq!(alice.field(&room_id, "roomName").await, "R");
}

#[tokio::test]
async fn a_broken_escape_drops_its_parameter() {
    let alice = Mock::new().alice();
    for broken in ["100%", "%zz", "%E", "a%2"] {
        let reply = alice.post("/openapi/v2/rooms", &ROOM_V2.replace("Lobby", broken)).await;
        assert_eq!(reply.json()["result_msg"], "Missing required parameter: roomName", "{broken}");
        assert!(reply.header("x-mock-reason").contains("broken percent escape"), "{reply}");
    }
    insta::assert_snapshot!(alice.post("/openapi/v2/rooms", &ROOM_V2.replace("Lobby", "100%")).await, @r#"
    400
    x-mock-reason: Missing required parameter: roomName; roomName was dropped, because of a broken percent escape: send a percent sign as %25, got "roomName=100%"
    {"result_cd":10901,"result_msg":"Missing required parameter: roomName"}
    "#);
    // So is one whose name is broken.
    let name = alice.post("/openapi/v2/rooms", &ROOM_V2.replace("roomName", "roomN%zzame")).await;
    assert!(name.header("x-mock-reason").contains("a parameter was dropped, because of a broken percent escape"), "{name}");
    // What befalls a parameter that the operation does not know does not matter.
    let unknown = alice.post("/openapi/v1/rooms", "maxUser=1&roomName=a&resolution=%&x=%FF").await;
    assert_eq!((unknown.codes().as_str(), unknown.header("x-mock-warning")), ("200 1", ""));
    // What befalls a second value does not matter.
    let second = alice.post("/openapi/v2/rooms", &format!("{ROOM_V2}&roomName=%&maxUser=%FF")).await;
    assert_eq!((second.codes().as_str(), second.header("x-mock-warning")), ("200 1", ""));
    // An optional one is dropped as well, and the success says so. The next value of the name takes its place.
    let optional = alice.post("/openapi/v2/rooms", &format!("resolution=%&{ROOM_V2}")).await;
    assert!(optional.header("x-mock-warning").starts_with("resolution was dropped"), "{optional}");
    let second = alice.create_room("roomName=%&roomName=second").await;
    assert_eq!(alice.field(&second, "roomName").await, "second");
}

/// Bytes that are no UTF-8 are damaged, whether raw or escaped, in query or body; Korean ones are recognised.
#[tokio::test]
async fn bytes_of_other_encodings_are_damaged_and_recognised() {
    let alice = Mock::new().alice();
    // "일반" in EUC-KR, escaped and raw.
    let escaped = alice.post("/openapi/v2/rooms", &ROOM_V2.replace("Lobby", "%C0%CF%B9%DD")).await;
    insta::assert_snapshot!(escaped, @r#"
    200
    x-mock-warning: roomName has bytes that are not UTF-8, which became U+FFFD; they read well as EUC-KR/CP949: send percent-encoded UTF-8, roomName=%EC%9D%BC%EB%B0%98
    {"result_cd":1,"result_msg":"","data":{"roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000"}}
    "#);
    let in_query = alice.send("POST", &format!("/openapi/v2/rooms?{}", ROOM_V2.replace("Lobby", "%C0%CF%B9%DD")), None, "").await;
    assert_eq!(in_query.header("x-mock-warning"), escaped.header("x-mock-warning"));
    let mut raw = b"roomName=\xC0\xCF\xB9\xDD&".to_vec();
    raw.extend_from_slice(ROOM_V2.as_bytes());
    let raw = alice.send("POST", "/openapi/v2/rooms", Some(FORM), raw).await;
    assert_eq!(raw.header("x-mock-warning"), escaped.header("x-mock-warning"));
    // Bytes that are nothing in particular.
    let other = alice.post("/openapi/v2/rooms", &ROOM_V2.replace("Lobby", "%FF%FE")).await;
    insta::assert_snapshot!(other, @r#"
    200
    x-mock-warning: roomName has bytes that are not UTF-8, which became U+FFFD; send percent-encoded UTF-8
    {"result_cd":1,"result_msg":"","data":{"roomId":"FcnhelAecs-NnKknVLSmC-20260131120000"}}
    "#);
    // Neither is Korean that is broken, nor what would be no Korean.
    for bytes in ["%C0%CF%FF", "%A1%A1"] {
        let reply = alice.post("/openapi/v2/rooms", &ROOM_V2.replace("Lobby", bytes)).await;
        assert!(reply.header("x-mock-warning").ends_with("U+FFFD; send percent-encoded UTF-8"), "{reply}");
    }
    assert!(alice.names().await.iter().all(|name| name.contains('\u{fffd}')));
}

/// The mistakes that a missing parameter often comes from.
#[tokio::test]
async fn what_was_sent_instead_is_named() {
    let alice = Mock::new().alice();
    let reason = async |form: &str| alice.post("/openapi/v2/rooms", form).await.header("x-mock-reason").to_owned();
    insta::assert_snapshot!(reason(&ROOM_V2.replace("rtcStat", "webrtcStat")).await, @"Missing required parameter: rtcStat; webrtcStat was ignored: the parameter is rtcStat");
    insta::assert_snapshot!(reason(r#"{"roomName": "Lobby"}"#).await, @"Missing required parameter: roomName; the body looks like JSON: send a form, name=value&name=value; also missing: maxUser, gTransStat, roomType, rtcStat");
}

/// 4. Media types: a charset, any case, none at all without a body, and anything where there are no parameters.
#[tokio::test]
async fn media_types() {
    let mock = Mock::demo();
    let demo = mock.demo_caller();
    for content_type in [
        FORM,
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded;charset=euc-kr",
        " application/x-www-form-urlencoded ; x",
    ] {
        assert_eq!(demo.send("POST", "/openapi/v2/rooms", Some(content_type), ROOM_V2).await.codes(), "200 1", "{content_type}");
    }
    let room_id = demo.create_room("").await;
    for content_type in ["application/json", "text/plain", "multipart/form-data", ""] {
        assert_eq!(demo.send("GET", "/openapi/v2/rooms", Some(content_type), "").await.codes(), "200 1");
        assert_eq!(demo.send("GET", "/openapi/token", Some(content_type), "{}").await.codes(), "200 1");
    }
    assert_eq!(demo.send("DELETE", &format!("/openapi/v2/rooms/{room_id}"), Some("text/plain"), "{}").await.codes(), "200 1");
}

/// A body without a media type is not read, as in a servlet container; the mock says so.
#[tokio::test]
async fn a_body_without_a_media_type_is_ignored() {
    let alice = Mock::new().alice();
    insta::assert_snapshot!(alice.send("POST", "/openapi/v2/rooms", None, ROOM_V2).await, @r#"
    400
    x-mock-reason: Missing required parameter: roomName; the body was ignored, because it came without Content-Type: send Content-Type: application/x-www-form-urlencoded
    {"result_cd":10901,"result_msg":"Missing required parameter: roomName"}
    "#);
    let reply = alice.send("POST", &format!("/openapi/v2/rooms?{ROOM_V2}"), None, "roomName=ignored").await;
    assert!(reply.header("x-mock-warning").starts_with("the body was ignored"), "{reply}");
    assert_eq!(alice.names().await, ["Lobby"]);
}

/// 6. Browsers: a preflight on any path, from any origin, without keys; and what scripts may read of an answer.
#[tokio::test]
async fn browsers() {
    let mock = Mock::new();
    let page = mock.stranger().header("Origin", "https://app.example").header("Access-Control-Request-Method", "DELETE");
    let page = page.header("Access-Control-Request-Headers", "api_key,x-auth-token,x-custom");
    for path in ["/openapi/v2/rooms", "/openapi/v1/rooms/x", "/nothing", "/"] {
        let reply = page.send("OPTIONS", path, None, "").await;
        assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (200, "*"), "{path}");
        assert_eq!(reply.header("access-control-allow-headers"), "api_key,x-auth-token,x-custom");
        assert!(reply.header("access-control-allow-methods").contains("DELETE"));
    }
    for reply in [mock.stranger().header("Origin", "null").list().await, mock.alice().header("Origin", "https://app.example").list().await]
    {
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(
            reply.header("access-control-expose-headers"),
            "X-Mock-Request-Id, X-Mock-Reason, X-Mock-Warning, X-Mock-Fault-Applied, Retry-After"
        );
    }
}

/// 8. A slash at the end of any path.
#[tokio::test]
async fn a_trailing_slash() {
    let alice = Mock::new().alice();
    let room_id = alice.create_room("").await;
    for path in ["/openapi/token/", "/openapi/v2/rooms/", "/openapi/v1/rooms/", &format!("/openapi/v2/rooms/{room_id}/")] {
        assert_eq!(alice.get(path).await.codes(), "200 1", "{path}");
    }
    assert_eq!(alice.post(&format!("/openapi/v2/rooms/?{ROOM_V2}"), "").await.codes(), "200 1");
    assert_eq!(alice.get("/openapi/v3/rooms/").await.codes(), "404 404");
}

/// Every answer is numbered: refusals, preflights, the page and the control plane too.
#[tokio::test]
async fn every_answer_has_a_number() {
    let mock = Mock::new();
    let replies = [
        mock.alice().list().await,
        mock.stranger().list().await,
        mock.stranger().get("/nothing").await,
        mock.stranger().send("OPTIONS", "/", None, "").await,
        mock.stranger().get("/").await,
        mock.admin("GET", "health", "").await,
    ];
    assert_eq!(replies.map(|reply| reply.header("x-mock-request-id").to_owned()), ["1", "2", "3", "4", "5", "6"]);
}

/// A reason is one line of ASCII, whatever it speaks of.
#[tokio::test]
async fn reasons_are_ascii() {
    let alice = Mock::new().alice();
    let reply = alice.post("/openapi/v2/rooms", &ROOM_V2.replace("roomType=01", "roomType=%0D%0AX-Evil:%20화상%7F")).await;
    insta::assert_snapshot!(reply.header("x-mock-reason"), @r#"roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got "\u{d}\u{a}X-Evil: \u{d654}\u{c0c1}\u{7f}""#);
}
