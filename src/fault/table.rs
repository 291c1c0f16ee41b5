//! The rules in force, and what they come to for one exchange.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::kind::Fault;
use super::kind::rate_limit::{Bucket, RateLimit};
use super::plan::Plan;
use super::rule::{MAX_LIFE, Rule};
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::operation::Operation;
use crate::seed::Seed;

/// More rules than this for one account are a loop that went wrong.
pub const MAX_RULES: usize = 1000;

/// More accounts than this that ask for faults themselves are forgotten, and begin again.
const MOST_ASKING: usize = 1000;

/// An exchange, as far as rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The account that it names, whether there is one or not.
    pub key: Option<&'a ApiKey>,
    pub operation: Option<Operation>,
    pub room_id: Option<RoomId>,
    /// The time of that account.
    pub now: DateTime<Utc>,
}

/// A fault that befell an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The name of its kind.
    pub kind: &'static str,
    /// The rule; `None` is the request's own header.
    pub rule: Option<u64>,
}

/// The rules of every account, and those for all.
#[derive(Debug, Default)]
pub struct FaultTable {
    all: Scope,
    accounts: HashMap<ApiKey, Scope>,
    last_id: u64,
    /// For faults that requests ask for themselves: how often each account has drawn, and its rate limit.
    asked: HashMap<Option<ApiKey>, u64>,
    buckets: HashMap<Option<ApiKey>, Bucket>,
}

#[derive(Debug, Default)]
struct Scope {
    rules: Vec<Active>,
    /// How many there have been: what a rule draws depends on its place.
    added: u64,
}

#[derive(Debug)]
struct Active {
    id: u64,
    is_for_all: bool,
    /// What it draws for: no two rules that can befall an account draw the same.
    purpose: String,
    rule: Rule,
    ends: Option<DateTime<Utc>>,
    seen: u64,
    applied: u64,
    /// How often for each account: what others do does not matter.
    drawn: HashMap<Option<ApiKey>, u64>,
    buckets: HashMap<Option<ApiKey>, Bucket>,
}

/// A rule as the control plane shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: u64,
    /// `None` is all accounts.
    pub key: Option<ApiKey>,
    pub rule: Rule,
    /// How many exchanges fitted its operation and room.
    pub seen: u64,
    /// How many it befell.
    pub applied: u64,
    /// When it ends, by the account's clock.
    pub ends: Option<DateTime<Utc>>,
    /// Whether it has used up its `times`.
    pub is_spent: bool,
}

/// There are a thousand rules already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyRules;

impl FaultTable {
    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.all.rules.is_empty() && self.accounts.values().all(|scope| scope.rules.is_empty())
    }

    /// Adds a rule for an account, or for all, and says its number.
    ///
    /// # Errors
    /// [`TooManyRules`]
    pub fn add(&mut self, key: Option<&ApiKey>, rule: Rule, now: DateTime<Utc>) -> Result<u64, TooManyRules> {
        let scope = key.map_or(Some(&self.all), |key| self.accounts.get(key));
        if scope.is_some_and(|scope| scope.rules.len() >= MAX_RULES) {
            return Err(TooManyRules);
        }
        Ok(self.push(key, rule, now))
    }

    /// Gives an account that begins the rules of its files, which may be many together.
    pub fn install(&mut self, key: &ApiKey, rules: &[Rule], now: DateTime<Utc>) {
        for rule in rules {
            self.push(Some(key), rule.clone(), now);
        }
    }

    fn push(&mut self, key: Option<&ApiKey>, rule: Rule, now: DateTime<Utc>) -> u64 {
        let (scope, whose) = match key {
            Some(key) => (self.accounts.entry(key.clone()).or_default(), "own"),
            None => (&mut self.all, "all"),
        };
        self.last_id += 1;
        scope.added += 1;
        let ends = rule.lasts.and_then(|lasts| now.checked_add_signed(TimeDelta::from_std(lasts).ok()?));
        scope.rules.push(Active {
            id: self.last_id,
            is_for_all: key.is_none(),
            purpose: format!("fault {whose} {}", scope.added),
            rule,
            ends,
            seen: 0,
            applied: 0,
            drawn: HashMap::new(),
            buckets: HashMap::new(),
        });
        self.last_id
    }

    /// Takes away all rules of an account, and those of a reset begin again with the same draws; what is left of its rate
    /// limits is full again, also of those for all.
    pub fn clear(&mut self, key: &ApiKey) {
        let owner = Some(key.clone());
        self.accounts.remove(key);
        self.asked.remove(&owner);
        let of_all = self.all.rules.iter_mut().map(|active| &mut active.buckets);
        for buckets in of_all.chain([&mut self.buckets]) {
            buckets.remove(&owner);
        }
    }

    /// Takes back that a fault befell an exchange, which it has spared.
    pub fn spare(&mut self, applied: &Applied) {
        let scopes = self.accounts.values_mut().chain([&mut self.all]);
        if let Some(active) = scopes.flat_map(|scope| &mut scope.rules).find(|active| Some(active.id) == applied.rule) {
            active.applied = active.applied.saturating_sub(1);
        }
    }

    /// Takes away every rule; numbers go on.
    pub fn clear_all(&mut self) {
        *self = FaultTable { last_id: self.last_id, ..FaultTable::default() };
    }

    /// Takes away one rule, of an account or whoever it is of; says whether it was there.
    pub fn remove(&mut self, key: Option<&ApiKey>, id: u64) -> bool {
        let before = self.count();
        let of_all = key.is_none().then_some(&mut self.all);
        let scopes = self.accounts.iter_mut().filter(|(of, _)| key.is_none_or(|key| key == *of)).map(|(_, scope)| scope);
        scopes.chain(of_all).for_each(|scope| scope.rules.retain(|active| active.id != id));
        before != self.count()
    }

    /// How many rules there are.
    pub fn count(&self) -> usize {
        self.accounts.values().chain([&self.all]).map(|scope| scope.rules.len()).sum()
    }

    /// Every rule, in order of creation.
    pub fn list(&self) -> Vec<Listed> {
        let of_accounts = self.accounts.iter().flat_map(|(key, scope)| scope.rules.iter().map(move |rule| rule.listed(Some(key))));
        let mut listed: Vec<Listed> = self.all.rules.iter().map(|rule| rule.listed(None)).chain(of_accounts).collect();
        listed.sort_by_key(|listed| listed.id);
        listed
    }

    /// What of an account's rules is still to come, as rules.
    pub fn remaining(&self, key: &ApiKey, now: DateTime<Utc>) -> Vec<Rule> {
        let scope = self.accounts.get(key);
        scope.into_iter().flat_map(|scope| &scope.rules).filter_map(|active| active.remaining(now)).collect()
    }

    /// What befalls a call: rules are asked in order of creation up to the first that fits and is no delay; the delays before it
    /// add up. Rules for all go by a time of their own.
    pub fn plan(&mut self, call: &Call<'_>, now_of_all: DateTime<Utc>, seed: &Seed) -> (Plan, Vec<Applied>) {
        let own = call.key.and_then(|key| self.accounts.get_mut(key));
        let mut rules: Vec<&mut Active> = self.all.rules.iter_mut().collect();
        rules.extend(own.into_iter().flat_map(|scope| &mut scope.rules));
        rules.sort_by_key(|active| active.id);

        let mut plan = Plan::default();
        let mut applied = Vec::new();
        for active in rules {
            let now = if active.is_for_all { now_of_all } else { call.now };
            let Some(step) = active.step(call, now, seed) else { continue };
            applied.push(Applied { kind: active.rule.fault.kind(), rule: Some(active.id) });
            let wait = plan.wait + step.wait;
            plan = Plan { wait, ..step };
            if !matches!(active.rule.fault, Fault::Delay(_)) {
                break;
            }
        }
        (plan, applied)
    }

    /// What a fault makes of a call that asks for it itself.
    pub fn plan_of(&mut self, fault: &Fault, call: &Call<'_>, seed: &Seed) -> (Plan, Vec<Applied>) {
        if !fault.befalls(call.operation) {
            return Default::default();
        }
        if self.asked.len() >= MOST_ASKING || self.buckets.len() >= MOST_ASKING {
            self.asked.clear();
            self.buckets.clear();
        }
        let asked = &mut self.asked;
        let plan = plan(fault, call, &mut self.buckets, &mut || draw(asked, call, "fault asked", seed));
        let applied = Applied { kind: fault.kind(), rule: None };
        plan.map_or_else(Default::default, |plan| (plan, vec![applied]))
    }
}

impl Active {
    /// What the rule does to a call at a time of its own; `None` is nothing.
    fn step(&mut self, call: &Call<'_>, now: DateTime<Utc>, seed: &Seed) -> Option<Plan> {
        let matcher = &self.rule.matcher;
        let fits = self.rule.fault.befalls(call.operation)
            && matcher.operation.is_none_or(|operation| call.operation == Some(operation))
            && matcher.room_id.is_none_or(|room_id| call.room_id == Some(room_id))
            && !self.is_over(now);
        if !fits {
            return None;
        }
        self.seen += 1;
        if !matcher.nth.is_none_or(|nth| nth.holds(self.seen)) {
            return None;
        }
        let (drawn, purpose) = (&mut self.drawn, &self.purpose);
        let mut draw = || draw(drawn, call, purpose, seed);
        if matcher.probability.is_some_and(|probability| draw() >= probability) {
            return None;
        }
        let plan = plan(&self.rule.fault, call, &mut self.buckets, &mut draw)?;
        self.applied += 1;
        Some(plan)
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.is_spent() || self.ends.is_some_and(|ends| now >= ends)
    }

    fn is_spent(&self) -> bool {
        self.rule.times.is_some_and(|times| self.applied >= times)
    }

    fn listed(&self, key: Option<&ApiKey>) -> Listed {
        Listed {
            id: self.id,
            key: key.cloned(),
            rule: self.rule.clone(),
            seen: self.seen,
            applied: self.applied,
            ends: self.ends,
            is_spent: self.is_spent(),
        }
    }

    fn remaining(&self, now: DateTime<Utc>) -> Option<Rule> {
        if self.is_over(now) {
            return None;
        }
        let mut rule = self.rule.clone();
        rule.times = rule.times.map(|times| times - self.applied);
        // A clock that was put back may have left it more than a rule can say.
        rule.lasts = self.ends.and_then(|ends| (ends - now).to_std().ok()).map(|left| left.min(MAX_LIFE));
        if let Some(nth) = rule.matcher.nth {
            rule.matcher.nth = Some(nth.after(self.seen)?);
        }
        Some(rule)
    }
}

/// What a fault makes of a call that it is meant for; `None` is nothing. The buckets of rate limits are by account.
fn plan(fault: &Fault, call: &Call<'_>, buckets: &mut HashMap<Option<ApiKey>, Bucket>, draw: &mut dyn FnMut() -> f64) -> Option<Plan> {
    let Fault::RateLimit(limit) = fault else { return Some(fault.plan(draw)) };
    let bucket = buckets.entry(call.key.cloned()).or_insert_with(|| limit.bucket(call.now));
    limit.take(bucket, call.now).err().map(RateLimit::refusal)
}

/// 0 to 1, without 1: the same for the same seed, account, purpose and count.
fn draw(drawn: &mut HashMap<Option<ApiKey>, u64>, call: &Call<'_>, purpose: &str, seed: &Seed) -> f64 {
    const BITS: u32 = 53;
    let count = drawn.entry(call.key.cloned()).or_default();
    *count += 1;
    let bytes = seed.bytes(purpose, call.key.map_or("", ApiKey::as_str), *count);
    let mut first = [0; 8];
    first.copy_from_slice(&bytes[..8]);
    #[expect(clippy::cast_precision_loss, reason = "as many bits as an f64 has")]
    let fraction = (u64::from_be_bytes(first) >> (64 - BITS)) as f64 / (1_u64 << BITS) as f64;
    fraction
}
