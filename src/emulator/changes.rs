//! What happened to the rooms of an account since its fixtures or since a mark: only rooms that were touched cost anything.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::domain::cause::Cause;
use crate::domain::ids::RoomId;
use crate::domain::map::Map;
use crate::domain::room::Room;
use crate::store::Store;

/// How many destroyed rooms are remembered.
const GRAVES: usize = 1000;

/// The changes of one account.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// When the mark was set; `None` is since the fixtures.
    pub marked: Option<DateTime<Utc>>,
    touched: Map<RoomId, Touched>,
    graves: VecDeque<Grave>,
}

/// A room that is not as it was.
#[derive(Debug, Clone)]
struct Touched {
    /// How it was; `None` when it was not there.
    was: Option<Box<Room>>,
    /// What brought it or took it away last.
    cause: Cause,
    /// What has changed each of its fields since, by the field's place in [`Room::tracked`].
    fields: Vec<(usize, Cause)>,
}

/// A room that was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grave {
    pub room_id: RoomId,
    pub at: DateTime<Utc>,
    pub cause: Cause,
}

/// A room that was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    pub room: Room,
    pub cause: Cause,
}

/// A room that is not there any more, as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    pub room: Room,
    pub cause: Cause,
}

/// A room that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub was: Room,
    pub is: Room,
    /// The fields that differ, by their place in [`Room::tracked`], and what changed each last.
    pub fields: Vec<(usize, Cause)>,
}

/// Everything that differs; rooms in order of creation, removed ones by roomId.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    pub added: Vec<Added>,
    pub removed: Vec<Removed>,
    pub changed: Vec<Changed>,
}

impl Changes {
    /// A room is there that was not.
    pub fn created(&mut self, id: RoomId, cause: Cause) {
        self.touch(id, None, cause);
    }

    /// A room is different.
    pub fn modified(&mut self, was: Room, is: &Room, cause: Cause) {
        let differences = was.differences(is);
        if differences.is_empty() {
            return;
        }
        let touched = self.touched.entry(was.room_id).or_insert_with(|| Touched { was: Some(Box::new(was)), cause, fields: Vec::new() });
        touched.fields.retain(|(field, _)| !differences.contains(field));
        touched.fields.extend(differences.into_iter().map(|field| (field, cause)));
    }

    /// A room is gone.
    pub fn destroyed(&mut self, room: Room, at: DateTime<Utc>, cause: Cause) {
        if self.graves.len() == GRAVES {
            self.graves.pop_front();
        }
        self.graves.push_back(Grave { room_id: room.room_id, at, cause });
        let id = room.room_id;
        if self.touched.get(&id).is_some_and(|touched| touched.was.is_none()) {
            self.touched.remove(&id);
        } else {
            self.touch(id, Some(room), cause);
        }
    }

    /// Everything is as it was now.
    pub fn mark(&mut self, at: DateTime<Utc>) {
        self.marked = Some(at);
        self.touched.clear();
    }

    /// Where a destroyed room went, unless that is long ago.
    pub fn grave(&self, id: &RoomId) -> Option<Grave> {
        self.graves.iter().rev().find(|grave| grave.room_id == *id).copied()
    }

    /// The changes that go on when other rooms take the place of these at once. What is the same in both, nobody has changed.
    #[must_use]
    pub fn replaced(&self, before: &Store, after: &Store, at: DateTime<Utc>, cause: Cause) -> Changes {
        let mut changes = self.clone();
        for was in before.iter() {
            match after.get(&was.room_id) {
                Some(is) => changes.modified(was.clone(), is, cause),
                None => changes.destroyed(was.clone(), at, cause),
            }
        }
        for is in after.iter().filter(|room| before.get(&room.room_id).is_none()) {
            changes.created(is.room_id, cause);
        }
        changes
    }

    /// What differs now.
    pub fn differences(&self, rooms: &Store) -> Differences {
        let mut differences = Differences::default();
        for (id, touched) in &self.touched {
            match (touched.was.as_deref(), rooms.get(id)) {
                (None, Some(is)) => differences.added.push(Added { room: is.clone(), cause: touched.cause }),
                (Some(was), None) => differences.removed.push(Removed { room: was.clone(), cause: touched.cause }),
                (Some(was), Some(is)) => {
                    let cause =
                        |field: usize| touched.fields.iter().find(|(other, _)| *other == field).map_or(touched.cause, |(_, cause)| *cause);
                    let fields: Vec<(usize, Cause)> = was.differences(is).into_iter().map(|field| (field, cause(field))).collect();
                    if !fields.is_empty() {
                        differences.changed.push(Changed { was: was.clone(), is: is.clone(), fields });
                    }
                }
                (None, None) => {}
            }
        }
        differences.added.sort_by_key(|added| rooms.place(&added.room.room_id));
        differences.changed.sort_by_key(|changed| rooms.place(&changed.is.room_id));
        differences.removed.sort_by_key(|removed| removed.room.room_id);
        differences
    }

    /// A room came or went, whole; how it was before the first time stays.
    fn touch(&mut self, id: RoomId, was: Option<Room>, cause: Cause) {
        let touched = self.touched.entry(id).or_insert_with(|| Touched { was: was.map(Box::new), cause, fields: Vec::new() });
        touched.cause = cause;
        touched.fields.clear();
    }
}
