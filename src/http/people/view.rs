//! Somebody as the three lists show them, in the order of the vendor's table.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::field::Grade;
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::user::{ClientKey, NickName, NoSuchUser, User};
use crate::http::auth::Caller;
use crate::http::envelope::Answer;
use crate::http::error::ApiError;

/// Somebody of a room.
// assumed: lists-alike
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserOfRoom<'a> {
    client_key: &'a ClientKey,
    nick_name: &'a NickName,
    grade: Grade,
    room_id: RoomId,
}

impl<'a> UserOfRoom<'a> {
    fn of(room: &Room, User { client_key, nick_name, grade }: &'a User) -> Self {
        UserOfRoom { client_key, nick_name, grade: *grade, room_id: room.room_id }
    }
}

/// The answer with one of the lists of a room.
pub fn list(caller: &Caller<'_>, list: fn(&Room) -> &[User]) -> Result<Answer, ApiError> {
    let Caller { emulator, account, .. } = caller;
    let path = caller.room();
    // assumed: people-order
    let shown = |room: &Room| Answer::list(emulator, list(room).iter().map(|user| UserOfRoom::of(room, user)).collect());
    emulator.room(account, &path.id()?, shown).map_err(|error| path.unknown(error))
}

/// Does something to somebody of a room.
// assumed: people-body
pub fn change(caller: &Caller<'_>, act: fn(&mut Room, &ClientKey) -> Result<(), NoSuchUser>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.user();
    // What nobody can be called names nobody, and the room is looked for first.
    // assumed: room-before-user
    let act = |room: &mut Room| path.named().map_or(Err(NoSuchUser), |key| act(room, &key)); // assumed: impossible-client-key
    emulator.change_people(account, &path.room.id()?, *cause, act).map_err(|error| path.unknown(error))?;
    Ok(Answer::empty(emulator))
}

/// Undoes it. What is not there is undone already.
pub fn undo(caller: &Caller<'_>, act: fn(&mut Room, &ClientKey)) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.user();
    let act = |room: &mut Room| {
        // assumed: undo-nothing
        path.named().iter().for_each(|key| act(room, key));
        Ok(())
    };
    emulator.change_people(account, &path.room.id()?, *cause, act).map_err(|error| path.unknown(error))?;
    Ok(Answer::empty(emulator))
}
