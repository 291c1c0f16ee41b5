//! What must have been called by the time a server stops.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use futures_util::future::join_all;

use super::Account;
use super::background::Background;
use crate::verify::Verification;

/// Expectations that wait for their judgement. The server holds them, and accounts only know of them: so they end with it.
#[derive(Default)]
pub struct Expected(Mutex<List>);

#[derive(Default)]
struct List {
    expectations: Vec<Expectation>,
    /// Whether it is too late for more.
    is_closed: bool,
}

#[derive(Clone)]
struct Expectation {
    account: Account,
    verification: Verification,
    /// Where the test says so.
    place: &'static Location<'static>,
}

/// Expectations that were not met, each with its place and what was called instead.
#[derive(Clone, PartialEq, Eq)]
pub struct UnmetExpectations(Vec<String>);

impl Expected {
    /// Says whether it will be judged: not when the others have been.
    #[track_caller]
    pub fn add(&self, account: Account, verification: Verification) -> bool {
        // Nobody can wait when they are judged, and what is to come will not come any more.
        let verification = verification.within(Duration::ZERO);
        let mut list = self.lock();
        if !list.is_closed {
            list.expectations.push(Expectation { account, verification, place: Location::caller() });
        }
        !list.is_closed
    }

    /// Nothing is expected any more.
    pub fn forget(&self) {
        *self.lock() = List { expectations: Vec::new(), is_closed: true };
    }

    /// Judges all of them; there will be no more. Whoever does not wait for the end leaves them to be judged again.
    pub async fn judge(&self) -> Result<(), UnmetExpectations> {
        let judged = self.close().into_iter().map(|Expectation { account, verification, place }| async move {
            let error = account.verify(verification).await.err()?;
            Some(format!("{account}, expected at {place}: {error}"))
        });
        // At once: a server that does not answer is not waited for once more with each.
        let unmet: Vec<String> = join_all(judged).await.into_iter().flatten().collect();
        self.forget();
        if unmet.is_empty() { Ok(()) } else { Err(UnmetExpectations(unmet)) }
    }

    /// The same where nothing can be awaited.
    pub fn judge_and_wait(self: &Arc<Self>, background: Background) -> Result<(), UnmetExpectations> {
        if self.close().is_empty() {
            return Ok(());
        }
        let (tell, told) = mpsc::channel();
        let expected = Arc::clone(self);
        background.start(async move { drop(tell.send(expected.judge().await)) });
        // Every call comes to an end.
        told.recv().unwrap_or_else(|_| Err(UnmetExpectations(vec!["the judge panicked, please report it".to_owned()])))
    }

    fn close(&self) -> Vec<Expectation> {
        let mut list = self.lock();
        list.is_closed = true;
        list.expectations.clone()
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for UnmetExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// As it is shown: a test unwraps it, and lines are easier to read.
impl fmt::Debug for UnmetExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for UnmetExpectations {}
