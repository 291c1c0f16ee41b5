//! The mock inside a test: [`MockServer`], its [`Builder`], and [`Account`], the typed handle on what a test sets up and looks
//! at. A server in another process has the same handle.

mod account;
mod answers;
mod background;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod clock;
mod control;
pub(crate) mod dial;
mod error;
mod expected;
mod mock_server;
mod people;
mod room;
mod router;

pub use self::account::Account;
pub use self::answers::{
    AccountDiff, By, ChangedField, ChangedRoom, Due, DueEvent, Exchange, ExchangeAnswer, ExchangeFault, ExchangeRequest, Exchanges,
    FaultRule, MessageContent, Messages, Moved, ReservedMessage, RoomInDiff, SentMessage, Via,
};
pub use self::builder::Builder;
pub use self::clock::AccountClock;
pub use self::error::{Error, Unmet};
pub use self::expected::UnmetExpectations;
pub use self::mock_server::MockServer;
pub use self::people::UserSpec;
pub use self::room::{RoomSpec, RoomUpdate};
