//! An offline, stateful mock server of the VChatCloud chat-room API.
//!
//! The binary serves it from one command; see the README. The pieces, from the ground up:
//!
//! - [`domain`]: the vendor's language, as pure values and rules
//! - `escape`, [`clock`], `seed`, `form`, `reader`, `store`, `token`, [`fault`], `tls`, [`fixture`], [`journal`], [`verify`]:
//!   one thing each, synchronous, time and chance handed in
//! - [`emulator`]: accounts, journal and faults, behind one cheap handle
//! - `http`: the emulated API; [`admin`]: the control plane; [`openapi`]: the documents of both, made from the code
//! - [`server`]: both on a socket
//!
//! A server inside a test:
//!
//! ```
//! use vchatcloud_mock::admin::AllowedHosts;
//! use vchatcloud_mock::emulator::{Emulator, Settings};
//! use vchatcloud_mock::fixture::Fixtures;
//! use vchatcloud_mock::server::{App, Host, Server};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { tokio::runtime::Runtime::new()?.block_on(async {
//! let emulator = Emulator::new(Settings { fixtures: Fixtures::demo()?, seed: Some(1), ..Settings::default() });
//! let server = Server::bind(&Host::Localhost, 0)?;
//! let url = format!("http://127.0.0.1:{}/openapi/v2/rooms", server.port());
//! let running = tokio::spawn(server.serve(App::new(emulator, AllowedHosts::default()), std::future::pending()));
//!
//! let client = reqwest::Client::new();
//! let answer = client.get(url).header("API_KEY", "demo-key").header("X-AUTH-TOKEN", "demo-token").send().await?;
//! assert!(answer.text().await?.starts_with(r#"{"result_cd":1,"result_msg":"","list":["#));
//!
//! running.abort();
//! # Ok(())
//! # }) }
//! ```

pub mod admin;
pub mod client;
pub mod clock;
pub mod domain;
pub mod emulator;
mod escape;
pub mod fault;
pub mod fixture;
mod form;
mod http;
pub mod journal;
pub mod launch;
pub mod openapi;
mod reader;
mod seed;
pub mod server;
mod store;
mod tls;
mod token;
pub mod verify;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "blocking")]
pub use self::client::blocking;
pub use self::client::{Account, AccountClock, Builder, Error, MockServer, RoomSpec, RoomUpdate, Unmet, UnmetExpectations};
pub use self::clock::ClockMode;
pub use self::domain::code::ResultCode;
pub use self::domain::field::{Resolution, RoomStatus, RoomType, Template, YesNo};
pub use self::domain::ids::{RoomId, Token};
pub use self::domain::operation::Operation;
pub use self::domain::room::Room;
pub use self::emulator::{AuthMode, ErrorStatus};
pub use self::fault::{Fault, Rule};
pub use self::launch::LaunchError;
pub use self::server::Host;
pub use self::verify::{Condition, Expectation, Verification};

/// What appears in signatures, in the version that fits.
#[doc(no_inline)]
pub use {axum, chrono};
