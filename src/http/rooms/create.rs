//! createRoom: the parameters of the new room, checked in the vendor's order, and its id.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::field::{FieldError, GApiKey, MaxUser, Resolution, RoomName, RoomType, Template, Webrtc, YesNo};
use crate::domain::ids::RoomId;
use crate::domain::room::{NewRoom, room_type_for};
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, WithData};
use crate::http::error::ApiError;
use crate::http::openapi::CreateRefusals;
use crate::http::params::Params;

/// What createRoom answers with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Created {
    room_id: RoomId,
}

/// What createRoom of v2 takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what NewRoom is read from")]
pub struct CreateRoomV2 {
    room_name: RoomName,
    max_user: MaxUser,
    #[schema(nullable = false)]
    g_api_key: Option<GApiKey>,
    g_trans_stat: YesNo,
    #[schema(nullable = false)]
    resolution: Option<Resolution>,
    room_type: RoomType,
    rtc_stat: YesNo,
    #[schema(nullable = false)]
    template: Option<Template>,
}

/// What createRoom of v1 takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what NewRoom is read from")]
pub struct CreateRoomV1 {
    max_user: MaxUser,
    room_name: RoomName,
    #[schema(nullable = false)]
    webrtc: Option<Webrtc>,
}

/// Creates a room. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v2/rooms", operation_id = "createRoom", tag = "rooms v2",
    request_body(content = CreateRoomV2, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the id of the new room", body = WithData<Created>), CreateRefusals))]
pub fn v2(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    create(caller, params, new_room_v2)
}

/// Creates a room. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v1/rooms", operation_id = "createRoomV1", tag = "rooms v1",
    request_body(content = CreateRoomV1, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the id of the new room", body = WithData<Created>), CreateRefusals))]
pub fn v1(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    create(caller, params, new_room_v1)
}

fn create(caller: &Caller<'_>, params: &Params, new_room: fn(&Params) -> Result<NewRoom, FieldError>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let new = new_room(params).map_err(|error| params.refuse(error))?;
    let room_id = emulator.create_room(account, new, *cause);
    Ok(Answer::data(emulator, Created { room_id }).warn(params.warning()).about(room_id))
}

/// The fields are checked in the order of the vendor's table.
fn new_room_v2(params: &Params) -> Result<NewRoom, FieldError> {
    Ok(NewRoom {
        // assumed: order-of-create
        room_name: params.required("roomName")?,
        max_user: params.required("maxUser")?,
        g_api_key: params.optional("gApiKey")?.unwrap_or_default(),
        g_trans_stat: params.required("gTransStat")?,
        resolution: params.optional("resolution")?,
        room_type: params.required("roomType")?,
        webrtc: Webrtc::OFF.switched(params.required("rtcStat")?),
        template: params.optional("template")?,
    })
}

/// v1 knows three parameters; the rest of the room follows from `webrtc`.
fn new_room_v1(params: &Params) -> Result<NewRoom, FieldError> {
    // assumed: order-of-create-v1
    let max_user = params.required("maxUser")?;
    let room_name = params.required("roomName")?;
    let webrtc = params.optional("webrtc")?.unwrap_or_default();
    Ok(NewRoom {
        room_name,
        max_user,
        g_api_key: GApiKey::default(),
        // assumed: v1-g-trans-stat
        g_trans_stat: YesNo::No,
        resolution: None,
        room_type: room_type_for(webrtc),
        webrtc,
        template: None,
    })
}
