//! A room as v1 and as v2 show it. The fields stand in the order of the answers, which is that of a Java HashMap
//! (v2 documented by its examples, v1 assumed by the same experiment). Every value is a JSON string (documented).

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::field::{
    Count, GApiKey, MaxUser, PossibleDup, RoomName, RoomStatus, RoomType, Shown, ShownResolution, ShownTemplate, Webrtc, YesNo,
};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::room::Room;
use crate::domain::time::KstTime;
use crate::emulator::Account;

/// A room as v2 shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoomV2<'a> {
    template: ShownTemplate,
    g_trans_stat: YesNo,
    message_count: Count,
    webrtc: Webrtc,
    g_api_key: &'a GApiKey,
    join_count: Count,
    webrtc_stat: YesNo,
    end_dt: KstTime,
    user_id: &'a UserId,
    is_possible_dup: PossibleDup,
    resolution: ShownResolution,
    room_id: RoomId,
    room_name: &'a RoomName,
    room_status: RoomStatus,
    start_dt: KstTime,
    /// In getRoomInfo only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    current_user_count: Option<Count>,
    room_type: RoomType,
    max_user: MaxUser,
}

/// A room as v1 shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoomV1<'a> {
    // assumed: v1-key-order
    room_status: RoomStatus,
    message_count: Count,
    webrtc: Webrtc,
    join_count: Count,
    start_dt: KstTime,
    end_dt: KstTime,
    /// In getRoomInfo only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    current_user_count: Option<Count>,
    user_id: &'a UserId,
    is_possible_dup: PossibleDup,
    room_id: RoomId,
    room_name: &'a RoomName,
    max_user: MaxUser,
}

impl<'a> RoomV2<'a> {
    /// The room as listRoom shows it.
    pub fn listed(account: &'a Account, room: &'a Room) -> Self {
        RoomV2 {
            template: Shown(room.template),
            g_trans_stat: room.g_trans_stat,
            message_count: room.message_count,
            webrtc: room.webrtc,
            g_api_key: &room.g_api_key,
            join_count: room.join_count,
            webrtc_stat: room.webrtc.stat(),
            end_dt: room.end_dt,
            user_id: account.user_id(),
            is_possible_dup: room.is_possible_dup,
            resolution: Shown(room.resolution),
            room_id: room.room_id,
            room_name: &room.room_name,
            room_status: room.room_status,
            start_dt: room.start_dt,
            current_user_count: None,
            room_type: room.room_type,
            max_user: room.max_user,
        }
    }

    /// The room as getRoomInfo shows it.
    pub fn detailed(account: &'a Account, room: &'a Room) -> Self {
        RoomV2 { current_user_count: Some(room.current_user_count), ..Self::listed(account, room) }
    }
}

impl<'a> RoomV1<'a> {
    /// The room as listRoom shows it.
    pub fn listed(account: &'a Account, room: &'a Room) -> Self {
        RoomV1 {
            room_status: room.room_status,
            message_count: room.message_count,
            webrtc: room.webrtc,
            join_count: room.join_count,
            start_dt: room.start_dt,
            end_dt: room.end_dt,
            current_user_count: None,
            user_id: account.user_id(),
            is_possible_dup: room.is_possible_dup,
            room_id: room.room_id,
            room_name: &room.room_name,
            max_user: room.max_user,
        }
    }

    /// The room as getRoomInfo shows it.
    pub fn detailed(account: &'a Account, room: &'a Room) -> Self {
        RoomV1 { current_user_count: Some(room.current_user_count), ..Self::listed(account, room) }
    }
}
