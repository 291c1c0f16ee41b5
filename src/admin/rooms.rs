//! `POST /__admin/rooms` makes a room beside the API, `PATCH /__admin/rooms/{roomId}` does what the chat engine would.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Body};
use super::error::{AdminError, AdminRefusals};
use super::pictures::{FixtureRoom, PatchRoom};
use super::query::{Query, RoomInPath};
use super::users::ShownUser;
use crate::domain::ids::{ApiKey, RoomId, UserId};
use crate::domain::room::{Room, RoomPatch};
use crate::domain::secret::scrubbed;
use crate::emulator::{Cause, Emulator};
use crate::fixture;

/// What it takes.
const FIELDS: &[&str] = &["joinCount", "messageCount", "currentUserCount", "isPossibleDup", "roomStatus", "startDt", "endDt"];
const HINT: &str = "send an object such as {\"joinCount\": \"+1\", \"currentUserCount\": \"+1\"}";

/// The room as it is now.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownRoom {
    room: WholeRoom,
}

/// Every field, as a read shows it, and the people that the room has; credentials of the vendor's real shape are masked.
#[derive(Serialize, ToSchema)]
struct WholeRoom {
    #[serde(flatten)]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    fields: serde_json::Map<String, serde_json::Value>,
    /// Who is in it, if anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    users: Vec<ShownUser>,
    /// Who was exiled, if anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    exiles: Vec<ShownUser>,
    /// Who may not write, if anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    mutes: Vec<ShownUser>,
}

/// Changes what the chat engine would change in a room: counts, and what the API shows of its state. All of it or nothing.
#[utoipa::path(patch, path = "/__admin/rooms/{roomId}", operation_id = "patchRoom", tag = "rooms",
    params(("roomId" = RoomId, Path, description = "the room"), ("apiKey" = Option<ApiKey>, Query, description = "the account")),
    request_body(content = PatchRoom),
    responses((status = 200, description = "the room as it is now", body = ShownRoom), AdminRefusals))]
pub async fn patch(
    State(emulator): State<Emulator>,
    RoomInPath(id): RoomInPath,
    query: Query,
    Extension(cause): Extension<Cause>,
    body: Body,
) -> Result<Json<ShownRoom>, AdminError> {
    let key = query.one_account(&emulator, &[])?;
    let patch = body::json(body, HINT, |reader, value| {
        let members = reader.members(value, "a patch of a room", FIELDS)?;
        Some(RoomPatch {
            join_count: reader.valued(&members, "joinCount"),
            message_count: reader.valued(&members, "messageCount"),
            current_user_count: reader.valued(&members, "currentUserCount"),
            is_possible_dup: reader.valued_or_boolean(&members, "isPossibleDup"),
            room_status: reader.valued(&members, "roomStatus"),
            start_dt: reader.valued(&members, "startDt"),
            end_dt: reader.valued(&members, "endDt"),
        })
    })?;
    let patched = emulator.patch_room(&key, &id, &patch, cause).map_err(|refusal| AdminError::control(refusal, Some(&key)))?;
    Ok(Json(shown(patched)))
}

/// Makes a room as a fixture has it. It meets no fault and no exchange is recorded.
#[utoipa::path(post, path = "/__admin/rooms", operation_id = "addRoom", tag = "rooms",
    params(("apiKey" = Option<ApiKey>, Query, description = "the account")),
    request_body(content = FixtureRoom, description = "a room as a fixture has it; every member is optional"),
    responses((status = 201, description = "the room", body = ShownRoom), AdminRefusals))]
pub async fn create(
    State(emulator): State<Emulator>,
    query: Query,
    Extension(cause): Extension<Cause>,
    body: Body,
) -> Result<(StatusCode, Json<ShownRoom>), AdminError> {
    let key = query.one_account(&emulator, &[])?;
    let hint = "send a room as a fixture has it, such as {\"roomName\": \"Lobby\"}";
    let user_id = emulator.user_id(&key);
    let room = body::json(body, hint, |reader, value| fixture::read_room(reader, value, Some(&user_id)))?;
    let made = emulator.put_room(&key, &room, cause).map_err(|refusal| AdminError::control(refusal, Some(&key)))?;
    Ok((StatusCode::CREATED, Json(shown(made))))
}

/// A room as calls answer it that change one.
pub fn shown((user_id, room): (UserId, Room)) -> ShownRoom {
    let fields = room.shown().into_iter().map(|(name, value)| (name.to_owned(), scrubbed(&value).into()));
    let fields = fields.chain([("userId".to_owned(), user_id.as_str().into())]).collect();
    let [users, exiles, mutes] = ShownUser::lists(&room);
    ShownRoom { room: WholeRoom { fields, users, exiles, mutes } }
}
