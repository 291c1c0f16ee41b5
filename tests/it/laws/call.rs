//! Calls of the API: what the server answers, and what the model says that it is to answer.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::drive::{Drive, chosen, number, undisturbed};
use super::model::{Cause, Refusal, Room, Version, kst, new_room, or, read};
use super::operation::{Operation, Request};
use super::people::not_connected;
use super::step::{Auth, Call};
use super::world::{FAULTS, Seen};
use crate::mock::Reply;

const DONE: &str = r#"{"result_cd":1,"result_msg":""}"#;
const LIVES: i64 = 18_000;

/// What an operation that happens answers.
enum Own {
    Body(String),
    Token,
}

/// What an operation does to the people and the messages of a room, and its answer.
fn in_room(now: DateTime<Utc>, room: &mut Room, call: &Call, schedule: &str, cause: Cause) -> Result<String, Refusal> {
    let key = call.client.key;
    match call.operation {
        Operation::ListUser => return Ok(room.list("users")),
        Operation::ListExileUser => return Ok(room.list("exiles")),
        Operation::ListMuteUser => return Ok(room.list("mutes")),
        Operation::ExileUser => room.enlist("exiles", key, cause)?,
        Operation::MuteUser => room.enlist("mutes", key, cause)?,
        Operation::UnexileUser => room.delist("exiles", key, cause),
        Operation::UnmuteUser => room.delist("mutes", key, cause),
        Operation::SendNotice => {
            let fields = read(Version::V1, &call.form, &["nickName*", "notice*"])?;
            room.send("notice", now, &[("nickName", &fields["nickName"]), ("notice", &fields["notice"])], cause);
        }
        Operation::SendWhisperMessage => {
            if !room.has("users", key) {
                return Err(not_connected());
            }
            let fields = read(Version::V1, &call.form, &["message*", "nickName*"])?;
            let members = [("clientKey", key), ("nickName", &fields["nickName"]), ("message", &fields["message"])];
            room.send("whisper", now, &members, cause);
        }
        Operation::CancelCustom if room.cancel(schedule) => {}
        Operation::CancelCustom => return Err(Refusal(400, 400, "scheduleId: ".to_owned())),
        _ => unreachable!("{:?} is about rooms", call.operation),
    }
    Ok(DONE.to_owned())
}

impl Drive {
    pub async fn call(&mut self, key: &'static str, call: &Call) {
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
        let schedule = self.schedule(key, &id, call.schedule);
        let reply = self.send(key, call, token.as_deref(), &call.request(&id, &schedule)).await;
        let own = if happens { Some(self.own(key, call, is_let_in, (&id, &schedule), number(&reply)).await) } else { None };
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

    /// Which reservation a call is about: one that there is in the room, one that the account ever had, or none.
    fn schedule(&self, key: &str, id: &str, (of_room, place): (bool, usize)) -> String {
        let mut account = self.world.account(key);
        let ever = self.schedules.get(key).map(Vec::as_slice).unwrap_or_default();
        let reserved = account.room(id).and_then(|room| chosen(&room.reserved, place)).map(|reserved| &reserved.id);
        let named = reserved.filter(|_| of_room).or_else(|| chosen(ever, place)).cloned();
        named.unwrap_or_else(|| ["no-such", "ScheduleSchedule0000"][place / 8 % 2].to_owned())
    }

    async fn send(&self, key: &str, call: &Call, token: Option<&str>, request: &Request) -> Reply {
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
        caller.send(request.method, &request.path, request.media, request.body.clone()).await
    }

    /// Does with the model what the server has done, and says what is to be answered.
    async fn own(
        &mut self,
        key: &'static str,
        call: &Call,
        is_let_in: bool,
        (id, schedule): (&str, &str),
        request: u64,
    ) -> Result<Own, Refusal> {
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
                account.ids_drawn += 1;
                Ok(Own::Body(format!(r#"{{"result_cd":1,"result_msg":"","data":{{"roomId":"{id}"}}}}"#)))
            }
            Operation::ModifyRoom => {
                account.room(id).ok_or_else(no_room)?.modify(call.version, &call.form, &now, cause)?;
                Ok(Own::Body(DONE.to_owned()))
            }
            Operation::DestroyRoom => account.destroy(id, cause).then(|| Own::Body(DONE.to_owned())).ok_or_else(no_room),
            Operation::SendCustom => {
                let moment = account.now;
                let room = account.room(id).ok_or_else(no_room)?;
                let fields = read(Version::V1, &call.form, &["jsonString*", "nickName*", "sendDate"])?;
                let date = or(fields.get("sendDate"), "");
                if date.is_empty() {
                    room.send("custom", moment, &[("nickName", &fields["nickName"]), ("jsonString", &fields["jsonString"])], cause);
                    return Ok(Own::Body(DONE.to_owned()));
                }
                if date <= now.as_str() {
                    return Err(Refusal(400, 400, "sendDate: must be later than now".to_owned()));
                }
                // Nobody but the server knows the id: it must be a new one.
                let shown = self.mock.admin("GET", &format!("rooms/{id}/messages?apiKey={key}"), "").await.json();
                let schedule = shown["reserved"].as_array().unwrap().last().unwrap()["scheduleId"].as_str().unwrap().to_owned();
                assert!(room.reserved.iter().all(|reserved| reserved.id != schedule), "{schedule}");
                room.reserve(schedule.clone(), date, &fields["nickName"], &fields["jsonString"], cause);
                account.ids_drawn += 1;
                self.schedules.entry(key).or_default().push(schedule.clone());
                Ok(Own::Body(format!(r#"{{"result_cd":1,"result_msg":"","data":{{"scheduleId":"{schedule}"}}}}"#)))
            }
            _ => in_room(account.now, account.room(id).ok_or_else(no_room)?, call, schedule, cause).map(Own::Body),
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
