//! What an explanation looks for: rooms that are not where somebody sought them. No account comes into being.

use super::account::{Account, AccountState};
use super::changes::Grave;
use super::{Emulator, read};
use crate::domain::field::RoomName;
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::room::Room;

/// What became of a room that an account does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// It has it after all.
    pub is_there: bool,
    /// It had it.
    pub grave: Option<Grave>,
    /// Another account has it.
    pub is_of_another: bool,
}

impl Emulator {
    /// What became of a room that the account of a key does not have.
    pub fn whereabouts(&self, key: &ApiKey, id: &RoomId) -> Whereabouts {
        /// Looking at more accounts than this would cost a refusal more than its hint is worth.
        const ACCOUNTS: usize = 1000;
        let world = read(&self.0.world);
        let look = |account: &Account, look: &dyn Fn(&AccountState) -> bool| read(&account.state).as_ref().is_some_and(look);
        let own = world.accounts.get(key);
        let is_there = own.is_some_and(|account| look(account, &|state| state.rooms.get(id).is_some()));
        let grave = own.and_then(|account| read(&account.state).as_ref().and_then(|state| state.changes.grave(id)));
        let mut others = world.accounts.values().filter(|account| account.key != *key).take(ACCOUNTS);
        Whereabouts { is_there, grave, is_of_another: others.any(|account| look(account, &|state| state.rooms.get(id).is_some())) }
    }

    /// A room of an account. The account does not come into being.
    pub fn find_room(&self, key: &ApiKey, id: &RoomId) -> Option<Room> {
        self.each(Some(key), |_, state| state.rooms.get(id).cloned()).pop().flatten()
    }

    /// The newest rooms of an account, at most so many, with their names. None if it has not come into being.
    pub fn newest_rooms(&self, key: &ApiKey, at_most: usize) -> Vec<(RoomId, RoomName)> {
        let newest =
            |state: &AccountState| state.rooms.iter().rev().take(at_most).map(|room| (room.room_id, room.room_name.clone())).collect();
        self.each(Some(key), |_, state| newest(state)).pop().unwrap_or_default()
    }
}
