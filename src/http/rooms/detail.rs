//! getRoomInfo: one room, with its current number of users.

use super::view::{RoomV1, RoomV2};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::emulator::Account;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, WithData};
use crate::http::error::ApiError;
use crate::http::openapi::RoomRefusals;

/// Shows one room.
#[utoipa::path(get, path = "/openapi/v2/rooms/{roomId}", operation_id = "getRoomInfo", tag = "rooms v2",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room", body = WithData<RoomV2>), RoomRefusals))]
pub fn v2(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    detail(caller, |account, room| Answer::data(caller.emulator, RoomV2::detailed(account, room)))
}

/// Shows one room.
#[utoipa::path(get, path = "/openapi/v1/rooms/{roomId}", operation_id = "getRoomInfoV1", tag = "rooms v1",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room", body = WithData<RoomV1>), RoomRefusals))]
pub fn v1(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    detail(caller, |account, room| Answer::data(caller.emulator, RoomV1::detailed(account, room)))
}

fn detail(caller: &Caller<'_>, show: impl FnOnce(&Account, &Room) -> Answer) -> Result<Answer, ApiError> {
    let Caller { emulator, account, .. } = caller;
    let path = caller.room();
    emulator.room(account, &path.id()?, |room| show(account, room)).map_err(|error| path.unknown(error))
}
