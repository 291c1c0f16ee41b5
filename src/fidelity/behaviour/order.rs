//! In which order a request is checked: the first failure answers.

use super::{Subject, assumed};

pub const SUBJECT: Subject = Subject {
    title: "The order of checks",
    known: &[],
    assumed: &[
        assumed(
            "order-of-checks",
            "Path, method, API_KEY, X-AUTH-TOKEN, media type, size of the body, its decoding, the room, then the parameters. The first failure answers.",
            "from what costs nothing to what costs most, as frameworks do it",
        )
        .decided("src/http/mod.rs", "refusals::the_order_of_checks")
        .not_by_a_line("the order of `Exchange::try_to_operate` decides; the rows below are the parts that are lines"),
        assumed("key-before-token", "Without both headers it is API_KEY that is told to be missing.", "the order of the vendor's table of headers")
            .decided("src/http/auth.rs", "auth::open_mode_takes_any_pair")
            .by(
                "let key = key.as_ref()",
                "header::<Token>(call.headers, AuthHeader::Token)?;\n        let key = key.as_ref()",
            ),
        assumed("room-before-fields", "modifyRoom tells an unknown room before any parameter.", "the path is read first")
            .decided("src/http/rooms/modify.rs", "rooms_v2::an_unknown_room_is_told_before_any_parameter")
            .by("emulator.room(account, &id, |_| ()).map_err(|error| path.unknown(error))?;", ""),
        assumed(
            "order-of-create",
            "createRoom of v2 checks roomName, maxUser, gApiKey, gTransStat, resolution, roomType, rtcStat, template.",
            "the order of the vendor's table",
        )
        .decided("src/http/rooms/create.rs", "refusals::the_order_of_fields")
        .by(
            "room_name: params.required(\"roomName\")?,\n        max_user: params.required(\"maxUser\")?,",
            "max_user: params.required(\"maxUser\")?,\n        room_name: params.required(\"roomName\")?,",
        ),
        assumed(
            "order-of-modify",
            "modifyRoom of v2 checks roomName, roomType, maxUser, rtcStat, resolution, gTransStat, gApiKey, template, roomStatus.",
            "the order of the vendor's table; roomStatus, which it lacks, is last",
        )
        .decided("src/http/rooms/modify.rs", "refusals::the_order_of_fields")
        .by(
            "room_name: params.required(\"roomName\")?,\n        room_type: Some(params.required(\"roomType\")?),",
            "room_type: Some(params.required(\"roomType\")?),\n        room_name: params.required(\"roomName\")?,",
        ),
        assumed("order-of-create-v1", "createRoom of v1 checks maxUser, roomName, webrtc.", "the order of the v1 document")
            .decided("src/http/rooms/create.rs", "rooms_v1::the_order_of_checks")
            .by(
                "let max_user = params.required(\"maxUser\")?;\n    let room_name = params.required(\"roomName\")?;",
                "let room_name = params.required(\"roomName\")?;\n    let max_user = params.required(\"maxUser\")?;",
            ),
        assumed("order-of-modify-v1", "modifyRoom of v1 checks maxUser, roomName, webrtc, roomStatus.", "the same, with roomStatus last")
            .decided("src/http/rooms/modify.rs", "rooms_v1::the_order_of_checks")
            .by(
                "max_user: params.required(\"maxUser\")?,\n        room_name: params.required(\"roomName\")?,",
                "room_name: params.required(\"roomName\")?,\n        max_user: params.required(\"maxUser\")?,",
            ),
    ],
};
