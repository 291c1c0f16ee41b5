//! One account, and what is in it.

use std::collections::HashSet;
use std::sync::RwLock;

use crate::clock::Clock;
use crate::domain::ids::{ApiKey, RoomId, Token, UserId};
use crate::domain::time::KstTime;
use crate::fixture::Fixtures;
use crate::seed::Seed;
use crate::store::Store;
use crate::token::Signer;

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
    ids_drawn: u64,
}

impl Account {
    /// The account of a key as its fixture says, or the default.
    pub(super) fn new(key: &ApiKey, fixtures: &Fixtures, seed: &Seed, clock: Clock) -> Account {
        let fixture = fixtures.accounts.get(key);
        Account {
            key: key.clone(),
            user_id: fixture.and_then(|fixture| fixture.user_id.clone()).unwrap_or_else(|| UserId::of(key)),
            tokens: fixture.map(|fixture| fixture.tokens.clone()).unwrap_or_default(),
            signer: signer(seed, key),
            state: RwLock::new(Some(AccountState::fresh(key, fixtures, seed, clock))),
        }
    }

    /// The e-mail address that reads show.
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }
}

/// Signs the tokens of a key, whether it has an account yet or not.
pub(super) fn signer(seed: &Seed, key: &ApiKey) -> Signer {
    Signer::new(&seed.bytes("token", key.as_str(), 0))
}

impl AccountState {
    /// The state that the account of a key starts with.
    fn fresh(key: &ApiKey, fixtures: &Fixtures, seed: &Seed, clock: Clock) -> AccountState {
        let mut state = AccountState { clock, rooms: Store::default(), ids_drawn: 0 };
        let now = clock.now().into();
        let fixtures = fixtures.rooms_of(key);
        // No id that is drawn may take one that the fixture gives to a later room.
        let given: HashSet<RoomId> = fixtures.iter().filter_map(|fixture| fixture.room_id).collect();
        for fixture in fixtures {
            let start = fixture.start_dt.unwrap_or(now);
            let id = fixture.room_id.unwrap_or_else(|| state.draw_room_id(seed, key, start, &given));
            state.rooms.put(fixture.room(id, now));
        }
        state
    }

    /// The account's next id that neither a room of it has nor is reserved.
    pub fn draw_room_id(&mut self, seed: &Seed, key: &ApiKey, created: KstTime, reserved: &HashSet<RoomId>) -> RoomId {
        loop {
            let bytes = seed.bytes("roomId", key.as_str(), self.ids_drawn);
            self.ids_drawn += 1;
            let mut random = [0; RoomId::RANDOM];
            random.copy_from_slice(&bytes[..RoomId::RANDOM]);
            let id = RoomId::new(random, created);
            if self.rooms.get(&id).is_none() && !reserved.contains(&id) {
                return id;
            }
        }
    }
}
