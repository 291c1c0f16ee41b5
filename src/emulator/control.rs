//! What the people and programs that run a test do with an emulator: reset, state, diff, clocks, and what the chat engine
//! would do to a room. `None` for a key is all accounts.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{Account, AccountState, Start};
use super::changes::{Cause, Differences, Grave};
use super::{Emulator, NoSuchRoom, World, lock, read, write};
use crate::clock::{Clock, ClockMode};
use crate::domain::field::{FieldError, RoomName};
use crate::domain::ids::{ApiKey, RoomId, UserId};
use crate::domain::room::{Room, RoomPatch};
use crate::domain::time::KstTime;
use crate::fault::FaultTable;
use crate::fixture::{Fixtures, SavedAccount};

/// Why a control call was refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlRefusal {
    /// `--auth strict`, and no fixture has this key.
    UnknownAccount,
    /// A clock would leave the years 1970 to 9999.
    BeyondTime,
    /// The account has no room of that id.
    NoSuchRoom,
    /// A value that a field cannot have.
    Field(FieldError),
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

/// Something that was to happen, and the clock has passed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub key: Option<ApiKey>,
    pub at: DateTime<Utc>,
    pub what: DueEvent,
}

/// What was to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueEvent {
    /// So many tokens expired.
    Tokens(u64),
    /// A room came to its `endDt`.
    Room(RoomId),
    /// A fault rule came to the end of its time.
    Fault(u64),
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
            rooms: state.rooms.iter().len(),
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

    /// Replaces the accounts that a state names and leaves the others, as at a start.
    pub fn resume(&self, state: &Fixtures) {
        self.lay_over(&mut write(&self.0.world), state, Cause::Program);
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
                state.changes.mark(state.clock.now());
            }
        }
        Ok(())
    }

    /// Changes a room as the chat engine would, and shows it. All of it happens or nothing.
    ///
    /// # Errors
    /// [`ControlRefusal`]
    pub fn patch_room(&self, key: &ApiKey, id: &RoomId, patch: &RoomPatch, cause: Cause) -> Result<(UserId, Room), ControlRefusal> {
        self.must_know(key)?;
        let existing = read(&self.0.world).accounts.get(key).cloned();
        // An account that is not there yet has the rooms of its fixture. It comes into being if one of them can be changed.
        let account = if let Some(account) = existing {
            account
        } else {
            let fixtures = self.0.settings.fixtures.rooms_of(key);
            let room = fixtures.iter().find(|room| room.room_id == Some(*id)).ok_or(NoSuchRoom)?;
            room.room(*id, self.now(Some(key)).into()).patch(patch).map_err(ControlRefusal::Field)?;
            self.account(key)
        };
        let room = self.change(&account, |state| {
            let room = state.rooms.get_mut(id).ok_or(NoSuchRoom)?;
            let was = room.clone();
            room.patch(patch).map_err(ControlRefusal::Field)?;
            let is = room.clone();
            state.changes.modified(was, &is, cause);
            Ok::<Room, ControlRefusal>(is)
        })?;
        Ok((account.user_id.clone(), room))
    }

    /// Sets the clock of an account, or of all and of those to come. It may go back. In open mode a named account comes into
    /// being. Says what fell due.
    ///
    /// # Errors
    /// [`ControlRefusal`]; then no clock has moved.
    pub fn set_clock(&self, key: Option<&ApiKey>, mode: ClockMode) -> Result<Vec<Due>, ControlRefusal> {
        self.move_clocks(key, |_| match mode {
            ClockMode::Offset(ahead) => Clock::start(ClockMode::System).advanced(ahead),
            mode => Some(Clock::start(mode)),
        })
    }

    /// Moves the clock of an account, or of all and of those to come, forward or back. In open mode a named account comes
    /// into being. Says what fell due.
    ///
    /// # Errors
    /// [`ControlRefusal`]; then no clock has moved.
    pub fn advance(&self, key: Option<&ApiKey>, by: TimeDelta) -> Result<Vec<Due>, ControlRefusal> {
        self.move_clocks(key, |clock| clock.advanced(by))
    }

    fn move_clocks(&self, key: Option<&ApiKey>, moved: impl Fn(Clock) -> Option<Clock>) -> Result<Vec<Due>, ControlRefusal> {
        // Held throughout: a reset in between would take the accounts away.
        let mut world = write(&self.0.world);
        if let Some(key) = key.filter(|key| !world.accounts.contains_key(key)) {
            // One that is not there yet does not come into being when its clock cannot move.
            moved(Start::of(key, &self.0.settings.fixtures, world.clock).clock).ok_or(ControlRefusal::BeyondTime)?;
        }
        let accounts = self.named(&mut world, key)?;
        let mut states: Vec<_> = accounts.iter().map(|account| (&account.key, write(&account.state))).collect();
        let states: Vec<(&ApiKey, &mut AccountState)> =
            states.iter_mut().filter_map(|(key, state)| Some((*key, state.as_mut()?))).collect();
        let clocks: Option<Vec<Clock>> = states.iter().map(|(_, state)| moved(state.clock)).collect();
        let clocks = clocks.ok_or(ControlRefusal::BeyondTime)?;
        let faults = lock(&self.0.faults).list();
        let mut due = Vec::new();
        let fell_due = |before: DateTime<Utc>, after: DateTime<Utc>, at: DateTime<Utc>| before < at && at <= after;
        if key.is_none() {
            let (before, clock) = (world.clock.now(), moved(world.clock).ok_or(ControlRefusal::BeyondTime)?);
            let ended = faults.iter().filter(|rule| rule.key.is_none()).filter_map(|rule| Some((rule.id, rule.ends?)));
            let ended = ended.filter(|(_, at)| fell_due(before, clock.now(), *at));
            due.extend(ended.map(|(id, at)| Due { key: None, at, what: DueEvent::Fault(id) }));
            world.clock = clock;
        }
        for ((key, state), clock) in states.into_iter().zip(clocks) {
            let (before, after) = (state.clock.now(), clock.now());
            let tokens =
                state.expiries.iter().filter_map(|(exp, count)| Some((DateTime::from_timestamp(*exp, 0)?, DueEvent::Tokens(*count))));
            let rooms = state.rooms.iter().filter(|room| room.end_dt != KstTime::OPEN_END);
            let rooms = rooms.map(|room| (room.end_dt.to_utc(), DueEvent::Room(room.room_id)));
            let ended = faults.iter().filter(|rule| rule.key.as_ref() == Some(key));
            let ended = ended.filter_map(|rule| Some((rule.ends?, DueEvent::Fault(rule.id))));
            let mut events: Vec<(DateTime<Utc>, DueEvent)> = tokens.chain(rooms).chain(ended).collect();
            events.retain(|(at, _)| fell_due(before, after, *at));
            events.sort_by_key(|(at, _)| *at);
            due.extend(events.into_iter().map(|(at, what)| Due { key: Some(key.clone()), at, what }));
            state.clock = clock;
        }
        self.has_changed();
        Ok(due)
    }

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

    /// Looks at an account, or at all, by key. No account comes into being.
    fn each<T>(&self, key: Option<&ApiKey>, look: impl Fn(&Account, &AccountState) -> T) -> Vec<T> {
        let mut accounts: Vec<Arc<Account>> = {
            let world = read(&self.0.world);
            match key {
                Some(key) => world.accounts.get(key).cloned().into_iter().collect(),
                None => world.accounts.values().cloned().collect(),
            }
        };
        accounts.sort_by(|one, other| one.key.cmp(&other.key));
        accounts.iter().filter_map(|account| read(&account.state).as_ref().map(|state| look(account, state))).collect()
    }

    /// The account of a key, which comes into being if it must, or all that there are.
    fn named(&self, world: &mut World, key: Option<&ApiKey>) -> Result<Vec<Arc<Account>>, ControlRefusal> {
        match key {
            Some(key) => {
                if !self.knows(world, key) {
                    return Err(ControlRefusal::UnknownAccount);
                }
                Ok(vec![self.account_in(world, key)])
            }
            None => Ok(world.accounts.values().cloned().collect()),
        }
    }

    pub(super) fn must_know(&self, key: &ApiKey) -> Result<(), ControlRefusal> {
        self.check_key(key).map_err(|_| ControlRefusal::UnknownAccount)
    }
}

/// An account takes its place, and the one before it disappears.
fn put_account(world: &mut World, account: Arc<Account>) {
    retire(world, &account.key);
    world.accounts.insert(account.key.clone(), account);
}

fn succeed(before: &Account, after: &Account, cause: Cause) {
    if let (Some(before), Some(after)) = (&*read(&before.state), &mut *write(&after.state)) {
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
