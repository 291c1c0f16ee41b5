//! The mock inside a test: [`MockServer`], its [`Builder`], and [`Account`], the typed handle on what a test sets up and looks
//! at. A server in another process has the same handle.

mod account;
mod answers;
mod builder;
mod control;
pub(crate) mod dial;
mod error;
mod expected;
mod mock_server;
mod room;
mod router;

pub use self::account::{Account, AccountClock};
pub use self::answers::{
    AccountDiff, By, ChangedField, ChangedRoom, Due, Exchange, ExchangeAnswer, ExchangeFault, ExchangeRequest, Exchanges, FaultRule, Moved,
    RoomInDiff,
};
pub use self::builder::Builder;
pub use self::error::{Error, Unmet};
pub use self::mock_server::MockServer;
pub use self::room::RoomSpec;
