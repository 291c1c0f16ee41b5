//! Where the vendor's pages contradict themselves or each other, in their own words, and what we chose.

use super::markdown::table;

/// About what, what the pages say, what we chose.
const ROWS: &[[&str; 3]] = &[
    [
        "messageCount",
        "The tables of the v2 page have `MessageCount`; its examples have `\"messageCount\"`, and so have the Korean tables.",
        "`messageCount`: what a program would meet.",
    ],
    [
        "The order of keys",
        "In the example of listRoom the first room has `messageCount` before `webrtc`, the second one `webrtc` before `messageCount`. All else is in the same order.",
        "`messageCount` first, as in the example of getRoomInfo too.",
    ],
    [
        "rtcStat and webrtcStat",
        "\"webRTC Status\" is `rtcStat` in the parameters of createRoom and modifyRoom, and `webrtcStat` in what is read.",
        "Both, each in its place. A `webrtcStat` that is sent is ignored, and the refusal says so.",
    ],
    [
        "roomStatus of a v2 modify",
        "The example sends `roomStatus={A or S or E}`; the table of parameters has no roomStatus. The v1 document has two letters: \"(`A`:진행중,`S`:중지)\".",
        "v2 takes `A`, `S` and `E`, optional; v1 takes `A` and `S`. What `E` does is assumed: `end-pauses`, `end-dates`, `end-twice`.",
    ],
    [
        "roomStatus, sent and read",
        "A modify sends letters; a read shows \"active : Available pending : Pause\".",
        "Both. There is no third word for an ended room: it is `pending`, with an `endDt` that has passed.",
    ],
    [
        "Words for codes",
        "The examples send `roomType={Normal or Video or metaverse}` and `resolution={Normal or High Definition or Full High Definition}`; the tables have \"01: Normal , 02: Video , 03: metaverse\" and \"243: Low Definition , 360: normal , 480: High Definition , 720: Full High Definition\".",
        "The codes of the tables. A word is refused, and the refusal lists the codes.",
    ],
    [
        "Values of template",
        "The example of createRoom has `template={01 or 02}`, the table \"01: Room 02: Office 1 03: Office 2 04: Seminar\".",
        "`01` to `04`.",
    ],
    [
        "Values that no list has",
        "The examples read `\"resolution\": \"0\"` and `\"template\": \"null\"`; the tables list neither.",
        "Both are how a read shows that it is unset. Sent, they are refused.",
    ],
    [
        "Required N in what is read",
        "`webrtc`, `resolution`, `gApiKey` and `template` are Required N; every example has all four, `\"gApiKey\": \"\"` too.",
        "A v2 read shows all of them always.",
    ],
    [
        "Defaults",
        "The tables of parameters have a column Default; no row gives a default.",
        "There are none: what is optional and not sent is unset.",
    ],
    [
        "userId",
        "\"ID\" in the tables of the v2 page, the account's e-mail address in the Korean ones; the answer of the token call names it `user_email`.",
        "The e-mail address.",
    ],
    [
        "isPossibleDup",
        "\"true : Duplicate allowed else : No duplication allowed\": the other value is not named; the examples have `\"false\"`.",
        "`false`.",
    ],
    [
        "The longest roomName",
        "\"Within 50 characters\" on the v2 page; the v1 document gives no length.",
        "50 in both versions: they are the same rooms.",
    ],
    [
        "The base URL",
        "The v1 document says \"BaseURL: https://vchatcloud.com/openapi\", its server is `https://vchatcloud.com`, and its paths begin with `/openapi`.",
        "Paths begin with `/openapi`, once.",
    ],
    [
        "Names of operations",
        "The v1 document calls them `destoryRoomUsingDELETE`, `tokenUsingGET`, `sendWhisperUsingPOST`; its summaries and the v2 page have `sendWhisperMessage`, \"destroy chat room\", \"getRoomInfo data\".",
        "`destroyRoom`, `issueToken`, `sendWhisperMessage`. They never travel.",
    ],
    [
        "HTTP statuses",
        "The v1 document lists 200, 201, 401, 403 and 404 for every POST and PUT, 200, 401, 403 and 404 for every GET, 200, 204, 401 and 403 for every DELETE, and a body for 200 alone. The v2 page names no status; each of its answers is an envelope.",
        "Its generator lists these for every call alike. Success is 200; every answer is an envelope, a refusal too.",
    ],
    [
        "The envelope",
        "`BasicResponse` of the v1 document has `result_cd` and `result_msg` alone, and two quotation marks as the example of `result_msg`; the v2 page has `list` and `data`, and `\"result_msg\": \"\"`.",
        "As on the v2 page: an empty text.",
    ],
    ["Media type of answers", "`*/*` in the v1 document, \"JSON\" in the tables of the v2 page.", "`application/json` (`content-type`)."],
    [
        "The key of the token call",
        "The v1 document has the header `api_key`, `\"required\": false`, beside the security scheme `API_KEY`. It says that both together are sent twice (\"중복으로 값이 전송\").",
        "One header in any case. It is required, and twice with one value is once.",
    ],
    [
        "Both headers",
        "In the v1 document `API_KEY` and `X-AUTH-TOKEN` are two entries of `security`, which makes them alternatives; the v2 page says that \"the header must contain the token issued through the token API and the API KEY used to retrieve the token\".",
        "Both.",
    ],
    [
        "The token of the token call",
        "The v1 document has `X-AUTH-TOKEN` in the `security` of every call, the one that issues a token too.",
        "issueToken needs `API_KEY` alone, and ignores a token.",
    ],
    ["The version of listUser", "`/openapi/v1/users/{roomId}` in the v1 document, v2 on another page.", "Both paths."],
    [
        "What the lists of people show",
        "The v1 document says that listUser, listExileUser and listMuteUser fetch a list (\"리스트 정보를 가져온다\"); the schema of their answers is `BasicResponse`, which has none.",
        "`list`, with the four fields of listUser in each (`lists-alike`).",
    ],
    [
        "Doing and undoing",
        "exileUser and muteUser are POST, unexileUser and unmuteUser are PUT on the same path: what takes something back has the method that puts it there, and lists 201, Created. What was reserved is taken back with DELETE.",
        "As the document has it, each with 200.",
    ],
    [
        "Many or one",
        "`/exiles` is plural, `/mute`, `/notice`, `/custom` and `/whisper` are not; the list of muted users is at `/mute` too.",
        "The paths as they stand.",
    ],
    [
        "Words for clientKey",
        "\"유저키\" in the paths of exiles and whisper, \"유저 키\" in those of mute. Nothing says what it looks like, or what is answered when nobody has it.",
        "One thing: what listUser shows. Nobody has it: 10107 (`unknown-user`).",
    ],
    [
        "jsonString",
        "A form's parameter of `\"type\": \"string\"`, described as \"JSON 메시지(`※ type: json`)\".",
        "A form's parameter whose text is JSON, of any kind (`json-any`). A body of JSON is 415, as everywhere.",
    ],
    [
        "sendDate",
        "The format is `YYYYMMDDHH24MISS`, 16 characters as they stand, the example `20220526171717` has 14 digits. It names no time zone.",
        "14 digits, in Korean time (`send-date-kst`).",
    ],
    [
        "sendDate of a message that goes out now",
        "It is to be left blank (\"공란으로 비워둔다\"), and it is not among the required ones.",
        "Absent and empty both mean now.",
    ],
    [
        "scheduleId",
        "sendCustom is said to return it (\"`scheduleId` 리턴\"), cancelCustom takes what was returned; the schema of the answer is `BasicResponse`, which has none.",
        "`data` has it, when the message is reserved and only then (`schedule-in-data`).",
    ],
    [
        "The longest nickName",
        "50 characters in the table of sendNotice; the v1 document has it in three operations and gives no length, nor one of notice.",
        "50 in all of them (`nick-name-length`).",
    ],
    [
        "Spelling of result codes",
        "The chat engine's table writes REQURIED for required, and `CHANNEL_USER_BANED`.",
        "`MISSING_REQUIRED_PARAM`, and `CHANNEL_USER_BANED` as it stands. The names never travel; the numbers are its own.",
    ],
];

/// The table.
pub fn contradictions() -> String {
    table(["about", "what the pages say", "what we chose"], ROWS.iter().map(|row| row.map(str::to_owned)))
}
