//! What the API does to the people of a room.

use std::sync::Arc;

use super::account::{Account, AccountState};
use super::{Emulator, NoSuchRoom};
use crate::domain::cause::Cause;
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::user::NoSuchUser;

/// Why an operation on somebody in a room was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotThere {
    /// The account has no room of that id.
    Room,
    /// Nobody of that clientKey has to do with the room.
    User,
}

impl From<NoSuchRoom> for NotThere {
    fn from(_: NoSuchRoom) -> Self {
        NotThere::Room
    }
}

impl From<NoSuchUser> for NotThere {
    fn from(_: NoSuchUser) -> Self {
        NotThere::User
    }
}

impl Emulator {
    /// Exiles somebody from a room, or mutes somebody, or undoes it.
    ///
    /// # Errors
    /// [`NotThere`]
    pub fn change_people(
        &self,
        account: &Arc<Account>,
        id: &RoomId,
        cause: Cause,
        act: impl FnOnce(&mut Room) -> Result<(), NoSuchUser>,
    ) -> Result<(), NotThere> {
        self.change(account, |state| state.change_room(id, cause, |room| act(room).map_err(NotThere::from)).map(drop))
    }
}

impl AccountState {
    /// Changes a room and shows it. What `act` refuses it has to leave as it is.
    pub fn change_room<E: From<NoSuchRoom>>(
        &mut self,
        id: &RoomId,
        cause: Cause,
        act: impl FnOnce(&mut Room) -> Result<(), E>,
    ) -> Result<&Room, E> {
        let room = self.rooms.get_mut(id).ok_or(NoSuchRoom)?;
        let was = room.clone();
        act(room)?;
        self.changes.modified(was, room, cause);
        Ok(room)
    }
}
