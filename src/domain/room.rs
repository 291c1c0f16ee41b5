//! A room, what makes one and what changes it.

use super::field::{
    Count, GApiKey, MaxUser, PossibleDup, Resolution, RoomName, RoomStatus, RoomType, StatusChange, Template, Webrtc, YesNo,
};
use super::ids::RoomId;
use super::time::KstTime;

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
            room_status: RoomStatus::Active,
            start_dt: now,
            end_dt: KstTime::OPEN_END,
            message_count: Count::default(),
            join_count: Count::default(),
            current_user_count: Count::default(),
            is_possible_dup: PossibleDup::Refused,
        }
    }
}

/// The `roomType` of a room made without one, as a v1 create makes it (assumed).
pub fn room_type_for(webrtc: Webrtc) -> RoomType {
    match webrtc.stat() {
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

    /// `A` opens an ended room again; a second `E` keeps the first end (assumed).
    fn change_status(&mut self, status: StatusChange, now: KstTime) {
        let ended = self.end_dt <= now;
        match status {
            StatusChange::Activate => {
                self.room_status = RoomStatus::Active;
                if ended {
                    self.end_dt = KstTime::OPEN_END;
                }
            }
            StatusChange::Suspend => self.room_status = RoomStatus::Pending,
            StatusChange::End => {
                self.room_status = RoomStatus::Pending;
                if !ended {
                    self.end_dt = now;
                }
            }
        }
    }
}
