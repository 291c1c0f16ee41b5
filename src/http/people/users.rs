//! listUser: who is in a room. The vendor's pages have it under v1 and under v2.

use super::view::{self, UserOfRoom};
use crate::domain::ids::RoomId;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, WithList};
use crate::http::error::ApiError;
use crate::http::openapi::RoomRefusals;

/// Lists the users of a room, in the order in which they came.
#[utoipa::path(get, path = "/openapi/v2/users/{roomId}", operation_id = "listUser", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the users, `[]` when there are none", body = WithList<UserOfRoom>), RoomRefusals))]
pub fn v2(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    // assumed: list-user-versions
    view::list(caller, |room| room.people.users())
}

/// Lists the users of a room, in the order in which they came.
#[utoipa::path(get, path = "/openapi/v1/users/{roomId}", operation_id = "listUserV1", tag = "users",
    params(("roomId" = RoomId, Path, description = "the room")),
    responses((status = 200, description = "the users, `[]` when there are none", body = WithList<UserOfRoom>), RoomRefusals))]
pub fn v1(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    view::list(caller, |room| room.people.users())
}
