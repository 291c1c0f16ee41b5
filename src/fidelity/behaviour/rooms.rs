//! What becomes of a room.

use super::{Subject, assumed, documented, observed};

const ROOM: &str = "src/domain/room.rs";
const STATUS: &str = "rooms_v2::room_status_pauses_ends_and_opens_again";

pub const SUBJECT: Subject = Subject {
    title: "Rooms",
    known: &[
        documented("Every value of a room is a JSON string, numbers and booleans too.", "the tables and the examples of v2"),
        documented("The keys of a room in v2 come in the order of the examples.", "the examples of v2"),
        documented(
            "An unset template is read as the four letters null, an unset resolution as 0, an unset gApiKey as an empty text.",
            "the examples of v2",
        ),
        documented("An open end is 99991231235959.", "the examples of v2"),
        documented("rtcStat=Y grants webrtc 91.", "the table (\"Automatically grant by webrtcStat\") and the examples of v2"),
        documented("roomStatus of a modify: A is active, S is paused.", "the v1 document"),
        observed("Rooms are listed oldest first.", "the example of listRoom"),
        observed("Dates are Korean time.", "captured data"),
        observed("A roomId is two groups of ten letters or digits and the time of creation, 14 digits.", "captured data"),
        observed("A list without rooms is [] and not absent.", "public clients, which ask for its size"),
    ],
    assumed: &[
        assumed(
            "new-room",
            "A new room is active, with an open end, counts of 0, and duplicate connections refused.",
            "the second room of the example of listRoom, which looks new",
        )
        .decided(ROOM, "rooms_v2::create_then_look")
        .by("RoomStatus::Active", "RoomStatus::Pending"),
        assumed("end-pauses", "roomStatus=E makes the room pending.", "a read knows two words, and an ended room is not active")
            .decided(ROOM, STATUS)
            .by("RoomStatus::Pending", "RoomStatus::Active"),
        assumed("end-dates", "roomStatus=E sets endDt to now.", "what else is endDt for")
            .decided(ROOM, STATUS)
            .by("= now", "= KstTime::OPEN_END"),
        assumed("end-twice", "A second E keeps the time of the first.", "the room has ended then")
            .decided(ROOM, STATUS)
            .by("!ended", "true"),
        assumed("activate-reopens", "roomStatus=A opens the end of an ended room again.", "else it could not become active")
            .decided(ROOM, STATUS)
            .by("if ended", "if false"),
        assumed("ended-room-lives", "An ended room can be read, modified and destroyed.", "nothing speaks of its removal")
            .decided("src/emulator/mod.rs", STATUS)
            .by("room.apply(change, now);", "if room.end_dt <= now { return Err(NoSuchRoom) } else { room.apply(change, now) }"),
        assumed("count-max", "Counts are 0 to 2147483647, and stay there.", "a Java int")
            .decided("src/domain/field.rs", "state::the_chat_engine_changes_a_room")
            .by("i32::MAX as u32", "10_000"),
        assumed(
            "foreign-room",
            "Another account's room is answered byte for byte like one that does not exist.",
            "an answer must not tell what others have",
        )
        .decided("src/emulator/mod.rs", "auth::accounts_are_apart")
        .not_by_a_line("an account looks at no rooms but its own; another answer needs a look at the others, and a result code"),
        assumed(
            "impossible-room-id",
            "A text that no roomId looks like, of bytes that are not UTF-8 too, is an unknown room.",
            "it is nobody's room",
        )
        .decided("src/http/path.rs", "refusals::unknown_rooms")
        .by("self.unknown(NoSuchRoom)", "ApiError::Body { why: String::new() }"),
    ],
};
