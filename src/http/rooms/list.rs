//! listRoom: every room of the account, oldest first.

use super::view::{RoomV1, RoomV2};
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, WithList};
use crate::http::error::ApiError;
use crate::http::openapi::CallerRefusals;

/// Lists the rooms of the account, oldest first.
#[utoipa::path(get, path = "/openapi/v2/rooms", operation_id = "listRoom", tag = "rooms v2",
    responses((status = 200, description = "the rooms, `[]` when there are none", body = WithList<RoomV2>), CallerRefusals))]
pub fn v2(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, .. } = caller;
    Ok(emulator.rooms(account, |rooms| Answer::list(emulator, rooms.map(|room| RoomV2::listed(account, room)).collect())))
}

/// Lists the rooms of the account, oldest first.
#[utoipa::path(get, path = "/openapi/v1/rooms", operation_id = "listRoomV1", tag = "rooms v1",
    responses((status = 200, description = "the rooms, `[]` when there are none", body = WithList<RoomV1>), CallerRefusals))]
pub fn v1(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, .. } = caller;
    Ok(emulator.rooms(account, |rooms| Answer::list(emulator, rooms.map(|room| RoomV1::listed(account, room)).collect())))
}
