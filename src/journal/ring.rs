//! The entries, bounded per account and in all. The oldest make room, and that is counted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::entry::Entry;
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::map::Map;
use crate::domain::operation::Operation;

/// How much is kept; 0 in either is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries per account.
    pub entries: usize,
    /// Bytes in all, about.
    pub bytes: usize,
}

impl Limits {
    /// Whether anything is kept at all.
    pub fn is_on(&self) -> bool {
        self.entries > 0 && self.bytes > 0
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { entries: 1000, bytes: 32 * 1024 * 1024 }
    }
}

/// What to look for; what is not said does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    pub operation: Option<Operation>,
    /// The HTTP status.
    pub status: Option<u16>,
    pub result_cd: Option<i32>,
    pub room_id: Option<RoomId>,
    /// Those that ended after the exchange of this number; if that is not kept any more, those with a greater number.
    pub since: Option<u64>,
}

impl Filter {
    fn takes(&self, entry: &Entry) -> bool {
        self.operation.is_none_or(|operation| entry.operation == Some(operation))
            && self.status.is_none_or(|status| entry.answer.is_some_and(|answer| answer.status == status))
            && self.result_cd.is_none_or(|result_cd| entry.answer.is_some_and(|answer| answer.result_cd == Some(result_cd)))
            && self.room_id.is_none_or(|room_id| entry.room_id == Some(room_id))
    }
}

/// Entries that were asked for, in the order in which they ended.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub entries: Vec<Arc<Entry>>,
    /// How many fit the filter, shown or not.
    pub matched: usize,
    /// How many are kept, and how many made room, whether they fit or not.
    pub kept: usize,
    pub evicted: u64,
}

/// How many entries of each operation made room. Preflights are counted apart: they are nobody's call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evicted {
    of: [u64; Operation::ALL.len() + 1],
    preflights: u64,
}

impl Evicted {
    /// How many calls made room, of one operation or of all and none.
    pub fn count(&self, operation: Option<Operation>) -> u64 {
        match operation {
            Some(operation) => self.of[operation as usize],
            None => self.of.iter().sum(),
        }
    }

    /// How many entries made room, with preflights.
    pub fn total(&self) -> u64 {
        self.count(None) + self.preflights
    }

    fn add(&mut self, entry: &Entry) {
        if entry.is_preflight() {
            self.preflights += 1;
        } else {
            self.of[entry.operation.map_or(Operation::ALL.len(), |operation| operation as usize)] += 1;
        }
    }

    fn merge(&mut self, other: &Evicted) {
        self.preflights += other.preflights;
        for (sum, count) in self.of.iter_mut().zip(&other.of) {
            *sum += count;
        }
    }
}

/// Everything that is kept. Places are the order in which exchanges ended.
#[derive(Debug, Default)]
pub struct Journal {
    limits: Limits,
    entries: BTreeMap<u64, Arc<Entry>>,
    rings: Map<Option<ApiKey>, Ring>,
    next: u64,
    bytes: usize,
    /// Numbers and places of the last that made room, so that reading can go on behind them.
    gone: VecDeque<(u64, u64)>,
    /// What made room of accounts that are not remembered any more: of any of them it could have been.
    forgotten: Evicted,
}

/// How many exchanges that made room are remembered by their numbers.
const GONE: usize = 10_000;
/// How many accounts are remembered of which nothing is kept any more, and how long their keys may be.
const EMPTY_RINGS: usize = 10_000;
const LONG_KEY: usize = 256;

#[derive(Debug, Default)]
struct Ring {
    places: VecDeque<u64>,
    evicted: Evicted,
}

impl Journal {
    /// An empty one.
    pub fn new(limits: Limits) -> Journal {
        Journal { limits, ..Journal::default() }
    }

    /// Keeps an entry.
    pub fn add(&mut self, entry: Entry) {
        if !self.limits.is_on() {
            return;
        }
        let ring = self.rings.entry(entry.key.clone()).or_default();
        let place = self.next;
        self.next += 1;
        self.bytes += entry.size();
        ring.places.push_back(place);
        let surplus = if ring.places.len() > self.limits.entries { ring.places.front().copied() } else { None };
        self.entries.insert(place, Arc::new(entry));
        if let Some(oldest) = surplus {
            self.evict(oldest);
        }
        while self.bytes > self.limits.bytes
            && let Some((oldest, _)) = self.entries.first_key_value()
        {
            self.evict(*oldest);
        }
    }

    /// The entry of an exchange.
    pub fn get(&self, id: u64) -> Option<Arc<Entry>> {
        self.entries.values().rev().find(|entry| entry.id == id).cloned()
    }

    /// The entries of an account, or of all.
    pub fn all(&self, key: Option<&ApiKey>) -> Vec<Arc<Entry>> {
        self.placed(key).into_iter().map(|(_, entry)| entry).collect()
    }

    fn placed(&self, key: Option<&ApiKey>) -> Vec<(u64, Arc<Entry>)> {
        match key {
            Some(key) => self.places(key).filter_map(|place| Some((*place, Arc::clone(self.entries.get(place)?)))).collect(),
            None => self.entries.iter().map(|(place, entry)| (*place, Arc::clone(entry))).collect(),
        }
    }

    /// Where an exchange stands or stood, unless that is long ago.
    fn place(&self, id: u64) -> Option<u64> {
        let kept = self.entries.iter().rev().find(|(_, entry)| entry.id == id).map(|(place, _)| *place);
        kept.or_else(|| self.gone.iter().rev().find(|(gone, _)| *gone == id).map(|(_, place)| *place))
    }

    /// The entries that fit, at most `limit`: the newest, or with `since` the next.
    pub fn page(&self, key: Option<&ApiKey>, filter: &Filter, limit: usize) -> Page {
        let all = self.placed(key);
        let kept = all.len();
        let since = filter.since.map(|since| (since, self.place(since)));
        let is_new = |place: u64, entry: &Entry| match since {
            None => true,
            Some((_, Some(since))) => place > since,
            Some((since, None)) => entry.id > since,
        };
        let fits = |(place, entry): &(u64, Arc<Entry>)| is_new(*place, entry) && filter.takes(entry);
        let mut entries: Vec<Arc<Entry>> = all.into_iter().filter(fits).map(|(_, entry)| entry).collect();
        let matched = entries.len();
        if filter.since.is_some() {
            entries.truncate(limit);
        } else {
            entries.drain(..matched.saturating_sub(limit));
        }
        Page { entries, matched, kept, evicted: self.evicted(key).total() }
    }

    /// What made room, of an account or of all.
    pub fn evicted(&self, key: Option<&ApiKey>) -> Evicted {
        if let Some(key) = key {
            return self.rings.get(&Some(key.clone())).map_or_else(|| self.forgotten.clone(), |ring| ring.evicted.clone());
        }
        let mut evicted = self.forgotten.clone();
        self.rings.values().for_each(|ring| evicted.merge(&ring.evicted));
        evicted
    }

    /// Forgets the entries of an account, or of all, and what made room, and says how many entries that were.
    pub fn clear(&mut self, key: Option<&ApiKey>) -> usize {
        let before = self.entries.len();
        let Some(key) = key else {
            self.entries.clear();
            self.rings.clear();
            self.gone.clear();
            self.forgotten = Evicted::default();
            self.bytes = 0;
            return before;
        };
        let ring = self.rings.entry(Some(key.clone())).or_default();
        for place in std::mem::take(ring).places {
            self.bytes -= self.entries.remove(&place).map_or(0, |entry| entry.size());
        }
        before - self.entries.len()
    }

    fn places(&self, key: &ApiKey) -> impl Iterator<Item = &u64> {
        self.rings.get(&Some(key.clone())).into_iter().flat_map(|ring| &ring.places)
    }

    /// Takes out the entry of a place, which is the oldest of its account.
    fn evict(&mut self, place: u64) {
        let Some(entry) = self.entries.remove(&place) else { return };
        self.bytes -= entry.size();
        if self.gone.len() == GONE {
            self.gone.pop_front();
        }
        self.gone.push_back((entry.id, place));
        let Some(ring) = self.rings.get_mut(&entry.key) else { return };
        ring.places.pop_front();
        ring.evicted.add(&entry);
        let is_long = entry.key.as_ref().is_some_and(|key| key.as_str().len() > LONG_KEY);
        if ring.places.is_empty()
            && (is_long || self.rings.len() > EMPTY_RINGS)
            && let Some(ring) = self.rings.remove(&entry.key)
        {
            self.forgotten.merge(&ring.evicted);
        }
    }
}
