//! The vendor's own examples: its curl commands against its example rooms give its answers, byte for byte.
//!
//! Whitespace aside, one thing is normalised: in the list of the page `messageCount` and `webrtc` swap places between the
//! two rooms; the mock always writes `messageCount` first.

use crate::curl;
use crate::mock::Mock;

const PAGE: &str = include_str!("golden/page.md");
const KEY: &str = "golden-key";
const USER_ID: &str = "golden@example.com";
const ROOMS: [&str; 2] = ["Golden0001-AbCdEfGhIj-20220523144535", "Golden0002-AbCdEfGhIj-20220525110140"];

/// The curl command and the answer that stand under a heading of the page.
fn example(heading: &str) -> (String, String) {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let blocks = curl::blocks(section);
    let [("console", command), ("json", answer)] = blocks.as_slice() else { panic!("{heading}: {blocks:?}") };
    ((*command).to_owned(), (*answer).to_owned())
}

/// Fills the placeholders of an answer; every `{roomId}` is the next room's.
fn filled(answer: &str) -> String {
    let mut rooms = ROOMS.iter();
    let mut parts = answer.split("{roomId}");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        filled.push_str(rooms.next().unwrap());
        filled.push_str(part);
    }
    filled.replace("{userId}", USER_ID)
}

/// Takes the whitespace out that is not in a string, and writes `messageCount` before `webrtc`.
fn normalised(answer: &str) -> String {
    let tight = answer.lines().map(str::trim).collect::<String>().replace("\": ", "\":");
    tight.replace(r#""webrtc":"91","messageCount":"0","#, r#""messageCount":"0","webrtc":"91","#)
}

/// A mock whose account has the rooms of an example answer: the answer itself is the fixture's list of rooms.
fn mock_with_rooms_of(answer: &str) -> Mock {
    let answer: serde_json::Value = serde_json::from_str(&filled(answer)).unwrap();
    let rooms = answer["list"].as_array().cloned().unwrap_or_else(|| vec![answer["data"].clone()]);
    let fixture = serde_json::json!({"accounts": [{"apiKey": KEY, "userId": USER_ID, "tokens": ["golden-token"], "rooms": rooms}]});
    Mock::fixture(&fixture.to_string())
}

/// Runs a command of the page with only the host and the placeholders replaced.
async fn run(mock: &Mock, command: &str) -> String {
    let mut command = command.replace("https://vchatcloud.com", "http://127.0.0.1:4280");
    for (placeholder, value) in [
        ("{API_KEY}", KEY),
        ("{X-AUTH-TOKEN}", "golden-token"),
        ("{roomId}", ROOMS[0]),
        ("{roomName}", "제목"),
        ("{gApiKey}", ""),
        ("{maxUser}", "8"),
        ("{Y or N}", "Y"),
        ("{A or S or E}", "S"),
        ("{Normal or Video or metaverse}", "03"),
        ("{Normal or High Definition or Full High Definition}", "360"),
        ("{01 or 02}", "01"),
    ] {
        command = command.replace(placeholder, value);
    }
    assert!(!command.contains('{'), "a placeholder is left: {command}");
    let reply = mock.send(curl::request(&command)).await;
    assert_eq!(reply.status, 200, "{reply}");
    reply.body
}

#[tokio::test]
async fn list() {
    let (command, answer) = example("chat room list");
    assert_eq!(run(&mock_with_rooms_of(&answer), &command).await, normalised(&filled(&answer)));
}

#[tokio::test]
async fn details() {
    let (command, answer) = example("chat room details");
    assert_eq!(run(&mock_with_rooms_of(&answer), &command).await, normalised(&filled(&answer)));
}

#[tokio::test]
async fn create() {
    let (command, answer) = example("create chat room");
    let mock = Mock::fixture(&format!(r#"{{"accounts": [{{"apiKey": "{KEY}", "tokens": ["golden-token"]}}]}}"#));
    let got = run(&mock, &command).await;
    let golden = mock.caller(KEY, "golden-token");
    let created = golden.list().await.json()["list"][0]["roomId"].as_str().unwrap().to_owned();
    assert_eq!(got, normalised(&answer).replace("{roomId}", &created));
}

#[tokio::test]
async fn modify_then_destroy() {
    let (_, rooms) = example("chat room list");
    let mock = mock_with_rooms_of(&rooms);
    let golden = mock.caller(KEY, "golden-token");

    let (command, answer) = example("modify chat room");
    assert_eq!(run(&mock, &command).await, normalised(&answer));
    assert_eq!(golden.field(ROOMS[0], "roomName").await, "제목");

    let (command, answer) = example("destroy chat room");
    assert_eq!(run(&mock, &command).await, normalised(&answer));
    assert_eq!(golden.detail(ROOMS[0]).await.codes(), "404 10102");
}

/// A file that holds the answer of the page is a fixture by itself: its rooms are every account's.
#[tokio::test]
async fn an_answer_is_a_fixture() {
    for heading in ["chat room list", "chat room details"] {
        let (_, answer) = example(heading);
        let answer = filled(&answer);
        let mock = Mock::fixture(&answer);
        let names = mock.alice().names().await;
        assert_eq!(names, if heading == "chat room list" { vec!["일반", "제목"] } else { vec!["일반"] });
    }
}
