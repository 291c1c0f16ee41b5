//! Rooms to be made, and rooms as they are read back.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::Error;
use crate::domain::field::{Resolution, RoomStatus, RoomType, Template, YesNo};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::time::KstTime;
use crate::fixture::{self, RoomFixture, Source};

/// A room to be, as a fixture has it; what is not said is as in a new room. Values are checked when it is made.
///
/// ```
/// use vchatcloud_mock::RoomSpec;
/// use vchatcloud_mock::domain::field::RoomType;
///
/// let room = RoomSpec::named("회의").max_user(10).room_type(RoomType::Video);
/// # drop(room);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoomSpec(Map<String, Value>);

macro_rules! setters {
    ($($(#[$doc:meta])* $method:ident($value:ident: $what:ty) $field:literal $text:expr;)+) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $method(self, $value: $what) -> RoomSpec {
            self.with($field, $text)
        }
    )+};
}

impl RoomSpec {
    /// A room of that name, 1 to 50 characters.
    pub fn named(name: &str) -> RoomSpec {
        RoomSpec::default().with("roomName", name.to_owned())
    }

    setters! {
        /// Its id, instead of a drawn one.
        room_id(id: RoomId) "roomId" id.to_string();
        /// How many users fit, 1 to 2147483647.
        max_user(users: u32) "maxUser" users.to_string();
        /// Normal, video or metaverse.
        room_type(kind: RoomType) "roomType" kind.to_string();
        /// Whether WebRTC is on.
        webrtc_stat(stat: YesNo) "webrtcStat" stat.to_string();
        /// The nine bits of v1; see [`Webrtc::VALUES`](crate::domain::field::Webrtc::VALUES).
        webrtc(bits: u8) "webrtc" bits.to_string();
        /// Of video rooms.
        resolution(resolution: Resolution) "resolution" resolution.to_string();
        /// Of metaverse rooms.
        template(template: Template) "template" template.to_string();
        /// Whether messages are translated.
        g_trans_stat(stat: YesNo) "gTransStat" stat.to_string();
        /// A Google API key.
        g_api_key(key: &str) "gApiKey" key.to_owned();
        /// Active or pending.
        room_status(status: RoomStatus) "roomStatus" status.to_string();
        /// When it begins.
        start_dt(at: DateTime<Utc>) "startDt" KstTime::from(at).to_string();
        /// When it ends.
        end_dt(at: DateTime<Utc>) "endDt" KstTime::from(at).to_string();
        /// How many messages there were.
        message_count(count: u32) "messageCount" count.to_string();
        /// How many users have joined.
        join_count(count: u32) "joinCount" count.to_string();
        /// How many users are in it.
        current_user_count(count: u32) "currentUserCount" count.to_string();
        /// Whether a user may join twice.
        is_possible_dup(is_possible: bool) "isPossibleDup" is_possible.to_string();
    }

    /// The room as `POST /__admin/rooms` takes it.
    pub fn json(&self) -> Value {
        self.0.clone().into()
    }

    fn with(mut self, field: &str, value: String) -> RoomSpec {
        self.0.insert(field.to_owned(), value.into());
        self
    }
}

/// A room of that name.
impl From<&str> for RoomSpec {
    fn from(name: &str) -> RoomSpec {
        RoomSpec::named(name)
    }
}

/// The rooms of a state.
pub fn rooms_of_state(state: &str) -> Result<Vec<Room>, Error> {
    let fixtures = fixture::load(&[Source::inline("state", state)]).map_err(|problems| Error::Unexpected(problems.to_string()))?;
    Ok(fixtures.accounts.into_values().filter_map(|account| account.rooms).flatten().filter_map(|room| whole(&room)).collect())
}

/// The room of an answer that shows one.
pub fn shown_room(shown: &Value) -> Result<Room, Error> {
    let list = json!({ "list": [shown] }).to_string();
    let fixtures = fixture::load(&[Source::inline("room", &list)]).map_err(|problems| Error::Unexpected(problems.to_string()))?;
    let room = fixtures.default_rooms.iter().find_map(whole);
    room.ok_or(Error::Unexpected(list))
}

/// What a mock shows of a room is all of it.
fn whole(room: &RoomFixture) -> Option<Room> {
    Some(room.room(room.room_id?, room.start_dt?))
}
