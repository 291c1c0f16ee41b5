//! What must have been called by the time a server stops.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::Account;
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

    /// The same where nothing can be awaited, and possibly on a thread that a runtime needs. So a thread of its own asks, with
    /// a runtime of its own.
    pub fn judge_in_a_thread(&self) -> Result<(), UnmetExpectations> {
        if self.lock().is_empty() {
            return Ok(());
        }
        let failed = |what: String| UnmetExpectations(vec![what]);
        let judge = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| failed(format!("no runtime to verify with: {error}")))?;
            let judged = runtime.block_on(async { tokio::time::timeout(PATIENCE, self.judge()).await });
            let late = || format!("no verdict within {} s: does the server run on the thread that waits", PATIENCE.as_secs());
            judged.unwrap_or_else(|_| Err(failed(late())))
        };
        thread::scope(|scope| scope.spawn(judge).join()).unwrap_or_else(|_| Err(failed("the judge failed".to_owned())))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Expectation>> {
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
