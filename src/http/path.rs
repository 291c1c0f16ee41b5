//! What a path names: a room, and behind it somebody in it or a reserved message. Whatever stands there is one; what is none
//! is unknown.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::error::ApiError;
use crate::domain::ids::{RoomId, ScheduleId};
use crate::domain::user::ClientKey;
use crate::emulator::{Emulator, NoSuchRoom, NotThere};
use crate::escape;

/// Where a path has the room: `/openapi/v1/users/{roomId}`.
pub const ROOM: usize = 4;
/// Where it has what stands behind it: `/openapi/v1/exiles/{roomId}/{clientKey}`.
pub const BEHIND: usize = 5;

/// A segment of a path as it arrived; empty when there is none.
pub fn segment(path: &str, at: usize) -> &str {
    path.split('/').nth(at).unwrap_or_default()
}

/// The room of the path.
pub struct RoomPath {
    text: String,
}

impl RoomPath {
    /// The roomId.
    ///
    /// # Errors
    /// [`ApiError::NoSuchRoom`] when no room can have that id.
    pub fn id(&self) -> Result<RoomId, ApiError> {
        // assumed: impossible-room-id
        self.text.parse().map_err(|_| self.unknown(NoSuchRoom))
    }

    /// The refusal of a room that is not there.
    pub fn unknown(&self, _: NoSuchRoom) -> ApiError {
        ApiError::NoSuchRoom { room_id: self.text.clone() }
    }
}

impl FromRequestParts<Emulator> for RoomPath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Emulator) -> Result<Self, Infallible> {
        Ok(RoomPath { text: escape::segment(segment(parts.uri.path(), ROOM)) })
    }
}

/// The room of the path, and what stands behind it.
pub struct InRoom<T> {
    pub room: RoomPath,
    text: String,
    names: PhantomData<T>,
}

/// Somebody in a room: a clientKey, which may be an e-mail address and percent-encoded (observed).
pub type UserPath = InRoom<ClientKey>;
/// A reserved message.
pub type SchedulePath = InRoom<ScheduleId>;

impl<T: FromStr> InRoom<T> {
    /// What it names; `None` when nothing can be called that.
    pub fn named(&self) -> Option<T> {
        self.text.parse().ok()
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl UserPath {
    /// The clientKey.
    ///
    /// # Errors
    /// [`ApiError::NoSuchUser`] when nobody can have that clientKey.
    pub fn key(&self) -> Result<ClientKey, ApiError> {
        self.named().ok_or_else(|| self.unknown(NotThere::User))
    }

    /// The refusal of a room or somebody that is not there.
    pub fn unknown(&self, what: NotThere) -> ApiError {
        match what {
            NotThere::Room => self.room.unknown(NoSuchRoom),
            NotThere::User => ApiError::NoSuchUser { client_key: self.text.clone() },
        }
    }
}

impl<T: Send> FromRequestParts<Emulator> for InRoom<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, emulator: &Emulator) -> Result<Self, Infallible> {
        let text = escape::segment(segment(parts.uri.path(), BEHIND));
        Ok(InRoom { room: RoomPath::from_request_parts(parts, emulator).await?, text, names: PhantomData })
    }
}
