//! The handle on one account, or on all: what a test does with the control plane.

use std::fmt;
use std::sync::Weak;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answers::{AccountDiff, Exchange, Exchanges, FaultRule};
use super::control::Control;
use super::expected::Expected;
use super::room::{RoomSpec, RoomUpdate, rooms_of_state, shown_room};
use super::{AccountClock, Error, Unmet};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::secret;
use crate::escape;
use crate::fault::Rule;
use crate::verify::{Verdict, Verification};

/// One account of a mock, or all of them. Clones are the same. Every call is one of the control plane: it meets no fault and
/// is no exchange of the journal.
#[derive(Clone)]
pub struct Account {
    control: Control,
    /// `None` is all.
    key: Option<String>,
    /// The server's.
    expected: Weak<Expected>,
}

/// As in `account my-suite`. A key of the vendor's real shape is masked.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "account {}", secret::scrubbed(key)),
            None => f.write_str("all accounts"),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({self})")
    }
}

impl Account {
    pub(super) fn new(control: Control, key: Option<String>, expected: Weak<Expected>) -> Account {
        Account { control, key, expected }
    }

    /// The API key that names it; `None` is all accounts.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Makes a room beside the API. The handle on all accounts can, as long as there is only one. What of the answer has the shape of
    /// the vendor's credentials is masked; [`rooms`](Account::rooms) has it as it is.
    ///
    /// # Errors
    /// [`Error`]; a refusal names the field that was wrong.
    pub async fn create_room(&self, room: impl Into<RoomSpec>) -> Result<Room, Error> {
        self.change_room(Method::POST, "rooms", "", Some(&room.into().json())).await
    }

    /// The rooms, oldest first; of all accounts, account by account. An account that nobody has called yet, and that no fixture
    /// names, has none: it gets the rooms of `default` with its first call.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn rooms(&self) -> Result<Vec<Room>, Error> {
        rooms_of_state(&self.state().await?)
    }

    /// Does to a room what the chat engine would: users are counted, and messages, it is paused or ends. The answer is masked as
    /// that of [`create_room`](Account::create_room). Who has a name joins by [`join`](Account::join).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn update_room(&self, id: RoomId, update: RoomUpdate) -> Result<Room, Error> {
        self.change_room(Method::PATCH, &format!("rooms/{id}"), "", Some(&update.json())).await
    }

    /// Adds a fault rule: a [`Fault`](crate::fault::Fault) befalls every exchange, a [`Rule`] says which.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn fault(&self, rule: impl Into<Rule>) -> Result<FaultRule, Error> {
        self.call(Method::POST, "faults", Some(&rule.into().json())).await
    }

    /// The fault rules, with what they have done.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn faults(&self) -> Result<Vec<FaultRule>, Error> {
        #[derive(Deserialize)]
        struct Faults {
            faults: Vec<FaultRule>,
        }
        let Faults { faults } = self.read("faults", "").await?;
        Ok(faults)
    }

    /// Takes away one fault rule.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn remove_fault(&self, id: u64) -> Result<(), Error> {
        self.call::<Value>(Method::DELETE, &format!("faults/{id}"), None).await.map(drop)
    }

    /// Takes away every fault rule.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn clear_faults(&self) -> Result<(), Error> {
        self.call::<Value>(Method::DELETE, "faults", None).await.map(drop)
    }

    /// The account's clock.
    pub fn clock(&self) -> AccountClock {
        AccountClock::of(self.clone())
    }

    /// The exchanges that the journal keeps, oldest first.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn requests(&self) -> Result<Vec<Exchange>, Error> {
        Ok(self.journal().await?.requests)
    }

    /// The same, and how many there were that are not kept any more.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn journal(&self) -> Result<Exchanges, Error> {
        // The default would be the newest thousand.
        self.read("requests", "limit=1000000000").await
    }

    /// Judges what was called. Waits as long as the verification says.
    ///
    /// # Errors
    /// [`Error::Unmet`] if it did not pass.
    pub async fn verify(&self, verification: impl Into<Verification>) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Judged {
            #[serde(flatten)]
            verdict: Verdict,
            note: Option<String>,
        }
        let verification = verification.into();
        let body = verification.json().to_string();
        let control = self.control.waiting(verification.patience());
        let answer = control.send(Method::POST, &self.path("verify", ""), Some(body), "application/json").await?;
        // A verdict is one whatever the status says.
        let answer = match answer.status {
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => answer,
            _ => answer.succeeded()?,
        };
        match answer.read()? {
            Judged { verdict: Verdict::Passed, .. } => Ok(()),
            Judged { verdict, note } => Err(Error::Unmet(Unmet { verdict, note })),
        }
    }

    /// Judges that when the [`MockServer`](super::MockServer) is dropped, and fails the test if it is not met: without waiting
    /// then, whatever the verification says.
    ///
    /// # Panics
    /// If the server was dropped or stopped before: nobody would judge.
    #[track_caller]
    pub fn expect(&self, verification: impl Into<Verification>) {
        // A closure would be the caller.
        let is_judged = match self.expected.upgrade() {
            Some(expected) => expected.add(self.clone(), verification.into()),
            None => false,
        };
        assert!(is_judged, "{self}: expected something of a server that has stopped, use verify instead");
    }

    /// What is not as in the fixtures, or as it was at the mark.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn diff(&self) -> Result<Vec<AccountDiff>, Error> {
        #[derive(Deserialize)]
        struct Diff {
            accounts: Vec<AccountDiff>,
        }
        let Diff { mut accounts } = self.read("diff", "").await?;
        accounts.retain(|account| !account.is_empty());
        Ok(accounts)
    }

    /// The same for people.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn diff_text(&self) -> Result<String, Error> {
        Ok(self.control.send(Method::GET, &self.path("diff", ""), None, "text/plain").await?.succeeded()?.text())
    }

    /// From here on a diff tells what is not as it is now.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn mark(&self) -> Result<(), Error> {
        self.call::<Value>(Method::POST, "mark", None).await.map(drop)
    }

    /// Back to the fixtures: rooms, ids, clock, faults, journal.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn reset(&self) -> Result<(), Error> {
        self.control.call::<Value>(Method::POST, &self.path("reset", ""), None).await.map(drop)
    }

    /// The account as a fixture file.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn state(&self) -> Result<String, Error> {
        Ok(self.control.send(Method::GET, &self.path("state", ""), None, "application/json").await?.succeeded()?.text())
    }

    /// Replaces the account by what a fixture file says.
    ///
    /// # Errors
    /// [`Error`]; a refusal has every problem of the file.
    pub async fn restore(&self, state: &str) -> Result<(), Error> {
        let path = self.writing("state");
        self.control.send(Method::PUT, &path, Some(state.to_owned()), "application/json").await?.succeeded().map(drop)
    }

    #[cfg(feature = "blocking")]
    pub(super) fn background(&self) -> super::background::Background {
        self.control.background()
    }

    pub(super) async fn read<T: DeserializeOwned>(&self, path: &str, query: &str) -> Result<T, Error> {
        self.control.call(Method::GET, &self.path(path, query), None).await
    }

    pub(super) async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>) -> Result<T, Error> {
        self.control.call(method, &self.writing(path), body).await
    }

    /// A write that can only be about one account, and answers with the room as it is then.
    pub(super) async fn change_room(&self, method: Method, path: &str, query: &str, body: Option<&Value>) -> Result<Room, Error> {
        #[derive(Deserialize)]
        struct Shown {
            room: Value,
        }
        let shown: Shown = self.control.call(method, &self.path(path, query), body).await?;
        shown_room(&shown.room)
    }

    /// A write says whom it is about, also when that is all.
    fn writing(&self, path: &str) -> String {
        if self.key.is_some() { self.path(path, "") } else { format!("{path}?all=true") }
    }

    fn path(&self, path: &str, query: &str) -> String {
        let key = self.key.as_deref().map(|key| format!("apiKey={}", escape::encode(key)));
        let members: Vec<&str> = key.iter().map(String::as_str).chain([query]).filter(|member| !member.is_empty()).collect();
        if members.is_empty() { path.to_owned() } else { format!("{path}?{}", members.join("&")) }
    }
}
