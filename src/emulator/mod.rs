//! The emulator: accounts with their rooms, clocks and tokens, behind one cheap handle. The only holder of locks.
//!
//! The API key is the account, and accounts share nothing. No lock is held while anything is awaited.

mod account;
mod auth;
mod settings;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, TimeDelta, Utc};

pub use self::account::Account;
pub use self::auth::AuthRefusal;
pub use self::settings::{AuthMode, ErrorStatus, Settings};

use self::account::AccountState;
use self::auth::Issued;
use crate::clock::Clock;
use crate::domain::code::ResultCodes;
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::room::{NewRoom, Room, RoomChange};
use crate::seed::Seed;

/// An account has no room of that id, or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchRoom;

/// Why a control call was refused; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlRefusal {
    /// `--auth strict`, and no fixture has this key.
    UnknownAccount,
    /// A clock would pass the year 9999.
    BeyondTime,
}

/// A handle on one emulator; clones are the same emulator.
#[derive(Clone)]
pub struct Emulator(Arc<Shared>);

struct Shared {
    settings: Settings,
    seed: Seed,
    world: RwLock<World>,
    /// Tokens outlive a reset, and so does this.
    issued_to: RwLock<Issued>,
}

/// All accounts, and the clock that accounts to come start with.
struct World {
    clock: Clock,
    accounts: HashMap<ApiKey, Arc<Account>>,
}

impl Emulator {
    /// An emulator with its fixture's accounts in place.
    pub fn new(settings: Settings) -> Emulator {
        let seed = settings.seed.map_or_else(Seed::random, Seed::repeatable);
        let world = World { clock: Clock::start(settings.clock), accounts: HashMap::new() };
        let emulator = Emulator(Arc::new(Shared { settings, seed, world: RwLock::new(world), issued_to: RwLock::default() }));
        emulator.reset_all();
        emulator
    }

    /// What this emulator was made with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The result codes it answers with.
    pub fn codes(&self) -> &ResultCodes {
        &self.0.settings.fixtures.codes
    }

    /// Looks at all rooms of the account, oldest first. `look` runs under the account's lock and must not call the emulator.
    pub fn rooms<R>(&self, account: &Arc<Account>, look: impl FnOnce(&mut dyn ExactSizeIterator<Item = &Room>) -> R) -> R {
        self.look_at(account, |state| look(&mut state.rooms.iter()))
    }

    /// Looks at one room. `look` runs under the account's lock and must not call the emulator.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn room<R>(&self, account: &Arc<Account>, id: &RoomId, look: impl FnOnce(&Room) -> R) -> Result<R, NoSuchRoom> {
        self.look_at(account, |state| state.rooms.get(id).map(look).ok_or(NoSuchRoom))
    }

    /// Makes a room and says its id.
    pub fn create_room(&self, account: &Arc<Account>, new: NewRoom) -> RoomId {
        self.change(account, |state| {
            let now = state.clock.now().into();
            let id = state.draw_room_id(&self.0.seed, &account.key, now, &HashSet::new());
            state.rooms.put(new.into_room(id, now));
            id
        })
    }

    /// Changes a room.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn modify_room(&self, account: &Arc<Account>, id: &RoomId, change: RoomChange) -> Result<(), NoSuchRoom> {
        self.change(account, |state| {
            let now = state.clock.now().into();
            state.rooms.get_mut(id).map(|room| room.apply(change, now)).ok_or(NoSuchRoom)
        })
    }

    /// Takes a room away.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn destroy_room(&self, account: &Arc<Account>, id: &RoomId) -> Result<(), NoSuchRoom> {
        self.change(account, |state| state.rooms.remove(id).map(drop).ok_or(NoSuchRoom))
    }

    /// The time of an account, or what an account that comes into being now would see.
    pub fn now(&self, key: Option<&ApiKey>) -> DateTime<Utc> {
        let world = read(&self.0.world);
        let account = key.and_then(|key| world.accounts.get(key));
        let clock = account.and_then(|account| read(&account.state).as_ref().map(|state| state.clock));
        clock.unwrap_or(world.clock).now()
    }

    /// Puts an account, or all, back to the fixtures: rooms, ids, clock. With all, accounts that no fixture names disappear.
    ///
    /// # Errors
    /// [`ControlRefusal::UnknownAccount`]
    pub fn reset(&self, key: Option<&ApiKey>) -> Result<(), ControlRefusal> {
        let Some(key) = key else {
            self.reset_all();
            return Ok(());
        };
        if !self.knows(key) {
            return Err(ControlRefusal::UnknownAccount);
        }
        let mut world = write(&self.0.world);
        let fresh = self.make_account(key, Clock::start(self.0.settings.clock));
        if let Some(old) = world.accounts.insert(key.clone(), fresh) {
            *write(&old.state) = None;
        }
        Ok(())
    }

    /// Moves the clock of one account forward, or everybody's. In open mode a named account comes into being.
    ///
    /// # Errors
    /// [`ControlRefusal`]; then no clock has moved.
    pub fn advance(&self, key: Option<&ApiKey>, by: TimeDelta) -> Result<(), ControlRefusal> {
        if key.is_some_and(|key| !self.knows(key)) {
            return Err(ControlRefusal::UnknownAccount);
        }
        // Held throughout: a reset in between would take the accounts away.
        let mut world = write(&self.0.world);
        let accounts: Vec<Arc<Account>> = match key {
            Some(key) => vec![self.account_in(&mut world, key)],
            None => world.accounts.values().cloned().collect(),
        };
        let mut states: Vec<_> = accounts.iter().map(|account| write(&account.state)).collect();
        let states: Vec<&mut AccountState> = states.iter_mut().filter_map(|state| state.as_mut()).collect();
        let clocks = states.iter().map(|state| state.clock.advanced(by));
        let clocks: Vec<Clock> = clocks.collect::<Option<_>>().ok_or(ControlRefusal::BeyondTime)?;
        if key.is_none() {
            world.clock = world.clock.advanced(by).ok_or(ControlRefusal::BeyondTime)?;
        }
        for (state, clock) in states.into_iter().zip(clocks) {
            state.clock = clock;
        }
        Ok(())
    }

    fn reset_all(&self) {
        let mut world = write(&self.0.world);
        world.clock = Clock::start(self.0.settings.clock);
        for account in world.accounts.values() {
            *write(&account.state) = None;
        }
        world.accounts.clear();
        for key in self.0.settings.fixtures.accounts.keys() {
            let account = self.make_account(key, world.clock);
            world.accounts.insert(key.clone(), account);
        }
    }

    /// Whether requests with this key can have an account.
    fn knows(&self, key: &ApiKey) -> bool {
        self.0.settings.auth == AuthMode::Open || self.0.settings.fixtures.accounts.contains_key(key)
    }

    /// The account of a key, which comes into being if it must.
    fn account(&self, key: &ApiKey) -> Arc<Account> {
        if let Some(account) = read(&self.0.world).accounts.get(key) {
            return Arc::clone(account);
        }
        self.account_in(&mut write(&self.0.world), key)
    }

    fn account_in(&self, world: &mut World, key: &ApiKey) -> Arc<Account> {
        let clock = world.clock;
        Arc::clone(world.accounts.entry(key.clone()).or_insert_with(|| self.make_account(key, clock)))
    }

    fn make_account(&self, key: &ApiKey, clock: Clock) -> Arc<Account> {
        let Shared { settings, seed, .. } = &*self.0;
        Arc::new(Account::new(key, &settings.fixtures, seed, clock))
    }

    /// Looks at an account. A reset may have made it disappear since the caller was authenticated; then it comes into being
    /// again, so that nobody sees what a reset has ended.
    fn look_at<R>(&self, account: &Arc<Account>, look: impl FnOnce(&AccountState) -> R) -> R {
        let mut account = Arc::clone(account);
        loop {
            if let Some(state) = &*read(&account.state) {
                return look(state);
            }
            account = self.account(&account.key);
        }
    }

    /// Changes an account. As above, so that what is written after a reset is there to be read.
    fn change<R>(&self, account: &Arc<Account>, act: impl FnOnce(&mut AccountState) -> R) -> R {
        let mut account = Arc::clone(account);
        loop {
            if let Some(state) = &mut *write(&account.state) {
                return act(state);
            }
            account = self.account(&account.key);
        }
    }
}

/// A panic under a lock leaves whole values behind: nothing between the steps of a write can fail.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
