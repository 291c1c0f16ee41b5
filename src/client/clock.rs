//! The clock of an account.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use serde::Deserialize;
use serde_json::json;

use super::answers::Moved;
use super::{Account, Error};
use crate::clock::{ClockMode, show_span};

/// The clock of an account, or of all accounts and those to come: dates, ids, tokens and faults follow it.
#[derive(Debug, Clone)]
pub struct AccountClock(Account);

impl AccountClock {
    pub(super) fn of(account: Account) -> AccountClock {
        AccountClock(account)
    }

    #[cfg(feature = "blocking")]
    pub(super) fn background(&self) -> super::background::Background {
        self.0.background()
    }

    /// The time it shows; of all accounts, what an account to come would see.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn now(&self) -> Result<DateTime<Utc>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Clocks {
            accounts: Vec<Shown>,
            to_come: Shown,
        }
        #[derive(Deserialize)]
        struct Shown {
            now: DateTime<Utc>,
        }
        let Clocks { accounts, to_come } = self.0.read("clock", "").await?;
        let own = accounts.into_iter().next().filter(|_| self.0.key().is_some());
        Ok(own.unwrap_or(to_come).now)
    }

    /// Sets it; it may go back.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn set(&self, mode: ClockMode) -> Result<Moved, Error> {
        self.0.call(Method::PUT, "clock", Some(&json!({ "clock": mode.to_string() }))).await
    }

    /// Stops it at a moment.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn freeze(&self, at: DateTime<Utc>) -> Result<Moved, Error> {
        self.set(ClockMode::Frozen(at)).await
    }

    /// Moves it forward, to the millisecond.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn advance(&self, by: Duration) -> Result<Moved, Error> {
        self.shift(TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX)).await
    }

    /// Moves it forward, or back by less than nothing, to the millisecond.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn shift(&self, by: TimeDelta) -> Result<Moved, Error> {
        self.0.call(Method::POST, "clock/advance", Some(&json!({ "by": show_span(by) }))).await
    }
}
