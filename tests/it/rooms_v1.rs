//! The room operations of v1, and that v1 and v2 are two views of the same rooms.

use crate::mock::{DEMO_ROOM, Mock};

#[tokio::test]
async fn reads_show_fewer_fields_in_an_order_of_their_own() {
    let demo = Mock::demo().demo_caller();
    insta::assert_snapshot!(demo.get(&format!("/openapi/v1/rooms/{DEMO_ROOM}")).await, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"roomStatus":"pending","messageCount":"0","webrtc":"91","joinCount":"13","startDt":"20220523144251","endDt":"99991231235959","currentUserCount":"0","userId":"demo@example.com","isPossibleDup":"false","roomId":"DemoRoom01-AbCdEfGhIj-20220523144251","roomName":"일반","maxUser":"8"}}
    "#);
    let list = demo.get("/openapi/v1/rooms").await;
    assert!(!list.body.contains("currentUserCount"), "{list}");
    assert_eq!(list.json()["list"].as_array().unwrap().len(), 3);
}

/// What v2 shows of a room that v1 created: (webrtc, shown webrtc, webrtcStat, roomType).
#[tokio::test]
async fn create_makes_a_whole_room_of_three_parameters() {
    let alice = Mock::new().alice();
    for (sent, webrtc, stat, room_type) in [
        ("", "0", "N", "01"),
        ("&webrtc=", "0", "N", "01"),
        ("&webrtc=0", "0", "N", "01"),
        ("&webrtc=91", "91", "Y", "02"),
        ("&webrtc=64", "64", "Y", "02"),
    ] {
        let created = alice.post("/openapi/v1/rooms", &format!("roomName=v1&maxUser=5{sent}")).await;
        let room_id = created.json()["data"]["roomId"].as_str().unwrap().to_owned();
        let room = alice.detail(&room_id).await.json();
        let shown = ["webrtc", "webrtcStat", "roomType", "gTransStat"].map(|name| room["data"][name].as_str().unwrap().to_owned());
        assert_eq!(shown, [webrtc, stat, room_type, "N"], "{sent}");
    }
}

#[tokio::test]
async fn all_eighteen_webrtc_values_and_no_other() {
    let alice = Mock::new().alice();
    let mut accepted = Vec::new();
    for webrtc in 0..=512 {
        if alice.post("/openapi/v1/rooms", &format!("roomName=v1&maxUser=5&webrtc={webrtc}")).await.status == 200 {
            accepted.push(webrtc);
        }
    }
    assert_eq!(accepted, [0, 1, 3, 8, 9, 11, 24, 25, 27, 64, 65, 67, 72, 73, 75, 88, 89, 91]);
    insta::assert_snapshot!(alice.post("/openapi/v1/rooms", "roomName=v1&maxUser=5&webrtc=10").await, @r#"
    400
    x-mock-reason: webrtc: must be 0, 1, 3, 8, 9, 11, 24, 25, 27, 64, 65, 67, 72, 73, 75, 88, 89 or 91, got "10"; it is three groups of three bits, share | video | audio, the nearest is 11
    {"result_cd":400,"result_msg":"webrtc: must be 0, 1, 3, 8, 9, 11, 24, 25, 27, 64, 65, 67, 72, 73, 75, 88, 89 or 91, got \"10\""}
    "#);
}

/// A modify of v1 on a room with everything: what changes and what stays.
#[tokio::test]
async fn modify_leaves_what_v1_does_not_know() {
    let alice = Mock::new().alice();
    let room_id = alice.create_room("gApiKey=key&resolution=480&template=02&rtcStat=Y&roomType=03").await;
    let path = format!("/openapi/v1/rooms/{room_id}");

    assert_eq!(alice.post(&path, "roomName=renamed&maxUser=3&roomType=01&template=").await.codes(), "200 1");
    insta::assert_snapshot!(alice.detail(&room_id).await, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"template":"02","gTransStat":"N","messageCount":"0","webrtc":"91","gApiKey":"key","joinCount":"0","webrtcStat":"Y","endDt":"99991231235959","userId":"account-72ee9d43@example.com","isPossibleDup":"false","resolution":"480","roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000","roomName":"renamed","roomStatus":"active","startDt":"20260131120000","currentUserCount":"0","roomType":"03","maxUser":"3"}}
    "#);

    assert_eq!(alice.post(&path, "roomName=renamed&maxUser=3&webrtc=&roomStatus=s").await.codes(), "200 1");
    assert_eq!(alice.field(&room_id, "webrtc").await, "0");
    assert_eq!(alice.field(&room_id, "roomStatus").await, "pending");
}

/// First failure answers, in v1's own order.
#[tokio::test]
async fn the_order_of_checks() {
    let alice = Mock::new().alice();
    let room_id = alice.create_room("").await;
    let modify = format!("/openapi/v1/rooms/{room_id}");
    for (path, form, message) in [
        ("/openapi/v1/rooms", "webrtc=10", "Missing required parameter: maxUser"),
        ("/openapi/v1/rooms", "webrtc=10&maxUser=0", "maxUser: must be decimal digits, 1 to 2147483647, got \"0\""),
        ("/openapi/v1/rooms", "webrtc=10&maxUser=1", "Missing required parameter: roomName"),
        (&modify, "webrtc=17", "Missing required parameter: maxUser"),
        (
            &modify,
            "webrtc=17&maxUser=1&roomName=a&roomStatus=E",
            "webrtc: must be 0, 1, 3, 8, 9, 11, 24, 25, 27, 64, 65, 67, 72, 73, 75, 88, 89 or 91, got \"17\"",
        ),
        (&modify, "webrtc=1&maxUser=1&roomName=a&roomStatus=E", "roomStatus: must be A (active) or S (paused), got \"E\""),
    ] {
        let reply = alice.post(path, form).await;
        assert_eq!(reply.json()["result_msg"], message, "{form}");
        assert_eq!(reply.status, 400);
    }
}

#[tokio::test]
async fn a_room_of_one_version_is_destroyed_by_the_other() {
    let alice = Mock::new().alice();
    let room_id = alice.create_room("").await;
    assert_eq!(alice.delete(&format!("/openapi/v1/rooms/{room_id}")).await.codes(), "200 1");
    assert_eq!(alice.names().await, Vec::<String>::new());
}
