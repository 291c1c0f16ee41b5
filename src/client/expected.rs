//! What must have been called by the time a server is dropped.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::Account;
use crate::verify::Verification;

/// How long a server in another process may take to judge.
const PATIENCE: Duration = Duration::from_secs(10);

/// Expectations that wait for their judgement.
#[derive(Default)]
pub struct Expected(Mutex<Vec<(Account, Verification)>>);

impl Expected {
    pub fn add(&self, account: Account, verification: Verification) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((account, verification));
    }

    /// Judges all of them, without waiting for what is still to come, and says what was not met.
    ///
    /// This runs where nothing can be awaited, and possibly on a thread that a runtime needs. So a thread of its own asks,
    /// with a runtime of its own.
    pub fn unmet(&self) -> Vec<String> {
        let expected = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if expected.is_empty() {
            return Vec::new();
        }
        let judge = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| format!("no runtime to verify with: {error}"))?;
            let unmet = async {
                let mut unmet = Vec::new();
                for (account, verification) in expected {
                    let judged = account.verify(verification.within(Duration::ZERO)).await;
                    let whose = account.key().map_or_else(|| "all accounts".to_owned(), |key| format!("account {key}"));
                    unmet.extend(judged.err().map(|error| format!("{whose}: {error}")));
                }
                unmet
            };
            let judged = runtime.block_on(async { tokio::time::timeout(PATIENCE, unmet).await });
            judged.map_err(|_| format!("no verdict within {} s: does the server run on the thread that waits here", PATIENCE.as_secs()))
        };
        let judged = thread::spawn(judge).join().unwrap_or_else(|_| Err("the judge failed".to_owned()));
        judged.unwrap_or_else(|error| vec![error])
    }
}
