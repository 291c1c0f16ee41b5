//! listExileUser, exileUser, unexileUser: who has to stay out of a room.

use super::view::{self, UserOfRoom};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::user::ClientKey;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope, WithList};
use crate::http::error::ApiError;
use crate::http::openapi::{RoomRefusals, UserRefusals};

/// Lists who was exiled from a room.
#[utoipa::path(get, path = "/openapi/v1/exiles/{roomId}", operation_id = "listExileUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the exiled, `[]` when there are none", body = WithList<UserOfRoom>), RoomRefusals))]
pub fn list(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::list(caller, |room| room.people.exiles())
}

/// Exiles a user of a room, who has to leave it. A body is ignored.
#[utoipa::path(post, path = "/openapi/v1/exiles/{roomId}/{clientKey}", operation_id = "exileUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "who")),
    responses((status = 200, description = "the user is out, and stays out", body = Envelope), UserRefusals))]
pub fn exile(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::change(caller, Room::exile)
}

/// Lets somebody in again; whoever was not exiled stays so. A body is ignored.
#[utoipa::path(put, path = "/openapi/v1/exiles/{roomId}/{clientKey}", operation_id = "unexileUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "who")),
    responses((status = 200, description = "nobody of that clientKey is exiled", body = Envelope), RoomRefusals))]
pub fn unexile(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::undo(caller, Room::unexile)
}
