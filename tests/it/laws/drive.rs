//! Takes steps with a server and with the model of one, and holds each against the other.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::model::{Cause, Refusal, Room, Version, kst, new_room};
use super::step::{Act, Auth, Call, KEYS, Operation, Step};
use super::world::{FAULTS, FIXTURE, START, Saved, Seen, World, moment};
use crate::mock::{Caller, Mock, NO_ROOM, Reply, clock, fixtures};

const DONE: &str = r#"{"result_cd":1,"result_msg":""}"#;
const LIVES: i64 = 18_000;

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

/// What an operation that happens answers.
enum Own {
    Body(String),
    Token,
}

/// A server and its model.
pub struct Drive {
    pub mock: Mock,
    pub world: World,
    saved: Option<Saved>,
}

impl Drive {
    pub fn new() -> Drive {
        Drive { mock: server(), world: World::new(), saved: None }
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
    fn room_id(&self, key: &str, place: usize) -> String {
        let rooms = self.world.accounts.get(key).map(|account| account.rooms.as_slice()).unwrap_or_default();
        rooms.get(place % (rooms.len() + 1)).map_or(NO_ROOM, Room::id).to_owned()
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
                // It begins with a room that can be changed, and not for nothing.
                let was_there = self.world.accounts.contains_key(key);
                let id = self.room_id(key, *place);
                let body: Value = patch.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                let reply = self.mock.admin("PATCH", &format!("rooms/{id}?apiKey={key}"), &body.to_string()).await;
                if !was_there && reply.status != 200 {
                    return;
                }
                let patched = self.world.begin(key).room(&id).map(|room| room.patch(patch, Cause("admin", number(&reply))));
                assert_eq!(reply.status, patched.map_or(404, |is_done| if is_done { 200 } else { 400 }), "{reply}");
            }
            Act::Reset => {
                let query = scope.map(|key| format!("?apiKey={key}")).unwrap_or_default();
                self.done("POST", &format!("reset{query}"), "").await;
                match scope {
                    Some(key) => self.world.reset_one(key),
                    None => self.world.reset(),
                }
            }
            Act::Advance(by) => {
                self.done("POST", &format!("clock/advance?{query}"), &json!({ "by": format!("{by}s") }).to_string()).await;
                self.each_clock(scope, |now| now + chrono::TimeDelta::seconds(*by));
            }
            Act::SetClock(at) => {
                self.done("PUT", &format!("clock?{query}"), &json!({ "clock": format!("frozen:{at}") }).to_string()).await;
                self.each_clock(scope, |_| moment(at));
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

    fn each_clock(&mut self, key: Option<&str>, moved: impl Fn(chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc>) {
        for (_, account) in self.world.accounts.iter_mut().filter(|(of, _)| key.is_none_or(|key| key == *of)) {
            account.now = moved(account.now);
        }
        if key.is_none() {
            self.world.now = moved(self.world.now);
        }
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

    async fn call(&mut self, key: &'static str, call: &Call) {
        let named = (call.auth != Auth::NoKey).then_some(key);
        let asked = call.fault.map(|(at, _)| &FAULTS[at]);
        if asked.is_none()
            && let Some(key) = named
        {
            // The rules that an account begins with befall its first call too.
            self.world.begin(key);
        }
        let (happens, seen) = self.world.fate(named, call.operation, asked);
        let (token, is_let_in) = self.credentials(key, call);
        let id = self.room_id(key, call.room);
        let reply = self.send(key, call, token.as_deref(), &id).await;
        let own = if happens { Some(self.own(key, call, is_let_in, &id, number(&reply)).await) } else { None };
        // A write that is refused was not committed, and is spared the failing: the other faults that hide an answer prevent it.
        let hides = !matches!(seen, Seen::Own | Seen::Broken) && happens;
        match seen {
            _ if hides && own.as_ref().is_some_and(Result::is_err) && self.world.fails_commits(asked) => {
                self.world.spare();
                self.check(key, &reply.body, &reply, own.unwrap());
            }
            Seen::Wire => {}
            Seen::Status(status) => assert_eq!(reply.status, status, "{reply}"),
            Seen::Own => self.check(key, &reply.body, &reply, own.unwrap()),
            Seen::Broken => {
                assert!(serde_json::from_str::<Value>(&reply.body).is_err());
                self.check(key, &format!("{}}}", reply.body), &reply, own.unwrap());
            }
        }
    }

    /// The token that a call has, and whether it opens the door.
    fn credentials(&self, key: &str, call: &Call) -> (Option<String>, bool) {
        let needs_token = call.operation != Operation::IssueToken;
        let another = || self.world.tokens.iter().find(|(of, _)| *of != key).map(|(_, (token, _))| token.clone());
        match call.auth {
            Auth::NoKey => (Some("t".to_owned()), false),
            Auth::NoToken => (None, !needs_token),
            Auth::OfAnother => another().map_or((Some("t".to_owned()), true), |token| (Some(token), !needs_token)),
            Auth::Issued if self.world.tokens.contains_key(key) => {
                let (token, expires) = &self.world.tokens[key];
                (Some(token.clone()), !needs_token || self.world.now(Some(key)).timestamp() < *expires)
            }
            Auth::Plain | Auth::Issued => (Some("t".to_owned()), true),
        }
    }

    async fn send(&self, key: &str, call: &Call, token: Option<&str>, id: &str) -> Reply {
        let mut caller = self.mock.stranger();
        if call.auth != Auth::NoKey {
            caller = caller.header("API_KEY", key);
        }
        if let Some(token) = token {
            caller = caller.header("X-AUTH-TOKEN", token);
        }
        if let Some(fault) = call.asks() {
            caller = caller.header("X-Mock-Fault", fault);
        }
        let (method, path, form) = call.request(id);
        let media = form.is_some().then_some("application/x-www-form-urlencoded");
        caller.send(method, &path, media, form.unwrap_or_default()).await
    }

    /// Does with the model what the server has done, and says what is to be answered.
    async fn own(&mut self, key: &str, call: &Call, is_let_in: bool, id: &str, request: u64) -> Result<Own, Refusal> {
        if !is_let_in {
            return Err(Refusal(401, 401, String::new()));
        }
        let cause = Cause("api", request);
        let account = self.world.begin(key);
        let now = kst(account.now);
        let no_room = || Refusal(404, 10102, "This chat room does not exist".to_owned());
        match call.operation {
            Operation::IssueToken => Ok(Own::Token),
            Operation::ListRoom => Ok(Own::Body(account.list(call.version))),
            Operation::GetRoomInfo => account.detail(call.version, id).map(Own::Body).ok_or_else(no_room),
            Operation::CreateRoom => {
                let mut fields = new_room(call.version, &call.form, &now)?;
                // Nobody but the server knows the id: it must be a new one with the time of its making.
                let list = undisturbed(&self.mock, key).list().await.json();
                let id = list["list"].as_array().unwrap().last().unwrap()["roomId"].as_str().unwrap().to_owned();
                assert!(id.len() == 36 && id.ends_with(&format!("-{now}")) && account.room(&id).is_none(), "{id} at {now}");
                fields.insert("roomId", id.clone());
                account.rooms.push(Room::new(fields, cause));
                Ok(Own::Body(format!(r#"{{"result_cd":1,"result_msg":"","data":{{"roomId":"{id}"}}}}"#)))
            }
            Operation::ModifyRoom => {
                account.room(id).ok_or_else(no_room)?.modify(call.version, &call.form, &now, cause)?;
                Ok(Own::Body(DONE.to_owned()))
            }
            Operation::DestroyRoom => account.destroy(id, cause).then(|| Own::Body(DONE.to_owned())).ok_or_else(no_room),
        }
    }

    fn check(&mut self, key: &str, body: &str, reply: &Reply, own: Result<Own, Refusal>) {
        match own {
            Ok(Own::Body(own)) => assert_eq!((reply.status.as_u16(), body), (200, own.as_str())),
            Err(Refusal(status, result_cd, text)) => {
                let body: Value = serde_json::from_str(body).unwrap();
                assert_eq!((reply.status.as_u16(), &body["result_cd"]), (status, &json!(result_cd)), "{reply}");
                assert!(body["result_msg"].as_str().unwrap().starts_with(&text), "{text}: {reply}");
            }
            Ok(Own::Token) => {
                let data = serde_json::from_str::<Value>(body).unwrap()["data"].clone();
                let (token, now) = (data["X-AUTH-TOKEN"].as_str().unwrap(), self.world.now(Some(key)).timestamp());
                let user_id = &self.world.accounts[key].user_id;
                let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
                let expected = format!(r#"{{"aud":"{user_id}","exp":{},"iat":{now},"authorities":"[ROLE_USER]"}}"#, now + LIVES);
                assert_eq!((data["user_email"].as_str(), String::from_utf8(claims).unwrap()), (Some(user_id.as_str()), expected));
                self.world.tokens.insert(key.to_owned(), (token.to_owned(), now + LIVES));
            }
        }
    }
}

/// The number of an exchange.
pub fn number(reply: &Reply) -> u64 {
    reply.header("x-mock-request-id").parse().unwrap()
}
