//! listExileUser, exileUser, unexileUser: who has to stay out of a room.

use axum::extract::State;

use super::view::{self, UserOfRoom};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::user::ClientKey;
use crate::emulator::Emulator;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope, WithList};
use crate::http::error::ApiError;
use crate::http::openapi::{RoomRefusals, UserRefusals};
use crate::http::path::{RoomPath, UserPath};

/// Lists who was exiled from a room.
#[utoipa::path(get, path = "/openapi/v1/exiles/{roomId}", operation_id = "listExileUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the exiled, `[]` when there are none", body = WithList<UserOfRoom>), RoomRefusals))]
pub async fn list(State(emulator): State<Emulator>, path: RoomPath, Caller { account, .. }: Caller) -> Result<Answer, ApiError> {
    view::list(&emulator, &account, &path, |room| room.people.exiles())
}

/// Exiles a user of a room, who has to leave it. A body is ignored.
#[utoipa::path(post, path = "/openapi/v1/exiles/{roomId}/{clientKey}", operation_id = "exileUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "who")),
    responses((status = 200, description = "the user is out, and stays out", body = Envelope), UserRefusals))]
pub async fn exile(State(emulator): State<Emulator>, path: UserPath, caller: Caller) -> Result<Answer, ApiError> {
    view::change(&emulator, &path, &caller, Room::exile)
}

/// Lets somebody in again; whoever was not exiled stays so. A body is ignored.
#[utoipa::path(put, path = "/openapi/v1/exiles/{roomId}/{clientKey}", operation_id = "unexileUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "who")),
    responses((status = 200, description = "nobody of that clientKey is exiled", body = Envelope), RoomRefusals))]
pub async fn unexile(State(emulator): State<Emulator>, path: UserPath, caller: Caller) -> Result<Answer, ApiError> {
    view::undo(&emulator, &path, &caller, Room::unexile)
}
