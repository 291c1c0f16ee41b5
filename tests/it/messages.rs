//! Notices, custom messages and whispers: sent now or when their time has come, and kept to be looked at.

use serde_json::Value;

use crate::mock::{Caller, Mock, NO_ROOM, Reply, clock};

/// It is noon of 2026-01-31 in Korea.
struct Room {
    mock: Mock,
    alice: Caller,
    id: String,
}

impl Room {
    async fn new() -> Room {
        let mock = Mock::new();
        let alice = mock.alice();
        let id = alice.create_room("").await;
        Room { mock, alice, id }
    }

    async fn post(&self, what: &str, form: &str) -> Reply {
        self.alice.post(&format!("/openapi/v1/{what}/{}", self.id), form).await
    }

    /// Reserves a message and says its scheduleId.
    async fn reserve(&self, send_date: &str) -> String {
        let reply = self.post("custom", &format!("jsonString={{\"at\": \"{send_date}\"}}&nickName=Admin&sendDate={send_date}")).await;
        reply.json()["data"]["scheduleId"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    }

    async fn cancel(&self, id: &str) -> Reply {
        self.alice.delete(&format!("/openapi/v1/custom/{}/{id}", self.id)).await
    }

    async fn messages(&self, query: &str) -> Value {
        self.mock.admin("GET", &format!("rooms/{}/messages?apiKey=alice-key{query}", self.id), "").await.json()
    }

    /// The texts of what went out.
    async fn texts(&self) -> String {
        let texts =
            |message: &Value| ["notice", "jsonString", "message"].iter().find_map(|name| message[name].as_str()).unwrap().to_owned();
        self.messages("").await["messages"].as_array().unwrap().iter().map(texts).collect::<Vec<_>>().join(" | ")
    }

    async fn count(&self) -> String {
        self.alice.field(&self.id, "messageCount").await
    }

    async fn join(&self, key: &str) {
        let path = format!("rooms/{}/users?apiKey=alice-key", self.id);
        assert_eq!(self.mock.admin("POST", &path, &format!(r#"{{"clientKey": "{key}"}}"#)).await.status, 201);
    }

    async fn advance(&self, by: &str) -> Value {
        self.mock.admin("POST", "clock/advance?apiKey=alice-key", &format!(r#"{{"by": "{by}"}}"#)).await.json()
    }
}

#[tokio::test]
async fn what_was_sent_can_be_looked_at() {
    let room = Room::new().await;
    room.join("bob@example.com").await;
    assert_eq!(room.post("notice", "nickName=관리자&notice=점검 안내").await.body, r#"{"result_cd":1,"result_msg":""}"#);
    assert_eq!(
        room.post("custom", r#"jsonString={"a": [1, null]}&nickName=Bot&sendDate="#).await.body,
        r#"{"result_cd":1,"result_msg":""}"#
    );
    let whisper = room.alice.post(&format!("/openapi/v1/whisper/{}/bob%40example.com", room.id), "message=psst&nickName=Admin").await;
    assert_eq!(whisper.body, r#"{"result_cd":1,"result_msg":""}"#);
    assert_eq!(room.count().await, "3");
    insta::assert_snapshot!(serde_json::to_string_pretty(&room.messages("").await).unwrap(), @r#"
    {
      "messages": [
        {
          "kind": "notice",
          "at": "2026-01-31T03:00:00.000Z",
          "nickName": "관리자",
          "notice": "점검 안내",
          "request": 3
        },
        {
          "kind": "custom",
          "at": "2026-01-31T03:00:00.000Z",
          "nickName": "Bot",
          "jsonString": "{\"a\": [1, null]}",
          "request": 4
        },
        {
          "kind": "whisper",
          "at": "2026-01-31T03:00:00.000Z",
          "nickName": "Admin",
          "clientKey": "bob@example.com",
          "message": "psst",
          "request": 5
        }
      ],
      "reserved": [],
      "evicted": 0
    }
    "#);
    assert_eq!(room.messages("&kind=whisper").await["messages"].as_array().unwrap().len(), 1);
    let refused = room.mock.admin("GET", &format!("rooms/{}/messages?apiKey=alice-key&kind=notices", room.id), "").await;
    assert_eq!(refused.json()["error"]["message"], "kind: must be all, notice, custom or whisper, got \"notices\"");
}

/// (operation, form, the answer)
#[tokio::test]
async fn parameters_that_are_refused() {
    let room = Room::new().await;
    room.join("bob").await;
    let (long, longer) = ("n".repeat(51), "t".repeat(101));
    let mut told = Vec::new();
    for (what, form) in [
        ("notice", format!("nickName={long}&notice=hello")),
        ("notice", "nickName=&notice=hello".to_owned()),
        ("notice", format!("nickName=Admin&notice={longer}")),
        ("notice", "nickName=Admin&notice=a%00b".to_owned()),
        ("notice", "nickname=Admin&notice=hello".to_owned()),
        ("custom", "jsonString=hello&nickName=Admin".to_owned()),
        ("custom", "jsonString={&nickName=Admin".to_owned()),
        ("custom", "jsonString={}{}&nickName=Admin".to_owned()),
        ("custom", format!("jsonString={{}}&nickName={long}")),
        ("custom", "jsonString={}&nickName=Admin&sendDate=tomorrow".to_owned()),
        ("custom", "jsonString={}&nickName=Admin&sendDate=20260132000000".to_owned()),
        ("custom", "jsonString={}&nickName=Admin&sendDate=20260131115959".to_owned()),
        ("custom", "jsonString={}&nickName=Admin&sendDate=20260131120000".to_owned()),
        ("custom", "jsonString={}&nickName=Admin&sendDate=2026-02-01 09:30".to_owned()),
        ("whisper", "message=&nickName=Admin".to_owned()),
        ("whisper", "message=a%00b&nickName=Admin".to_owned()),
        ("whisper", format!("message=hello&nickName={long}")),
    ] {
        let path =
            if what == "whisper" { format!("/openapi/v1/whisper/{}/bob", room.id) } else { format!("/openapi/v1/{what}/{}", room.id) };
        let reply = room.alice.post(&path, &form).await;
        told.push(format!("{} {}\n    {}", reply.codes(), reply.json()["result_msg"].as_str().unwrap(), reply.header("x-mock-reason")));
    }
    insta::assert_snapshot!(told.join("\n").replace('\0', "NUL"), @r#"
    400 400 nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
        nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    400 10901 Missing required parameter: nickName
        Missing required parameter: nickName: send nickName=... in a body of application/x-www-form-urlencoded, or in the query
    400 400 notice: must be 1 to 100 characters, has 101, got "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt..."
        notice: must be 1 to 100 characters, has 101, got "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt..."
    400 400 notice: must not contain NUL, got "aNULb"
        notice: must not contain NUL, got "a\u{0}b"
    400 10901 Missing required parameter: nickName
        Missing required parameter: nickName; nickname was ignored: the parameter is nickName
    400 400 jsonString: must be JSON, expected value at line 1 column 1, got "hello"
        jsonString: must be JSON, expected value at line 1 column 1, got "hello"
    400 400 jsonString: must be JSON, EOF while parsing an object at line 1 column 1, got "{"
        jsonString: must be JSON, EOF while parsing an object at line 1 column 1, got "{"
    400 400 jsonString: must be JSON, trailing characters at line 1 column 3, got "{}{}"
        jsonString: must be JSON, trailing characters at line 1 column 3, got "{}{}"
    400 400 nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
        nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    400 400 sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "tomorrow"
        sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "tomorrow"
    400 400 sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "20260132000000"
        sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "20260132000000"
    400 400 sendDate: must be later than now, 20260131120000 in KST, got "20260131115959"
        sendDate: must be later than now, 20260131120000 in KST, got "20260131115959"
    400 400 sendDate: must be later than now, 20260131120000 in KST, got "20260131120000"
        sendDate: must be later than now, 20260131120000 in KST, got "20260131120000"
    400 400 sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "2026-02-01 09:30"
        sendDate: must be a date and time in KST as yyyyMMddHHmmss, got "2026-02-01 09:30"; a date has 14 digits: sendDate=20260201093000
    400 10901 Missing required parameter: message
        Missing required parameter: message: send message=... in a body of application/x-www-form-urlencoded, or in the query
    400 400 message: must not contain NUL, got "aNULb"
        message: must not contain NUL, got "a\u{0}b"
    400 400 nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
        nickName: must be 1 to 50 characters, has 51, got "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "#);
    assert_eq!((room.texts().await.as_str(), room.count().await.as_str()), ("", "0"));
}

/// A character is a Unicode scalar value; a JSON text is one of any kind; a whisper has no limit.
#[tokio::test]
async fn texts_at_their_limits() {
    let room = Room::new().await;
    for (nick_name, notice) in [("이", "공"), ("😀", "🎉")] {
        let form = format!("nickName={}&notice={}", nick_name.repeat(50), notice.repeat(100));
        assert_eq!(room.post("notice", &form).await.codes(), "200 1", "{nick_name}");
    }
    let key = "k".repeat(100);
    room.join(&key).await;
    let whisper = format!("nickName=a&message={}", "속삭임".repeat(1000));
    assert_eq!(room.alice.post(&format!("/openapi/v1/whisper/{}/{key}", room.id), &whisper).await.codes(), "200 1");
    for json in ["null", "0", "\"\"", "[]", " {\"a\": 1} ", "{\"\\u0000\": \"%26\"}"] {
        assert_eq!(room.post("custom", &format!("nickName=a&jsonString={json}")).await.codes(), "200 1", "{json}");
    }
}

/// A whisper is for somebody who is in the room: not for one who left, was exiled, or never came; and that is told before a field.
#[tokio::test]
async fn a_whisper_needs_somebody_to_hear_it() {
    let room = Room::new().await;
    room.join("bob").await;
    let whisper = async |key: &str, form: &str| room.alice.post(&format!("/openapi/v1/whisper/{}/{key}", room.id), form).await;
    assert_eq!(whisper("eve", "").await.codes(), "404 10107");
    assert_eq!(whisper("bob", "").await.codes(), "400 10901");
    room.alice.send("POST", &format!("/openapi/v1/exiles/{}/bob", room.id), None, "").await;
    let refused = whisper("bob", "message=hi&nickName=a").await;
    assert_eq!(refused.codes(), "404 10107");
    assert!(refused.header("x-mock-reason").contains("the user was exiled"), "{refused}");
    assert_eq!(room.count().await, "0");
}

/// The room is in the path, which is read first.
#[tokio::test]
async fn an_unknown_room_is_told_before_any_parameter() {
    let alice = Mock::new().alice();
    for path in ["notice/ROOM", "custom/ROOM", "whisper/ROOM/bob"] {
        let path = format!("/openapi/v1/{}", path.replace("ROOM", NO_ROOM));
        for form in ["", "nickName=&notice=&jsonString={&message=%00"] {
            assert_eq!(alice.post(&path, form).await.codes(), "404 10102", "{path} {form}");
        }
    }
}

/// The API may send into a room whatever its state is, and what is reserved goes out.
#[tokio::test]
async fn paused_and_ended_rooms_take_messages() {
    for status in ["S", "E"] {
        let room = Room::new().await;
        room.join("bob").await;
        room.reserve("20260131120001").await;
        let form = format!("roomName=Lobby&roomType=01&maxUser=2&rtcStat=N&gTransStat=N&roomStatus={status}");
        assert_eq!(room.alice.post(&format!("/openapi/v2/rooms/{}", room.id), &form).await.codes(), "200 1");
        assert_eq!(room.post("notice", "nickName=a&notice=now").await.codes(), "200 1", "{status}");
        assert_eq!(room.post("custom", "nickName=a&jsonString=7").await.codes(), "200 1", "{status}");
        let whisper = room.alice.post(&format!("/openapi/v1/whisper/{}/bob", room.id), "message=psst&nickName=a").await;
        assert_eq!(whisper.codes(), "200 1", "{status}");
        room.reserve("20260131120002").await;
        room.advance("2s").await;
        assert_eq!(room.texts().await, r#"now | 7 | psst | {"at": "20260131120001"} | {"at": "20260131120002"}"#, "{status}");
    }
}

/// A clock that passes many of them at once sends them as they would have gone.
#[tokio::test]
async fn reserved_messages_go_out_in_the_order_of_their_times() {
    let room = Room::new().await;
    for (text, second) in [("third", 9), ("first", 1), ("fourth", 9), ("second", 5)] {
        let form = format!("jsonString=\"{text}\"&nickName=a&sendDate=2026013112000{second}");
        assert_eq!(room.post("custom", &form).await.codes(), "200 1");
    }
    room.advance("1m").await;
    assert_eq!(room.texts().await, r#""first" | "second" | "third" | "fourth""#);
}

/// A reserved message goes out when the account's clock comes to its second; whoever looks sees it.
#[tokio::test]
async fn reserved_messages_fall_due_by_the_clock() {
    let room = Room::new().await;
    let later = room.reserve("20260131130000").await;
    let sooner = room.reserve("20260131120001").await;
    let reserved = room.messages("").await;
    assert_eq!((reserved["messages"].as_array().unwrap().len(), reserved["reserved"].as_array().unwrap().len()), (0, 2));
    assert_eq!((room.count().await.as_str(), reserved["reserved"][0]["scheduleId"].as_str()), ("0", Some(later.as_str())));

    assert_eq!(room.advance("999ms").await["due"].as_array().unwrap().len(), 0);
    assert_eq!(room.count().await, "0");
    let due = room.advance("1ms").await["due"].clone();
    assert_eq!(due[0]["what"], "messageSent");
    assert_eq!((due[0]["roomId"].as_str(), due[0]["scheduleId"].as_str()), (Some(room.id.as_str()), Some(sooner.as_str())));
    assert_eq!(due[0]["at"], "2026-01-31T03:00:01.000Z");
    assert_eq!((room.count().await.as_str(), room.texts().await.as_str()), ("1", r#"{"at": "20260131120001"}"#));
    assert_eq!(room.messages("").await["messages"][0]["scheduleId"], sooner.as_str());

    // Back in time nothing is taken back; forward again nothing goes out twice.
    room.advance("-1h").await;
    assert_eq!(room.advance("3h").await["due"].as_array().unwrap().len(), 1);
    assert_eq!(room.count().await, "2");
    assert_eq!(room.messages("").await["reserved"].as_array().unwrap().len(), 0);
    // The list tells the same as the detail, under both versions.
    for version in ["v1", "v2"] {
        assert_eq!(room.alice.get(&format!("/openapi/{version}/rooms")).await.json()["list"][0]["messageCount"], "2");
    }
}

/// With a clock that runs nobody need advance it: the next look settles what is due.
#[tokio::test]
async fn reserved_messages_fall_due_when_the_clock_is_set() {
    let room = Room::new().await;
    let request = {
        let reply = room.post("custom", "jsonString={}&nickName=a&sendDate=20260131123000").await;
        reply.header("x-mock-request-id").parse::<u64>().unwrap()
    };
    room.mock.admin("POST", "mark?apiKey=alice-key", "").await;
    room.mock.emulator().set_clock(None, clock("start:2026-01-31T12:30:00+09:00")).unwrap();
    assert_eq!(room.alice.list().await.json()["list"][0]["messageCount"], "1");
    // The change is put down to the request that reserved it.
    let diff = room.mock.admin("GET", "diff?apiKey=alice-key", "").await.json();
    assert_eq!(diff["accounts"][0]["changed"][0]["fields"][0]["field"], "messageCount");
    assert_eq!(diff["accounts"][0]["changed"][0]["fields"][0]["by"]["request"], request);
}

#[tokio::test]
async fn a_reserved_message_can_be_taken_back_until_it_goes_out() {
    let room = Room::new().await;
    let (first, second) = (room.reserve("20260131130000").await, room.reserve("20260131130000").await);
    assert_ne!(first, second);
    assert!(first.len() == 20 && first.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{first}");
    assert_eq!(room.cancel(&first).await.body, r#"{"result_cd":1,"result_msg":""}"#);
    let again = room.cancel(&first).await;
    insta::assert_snapshot!(again.to_string().replace(&first, "FIRST").replace(&second, "SECOND"), @r#"
    400
    x-mock-reason: scheduleId: must be that of a reserved message of this room, got "FIRST"; it may have been cancelled before
    {"result_cd":400,"result_msg":"scheduleId: must be that of a reserved message of this room, got \"FIRST\""}
    "#);
    assert_eq!(room.cancel("none").await.codes(), "400 400");
    let other = room.alice.create_room("").await;
    assert_eq!(room.alice.delete(&format!("/openapi/v1/custom/{other}/{second}")).await.codes(), "400 400");
    assert_eq!(room.mock.bob().delete(&format!("/openapi/v1/custom/{}/{second}", room.id)).await.codes(), "404 10102");
    room.advance("1h").await;
    let late = room.cancel(&second).await;
    assert_eq!(late.codes(), "400 400");
    assert!(late.header("x-mock-reason").contains("the message went out at 2026-01-31T04:00:00.000Z"), "{late}");
    assert_eq!(room.count().await, "1");
}

/// A room that is destroyed takes its messages along.
#[tokio::test]
async fn a_destroyed_room_sends_nothing() {
    let room = Room::new().await;
    room.reserve("20260131130000").await;
    room.alice.delete(&format!("/openapi/v2/rooms/{}", room.id)).await;
    assert_eq!(room.advance("2h").await["due"].as_array().unwrap().len(), 0);
    let gone = room.mock.admin("GET", &format!("rooms/{}/messages?apiKey=alice-key", room.id), "").await;
    assert_eq!(gone.status, 404);
}

/// Messages that went out are bounded; reserved ones are nobody's to lose, and survive an export.
#[tokio::test]
async fn what_is_kept_is_bounded_and_survives_an_export() {
    let room = Room::new().await;
    for number in 0..1003 {
        assert_eq!(room.post("notice", &format!("nickName=a&notice={number}")).await.codes(), "200 1");
    }
    let kept = room.messages("").await;
    assert_eq!((kept["messages"].as_array().unwrap().len(), kept["evicted"].as_u64()), (1000, Some(3)));
    assert_eq!((kept["messages"][0]["notice"].as_str(), room.count().await.as_str()), (Some("3"), "1003"));
    for _ in 0..20 {
        assert_eq!(room.post("custom", &format!("nickName=a&jsonString=\"{}\"", "x".repeat(60_000))).await.codes(), "200 1");
    }
    let kept = room.messages("").await;
    assert_eq!(kept["messages"].as_array().unwrap().len(), 17, "1 MiB of text");
    room.reserve("20260131130000").await;

    let state = room.mock.admin("GET", "state", "").await.body;
    let other = Mock::new();
    assert_eq!(other.admin("PUT", "state?all=true", &state).await.status, 200);
    assert_eq!(other.admin("GET", "state", "").await.body, state);
    other.admin("POST", "clock/advance?apiKey=alice-key", r#"{"by": "1h"}"#).await;
    assert_eq!(other.alice().field(&room.id, "messageCount").await, "1024");
}

/// No credential of the vendor's real shape is shown, wherever it was sent.
#[tokio::test]
async fn credentials_in_messages_are_masked() {
    let room = Room::new().await;
    let key = "AbCdEf-GhIjKl-MnOpQr-StUvWx-20220523144251";
    room.post("notice", &format!("nickName={key}&notice=the key is {key}")).await;
    room.post("custom", &format!("nickName=a&jsonString=\"{key}\"&sendDate=20260131130000")).await;
    let shown = room.messages("").await.to_string();
    assert!(!shown.contains("StUvWx"), "{shown}");
}

/// An account whose count of ids was set back draws none that a room still has: what is exported can be imported.
#[tokio::test]
async fn no_schedule_id_is_drawn_twice_in_a_room() {
    let room = Room::new().await;
    let first = room.reserve("20260131130000").await;
    let state = room.mock.admin("GET", "state?apiKey=alice-key", "").await.json();
    let rooms = serde_json::json!({ "default": { "rooms": state["accounts"][0]["rooms"] } }).to_string();
    room.mock.admin("POST", "reset?apiKey=alice-key", "").await;
    assert_eq!(room.mock.admin("PUT", "state?apiKey=alice-key", &rooms).await.status, 200);
    // As many ids as before: the room's was one of them.
    room.alice.create_room("").await;
    let second = room.reserve("20260131130000").await;
    assert_ne!(first, second);
    let state = room.mock.admin("GET", "state", "").await.body;
    assert_eq!(room.mock.admin("PUT", "state?all=true", &state).await.status, 200);
}

/// A parameter that nobody reads, and that is nearly one that may be left out, makes a success doubtful.
#[tokio::test]
async fn a_misspelt_optional_parameter_is_warned_of() {
    let room = Room::new().await;
    let sent = room.post("custom", "jsonString={}&nickName=a&senddate=20260131130000").await;
    assert_eq!((sent.codes().as_str(), sent.header("x-mock-warning")), ("200 1", "senddate was ignored: the parameter is sendDate"));
    let plain = room.post("custom", "jsonString={}&nickName=a&unknown=1").await;
    assert_eq!(plain.header("x-mock-warning"), "");
    let created = room.alice.post("/openapi/v2/rooms", &format!("Resolution=720&{}", crate::mock::ROOM_V2)).await;
    assert_eq!(created.header("x-mock-warning"), "Resolution was ignored: the parameter is resolution");
}
