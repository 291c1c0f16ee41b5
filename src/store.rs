//! The rooms of one account, in order of creation, and what lists make of them. Pure and synchronous.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;

use crate::domain::ids::RoomId;
use crate::domain::map::Map;
use crate::domain::room::Room;

/// How many places in the order share a rendering, some 32 KB. When one of its rooms changes, so many are rendered again by the next list.
const STRETCH: u64 = 80;

/// In which of its pictures a room is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V1,
    V2,
}

/// Rooms by id and by order. Every operation but the list costs the same however many rooms there are, and a list costs what
/// has changed since the last.
#[derive(Debug, Default)]
pub struct Store {
    places: Map<RoomId, u64>,
    stretches: BTreeMap<u64, Stretch>,
    next: u64,
}

/// Neighbours in the order, by place, and how each version lists them.
#[derive(Debug, Default)]
struct Stretch {
    rooms: Vec<(u64, Room)>,
    rendered: [OnceLock<Bytes>; 2],
}

impl Stretch {
    /// Where a place is. Unless a neighbour is gone it is so far from the first as the places are; searching looks at seven rooms that
    /// nobody else has looked at.
    fn find(&self, place: u64) -> Result<usize, usize> {
        let distance = self.rooms.first().and_then(|(first, _)| usize::try_from(place.checked_sub(*first)?).ok());
        match distance.filter(|at| self.rooms.get(*at).is_some_and(|(there, _)| *there == place)) {
            Some(at) => Ok(at),
            None => self.rooms.binary_search_by_key(&place, |(place, _)| *place),
        }
    }

    /// From here on its renderings are out of date.
    fn changing(&mut self) -> &mut Vec<(u64, Room)> {
        self.rendered = Default::default();
        &mut self.rooms
    }
}

impl Store {
    /// Adds a room at the end; one with the same id is replaced in its place.
    pub fn put(&mut self, room: Room) {
        let place = *self.places.entry(room.room_id).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        let stretch = self.stretches.entry(place / STRETCH).or_default();
        let at = stretch.find(place);
        let rooms = stretch.changing();
        match at {
            Ok(at) => rooms[at].1 = room,
            Err(at) => rooms.insert(at, (place, room)),
        }
    }

    /// The room of that id.
    pub fn get(&self, id: &RoomId) -> Option<&Room> {
        let place = self.place(id)?;
        let stretch = self.stretches.get(&(place / STRETCH))?;
        stretch.find(place).ok().map(|at| &stretch.rooms[at].1)
    }

    /// The room of that id, to be changed. Its `room_id` must stay as it is.
    pub fn get_mut(&mut self, id: &RoomId) -> Option<&mut Room> {
        let place = self.place(id)?;
        let stretch = self.stretches.get_mut(&(place / STRETCH))?;
        let at = stretch.find(place).ok()?;
        Some(&mut stretch.changing()[at].1)
    }

    /// Takes a room out.
    pub fn remove(&mut self, id: &RoomId) -> Option<Room> {
        let place = self.places.remove(id)?;
        let stretch = self.stretches.get_mut(&(place / STRETCH))?;
        let at = stretch.find(place).ok()?;
        let rooms = stretch.changing();
        let (_, room) = rooms.remove(at);
        if rooms.is_empty() {
            self.stretches.remove(&(place / STRETCH));
        } else if rooms.len() <= rooms.capacity() / 4 {
            rooms.shrink_to_fit();
        }
        Some(room)
    }

    /// Where a room stands in the order.
    pub fn place(&self, id: &RoomId) -> Option<u64> {
        self.places.get(id).copied()
    }

    /// How many rooms there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// All rooms, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Room> {
        self.stretches.values().flat_map(|stretch| stretch.rooms.iter().map(|(_, room)| room))
    }

    /// All rooms as `render` writes them, oldest first and in pieces. It writes each room alone, and always the same for the same
    /// room and version: what has not changed is not asked for again.
    pub fn rendered(&self, version: Version, render: impl Fn(&Room, &mut Vec<u8>)) -> impl Iterator<Item = &Bytes> {
        self.stretches.values().map(move |stretch| {
            stretch.rendered[version as usize].get_or_init(|| {
                let mut text = Vec::new();
                stretch.rooms.iter().for_each(|(_, room)| render(room, &mut text));
                // It may be kept for long.
                text.shrink_to_fit();
                text.into()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::field::{GApiKey, Webrtc, YesNo};
    use crate::domain::room::{NewRoom, room_type_for};
    use crate::domain::time::KstTime;

    fn room(id: u8, name: &str) -> Room {
        NewRoom {
            room_name: name.parse().unwrap(),
            max_user: "1".parse().unwrap(),
            room_type: room_type_for(Webrtc::OFF),
            webrtc: Webrtc::OFF,
            resolution: None,
            template: None,
            g_trans_stat: YesNo::No,
            g_api_key: GApiKey::default(),
        }
        .into_room(RoomId::new([id; RoomId::RANDOM], KstTime::OPEN_END), KstTime::OPEN_END)
    }

    proptest! {
        /// The store does what a plain list of rooms does, for any sequence of puts and removals.
        #[test]
        fn agrees_with_a_plain_list(steps in prop::collection::vec((any::<bool>(), 0u8..8, "[a-z]{1,3}"), 0..60)) {
            let mut store = Store::default();
            let mut list: Vec<Room> = Vec::new();
            for (put, id, name) in steps {
                let new = room(id, &name);
                let place = list.iter().position(|room| room.room_id == new.room_id);
                match (put, place) {
                    (true, Some(place)) => list[place] = new.clone(),
                    (true, None) => list.push(new.clone()),
                    (false, Some(place)) => drop(list.remove(place)),
                    (false, None) => {}
                }
                if put { store.put(new) } else { store.remove(&new.room_id); }
            }
            prop_assert_eq!(store.iter().collect::<Vec<_>>(), list.iter().collect::<Vec<_>>());
            for room in &list {
                prop_assert_eq!(store.get(&room.room_id), Some(room));
            }
            let places: Vec<Option<u64>> = list.iter().map(|room| store.place(&room.room_id)).collect();
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
        }
    }
}
