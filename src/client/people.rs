//! Who is in a room and what was sent into it: what a test does for the chat engine, and looks at.

use hyper::Method;
use serde_json::{Map, Value};

use super::answers::Messages;
use super::room::{part_of_room, setters};
use super::{Account, Error};
use crate::domain::field::{Coded, Grade};
use crate::domain::ids::RoomId;
use crate::domain::room::Room;
use crate::domain::user::People;
use crate::escape;

/// A user to be, as a fixture has it. Values are checked when it is used.
///
/// ```
/// use vchatcloud_mock::{Grade, UserSpec};
///
/// let alice = UserSpec::named("alice@example.com").nick_name("Alice").grade(Grade::Manager);
/// # drop(alice);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct UserSpec(Map<String, Value>);

setters! { UserSpec
    /// What the user is called, 1 to 50 characters; the beginning of the clientKey unless it is said.
    nick_name(name: &str) "nickName" name;
    /// Whether the user is a manager.
    grade(grade: Grade) "grade" grade.code();
}

impl UserSpec {
    /// A user of that clientKey, often an e-mail address, 1 to 100 characters.
    pub fn named(client_key: &str) -> UserSpec {
        UserSpec(Map::from_iter([("clientKey".to_owned(), client_key.into())]))
    }
}

/// A user of that clientKey.
impl From<&str> for UserSpec {
    fn from(client_key: &str) -> UserSpec {
        UserSpec::named(client_key)
    }
}

/// A user of that clientKey.
impl From<String> for UserSpec {
    fn from(client_key: String) -> UserSpec {
        UserSpec::named(&client_key)
    }
}

impl Account {
    /// Lets somebody into a room, as the chat engine would. The answer is masked as that of [`create_room`](Account::create_room).
    ///
    /// # Errors
    /// [`Error`]: when the room is full, has ended, has exiled the user, or has the user already and `isPossibleDup` is `false`.
    pub async fn join(&self, id: RoomId, user: impl Into<UserSpec>) -> Result<Room, Error> {
        self.change_room(Method::POST, &users_of(id), "", Some(&user.into().json())).await
    }

    /// Lets somebody leave a room, with every connection. The answer is masked as that of [`create_room`](Account::create_room).
    ///
    /// # Errors
    /// [`Error`]: when nobody of that clientKey is in the room.
    pub async fn leave(&self, id: RoomId, client_key: &str) -> Result<Room, Error> {
        let who = format!("clientKey={}", escape::encode(client_key));
        self.change_room(Method::DELETE, &users_of(id), &who, None).await
    }

    /// Lets everybody leave a room whom [`people`](Account::people) knows; whoever is only counted stays. The answer is masked as that
    /// of [`create_room`](Account::create_room).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn leave_all(&self, id: RoomId) -> Result<Room, Error> {
        self.change_room(Method::DELETE, &users_of(id), "", None).await
    }

    /// Who is in a room, exiled from it and muted in it. What has the shape of the vendor's credentials is masked.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn people(&self, id: RoomId) -> Result<People, Error> {
        // A fixture has the same three lists.
        let shown: Value = self.read(&users_of(id), "").await?;
        Ok(part_of_room(&shown)?.people)
    }

    /// What the API sent into a room, and what it is to send.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn messages(&self, id: RoomId) -> Result<Messages, Error> {
        self.read(&format!("rooms/{id}/messages"), "").await
    }
}

fn users_of(id: RoomId) -> String {
    format!("rooms/{id}/users")
}
