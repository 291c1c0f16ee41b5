//! What many clients did and saw, and when: an order of their calls must explain it. A call took effect somewhere between its
//! being sent and being answered, so that one that was sent after another was answered came after it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

#[derive(Debug, Clone, Copy)]
pub struct Call {
    pub sent: Instant,
    pub answered: Instant,
}

impl Call {
    fn is_before(&self, other: &Call) -> bool {
        self.answered < other.sent
    }
}

#[derive(Debug, Clone, Copy)]
struct Write {
    value: usize,
    call: Call,
}

/// A room, by account and id.
type Name = (&'static str, String);

/// A list that an account saw: each room with what it was seen to be, and the call.
type Listed = (&'static str, Vec<(String, usize)>, Call);

#[derive(Debug, Default)]
pub struct History {
    created: Vec<(Name, Write)>,
    /// What creates and modifies wrote.
    writes: HashMap<Name, Vec<Write>>,
    reads: Vec<(Name, Write)>,
    destroyed: HashMap<Name, Call>,
    lists: Vec<Listed>,
    resets: BTreeMap<&'static str, Vec<Call>>,
}

impl History {
    pub fn created(&mut self, key: &'static str, id: String, value: usize, call: Call) {
        self.created.push(((key, id.clone()), Write { value, call }));
        self.wrote(key, id, value, call);
    }

    pub fn wrote(&mut self, key: &'static str, id: String, value: usize, call: Call) {
        self.writes.entry((key, id)).or_default().push(Write { value, call });
    }

    pub fn read(&mut self, key: &'static str, id: String, value: usize, call: Call) {
        self.reads.push(((key, id), Write { value, call }));
    }

    pub fn destroyed(&mut self, key: &'static str, id: String, call: Call) {
        self.destroyed.insert((key, id), call);
    }

    pub fn listed(&mut self, key: &'static str, rooms: Vec<(String, usize)>, call: Call) {
        self.lists.push((key, rooms, call));
    }

    pub fn reset(&mut self, key: &'static str, call: Call) {
        self.resets.entry(key).or_default().push(call);
    }

    pub fn merge(&mut self, other: History) {
        self.created.extend(other.created);
        self.reads.extend(other.reads);
        self.destroyed.extend(other.destroyed);
        self.lists.extend(other.lists);
        for (name, writes) in other.writes {
            self.writes.entry(name).or_default().extend(writes);
        }
        for (key, calls) in other.resets {
            self.resets.entry(key).or_default().extend(calls);
        }
    }

    pub fn last_list(&self, key: &str) -> &[(String, usize)] {
        self.lists.iter().rfind(|(of, ..)| *of == key).map_or(&[], |(_, rooms, _)| rooms)
    }

    /// Without resets.
    pub fn explain(&self) {
        let ids: HashSet<&Name> = self.created.iter().map(|(name, _)| name).collect();
        assert_eq!(ids.len(), self.created.len(), "an id was given twice");
        for (name, read) in &self.reads {
            self.explain_value(name, read.value, &read.call);
        }
        for (key, rooms, call) in &self.lists {
            for (id, value) in rooms {
                self.explain_value(&(*key, id.clone()), *value, call);
            }
            self.explain_presence(key, rooms, call);
            self.explain_order(key, rooms);
        }
    }

    /// What was read was written before the read ended, and not written over before that began.
    fn explain_value(&self, name: &Name, value: usize, read: &Call) {
        let writes = &self.writes[name];
        let of = writes.iter().find(|write| write.value == value).unwrap_or_else(|| panic!("nobody wrote v{value} to {name:?}"));
        assert!(!read.is_before(&of.call), "v{value} of {name:?} was read before it was written");
        let later = writes.iter().find(|write| of.call.is_before(&write.call) && write.call.is_before(read));
        assert!(later.is_none(), "v{value} of {name:?} was read after it was written over by {later:?}");
    }

    fn explain_presence(&self, key: &str, rooms: &[(String, usize)], list: &Call) {
        let listed: HashSet<&String> = rooms.iter().map(|(id, _)| id).collect();
        for (name, created) in self.created.iter().filter(|((of, _), _)| *of == key) {
            let destroyed = self.destroyed.get(name);
            let must = created.call.is_before(list) && destroyed.is_none_or(|destroyed| list.is_before(destroyed));
            let must_not = list.is_before(&created.call) || destroyed.is_some_and(|destroyed| destroyed.is_before(list));
            let is_in = listed.contains(&name.1);
            assert!(is_in || !must, "{name:?} was created and is not in a later list");
            assert!(!is_in || !must_not, "{name:?} is in a list, and was not there");
        }
        let known: HashSet<&String> = self.created.iter().map(|((_, id), _)| id).collect();
        assert!(listed.is_subset(&known), "rooms that nobody made: {:?}", listed.difference(&known));
    }

    /// Oldest first: nothing stands behind what was created after it.
    fn explain_order(&self, key: &'static str, rooms: &[(String, usize)]) {
        let calls: HashMap<&Name, &Call> = self.created.iter().map(|(name, write)| (name, &write.call)).collect();
        let mut latest: Option<&Call> = None;
        for (id, _) in rooms {
            let call = calls[&(key, id.clone())];
            assert!(latest.is_none_or(|latest| !call.is_before(latest)), "{id} stands behind a room that was created after it");
            latest = latest.into_iter().chain([call]).max_by_key(|call| call.sent);
        }
    }

    /// With resets an id may come again, so that a value tells which write is meant. What was read was written by somebody, after
    /// the resets that were over before; and what was created after the last reset, and left alone, is there.
    pub fn explain_with_resets(&self) {
        let written: HashMap<usize, Call> = self.writes.values().flatten().map(|write| (write.value, write.call)).collect();
        let listed = self.lists.iter().flat_map(|(key, rooms, call)| rooms.iter().map(move |(_, value)| (*key, *value, *call)));
        let read = self.reads.iter().map(|((key, _), read)| (*key, read.value, read.call));
        for (key, value, call) in listed.chain(read) {
            let write = written.get(&value).unwrap_or_else(|| panic!("nobody wrote v{value}"));
            assert!(!call.is_before(write), "v{value} was read before it was written");
            let mut resets = self.resets.get(key).into_iter().flatten();
            assert!(!resets.any(|reset| write.is_before(reset) && reset.is_before(&call)), "v{value} has outlived a reset");
        }
        for (name, created) in &self.created {
            let outlives = self.resets.get(name.0).into_iter().flatten().all(|reset| reset.is_before(&created.call));
            let is_alone = self.writes[name].len() == 1 && !self.destroyed.contains_key(name);
            let is_there = self.last_list(name.0).contains(&(name.1.clone(), created.value));
            assert!(is_there || !(outlives && is_alone), "{name:?} was created after all resets and is not there");
        }
    }
}
