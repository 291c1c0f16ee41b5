//! What a path names: a room, and behind it somebody in it or a reserved message. Whatever stands there is one; what is none
//! is unknown.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::str::FromStr;

use super::Route;
use super::error::ApiError;
use crate::domain::ids::{RoomId, ScheduleId};
use crate::domain::user::ClientKey;
use crate::emulator::{NoSuchRoom, NotThere};
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
pub struct RoomPath<'p> {
    id: Option<RoomId>,
    text: Cow<'p, str>,
}

impl<'p> RoomPath<'p> {
    /// The room that a path names.
    pub fn of(route: &Route<'p>) -> Self {
        RoomPath { id: route.room_id, text: escape::segment(route.room.unwrap_or_default()) }
    }

    /// The roomId.
    ///
    /// # Errors
    /// [`ApiError::NoSuchRoom`] when no room can have that id.
    pub fn id(&self) -> Result<RoomId, ApiError> {
        // assumed: impossible-room-id
        self.id.ok_or_else(|| self.unknown(NoSuchRoom))
    }

    /// The refusal of a room that is not there.
    pub fn unknown(&self, _: NoSuchRoom) -> ApiError {
        ApiError::NoSuchRoom { room_id: self.text.clone().into_owned() }
    }
}

/// The room of the path, and what stands behind it.
pub struct InRoom<'p, T> {
    pub room: RoomPath<'p>,
    text: Cow<'p, str>,
    names: PhantomData<T>,
}

/// Somebody in a room: a clientKey, which may be an e-mail address and percent-encoded (observed).
pub type UserPath<'p> = InRoom<'p, ClientKey>;
/// A reserved message.
pub type SchedulePath<'p> = InRoom<'p, ScheduleId>;

impl<'p, T: FromStr> InRoom<'p, T> {
    /// What a path names.
    pub fn of(route: &Route<'p>) -> Self {
        InRoom { room: RoomPath::of(route), text: escape::segment(segment(route.path, BEHIND)), names: PhantomData }
    }

    /// What it names; `None` when nothing can be called that.
    pub fn named(&self) -> Option<T> {
        self.text.parse().ok()
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl UserPath<'_> {
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
            NotThere::User => ApiError::NoSuchUser { client_key: self.text.clone().into_owned() },
        }
    }
}
