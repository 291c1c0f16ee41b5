//! What must have been called by the time a server stops.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::Account;
use super::background::Background;
use crate::verify::Verification;

/// How long a server elsewhere may take to judge, or to say who it is.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Expectations that wait for their judgement.
#[derive(Default)]
pub struct Expected(Mutex<Vec<Expectation>>);

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
    #[track_caller]
    pub fn add(&self, account: Account, verification: Verification) {
        // Nobody can wait when they are judged, and what is to come will not come any more.
        let verification = verification.within(Duration::ZERO);
        self.lock().push(Expectation { account, verification, place: Location::caller() });
    }

    /// Nothing is expected any more. Until then what is expected holds on to the server.
    pub fn forget(&self) {
        self.lock().clear();
    }

    /// Judges all of them. From here on nothing is expected.
    pub async fn judge(&self) -> Result<(), UnmetExpectations> {
        let expected = std::mem::take(&mut *self.lock());
        let mut unmet = Vec::new();
        for Expectation { account, verification, place } in expected {
            if let Err(error) = account.verify(verification).await {
                unmet.push(format!("{account}, expected at {place}: {error}"));
            }
        }
        if unmet.is_empty() { Ok(()) } else { Err(UnmetExpectations(unmet)) }
    }

    /// The same where nothing can be awaited.
    pub fn judge_and_wait(self: &Arc<Self>, background: Background) -> Result<(), UnmetExpectations> {
        if self.lock().is_empty() {
            return Ok(());
        }
        let (tell, told) = mpsc::channel();
        let expected = Arc::clone(self);
        background.start(async move { drop(tell.send(expected.judge().await)) });
        let late = |_| Err(UnmetExpectations(vec![format!("no verdict within {} s", PATIENCE.as_secs())]));
        told.recv_timeout(PATIENCE).unwrap_or_else(late)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Expectation>> {
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
