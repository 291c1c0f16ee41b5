//! destroyRoom: the room is gone.

use crate::domain::ids::RoomId;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope};
use crate::http::error::ApiError;
use crate::http::openapi::RoomRefusals;

/// Destroys a room.
#[utoipa::path(delete, path = "/openapi/v2/rooms/{roomId}", operation_id = "destroyRoom", tag = "rooms v2",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room is gone", body = Envelope), RoomRefusals))]
pub fn v2(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    destroy(caller)
}

/// Destroys a room.
#[utoipa::path(delete, path = "/openapi/v1/rooms/{roomId}", operation_id = "destroyRoomV1", tag = "rooms v1",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the room is gone", body = Envelope), RoomRefusals))]
pub fn v1(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    destroy(caller)
}

fn destroy(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.room();
    emulator.destroy_room(account, &path.id()?, *cause).map_err(|error| path.unknown(error))?;
    Ok(Answer::empty(emulator))
}
