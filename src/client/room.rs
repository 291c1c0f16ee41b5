//! Rooms to be made and to be changed, and rooms as they are read back.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Error, UserSpec};
use crate::domain::field::{Coded, Resolution, RoomStatus, RoomType, Template, YesNo};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::time::KstTime;
use crate::fixture::{self, RoomFixture, Source};

/// A room to be, as a fixture has it; what is not said is as in a new room. Values are checked when it is made.
///
/// ```
/// use vchatcloud_mock::{RoomSpec, RoomType};
///
/// let room = RoomSpec::named("회의").max_user(10).room_type(RoomType::Video);
/// # drop(room);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoomSpec(Map<String, Value>);

/// What the chat engine does to a room; what is not said stays. All of it happens or nothing.
///
/// ```
/// use vchatcloud_mock::RoomUpdate;
///
/// let somebody_came = RoomUpdate::default().join_count_by(1).current_user_count_by(1);
/// # drop(somebody_came);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoomUpdate(Map<String, Value>);

macro_rules! setters {
    ($of:ident $($(#[$doc:meta])* $method:ident($value:ident: $what:ty) $field:literal $text:expr;)+) => {
        impl $of {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $method(mut self, $value: $what) -> $of {
                    self.0.insert($field.to_owned(), $text.into());
                    self
                }
            )+

            /// As the control plane takes it.
            pub fn json(&self) -> Value {
                self.0.clone().into()
            }
        }
    };
}
pub(super) use setters;

setters! { RoomSpec
    /// Its name, 1 to 50 characters.
    room_name(name: &str) "roomName" name;
    /// Its id, instead of a drawn one.
    room_id(id: RoomId) "roomId" id.as_str();
    /// How many users fit, 1 to 2147483647.
    max_user(users: u32) "maxUser" users;
    /// Normal, video or metaverse.
    room_type(kind: RoomType) "roomType" kind.code();
    /// Whether WebRTC is on.
    webrtc_stat(stat: YesNo) "webrtcStat" stat.code();
    /// The nine bits of v1; see [`Webrtc::VALUES`](crate::domain::field::Webrtc::VALUES).
    webrtc(bits: u8) "webrtc" bits;
    /// Of video rooms.
    resolution(resolution: Resolution) "resolution" resolution.code();
    /// Of metaverse rooms.
    template(template: Template) "template" template.code();
    /// Whether messages are translated.
    g_trans_stat(stat: YesNo) "gTransStat" stat.code();
    /// A Google API key.
    g_api_key(key: &str) "gApiKey" key;
    /// Active or pending.
    room_status(status: RoomStatus) "roomStatus" status.code();
    /// When it begins, to the second.
    start_dt(at: DateTime<Utc>) "startDt" KstTime::from(at).to_string();
    /// When it ends, to the second.
    end_dt(at: DateTime<Utc>) "endDt" KstTime::from(at).to_string();
    /// How many messages there were.
    message_count(count: u32) "messageCount" count;
    /// How many users have joined.
    join_count(count: u32) "joinCount" count;
    /// How many users are in it.
    current_user_count(count: u32) "currentUserCount" count;
    /// Whether a user may join twice.
    is_possible_dup(is_possible: bool) "isPossibleDup" is_possible;
}

setters! { RoomUpdate
    /// How many messages there were.
    message_count(count: u32) "messageCount" count;
    /// So many messages more, or fewer.
    message_count_by(change: i64) "messageCount" format!("{change:+}");
    /// How many users have joined.
    join_count(count: u32) "joinCount" count;
    /// So many more users have joined, or fewer.
    join_count_by(change: i64) "joinCount" format!("{change:+}");
    /// How many users are in it.
    current_user_count(count: u32) "currentUserCount" count;
    /// So many more users are in it, or fewer.
    current_user_count_by(change: i64) "currentUserCount" format!("{change:+}");
    /// Whether a user may join twice.
    is_possible_dup(is_possible: bool) "isPossibleDup" is_possible;
    /// Active or pending.
    room_status(status: RoomStatus) "roomStatus" status.code();
    /// When it begins, to the second.
    start_dt(at: DateTime<Utc>) "startDt" KstTime::from(at).to_string();
    /// When it ends, to the second.
    end_dt(at: DateTime<Utc>) "endDt" KstTime::from(at).to_string();
}

impl RoomSpec {
    /// A room of that name, 1 to 50 characters.
    pub fn named(name: &str) -> RoomSpec {
        RoomSpec::default().room_name(name)
    }

    /// Somebody is in it, after those who were said before; the counts of users are at least theirs.
    #[must_use]
    pub fn user(self, user: impl Into<UserSpec>) -> RoomSpec {
        self.with("users", &user.into())
    }

    /// Somebody was exiled from it.
    #[must_use]
    pub fn exile(self, user: impl Into<UserSpec>) -> RoomSpec {
        self.with("exiles", &user.into())
    }

    /// Somebody may not write in it.
    #[must_use]
    pub fn mute(self, user: impl Into<UserSpec>) -> RoomSpec {
        self.with("mutes", &user.into())
    }

    fn with(mut self, list: &str, user: &UserSpec) -> RoomSpec {
        if let Value::Array(users) = self.0.entry(list).or_insert_with(|| json!([])) {
            users.push(user.json());
        }
        self
    }
}

/// A room of that name.
impl From<&str> for RoomSpec {
    fn from(name: &str) -> RoomSpec {
        RoomSpec::named(name)
    }
}

/// A room of that name.
impl From<String> for RoomSpec {
    fn from(name: String) -> RoomSpec {
        RoomSpec::named(&name)
    }
}

/// The rooms of a state.
pub fn rooms_of_state(state: &str) -> Result<Vec<Room>, Error> {
    let fixtures = fixture::load(&[Source::inline("state", state)]).map_err(|problems| Error::Unexpected(problems.to_string()))?;
    fixtures.accounts.into_values().filter_map(|account| account.rooms).flatten().map(|room| whole(&room)).collect()
}

/// The room of an answer that shows one.
pub fn shown_room(shown: &Value) -> Result<Room, Error> {
    part_of_room(shown).and_then(|room| whole(&room))
}

/// What an answer shows of a room.
pub fn part_of_room(shown: &Value) -> Result<RoomFixture, Error> {
    let list = json!({ "list": [shown] }).to_string();
    let fixtures = fixture::load(&[Source::inline("room", &list)]).map_err(|problems| Error::Unexpected(problems.to_string()))?;
    fixtures.default_rooms.into_iter().next().ok_or_else(|| Error::Unexpected("no room".to_owned()))
}

/// What a mock shows of a room is all of it.
fn whole(room: &RoomFixture) -> Result<Room, Error> {
    let (Some(id), Some(start)) = (room.room_id, room.start_dt) else {
        return Err(Error::Unexpected("a room without roomId or startDt".to_owned()));
    };
    Ok(room.room(id, start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_room_of_which_a_part_is_missing_is_no_answer() {
        for room in [json!({}), json!({ "roomName": "Lobby", "roomId": "AAAAAAAAAA-0000000000-20220101000000" })] {
            let state = json!({ "accounts": [{ "apiKey": "suite", "rooms": [room] }] }).to_string();
            for error in [rooms_of_state(&state).unwrap_err(), shown_room(&room).unwrap_err()] {
                assert_eq!(error.to_string(), "not an answer of a mock of this version: a room without roomId or startDt");
            }
        }
    }
}
