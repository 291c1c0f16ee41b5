//! listMuteUser, muteUser, unmuteUser: who may not write in a room.

use super::view::{self, UserOfRoom};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::user::ClientKey;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope, WithList};
use crate::http::error::ApiError;
use crate::http::openapi::{RoomRefusals, UserRefusals};

/// Lists who may not write in a room.
#[utoipa::path(get, path = "/openapi/v1/mute/{roomId}", operation_id = "listMuteUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the muted, `[]` when there are none", body = WithList<UserOfRoom>), RoomRefusals))]
pub fn list(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::list(caller, |room| room.people.mutes())
}

/// Keeps a user of a room from writing. A body is ignored.
#[utoipa::path(post, path = "/openapi/v1/mute/{roomId}/{clientKey}", operation_id = "muteUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "who")),
    responses((status = 200, description = "the user may not write", body = Envelope), UserRefusals))]
pub fn mute(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::change(caller, Room::mute)
}

/// Lets somebody write again; whoever could, still can. A body is ignored.
#[utoipa::path(put, path = "/openapi/v1/mute/{roomId}/{clientKey}", operation_id = "unmuteUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "who")),
    responses((status = 200, description = "nobody of that clientKey is muted", body = Envelope), RoomRefusals))]
pub fn unmute(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::undo(caller, Room::unmute)
}
