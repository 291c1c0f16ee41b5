//! The personas. `Mock` is a server without a socket; `mock.alice()` is somebody with a key and a token of her own who
//! calls it with verbs. Every answer of the emulated API that passes here is checked against the committed contract.

use std::fmt;
use std::str::FromStr;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use vchatcloud_mock::admin::AllowedHosts;
use vchatcloud_mock::clock::ClockMode;
use vchatcloud_mock::domain::field::Invalid;
use vchatcloud_mock::emulator::{Emulator, Settings};
use vchatcloud_mock::fault::WirePlan;
use vchatcloud_mock::fixture::{self, Fixtures, Source};
use vchatcloud_mock::server::App;

use crate::{admin_contract, contract};

/// The first room of the demo.
pub const DEMO_ROOM: &str = "DemoRoom01-AbCdEfGhIj-20220523144251";
/// A room that nobody has.
pub const NO_ROOM: &str = "0000000000-0000000000-20220101000000";
/// The parameters of a room that v2 accepts.
pub const ROOM_V2: &str = "roomName=Lobby&maxUser=10&gTransStat=N&rtcStat=N&roomType=01";

/// A server without a socket.
#[derive(Clone)]
pub struct Mock {
    app: App,
    emulator: Emulator,
}

impl Mock {
    /// No fixtures, seed 1, and a clock that stands at noon of 2026-01-31 in Korea.
    pub fn new() -> Mock {
        Mock::with(|_| ())
    }

    /// The built-in demo.
    pub fn demo() -> Mock {
        Mock::with(|settings| settings.fixtures = Fixtures::demo().unwrap())
    }

    /// With that fixture.
    pub fn fixture(text: &str) -> Mock {
        Mock::with(|settings| settings.fixtures = fixtures(text))
    }

    /// With other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Mock {
        let mut settings = Settings { seed: Some(1), clock: clock("frozen:2026-01-31T12:00:00+09:00"), ..Settings::default() };
        change(&mut settings);
        let emulator = Emulator::new(settings);
        Mock { app: App::new(emulator.clone(), AllowedHosts::new(&["mock.test"]).unwrap()), emulator }
    }

    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Somebody with an account of her own.
    pub fn alice(&self) -> Caller {
        self.caller("alice-key", "alice-token")
    }

    /// Somebody else.
    pub fn bob(&self) -> Caller {
        self.caller("bob-key", "bob-token")
    }

    /// The owner of the demo rooms.
    pub fn demo_caller(&self) -> Caller {
        self.caller("demo-key", "demo-token")
    }

    pub fn caller(&self, key: &str, token: &str) -> Caller {
        Caller { mock: self.clone(), headers: vec![("API_KEY".into(), key.into()), ("X-AUTH-TOKEN".into(), token.into())] }
    }

    /// Nobody in particular: no headers.
    pub fn stranger(&self) -> Caller {
        Caller { mock: self.clone(), headers: Vec::new() }
    }

    /// Sends any request. Answers of the emulated API are held against the contract.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.app().answer(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let reply = Reply { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() };
        let is_injected = parts.extensions.get::<WirePlan>().is_some() || reply.headers.contains_key("x-mock-fault-applied");
        if path.starts_with("/__admin/") {
            admin_contract::check(&method, &path, &reply);
        } else if path != "/" && !path.starts_with("/__admin") && !is_injected {
            contract::check(&method, &path, &reply);
        }
        reply
    }

    /// A call of the control plane.
    pub async fn admin(&self, method: &str, path: &str, body: &str) -> Reply {
        self.send(
            Request::builder()
                .method(method)
                .uri(format!("/__admin/{path}"))
                .header("Host", "127.0.0.1:4280")
                .body(Body::from(body.to_owned()))
                .unwrap(),
        )
        .await
    }
}

pub fn fixtures(text: &str) -> Fixtures {
    fixture::load(&[Source::inline("fixture", text)]).unwrap()
}

pub fn clock(text: &str) -> ClockMode {
    ClockMode::from_str(text).map_err(|Invalid(what)| what).unwrap()
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller {
    mock: Mock,
    headers: Vec<(String, String)>,
}

impl Caller {
    /// The same with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Caller {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub async fn send(&self, method: &str, path: &str, content_type: Option<&str>, body: impl Into<Body>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type);
        }
        self.mock.send(request.body(body.into()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None, Body::empty()).await
    }

    /// Posts a form.
    pub async fn post(&self, path: &str, form: &str) -> Reply {
        self.send("POST", path, Some("application/x-www-form-urlencoded"), form.to_owned()).await
    }

    /// Creates a room that cannot be refused, with `more` parameters first, and says its id.
    pub async fn create_room(&self, more: &str) -> String {
        let reply = self.post("/openapi/v2/rooms", &format!("{more}&{ROOM_V2}")).await;
        reply.json()["data"]["roomId"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    }

    pub async fn list(&self) -> Reply {
        self.get("/openapi/v2/rooms").await
    }

    pub async fn detail(&self, room_id: &str) -> Reply {
        self.get(&format!("/openapi/v2/rooms/{room_id}")).await
    }

    /// The value of one field of a room.
    pub async fn field(&self, room_id: &str, name: &str) -> String {
        let reply = self.detail(room_id).await;
        reply.json()["data"][name].as_str().unwrap_or_else(|| panic!("{name}: {reply}")).to_owned()
    }

    /// The names of the rooms, in order.
    pub async fn names(&self) -> Vec<String> {
        let rooms = self.list().await.json();
        rooms["list"].as_array().unwrap().iter().map(|room| room["roomName"].as_str().unwrap().to_owned()).collect()
    }

    /// A fresh token for the caller's key.
    pub async fn issue_token(&self) -> String {
        let reply = self.get("/openapi/token").await;
        reply.json()["data"]["X-AUTH-TOKEN"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    }
}

/// An answer. Shown as its status, what the mock says of it, and its body.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and result code in one word.
    pub fn codes(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.json()["result_cd"])
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        for name in ["allow", "x-mock-reason", "x-mock-warning"] {
            if self.headers.contains_key(name) {
                write!(f, "\n{name}: {}", self.header(name))?;
            }
        }
        write!(f, "\n{}", self.body)
    }
}
