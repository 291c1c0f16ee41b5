//! A room, what makes one and what changes it.

use std::str::FromStr;

use super::field::{
    Count, FieldError, GApiKey, Invalid, MaxUser, PossibleDup, Resolution, RoomName, RoomStatus, RoomType, Shown, StatusChange, Template,
    Webrtc, YesNo,
};
use super::ids::RoomId;
use super::time::KstTime;
use super::user::{People, User};

/// A chat room. `webrtcStat` is not kept: it is `Y` exactly when `webrtc` is not 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub room_id: RoomId,
    pub room_name: RoomName,
    pub max_user: MaxUser,
    pub room_type: RoomType,
    pub webrtc: Webrtc,
    pub resolution: Option<Resolution>,
    pub template: Option<Template>,
    pub g_trans_stat: YesNo,
    pub g_api_key: GApiKey,
    pub room_status: RoomStatus,
    pub start_dt: KstTime,
    pub end_dt: KstTime,
    pub message_count: Count,
    pub join_count: Count,
    pub current_user_count: Count,
    pub is_possible_dup: PossibleDup,
    pub people: People,
}

macro_rules! text {
    ($value:expr) => {
        $value.to_string()
    };
}

macro_rules! or_unset {
    ($value:expr) => {
        Shown($value).to_string()
    };
}

macro_rules! room_fields {
    ($($name:literal $show:ident $field:ident $(.$method:ident)?;)+) => {
        impl Room {
            /// The fields of a room, in the order in which a v2 read shows them. `userId` is not among them: it is the account's.
            pub const FIELDS: &'static [&'static str] = &[$($name),+];

            /// Every field with its value as a read shows it, in that order.
            pub fn shown(&self) -> Vec<(&'static str, String)> {
                vec![$(($name, $show!(self.$field$(.$method())?))),+]
            }

            /// The places in [`Room::tracked`] of those that differ from another room's.
            pub fn differences(&self, other: &Room) -> Vec<usize> {
                let mut same = vec![$(self.$field$(.$method())? == other.$field$(.$method())?),+];
                same.extend(self.people.same(&other.people));
                (0..same.len()).filter(|field| !same[*field]).collect()
            }
        }
    };
}

room_fields! {
    "template" or_unset template;
    "gTransStat" text g_trans_stat;
    "messageCount" text message_count;
    "webrtc" text webrtc;
    "gApiKey" text g_api_key;
    "joinCount" text join_count;
    "webrtcStat" text webrtc.stat;
    "endDt" text end_dt;
    "isPossibleDup" text is_possible_dup;
    "resolution" or_unset resolution;
    "roomId" text room_id;
    "roomName" text room_name;
    "roomStatus" text room_status;
    "startDt" text start_dt;
    "currentUserCount" text current_user_count;
    "roomType" text room_type;
    "maxUser" text max_user;
}

impl Room {
    /// Every field, and who is in the room, exiled and muted: as JSON, the way that a fixture has it.
    pub fn tracked(&self) -> Vec<(&'static str, String)> {
        let json = |list: &[User]| serde_json::to_string(list).unwrap_or_default();
        let people = std::iter::zip(People::NAMES, self.people.lists().map(json));
        self.shown().into_iter().chain(people).collect()
    }
}

/// What createRoom asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoom {
    pub room_name: RoomName,
    pub max_user: MaxUser,
    pub room_type: RoomType,
    pub webrtc: Webrtc,
    pub resolution: Option<Resolution>,
    pub template: Option<Template>,
    pub g_trans_stat: YesNo,
    pub g_api_key: GApiKey,
}

impl NewRoom {
    /// The room as it is right after its creation: active, empty, with an open end.
    pub fn into_room(self, room_id: RoomId, now: KstTime) -> Room {
        let NewRoom { room_name, max_user, room_type, webrtc, resolution, template, g_trans_stat, g_api_key } = self;
        Room {
            room_id,
            room_name,
            max_user,
            room_type,
            webrtc,
            resolution,
            template,
            g_trans_stat,
            g_api_key,
            // assumed: new-room
            room_status: RoomStatus::Active,
            start_dt: now,
            end_dt: KstTime::OPEN_END,
            message_count: Count::default(),
            join_count: Count::default(),
            current_user_count: Count::default(),
            is_possible_dup: PossibleDup::Refused,
            people: People::default(),
        }
    }
}

/// The `roomType` of a room made without one, as a v1 create makes it.
pub fn room_type_for(webrtc: Webrtc) -> RoomType {
    match webrtc.stat() {
        // assumed: v1-room-type
        YesNo::Yes => RoomType::Video,
        YesNo::No => RoomType::Normal,
    }
}

/// What modifyRoom asks for. `None` leaves a field as it is; `Some(None)` unsets one that may be unset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomChange {
    pub room_name: RoomName,
    pub max_user: MaxUser,
    pub room_type: Option<RoomType>,
    pub webrtc: Option<WebrtcChange>,
    pub resolution: Option<Option<Resolution>>,
    pub template: Option<Option<Template>>,
    pub g_trans_stat: Option<YesNo>,
    pub g_api_key: Option<GApiKey>,
    pub room_status: Option<StatusChange>,
}

/// What the chat engine does to a room, beside the API. `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomPatch {
    pub join_count: Option<CountChange>,
    pub message_count: Option<CountChange>,
    pub current_user_count: Option<CountChange>,
    pub is_possible_dup: Option<PossibleDup>,
    pub room_status: Option<RoomStatus>,
    pub start_dt: Option<KstTime>,
    pub end_dt: Option<KstTime>,
}

/// A count to come: a number, or so many more or fewer with a sign before it (`+2`, `-1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountChange {
    To(Count),
    By(i64),
}

impl FromStr for CountChange {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let count = unsigned.parse::<Count>().ok();
        match count.zip(unsigned.parse::<i64>().ok()) {
            Some((_, by)) if text.starts_with('+') => Ok(CountChange::By(by)),
            Some((_, by)) if text.starts_with('-') => Ok(CountChange::By(-by)),
            Some((count, _)) => Ok(CountChange::To(count)),
            None => Err(Invalid(format!("must be 0 to {}, or a change such as +1 or -1", Count::MAX))),
        }
    }
}

/// How the two versions of the API change `webrtc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebrtcChange {
    /// v1: the value itself.
    Set(Webrtc),
    /// v2: on or off.
    Switch(YesNo),
}

impl Room {
    /// Makes the change, at `now`.
    pub fn apply(&mut self, change: RoomChange, now: KstTime) {
        let RoomChange { room_name, max_user, room_type, webrtc, resolution, template, g_trans_stat, g_api_key, room_status } = change;
        self.room_name = room_name;
        // assumed: modify-keeps-people
        self.max_user = max_user;
        self.room_type = room_type.unwrap_or(self.room_type);
        self.webrtc = match webrtc {
            None => self.webrtc,
            Some(WebrtcChange::Set(webrtc)) => webrtc,
            Some(WebrtcChange::Switch(stat)) => self.webrtc.switched(stat),
        };
        self.resolution = resolution.unwrap_or(self.resolution);
        self.template = template.unwrap_or(self.template);
        self.g_trans_stat = g_trans_stat.unwrap_or(self.g_trans_stat);
        if let Some(g_api_key) = g_api_key {
            self.g_api_key = g_api_key;
        }
        if let Some(status) = room_status {
            self.change_status(status, now);
        }
    }

    /// Makes what the chat engine does. All of it happens or nothing.
    ///
    /// # Errors
    /// The count that would leave its range.
    pub fn patch(&mut self, patch: &RoomPatch) -> Result<(), FieldError> {
        let counted = |field: &'static str, count: Count, change: Option<CountChange>| match change {
            None => Ok(count),
            Some(CountChange::To(count)) => Ok(count),
            Some(CountChange::By(by)) => count.moved(by).ok_or_else(|| FieldError::Invalid {
                field,
                what: format!("must stay 0 to {}, is {count}", Count::MAX),
                got: format!("{by:+}"),
            }),
        };
        let join_count = counted("joinCount", self.join_count, patch.join_count)?;
        let message_count = counted("messageCount", self.message_count, patch.message_count)?;
        let current_user_count = counted("currentUserCount", self.current_user_count, patch.current_user_count)?;
        self.people.covered_by(join_count, current_user_count)?;
        (self.join_count, self.message_count, self.current_user_count) = (join_count, message_count, current_user_count);
        self.is_possible_dup = patch.is_possible_dup.unwrap_or(self.is_possible_dup);
        self.room_status = patch.room_status.unwrap_or(self.room_status);
        self.start_dt = patch.start_dt.unwrap_or(self.start_dt);
        self.end_dt = patch.end_dt.unwrap_or(self.end_dt);
        Ok(())
    }

    /// `A` opens an ended room again; a second `E` keeps the first end.
    fn change_status(&mut self, status: StatusChange, now: KstTime) {
        let ended = self.end_dt <= now;
        match status {
            StatusChange::Activate => {
                self.room_status = RoomStatus::Active;
                // assumed: activate-reopens
                if ended {
                    self.end_dt = KstTime::OPEN_END;
                }
            }
            StatusChange::Suspend => self.room_status = RoomStatus::Pending,
            StatusChange::End => {
                // assumed: end-pauses
                self.room_status = RoomStatus::Pending;
                // assumed: end-twice
                if !ended {
                    // assumed: end-dates
                    self.end_dt = now; // assumed: end-keeps-people
                }
            }
        }
    }
}
