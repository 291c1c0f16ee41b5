//! What the people and programs that run a test do with an emulator: reset, state, diff, and what the chat engine would do
//! to a room. `None` for a key is all accounts.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::account::{Account, AccountState, Start};
use super::changes::Differences;
use super::{Emulator, NoSuchRoom, World, lock, read, write};
use crate::chat::Chat;
use crate::clock::{Clock, ClockMode};
use crate::domain::cause::Cause;
use crate::domain::field::FieldError;
use crate::domain::ids::{ApiKey, RoomId, UserId};
use crate::domain::room::{Room, RoomPatch};
use crate::domain::time::KstTime;
use crate::domain::user::{ClientKey, JoinRefusal, User};
use crate::fault::FaultTable;
use crate::fixture::{Fixtures, RoomFixture, SavedAccount};

/// Why a control call was refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlRefusal {
    /// `--auth strict`, and no fixture has this key.
    UnknownAccount,
    /// A clock would leave the years 1970 to 9999.
    BeyondTime,
    /// The account has no room of that id.
    NoSuchRoom,
    /// The account has a room of that id already.
    RoomExists(RoomId),
    /// A value that a field cannot have.
    Field(FieldError),
    /// Somebody does not get into a room, as it is, and the number that the vendor has for it.
    Join { refusal: JoinRefusal, result_cd: Option<i32>, room: Box<Room> },
    /// Nobody of that clientKey is in the room.
    NoSuchUser,
    /// A state for one account names others.
    OtherAccounts,
    /// A state for all accounts says what accounts to come start with, or changes result codes.
    MoreThanAccounts,
    /// There are too many fault rules.
    TooManyRules,
    /// There is no fault rule of that number.
    NoSuchRule,
}

impl From<NoSuchRoom> for ControlRefusal {
    fn from(_: NoSuchRoom) -> Self {
        ControlRefusal::NoSuchRoom
    }
}

/// What of an account is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDiff {
    pub key: ApiKey,
    /// When the mark was set; `None` is since the fixtures.
    pub marked: Option<DateTime<Utc>>,
    pub differences: Differences,
}

/// An account, in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSummary {
    pub key: ApiKey,
    pub user_id: UserId,
    pub rooms: usize,
    pub clock: ClockMode,
    pub now: DateTime<Utc>,
}

impl Emulator {
    /// Puts an account, or all, back to the fixtures: rooms, ids, clock, faults, journal. With all, accounts that no fixture
    /// names disappear.
    ///
    /// # Errors
    /// [`ControlRefusal::UnknownAccount`]
    pub fn reset(&self, key: Option<&ApiKey>) -> Result<(), ControlRefusal> {
        let Some(key) = key else {
            self.reset_all();
            return Ok(());
        };
        self.must_know(key)?;
        let mut world = write(&self.0.world);
        self.remove_faults(key);
        let fresh = self.make_account(key, Clock::start(self.0.settings.clock));
        put_account(&mut world, fresh);
        lock(&self.0.journal).clear(Some(key));
        self.has_changed();
        Ok(())
    }

    pub(super) fn reset_all(&self) {
        let mut world = write(&self.0.world);
        world.clock = Clock::start(self.0.settings.clock);
        retire_all(&mut world);
        self.with_faults(|faults| *faults = FaultTable::default());
        for key in self.0.settings.fixtures.accounts.keys() {
            let account = self.make_account(key, world.clock);
            put_account(&mut world, account);
        }
        lock(&self.0.journal).clear(None);
        self.has_changed();
    }

    /// The accounts there are, by key.
    pub fn accounts(&self) -> Vec<AccountSummary> {
        let summary = |account: &Account, state: &AccountState| AccountSummary {
            key: account.key.clone(),
            user_id: account.user_id.clone(),
            rooms: state.rooms.len(),
            clock: state.clock.mode(),
            now: state.clock.now(),
        };
        self.each(None, summary)
    }

    /// What accounts are now, as a state file has them, by key.
    pub fn saved(&self, key: Option<&ApiKey>) -> Vec<SavedAccount> {
        // Held throughout: rooms and rules are of the same moment.
        let world = read(&self.0.world);
        let accounts = world.accounts.values().filter(|account| key.is_none_or(|key| *key == account.key));
        let saved = accounts.filter_map(|account| {
            self.settle(account);
            let state = read(&account.state);
            let state = state.as_ref()?;
            let faults = lock(&self.0.faults).remaining(&account.key, state.clock.now());
            Some(SavedAccount { faults, ..account.saved(state) })
        });
        let mut saved: Vec<SavedAccount> = saved.collect();
        saved.sort_by(|one, other| one.key.cmp(&other.key));
        saved
    }

    /// Replaces an account, or all accounts, by what a state says. A state that names no account replaces the rooms of the
    /// one that is asked for.
    ///
    /// # Errors
    /// [`ControlRefusal`]
    pub fn restore(&self, key: Option<&ApiKey>, state: &Fixtures, cause: Cause) -> Result<(), ControlRefusal> {
        if let Some(key) = key {
            self.must_know(key)?;
            if state.accounts.is_empty() {
                return self.restore_rooms(key, state, cause);
            }
            if state.accounts.keys().any(|other| other != key) {
                return Err(ControlRefusal::OtherAccounts);
            }
        }
        if state.has_more_than_accounts() {
            return Err(ControlRefusal::MoreThanAccounts);
        }
        let mut world = write(&self.0.world);
        if key.is_none() {
            let gone: Vec<ApiKey> = world.accounts.keys().filter(|key| !state.accounts.contains_key(key)).cloned().collect();
            for key in gone {
                retire(&mut world, &key);
                self.remove_faults(&key);
            }
        }
        self.lay_over(&mut world, state, cause);
        Ok(())
    }

    /// Replaces the accounts that a state names and leaves the others, as at a start. With the seed of the state they may have
    /// tokens, which are theirs alone.
    pub fn resume(&self, state: &Fixtures) {
        let mut world = write(&self.0.world);
        self.lay_over(&mut world, state, Cause::Fixture);
        if state.seed.as_ref() == Some(&self.0.seed) {
            let mut issued_to = write(&self.0.issued_to);
            for account in world.accounts.values().filter(|account| state.accounts.contains_key(&account.key)) {
                issued_to.entry(account.user_id.clone()).or_default().entry(account.key.clone()).or_insert(false);
            }
        }
    }

    fn lay_over(&self, world: &mut World, state: &Fixtures, cause: Cause) {
        for key in state.accounts.keys() {
            let before = self.account_in(world, key);
            let start = Start::of(key, state, world.clock);
            let now = start.clock.now();
            let after = Arc::new(Account::new(key, start, &self.0.seed));
            succeed(&before, &after, cause);
            put_account(world, after);
            self.remove_faults(key);
            self.install_faults(key, state, now);
        }
        self.has_changed();
    }

    fn restore_rooms(&self, key: &ApiKey, state: &Fixtures, cause: Cause) -> Result<(), ControlRefusal> {
        if !state.default_faults.is_empty() {
            return Err(ControlRefusal::MoreThanAccounts);
        }
        let mut world = write(&self.0.world);
        let before = self.account_in(&mut world, key);
        let after = match &*read(&before.state) {
            Some(old) => Account::new(key, Start::again(&before, old, &state.default_rooms), &self.0.seed),
            None => return Ok(()),
        };
        let after = Arc::new(after);
        succeed(&before, &after, cause);
        put_account(&mut world, after);
        self.has_changed();
        Ok(())
    }

    /// What is not as it was, account by account.
    pub fn diff(&self, key: Option<&ApiKey>) -> Vec<AccountDiff> {
        self.each(key, |account, state| AccountDiff {
            key: account.key.clone(),
            marked: state.changes.marked,
            differences: state.changes.differences(&state.rooms),
        })
    }

    /// From here on a diff tells what is not as it is now. In open mode a named account comes into being.
    ///
    /// # Errors
    /// [`ControlRefusal::UnknownAccount`]
    pub fn mark(&self, key: Option<&ApiKey>) -> Result<(), ControlRefusal> {
        let mut world = write(&self.0.world);
        for account in self.named(&mut world, key)? {
            if let Some(state) = &mut *write(&account.state) {
                // What is due by now was before the mark.
                state.settle();
                state.changes.mark(state.clock.now());
            }
        }
        self.has_changed();
        Ok(())
    }

    /// Makes a room as a fixture has it, and shows it. In open mode the account comes into being.
    ///
    /// # Errors
    /// [`ControlRefusal`]
    pub fn put_room(&self, key: &ApiKey, fixture: &RoomFixture, cause: Cause) -> Result<(UserId, Room), ControlRefusal> {
        self.must_know(key)?;
        let is_there = |id: &RoomId| self.seen_room(key, id, |_, _| ()).is_ok();
        if let Some(id) = fixture.room_id.filter(is_there) {
            return Err(ControlRefusal::RoomExists(id));
        }
        let account = self.account(key);
        let room = self.change(&account, |state| {
            let now = state.clock.now().into();
            let id = match fixture.room_id {
                // Somebody else may have been faster.
                Some(id) if state.rooms.get(&id).is_some() => return Err(ControlRefusal::RoomExists(id)),
                Some(id) => id,
                None => state.draw_room_id(&self.0.seed, key, fixture.start_dt.unwrap_or(now), &HashSet::new()),
            };
            state.put(fixture, id, now);
            state.changes.created(id, cause);
            state.settle();
            state.rooms.get(&id).cloned().ok_or(ControlRefusal::NoSuchRoom)
        })?;
        Ok((account.user_id.clone(), room))
    }

    /// The e-mail address of an account, or the one that it would begin with.
    pub fn user_id(&self, key: &ApiKey) -> UserId {
        let existing = read(&self.0.world).accounts.get(key).map(|account| account.user_id.clone());
        let of_fixture = || self.0.settings.fixtures.accounts.get(key).and_then(|account| account.user_id.clone());
        existing.or_else(of_fixture).unwrap_or_else(|| UserId::of(key))
    }

    /// Changes a room as the chat engine would, and shows it. All of it happens or nothing.
    ///
    /// # Errors
    /// [`ControlRefusal`]
    pub fn patch_room(&self, key: &ApiKey, id: &RoomId, patch: &RoomPatch, cause: Cause) -> Result<(UserId, Room), ControlRefusal> {
        self.drive_room(key, id, cause, |room, _| room.patch(patch).map_err(ControlRefusal::Field))
    }

    /// Somebody comes into a room, which is shown.
    ///
    /// # Errors
    /// [`ControlRefusal`]
    pub fn join(&self, key: &ApiKey, id: &RoomId, user: &User, cause: Cause) -> Result<(UserId, Room), ControlRefusal> {
        self.drive_room(key, id, cause, |room, now| {
            room.join(user.clone(), now).map_err(|refusal| {
                let result_cd = refusal.code().map(|code| self.codes().row(code).result_cd);
                ControlRefusal::Join { refusal, result_cd, room: Box::new(room.clone()) }
            })
        })
    }

    /// Somebody leaves a room, which is shown; without a clientKey everybody whom it knows by name.
    ///
    /// # Errors
    /// [`ControlRefusal`]
    pub fn leave(&self, key: &ApiKey, id: &RoomId, who: Option<&ClientKey>, cause: Cause) -> Result<(UserId, Room), ControlRefusal> {
        self.drive_room(key, id, cause, |room, _| room.leave(who).map_err(|_| ControlRefusal::NoSuchUser))
    }

    /// Changes a room beside the API. `act` may be called twice, and leaves the room as it is when it refuses.
    fn drive_room(
        &self,
        key: &ApiKey,
        id: &RoomId,
        cause: Cause,
        act: impl Fn(&mut Room, KstTime) -> Result<(), ControlRefusal>,
    ) -> Result<(UserId, Room), ControlRefusal> {
        self.must_know(key)?;
        let existing = read(&self.0.world).accounts.get(key).cloned();
        // One that is not there yet comes into being if its room can be changed.
        let account = if let Some(account) = existing {
            account
        } else {
            let mut room = self.seen_room(key, id, |room, _| room.clone())?;
            act(&mut room, self.now(Some(key)).into())?;
            self.account(key)
        };
        let room = self.change(&account, |state| {
            let now = state.clock.now().into();
            state.change_room(id, cause, |room| act(room, now)).cloned()
        })?;
        Ok((account.user_id.clone(), room))
    }

    /// Looks at a room and its messages as they are, or as they would be if their account came into being now.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn seen_room<T>(&self, key: &ApiKey, id: &RoomId, look: impl Fn(&Room, &Chat) -> T) -> Result<T, NoSuchRoom> {
        let nothing = Chat::default();
        let look = |state: &AccountState| state.rooms.get(id).map(|room| look(room, state.chats.get(id).unwrap_or(&nothing)));
        let existing = self.each(Some(key), |_, state| look(state)).pop();
        let to_come = || {
            let account = Account::new(key, Start::of(key, &self.0.settings.fixtures, self.clock_to_come()), &self.0.seed);
            read(&account.state).as_ref().and_then(&look)
        };
        existing.unwrap_or_else(to_come).ok_or(NoSuchRoom)
    }

    /// Looks at an account, or at all, by key. No account comes into being.
    pub(super) fn each<T>(&self, key: Option<&ApiKey>, look: impl Fn(&Account, &AccountState) -> T) -> Vec<T> {
        let accounts: Vec<Arc<Account>> = {
            let world = read(&self.0.world);
            match key {
                Some(key) => world.accounts.get(key).cloned().into_iter().collect(),
                None => by_key(world.accounts.values().cloned().collect()),
            }
        };
        let look = |account: &Arc<Account>| {
            self.settle(account);
            read(&account.state).as_ref().map(|state| look(account, state))
        };
        accounts.iter().filter_map(look).collect()
    }

    /// The account of a key, which comes into being if it must, or all that there are, by key.
    pub(super) fn named(&self, world: &mut World, key: Option<&ApiKey>) -> Result<Vec<Arc<Account>>, ControlRefusal> {
        match key {
            Some(key) => {
                if !self.knows(world, key) {
                    return Err(ControlRefusal::UnknownAccount);
                }
                Ok(vec![self.account_in(world, key)])
            }
            None => Ok(by_key(world.accounts.values().cloned().collect())),
        }
    }

    pub(super) fn must_know(&self, key: &ApiKey) -> Result<(), ControlRefusal> {
        self.check_key(key).map_err(|_| ControlRefusal::UnknownAccount)
    }
}

fn by_key(mut accounts: Vec<Arc<Account>>) -> Vec<Arc<Account>> {
    accounts.sort_by(|one, other| one.key.cmp(&other.key));
    accounts
}

/// An account takes its place, and the one before it disappears.
fn put_account(world: &mut World, account: Arc<Account>) {
    retire(world, &account.key);
    world.accounts.insert(account.key.clone(), account);
}

fn succeed(before: &Account, after: &Account, cause: Cause) {
    if let (Some(before), Some(after)) = (&mut *write(&before.state), &mut *write(&after.state)) {
        before.settle();
        after.succeed(before, cause);
    }
}

fn retire(world: &mut World, key: &ApiKey) {
    if let Some(old) = world.accounts.remove(key) {
        *write(&old.state) = None;
    }
}

fn retire_all(world: &mut World) {
    for (_, account) in world.accounts.drain() {
        *write(&account.state) = None;
    }
}
