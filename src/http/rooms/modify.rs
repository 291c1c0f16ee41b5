//! modifyRoom: the parameters of the change, checked in the vendor's order; all of it happens or nothing.

use utoipa::ToSchema;

use crate::domain::field::{
    FieldError, GApiKey, MaxUser, Resolution, RoomName, RoomType, StatusChange, StatusChangeV1, Template, Webrtc, YesNo,
};
use crate::domain::ids::RoomId;
use crate::domain::room::{RoomChange, WebrtcChange};
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope};
use crate::http::error::ApiError;
use crate::http::openapi::ModifyRefusals;
use crate::http::params::Params;

/// What modifyRoom of v2 takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what RoomChange is read from")]
pub struct ModifyRoomV2 {
    room_name: RoomName,
    room_type: RoomType,
    max_user: MaxUser,
    rtc_stat: YesNo,
    #[schema(nullable = false)]
    resolution: Option<Resolution>,
    g_trans_stat: YesNo,
    #[schema(nullable = false)]
    g_api_key: Option<GApiKey>,
    #[schema(nullable = false)]
    template: Option<Template>,
    #[schema(nullable = false)]
    room_status: Option<StatusChange>,
}

/// What modifyRoom of v1 takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what RoomChange is read from")]
pub struct ModifyRoomV1 {
    max_user: MaxUser,
    room_name: RoomName,
    #[schema(nullable = false)]
    webrtc: Option<Webrtc>,
    #[schema(nullable = false)]
    room_status: Option<StatusChangeV1>,
}

/// Changes a room. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v2/rooms/{roomId}", operation_id = "modifyRoom", tag = "rooms v2",
    params(("roomId" = RoomId, Path, description = "the room")),
    request_body(content = ModifyRoomV2, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the room is changed", body = Envelope), ModifyRefusals))]
pub fn v2(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    modify(caller, params, change_v2)
}

/// Changes a room. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v1/rooms/{roomId}", operation_id = "modifyRoomV1", tag = "rooms v1",
    params(("roomId" = RoomId, Path, description = "the room")),
    request_body(content = ModifyRoomV1, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the room is changed", body = Envelope), ModifyRefusals))]
pub fn v1(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    modify(caller, params, change_v1)
}

/// The room must exist before a field is looked at.
fn modify(caller: &Caller<'_>, params: &Params, change: fn(&Params) -> Result<RoomChange, FieldError>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.room();
    let id = path.id()?;
    // assumed: room-before-fields
    emulator.room(account, &id, |_| ()).map_err(|error| path.unknown(error))?;
    let change = change(params).map_err(|error| params.refuse(error))?;
    emulator.modify_room(account, &id, change, *cause).map_err(|error| path.unknown(error))?;
    Ok(Answer::empty(emulator).warn(params.warning()))
}

/// The fields are checked in the order of the vendor's table.
fn change_v2(params: &Params) -> Result<RoomChange, FieldError> {
    Ok(RoomChange {
        // assumed: order-of-modify
        room_name: params.required("roomName")?,
        room_type: Some(params.required("roomType")?),
        max_user: params.required("maxUser")?,
        webrtc: Some(WebrtcChange::Switch(params.required("rtcStat")?)),
        resolution: params.change("resolution")?,
        g_trans_stat: Some(params.required("gTransStat")?),
        g_api_key: params.change("gApiKey")?.map(Option::unwrap_or_default),
        template: params.change("template")?,
        room_status: params.optional("roomStatus")?,
    })
}

/// v1 knows four parameters; an empty `webrtc` is 0 (observed).
fn change_v1(params: &Params) -> Result<RoomChange, FieldError> {
    Ok(RoomChange {
        // assumed: order-of-modify-v1
        max_user: params.required("maxUser")?,
        room_name: params.required("roomName")?,
        // assumed: v1-modify-keeps-webrtc
        webrtc: params.change("webrtc")?.map(|webrtc| WebrtcChange::Set(webrtc.unwrap_or_default())),
        room_status: params.optional::<StatusChangeV1>("roomStatus")?.map(StatusChange::from),
        room_type: None,
        resolution: None,
        template: None,
        g_trans_stat: None,
        g_api_key: None,
    })
}
