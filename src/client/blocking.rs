//! The crate for tests that are not async: [`MockServer`], [`Account`] and [`AccountClock`] have the methods of their namesakes
//! at the crate's root, which return when it is done.
//!
//! ```
//! use vchatcloud_mock::blocking::MockServer;
//! use vchatcloud_mock::{Expectation, Fault, Operation};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::start()?;
//! let account = server.account("my-suite");
//! account.create_room("Lobby")?;
//! account.fault(Fault::reset().on(Operation::CreateRoom).times(1))?;
//! account.expect(Expectation::of(Operation::DestroyRoom).times(0));
//! // ... the client under test calls server.url() ...
//! assert_eq!(account.rooms()?.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Other settings: `MockServer::builder().seed(1).start_blocking()`.
//!
//! # Panics
//! Inside async code every one of these calls panics: use the [crate's own](super::MockServer) there.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::background::Background;
use super::builder;
use super::{
    AccountDiff, Builder, Error, Exchange, Exchanges, FaultRule, Messages, Moved, RoomSpec, RoomUpdate, UnmetExpectations, UserSpec,
};
use crate::clock::ClockMode;
use crate::domain::ids::{RoomId, Token};
use crate::domain::room::Room;
use crate::domain::user::People;
use crate::fault::Rule;
use crate::launch::LaunchError;
use crate::verify::Verification;

/// The blocking twin of [`MockServer`](super::MockServer).
#[derive(Debug)]
#[must_use = "a server stops when it is dropped"]
pub struct MockServer(super::MockServer);

/// The blocking twin of [`Account`](super::Account).
#[derive(Debug, Clone)]
pub struct Account(super::Account);

/// The blocking twin of [`AccountClock`](super::AccountClock).
#[derive(Debug, Clone)]
pub struct AccountClock(super::AccountClock);

impl MockServer {
    /// The twin of [`MockServer::start`](super::MockServer::start).
    ///
    /// # Errors
    /// [`LaunchError::Runtime`] if the machine gives no socket or no thread.
    pub fn start() -> Result<MockServer, LaunchError> {
        MockServer::builder().start_blocking()
    }

    /// A server with other settings: [`Builder::start_blocking`] starts it.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn start_with(builder: Builder) -> Result<MockServer, LaunchError> {
        builder::background()?.block_on(builder.start()).map(MockServer)
    }

    /// The twin of [`MockServer::connect`](super::MockServer::connect).
    ///
    /// # Errors
    /// [`Error`]
    pub fn connect(url: &str) -> Result<MockServer, Error> {
        MockServer::connect_with(url, None)
    }

    /// The twin of [`MockServer::connect_with`](super::MockServer::connect_with).
    ///
    /// # Errors
    /// [`Error`]
    pub fn connect_with(url: &str, token: Option<Token>) -> Result<MockServer, Error> {
        let background = Background::of_process().map_err(|error| Error::Unreachable { server: url.to_owned(), error })?;
        background.block_on(super::MockServer::connect_with(url, token)).map(MockServer)
    }

    /// The twin of [`MockServer::url`](super::MockServer::url).
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// The twin of [`MockServer::https_url`](super::MockServer::https_url).
    pub fn https_url(&self) -> Option<&str> {
        self.0.https_url()
    }

    /// The twin of [`MockServer::account`](super::MockServer::account).
    pub fn account(&self, key: &str) -> Account {
        Account(self.0.account(key))
    }

    /// The twin of [`MockServer::all_accounts`](super::MockServer::all_accounts).
    pub fn all_accounts(&self) -> Account {
        Account(self.0.all_accounts())
    }

    /// The twin of [`MockServer::stop`](super::MockServer::stop).
    ///
    /// # Errors
    /// What was expected and did not happen.
    pub fn stop(self) -> Result<(), UnmetExpectations> {
        self.0.background().block_on(self.0.stop())
    }
}

/// As that of its twin.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Methods that call their twin and wait for it.
macro_rules! twins {
    ($of:ident $($method:ident($($argument:ident: $what:ty),*) -> $answer:ty;)+) => {
        impl $of {$(
            #[doc = concat!("The twin of [`", stringify!($of), "::", stringify!($method), "`](super::", stringify!($of), "::", stringify!($method), ").")]
            ///
            /// # Errors
            /// [`Error`]
            pub fn $method(&self, $($argument: $what),*) -> Result<$answer, Error> {
                self.0.background().block_on(self.0.$method($($argument),*))
            }
        )+}
    };
}

twins! { MockServer
    ca_pem() -> String;
}

twins! { Account
    create_room(room: impl Into<RoomSpec>) -> Room;
    rooms() -> Vec<Room>;
    update_room(id: RoomId, update: RoomUpdate) -> Room;
    join(id: RoomId, user: impl Into<UserSpec>) -> Room;
    leave(id: RoomId, client_key: &str) -> Room;
    leave_all(id: RoomId) -> Room;
    people(id: RoomId) -> People;
    messages(id: RoomId) -> Messages;
    fault(rule: impl Into<Rule>) -> FaultRule;
    faults() -> Vec<FaultRule>;
    remove_fault(id: u64) -> ();
    clear_faults() -> ();
    requests() -> Vec<Exchange>;
    journal() -> Exchanges;
    verify(verification: impl Into<Verification>) -> ();
    diff() -> Vec<AccountDiff>;
    diff_text() -> String;
    mark() -> ();
    reset() -> ();
    state() -> String;
    restore(state: &str) -> ();
}

twins! { AccountClock
    now() -> DateTime<Utc>;
    set(mode: ClockMode) -> Moved;
    freeze(at: DateTime<Utc>) -> Moved;
    advance(by: Duration) -> Moved;
    shift(by: TimeDelta) -> Moved;
}

impl Account {
    /// The twin of [`Account::key`](super::Account::key).
    pub fn key(&self) -> Option<&str> {
        self.0.key()
    }

    /// The twin of [`Account::clock`](super::Account::clock).
    pub fn clock(&self) -> AccountClock {
        AccountClock(self.0.clock())
    }

    /// The twin of [`Account::expect`](super::Account::expect).
    ///
    /// # Panics
    /// If the server was dropped or stopped before: nobody would judge.
    #[track_caller]
    pub fn expect(&self, verification: impl Into<Verification>) {
        self.0.expect(verification);
    }
}
