//! An offline, stateful mock server of the [VChatCloud](https://vchatcloud.com) chat-room API, inside your tests. It keeps
//! rooms, tokens and accounts in memory, answers as the service does, goes wrong when it is told to, and knows what was called.
//! It needs no account and no network. It is not made by VChatCloud.
//!
//! This is the manual of the crate. The same server as a program and as an image, and what is known of the vendor's API, stand
//! in the [README]; the control plane, which the handles of this crate call, in [control-plane.md].
//!
//! [README]: https://docs.rs/crate/vchatcloud-mock/latest/source/README.md
//! [control-plane.md]: https://docs.rs/crate/vchatcloud-mock/latest/source/docs/control-plane.md
//!
//! # A server inside a test
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/my_client.rs"));
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use vchatcloud_mock::{Expectation, Fault, MockServer, Operation};
//!
//! let server = MockServer::start().await?; // on a free port, ready, and stopped when it is dropped
//! let account = server.account("my-suite");
//! account.create_room("Lobby").await?;
//! account.fault(Fault::status(503).on(Operation::ListRoom).times(1)).await?;
//! account.expect(Expectation::of(Operation::ListRoom).times(2)); // judged when the server is dropped
//!
//! let names = my_client::room_names(server.url(), "my-suite").await?; // the code under test
//! assert_eq!(names, ["Lobby"]);
//! # Ok(()) }
//! ```
//!
//! [`MockServer::start`] listens on 127.0.0.1. The client takes [`MockServer::url`] for `https://vchatcloud.com`; paths, headers and
//! parameters are the vendor's. Any `API_KEY` and any `X-AUTH-TOKEN` will do. All servers of a process run on two threads of their own:
//! a test may block, use any executor, and keep a server in a `static` for others (what is in one is never dropped, so nothing is judged
//! then).
//!
//! [`MockServer::builder`] sets everything that the command line can: [`Builder`] has a method for each flag.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use vchatcloud_mock::{AuthMode, MockServer};
//!
//! let server = MockServer::builder()
//!     .seed(1) // the same roomIds in every run
//!     .clock("frozen:2026-01-31T12:00:00+09:00".parse()?)
//!     .auth(AuthMode::Strict)
//!     .fixtures("fixtures/demo.json")
//!     .start()
//!     .await?;
//! # drop(server);
//! # Ok(()) }
//! ```
//!
//! # Accounts, and tests in parallel
//!
//! The API key is the account. [`MockServer::account`] gives the handle on one: its rooms, ids, faults, clock and journal are its
//! own, so tests with keys of their own share a server and never meet. Or give each test a server: starting one costs about a
//! millisecond, and a thousand at once are fine. [`MockServer::all_accounts`] is the handle on all of them.
//!
//! What a handle does is a call of the control plane: it meets no fault and is no exchange of the journal. A refused call is an
//! [`Error`] that says what was wrong; then nothing has changed.
//!
//! # Rooms to start with
//!
//! [`Account::create_room`] makes one beside the API, with a name alone or with everything that a room can have:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use vchatcloud_mock::{MockServer, RoomSpec, RoomType, RoomUpdate};
//!
//! let server = MockServer::start().await?;
//! let account = server.account("my-suite");
//! let room = account.create_room(RoomSpec::named("회의").max_user(10).room_type(RoomType::Video)).await?;
//! assert_eq!(room.room_name.as_str(), "회의");
//!
//! // Somebody comes in, and nobody asks who.
//! let room = account.update_room(room.room_id, RoomUpdate::default().join_count_by(1).current_user_count_by(1)).await?;
//! assert_eq!(account.rooms().await?, [room]);
//! # Ok(()) }
//! ```
//!
//! Fixtures say what accounts start with: files and directories ([`Builder::fixtures`]), a text ([`Builder::fixtures_json`]), the
//! vendor's example ([`Builder::demo`]). The README has their format. [`Account::reset`] goes back to them. [`Account::state`] saves
//! an account as a fixture, and [`Account::restore`] puts one in its place:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use vchatcloud_mock::MockServer;
//!
//! let server = MockServer::builder()
//!     .fixtures_json(r#"{"accounts": [{"apiKey": "my-suite", "rooms": [{"roomName": "Lobby", "maxUser": 3}]}]}"#)
//!     .start()
//!     .await?;
//! let account = server.account("my-suite");
//! let before = account.state().await?;
//! account.create_room("another").await?;
//! account.restore(&before).await?;
//! assert_eq!(account.rooms().await?.len(), 1);
//! # Ok(()) }
//! ```
//!
//! # People and messages
//!
//! The chat engine lets users into rooms; here [`Account::join`] does, and refuses as it would: when the room is full, has ended, has
//! exiled the user or has the user already. [`Account::leave`] and [`Account::leave_all`] let them out, [`RoomSpec::user`] makes a room
//! with them, and [`Account::people`] has who is in a room, exiled and muted. [`Account::messages`] has what the code under test sent into
//! a room, and what it reserved:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = vchatcloud_mock::MockServer::start().await?;
//! # let account = server.account("my-suite");
//! use vchatcloud_mock::client::MessageContent;
//! use vchatcloud_mock::{Expectation, Grade, Operation, RoomSpec, UserSpec};
//!
//! let room = account.create_room(RoomSpec::named("Lobby").user("alice@example.com")).await?.room_id;
//! account.join(room, UserSpec::named("bob@example.com").nick_name("Bob").grade(Grade::Manager)).await?;
//!
//! // The code under test says something to everybody, and exiles Alice.
//! let post = |path: String| {
//!     let request = reqwest::Client::new().post(format!("{}/openapi/v1/{path}", server.url()));
//!     request.header("API_KEY", "my-suite").header("X-AUTH-TOKEN", "any")
//! };
//! post(format!("notice/{room}")).form(&[("nickName", "Bob"), ("notice", "Be kind")]).send().await?;
//! post(format!("exiles/{room}/alice@example.com")).send().await?;
//!
//! let messages = account.messages(room).await?;
//! assert_eq!(messages.sent[0].content, MessageContent::Notice { notice: "Be kind".to_owned() });
//! let people = account.people(room).await?;
//! assert_eq!((people.users()[0].nick_name.as_str(), people.exiles().len()), ("Bob", 1));
//! account.verify(Expectation::of(Operation::ExileUser).with("clientKey", "alice@example.com")).await?;
//! let refused = account.join(room, "alice@example.com").await.unwrap_err();
//! assert!(refused.to_string().starts_with("clientKey: was exiled from the room"));
//! # Ok(()) }
//! ```
//!
//! A reserved message goes out when the account's clock comes to it: [`AccountClock::advance`] tells.
//!
//! # Faults
//!
//! [`Account::fault`] adds a rule: a [`Fault`] befalls every call of the account; its methods, and those of [`Rule`], say which
//! calls, how often and for how long.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/my_client.rs"));
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = vchatcloud_mock::MockServer::start().await?;
//! # let account = server.account("my-suite");
//! use std::time::Duration;
//! use vchatcloud_mock::{Fault, Operation, ResultCode};
//!
//! // A refusal: by status, or by the vendor's result code.
//! account.fault(Fault::status(503).retry_after(2).times(1)).await?;
//! account.fault(Fault::code(ResultCode::UserLimitExceeded).on(Operation::CreateRoom)).await?;
//! // A network that is slow, breaks, or goes silent.
//! account.fault(Fault::delay_between(Duration::from_millis(10), Duration::from_millis(50)).with_probability(0.1)).await?;
//! account.fault(Fault::reset().nth(3..=5)).await?;
//! account.fault(Fault::truncate().lasting(Duration::from_secs(30))).await?;
//! account.fault(Fault::hang().on(Operation::DestroyRoom)).await?;
//! // A gateway in front of the service, and its limits.
//! account.fault(Fault::bad_gateway().on(Operation::IssueToken)).await?;
//! account.fault(Fault::rate_limit(5.0, 10)).await?;
//! // As the header X-Mock-Fault and the documentation of the control plane write it.
//! account.fault("slow; bytesPerSecond=100".parse::<Fault>()?).await?;
//! account.clear_faults().await?;
//!
//! // The write happens and the answer does not: a client that tries again makes two rooms.
//! account.fault(Fault::commit_then_fail().on(Operation::CreateRoom).times(1)).await?;
//! my_client::create_room(server.url(), "my-suite", "QA").await?;
//! assert_eq!(account.rooms().await?.len(), 2);
//! assert_eq!(account.faults().await?[0].applied, 1);
//! # Ok(()) }
//! ```
//!
//! The functions of [`Fault`] are all there is. Rules are asked in the order in which they were added. Values that are out of range
//! are refused when the rule is added. A request may ask for a fault itself, with the header `X-Mock-Fault: reset`.
//!
//! # What was called
//!
//! [`Account::verify`] judges the calls so far, or waits until what is expected has happened, or cannot any more:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/my_client.rs"));
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = vchatcloud_mock::MockServer::start().await?;
//! # let account = server.account("my-suite");
//! use std::time::Duration;
//! use vchatcloud_mock::{Condition, Expectation, Operation, Verification};
//!
//! my_client::room_names(server.url(), "my-suite").await?;
//! my_client::create_room(server.url(), "my-suite", "QA 1").await?;
//!
//! let made = Expectation::of(Operation::CreateRoom).with("roomName", Condition::regex("^QA")?).result_cd(1);
//! account.verify(made.clone().times(1..=2)).await?;
//! let listed = Expectation::of(Operation::ListRoom);
//! account.verify(Verification::of([listed, made]).ordered().no_other().within(Duration::from_secs(5))).await?;
//!
//! let unmet = account.verify(Expectation::of(Operation::CreateRoom).with("roomName", "QA 2")).await.unwrap_err();
//! assert_eq!(
//!     unmet.to_string(),
//!     r#"verification failed
//!   createRoom where roomName is "QA 2": expected at least 1, got 0
//!     #2 roomName: expected to be "QA 2", got "QA 1"
//!     #1 operation: expected createRoom, got listRoom; roomName: expected to be "QA 2", got none"#
//! );
//! # Ok(()) }
//! ```
//!
//! [`Account::expect`] takes the same and is judged when the server is dropped. What was not met then fails the test, with the line
//! that expected it, unless the test is panicking already. [`MockServer::stop`] gives it as an error instead, and lets answers in flight
//! finish.
//!
//! [`Account::requests`] has every exchange as the client sent it and as it was answered, with the reason of a refusal:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = vchatcloud_mock::MockServer::start().await?;
//! let rooms = format!("{}/openapi/v2/rooms", server.url());
//! reqwest::Client::new().get(rooms).header("API_KEY", "my-suite").send().await?;
//!
//! let exchange = server.account("my-suite").requests().await?.remove(0);
//! assert_eq!((exchange.request.method.as_str(), exchange.request.header("api_key")), ("GET", Some("my-suite")));
//! assert_eq!(exchange.answer.map(|answer| answer.status), Some(401));
//! assert!(exchange.reason.is_some_and(|reason| reason.starts_with("X-AUTH-TOKEN")));
//! # Ok(()) }
//! ```
//!
//! # What changed
//!
//! [`Account::diff`] tells which rooms came, went and changed since the fixtures or the last [`Account::mark`], field by field, and which
//! exchange did it. [`Account::diff_text`] tells people.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/my_client.rs"));
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = vchatcloud_mock::MockServer::start().await?;
//! # let account = server.account("my-suite");
//! account.create_room("Lobby").await?;
//! account.mark().await?;
//! let id = my_client::create_room(server.url(), "my-suite", "QA").await?;
//!
//! let diff = account.diff().await?;
//! assert_eq!((diff[0].added[0].room_id.as_str(), diff[0].added[0].room_name.as_str()), (id.as_str(), "QA"));
//! assert!(diff[0].removed.is_empty() && diff[0].changed.is_empty(), "{}", account.diff_text().await?);
//! # Ok(()) }
//! ```
//!
//! # Time
//!
//! Every account has a clock. Dates, ids, tokens and faults follow it; real waiting does not. A token expires after five hours, or at
//! once:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = vchatcloud_mock::MockServer::start().await?;
//! use std::time::Duration;
//! use vchatcloud_mock::client::DueEvent;
//!
//! let issue = format!("{}/openapi/token", server.url());
//! reqwest::Client::new().get(issue).header("API_KEY", "my-suite").send().await?;
//!
//! let clock = server.account("my-suite").clock();
//! let moved = clock.advance(Duration::from_hours(5)).await?;
//! assert_eq!(moved.due[0].what, DueEvent::TokensExpired { tokens: 1 });
//! clock.freeze("2026-01-31T00:00:00Z".parse()?).await?;
//! # Ok(()) }
//! ```
//!
//! # Without a socket
//!
//! [`MockServer::router`] is the same server as an [`axum::Router`], for clients that are generic over a `tower` service, and to be
//! nested in another server. The handle next to it works as ever. What a fault does to a connection it does to the answer's body:
//! [`Builder::router`] says how.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{body::Body, http::Request};
//! use tower::ServiceExt;
//! use vchatcloud_mock::MockServer;
//!
//! let (router, mock) = MockServer::router()?;
//! let request = Request::get("/openapi/v2/rooms").header("API_KEY", "my-suite").header("X-AUTH-TOKEN", "any");
//! let answer = router.oneshot(request.body(Body::empty())?).await?;
//! assert_eq!(answer.status(), 200);
//! assert_eq!(mock.account("my-suite").requests().await?.len(), 1);
//! # Ok(()) }
//! ```
//!
//! # A server elsewhere
//!
//! [`MockServer::connect`] gives the handle on a server in a container or in another process. Everything works as on one's own;
//! [`MockServer::connect_with`] brings the token of `--admin-token`. A server that is not there yet is
//! [`Error::Unreachable`]: `vchatcloud-mock healthcheck --wait` and the image's health check tell when it is.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let elsewhere = vchatcloud_mock::MockServer::start().await?;
//! # let url = elsewhere.url();
//! use vchatcloud_mock::MockServer;
//!
//! let server = MockServer::connect(url).await?; // such as http://127.0.0.1:4280
//! let account = server.account("my-suite"); // each suite has a key of its own, and nobody is disturbed
//! account.reset().await?;
//! account.create_room("Lobby").await?;
//! # Ok(()) }
//! ```
//!
//! # Without async
//!
//! `vchatcloud_mock::blocking` has the same, without `.await`, for tests that are not async. It must not be used inside async code.
//!
//! # Features
//!
//! | feature | default | what it brings |
//! |---|---|---|
//! | `blocking` | yes | the module `blocking` |
//! | `cli` | yes | the command line: the binary, and with it clap and the log subscriber |
//! | `drift` | yes | the command `drift`, which the image does without; with it `cli` and `tls` |
//! | `tls` | yes | HTTPS |
//!
//! A test needs none of them: `vchatcloud-mock = { version = "0.1", default-features = false }`. The crate logs by `tracing`, one
//! event per exchange, and installs no subscriber.
//!
//! # The pieces
//!
//! The handles are made of parts that are public too, from the ground up:
//!
//! - [`domain`]: the vendor's language, as pure values and rules
//! - [`clock`], [`fault`], [`fixture`], [`journal`], [`verify`]: one thing each, synchronous, time and chance handed in
//! - [`emulator`]: accounts, journal and faults, behind one cheap handle
//! - [`admin`]: the control plane; [`openapi`]: its document and the API's, made from the code; [`fidelity`]: how sure
//!   all of it is
//! - [`server`]: both on a socket; [`launch`]: from settings to one
//! - [`client`]: the handles, and what they answer

pub mod admin;
pub mod chat;
pub mod client;
pub mod clock;
pub mod domain;
#[cfg(feature = "drift")]
mod drift;
pub mod emulator;
mod escape;
pub mod fault;
pub mod fidelity;
pub mod fixture;
mod form;
mod http;
pub mod journal;
pub mod launch;
mod links;
pub mod openapi;
mod reader;
mod schema;
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
pub use self::client::{Account, AccountClock, Builder, Error, MockServer, RoomSpec, RoomUpdate, Unmet, UnmetExpectations, UserSpec};
pub use self::clock::ClockMode;
pub use self::domain::code::ResultCode;
pub use self::domain::field::{Grade, Resolution, RoomStatus, RoomType, Template, YesNo};
pub use self::domain::ids::{RoomId, ScheduleId, Token};
pub use self::domain::operation::Operation;
pub use self::domain::room::Room;
pub use self::domain::user::{People, User};
pub use self::emulator::{AuthMode, ErrorStatus};
pub use self::fault::{Fault, Rule};
pub use self::launch::LaunchError;
pub use self::server::Host;
pub use self::verify::{Condition, Expectation, Verification};

/// What appears in signatures, in the version that fits.
#[doc(no_inline)]
pub use {axum, chrono};
