//! What is asked, as a table: a row is a name, a request, and what is wrong with it on purpose.

use axum::body::Body;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request};

use crate::domain::operation::Operation;
use crate::escape::encode;

/// A room that nobody has.
pub const UNKNOWN_ROOM: &str = "DriftCheck-NoSuchRoom-20000101000000";
/// A clientKey and a scheduleId that nobody and nothing has.
pub const UNKNOWN_NAME: &str = "drift-check-nobody";
/// A token that nobody has issued.
pub const BAD_TOKEN: &str = "drift-check-bad-token";

/// One question. Both sides are asked the same, each with its own credentials and rooms.
#[derive(Clone, Copy)]
pub struct Probe {
    pub name: &'static str,
    pub method: &'static Method,
    /// As the contract has it. `{roomId}` is the first room of the list, unless the probe says otherwise.
    pub path: &'static str,
    has_key: bool,
    token: Token,
    is_unknown_room: bool,
    /// What makes a form of the name that a room is to have.
    form: Option<fn(&str) -> String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Valid,
    Bad,
    Missing,
}

/// Whom a probe is sent to, as far as requests tell the difference.
#[derive(Clone, Default)]
pub struct Side {
    pub authority: String,
    pub key: String,
    pub token: Option<String>,
    pub room: Option<String>,
    /// What a room is called that is made here.
    pub room_name: String,
}

/// Everything that is asked without `--allow-writes`. Each of them only reads.
pub const READS: &[Probe] = &[
    get("issueToken", "/openapi/token").without_token(),
    get("issueToken, no API_KEY", "/openapi/token").without_key().without_token(),
    get("listRoom v2", "/openapi/v2/rooms"),
    get("listRoom v1", "/openapi/v1/rooms"),
    get("getRoomInfo v2", "/openapi/v2/rooms/{roomId}"),
    get("getRoomInfo v1", "/openapi/v1/rooms/{roomId}"),
    get("listUser v2", "/openapi/v2/users/{roomId}"),
    get("listUser v1", "/openapi/v1/users/{roomId}"),
    get("listExileUser", "/openapi/v1/exiles/{roomId}"),
    get("listMuteUser", "/openapi/v1/mute/{roomId}"),
    get("unknown room v2", "/openapi/v2/rooms/{roomId}").of_unknown_room(),
    get("unknown room v1", "/openapi/v1/rooms/{roomId}").of_unknown_room(),
    get("no API_KEY v2", "/openapi/v2/rooms").without_key(),
    get("no API_KEY v1", "/openapi/v1/rooms").without_key(),
    get("no X-AUTH-TOKEN v2", "/openapi/v2/rooms").without_token(),
    get("no X-AUTH-TOKEN v1", "/openapi/v1/rooms").without_token(),
    get("bad token v2", "/openapi/v2/rooms").with_bad_token(),
    get("bad token v1", "/openapi/v1/rooms").with_bad_token(),
];

/// What happens to a room with `--allow-writes`.
pub struct Life {
    pub create: Probe,
    pub modify: Probe,
    pub destroy: Probe,
    pub destroy_again: Probe,
    /// What finds the room again and destroys it, whatever the probes came to.
    pub list: Probe,
}

pub const LIVES: &[Life] = &[
    Life {
        create: post("createRoom v2", "/openapi/v2/rooms", form_v2),
        modify: post("modifyRoom v2", "/openapi/v2/rooms/{roomId}", form_v2),
        destroy: delete("destroyRoom v2", "/openapi/v2/rooms/{roomId}"),
        destroy_again: delete("destroyed room v2", "/openapi/v2/rooms/{roomId}"),
        list: get("listRoom v2", "/openapi/v2/rooms"),
    },
    Life {
        create: post("createRoom v1", "/openapi/v1/rooms", form_v1),
        modify: post("modifyRoom v1", "/openapi/v1/rooms/{roomId}", form_v1),
        destroy: delete("destroyRoom v1", "/openapi/v1/rooms/{roomId}"),
        destroy_again: delete("destroyed room v1", "/openapi/v1/rooms/{roomId}"),
        list: get("listRoom v1", "/openapi/v1/rooms"),
    },
];

fn form_v2(name: &str) -> String {
    format!("roomName={}&maxUser=2&gTransStat=N&rtcStat=N&roomType=01", encode(name))
}

fn form_v1(name: &str) -> String {
    format!("roomName={}&maxUser=2", encode(name))
}

/// A form that an operation takes at that path; one without parameters takes none.
pub fn valid_form(operation: Operation, path: &str, name: &str, is_reserved: bool) -> Option<String> {
    match operation {
        Operation::CreateRoom | Operation::ModifyRoom if path.contains("/v1/") => Some(form_v1(name)),
        Operation::CreateRoom | Operation::ModifyRoom => Some(form_v2(name)),
        Operation::SendNotice => Some("nickName=drift&notice=drift".to_owned()),
        Operation::SendCustom if is_reserved => Some("jsonString=%7B%7D&nickName=drift&sendDate=99991231235959".to_owned()),
        Operation::SendCustom => Some("jsonString=%7B%7D&nickName=drift".to_owned()),
        Operation::SendWhisperMessage => Some("message=drift&nickName=drift".to_owned()),
        _ => None,
    }
}

const fn get(name: &'static str, path: &'static str) -> Probe {
    Probe { name, method: &Method::GET, path, has_key: true, token: Token::Valid, is_unknown_room: false, form: None }
}

const fn post(name: &'static str, path: &'static str, form: fn(&str) -> String) -> Probe {
    Probe { method: &Method::POST, form: Some(form), ..get(name, path) }
}

const fn delete(name: &'static str, path: &'static str) -> Probe {
    Probe { method: &Method::DELETE, ..get(name, path) }
}

impl Probe {
    const fn without_key(self) -> Probe {
        Probe { has_key: false, ..self }
    }

    const fn without_token(self) -> Probe {
        Probe { token: Token::Missing, ..self }
    }

    const fn with_bad_token(self) -> Probe {
        Probe { token: Token::Bad, ..self }
    }

    const fn of_unknown_room(self) -> Probe {
        Probe { is_unknown_room: true, ..self }
    }

    /// The request to a side.
    ///
    /// # Errors
    /// Why it cannot be asked there: what it needs, an earlier answer did not have.
    pub fn request(&self, side: &Side) -> Result<Request<Body>, &'static str> {
        let room = if self.is_unknown_room { Some(UNKNOWN_ROOM) } else { side.room.as_deref() };
        let path = match self.path.split_once("{roomId}") {
            None => self.path.to_owned(),
            Some((before, after)) => format!("{before}{}{after}", encode(room.ok_or("the account has no room")?)),
        };
        let mut request = Request::builder().method(self.method).uri(path).header(HOST, &side.authority).header(ACCEPT, "*/*");
        request = request.header(USER_AGENT, concat!("vchatcloud-mock/", env!("CARGO_PKG_VERSION")));
        if self.has_key {
            request = request.header("API_KEY", &side.key);
        }
        request = match (self.token, &side.token) {
            (Token::Missing, _) => request,
            (Token::Bad, _) => request.header("X-AUTH-TOKEN", BAD_TOKEN),
            (Token::Valid, Some(token)) => request.header("X-AUTH-TOKEN", token),
            // Without a key nobody asks whose token it is.
            (Token::Valid, None) if !self.has_key => request.header("X-AUTH-TOKEN", BAD_TOKEN),
            (Token::Valid, None) => return Err("no token was issued"),
        };
        let body = self.form.map(|form| form(&side.room_name));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(body.map_or_else(Body::empty, Body::from)).map_err(|_| "its token cannot be sent as a header")
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::Contract;
    use super::*;

    /// A row of a table that the contract does not have would be compared with the mock alone.
    #[test]
    fn the_contract_has_every_probe() {
        let contract = Contract::read().unwrap();
        let lives = LIVES.iter().flat_map(|life| [life.create, life.modify, life.destroy, life.destroy_again, life.list]);
        for probe in READS.iter().copied().chain(lives) {
            assert!(contract.operation(probe.method.as_str(), probe.path).is_some(), "{}", probe.name);
        }
        assert!(READS.iter().all(|probe| probe.method == Method::GET && probe.form.is_none()));
    }
}
