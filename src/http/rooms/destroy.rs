//! destroyRoom: the room is gone.

use axum::extract::State;

use crate::domain::ids::RoomId;
use crate::emulator::Emulator;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope};
use crate::http::error::ApiError;
use crate::http::openapi::RoomRefusals;
use crate::http::path::RoomPath;

/// Destroys a room.
#[utoipa::path(delete, path = "/openapi/v2/rooms/{roomId}", operation_id = "destroyRoom", tag = "rooms v2",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room is gone", body = Envelope), RoomRefusals))]
pub async fn v2(State(emulator): State<Emulator>, path: RoomPath, caller: Caller) -> Result<Answer, ApiError> {
    destroy(&emulator, &path, &caller)
}

/// Destroys a room.
#[utoipa::path(delete, path = "/openapi/v1/rooms/{roomId}", operation_id = "destroyRoomV1", tag = "rooms v1",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room is gone", body = Envelope), RoomRefusals))]
pub async fn v1(State(emulator): State<Emulator>, path: RoomPath, caller: Caller) -> Result<Answer, ApiError> {
    destroy(&emulator, &path, &caller)
}

fn destroy(emulator: &Emulator, path: &RoomPath, Caller { account, cause }: &Caller) -> Result<Answer, ApiError> {
    emulator.destroy_room(account, &path.id()?, *cause).map_err(|error| path.unknown(error))?;
    Ok(Answer::empty(emulator))
}
