//! The rooms of one account, in order of creation. Pure and synchronous.

use std::collections::{BTreeMap, HashMap};

use crate::domain::ids::RoomId;
use crate::domain::room::Room;

/// Rooms by id and by order. Every operation but the list costs the same however many rooms there are.
#[derive(Debug, Default)]
pub struct Store {
    order: HashMap<RoomId, u64>,
    rooms: BTreeMap<u64, Room>,
    next: u64,
}

impl Store {
    /// Adds a room at the end; one with the same id is replaced in its place.
    pub fn put(&mut self, room: Room) {
        let place = *self.order.entry(room.room_id).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        self.rooms.insert(place, room);
    }

    /// The room of that id.
    pub fn get(&self, id: &RoomId) -> Option<&Room> {
        self.rooms.get(self.order.get(id)?)
    }

    /// The room of that id, to be changed. Its `room_id` must stay as it is.
    pub fn get_mut(&mut self, id: &RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(self.order.get(id)?)
    }

    /// Takes a room out.
    pub fn remove(&mut self, id: &RoomId) -> Option<Room> {
        self.rooms.remove(&self.order.remove(id)?)
    }

    /// Where a room stands in the order.
    pub fn place(&self, id: &RoomId) -> Option<u64> {
        self.order.get(id).copied()
    }

    /// All rooms, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Room> + DoubleEndedIterator {
        self.rooms.values()
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
        }
    }
}
