//! Takes steps with a server and with the model of one, and holds each against the other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::model::{Cause, Room, Version, kst};
use super::people::fits;
use super::step::{Act, KEYS, Step};
use super::world::{FIXTURE, START, Saved, World, moment};
use crate::mock::{Caller, Mock, NO_ROOM, Reply, clock, fixtures};

/// A server with the fixture of the laws.
pub fn server() -> Mock {
    Mock::with(|settings| {
        settings.fixtures = fixtures(FIXTURE);
        settings.clock = clock(&format!("frozen:{START}"));
    })
}

/// Somebody whose calls meet no rule: what a request asks for itself comes instead.
pub fn undisturbed(mock: &Mock, key: &str) -> Caller {
    mock.caller(key, "any-token").header("X-Mock-Fault", "delay; time=0ms")
}

/// A server and its model.
pub struct Drive {
    pub mock: Mock,
    pub world: World,
    /// Every scheduleId that an account has seen.
    pub schedules: BTreeMap<&'static str, Vec<String>>,
    saved: Option<Saved>,
}

impl Drive {
    pub fn new() -> Drive {
        Drive { mock: server(), world: World::new(), schedules: BTreeMap::new(), saved: None }
    }

    /// Takes steps, and has the account or all looked at after each.
    pub async fn go(&mut self, steps: &[Step], check: impl AsyncFn(&Drive, &str)) {
        for step in steps {
            self.step(step).await;
            for key in KEYS {
                if (step.all || key == KEYS[step.who]) && self.world.accounts.contains_key(key) {
                    check(self, key).await;
                }
            }
        }
    }

    /// The server shows what the model shows, byte for byte.
    pub async fn compare(&self, key: &str) {
        let account = &self.world.accounts[key];
        let caller = undisturbed(&self.mock, key);
        for (version, path) in [(Version::V1, "/openapi/v1/rooms"), (Version::V2, "/openapi/v2/rooms")] {
            assert_eq!(caller.get(path).await.body, account.list(version));
            for room in account.rooms.iter().rev().take(2) {
                assert_eq!(Some(caller.get(&format!("{path}/{}", room.id())).await.body), account.detail(version, room.id()));
            }
        }
        let state = self.mock.admin("GET", &format!("state?apiKey={key}"), "").await.json();
        let shown = &state["accounts"][0];
        let rooms: Vec<Value> = account.rooms.iter().map(Room::state).collect();
        assert_eq!((&shown["idsDrawn"], &shown["rooms"]), (&json!(account.ids_drawn), &json!(rooms)));
    }

    /// The accounts that there are, and the numbers and the fate of the rules.
    pub async fn compare_lists(&self) {
        let accounts = self.mock.admin("GET", "accounts", "").await.json();
        let shown = accounts["accounts"].as_array().unwrap().iter().map(|account| account["apiKey"].as_str().unwrap());
        assert_eq!(shown.collect::<Vec<_>>(), self.world.accounts.keys().collect::<Vec<_>>());
        let faults = self.mock.admin("GET", "faults", "").await.json();
        let shown = faults["faults"].as_array().unwrap().iter().map(|rule| (rule["id"].as_u64().unwrap(), rule["apiKey"].as_str()));
        let known = self.world.rules.iter().map(|rule| (rule.id, rule.key.as_deref()));
        assert_eq!(shown.collect::<Vec<_>>(), known.collect::<Vec<_>>());
    }

    /// Which room a step is about: one that there is, or none.
    pub fn room_id(&self, key: &str, place: usize) -> String {
        let rooms = self.world.account(key).rooms;
        chosen(&rooms, place).map_or(NO_ROOM, Room::id).to_owned()
    }

    async fn step(&mut self, step: &Step) {
        let key = KEYS[step.who];
        let scope = (!step.all).then_some(key);
        let query = scope.map_or("all=true".to_owned(), |key| format!("apiKey={key}"));
        if let Act::Call(call) = &step.act {
            return self.call(key, call).await;
        }
        let named = matches!(step.act, Act::Advance(_) | Act::SetClock(_) | Act::Mark | Act::AddFault(_));
        if let Some(key) = scope
            && named
        {
            self.world.begin(key);
        }
        match &step.act {
            Act::Call(_) => {}
            Act::Patch(place, patch) => {
                let body: Value = patch.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                self.beside(
                    key,
                    *place,
                    ("PATCH", "", body.to_string()),
                    |room, _, cause| {
                        if room.patch(patch, cause) { Ok(200) } else { Err((400, "")) }
                    },
                )
                .await;
            }
            Act::Join(place, joiner) => {
                let call = ("POST", "/users", joiner.json().to_string());
                let Some(person) = joiner.person() else { return self.refused(key, *place, call).await };
                self.beside(key, *place, call, |room, now, cause| room.join(&person, now, cause).map(|()| 201)).await;
            }
            Act::Leave(place, who) => {
                let escaped = who.map(|who| serde_urlencoded::to_string([("clientKey", who)]).unwrap()).unwrap_or_default();
                let call = ("DELETE", &*format!("/users?{escaped}"), String::new());
                if who.is_some_and(|who| !fits("clientKey", who)) {
                    return self.refused(key, *place, call).await;
                }
                self.beside(key, *place, call, |room, _, cause| {
                    let gone = room.leave(*who, cause);
                    if gone > 0 || who.is_none() { Ok(200) } else { Err((404, "clientKey")) }
                })
                .await;
            }
            Act::Look(place, kind) => self.look(key, *place, *kind).await,
            Act::Reset => {
                let query = scope.map(|key| format!("?apiKey={key}")).unwrap_or_default();
                self.done("POST", &format!("reset{query}"), "").await;
                match scope {
                    Some(key) => self.world.reset_one(key),
                    None => self.world.reset(),
                }
            }
            Act::Advance(by) => {
                let body = json!({ "by": format!("{by}s") });
                let reply = self.done("POST", &format!("clock/advance?{query}"), &body.to_string()).await;
                self.move_clocks(scope, &reply, |now| now + chrono::TimeDelta::seconds(*by));
            }
            Act::SetClock(at) => {
                let body = json!({ "clock": format!("frozen:{at}") });
                let reply = self.done("PUT", &format!("clock?{query}"), &body.to_string()).await;
                self.move_clocks(scope, &reply, |_| moment(at));
            }
            Act::Mark => {
                self.done("POST", &format!("mark?{query}"), "").await;
                self.world.accounts.iter_mut().filter(|(of, _)| scope.is_none_or(|key| key == *of)).for_each(|(_, account)| account.mark());
            }
            Act::AddFault(case) => {
                let reply = self.mock.admin("POST", &format!("faults?{query}"), &case.json(None).to_string()).await;
                assert_eq!(reply.json()["id"], self.world.add_rule(scope, case.clone()), "{reply}");
            }
            Act::RemoveFault(place) => {
                let rules = &mut self.world.rules;
                let id = if rules.is_empty() { 0 } else { rules.remove(place % rules.len()).id };
                let reply = self.mock.admin("DELETE", &format!("faults/{id}?all=true"), "").await;
                assert_eq!(reply.status, if id == 0 { 404 } else { 200 }, "{reply}");
            }
            Act::ClearFaults => {
                let reply = self.mock.admin("DELETE", &format!("faults?{query}"), "").await;
                assert_eq!(reply.json(), json!({ "removed": self.world.clear_rules(scope) }));
            }
            Act::Save => self.save().await,
            Act::Load => self.load(scope).await,
        }
    }

    async fn done(&self, method: &str, path: &str, body: &str) -> Reply {
        let reply = self.mock.admin(method, path, body).await;
        assert_eq!(reply.status, 200, "{method} {path} {body}: {reply}");
        reply
    }

    /// Changes a room beside the API: with a method, what stands behind its id, and a body. An account begins with a room that
    /// can be changed, and not for nothing.
    async fn beside(
        &mut self,
        key: &str,
        place: usize,
        (method, behind, body): (&str, &str, String),
        act: impl FnOnce(&mut Room, &str, Cause) -> Result<u16, (u16, &'static str)>,
    ) {
        let id = self.room_id(key, place);
        let scope = if behind.contains('?') { "&apiKey" } else { "?apiKey" };
        let reply = self.mock.admin(method, &format!("rooms/{id}{behind}{scope}={key}"), &body).await;
        let mut account = self.world.account(key);
        let now = kst(account.now);
        let done = account.room(&id).map_or(Err((404, "roomId")), |room| act(room, &now, Cause("admin", number(&reply))));
        assert_eq!(reply.status, done.unwrap_or_else(|(status, _)| status), "{reply}");
        match done {
            Ok(_) => {
                let room = account.room(&id).unwrap();
                // People are JSON, and stand there as a text in a diff.
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let shown = reply.json()["room"].clone();
                assert!(
                    shown.as_object().unwrap().iter().all(|(name, value)| name == "userId" || room.fields[&**name] == text(value)),
                    "{shown}"
                );
                *self.world.begin(key) = account;
            }
            Err((_, word)) => assert!(reply.json()["error"]["message"].as_str().unwrap().contains(word), "{word}: {reply}"),
        }
    }

    /// What is sent is refused, whatever room it is about.
    async fn refused(&self, key: &str, place: usize, (method, behind, body): (&str, &str, String)) {
        let scope = if behind.contains('?') { "&apiKey" } else { "?apiKey" };
        let reply = self.mock.admin(method, &format!("rooms/{}{behind}{scope}={key}", self.room_id(key, place)), &body).await;
        assert_eq!(reply.status, 400, "{reply}");
    }

    /// The control plane shows the people and the messages of a room.
    async fn look(&self, key: &str, place: usize, kind: Option<&str>) {
        let id = self.room_id(key, place);
        let query = kind.map(|kind| format!("&kind={kind}")).unwrap_or_default();
        let people = self.mock.admin("GET", &format!("rooms/{id}/users?apiKey={key}"), "").await;
        let messages = self.mock.admin("GET", &format!("rooms/{id}/messages?apiKey={key}{query}"), "").await;
        let mut account = self.world.account(key);
        let Some(room) = account.room(&id) else {
            assert_eq!((people.status.as_u16(), messages.status.as_u16()), (404, 404));
            return;
        };
        assert_eq!(people.json(), room.shown_people());
        assert_eq!(messages.json(), room.shown_messages(kind));
    }

    /// Clocks move, and what falls due on the way is told.
    fn move_clocks(&mut self, key: Option<&str>, reply: &Reply, moved: impl Fn(DateTime<Utc>) -> DateTime<Utc>) {
        let mut due = Vec::new();
        for (of, account) in self.world.accounts.iter_mut().filter(|(of, _)| key.is_none_or(|key| key == *of)) {
            let (then, now) = (account.now, moved(account.now));
            due.extend(account.due(of, &kst(then), &kst(now)));
            account.now = now;
            account.settle();
        }
        if key.is_none() {
            self.world.now = moved(self.world.now);
        }
        let mut told = reply.json()["due"].as_array().unwrap().clone();
        assert!(
            told.windows(2).all(|pair| pair[0]["apiKey"] != pair[1]["apiKey"] || pair[0]["at"].as_str() <= pair[1]["at"].as_str()),
            "{reply}"
        );
        told.retain(|event| event["what"] == "messageSent" || event["what"] == "roomEnded");
        let sorted = |mut events: Vec<Value>| {
            events.sort_by_key(|event| ["apiKey", "at", "what", "roomId", "scheduleId"].map(|name| event[name].to_string()));
            events
        };
        assert_eq!(sorted(told), sorted(due));
    }

    async fn save(&mut self) {
        let mut each = std::collections::BTreeMap::new();
        for key in self.world.accounts.keys() {
            each.insert(key.clone(), self.mock.admin("GET", &format!("state?apiKey={key}"), "").await.body);
        }
        let all = self.mock.admin("GET", "state", "").await.body;
        self.saved = Some(Saved { all, each, accounts: self.world.accounts.clone(), rules: self.world.saved_rules() });
    }

    /// Puts back what was kept; then it is what there is, to the byte.
    async fn load(&mut self, key: Option<&str>) {
        let Some(saved) = self.saved.take() else { return };
        let text = key.map_or(Some(&saved.all), |key| saved.each.get(key));
        if let Some(text) = text {
            let (put, get) =
                key.map_or(("?all=true".to_owned(), String::new()), |key| (format!("?apiKey={key}"), format!("?apiKey={key}")));
            let cause = Cause("admin", number(&self.done("PUT", &format!("state{put}"), text).await));
            assert_eq!(self.mock.admin("GET", &format!("state{get}"), "").await.body, *text);
            let gone = self.world.accounts.keys().filter(|of| key.is_none() && !saved.accounts.contains_key(*of)).cloned();
            for key in gone.collect::<Vec<_>>() {
                self.world.forget(&key);
            }
            for (of, account) in saved.accounts.iter().filter(|(of, _)| key.is_none_or(|key| key == *of)) {
                self.world.begin(of).replace(account, cause);
                self.world.clear_rules(Some(of));
                self.world.restore_rules(saved.rules.iter().filter(|rule| rule.key.as_ref() == Some(of)).cloned());
            }
        }
        self.saved = Some(saved);
    }
}

/// The one in that place, however many there are; sometimes none.
pub fn chosen<T>(list: &[T], place: usize) -> Option<&T> {
    if place.is_multiple_of(8) || list.is_empty() { None } else { list.get(place / 8 % list.len()) }
}

/// The number of an exchange.
pub fn number(reply: &Reply) -> u64 {
    reply.header("x-mock-request-id").parse().unwrap()
}
