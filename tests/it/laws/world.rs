//! Everything that a server knows, as far as it can be told from outside: accounts, clocks, tokens and fault rules.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::model::{Account, Cause, Room, Version, new_room};
use super::operation::Operation;
use super::people::LISTS;
use super::step::RuleCase;

/// What the servers of the laws start with: one account by name, rooms and a rule for the others.
pub const FIXTURE: &str = r#"{
  "accounts": [{
    "apiKey": "carol-key", "userId": "carol@example.com", "tokens": ["carol-token"],
    "faults": [{"match": {"operation": "modifyRoom", "nth": "2..3"}, "do": {"kind": "status", "http": 503}, "times": 1}],
    "rooms": [
      {"roomId": "CarolRoom1-AbCdEfGhIj-20250101090000", "roomName": "일반", "maxUser": "5", "startDt": "20250101090000"},
      {"roomId": "CarolRoom2-AbCdEfGhIj-20250101090000", "roomName": "\u0007 \"", "maxUser": "9", "startDt": "20250101090001",
       "endDt": "20260131130000", "joinCount": "3", "currentUserCount": "2", "template": "04", "isPossibleDup": "true",
       "users": [{"clientKey": "kim", "nickName": "김", "grade": "userManager"}, {"clientKey": "kim", "nickName": "Kim", "grade": "user"}],
       "exiles": [{"clientKey": "a/b", "nickName": "\u0001", "grade": "user"}],
       "mutes": [{"clientKey": "lee@example.com", "nickName": "Lee", "grade": "user"}, {"clientKey": "a/b", "nickName": "A", "grade": "user"}]}
    ]
  }],
  "default": {
    "faults": [{"match": {"operation": "createRoom", "nth": "1..1"}, "do": {"kind": "commit-then-fail"}, "times": 2}],
    "rooms": [{"roomId": "Everybodys-AbCdEfGhIj-20250101090000", "roomName": "Lobby", "maxUser": "2", "startDt": "20250101090000", "messageCount": "7",
      "joinCount": "9", "currentUserCount": "1", "users": [{"clientKey": "lee@example.com", "nickName": "Lee", "grade": "user"}],
      "messages": [{"kind": "notice", "at": "2025-12-31T15:00:00.500Z", "nickName": "N", "notice": "새해"}],
      "reserved": [{"scheduleId": "ReservedReserved0001", "sendDate": "20260131120100", "nickName": "N", "jsonString": "{}"}]}]
  }
}"#;
/// When their clocks stand at first.
pub const START: &str = "2026-01-31T03:00:00Z";

/// What a client gets to see of an exchange with a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// What the operation says.
    Own,
    /// That, but for its last byte.
    Broken,
    /// A status of the fault's own.
    Status(u16),
    /// The socket decides; there is none here.
    Wire,
}

/// A fault: as JSON, in short, whether the operation happens, and what is seen.
pub struct Fault {
    pub json: &'static str,
    pub short: &'static str,
    pub happens: bool,
    pub seen: Seen,
}

const fn fault(json: &'static str, short: &'static str, happens: bool, seen: Seen) -> Fault {
    Fault { json, short, happens, seen }
}

pub const FAULTS: &[Fault] = &[
    fault(r#"{"kind":"delay","time":"0s"}"#, "delay; time=0ms", true, Seen::Own),
    fault(r#"{"kind":"delay","min":"0s","max":"1ms"}"#, "delay; max=1ms", true, Seen::Own),
    fault(r#"{"kind":"status","code":"UNAUTHORIZED","message":"no"}"#, "status; code=UNAUTHORIZED", false, Seen::Status(401)),
    fault(r#"{"kind":"status","http":503}"#, "status;http=503;retryAfter=1", false, Seen::Status(503)),
    fault(r#"{"kind":"reset"}"#, "reset", false, Seen::Wire),
    fault(r#"{"kind":"reset","afterBytes":1}"#, "reset; afterBytes=20", true, Seen::Wire),
    fault(r#"{"kind":"empty"}"#, "empty", false, Seen::Wire),
    fault(r#"{"kind":"truncate"}"#, "truncate; bytes=0", true, Seen::Wire),
    fault(r#"{"kind":"malformed"}"#, "malformed", true, Seen::Broken),
    fault(r#"{"kind":"hang"}"#, "hang", false, Seen::Wire),
    fault(r#"{"kind":"slow","bytesPerSecond":1}"#, "slow; bytesPerSecond=1", true, Seen::Wire),
    fault(r#"{"kind":"bad-gateway"}"#, "bad-gateway", false, Seen::Status(502)),
    fault(r#"{"kind":"commit-then-fail"}"#, "commit-then-fail; then=hang", true, Seen::Wire),
    fault(
        r#"{"kind":"commit-then-fail","then":{"kind":"status","code":"TOO_MANY_REQUESTS"}}"#,
        r#"{"kind":"commit-then-fail","then":{"kind":"status","http":429}}"#,
        true,
        Seen::Status(429),
    ),
    fault(r#"{"kind":"commit-then-fail","then":{"kind":"bad-gateway"}}"#, "commit-then-fail; then=bad-gateway", true, Seen::Status(502)),
    fault(r#"{"kind":"rate-limit","perSecond":1,"burst":2}"#, "rate-limit; perSecond=1; burst=2", false, Seen::Status(429)),
];

impl Fault {
    pub fn is(&self, kind: &str) -> bool {
        self.json.starts_with(&format!(r#"{{"kind":"{kind}""#))
    }
}

/// What is left of a rate limit of two at once and one a second; everybody has one of their own.
#[derive(Debug, Clone, Default)]
struct Buckets(BTreeMap<Option<String>, (i64, DateTime<Utc>)>);

impl Buckets {
    fn take(&mut self, key: Option<&str>, now: DateTime<Utc>) -> bool {
        let (left, at) = self.0.entry(key.map(str::to_owned)).or_insert((2, now));
        *left = (*left + (now - *at).num_seconds().max(0)).min(2);
        *at = now;
        let passes = *left > 0;
        *left -= i64::from(passes);
        passes
    }
}

/// A fault rule in force.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: u64,
    pub key: Option<String>,
    case: RuleCase,
    ends: Option<DateTime<Utc>>,
    seen: u64,
    applied: u64,
    buckets: Buckets,
}

impl Rule {
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.case.times.is_some_and(|times| self.applied >= times) || self.ends.is_some_and(|ends| ends <= now)
    }

    /// Whether it can never do anything again, at that time.
    fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.is_over(now) || self.case.nth.is_some_and(|(_, to)| to <= self.seen)
    }
}

/// A state that was kept.
pub struct Saved {
    /// Of all, and of each.
    pub all: String,
    pub each: BTreeMap<String, String>,
    pub accounts: BTreeMap<String, Account>,
    pub rules: Vec<Rule>,
}

/// Everything.
pub struct World {
    pub accounts: BTreeMap<String, Account>,
    /// The time of accounts to come.
    pub now: DateTime<Utc>,
    pub rules: Vec<Rule>,
    last_rule: u64,
    asked: Buckets,
    /// The rule that decided over the last call.
    deciding: Option<u64>,
    /// The last token that was issued for a key, and when it expires.
    pub tokens: BTreeMap<String, (String, i64)>,
}

/// A moment in RFC 3339.
pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A room of the fixture: what it does not say is as in a new room.
fn fixture_room(room: &Value) -> Room {
    let form = vec![("maxUser", room["maxUser"].as_str().unwrap().to_owned()), ("roomName", "x".to_owned())];
    let mut fields = new_room(Version::V1, &form, "").unwrap();
    fields.insert("roomId", String::new());
    for (name, value) in &mut fields {
        if let Some(given) = room[*name].as_str() {
            given.clone_into(value);
        }
        if LISTS.contains(name) && !room[*name].is_null() {
            *value = room[*name].to_string();
        }
    }
    let mut made = Room::new(fields, Cause::FIXTURE);
    made.put_messages(room);
    made
}

impl World {
    /// A server that has just been started.
    pub fn new() -> World {
        let mut world = World {
            accounts: BTreeMap::new(),
            now: moment(START),
            rules: Vec::new(),
            last_rule: 0,
            asked: Buckets::default(),
            deciding: None,
            tokens: BTreeMap::new(),
        };
        world.begin("carol-key");
        world
    }

    /// What a reset of all leaves: the tokens outlive it.
    pub fn reset(&mut self) {
        *self = World { tokens: std::mem::take(&mut self.tokens), ..World::new() };
    }

    /// What a reset of one does.
    pub fn reset_one(&mut self, key: &str) {
        self.forget(key);
        let now = std::mem::replace(&mut self.now, moment(START));
        self.begin(key);
        self.now = now;
    }

    /// An account goes, with its rules and limits.
    pub fn forget(&mut self, key: &str) {
        self.accounts.remove(key);
        self.clear_rules(Some(key));
    }

    /// What the fixture says of a key, and whether it names it.
    fn start(key: &str) -> (Value, bool) {
        let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
        let named = fixture["accounts"].as_array().unwrap().iter().find(|account| account["apiKey"] == key);
        (named.unwrap_or(&fixture["default"]).clone(), named.is_some())
    }

    /// The account of a key, or as it would be if it came into being now.
    pub fn account(&self, key: &str) -> Account {
        if let Some(account) = self.accounts.get(key) {
            return account.clone();
        }
        let (start, _) = World::start(key);
        let digest = Sha256::digest(key);
        let user_id = start["userId"].as_str().map_or_else(
            || format!("account-{:02x}{:02x}{:02x}{:02x}@example.com", digest[0], digest[1], digest[2], digest[3]),
            str::to_owned,
        );
        Account::new(user_id, self.now, start["rooms"].as_array().unwrap().iter().map(fixture_room).collect())
    }

    /// The account of a key, which comes into being if it must.
    pub fn begin(&mut self, key: &str) -> &mut Account {
        if !self.accounts.contains_key(key) {
            self.accounts.insert(key.to_owned(), self.account(key));
            let (operation, nth, times, json) = if World::start(key).1 {
                (Operation::ModifyRoom, (2, 3), 1, r#"{"kind":"status","http":503}"#)
            } else {
                (Operation::CreateRoom, (1, 1), 2, r#"{"kind":"commit-then-fail"}"#)
            };
            let fault = FAULTS.iter().position(|fault| fault.json == json).unwrap();
            let case = RuleCase { operation: Some(operation), nth: Some(nth), times: Some(times), lasts: None, fault };
            self.add_rule(Some(key), case);
        }
        self.accounts.get_mut(key).unwrap()
    }

    /// The time of an account, or of those to come.
    pub fn now(&self, key: Option<&str>) -> DateTime<Utc> {
        key.and_then(|key| self.accounts.get(key)).map_or(self.now, |account| account.now)
    }

    pub fn add_rule(&mut self, key: Option<&str>, case: RuleCase) -> u64 {
        self.last_rule += 1;
        let ends = case.lasts.map(|lasts| self.now(key) + TimeDelta::seconds(lasts));
        let key = key.map(str::to_owned);
        self.rules.push(Rule { id: self.last_rule, key, case, ends, seen: 0, applied: 0, buckets: Buckets::default() });
        self.last_rule
    }

    /// Rules go, and with them what is left of the limits of that account, or of all.
    pub fn clear_rules(&mut self, key: Option<&str>) -> usize {
        let before = self.rules.len();
        self.rules.retain(|rule| key.is_some() && rule.key.as_deref() != key);
        for buckets in self.rules.iter_mut().map(|rule| &mut rule.buckets).chain([&mut self.asked]) {
            buckets.0.retain(|of, _| key.is_some() && of.as_deref() != key);
        }
        before - self.rules.len()
    }

    /// The rules of accounts as a state has them: none lasts longer than a year, also when a clock was put back.
    pub fn saved_rules(&self) -> Vec<Rule> {
        let now = |rule: &Rule| self.now(rule.key.as_deref());
        let of_accounts = self.rules.iter().filter(|rule| rule.key.is_some() && !rule.is_past(now(rule)));
        let saved = |rule: &Rule| {
            let ends = rule.ends.map(|ends| ends.min(now(rule) + TimeDelta::days(365)));
            Rule { ends, buckets: Buckets::default(), ..rule.clone() }
        };
        of_accounts.map(saved).collect()
    }

    /// Puts rules back: they are new ones, with new numbers.
    pub fn restore_rules(&mut self, rules: impl Iterator<Item = Rule>) {
        for rule in rules {
            self.last_rule += 1;
            self.rules.push(Rule { id: self.last_rule, ..rule });
        }
    }

    /// Whether the fault that decided over the last call lets it happen and then fails.
    pub fn fails_commits(&self, asked: Option<&Fault>) -> bool {
        let rule = || self.rules.iter().find(|rule| Some(rule.id) == self.deciding).map(|rule| &FAULTS[rule.case.fault]);
        asked.or_else(rule).is_some_and(|fault| fault.is("commit-then-fail"))
    }

    /// The fault that decided has spared the call.
    pub fn spare(&mut self) {
        if let Some(rule) = self.rules.iter_mut().find(|rule| Some(rule.id) == self.deciding) {
            rule.applied -= 1;
        }
    }

    /// Whether an operation happens, and what is seen of it.
    pub fn fate(&mut self, key: Option<&str>, operation: Operation, asked: Option<&Fault>) -> (bool, Seen) {
        let (now, now_of_all) = (self.now(key), self.now(None));
        // It befalls writes alone.
        let befalls = |fault: &Fault| operation.writes() || !fault.is("commit-then-fail");
        self.deciding = None;
        if let Some(fault) = asked {
            if !befalls(fault) {
                return (true, Seen::Own);
            }
            let passes = fault.is("rate-limit") && self.asked.take(key, now);
            return if passes { (true, Seen::Own) } else { (fault.happens, fault.seen) };
        }
        for rule in self.rules.iter_mut().filter(|rule| rule.key.is_none() || rule.key.as_deref() == key) {
            let fault = &FAULTS[rule.case.fault];
            let time = if rule.key.is_none() { now_of_all } else { now };
            if rule.case.operation.is_some_and(|of| of != operation) || rule.is_over(time) || !befalls(fault) {
                continue;
            }
            rule.seen += 1;
            if rule.case.nth.is_some_and(|(from, to)| rule.seen < from || rule.seen > to)
                || fault.is("rate-limit") && rule.buckets.take(key, now)
            {
                continue;
            }
            rule.applied += 1;
            // Delays add up, and the first other fault decides.
            if !fault.is("delay") {
                self.deciding = Some(rule.id);
                return (fault.happens, fault.seen);
            }
        }
        (true, Seen::Own)
    }
}
