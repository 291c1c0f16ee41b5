//! A mock without a socket, and what holds for each of its answers.

use std::future::Future;

use http_body_util::BodyExt;
use serde_json::Value;
use tokio::runtime::Runtime;
use vchatcloud_mock::admin::AllowedHosts;
use vchatcloud_mock::axum::body::Body;
use vchatcloud_mock::axum::http::{HeaderMap, Request, StatusCode};
use vchatcloud_mock::emulator::{Emulator, Settings};
use vchatcloud_mock::fixture::{self, Fixtures, Source};
use vchatcloud_mock::server::App;

/// Whose account it is about, unless a target says otherwise.
pub const KEY: &str = "alice-key";
/// The room of her fixture.
pub const ROOM: &str = "AAAAAAAAAA-0000000000-20220101000000";

/// A mock, and the thread that it answers on. Time passes when it waits, and not before.
pub struct Mock {
    runtime: Runtime,
    app: App,
}

impl Mock {
    /// With seed 1, a clock that stands, and other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Mock {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let clock = "frozen:2026-01-31T12:00:00+09:00".parse().unwrap();
        let mut settings = Settings { seed: Some(1), clock, ..Settings::default() };
        change(&mut settings);
        Mock { runtime, app: App::new(Emulator::new(settings), AllowedHosts::default()) }
    }

    pub fn emulator(&self) -> &Emulator {
        self.app.emulator()
    }

    /// As it was in the beginning: what one input has left behind must not explain another.
    pub fn reset(&self) {
        self.emulator().reset(None).unwrap();
    }

    /// Sends a request of the emulated API.
    pub fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.run(async {
            let (parts, body) = self.app.clone().answer(request).await.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
        });
        assert!(answer.headers.contains_key("x-mock-request-id"), "{method} {path}: {answer:?}");
        answer
    }

    /// Sends one with a key and a token that pass.
    pub fn call(&self, method: &str, path: &str, form: &[u8]) -> Answer {
        let request = Request::builder().method(method).uri(path).header("API_KEY", KEY).header("X-AUTH-TOKEN", "any");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_vec())).unwrap())
    }

    /// Asks the control plane.
    pub fn admin(&self, path: &str) -> Value {
        let request = Request::get(format!("/__admin/{path}")).header("Host", "localhost").body(Body::empty()).unwrap();
        let answer = self.send(request);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

pub fn fixtures(text: &str) -> Fixtures {
    fixture::load(&[Source::inline("fixture", text)]).unwrap()
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header of ours: one line of printable ASCII.
    pub fn line(&self, name: &str) -> Option<&str> {
        let line = self.headers.get(name)?.to_str().unwrap_or_else(|error| panic!("{name}: {error}: {self:?}"));
        assert!(!line.is_empty() && line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{name}: {self:?}");
        Some(line)
    }

    /// The number that the journal has it under.
    pub fn request_id(&self) -> &str {
        self.line("x-mock-request-id").unwrap()
    }

    /// An envelope, which is a success or says why it is none, and no bug. Gives its code and its words.
    pub fn envelope(&self) -> (i64, String) {
        let json = self.json();
        let (code, message) = (json["result_cd"].as_i64().unwrap(), json["result_msg"].as_str().unwrap().to_owned());
        assert_ne!(self.status, 500, "{self:?}");
        assert_eq!(self.status == 200, code == 1, "{self:?}");
        assert_eq!(self.status != 200, self.line("x-mock-reason").is_some(), "{self:?}");
        assert!(self.status == 200 || json.as_object().unwrap().len() == 2, "{self:?}");
        (code, message)
    }
}
