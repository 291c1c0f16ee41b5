//! The room operations, one file each. v1 and v2 are two views of the same rooms.

pub mod create;
pub mod destroy;
pub mod detail;
pub mod list;
pub mod modify;
pub mod view;

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::error::ApiError;
use crate::domain::ids::RoomId;
use crate::emulator::{Emulator, NoSuchRoom};
use crate::escape;

/// The last segment of the path, whatever it holds: what is no roomId names an unknown room.
pub struct RoomPath {
    text: String,
}

impl RoomPath {
    /// The roomId.
    ///
    /// # Errors
    /// [`ApiError::NoSuchRoom`] when no room can have that id.
    pub fn id(&self) -> Result<RoomId, ApiError> {
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
        let segment = parts.uri.path().rsplit('/').next().unwrap_or_default();
        Ok(RoomPath { text: escape::segment(segment) })
    }
}
