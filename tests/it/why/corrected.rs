//! The corrected calls are sent, as a shell would send them.

use super::{FORM, ROOMS, explanation};
use crate::curl;
use crate::mock::{Caller, DEMO_ROOM, Mock, NO_ROOM, ROOM_V2, Reply};

/// Sends the corrected call of a refusal, with the credentials that the caller should have sent.
pub async fn corrected(mock: &Mock, reply: &Reply, key: &str, token: &str) -> Reply {
    let command = explanation(mock, reply).curl.unwrap_or_else(|| panic!("no corrected call: {reply}"));
    let request = curl::request_of(&command, &[("API_KEY", key), ("X_AUTH_TOKEN", token)]);
    let answer = mock.send(request).await;
    assert!(answer.status == 200 && (answer.body.is_empty() || answer.json()["result_cd"] == 1), "{command}\n{answer}");
    answer
}

/// Whatever was wrong, the corrected call succeeds.
#[tokio::test]
async fn corrected_calls_succeed() {
    let mock = Mock::demo();
    let (key, token) = ("demo-key", "demo-token");
    let demo = mock.demo_caller();
    let stranger = mock.stranger();
    let room = format!("{ROOMS}/{DEMO_ROOM}");
    let typo = room.replace("Demo", "Dmeo");
    let nobody = format!("{ROOMS}/{NO_ROOM}");
    let json = Some("application/json");
    let form = Some(FORM);
    let big = "x".repeat(70_000);
    let calls: Vec<(&Caller, &str, String, Option<&str>, &str)> = vec![
        (&stranger, "GET", ROOMS.to_owned(), None, ""),
        (&stranger, "GET", "/openapi/token?apiKey=k".to_owned(), None, ""),
        (&stranger, "POST", ROOMS.to_owned(), form, ROOM_V2),
        (&stranger, "POST", room.clone(), form, ROOM_V2),
        (&stranger, "HEAD", room.clone(), None, ""),
        (&demo, "GET", "/v2/rooms".to_owned(), None, ""),
        (&demo, "POST", "/rooms?roomName=Tom's%20%22room%22".to_owned(), None, ""),
        (&demo, "GET", format!("/v1/rooms/{DEMO_ROOM}"), None, ""),
        (&demo, "GET", format!("/v1/rooms/{NO_ROOM}"), None, ""),
        (&demo, "PUT", format!("/v2/room/{DEMO_ROOM}"), None, ""),
        (&demo, "GET", "/openapi/v2/rooms/{roomId}".to_owned(), None, ""),
        (&demo, "GET", "/".to_owned() + &big[..5000], None, ""),
        (&demo, "PUT", room.clone(), json, "{}"),
        (&demo, "PATCH", ROOMS.to_owned(), None, ""),
        (&demo, "DELETE", ROOMS.to_owned(), None, ""),
        (&demo, "POST", "/openapi/token/".to_owned(), None, ""),
        (&demo, "BREW", nobody.clone(), None, ""),
        (&demo, "GET", typo.clone(), None, ""),
        (&demo, "POST", typo, form, ROOM_V2),
        (&demo, "GET", format!("{room}%20"), None, ""),
        (&demo, "DELETE", nobody.clone(), None, ""),
        (&demo, "POST", nobody, form, ROOM_V2),
        (&demo, "POST", ROOMS.to_owned(), json, r#"{"roomName":"a"}"#),
        (&demo, "POST", "/openapi/v1/rooms".to_owned(), Some("multipart/form-data; boundary=x"), ""),
        (&demo, "POST", ROOMS.to_owned(), form, &big),
        (&demo, "POST", ROOMS.to_owned(), form, ""),
        (&demo, "POST", room.clone(), form, "roomType=화상&resolution=&template=null&gApiKey=%00&roomStatus=finished"),
        (&demo, "POST", room.replace("v2", "v1"), form, "webrtc=10&roomStatus=E&maxUser=1e3&roomName=it's"),
        (&demo, "POST", ROOMS.to_owned(), form, "roomName=100%&maxUser=%FF&webrtcStat=Y&roomType=Office"),
        (&demo, "POST", ROOMS.to_owned(), None, ROOM_V2),
    ];
    for (caller, method, path, content_type, body) in &calls {
        let reply = caller.send(method, path, *content_type, (*body).to_owned()).await;
        assert_ne!(reply.status, 200, "{method} {path}");
        corrected(&mock, &reply, key, token).await;
    }
    // A fault that is none, and credentials that are.
    let fault = demo.clone().header("X-Mock-Fault", "nonsense").post(ROOMS, ROOM_V2).await;
    corrected(&mock, &fault, key, token).await;
    let twice = demo.clone().header("API_KEY", "other").list().await;
    corrected(&mock, &twice, key, token).await;
    let issued = demo.issue_token().await;
    corrected(&mock, &mock.caller("bob-key", &issued).detail(DEMO_ROOM).await, key, &issued).await;
    mock.admin("POST", "clock/advance", r#"{"by": "6h"}"#).await;
    let expired = mock.caller(key, &issued).list().await;
    let renewed = corrected(&mock, &expired, key, &issued).await;
    assert!(renewed.json()["data"]["X-AUTH-TOKEN"].is_string(), "{renewed}");
}

/// The values that were right stay, those that were wrong are mended, and what was misspelt is found again.
#[tokio::test]
async fn a_corrected_form_keeps_what_was_right() {
    let mock = Mock::new();
    let alice = mock.alice();
    let form = "roomName=화상 회의&maxUser=1,000&gTransStat=yes&webrtcStat=Y&roomType=Video&resolution=0&template=null&gApiKey=k";
    let reply = alice.post(ROOMS, form).await;
    let created = corrected(&mock, &reply, "alice-key", "alice-token").await;
    let room_id = created.json()["data"]["roomId"].as_str().unwrap().to_owned();
    let room = alice.detail(&room_id).await.json();
    let kept = ["roomName", "maxUser", "gTransStat", "webrtcStat", "roomType", "resolution", "template", "gApiKey"];
    let kept = kept.map(|name| room["data"][name].as_str().unwrap().to_owned());
    assert_eq!(kept, ["화상 회의", "1000", "Y", "Y", "02", "0", "null", "k"]);
}
