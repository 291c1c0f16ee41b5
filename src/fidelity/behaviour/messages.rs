//! What the API sends into rooms: notices, custom messages, whispers.

use super::{Subject, assumed, documented};

const MESSAGE: &str = "src/domain/message.rs";
const EMULATOR: &str = "src/emulator/messages.rs";
const CUSTOM: &str = "src/http/messages/custom.rs";
const REFUSED: &str = "messages::parameters_that_are_refused";
const AT_LIMITS: &str = "messages::texts_at_their_limits";
const ORDER: &str = "operations::bodies_are_ignored_where_there_are_no_parameters_and_must_be_forms_where_there_are";
const NO_ROOM: &str = "messages::an_unknown_room_is_told_before_any_parameter";
const WHISPER: &str = "messages::a_whisper_needs_somebody_to_hear_it";
const FALL_DUE: &str = "messages::reserved_messages_fall_due_by_the_clock";
const TAKEN_BACK: &str = "messages::a_reserved_message_can_be_taken_back_until_it_goes_out";
const ALPHABET: &str = "the order of the v1 document, which is that of the alphabet";

pub const SUBJECT: Subject = Subject {
    title: "Messages",
    known: &[
        documented("Without sendDate, or with an empty one, a custom message goes out at once; else it is reserved.", "the v1 document"),
        documented("A reservation answers with a scheduleId, which cancelCustom takes.", "the v1 document"),
        documented("The nickName of a notice has at most 50 characters, the notice at most 100.", "the vendor's table of sendNotice"),
    ],
    assumed: &[
        assumed("nick-name-length", "The 50 characters of sendNotice hold for every nickName.", "it is the same name")
            .decided("src/domain/user.rs", REFUSED)
            .by("= 50;", "= 60;"),
        assumed(
            "nick-name-unit",
            "The characters of nickName, notice and clientKey are counted as those of roomName (`room-name-unit`).",
            "no table names a unit",
        )
        .decided("src/domain/field.rs", AT_LIMITS)
        .by("text.chars()", "text.encode_utf16()"),
        assumed("json-any", "jsonString is any JSON text: an object, a list, a number, null.", "\"type: json\" says no more")
            .decided(MESSAGE, AT_LIMITS)
            .by("serde::de::IgnoredAny", "serde_json::Map<String, serde_json::Value>"),
        assumed("json-as-sent", "It is sent as it was written, with its spaces.", "it is a text in a form")
            .decided(MESSAGE, "messages::what_was_sent_can_be_looked_at")
            .by("text.into()", "text.replace(' ', \"\").into()"),
        assumed("whisper-any-text", "message is any text, however long.", "nothing speaks of a limit")
            .decided(MESSAGE, AT_LIMITS)
            .by("field::without_nul(text)", "field::bounded(text, 100)"),
        assumed("order-of-notice", "sendNotice checks nickName, notice.", ALPHABET).decided("src/http/messages/notice.rs", ORDER).by(
            "nick_name: params.required(\"nickName\")?, notice: params.required(\"notice\")?",
            "notice: params.required(\"notice\")?, nick_name: params.required(\"nickName\")?",
        ),
        assumed("order-of-custom", "sendCustom checks jsonString, nickName, sendDate.", ALPHABET).decided(CUSTOM, ORDER).by(
            "json_string: params.required(\"jsonString\")?,\n        nick_name: params.required(\"nickName\")?,",
            "nick_name: params.required(\"nickName\")?,\n        json_string: params.required(\"jsonString\")?,",
        ),
        assumed("order-of-whisper", "sendWhisperMessage checks message, nickName.", ALPHABET)
            .decided("src/http/messages/whisper.rs", ORDER)
            .by("let message =", "params.required::<NickName>(\"nickName\")?;\n    let message ="),
        assumed("room-before-notice", "sendNotice tells an unknown room before any parameter.", "as `room-before-fields`")
            .decided("src/http/messages/notice.rs", NO_ROOM)
            .by("emulator.room(account, &id, |_| ()).map_err(|error| path.unknown(error))?;", ""),
        assumed("room-before-custom", "sendCustom does too.", "as `room-before-fields`")
            .decided(CUSTOM, NO_ROOM)
            .by("emulator.room(account, &id, |_| ()).map_err(|error| path.unknown(error))?;", ""),
        assumed(
            "user-before-fields",
            "sendWhisperMessage tells an unknown room, then an unknown user, then what is wrong with a parameter.",
            "the path is read first",
        )
        .decided("src/http/messages/whisper.rs", WHISPER)
        .by("if !is_in(", "whisper(params, path.key()?).map_err(|error| params.refuse(error))?;\n    if !is_in("),
        assumed("whisper-in-room", "A whisper is for somebody who is in the room now: exiled or gone is 10107.", "nobody else can hear it")
            .decided("src/domain/user.rs", WHISPER)
            .by("self.has(key)", "self.known(key).is_ok()"),
        assumed("messages-counted", "Each notice, custom message and whisper adds one to messageCount.", "the table says \"Current Message Count\" and no more")
            .decided(EMULATOR, "messages::what_was_sent_can_be_looked_at")
            .by(
                "moved_at_most(1)",
                "moved_at_most(i64::from(!matches!(sent.message, Message::Whisper { .. })))",
            ),
        assumed("messages-always", "A paused or ended room takes messages, and those that are reserved go out.", "no result code is about it")
            .decided(EMULATOR, "messages::paused_and_ended_rooms_take_messages")
            .by(
                "room.message_count =",
                "if room.room_status != crate::domain::field::RoomStatus::Active {\n                return Err(NoSuchRoom);\n            }\n            room.message_count =",
            ),
        assumed("send-date-kst", "sendDate is Korean time.", "as every other date of the API (observed)")
            .decided(EMULATOR, REFUSED)
            .by("state.clock.now().into()", "(state.clock.now() - chrono::TimeDelta::hours(9)).into()"),
        assumed("send-date-ahead", "sendDate must be later than now, by the second: now is refused.", "what is past cannot be reserved")
            .decided(EMULATOR, REFUSED)
            .by("send_date <= now", "send_date < now"),
        assumed("schedule-in-data", "A reservation answers with data, which has scheduleId alone.", "as createRoom answers with roomId")
            .decided(CUSTOM, TAKEN_BACK)
            .by("Answer::data(emulator, Reserved { schedule_id })", "Answer::empty(emulator)"),
        assumed("schedule-shape", "A scheduleId is 20 letters and digits.", "it must be one, and is to be taken as it comes")
            .decided("src/domain/ids.rs", TAKEN_BACK)
            .by("= 20;", "= 24;"),
        assumed("cancel-unknown", "cancelCustom of what is not reserved, or not any more, answers 400, INCORRECT_REQUEST.", "no result code is about it")
            .decided("src/http/error.rs", TAKEN_BACK)
            .by("ResultCode::IncorrectRequest", "ResultCode::NotFound"),
        assumed("reserved-second", "A reserved message goes out when the clock comes to its second.", "sendDate has no smaller part")
            .decided(EMULATOR, FALL_DUE)
            .by("*at <= KstTime::from(self.clock.now())", "*at < KstTime::from(self.clock.now())"),
        assumed(
            "reserved-order",
            "Reserved messages go out in the order of their times, those of one second in the order in which they were reserved.",
            "as they would if somebody waited",
        )
        .decided("src/chat.rs", "messages::reserved_messages_go_out_in_the_order_of_their_times")
        .by("due.sort_by_key(", "due.reverse();\n        due.sort_by_key(|_| 0);\n        due.iter().for_each("),
        assumed("destroyed-room-silent", "A room that is destroyed takes its reserved messages along.", "there is no one to send them to")
            .decided("src/emulator/mod.rs", "messages::a_destroyed_room_sends_nothing")
            .by("state.chats.remove(id);", ""),
    ],
};
