//! The emulator: accounts with their rooms, clocks and tokens, behind one cheap handle. The only holder of locks.
//!
//! The API key is the account, and accounts share nothing. No lock is held while anything is awaited.

mod account;
mod auth;
mod changes;
mod clocks;
mod control;
mod look;
mod messages;
mod observe;
mod people;
#[cfg(test)]
mod planted;
mod settings;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

pub use self::account::Account;
pub use self::auth::AuthRefusal;
pub use self::changes::{Added, Changed, Differences, Grave, Removed};
pub use self::clocks::{Due, DueEvent};
pub use self::control::{AccountDiff, AccountSummary, ControlRefusal};
pub use self::look::Whereabouts;
pub use self::messages::NotReserved;
pub use self::people::NotThere;
pub use self::settings::{AuthMode, ErrorStatus, Settings, checked_ttl};
pub use crate::domain::cause::Cause;
pub use crate::store::Version;

use self::account::{AccountState, Start};
use self::auth::Issued;
use crate::clock::Clock;
use crate::domain::code::ResultCodes;
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::map::Map;
use crate::domain::room::{NewRoom, Room, RoomChange};
use crate::fault::FaultTable;
use crate::journal::Journal;
use crate::seed::Seed;

/// An account has no room of that id, or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchRoom;

/// A handle on one emulator; clones are the same emulator.
#[derive(Clone)]
pub struct Emulator(Arc<Shared>);

struct Shared {
    settings: Settings,
    seed: Seed,
    world: RwLock<World>,
    /// Tokens outlive a reset, and so does this.
    issued_to: RwLock<Issued>,
    journal: Mutex<Journal>,
    /// Somebody may wait for the journal to grow.
    recorded: Notify,
    faults: Mutex<FaultTable>,
    /// Mostly there are none, and then nobody asks the table.
    has_faults: AtomicBool,
    exchanges: AtomicU64,
    changes: AtomicU64,
    /// Accounts that were seen with a live credential.
    warned: Mutex<HashSet<ApiKey>>,
}

/// All accounts, and the clock that accounts to come start with.
struct World {
    clock: Clock,
    accounts: Map<ApiKey, Arc<Account>>,
}

impl Emulator {
    /// An emulator with its fixture's accounts in place.
    pub fn new(settings: Settings) -> Emulator {
        let seed = settings.seed.map(Seed::repeatable).or_else(|| settings.fixtures.seed.clone()).unwrap_or_else(Seed::random);
        let world = World { clock: Clock::start(settings.clock), accounts: Map::default() };
        let journal = Mutex::new(Journal::new(settings.journal));
        let emulator = Emulator(Arc::new(Shared {
            settings,
            seed,
            world: RwLock::new(world),
            issued_to: RwLock::default(),
            journal,
            recorded: Notify::new(),
            faults: Mutex::default(),
            has_faults: AtomicBool::new(false),
            exchanges: AtomicU64::new(0),
            changes: AtomicU64::new(0),
            warned: Mutex::default(),
        }));
        emulator.reset_all();
        emulator
    }

    /// What this emulator was made with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What its ids and the signatures of its tokens are made of.
    pub(crate) fn seed(&self) -> &Seed {
        &self.0.seed
    }

    /// The result codes it answers with.
    pub fn codes(&self) -> &ResultCodes {
        &self.0.settings.fixtures.codes
    }

    /// Looks at all rooms of the account as `render` writes them, oldest first and in pieces, with the account that
    /// they are of now. Rooms that have not changed since the last time are not rendered again. Both run under the account's lock and must not
    /// call the emulator.
    pub fn rooms<R>(
        &self,
        account: &Arc<Account>,
        version: Version,
        render: impl Fn(&Account, &Room, &mut Vec<u8>),
        look: impl FnOnce(&mut dyn Iterator<Item = &Bytes>) -> R,
    ) -> R {
        self.look_at(account, |account, state| look(&mut state.rooms.rendered(version, |room, text| render(account, room, text))))
    }

    /// Looks at one room. `look` runs under the account's lock and must not call the emulator.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn room<R>(&self, account: &Arc<Account>, id: &RoomId, look: impl FnOnce(&Room) -> R) -> Result<R, NoSuchRoom> {
        // assumed: foreign-room
        self.look_at(account, |_, state| state.rooms.get(id).map(look).ok_or(NoSuchRoom))
    }

    /// Makes a room and says its id.
    pub fn create_room(&self, account: &Arc<Account>, new: NewRoom, cause: Cause) -> RoomId {
        self.change(account, |state| {
            let now = state.clock.now().into();
            let id = state.draw_room_id(&self.0.seed, &account.key, now, &HashSet::new());
            state.rooms.put(new.into_room(id, now));
            state.changes.created(id, cause);
            id
        })
    }

    /// Changes a room.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn modify_room(&self, account: &Arc<Account>, id: &RoomId, change: RoomChange, cause: Cause) -> Result<(), NoSuchRoom> {
        self.change(account, |state| {
            let now = state.clock.now().into();
            let changed = state.change_room(id, cause, |room| {
                // assumed: ended-room-lives
                room.apply(change, now);
                Ok(())
            });
            changed.map(drop)
        })
    }

    /// Takes a room away.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn destroy_room(&self, account: &Arc<Account>, id: &RoomId, cause: Cause) -> Result<(), NoSuchRoom> {
        self.change(account, |state| {
            // assumed: destroyed-room-people
            let room = state.rooms.remove(id).ok_or(NoSuchRoom)?;
            // assumed: destroyed-room-silent
            state.chats.remove(id);
            state.due.retain(|(_, of)| of != id);
            state.changes.destroyed(room, state.clock.now(), cause);
            Ok(())
        })
    }

    /// The time of an account, or what an account that comes into being now would see.
    pub fn now(&self, key: Option<&ApiKey>) -> DateTime<Utc> {
        let world = read(&self.0.world);
        let account = key.and_then(|key| world.accounts.get(key));
        let clock = account.and_then(|account| read(&account.state).as_ref().map(|state| state.clock));
        clock.unwrap_or(world.clock).now()
    }

    /// Whether requests with this key can have an account.
    fn knows(&self, world: &World, key: &ApiKey) -> bool {
        let Settings { auth, fixtures, .. } = &self.0.settings;
        *auth == AuthMode::Open || fixtures.accounts.contains_key(key) || world.accounts.contains_key(key)
    }

    /// The clock that accounts to come start with.
    pub fn clock_to_come(&self) -> Clock {
        read(&self.0.world).clock
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
        let make = || {
            self.has_changed();
            self.make_account(key, clock)
        };
        Arc::clone(world.accounts.entry(key.clone()).or_insert_with(make))
    }

    fn make_account(&self, key: &ApiKey, clock: Clock) -> Arc<Account> {
        let fixtures = &self.0.settings.fixtures;
        let start = Start::of(key, fixtures, clock);
        self.install_faults(key, fixtures, start.clock.now());
        Arc::new(Account::new(key, start, &self.0.seed))
    }

    /// Looks at an account. A reset may have made it disappear since the caller was authenticated; then it comes into being
    /// again, so that nobody sees what a reset has ended.
    fn look_at<R>(&self, account: &Arc<Account>, look: impl FnOnce(&Account, &AccountState) -> R) -> R {
        let mut account = Arc::clone(account);
        loop {
            match &*read(&account.state) {
                Some(state) if !state.is_due() => return look(&account, state),
                _ => {}
            }
            self.settle(&account);
            account = self.account(&account.key);
        }
    }

    /// Changes an account. As above, so that what is written after a reset is there to be read.
    fn change<R>(&self, account: &Arc<Account>, act: impl FnOnce(&mut AccountState) -> R) -> R {
        let mut account = Arc::clone(account);
        loop {
            if let Some(state) = &mut *write(&account.state) {
                self.has_changed();
                state.settle();
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

fn lock<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
