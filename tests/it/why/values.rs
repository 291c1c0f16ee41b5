//! Media types, parameters and their values.

use super::{ROOMS, assert_hint, explanation, shown, with};
use crate::contract;
use crate::mock::{DEMO_ROOM, Mock, ROOM_V2};

/// (Content-Type, what to do in the client)
#[tokio::test]
async fn media_types() {
    let mock = Mock::new();
    for (content_type, hint) in [
        ("application/json", "in JavaScript send new URLSearchParams(...)"),
        ("Application/JSON; charset=utf-8", "in Python data= instead of json="),
        ("multipart/form-data; boundary=x", "FormData and curl -F send multipart"),
        ("text/plain;charset=UTF-8", "fetch sends a text as text/plain"),
    ] {
        let reply = mock.alice().send("POST", ROOMS, Some(content_type), r#"{"roomName":"Lobby"}"#).await;
        assert_hint(&mock, &reply, hint);
    }
    // What the members said is said in the form.
    let reply = mock.alice().send("POST", ROOMS, Some("application/json"), r#"{"roomName":"Hall","maxUser":3,"rtcStat":"Y"}"#).await;
    let command = explanation(&mock, &reply).curl.unwrap();
    for pair in ["roomName=Hall", "maxUser=3", "rtcStat=Y"] {
        assert!(command.contains(&format!("--data-urlencode '{pair}'")), "{command}");
    }
    let reply = mock.alice().send("POST", ROOMS, Some("application/json"), "{}").await;
    insta::assert_snapshot!(shown(&mock, &reply), @r#"
    {
      "rule": "parameters are sent as a form, in the body or in the query",
      "provenance": "observed",
      "source": "the vendor's examples send forms; public clients saw JSON fail; that the answer is 415 is assumed",
      "got": "application/json",
      "expected": "application/x-www-form-urlencoded",
      "nearest": "application/x-www-form-urlencoded",
      "hints": [
        "in JavaScript send new URLSearchParams(...) instead of JSON.stringify(...), in Python data= instead of json="
      ],
      "curl": "curl -X POST 'http://127.0.0.1:4280/openapi/v2/rooms' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\" --data-urlencode 'roomName=Lobby' --data-urlencode 'maxUser=10' --data-urlencode 'gTransStat=N' --data-urlencode 'roomType=01' --data-urlencode 'rtcStat=N'"
    }
    "#);
}

/// Words and near values: (parameter, sent, the code that was meant, the hint)
#[tokio::test]
async fn values_that_stand_for_others() {
    let mock = Mock::demo();
    let placeholder = "words in the vendor's examples are placeholders";
    for (field, sent, nearest, hint) in [
        ("roomType", "Normal", "01", placeholder),
        ("roomType", "%EC%9D%BC%EB%B0%98", "01", placeholder),
        ("roomType", "화상", "02", placeholder),
        ("roomType", "메타버스", "03", placeholder),
        ("roomType", "Metavers", "03", placeholder),
        ("roomType", "1", "01", "send roomType=01"),
        ("roomType", "01 ", "01", "send roomType=01"),
        ("resolution", "Full High Definition", "720", "\"Full High Definition\" is resolution=720"),
        ("resolution", "Low", "243", placeholder),
        ("resolution", "High", "480", placeholder),
        ("resolution", "고화질", "480", placeholder),
        ("resolution", "1080p", "720", placeholder),
        ("resolution", "500", "480", "send resolution=480"),
        ("template", "Office 1", "02", placeholder),
        ("template", "Seminar", "04", placeholder),
        ("template", "Room", "01", placeholder),
        ("gTransStat", "true", "Y", "send gTransStat=Y"),
        ("gTransStat", "y", "Y", "send gTransStat=Y"),
        ("rtcStat", "0", "N", "send rtcStat=N"),
        ("rtcStat", "no", "N", "send rtcStat=N"),
        ("roomStatus", "active", "A", "a read shows a word, a modify sends a letter: roomStatus=A"),
        ("roomStatus", "pending", "S", "a modify sends a letter: roomStatus=S"),
        ("roomStatus", "종료", "E", "a modify sends a letter: roomStatus=E"),
        ("maxUser", "0", "1", ""),
        ("maxUser", "-5", "1", ""),
        ("maxUser", "1,000", "1000", ""),
        ("maxUser", "10.0", "10", ""),
        ("maxUser", "99999999999", "2147483647", ""),
        ("roomName", &"가".repeat(51), &"가".repeat(50), ""),
        ("roomName", "a%00b", "ab", ""),
    ] {
        let reply = mock.demo_caller().post(&format!("{ROOMS}/{DEMO_ROOM}"), &with(field, sent)).await;
        assert_eq!(reply.codes(), "400 400", "{field}={sent}");
        let explanation = explanation(&mock, &reply);
        assert_eq!(explanation.nearest.as_deref(), Some(nearest), "{field}={sent}");
        assert!(explanation.hints.iter().any(|one| one.contains(hint)) || hint.is_empty(), "{field}={sent}: {explanation:#?}");
        assert_eq!(hint.is_empty(), explanation.hints.is_empty(), "{field}={sent}: {explanation:#?}");
        let command = explanation.curl.unwrap();
        assert!(command.contains(&format!("--data-urlencode '{field}={nearest}'")), "{command}");
    }
    // Where no value is likely, none is named.
    for (field, sent) in [("roomType", "x"), ("template", "office"), ("maxUser", "0x10"), ("maxUser", "many"), ("rtcStat", "Y or N")] {
        let reply = mock.demo_caller().post(ROOMS, &with(field, sent)).await;
        let explanation = explanation(&mock, &reply);
        assert_eq!((explanation.nearest, explanation.hints), (None, Vec::new()), "{field}={sent}");
    }
    for (field, sent) in [("resolution", "0"), ("template", "null")] {
        let reply = mock.demo_caller().post(ROOMS, &with(field, sent)).await;
        assert_hint(&mock, &reply, &format!("\"{sent}\" is how a read shows that it is unset: leave {field} out"));
    }
    let webrtc = mock.demo_caller().post("/openapi/v1/rooms", "roomName=a&maxUser=1&webrtc=17").await;
    assert_hint(&mock, &webrtc, "it is three groups of three bits, share | video | audio, the nearest is 25");
    insta::assert_snapshot!(shown(&mock, &mock.demo_caller().post(ROOMS, &with("roomType", "Normal")).await), @r#"
    {
      "rule": "roomType must be 01 (normal), 02 (video) or 03 (metaverse)",
      "provenance": "documented",
      "source": "the vendor's table of parameters",
      "got": "Normal",
      "expected": "01 (normal), 02 (video) or 03 (metaverse)",
      "nearest": "01",
      "hints": [
        "words in the vendor's examples are placeholders, \"Normal\" is roomType=01"
      ],
      "curl": "curl -X POST 'http://127.0.0.1:4280/openapi/v2/rooms' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\" --data-urlencode 'roomName=Lobby' --data-urlencode 'maxUser=10' --data-urlencode 'gTransStat=N' --data-urlencode 'roomType=01' --data-urlencode 'rtcStat=N'"
    }
    "#);
}

/// An answer names the first field that is wrong; the reason names the others too.
#[tokio::test]
async fn everything_that_is_wrong_is_named() {
    let mock = Mock::demo();
    let demo = mock.demo_caller();
    let (modify, modify_v1) = (format!("{ROOMS}/{DEMO_ROOM}"), format!("/openapi/v1/rooms/{DEMO_ROOM}"));
    for (path, operation) in
        [(ROOMS, "createRoom"), (&modify, "modifyRoom"), ("/openapi/v1/rooms", "createRoomV1"), (&modify_v1, "modifyRoomV1")]
    {
        let (required, all) = contract::parameters(operation);
        let wrong = demo.post(path, &all.iter().map(|name| format!("{name}=%00")).collect::<Vec<_>>().join("&")).await;
        for name in &all {
            assert!(wrong.header("x-mock-reason").contains(&format!("{name}: must ")), "{operation} {name}: {wrong}");
        }
        let missing = demo.post(path, "").await;
        let first = missing.json()["result_msg"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
        let (_, others) = missing.header("x-mock-reason").split_once("; also missing: ").unwrap();
        let mut named: Vec<&str> = others.split(", ").chain([first.as_str()]).collect();
        let mut required: Vec<&str> = required.iter().map(String::as_str).collect();
        named.sort_unstable();
        required.sort_unstable();
        assert_eq!(named, required, "{operation}");
    }
    let reply = demo.post(ROOMS, "roomName=R&D&maxUser=0&gTransStat=Y&roomType=Normal&webrtcStat=Y&resolution=500").await;
    insta::assert_snapshot!(reply, @r#"
    400
    x-mock-reason: maxUser: must be decimal digits, 1 to 2147483647, got "0"; roomName may have been cut short by an unescaped &: send & as %26, what follows it is "D"; also missing: rtcStat; also wrong: resolution: must be 243 (low definition), 360 (normal), 480 (high definition) or 720 (full high definition), got "500"; roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got "Normal"
    {"result_cd":400,"result_msg":"maxUser: must be decimal digits, 1 to 2147483647, got \"0\""}
    "#);
    insta::assert_snapshot!(shown(&mock, &reply), @r#"
    {
      "rule": "maxUser must be decimal digits, 1 to 2147483647",
      "provenance": "assumed",
      "source": "the vendor's table says a number; nobody published its range",
      "got": "0",
      "expected": "decimal digits, 1 to 2147483647",
      "nearest": "1",
      "hints": [
        "roomName may have been cut short by an unescaped &: send & as %26, what follows it is \"D\"",
        "also missing: rtcStat",
        "also wrong: resolution: must be 243 (low definition), 360 (normal), 480 (high definition) or 720 (full high definition), got \"500\"; roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got \"Normal\""
      ],
      "curl": "curl -X POST 'http://127.0.0.1:4280/openapi/v2/rooms' -H \"API_KEY: $API_KEY\" -H \"X-AUTH-TOKEN: $X_AUTH_TOKEN\" --data-urlencode 'roomName=R' --data-urlencode 'maxUser=1' --data-urlencode 'gTransStat=Y' --data-urlencode 'resolution=480' --data-urlencode 'roomType=01' --data-urlencode 'rtcStat=Y'"
    }
    "#);
}

/// What a text lost on its way, in reasons and in warnings.
#[tokio::test]
async fn texts_that_were_cut() {
    let mock = Mock::new();
    let alice = mock.alice();
    let ampersand = "roomName may have been cut short by an unescaped &: send & as %26, what follows it is \"D\"";
    assert_eq!(alice.post(ROOMS, &format!("roomName=R&D&{ROOM_V2}")).await.header("x-mock-warning"), ampersand);
    assert_hint(&mock, &alice.post(ROOMS, &format!("roomName=&D&{ROOM_V2}")).await, ampersand);
    assert_hint(&mock, &alice.post(ROOMS, &format!("roomName=R&D&maxUser=0&{ROOM_V2}")).await, ampersand);
    for (sent, read) in [("C++", "C  "), ("C+", "C "), ("+C", " C"), ("C++C", "C  C")] {
        let plus = alice.post(ROOMS, &with("roomName", sent)).await;
        assert_eq!(plus.header("x-mock-warning"), format!("roomName has a space for every +: send + as %2B, it was read as \"{read}\""));
    }
    // A space in a place of its own, or one that was escaped, is no mistake.
    for sent in ["C+C", "%20C", "C%20"] {
        assert_eq!(alice.post(ROOMS, &with("roomName", sent)).await.header("x-mock-warning"), "");
    }
    assert_hint(&mock, &alice.post(ROOMS, &with("maxUser", "+5")).await, "maxUser has a space for every +: send + as %2B");
    // "화상" in CP949.
    assert_hint(&mock, &alice.post(ROOMS, &with("roomType", "%C8%AD%BB%F3")).await, "they read well as EUC-KR/CP949");
}
