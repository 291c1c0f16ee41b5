//! v1 and v2 as two views of the same rooms: nobody published that they are.

use super::{Subject, assumed, observed};

pub const SUBJECT: Subject = Subject {
    title: "v1 beside v2",
    known: &[observed("Public clients call v1.", "every public client that we know of")],
    assumed: &[
        assumed(
            "v1-key-order",
            "The keys of a room in v1: roomStatus, messageCount, webrtc, joinCount, startDt, endDt, currentUserCount in getRoomInfo, userId, isPossibleDup, roomId, roomName, maxUser.",
            "a Java HashMap filled in the order of the vendor's table iterates so; the same experiment gives the documented order of v2",
        )
        .decided("src/http/rooms/view.rs", "rooms_v1::reads_show_fewer_fields_in_an_order_of_their_own")
        .by("room_status: RoomStatus,\n    message_count: Count,", "message_count: Count,\n    room_status: RoomStatus,"),
        assumed("v1-g-trans-stat", "A room made by v1 has gTransStat N.", "v1 has no translation to ask for")
            .decided("src/http/rooms/create.rs", "rooms_v1::create_makes_a_whole_room_of_three_parameters")
            .by("YesNo::No", "YesNo::Yes"),
        assumed("v1-room-type", "A room made by v1 has roomType 02 when webrtc is not 0, else 01.", "01 is normal, 02 is video")
            .decided("src/domain/room.rs", "rooms_v1::create_makes_a_whole_room_of_three_parameters")
            .by("RoomType::Video", "RoomType::Metaverse"),
        assumed("webrtc-stat", "webrtcStat is Y exactly when webrtc is not 0.", "the examples of v2 have 91 with Y and 0 with N")
            .decided("src/domain/field.rs", "rooms_v1::create_makes_a_whole_room_of_three_parameters")
            .by("self == Self::OFF", "self != Self::GRANTED"),
        assumed("rtc-stat-keeps", "rtcStat=Y keeps a webrtc that is not 0; N makes it 0.", "it is on already, whatever v1 has set")
            .decided("src/domain/field.rs", "rooms_v2::rtc_stat_grants_keeps_or_takes")
            .by("=> self,", "=> Self::GRANTED,"),
        assumed("v1-modify-keeps-webrtc", "A v1 modify without webrtc leaves it.", "as other optional parameters")
            .decided("src/http/rooms/modify.rs", "rooms_v1::modify_leaves_what_v1_does_not_know")
            .by(
                "params.change(\"webrtc\")?.map(|webrtc| WebrtcChange::Set(webrtc.unwrap_or_default()))",
                "Some(WebrtcChange::Set(params.optional(\"webrtc\")?.unwrap_or_default()))",
            ),
    ],
};
