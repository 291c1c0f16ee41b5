//! The machine's clock jumps: what runs beside it goes on. `skew` stands for whoever sets that clock.

use axum::body::Body;
use axum::extract::Request;
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::Value;

use super::App;
use crate::admin::AllowedHosts;
use crate::clock::skew;
use crate::emulator::{Emulator, Settings};

/// An account of a server, whose clock is the machine's.
struct Account(App);

impl Account {
    async fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("Host", "localhost");
        let request = request.header("API_KEY", "k").header("X-AUTH-TOKEN", "any").header("Content-Type", crate::form::FORM);
        let answer = self.0.answer(request.body(Body::from(body.to_owned())).unwrap()).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
    }

    async fn status(&self, method: &str, path: &str, body: &str) -> u16 {
        self.call(method, path, body).await.0
    }

    async fn create(&self, name: &str) -> String {
        let (status, body) = self.call("POST", "/openapi/v1/rooms", &format!("roomName={name}&maxUser=9")).await;
        assert_eq!(status, 200, "{body}");
        body["data"]["roomId"].as_str().unwrap().to_owned()
    }

    async fn token_passes(&self, token: &str) -> bool {
        let request = Request::builder().uri("/openapi/v2/rooms").header("API_KEY", "k").header("X-AUTH-TOKEN", token);
        self.0.answer(request.body(Body::empty()).unwrap()).await.status() == 200
    }

    async fn sent(&self, room: &str) -> (usize, usize) {
        let (_, body) = self.call("GET", &format!("/__admin/rooms/{room}/messages?apiKey=k"), "").await;
        let count = |list: &str| body[list].as_array().unwrap().len();
        (count("messages"), count("reserved"))
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_stops_nothing() {
    for back in [TimeDelta::seconds(1), TimeDelta::hours(3), TimeDelta::days(400), TimeDelta::days(365 * 50)] {
        skew::set(TimeDelta::zero());
        let account = Account(App::new(Emulator::new(Settings::default()), AllowedHosts::default()));
        let room = account.create("first").await;
        let (_, token) = account.call("GET", "/openapi/token", "").await;
        let token = token["data"]["X-AUTH-TOKEN"].as_str().unwrap().to_owned();
        let in_an_hour = (crate::clock::Clock::start(crate::clock::ClockMode::System).now() + TimeDelta::hours(1)).into();
        let in_an_hour: crate::domain::time::KstTime = in_an_hour;
        let custom = format!("nickName=n&jsonString={{}}&sendDate={in_an_hour}");
        assert_eq!(account.status("POST", &format!("/openapi/v1/custom/{room}"), &custom).await, 200);
        let limit = r#"{"match": {"operation": "getRoomInfo"}, "do": {"kind": "rate-limit", "perSecond": 0.01, "burst": 2}}"#;
        assert_eq!(account.status("POST", "/__admin/faults?apiKey=k", limit).await, 201);
        let passing = r#"{"match": {"operation": "listUser"}, "do": {"kind": "status", "http": 503}, "for": "30s"}"#;
        assert_eq!(account.status("POST", "/__admin/faults?apiKey=k", passing).await, 201);
        let detail = format!("/openapi/v2/rooms/{room}");
        assert_eq!(account.status("GET", &detail, "").await, 200);

        skew::set(-back);
        account.create("second").await;
        assert!(account.token_passes(&token).await, "{back}");
        assert_eq!(account.sent(&room).await, (0, 1), "{back}");
        // A limit neither fills up nor stays shut.
        assert_eq!(account.status("GET", &detail, "").await, 200);
        assert_eq!(account.status("GET", &detail, "").await, 429, "{back}");
        assert_eq!(account.status("GET", &format!("/openapi/v1/users/{room}"), "").await, 503, "{back}");
        skew::set(TimeDelta::seconds(200) - back);
        assert_eq!(account.status("GET", &detail, "").await, 200, "{back}");

        skew::set(TimeDelta::hours(2));
        assert_eq!(account.sent(&room).await, (1, 0), "{back}");
        assert_eq!(account.status("GET", &format!("/openapi/v1/users/{room}"), "").await, 200, "{back}");
        skew::set(-back);
        assert_eq!(account.sent(&room).await, (1, 0), "{back}");
        skew::set(TimeDelta::hours(6));
        assert!(!account.token_passes(&token).await, "{back}");
        assert_eq!(account.status("POST", "/__admin/clock/advance?apiKey=k", r#"{"by": "1h"}"#).await, 200);

        // Lists are in the order of what was done, and a duration is none of the clock's.
        account.create("third").await;
        let (_, list) = account.call("GET", "/openapi/v2/rooms", "").await;
        let names: Vec<&str> = list["list"].as_array().unwrap().iter().map(|room| room["roomName"].as_str().unwrap()).collect();
        assert_eq!(names, ["first", "second", "third"], "{back}");
        let (_, journal) = account.call("GET", "/__admin/requests?apiKey=k", "").await;
        let numbers = |field: &str| -> Vec<u64> {
            journal["requests"].as_array().unwrap().iter().map(|request| request[field].as_u64().unwrap()).collect()
        };
        assert!(numbers("id").is_sorted(), "{back}");
        assert!(numbers("us").iter().all(|us| *us < 60_000_000), "{back}");
        let (_, state) = account.call("GET", "/__admin/state?apiKey=k", "").await;
        assert_eq!(account.status("PUT", "/__admin/state?apiKey=k", &state.to_string()).await, 200, "{back}");
    }
}

/// Before 1970 and after 9999 it stands.
#[tokio::test]
async fn a_clock_that_leaves_its_years_stops_nothing() {
    let account = Account(App::new(Emulator::new(Settings::default()), AllowedHosts::default()));
    for years in [-60, 8100, -3000] {
        skew::set(TimeDelta::days(365 * years));
        account.create("room").await;
        for path in ["/openapi/token", "/openapi/v2/rooms", "/__admin/state", "/__admin/diff", "/__admin/clock", "/__admin/requests"] {
            assert_eq!(account.status("GET", path, "").await, 200, "{years} {path}");
        }
    }
    let (_, list) = account.call("GET", "/openapi/v2/rooms", "").await;
    assert_eq!(list["list"].as_array().unwrap().len(), 3);
}
