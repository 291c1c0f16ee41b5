//! The mock that the real service is compared with: in this process, without a socket, with an account of its own.

use axum::body::Body;
use axum::extract::Request;
use http_body_util::BodyExt;
use hyper::header::CONTENT_TYPE;

use super::DriftError;
use super::probe::Side;
use super::shape::Answer;
use crate::admin::Access;
use crate::emulator::{AuthMode, Emulator, Settings};
use crate::fixture::{self, Source};
use crate::server::App;

const KEY: &str = "drift-key";
const TOKEN: &str = "drift-token";
const ROOM: &str = "DriftCheck-TheOnlyOne-20260131120000";
/// Who is in its room.
pub const USER: &str = "user";
/// What is reserved there.
pub const SCHEDULE: &str = "driftCheckReserved00";

/// A strict mock with one room. Clones are the same.
#[derive(Clone)]
pub struct Mock(App);

impl Mock {
    /// A new one, to which nothing has happened yet.
    ///
    /// # Errors
    /// Never in a released build: tests read the same fixture.
    pub fn new() -> Result<Mock, DriftError> {
        // Whatever is listed, there is one of it.
        let somebody = |key: &str| serde_json::json!([{ "clientKey": key }]);
        let reserved = serde_json::json!({
            "scheduleId": SCHEDULE, "sendDate": "99991231235959", "nickName": "drift", "jsonString": "{}"
        });
        let room = serde_json::json!({
            "roomId": ROOM, "users": somebody(USER), "exiles": somebody("exile"), "mutes": somebody(USER), "reserved": [reserved]
        });
        let fixture = serde_json::json!({ "accounts": [{ "apiKey": KEY, "tokens": [TOKEN], "rooms": [room] }] });
        let fixtures = fixture::load(&[Source::inline("drift", &fixture.to_string())]);
        let fixtures = fixtures.map_err(|problems| DriftError::Runtime(problems.to_string()))?;
        let settings = Settings { auth: AuthMode::Strict, fixtures, fault_header: false, ..Settings::default() };
        Ok(Mock(App::new(Emulator::new(settings), Access::default())))
    }

    /// How probes speak to it.
    pub fn side() -> Side {
        Side {
            authority: "localhost".to_owned(),
            key: KEY.to_owned(),
            token: Some(TOKEN.to_owned()),
            room: Some(ROOM.to_owned()),
            room_name: "drift".to_owned(),
        }
    }

    /// What it answers. Nothing befalls an answer here: there are no fault rules, and the header that asks for one is not heard.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.0.clone().answer(request).await.into_parts();
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = body.collect().await.map(|body| body.to_bytes().into()).unwrap_or_default();
        Answer { status: head.status.as_u16(), content_type, body: Some(body) }
    }
}
