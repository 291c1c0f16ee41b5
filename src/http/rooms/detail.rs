//! getRoomInfo: one room, with its current number of users.

use axum::extract::State;

use super::view::{RoomV1, RoomV2};
use crate::domain::ids::RoomId;
use crate::emulator::Emulator;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, WithData};
use crate::http::error::ApiError;
use crate::http::openapi::RoomRefusals;
use crate::http::path::RoomPath;

/// Shows one room.
#[utoipa::path(get, path = "/openapi/v2/rooms/{roomId}", operation_id = "getRoomInfo", tag = "rooms v2",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room", body = WithData<RoomV2>), RoomRefusals))]
pub async fn v2(State(emulator): State<Emulator>, path: RoomPath, Caller { account, .. }: Caller) -> Result<Answer, ApiError> {
    let found = emulator.room(&account, &path.id()?, |room| Answer::data(&emulator, RoomV2::detailed(&account, room)));
    found.map_err(|error| path.unknown(error))
}

/// Shows one room.
#[utoipa::path(get, path = "/openapi/v1/rooms/{roomId}", operation_id = "getRoomInfoV1", tag = "rooms v1",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room", body = WithData<RoomV1>), RoomRefusals))]
pub async fn v1(State(emulator): State<Emulator>, path: RoomPath, Caller { account, .. }: Caller) -> Result<Answer, ApiError> {
    let found = emulator.room(&account, &path.id()?, |room| Answer::data(&emulator, RoomV1::detailed(&account, room)));
    found.map_err(|error| path.unknown(error))
}
