//! One account, and what is in it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::RwLock;

use super::changes::Changes;
use crate::chat::Chat;
use crate::clock::Clock;
use crate::domain::cause::Cause;
use crate::domain::ids::{ApiKey, RoomId, ScheduleId, Token, UserId};
use crate::domain::map::Map;
use crate::domain::time::KstTime;
use crate::fixture::{Fixtures, RoomFixture, SavedAccount, SavedRoom};
use crate::seed::Seed;
use crate::store::Store;
use crate::token::Signer;

/// How many different moments of expiry are remembered, to tell what an advance expires.
const EXPIRIES: usize = 1000;

/// One account. Its name and keys never change; its state is `None` once a reset has made it disappear.
pub struct Account {
    pub(super) key: ApiKey,
    pub(super) user_id: UserId,
    pub(super) tokens: Vec<Token>,
    pub(super) signer: Signer,
    pub(super) state: RwLock<Option<AccountState>>,
}

/// What changes in an account.
pub(super) struct AccountState {
    pub clock: Clock,
    pub rooms: Store,
    /// Of rooms in which something was said or is to be said.
    pub chats: Map<RoomId, Chat>,
    /// When something may fall due in which room. A room may stand here in vain.
    pub due: BTreeSet<(KstTime, RoomId)>,
    pub changes: Changes,
    /// How many tokens expire when, in seconds since 1970.
    pub expiries: BTreeMap<i64, u64>,
    ids_drawn: u64,
}

/// What an account starts with.
pub(super) struct Start<'a> {
    user_id: Option<UserId>,
    tokens: Vec<Token>,
    pub clock: Clock,
    ids_drawn: u64,
    rooms: &'a [RoomFixture],
}

impl<'a> Start<'a> {
    /// What the fixtures say of a key. `clock` is for an account of which they do not say one.
    pub fn of(key: &ApiKey, fixtures: &'a Fixtures, clock: Clock) -> Start<'a> {
        let fixture = fixtures.accounts.get(key);
        Start {
            user_id: fixture.and_then(|fixture| fixture.user_id.clone()),
            tokens: fixture.map(|fixture| fixture.tokens.clone()).unwrap_or_default(),
            clock: fixture.and_then(|fixture| fixture.clock).map_or(clock, Clock::start),
            ids_drawn: fixture.map_or(0, |fixture| fixture.ids_drawn),
            rooms: fixtures.rooms_of(key),
        }
    }

    /// What an account is, with other rooms.
    pub fn again(account: &Account, state: &AccountState, rooms: &'a [RoomFixture]) -> Start<'a> {
        Start {
            user_id: Some(account.user_id.clone()),
            tokens: account.tokens.clone(),
            clock: state.clock,
            ids_drawn: state.ids_drawn,
            rooms,
        }
    }
}

impl Account {
    /// The account of a key as it starts.
    pub(super) fn new(key: &ApiKey, start: Start<'_>, seed: &Seed) -> Account {
        Account {
            key: key.clone(),
            state: RwLock::new(Some(AccountState::new(key, &start, seed))),
            user_id: start.user_id.unwrap_or_else(|| UserId::of(key)),
            tokens: start.tokens,
            signer: signer(seed, key),
        }
    }

    /// The key that names it.
    pub fn key(&self) -> &ApiKey {
        &self.key
    }

    /// The e-mail address that reads show.
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// The account as a state file has it, but for its fault rules.
    pub(super) fn saved(&self, state: &AccountState) -> SavedAccount {
        SavedAccount {
            key: self.key.clone(),
            user_id: self.user_id.clone(),
            tokens: self.tokens.clone(),
            clock: state.clock.mode(),
            ids_drawn: state.ids_drawn,
            faults: Vec::new(),
            rooms: state.rooms.iter().map(|room| SavedRoom { room: room.clone(), chat: state.chat(&room.room_id) }).collect(),
        }
    }
}

/// Signs the tokens of a key, whether it has an account yet or not.
pub(super) fn signer(seed: &Seed, key: &ApiKey) -> Signer {
    Signer::new(&seed.bytes("token", key.as_str(), 0))
}

impl AccountState {
    fn new(key: &ApiKey, start: &Start<'_>, seed: &Seed) -> AccountState {
        let mut state = AccountState {
            clock: start.clock,
            rooms: Store::default(),
            chats: Map::default(),
            due: BTreeSet::new(),
            changes: Changes::default(),
            expiries: BTreeMap::new(),
            ids_drawn: start.ids_drawn,
        };
        let now = start.clock.now().into();
        // No id that is drawn may take one that the fixture gives to a later room.
        let given: HashSet<RoomId> = start.rooms.iter().filter_map(|fixture| fixture.room_id).collect();
        for fixture in start.rooms {
            let start = fixture.start_dt.unwrap_or(now);
            let id = fixture.room_id.unwrap_or_else(|| state.draw_room_id(seed, key, start, &given));
            state.put(fixture, id, now);
        }
        // What was due before it came into being goes out with that, and not with a later look.
        state.settle();
        state
    }

    /// Puts a room as a fixture has it, and its messages.
    pub fn put(&mut self, fixture: &RoomFixture, id: RoomId, now: KstTime) {
        self.rooms.put(fixture.room(id, now));
        self.due.extend(fixture.chat.reserved().map(|reserved| (reserved.send_date, id)));
        if !fixture.chat.is_empty() {
            self.chats.insert(id, fixture.chat.clone());
        }
    }

    /// The messages of a room.
    pub fn chat(&self, id: &RoomId) -> Chat {
        self.chats.get(id).cloned().unwrap_or_default()
    }

    /// The account's next id that neither a room of it has nor is reserved.
    pub fn draw_room_id(&mut self, seed: &Seed, key: &ApiKey, created: KstTime, reserved: &HashSet<RoomId>) -> RoomId {
        loop {
            let id = RoomId::new(self.draw(seed, key, "roomId"), created);
            if self.rooms.get(&id).is_none() && !reserved.contains(&id) {
                return id;
            }
        }
    }

    /// The account's next scheduleId that the room has not had. They come out of the same count as roomIds.
    pub fn draw_schedule_id(&mut self, seed: &Seed, key: &ApiKey, room: &RoomId) -> ScheduleId {
        loop {
            let id = ScheduleId::new(self.draw(seed, key, "scheduleId"));
            if !self.chats.get(room).is_some_and(|chat| chat.has(&id)) {
                return id;
            }
        }
    }

    fn draw<const BYTES: usize>(&mut self, seed: &Seed, key: &ApiKey, purpose: &str) -> [u8; BYTES] {
        let bytes = seed.bytes(purpose, key.as_str(), self.ids_drawn);
        // A state file can say no more than this.
        self.ids_drawn = self.ids_drawn.wrapping_add(1) & i64::MAX.cast_unsigned();
        let mut random = [0; BYTES];
        random.copy_from_slice(&bytes[..BYTES]);
        random
    }

    /// Remembers that a token expires then.
    pub fn expires(&mut self, exp: i64) {
        *self.expiries.entry(exp).or_default() += 1;
        if self.expiries.len() > EXPIRIES {
            self.expiries.pop_first();
        }
    }

    /// Takes the place of an account: its diff goes on from the same beginning.
    pub fn succeed(&mut self, before: &AccountState, cause: Cause) {
        self.changes = before.changes.replaced(&before.rooms, &self.rooms, before.clock.now(), cause);
        self.expiries.clone_from(&before.expiries);
    }
}
