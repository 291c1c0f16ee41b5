//! The people and the messages of a room, written down once more from the reference. Lists of people are kept as the JSON
//! texts that a diff shows.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::model::{Account, Cause, MAX, Refusal, Room, kst};

/// The lists of people that a room has.
pub const LISTS: [&str; 3] = ["users", "exiles", "mutes"];

/// A clientKey, as it stands in a path and as it is.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub escaped: &'static str,
    pub key: &'static str,
}

const fn client(escaped: &'static str, key: &'static str) -> Client {
    Client { escaped, key }
}

pub const CLIENTS: &[Client] = &[
    client("kim", "kim"),
    client("lee@example.com", "lee@example.com"),
    client("lee%40example.com", "lee@example.com"),
    client("%EA%B9%80%20%2b", "김 +"),
    client("a%2Fb", "a/b"),
    client("100%", "100%"),
    client("%22%5C%7F", "\"\\\u{7f}"),
    client("nobody", "nobody"),
    client("%00", "\0"),
];

/// Somebody of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub client_key: String,
    pub nick_name: String,
    pub grade: String,
}

/// A message that went out: what is shown of it, and what sent it.
#[derive(Debug, Clone)]
pub struct Sent {
    pub shown: Value,
    pub by: Cause,
}

/// A custom message that is to go out.
#[derive(Debug, Clone)]
pub struct Reserved {
    pub id: String,
    pub date: String,
    nick_name: String,
    json_string: String,
    by: Cause,
}

/// Whether a parameter of a message can have that value.
pub fn fits(name: &str, value: &str) -> bool {
    let up_to = |most: usize| (1..=most).contains(&value.chars().count()) && !value.contains('\0');
    match name {
        "nickName" => up_to(50),
        "notice" => up_to(100),
        "message" => up_to(usize::MAX),
        "clientKey" => up_to(100) && !value.contains(char::is_control),
        "jsonString" => serde_json::from_str::<Value>(value).is_ok(),
        "sendDate" => date(value).is_some(),
        _ => false,
    }
}

/// The moment that fourteen digits in Korean time name.
fn date(text: &str) -> Option<DateTime<Utc>> {
    let moment = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?.and_utc() - TimeDelta::hours(9);
    (kst(moment) == text).then_some(moment)
}

fn rfc3339(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Reserved {
    pub fn shown(&self) -> Value {
        json!({ "scheduleId": self.id, "sendDate": self.date, "nickName": self.nick_name, "jsonString": self.json_string })
    }
}

/// Who comes to a room that has no such person, or is not open for that one: status, and a word of the refusal.
pub type Door = Result<(), (u16, &'static str)>;

impl Room {
    pub fn people(&self, list: &str) -> Vec<Person> {
        serde_json::from_str(&self.fields[list]).unwrap()
    }

    fn put(&mut self, list: &'static str, people: &[Person], by: Cause) {
        self.set(list, &serde_json::to_string(people).unwrap(), by);
    }

    pub fn has(&self, list: &str, key: &str) -> bool {
        self.people(list).iter().any(|person| person.client_key == key)
    }

    pub fn count(&self, name: &str) -> u64 {
        self.fields[name].parse().unwrap()
    }

    fn add(&mut self, name: &'static str, by: i64, cause: Cause) {
        let count = self.count(name).saturating_add_signed(by).min(MAX);
        self.set(name, &count.to_string(), cause);
    }

    pub fn join(&mut self, person: &Person, now: &str, cause: Cause) -> Door {
        let key = &person.client_key;
        if self.fields["endDt"].as_str() <= now {
            return Err((409, "10104"));
        }
        if self.has("exiles", key) {
            return Err((403, "10106"));
        }
        if self.has("users", key) && self.fields["isPossibleDup"] == "false" {
            return Err((409, "isPossibleDup"));
        }
        if self.count("currentUserCount") >= self.count("maxUser") {
            return Err((409, "10101"));
        }
        self.put("users", &[self.people("users"), vec![person.clone()]].concat(), cause);
        self.add("joinCount", 1, cause);
        self.add("currentUserCount", 1, cause);
        Ok(())
    }

    /// Somebody goes, or everybody; how many connections that were.
    pub fn leave(&mut self, key: Option<&str>, cause: Cause) -> usize {
        let (gone, left): (Vec<_>, Vec<_>) =
            self.people("users").into_iter().partition(|person| key.is_none_or(|key| person.client_key == key));
        self.put("users", &left, cause);
        self.add("currentUserCount", -i64::try_from(gone.len()).unwrap(), cause);
        gone.len()
    }

    /// Exiles or mutes somebody who has to do with the room; once is enough.
    pub fn enlist(&mut self, list: &'static str, key: &str, cause: Cause) -> Result<(), Refusal> {
        let known = LISTS.iter().flat_map(|list| self.people(list)).find(|person| person.client_key == key);
        let person = known.ok_or_else(not_connected)?;
        if !self.has(list, key) {
            self.put(list, &[self.people(list), vec![person]].concat(), cause);
        }
        if list == "exiles" {
            self.leave(Some(key), cause);
        }
        Ok(())
    }

    pub fn delist(&mut self, list: &'static str, key: &str, cause: Cause) {
        let mut people = self.people(list);
        people.retain(|person| person.client_key != key);
        self.put(list, &people, cause);
    }

    /// The answer of listUser and the two lists like it.
    pub fn list(&self, list: &str) -> String {
        let id = self.id();
        let item = |Person { client_key, nick_name, grade }: Person| {
            format!(r#"{{"clientKey":{},"nickName":{},"grade":"{grade}","roomId":"{id}"}}"#, json!(client_key), json!(nick_name))
        };
        let items: Vec<String> = self.people(list).into_iter().map(item).collect();
        format!(r#"{{"result_cd":1,"result_msg":"","list":[{}]}}"#, items.join(","))
    }

    /// A message goes out. `members` are what is shown of it beside its kind and time.
    pub fn send(&mut self, kind: &str, at: DateTime<Utc>, members: &[(&str, &str)], by: Cause) {
        let mut shown = json!({ "at": rfc3339(at), "kind": kind });
        for (name, value) in members {
            shown[*name] = json!(value);
        }
        self.sent.push(Sent { shown, by });
        self.add("messageCount", 1, by);
    }

    pub fn reserve(&mut self, id: String, date: &str, nick_name: &str, json_string: &str, by: Cause) {
        let (date, nick_name, json_string) = (date.to_owned(), nick_name.to_owned(), json_string.to_owned());
        self.reserved.push(Reserved { id, date, nick_name, json_string, by });
    }

    pub fn cancel(&mut self, id: &str) -> bool {
        let before = self.reserved.len();
        self.reserved.retain(|reserved| reserved.id != id);
        before != self.reserved.len()
    }

    /// Sends what is due, the earliest first.
    pub fn settle(&mut self, now: &str) {
        let (mut due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.reserved).into_iter().partition(|reserved| reserved.date.as_str() <= now);
        self.reserved = later;
        due.sort_by(|one, other| one.date.cmp(&other.date));
        for Reserved { id, date: due, nick_name, json_string, by } in due {
            let members = [("nickName", nick_name.as_str()), ("jsonString", &json_string), ("scheduleId", &id)];
            self.send("custom", date(&due).unwrap(), &members, by);
        }
    }

    /// What a fixture or a state says of messages: it sent and reserved them.
    pub fn put_messages(&mut self, state: &Value) {
        let list = |name: &str| state[name].as_array().cloned().unwrap_or_default();
        self.sent = list("messages").into_iter().map(|shown| Sent { shown, by: Cause::FIXTURE }).collect();
        self.reserved.clear();
        for reserved in list("reserved") {
            let [id, date, nick_name, json_string] =
                ["scheduleId", "sendDate", "nickName", "jsonString"].map(|name| reserved[name].as_str().unwrap());
            self.reserve(id.to_owned(), date, nick_name, json_string, Cause::FIXTURE);
        }
    }

    /// The room as a state has it.
    pub fn state(&self) -> Value {
        let mut state = json!(self.fields);
        for list in LISTS {
            let people = self.people(list);
            if people.is_empty() { drop(state.as_object_mut().unwrap().remove(list)) } else { state[list] = json!(people) }
        }
        if !self.sent.is_empty() {
            state["messages"] = self.sent.iter().map(|sent| sent.shown.clone()).collect();
        }
        if !self.reserved.is_empty() {
            state["reserved"] = self.reserved.iter().map(Reserved::shown).collect();
        }
        state
    }

    /// What the control plane shows of the people.
    pub fn shown_people(&self) -> Value {
        LISTS.iter().map(|list| ((*list).to_owned(), json!(self.people(list)))).collect()
    }

    /// What the control plane shows of the messages, of one kind or of all.
    pub fn shown_messages(&self, kind: Option<&str>) -> Value {
        let sent = self.sent.iter().filter(|sent| kind.is_none_or(|kind| sent.shown["kind"] == kind));
        let shown = |Sent { shown, by }: &Sent| {
            let mut shown = shown.clone();
            shown["request"] = by.shown()["request"].clone();
            shown
        };
        let reserved: Vec<Value> = self.reserved.iter().map(Reserved::shown).collect();
        json!({ "messages": sent.map(shown).collect::<Vec<_>>(), "reserved": reserved, "evicted": 0 })
    }
}

impl Account {
    /// What falls due on the way from one moment to another: messages and ends of rooms, in an order of our own.
    pub fn due(&self, key: &str, then: &str, now: &str) -> Vec<Value> {
        let mut due = Vec::new();
        for room in &self.rooms {
            let end = &room.fields["endDt"];
            let messages = room.reserved.iter().map(|reserved| (&reserved.date, "messageSent", Some(&reserved.id)));
            for (at, what, id) in messages.chain([(end, "roomEnded", None)]) {
                if then < at.as_str() && at.as_str() <= now {
                    let mut event = json!({ "apiKey": key, "at": rfc3339(date(at).unwrap()), "what": what, "roomId": room.id() });
                    if let Some(id) = id {
                        event["scheduleId"] = json!(id);
                    }
                    due.push(event);
                }
            }
        }
        due.sort_by_key(Value::to_string);
        due
    }
}

pub fn not_connected() -> Refusal {
    Refusal(404, 10107, "You are not connected".to_owned())
}
