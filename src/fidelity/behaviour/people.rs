//! Users in rooms: who gets in, and what exile and mute do. The chat engine lets users in; here the control plane does.

use super::{Subject, assumed, documented, observed};

const USER: &str = "src/domain/user.rs";
const VIEW: &str = "src/http/people/view.rs";
const JOINED: &str = "people::who_joins_is_listed_and_counted_under_both_versions";
const NOT_IN: &str = "people::who_does_not_get_in_is_told_why";
const BODIES: &str = "people::bodies_of_a_join_that_are_refused";
const EXILE: &str = "people::exile_and_mute";
const NOBODY: &str = "people::somebody_who_is_not_there";
const CHANGED: &str = "people::a_room_that_changes_keeps_its_people";

pub const SUBJECT: Subject = Subject {
    title: "Users in rooms",
    known: &[
        documented("joinCount is the cumulative number of users, currentUserCount the current one.", "the tables of v2"),
        documented("isPossibleDup true allows duplicate connections, anything else does not.", "the tables of v2"),
        documented(
            "A full room, an ended one, a banned user and one who is not connected have result codes: 10101, 10104, 10106, 10107.",
            "the result codes of the vendor's chat engine",
        ),
        documented("POST exiles or mutes somebody, PUT undoes it.", "the v1 document"),
        observed("POST and PUT of exiles and mute come without a body, or with a JSON text as text/plain.", "public clients"),
        observed("A clientKey in a path may be an e-mail address, and percent-encoded.", "public clients"),
    ],
    assumed: &[
        assumed("join-order", "Whoever joins is told: ended, exiled, in it already, full. The first that holds.", "from what lasts longest to what changes most")
            .decided(USER, NOT_IN)
            .by("checks.into_iter()", "checks.into_iter().rev()"),
        assumed("join-at-end", "Nobody gets in from the second of endDt on.", "it is when the room ends")
            .decided(USER, NOT_IN)
            .by("self.end_dt <= now", "self.end_dt < now"),
        assumed("join-paused", "A paused room lets people in.", "no result code is about it")
            .decided(USER, NOT_IN)
            .by("self.end_dt <= now", "self.end_dt <= now || self.room_status == crate::domain::field::RoomStatus::Pending"),
        assumed("join-twice", "Who is in the room is refused when isPossibleDup is not true.", "the other way is to throw the first connection out")
            .decided(USER, NOT_IN)
            .by("self.is_possible_dup == PossibleDup::Refused && self.people.has(key)", "false"),
        assumed("join-twice-code", "That refusal has no result code.", "none of the vendor's that we know of is about it")
            .decided(USER, NOT_IN)
            .by("IsIn => None", "IsIn => Some(ResultCode::UserLimitExceeded)"),
        assumed("join-twice-listed", "Who is in twice is listed and counted twice.", "the counts are of connections: \"the number of connections has been exceeded\"")
            .decided(USER, NOT_IN)
            .by("lists.users.push(user)", "enter(&mut lists.users, user)"),
        assumed("join-full", "A room is full when currentUserCount is maxUser or more, whoever is counted.", "they are what a read shows")
            .decided(USER, NOT_IN)
            .by("self.current_user_count.get() >=", "self.people.users().len() as u32 >="),
        assumed("people-order", "The three lists are in the order in which people came into them.", "as that of the rooms, oldest first")
            .decided(VIEW, JOINED)
            .by("list(room).iter()", "list(room).iter().rev()"),
        assumed("lists-alike", "listExileUser and listMuteUser show what listUser shows.", "the v1 document names no field of any of them")
            .decided(VIEW, EXILE)
            .not_by_a_line("the three lists have one type"),
        assumed("list-user-versions", "listUser of v1 and of v2 are the same.", "they are the same rooms")
            .decided("src/http/people/users.rs", JOINED)
            .by("room.people.users()", "room.people.exiles()"),
        assumed("unknown-user", "Exile, mute and whispers of nobody who is known answer 10107, USER_NOT_EXISTED.", "the name of the code")
            .decided("src/http/error.rs", NOBODY)
            .by("ResultCode::UserNotExisted", "ResultCode::IncorrectRequest"),
        assumed("exile-known", "Who is in the room, was exiled or is muted can be exiled and muted; nobody else can.", "the mock knows nobody else")
            .decided(USER, EXILE)
            .by("self.lists().into_iter()", "self.lists().into_iter().take(1)"),
        assumed("exile-leaves", "Exile takes somebody out with every connection: currentUserCount goes down, joinCount stays.", "it is what the word means")
            .decided(USER, EXILE)
            .by("self.leave(Some(key)).or(Ok(()))", "Ok(())"),
        assumed("exile-twice", "A second exile or mute changes nothing and succeeds.", "what was asked for is so")
            .decided(USER, EXILE)
            .by("find(list, &user.client_key).is_none()", "true"),
        assumed("undo-nothing", "Undoing what is not there succeeds, of a clientKey that nobody has too.", "what was asked for is so")
            .decided(VIEW, NOBODY)
            .by(
                "path.named().iter().for_each(|key| act(room, key));",
                "let was = room.people.clone();\n        path.named().iter().for_each(|key| act(room, key));\n        if was == room.people {\n            return Err(NoSuchUser);\n        }",
            ),
        assumed("mute-stays", "Who leaves or is exiled stays muted.", "else a new connection would get round it")
            .decided(USER, EXILE)
            .by(
                "lists.users.retain(|user| key.is_some_and(|key| user.client_key != *key))",
                "{ lists.mutes.clear(); lists.users.retain(|user| key.is_some_and(|key| user.client_key != *key)) }",
            ),
        assumed("unexile-out", "Whose exile is undone may join, and is not in the room by that.", "joining is the chat engine's")
            .decided(USER, EXILE)
            .by(
                "lists.exiles.retain(|user| user.client_key != *key)",
                "{ let back: Vec<User> = lists.exiles.extract_if(.., |user| user.client_key == *key).collect(); lists.users.extend(back) }",
            ),
        assumed("people-body", "A body of exileUser, muteUser and what undoes them is not read, whatever its type.", "the v1 document gives them no parameters")
            .decided(VIEW, "operations::bodies_are_ignored_where_there_are_no_parameters_and_must_be_forms_where_there_are")
            .not_by_a_line("no handler of theirs asks for one"),
        assumed("room-before-user", "An unknown room is told before an unknown user.", "the path is read from the left")
            .decided(VIEW, NOBODY)
            .by("let act =", "path.key()?;\n    let act ="),
        assumed("client-key-length", "A clientKey has 1 to 100 characters.", "an e-mail address fits; nothing speaks of a limit")
            .decided(USER, BODIES)
            .by("= 100;", "= 1000;"),
        assumed("client-key-control", "A clientKey has no control characters.", "nobody could type it").decided(USER, BODIES).by(
            "text.contains(char::is_control)",
            "false",
        ),
        assumed("impossible-client-key", "A text that is no clientKey is somebody who is not there, and no invalid value.", "as with roomIds")
            .decided(VIEW, NOBODY)
            .by("Err(NoSuchUser)", "Ok(())"),
        assumed("modify-keeps-people", "A modify puts nobody out, even when maxUser falls below currentUserCount.", "nothing speaks of it")
            .decided("src/domain/room.rs", CHANGED)
            .by("self.max_user = max_user;", "self.max_user = max_user;\n        let _ = self.leave(None);"),
        assumed("end-keeps-people", "roomStatus=E puts nobody out.", "nothing speaks of it; the control plane lets everybody leave")
            .decided("src/domain/room.rs", CHANGED)
            .by("= now;", "= now;\n                    let _ = self.leave(None);"),
        assumed("destroyed-room-people", "A room with people in it can be destroyed, and takes them along.", "no result code is about it")
            .decided("src/emulator/mod.rs", CHANGED)
            .by(
                "state.rooms.remove(id)",
                "state.rooms.get(id).filter(|room| room.people.users().is_empty()).map(|room| room.room_id).and_then(|id| state.rooms.remove(&id))",
            ),
    ],
};
