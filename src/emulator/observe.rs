//! What happens around the operations: numbers of exchanges, the journal, faults, and live credentials.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{ControlRefusal, Emulator, lock};
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::domain::ids::ApiKey;
use crate::fault::{Applied, Call, Fault, FaultTable, Listed, Plan, Rule};
use crate::fixture::Fixtures;
use crate::journal::{Entry, Filter, Page};
use crate::verify::{Judgement, Verdict, Verification};

impl Emulator {
    /// The number of an exchange that begins now.
    pub fn next_exchange(&self) -> u64 {
        self.0.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether the journal keeps anything.
    pub fn keeps_journal(&self) -> bool {
        self.0.settings.journal.is_on()
    }

    /// Keeps an exchange in the journal.
    pub fn record(&self, entry: Entry) {
        lock(&self.0.journal).add(entry);
        self.0.recorded.notify_waiters();
    }

    /// The exchanges of an account, or of all, that fit, at most `limit`: the newest, or with `since` the next.
    pub fn requests(&self, key: Option<&ApiKey>, filter: &Filter, limit: usize) -> Page {
        lock(&self.0.journal).page(key, filter, limit)
    }

    /// One exchange, if it is kept.
    pub fn request(&self, id: u64) -> Option<Arc<Entry>> {
        lock(&self.0.journal).get(id)
    }

    /// Forgets the exchanges of an account, or of all, and says how many there were.
    pub fn forget_requests(&self, key: Option<&ApiKey>) -> usize {
        lock(&self.0.journal).clear(key)
    }

    /// Judges the exchanges of an account, or of all, as they are now.
    fn judge(&self, key: Option<&ApiKey>, verification: &Verification) -> Judgement {
        let (entries, evicted) = {
            let journal = lock(&self.0.journal);
            (journal.all(key), journal.evicted(key))
        };
        verification.judge(&entries, &evicted, self.keeps_journal())
    }

    /// Judges the exchanges of an account, or of all. Waits as long as the verification allows and waiting can help. Needs a
    /// Tokio runtime.
    pub async fn verify(&self, key: Option<&ApiKey>, verification: Verification) -> Verdict {
        /// Under load exchanges end all the time; judging each one alone would help nobody.
        const BETWEEN: Duration = Duration::from_millis(5);
        let end = Instant::now() + verification.patience();
        let verification = Arc::new(verification);
        loop {
            let recorded = self.0.recorded.notified();
            let mut recorded = pin!(recorded);
            // From here on no exchange is missed, also one that ends while it is judged.
            recorded.as_mut().enable();
            // It may take a while, and the workers have others to serve.
            let (emulator, owned, judge) = (self.clone(), key.cloned(), Arc::clone(&verification));
            let judged = tokio::task::spawn_blocking(move || emulator.judge(owned.as_ref(), &judge));
            // Judging does not panic; if it did, nothing could be told.
            let Judgement { verdict, is_final } = judged.await.unwrap_or_else(|_| Judgement::unknown());
            if is_final || tokio::time::timeout_at(end, recorded).await.is_err() {
                return verdict;
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }

    /// Adds a fault rule for an account, or for all, and says its number.
    ///
    /// # Errors
    /// [`ControlRefusal::UnknownAccount`], [`ControlRefusal::TooManyRules`]
    pub fn add_fault(&self, key: Option<&ApiKey>, rule: Rule) -> Result<u64, ControlRefusal> {
        if let Some(key) = key {
            self.must_know(key)?;
            // Its fixture's rules come before this one.
            self.account(key);
        }
        let now = self.now(key);
        let added = self.with_faults(|faults| faults.add(key, rule, now));
        self.has_changed();
        added.map_err(|_| ControlRefusal::TooManyRules)
    }

    /// The fault rules of an account and those for all, or every rule, in order of creation.
    pub fn faults(&self, key: Option<&ApiKey>) -> Vec<Listed> {
        let mut rules = lock(&self.0.faults).list();
        rules.retain(|rule| key.is_none() || rule.key.is_none() || rule.key.as_ref() == key);
        rules
    }

    /// Takes away a fault rule of an account, or without a key any.
    ///
    /// # Errors
    /// [`ControlRefusal::NoSuchRule`]
    pub fn remove_fault(&self, key: Option<&ApiKey>, id: u64) -> Result<(), ControlRefusal> {
        let removed = self.with_faults(|faults| faults.remove(key, id));
        self.has_changed();
        if removed { Ok(()) } else { Err(ControlRefusal::NoSuchRule) }
    }

    /// Takes away the fault rules of an account, or every rule, and says how many there were.
    pub fn clear_faults(&self, key: Option<&ApiKey>) -> usize {
        let cleared = self.with_faults(|faults| {
            let before = faults.count();
            match key {
                Some(key) => faults.clear(key),
                None => faults.clear_all(),
            }
            before - faults.count()
        });
        self.has_changed();
        cleared
    }

    /// What befalls a call.
    pub fn plan(&self, call: &Call<'_>) -> (Plan, Vec<Applied>) {
        // The rules that accounts begin with befall their first call too.
        if !self.0.settings.fixtures.default_faults.is_empty()
            && let Some(key) = call.key.filter(|key| self.check_key(key).is_ok())
        {
            self.account(key);
        }
        if !self.0.has_faults.load(Ordering::Relaxed) {
            return Default::default();
        }
        let now_of_all = self.clock_to_come().now();
        let planned = self.with_faults(|faults| faults.plan(call, now_of_all, &self.0.seed));
        // Also a call that nothing befell was counted.
        self.has_changed();
        planned
    }

    /// Takes back that a fault befell an exchange, which it has spared.
    pub fn spare(&self, applied: &Applied) {
        self.with_faults(|faults| faults.spare(applied));
        self.has_changed();
    }

    /// What a fault makes of a call that asks for it.
    pub fn plan_of(&self, fault: &Fault, call: &Call<'_>) -> (Plan, Vec<Applied>) {
        lock(&self.0.faults).plan_of(fault, call, &self.0.seed)
    }

    /// Counts up whenever accounts or their faults change: what a state file would say may be different.
    pub fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::SeqCst)
    }

    pub(super) fn has_changed(&self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Gives an account that begins the rules of its fixture.
    pub(super) fn install_faults(&self, key: &ApiKey, fixtures: &Fixtures, now: DateTime<Utc>) {
        self.with_faults(|faults| faults.install(key, fixtures.faults_of(key), now));
    }

    /// Takes away the rules of an account that ends, and what is left of its rate limits.
    pub(super) fn remove_faults(&self, key: &ApiKey) {
        self.with_faults(|faults| faults.clear(key));
    }

    pub(super) fn with_faults<T>(&self, act: impl FnOnce(&mut FaultTable) -> T) -> T {
        let mut faults = lock(&self.0.faults);
        let result = act(&mut faults);
        self.0.has_faults.store(!faults.is_empty(), Ordering::Relaxed);
        result
    }
}
