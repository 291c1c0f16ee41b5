//! The five room operations of v2, as their users tell them.

use crate::mock::{DEMO_ROOM, Mock, NO_ROOM, ROOM_V2};

#[tokio::test]
async fn a_new_account_has_an_empty_list() {
    insta::assert_snapshot!(Mock::new().alice().list().await, @r#"
    200
    {"result_cd":1,"result_msg":"","list":[]}
    "#);
}

#[tokio::test]
async fn create_then_look() {
    let alice = Mock::new().alice();
    let reply = alice.post("/openapi/v2/rooms", ROOM_V2).await;
    insta::assert_snapshot!(reply, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000"}}
    "#);
    let room_id = reply.json()["data"]["roomId"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(alice.detail(&room_id).await, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"template":"null","gTransStat":"N","messageCount":"0","webrtc":"0","gApiKey":"","joinCount":"0","webrtcStat":"N","endDt":"99991231235959","userId":"account-72ee9d43@example.com","isPossibleDup":"false","resolution":"0","roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000","roomName":"Lobby","roomStatus":"active","startDt":"20260131120000","currentUserCount":"0","roomType":"01","maxUser":"10"}}
    "#);
}

#[tokio::test]
async fn create_with_everything() {
    let alice = Mock::new().alice();
    let room_id = alice
        .create_room(
            "roomName=%ED%99%94%EC%83%81&maxUser=007&gApiKey=AIza+b%26c&gTransStat=Y&resolution=720&roomType=03&rtcStat=Y&template=04",
        )
        .await;
    insta::assert_snapshot!(alice.detail(&room_id).await, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"template":"04","gTransStat":"Y","messageCount":"0","webrtc":"91","gApiKey":"AIza b&c","joinCount":"0","webrtcStat":"Y","endDt":"99991231235959","userId":"account-72ee9d43@example.com","isPossibleDup":"false","resolution":"720","roomId":"XMVv4st5G8-IUUDG7GuUi-20260131120000","roomName":"화상","roomStatus":"active","startDt":"20260131120000","currentUserCount":"0","roomType":"03","maxUser":"7"}}
    "#);
}

#[tokio::test]
async fn the_list_is_in_order_of_creation_and_a_destroyed_room_leaves_it() {
    let alice = Mock::new().alice();
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        ids.push(alice.create_room(&format!("roomName={name}")).await);
    }
    assert_eq!(alice.names().await, ["one", "two", "three"]);

    insta::assert_snapshot!(alice.delete(&format!("/openapi/v2/rooms/{}", ids[1])).await, @r#"
    200
    {"result_cd":1,"result_msg":""}
    "#);
    assert_eq!(alice.names().await, ["one", "three"]);
    assert_eq!(alice.delete(&format!("/openapi/v2/rooms/{}", ids[1])).await.codes(), "404 10102");
    assert_eq!(alice.detail(&ids[1]).await.codes(), "404 10102");
}

#[tokio::test]
async fn modify_changes_what_it_names_and_keeps_the_rest() {
    let demo = Mock::demo().demo_caller();
    let path = format!("/openapi/v2/rooms/{DEMO_ROOM}");
    insta::assert_snapshot!(demo.post(&path, "roomName=New&maxUser=20&gTransStat=Y&rtcStat=Y&roomType=02").await, @r#"
    200
    {"result_cd":1,"result_msg":""}
    "#);
    insta::assert_snapshot!(demo.detail(DEMO_ROOM).await, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"template":"01","gTransStat":"Y","messageCount":"0","webrtc":"91","gApiKey":"","joinCount":"13","webrtcStat":"Y","endDt":"99991231235959","userId":"demo@example.com","isPossibleDup":"false","resolution":"360","roomId":"DemoRoom01-AbCdEfGhIj-20220523144251","roomName":"New","roomStatus":"pending","startDt":"20220523144251","currentUserCount":"0","roomType":"02","maxUser":"20"}}
    "#);
}

#[tokio::test]
async fn modify_with_an_empty_optional_unsets_it() {
    let alice = Mock::new().alice();
    let room_id = alice.create_room("gApiKey=key&resolution=480&template=02").await;
    let path = format!("/openapi/v2/rooms/{room_id}");
    let fields = async |alice: crate::mock::Caller| {
        let room = alice.detail(&room_id).await.json();
        ["gApiKey", "resolution", "template"].map(|name| room["data"][name].as_str().unwrap().to_owned())
    };

    alice.post(&path, ROOM_V2).await;
    assert_eq!(fields(alice.clone()).await, ["key", "480", "02"]);

    alice.post(&path, &format!("{ROOM_V2}&gApiKey=&resolution=&template=")).await;
    assert_eq!(fields(alice.clone()).await, ["", "0", "null"]);
}

/// What `rtcStat` does to `webrtc`: (before by v1, rtcStat, after).
#[tokio::test]
async fn rtc_stat_grants_keeps_or_takes() {
    let alice = Mock::new().alice();
    for (before, stat, after) in [("0", "Y", "91"), ("0", "N", "0"), ("27", "Y", "27"), ("27", "N", "0")] {
        let created = alice.post("/openapi/v1/rooms", &format!("maxUser=2&roomName=v1&webrtc={before}")).await.json();
        let room_id = created["data"]["roomId"].as_str().unwrap();
        let form = format!("roomName=v2&maxUser=2&gTransStat=N&roomType=01&rtcStat={stat}");
        assert_eq!(alice.post(&format!("/openapi/v2/rooms/{room_id}"), &form).await.codes(), "200 1");
        assert_eq!(alice.field(room_id, "webrtc").await, after, "webrtc={before}, rtcStat={stat}");
        assert_eq!(alice.field(room_id, "webrtcStat").await, stat);
    }
}

/// `roomStatus` of a modify, one step after another, an hour apart: (sent, status, end).
#[tokio::test]
async fn room_status_pauses_ends_and_opens_again() {
    let mock = Mock::new();
    let alice = mock.alice();
    let room_id = alice.create_room("").await;
    for (sent, status, end) in [
        ("S", "pending", "99991231235959"),
        ("", "pending", "99991231235959"),
        ("a", "active", "99991231235959"),
        ("E", "pending", "20260131160000"),
        ("e", "pending", "20260131160000"),
        ("s", "pending", "20260131160000"),
        ("A", "active", "99991231235959"),
        ("E", "pending", "20260131200000"),
    ] {
        mock.admin("POST", "clock/advance?all=true", r#"{"by": "1h"}"#).await;
        let reply = alice.post(&format!("/openapi/v2/rooms/{room_id}"), &format!("{ROOM_V2}&roomStatus={sent}")).await;
        assert_eq!(reply.codes(), "200 1", "{reply}");
        let room = alice.detail(&room_id).await.json();
        assert_eq!((room["data"]["roomStatus"].as_str(), room["data"]["endDt"].as_str()), (Some(status), Some(end)), "after {sent}");
    }
    assert_eq!(alice.delete(&format!("/openapi/v2/rooms/{room_id}")).await.codes(), "200 1");
}

#[tokio::test]
async fn an_unknown_room_is_told_before_any_parameter() {
    let alice = Mock::new().alice();
    insta::assert_snapshot!(alice.post(&format!("/openapi/v2/rooms/{NO_ROOM}"), "roomType=Normal").await, @r#"
    404
    x-mock-reason: no room of this account has this roomId: listRoom shows which there are, got "0000000000-0000000000-20220101000000"
    {"result_cd":10102,"result_msg":"This chat room does not exist"}
    "#);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let demo = Mock::demo().demo_caller();
    for path in ["/openapi/v2/rooms", "/openapi/v1/rooms", "/openapi/token"] {
        assert_eq!(demo.send("HEAD", path, None, "").await.status, 200, "{path}");
    }
    assert_eq!(demo.send("HEAD", &format!("/openapi/v2/rooms/{NO_ROOM}"), None, "").await.status, 404);
}

#[tokio::test]
async fn answers_can_be_two_hundred_always() {
    let mock = Mock::with(|settings| settings.error_status = vchatcloud_mock::emulator::ErrorStatus::Always200);
    insta::assert_snapshot!(mock.alice().detail(NO_ROOM).await, @r#"
    200
    x-mock-reason: no room of this account has this roomId: listRoom shows which there are, got "0000000000-0000000000-20220101000000"
    {"result_cd":10102,"result_msg":"This chat room does not exist"}
    "#);
    assert_eq!(mock.stranger().list().await.codes(), "200 401");
    assert_eq!(mock.alice().get("/nothing").await.codes(), "200 404");
}
