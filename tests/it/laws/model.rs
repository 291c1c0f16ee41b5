//! The rooms of an account, written down once more from the reference: every value is the text that a read shows. Nothing of
//! the product is called here.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::people::{Reserved, Sent, fits};

/// What a v2 read shows, in its order.
pub const V2: [&str; 18] = [
    "template",
    "gTransStat",
    "messageCount",
    "webrtc",
    "gApiKey",
    "joinCount",
    "webrtcStat",
    "endDt",
    "userId",
    "isPossibleDup",
    "resolution",
    "roomId",
    "roomName",
    "roomStatus",
    "startDt",
    "currentUserCount",
    "roomType",
    "maxUser",
];
/// What a v1 read shows, in its order.
const V1: [&str; 12] = [
    "roomStatus",
    "messageCount",
    "webrtc",
    "joinCount",
    "startDt",
    "endDt",
    "currentUserCount",
    "userId",
    "isPossibleDup",
    "roomId",
    "roomName",
    "maxUser",
];
const OPEN_END: &str = "99991231235959";
pub const MAX: u64 = 2_147_483_647;

/// One of the two versions of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V1,
    V2,
}

/// A refusal: status, result code, and how its text begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub u16, pub i32, pub String);

/// Which exchange did something: `api` or `admin`, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause(pub &'static str, pub u64);

impl Cause {
    /// A fixture did it, or a state.
    pub const FIXTURE: Cause = Cause("fixture", 0);

    /// As a diff has it.
    pub fn shown(self) -> Value {
        let Cause(via, request) = self;
        json!({ "via": via, "request": (self != Self::FIXTURE).then_some(request) })
    }
}

/// The values of a room, and its people as JSON; `userId` is not among them, since it is the account's.
pub type Fields = BTreeMap<&'static str, String>;

/// A room, and what did what to it.
#[derive(Debug, Clone)]
pub struct Room {
    pub fields: Fields,
    pub sent: Vec<Sent>,
    pub reserved: Vec<Reserved>,
    pub by: BTreeMap<&'static str, Cause>,
    pub born: Cause,
}

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    pub user_id: String,
    pub now: DateTime<Utc>,
    pub rooms: Vec<Room>,
    /// How many roomIds and scheduleIds it has drawn.
    pub ids_drawn: u64,
    pub marked: Option<DateTime<Utc>>,
    pub was: Vec<Fields>,
    pub gone: BTreeMap<String, Cause>,
}

/// The parameters of a call, in the order in which they are sent.
pub type Form = Vec<(&'static str, String)>;

/// A moment as the API writes it.
pub fn kst(moment: DateTime<Utc>) -> String {
    (moment + TimeDelta::hours(9)).format("%Y%m%d%H%M%S").to_string()
}

/// The value as it is kept, if it is one of that parameter.
fn valid(version: Version, name: &str, value: &str) -> Option<String> {
    let one_of = |codes: &[&str]| codes.contains(&value);
    let fits = match name {
        "roomName" => (1..=50).contains(&value.chars().count()) && !value.contains('\0'),
        "gApiKey" => !value.contains('\0'),
        "maxUser" => {
            let number = value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse::<u64>().ok()).flatten();
            return number.filter(|number| (1..=MAX).contains(number)).map(|number| number.to_string());
        }
        "gTransStat" | "rtcStat" => one_of(&["Y", "N"]),
        "roomType" => one_of(&["01", "02", "03"]),
        "resolution" => one_of(&["243", "360", "480", "720"]),
        "template" => one_of(&["01", "02", "03", "04"]),
        "roomStatus" if version == Version::V1 => one_of(&["A", "S", "a", "s"]),
        "roomStatus" => one_of(&["A", "S", "E", "a", "s", "e"]),
        // Nine bits: share, video and audio.
        "webrtc" => {
            value.parse::<u32>().is_ok_and(|bits| bits >> 6 <= 1 && [bits >> 3 & 7, bits & 7].iter().all(|group| [0, 1, 3].contains(group)))
        }
        _ => fits(name, value),
    };
    fits.then(|| value.to_owned())
}

/// Reads parameters in that order, the required ones marked with a star. What is absent is not in the answer, what is empty
/// is empty there.
pub fn read(version: Version, form: &Form, order: &[&'static str]) -> Result<BTreeMap<&'static str, String>, Refusal> {
    let mut values = BTreeMap::new();
    for name in order {
        let (name, is_required) = name.strip_suffix('*').map_or((*name, false), |name| (name, true));
        // The first one counts.
        let sent = form.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
        match sent {
            None | Some("") if is_required => return Err(Refusal(400, 10901, format!("Missing required parameter: {name}"))),
            None => {}
            Some("") => drop(values.insert(name, String::new())),
            Some(value) => {
                let kept = valid(version, name, value).ok_or_else(|| Refusal(400, 400, format!("{name}: must ")))?;
                values.insert(name, kept);
            }
        }
    }
    Ok(values)
}

/// A value that is empty when it is unset.
pub fn or<'a>(value: Option<&'a String>, unset: &'a str) -> &'a str {
    value.map(String::as_str).filter(|value| !value.is_empty()).unwrap_or(unset)
}

/// A new room, but for its id.
pub fn new_room(version: Version, form: &Form, now: &str) -> Result<Fields, Refusal> {
    let order: &[&str] = match version {
        Version::V1 => &["maxUser*", "roomName*", "webrtc"],
        Version::V2 => &["roomName*", "maxUser*", "gApiKey", "gTransStat*", "resolution", "roomType*", "rtcStat*", "template"],
    };
    let values = read(version, form, order)?;
    let get = |name: &str, unset: &str| or(values.get(name), unset).to_owned();
    let webrtc = if get("rtcStat", "N") == "Y" { "91".to_owned() } else { get("webrtc", "0") };
    let is_on = webrtc != "0";
    let room_type = if is_on { "02" } else { "01" };
    Ok(BTreeMap::from([
        ("template", get("template", "null")),
        ("gTransStat", get("gTransStat", "N")),
        ("messageCount", "0".to_owned()),
        ("webrtc", webrtc),
        ("gApiKey", get("gApiKey", "")),
        ("joinCount", "0".to_owned()),
        ("webrtcStat", if is_on { "Y" } else { "N" }.to_owned()),
        ("endDt", OPEN_END.to_owned()),
        ("isPossibleDup", "false".to_owned()),
        ("resolution", get("resolution", "0")),
        ("roomName", get("roomName", "")),
        ("roomStatus", "active".to_owned()),
        ("startDt", now.to_owned()),
        ("currentUserCount", "0".to_owned()),
        ("roomType", get("roomType", room_type)),
        ("maxUser", get("maxUser", "")),
        ("users", "[]".to_owned()),
        ("exiles", "[]".to_owned()),
        ("mutes", "[]".to_owned()),
    ]))
}

impl Room {
    pub fn new(fields: Fields, born: Cause) -> Room {
        Room { fields, sent: Vec::new(), reserved: Vec::new(), by: BTreeMap::new(), born }
    }

    pub fn id(&self) -> &str {
        &self.fields["roomId"]
    }

    pub fn set(&mut self, name: &'static str, value: &str, cause: Cause) {
        if self.fields[name] != value {
            self.fields.insert(name, value.to_owned());
            self.by.insert(name, cause);
        }
    }

    /// The room as a read shows it.
    fn shown(&self, version: Version, user_id: &str, detailed: bool) -> String {
        let keys: &[&str] = if version == Version::V1 { &V1 } else { &V2 };
        let keys = keys.iter().filter(|key| detailed || **key != "currentUserCount");
        let value = |key: &str| if key == "userId" { user_id } else { &self.fields[key] };
        let members: Vec<String> = keys.map(|key| format!("{}:{}", json!(key), json!(value(key)))).collect();
        format!("{{{}}}", members.join(","))
    }

    /// What modifyRoom does.
    pub fn modify(&mut self, version: Version, form: &Form, now: &str, cause: Cause) -> Result<(), Refusal> {
        let order: &[&str] = match version {
            Version::V1 => &["maxUser*", "roomName*", "webrtc", "roomStatus"],
            Version::V2 => {
                &["roomName*", "roomType*", "maxUser*", "rtcStat*", "resolution", "gTransStat*", "gApiKey", "template", "roomStatus"]
            }
        };
        let values = read(version, form, order)?;
        for (name, unset) in [
            ("roomName", ""),
            ("roomType", ""),
            ("maxUser", ""),
            ("gTransStat", ""),
            ("resolution", "0"),
            ("gApiKey", ""),
            ("template", "null"),
        ] {
            if let Some(value) = values.get(name) {
                self.set(name, or(Some(value), unset), cause);
            }
        }
        let webrtc = match (values.get("rtcStat").map(String::as_str), values.get("webrtc")) {
            (Some("Y"), _) if self.fields["webrtc"] == "0" => Some("91"),
            (Some("N"), _) => Some("0"),
            (None, Some(webrtc)) => Some(or(Some(webrtc), "0")),
            _ => None,
        };
        if let Some(webrtc) = webrtc {
            self.set("webrtc", webrtc, cause);
            self.set("webrtcStat", if webrtc == "0" { "N" } else { "Y" }, cause);
        }
        // Fourteen digits sort as the moments that they name.
        let is_ended = self.fields["endDt"].as_str() <= now;
        match values.get("roomStatus").map(|status| status.to_uppercase()).as_deref() {
            Some("A") => {
                self.set("roomStatus", "active", cause);
                if is_ended {
                    self.set("endDt", OPEN_END, cause);
                }
            }
            Some("S") => self.set("roomStatus", "pending", cause),
            Some("E") => {
                self.set("roomStatus", "pending", cause);
                if !is_ended {
                    self.set("endDt", now, cause);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What a patch does; nothing at all when a count would leave its range, or there are more people than it says.
    pub fn patch(&mut self, patch: &Form, cause: Cause) -> bool {
        let mut changes = Vec::new();
        for (name, value) in patch {
            let Some(by) = value.strip_prefix(['+', '-']) else {
                changes.push((*name, value.clone()));
                continue;
            };
            let (count, by): (i64, i64) = (self.fields[name].parse().unwrap(), by.parse().unwrap());
            let moved = if value.starts_with('-') { count - by } else { count + by };
            if !(0..=i64::try_from(MAX).unwrap()).contains(&moved) {
                return false;
            }
            changes.push((*name, moved.to_string()));
        }
        let users = self.people("users").len() as u64;
        if changes.iter().any(|(name, value)| ["joinCount", "currentUserCount"].contains(name) && value.parse::<u64>().unwrap() < users) {
            return false;
        }
        for (name, value) in changes {
            self.set(name, &value, cause);
        }
        true
    }
}

impl Account {
    /// An account as it starts.
    pub fn new(user_id: String, now: DateTime<Utc>, rooms: Vec<Room>) -> Account {
        let was = rooms.iter().map(|room| room.fields.clone()).collect();
        let mut account = Account { user_id, now, rooms, ids_drawn: 0, marked: None, was, gone: BTreeMap::new() };
        account.settle();
        account
    }

    /// Sends what is due.
    pub fn settle(&mut self) {
        let now = kst(self.now);
        self.rooms.iter_mut().for_each(|room| room.settle(&now));
    }

    pub fn room(&mut self, id: &str) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|room| room.id() == id)
    }

    pub fn destroy(&mut self, id: &str, cause: Cause) -> bool {
        let before = self.rooms.len();
        self.rooms.retain(|room| room.id() != id);
        self.gone.insert(id.to_owned(), cause);
        before != self.rooms.len()
    }

    pub fn mark(&mut self) {
        self.marked = Some(self.now);
        self.was = self.rooms.iter().map(|room| room.fields.clone()).collect();
    }

    /// Takes the rooms and the clock of another. What is the same in both, that has nobody changed.
    pub fn replace(&mut self, by: &Account, cause: Cause) {
        for room in &self.rooms {
            if by.rooms.iter().all(|other| other.id() != room.id()) {
                self.gone.insert(room.id().to_owned(), cause);
            }
        }
        let before = std::mem::take(&mut self.rooms);
        for after in &by.rooms {
            let same = before.iter().find(|room| room.id() == after.id());
            let mut room = same.map_or_else(|| Room::new(after.fields.clone(), cause), Clone::clone);
            for (name, value) in &after.fields {
                room.set(name, value, cause);
            }
            room.put_messages(&after.state());
            self.rooms.push(room);
        }
        self.now = by.now;
        self.ids_drawn = by.ids_drawn;
        self.user_id.clone_from(&by.user_id);
    }

    /// The answer of listRoom.
    pub fn list(&self, version: Version) -> String {
        let rooms: Vec<String> = self.rooms.iter().map(|room| room.shown(version, &self.user_id, false)).collect();
        format!(r#"{{"result_cd":1,"result_msg":"","list":[{}]}}"#, rooms.join(","))
    }

    /// The answer of getRoomInfo.
    pub fn detail(&self, version: Version, id: &str) -> Option<String> {
        let room = self.rooms.iter().find(|room| room.id() == id)?.shown(version, &self.user_id, true);
        Some(format!(r#"{{"result_cd":1,"result_msg":"","data":{room}}}"#))
    }
}
