//! `/__admin/rooms/{roomId}/users`: who is in a room. The chat engine lets users in and out; here these calls do.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Body};
use super::error::{AdminError, AdminRefusals};
use super::pictures::FixtureUser;
use super::query::{Query, RoomInPath};
use super::rooms::{ShownRoom, shown};
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::room::Room;
use crate::domain::secret::scrubbed;
use crate::domain::user::{ClientKey, User};
use crate::emulator::{Cause, Emulator};
use crate::fixture;

/// The people of a room, each in the order in which they came.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleOfRoom {
    /// Who is in it; twice, who has connected twice.
    users: Vec<ShownUser>,
    /// Who was exiled.
    exiles: Vec<ShownUser>,
    /// Who may not write, whether in it or not.
    mutes: Vec<ShownUser>,
}

/// One of them. Credentials of the vendor's real shape are masked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShownUser {
    client_key: String,
    nick_name: String,
    /// `user` or `userManager`
    grade: String,
}

impl From<&User> for ShownUser {
    fn from(user: &User) -> Self {
        let text = |text: &str| scrubbed(text).into_owned();
        ShownUser { client_key: text(user.client_key.as_str()), nick_name: text(user.nick_name.as_str()), grade: user.grade.to_string() }
    }
}

impl ShownUser {
    /// The users, exiled and muted of a room.
    pub fn lists(room: &Room) -> [Vec<ShownUser>; 3] {
        room.people.lists().map(|list| list.iter().map(ShownUser::from).collect())
    }
}

/// Shows who is in a room, exiled and muted.
#[utoipa::path(get, path = "/__admin/rooms/{roomId}/users", operation_id = "listPeople", tag = "rooms",
    params(("roomId" = RoomId, Path, description = "the room"), ("apiKey" = Option<ApiKey>, Query, description = "the account")),
    responses((status = 200, description = "the people of the room", body = PeopleOfRoom), AdminRefusals))]
pub async fn list(State(emulator): State<Emulator>, RoomInPath(id): RoomInPath, query: Query) -> Result<Json<PeopleOfRoom>, AdminError> {
    let key = query.one_account(&emulator, &[])?;
    let seen = emulator.seen_room(&key, &id, |room, _| ShownUser::lists(room));
    let [users, exiles, mutes] = seen.map_err(|refusal| AdminError::control(refusal.into(), Some(&key)))?;
    Ok(Json(PeopleOfRoom { users, exiles, mutes }))
}

/// Lets somebody into a room: `joinCount` and `currentUserCount` go up. Refused as the chat engine would: when the room is full, has ended, has exiled
/// the user, or has the user already and `isPossibleDup` is `false`.
#[utoipa::path(post, path = "/__admin/rooms/{roomId}/users", operation_id = "letIn", tag = "rooms",
    params(("roomId" = RoomId, Path, description = "the room"), ("apiKey" = Option<ApiKey>, Query, description = "the account")),
    request_body(content = FixtureUser, description = "who comes in"),
    responses((status = 201, description = "the room as it is now", body = ShownRoom), AdminRefusals))]
pub async fn join(
    State(emulator): State<Emulator>,
    RoomInPath(id): RoomInPath,
    query: Query,
    Extension(cause): Extension<Cause>,
    body: Body,
) -> Result<(StatusCode, Json<ShownRoom>), AdminError> {
    let key = query.one_account(&emulator, &[])?;
    let hint = "send a user such as {\"clientKey\": \"alice@example.com\", \"nickName\": \"Alice\"}";
    let user = body::json(body, hint, |reader, value| fixture::read_user(reader, value, Some(id)))?;
    let room = emulator.join(&key, &id, &user, cause).map_err(|refusal| AdminError::control(refusal, Some(&key)))?;
    Ok((StatusCode::CREATED, Json(shown(room))))
}

/// Lets somebody leave a room, with every connection; without `clientKey` everybody. `currentUserCount` goes down.
#[utoipa::path(delete, path = "/__admin/rooms/{roomId}/users", operation_id = "letOut", tag = "rooms",
    params(("roomId" = RoomId, Path, description = "the room"), ("apiKey" = Option<ApiKey>, Query, description = "the account"),
        ("clientKey" = Option<ClientKey>, Query, description = "who; everybody without it")),
    responses((status = 200, description = "the room as it is now", body = ShownRoom), AdminRefusals))]
pub async fn leave(
    State(emulator): State<Emulator>,
    RoomInPath(id): RoomInPath,
    query: Query,
    Extension(cause): Extension<Cause>,
) -> Result<Json<ShownRoom>, AdminError> {
    let key = query.one_account(&emulator, &["clientKey"])?;
    let who: Option<ClientKey> =
        query.value("clientKey", "name who leaves, as GET rooms/{roomId}/users shows it; without clientKey everybody leaves")?;
    let room = emulator.leave(&key, &id, who.as_ref(), cause).map_err(|refusal| AdminError::control(refusal, Some(&key)))?;
    Ok(Json(shown(room)))
}
