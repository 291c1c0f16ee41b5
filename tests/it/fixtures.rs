//! What accounts start with: the format, its problems, its sources.

use std::fs;
use std::path::Path;

use vchatcloud_mock::fixture::{self, Fixtures, Source};

use crate::mock::{Mock, fixtures};

fn problems(sources: &[Source]) -> String {
    fixture::load(sources).map(|_| ()).unwrap_err().to_string()
}

/// Every broken fixture has one mistake, and one line says where it is, what it is, and the cure.
#[test]
fn every_mistake_is_told_with_its_place() {
    let directory = Path::new("fixtures/broken");
    let files = fixture::json_files(directory).unwrap();
    assert!(files.len() > 30);
    let told: Vec<String> = files.iter().map(|file| problems(&[Source::Path(file.clone())])).collect();
    assert!(told.iter().all(|problem| problem.lines().count() == 1), "{told:#?}");
    insta::assert_snapshot!(told.join("\n"), @r#"
    fixtures/broken/account-without-key.json:1:15: apiKey: missing, every account is named by its key
    fixtures/broken/answer-of-a-refusal.json:1:15: result_cd: must be 1, the answer to a refused call has no rooms
    fixtures/broken/answer-of-a-token.json:1:45: unknown member "X-AUTH-TOKEN" of a room, known are template, gTransStat, messageCount, webrtc, gApiKey, joinCount, webrtcStat, endDt, isPossibleDup, resolution, roomId, roomName, roomStatus, startDt, currentUserCount, roomType, maxUser, userId, users, exiles, mutes, messages, reserved
    fixtures/broken/bad-count.json:4:21: joinCount: must be decimal digits, 0 to 2147483647, got "-1"
    fixtures/broken/bad-date.json:4:19: startDt: must be a date and time in KST as yyyyMMddHHmmss, got "2022-05-23 14:45"
    fixtures/broken/bad-grade.json:4:62: grade: must be user or userManager, got "manager"
    fixtures/broken/bad-http-status.json:1:43: http: must be a whole number, 200 to 599, got "1000"
    fixtures/broken/bad-json-string.json:4:110: jsonString: must be JSON, key must be a string at line 1 column 2, got "{hello}"
    fixtures/broken/bad-key.json:1:26: apiKey: must be printable ASCII without comma or outer spaces, and not empty, got "k,l"
    fixtures/broken/bad-result-cd.json:1:48: result_cd: must be a whole number, -2147483648 to 2147483647, got "1.5"
    fixtures/broken/bad-room-id.json:4:18: roomId: must be 10 letters or digits, a dash, 10 letters or digits, a dash, 14 digits, got "room-1"
    fixtures/broken/bad-schedule-id.json:4:36: scheduleId: must be 20 letters or digits, got "1"
    fixtures/broken/bad-send-date.json:4:72: sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "2026-01-31 12:00"
    fixtures/broken/bad-token.json:1:50: tokens: must be printable ASCII without comma or outer spaces, and not empty, got ""
    fixtures/broken/bad-webrtc.json:4:18: webrtc: must be 0, 1, 3, 8, 9, 11, 24, 25, 27, 64, 65, 67, 72, 73, 75, 88, 89 or 91, got "10"
    fixtures/broken/bodiless-status.json:1:43: http: must be a status with a body, or the envelope is lost, got "204"
    fixtures/broken/boolean-for-number.json:1:43: http: must be a whole number, 200 to 599
    fixtures/broken/boolean-for-text.json:1:37: roomName: must be a string
    fixtures/broken/comment.json:2:3: broken JSON: comments are not allowed
    fixtures/broken/control-character.json:2:40: broken JSON: control character in a string, write it as an escape such as \n or \t
    fixtures/broken/count-below-users.json:4:7: currentUserCount: must be at least the number of users in the room, 2, got "1"
    fixtures/broken/cut-off.json:1:15: broken JSON: unterminated object
    fixtures/broken/duplicate-account.json:3:14: duplicate apiKey "k", keep one account and give it all rooms
    fixtures/broken/duplicate-exile.json:4:55: clientKey: stands twice in exiles, remove one, got "alice@example.com"
    fixtures/broken/duplicate-room.json:5:18: duplicate roomId, give each room of an account its own or leave it out, got "AAAAAAAAAA-0000000000-20220101000000"
    fixtures/broken/duplicate-schedule.json:4:132: duplicate scheduleId, give each reserved message its own, got "AAAAAAAAAAAAAAAAAAAA"
    fixtures/broken/empty.json:1:1: broken JSON: the text is empty, write {} for nothing
    fixtures/broken/foreign-user.json:3:70: userId: must be the account's ("me@example.com") or left out, got "you@example.com"
    fixtures/broken/member-twice.json:4:25: "roomName" stands twice in a room, remove one
    fixtures/broken/message-without-time.json:4:21: at: missing, a message that went out has it
    fixtures/broken/name-empty.json:4:20: roomName: must be 1 to 50 characters, has 0, got ""
    fixtures/broken/name-too-long.json:4:20: roomName: must be 1 to 50 characters, has 51, got "가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가"
    fixtures/broken/no-such-day.json:4:17: endDt: must be a date and time in KST as yyyyMMddHHmmss, got "20230229000000"
    fixtures/broken/not-json.json:3:19: broken JSON: trailing commas are not allowed
    fixtures/broken/not-utf8.json:1:38: not UTF-8 (it reads as EUC-KR), save the file as UTF-8
    fixtures/broken/notice-too-long.json:4:106: notice: must be 1 to 100 characters, has 101, got "가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가..."
    fixtures/broken/number-for-code.json:4:20: roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got "1"
    fixtures/broken/number-not-as-read.json:1:36: maxUser: must be written as a read shows it, "7", got "007"
    fixtures/broken/object-for-text.json:4:20: roomName: must be a string
    fixtures/broken/odd-white-space.json:1:12: broken JSON: expected value
    fixtures/broken/raw-newline.json:1:39: broken JSON: control character in a string, write it as an escape such as \n or \t
    fixtures/broken/request-name.json:4:8: unknown member "rtcStat" of a room, did you mean "webrtcStat"
    fixtures/broken/rooms-no-array.json:1:23: rooms: must be an array, put it into [...]
    fixtures/broken/too-deep.json:1:513: broken JSON: maximum nesting depth exceeded
    fixtures/broken/top-level-array.json:1:1: a fixture must be an object: rooms stand in {"default": {"rooms": [...]}} or in an account
    fixtures/broken/unknown-kind.json:4:21: kind: must be notice, custom or whisper, got "shout"
    fixtures/broken/unknown-member-of-user.json:4:53: unknown member "nickname" of a user, did you mean "nickName"
    fixtures/broken/unknown-member.json:4:8: unknown member "roomNmae" of a room, did you mean "roomName"
    fixtures/broken/unknown-result-code.json:1:18: unknown member "UNAUTHORISED" of resultCodes, did you mean "UNAUTHORIZED"
    fixtures/broken/user-exiled.json:4:18: clientKey: is in exiles, so it cannot be in users, got "alice@example.com"
    fixtures/broken/user-of-another-room.json:4:113: roomId: must be that of the room, or left out, got "BBBBBBBBBB-0000000000-20220101000000"
    fixtures/broken/user-without-key.json:4:18: clientKey: missing, every user is named by it
    fixtures/broken/webrtc-contradiction.json:4:37: webrtcStat: must be N when webrtc is 0, got "Y"
    fixtures/broken/wrong-code.json:4:20: roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got "Normal"
    fixtures/broken/wrong-optional-code.json:4:22: resolution: must be 243 (low definition), 360 (normal), 480 (high definition) or 720 (full high definition), or 0 for unset, got "Full High Definition"
    fixtures/broken/wrong-status.json:4:22: roomStatus: must be active (available) or pending (paused), got "A"
    "#);
}

/// All problems of all files come out in one run, in the order of files and lines.
#[test]
fn all_problems_at_once() {
    let text = r#"{
  "accounts": [
    {"apiKey": "", "rooms": [{"roomType": "Normal", "maxUser": 0}, {"roomNam": "x"}]},
    {"tokens": "t"}
  ],
  "default": {"room": []},
  "resultCodes": {"UNAUTHORIZED": {"http": 99, "result_cd": "x"}}
}"#;
    insta::assert_snapshot!(problems(&[Source::inline("first", text), Source::inline("second", "{"), Source::Path("nowhere.json".into())]), @r#"
    first:3:16: apiKey: must be printable ASCII without comma or outer spaces, and not empty, got ""
    first:3:43: roomType: must be 01 (normal), 02 (video) or 03 (metaverse), got "Normal"
    first:3:64: maxUser: must be decimal digits, 1 to 2147483647, got "0"
    first:3:69: unknown member "roomNam" of a room, did you mean "roomName"
    first:4:5: apiKey: missing, every account is named by its key
    first:4:16: tokens: must be an array, put it into [...]
    first:6:15: unknown member "room" of default, did you mean "rooms"
    first:7:44: http: must be a whole number, 200 to 599, got "99"
    first:7:61: result_cd: must be a whole number, -2147483648 to 2147483647, got "x"
    second:1:1: broken JSON: unterminated object
    nowhere.json: cannot be read: No such file or directory (os error 2)
    "#);
}

#[test]
fn the_shipped_fixtures_are_fine() {
    assert_eq!(Fixtures::demo().unwrap().accounts.len(), 1);
    assert!(fixture::load(&[Source::Path("fixtures".into())]).is_ok());
}

/// Every field at its limit comes back as it was written.
#[tokio::test]
async fn the_edge_of_every_field() {
    let mock = Mock::fixture(include_str!("../../fixtures/edge.json"));
    let edge = mock.caller("edge-key", "edge-token");
    insta::assert_snapshot!(edge.list().await.body.replace("},{", "},\n{"), @r#"
    {"result_cd":1,"result_msg":"","list":[{"template":"04","gTransStat":"Y","messageCount":"2147483647","webrtc":"91","gApiKey":"AIza \" \\ / 열쇠","joinCount":"2147483647","webrtcStat":"Y","endDt":"99991231235959","userId":"edge@example.com","isPossibleDup":"true","resolution":"720","roomId":"zzzzzzzzzz-9999999999-99991231235959","roomName":"가가가가가가가가가가가가가가가가가가가가가가가가가😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","roomStatus":"pending","startDt":"00000101000000","roomType":"03","maxUser":"2147483647"},
    {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"0","gApiKey":"","joinCount":"0","webrtcStat":"N","endDt":"20240229235959","userId":"edge@example.com","isPossibleDup":"false","resolution":"0","roomId":"AAAAAAAAAA-0000000000-00000000000000","roomName":" ","roomStatus":"active","startDt":"20240229235959","roomType":"01","maxUser":"1"},
    {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"1","gApiKey":"","joinCount":"0","webrtcStat":"Y","endDt":"99991231235959","userId":"edge@example.com","isPossibleDup":"false","resolution":"0","roomId":"eHmEGG2pEh-kZy2Cm7tUw-20260131120000","roomName":"room","roomStatus":"active","startDt":"20260131120000","roomType":"02","maxUser":"100"},
    {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"91","gApiKey":"","joinCount":"0","webrtcStat":"Y","endDt":"99991231235959","userId":"edge@example.com","isPossibleDup":"false","resolution":"0","roomId":"uL3RyVo8PO-VeeAJTy0F1-20260131120000","roomName":"room","roomStatus":"active","startDt":"20260131120000","roomType":"02","maxUser":"100"},
    {"template":"null","gTransStat":"N","messageCount":"0","webrtc":"0","gApiKey":"","joinCount":"0","webrtcStat":"N","endDt":"99991231235959","userId":"edge@example.com","isPossibleDup":"false","resolution":"0","roomId":"KsqihpSLow-VhcBYUQVC6-20260131120000","roomName":"room","roomStatus":"active","startDt":"20260131120000","roomType":"01","maxUser":"100"}]}
    "#);
    insta::assert_snapshot!(edge.detail("zzzzzzzzzz-9999999999-99991231235959").await, @r#"
    200
    {"result_cd":1,"result_msg":"","data":{"template":"04","gTransStat":"Y","messageCount":"2147483647","webrtc":"91","gApiKey":"AIza \" \\ / 열쇠","joinCount":"2147483647","webrtcStat":"Y","endDt":"99991231235959","userId":"edge@example.com","isPossibleDup":"true","resolution":"720","roomId":"zzzzzzzzzz-9999999999-99991231235959","roomName":"가가가가가가가가가가가가가가가가가가가가가가가가가😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","roomStatus":"pending","startDt":"00000101000000","currentUserCount":"2147483647","roomType":"03","maxUser":"2147483647"}}
    "#);
    // Its people and messages.
    for list in ["users", "exiles", "mute"] {
        let path = format!("/openapi/v1/{list}/zzzzzzzzzz-9999999999-99991231235959");
        assert_eq!(edge.get(&path).await.status, 200, "{list}");
    }
    let below = |what: &str| format!("rooms/zzzzzzzzzz-9999999999-99991231235959/{what}?apiKey=edge-key");
    insta::assert_snapshot!(mock.admin("GET", &below("users"), "").await.body.replace("},{", "},\n{"), @r#"
    {"users":[{"clientKey":"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk@example.com","nickName":"별별별별별별별별별별별별별별별별별별별별별별별별별😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","grade":"userManager"},
    {"clientKey":"a","nickName":"\n","grade":"user"},
    {"clientKey":"a","nickName":"a","grade":"user"},
    {"clientKey":"한 글/?#%&+","nickName":"한 글/?#%&+","grade":"user"}],"exiles":[{"clientKey":"exiledexiledexiledexiledexiledexiledexiledexiledexiledexiled","nickName":"exiledexiledexiledexiledexiledexiledexiledexiledex","grade":"user"}],"mutes":[{"clientKey":"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk@example.com","nickName":"별별별별별별별별별별별별별별별별별별별별별별별별별😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","grade":"userManager"},
    {"clientKey":"exiledexiledexiledexiledexiledexiledexiledexiledexiledexiled","nickName":"exiledexiledexiledexiledexiledexiledexiledexiledex","grade":"user"},
    {"clientKey":"m","nickName":"m","grade":"user"}]}
    "#);
    insta::assert_snapshot!(mock.admin("GET", &below("messages"), "").await.body.replace("},{", "},\n{"), @r#"
    {"messages":[{"kind":"notice","at":"1970-01-01T00:00:00.000Z","nickName":"별별별별별별별별별별별별별별별별별별별별별별별별별😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","notice":"가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","request":null},
    {"kind":"custom","at":"9999-12-31T14:59:59.000Z","nickName":" ","jsonString":" null\n","scheduleId":"ZZZZZZZZZZZZZZZZZZZZ","request":null},
    {"kind":"custom","at":"2026-01-31T03:00:00.000Z","nickName":"a","jsonString":"{\"a\": [1e400, \"\\u0000\", \"열쇠 \\\" \\\\ /\", {}], \"a\": -0}","request":null},
    {"kind":"whisper","at":"2026-01-31T03:00:00.000Z","nickName":"a","clientKey":"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk@example.com","message":" ","request":null}],"reserved":[{"scheduleId":"zzzzzzzzzzzzzzzzzzzz","sendDate":"99991231235959","nickName":"별별별별별별별별별별별별별별별별별별별별별별별별별😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀","jsonString":"\"\""},
    {"scheduleId":"00000000000000000000","sendDate":"99991231235959","nickName":"a","jsonString":"0"}],"evicted":0}
    "#);
    // A state says the same, and is read again.
    let state = mock.admin("GET", "state?apiKey=edge-key", "").await.body;
    assert_eq!(Mock::fixture(&state).admin("GET", "state?apiKey=edge-key", "").await.body, state);
    assert_eq!(mock.caller("empty-key", "t").names().await, Vec::<String>::new());
    assert_eq!(mock.caller("default-key", "t").names().await, ["everybody's"]);
    assert_eq!(mock.caller("any-key", "t").names().await, ["everybody's"]);
    // The result codes that it overrides.
    insta::assert_snapshot!(mock.stranger().list().await, @r#"
    200
    x-mock-reason: API_KEY is missing: send your key in the header API_KEY; if you did, a proxy may have dropped a header with an underscore: nginx does, unless its configuration says: underscores_in_headers on;
    {"result_cd":-2147483648,"result_msg":""}
    "#);
    assert_eq!(mock.stranger().get("/nothing").await.codes(), "599 404");
}

/// A default room is a room of its own in each account.
#[tokio::test]
async fn default_rooms_are_not_shared() {
    let mock = Mock::fixture(r#"{"default": {"rooms": [{"roomId": "AAAAAAAAAA-0000000000-20220101000000"}, {}]}}"#);
    assert_eq!(mock.alice().delete("/openapi/v2/rooms/AAAAAAAAAA-0000000000-20220101000000").await.codes(), "200 1");
    assert_eq!(mock.alice().names().await.len(), 1);
    assert_eq!(mock.bob().names().await.len(), 2);
}

/// An id that is drawn is none that the fixture gives to a later room.
#[tokio::test]
async fn drawn_ids_do_not_collide_with_given_ones() {
    let drawn =
        Mock::fixture(r#"{"default": {"rooms": [{}]}}"#).alice().list().await.json()["list"][0]["roomId"].as_str().unwrap().to_owned();
    let both =
        Mock::fixture(&format!(r#"{{"default": {{"rooms": [{{"roomName": "drawn"}}, {{"roomId": "{drawn}", "roomName": "given"}}]}}}}"#));
    assert_eq!(both.alice().names().await, ["drawn", "given"]);
    assert_eq!(both.alice().field(&drawn, "roomName").await, "given");
}

/// Later sources win by key, by roomId and by result code; the rest is added.
#[tokio::test]
async fn later_sources_win() {
    let id = "AAAAAAAAAA-0000000000-20220101000000";
    let first = format!(
        r#"{{"accounts": [{{"apiKey": "k", "userId": "first@example.com", "tokens": ["one"], "rooms": [{{"roomId": "{id}", "roomName": "first"}}, {{"roomName": "kept"}}]}}],
            "default": {{"rooms": [{{"roomName": "default"}}]}}, "resultCodes": {{"NOT_FOUND": {{"http": 418, "result_cd": 5}}, "UNAUTHORIZED": {{"http": 418}}}}}}"#
    );
    let second = format!(
        r#"{{"accounts": [{{"apiKey": "k", "tokens": ["two"], "rooms": [{{"roomId": "{id}", "roomName": "second"}}, {{"roomName": "added"}}]}}, {{"apiKey": "l", "rooms": []}}],
            "resultCodes": {{"NOT_FOUND": {{"http": 410}}}}}}"#
    );
    let mock = Mock::with(|settings| {
        settings.auth = vchatcloud_mock::emulator::AuthMode::Strict;
        settings.fixtures = fixture::load(&[Source::inline("first", &first), Source::inline("second", &second)]).unwrap();
    });
    for token in ["one", "two"] {
        assert_eq!(mock.caller("k", token).names().await, ["second", "kept", "added"]);
    }
    assert_eq!(mock.caller("k", "one").field(id, "userId").await, "first@example.com");
    // What the later one does not say of a result code stays.
    assert_eq!(mock.stranger().get("/x").await.codes(), "410 5");
    assert_eq!((mock.stranger().get("/x").await.status.as_u16(), mock.stranger().list().await.status.as_u16()), (410, 418));
}

#[tokio::test]
async fn a_directory_is_read_in_the_order_of_names() {
    let directory = tempfile::tempdir().unwrap();
    let room =
        |name: &str| format!(r#"{{"default": {{"rooms": [{{"roomId": "AAAAAAAAAA-0000000000-20220101000000", "roomName": "{name}"}}]}}}}"#);
    fs::write(directory.path().join("b.json"), room("later")).unwrap();
    fs::write(directory.path().join("a.json"), format!("\u{feff}{}", room("earlier"))).unwrap();
    fs::write(directory.path().join("c.txt"), "not a fixture").unwrap();
    fs::create_dir(directory.path().join("d.json")).unwrap();
    let mock = Mock::with(|settings| settings.fixtures = fixture::load(&[Source::Path(directory.path().into())]).unwrap());
    assert_eq!(mock.alice().names().await, ["later"]);

    // One file that cannot be read does not hide the problems of the others.
    fs::write(directory.path().join("a.json"), b"\xff").unwrap();
    fs::write(directory.path().join("b.json"), "{").unwrap();
    std::os::unix::fs::symlink("nowhere", directory.path().join("c.json")).unwrap();
    assert_eq!(problems(&[Source::Path(directory.path().into())]).lines().count(), 3);

    let empty = tempfile::tempdir().unwrap();
    assert!(problems(&[Source::Path(empty.path().into())]).ends_with(": the directory has no *.json file"));
}

/// An answer of v1 or v2 is a fixture; what it says of the owner does not matter.
#[tokio::test]
async fn captured_answers_are_fixtures() {
    let owner = Mock::demo().demo_caller();
    for path in ["/openapi/v1/rooms", "/openapi/v2/rooms"] {
        let captured = owner.get(path).await.body;
        let again = Mock::fixture(&captured).caller("other", "t").get(path).await.body;
        assert_eq!(
            again.replace(
                &Mock::new().caller("other", "t").get("/openapi/token").await.json()["data"]["user_email"].as_str().unwrap().to_owned(),
                "demo@example.com"
            ),
            captured
        );
    }
}

/// `Debug` of what holds keys and tokens shows neither.
#[test]
fn debug_hides_keys_and_tokens() {
    let shown = format!("{:?}", fixtures(r#"{"accounts": [{"apiKey": "secret-key", "tokens": ["secret-token"]}]}"#));
    assert!(!shown.contains("secret-key") && !shown.contains("secret-token"), "{shown}");
}
