//! What the diff of an account must say.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::model::{Account, Cause, Fields, V2};
use super::people::LISTS;

impl Account {
    /// What the diff must say: nothing more and nothing less than what leads from the rooms as they were to those that are,
    /// so that whoever applies it to the former gets the latter.
    pub fn diff(&self, key: &str) -> Value {
        let whole = |fields: &Fields, cause: Cause| {
            let room: Fields = fields
                .iter()
                .filter(|(name, value)| !LISTS.contains(name) || *value != "[]")
                .map(|(name, value)| (*name, value.clone()))
                .collect();
            json!({ "roomId": fields["roomId"], "roomName": fields["roomName"], "by": cause.shown(), "room": room })
        };
        let then = |id: &str| self.was.iter().find(|fields| fields["roomId"] == id);
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for room in &self.rooms {
            let Some(was) = then(room.id()) else {
                added.push(whole(&room.fields, room.born));
                continue;
            };
            let differs = V2.iter().chain(&LISTS).filter(|name| was.get(*name) != room.fields.get(*name));
            let field = |name: &&str| {
                let cause = room.by.get(name).copied().unwrap_or(room.born);
                json!({ "field": name, "was": was[name], "is": room.fields[name], "by": cause.shown() })
            };
            let fields: Vec<Value> = differs.map(field).collect();
            if !fields.is_empty() {
                changed.push(json!({ "roomId": room.id(), "roomName": room.fields["roomName"], "fields": fields }));
            }
        }
        let mut removed: Vec<&Fields> = self.was.iter().filter(|was| self.rooms.iter().all(|room| room.id() != was["roomId"])).collect();
        removed.sort_by_key(|was| &was["roomId"]);
        let removed: Vec<Value> = removed.into_iter().map(|was| whole(was, self.gone[&was["roomId"]])).collect();
        let since = self.marked.map_or_else(|| "fixtures".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
        json!({ "apiKey": key, "since": since, "added": added, "removed": removed, "changed": changed })
    }
}
