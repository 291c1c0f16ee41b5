//! Users of rooms: who is in, who was exiled, who may not write. The chat engine puts users into rooms; the API lists, exiles
//! and mutes them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::code::ResultCode;
use super::field::{self, Count, FieldError, Grade, Invalid, PossibleDup};
use super::room::Room;
use super::time::KstTime;

/// `clientKey`: what names a user of a room, often an e-mail address (observed).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(Box<str>);

impl ClientKey {
    /// How many characters one has at most.
    // assumed: client-key-length
    pub const MAX_CHARS: usize = 100;

    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for ClientKey {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl FromStr for ClientKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // assumed: client-key-control
        if text.contains(char::is_control) {
            return Err(Invalid("must not contain control characters".to_owned()));
        }
        field::bounded(text, Self::MAX_CHARS).map(|text| ClientKey(text.into()))
    }
}

/// `nickName`: what a user is called, 1 to [`NickName::MAX_CHARS`] characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NickName(Box<str>);

impl NickName {
    /// The limit is documented for sendNotice.
    // assumed: nick-name-length
    pub const MAX_CHARS: usize = 50;

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a user is called of whom nobody said it: the beginning of the clientKey.
    pub fn of(key: &ClientKey) -> NickName {
        NickName(key.0.chars().take(Self::MAX_CHARS).collect())
    }
}

impl FromStr for NickName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        field::bounded(text, Self::MAX_CHARS).map(|text| NickName(text.into()))
    }
}

macro_rules! shown_as_text {
    ($($name:ident)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )+};
}

shown_as_text! { ClientKey NickName }

/// A user of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub client_key: ClientKey,
    pub nick_name: NickName,
    pub grade: Grade,
}

/// Nobody of that clientKey has to do with the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchUser;

/// Why somebody does not get into a room, in the order of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinRefusal {
    /// `endDt` has passed.
    Ended,
    /// The user was exiled.
    Exiled,
    /// The user is in it already, and `isPossibleDup` is `false`.
    IsIn,
    /// There are `maxUser` users in it.
    Full,
}

impl JoinRefusal {
    /// The vendor's result code for it, where it has one.
    pub fn code(self) -> Option<ResultCode> {
        match self {
            JoinRefusal::Ended => Some(ResultCode::ChannelAfterClosed),
            JoinRefusal::Exiled => Some(ResultCode::ChannelUserBaned),
            // assumed: join-twice-code
            JoinRefusal::IsIn => None,
            JoinRefusal::Full => Some(ResultCode::UserLimitExceeded),
        }
    }
}

/// The users, the exiled and the muted of a room, each in the order in which they came. Most rooms have none;
/// copies of a room share them until they change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People(Option<Arc<Lists>>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Lists {
    users: Vec<User>,
    exiles: Vec<User>,
    mutes: Vec<User>,
}

impl People {
    /// What the three lists are called in fixtures, states and diffs, in the order of [`People::lists`].
    pub const NAMES: [&str; 3] = ["users", "exiles", "mutes"];

    /// People in three lists.
    pub fn of([users, exiles, mutes]: [Vec<User>; 3]) -> People {
        let mut people = People::default();
        people.change(|lists| *lists = Lists { users, exiles, mutes });
        people
    }

    /// Users, exiled and muted.
    pub fn lists(&self) -> [&[User]; 3] {
        self.0.as_ref().map_or([&[]; 3], |lists| [&lists.users, &lists.exiles, &lists.mutes])
    }

    /// Which of the three lists are equal. Copies that share them are, without a look.
    pub fn same(&self, other: &People) -> [bool; 3] {
        let is_shared = match (&self.0, &other.0) {
            (Some(own), Some(theirs)) => Arc::ptr_eq(own, theirs),
            (own, theirs) => own.is_none() && theirs.is_none(),
        };
        let ([users, exiles, mutes], [others, other_exiles, other_mutes]) = (self.lists(), other.lists());
        if is_shared { [true; 3] } else { [users == others, exiles == other_exiles, mutes == other_mutes] }
    }

    /// Who is in the room; twice, who has connected twice.
    pub fn users(&self) -> &[User] {
        self.lists()[0]
    }

    /// Who was exiled from it.
    pub fn exiles(&self) -> &[User] {
        self.lists()[1]
    }

    /// Who may not write in it, whether they are in it or not.
    pub fn mutes(&self) -> &[User] {
        self.lists()[2]
    }

    /// Whether somebody is in the room.
    pub fn has(&self, key: &ClientKey) -> bool {
        find(self.users(), key).is_some()
    }

    /// Whether a whisper for somebody reaches them.
    pub fn hears(&self, key: &ClientKey) -> bool {
        // assumed: whisper-in-room
        self.has(key)
    }

    /// Whether the counts of users cover those that are known by name.
    ///
    /// # Errors
    /// The count that does not.
    pub fn covered_by(&self, join_count: Count, current_user_count: Count) -> Result<(), FieldError> {
        let users = self.users().len();
        for (field, count) in [("joinCount", join_count), ("currentUserCount", current_user_count)] {
            if (count.get() as usize) < users {
                let what = format!("must be at least the number of users in the room, {users}");
                return Err(FieldError::Invalid { field, what, got: count.to_string() });
            }
        }
        Ok(())
    }

    /// Somebody who has to do with the room: is in it, or was exiled or muted.
    fn known(&self, key: &ClientKey) -> Result<User, NoSuchUser> {
        // assumed: exile-known
        self.lists().into_iter().find_map(|list| find(list, key)).cloned().ok_or(NoSuchUser)
    }

    /// Equal people are equal, also after all have gone.
    fn change(&mut self, change: impl FnOnce(&mut Lists)) {
        let lists = Arc::make_mut(self.0.get_or_insert_default());
        change(lists);
        if *lists == Lists::default() {
            self.0 = None;
        }
    }
}

fn find<'l>(list: &'l [User], key: &ClientKey) -> Option<&'l User> {
    list.iter().find(|user| user.client_key == *key)
}

/// Puts somebody into a list who is not in it.
fn enter(list: &mut Vec<User>, user: User) {
    // assumed: exile-twice
    if find(list, &user.client_key).is_none() {
        list.push(user);
    }
}

impl Room {
    /// Somebody comes in, at `now`.
    ///
    /// # Errors
    /// [`JoinRefusal`]
    pub fn join(&mut self, user: User, now: KstTime) -> Result<(), JoinRefusal> {
        let key = &user.client_key;
        let checks = [
            // assumed: join-paused
            (self.end_dt <= now, JoinRefusal::Ended), // assumed: join-at-end
            (find(self.people.exiles(), key).is_some(), JoinRefusal::Exiled),
            // assumed: join-twice
            (self.is_possible_dup == PossibleDup::Refused && self.people.has(key), JoinRefusal::IsIn),
            // assumed: join-full
            (self.current_user_count.get() >= self.max_user.get(), JoinRefusal::Full),
        ];
        // assumed: join-order
        if let Some((_, refusal)) = checks.into_iter().find(|(is_refused, _)| *is_refused) {
            return Err(refusal);
        }
        // assumed: join-twice-listed
        self.people.change(|lists| lists.users.push(user));
        self.join_count = self.join_count.moved_at_most(1);
        self.current_user_count = self.current_user_count.moved_at_most(1);
        Ok(())
    }

    /// Somebody goes, with every connection; without a key everybody whom the room knows by name.
    ///
    /// # Errors
    /// [`NoSuchUser`], if that somebody is not in it.
    pub fn leave(&mut self, key: Option<&ClientKey>) -> Result<(), NoSuchUser> {
        if key.is_some_and(|key| !self.people.has(key)) {
            return Err(NoSuchUser);
        }
        let before = self.people.users().len();
        // assumed: mute-stays
        self.people.change(|lists| lists.users.retain(|user| key.is_some_and(|key| user.client_key != *key)));
        let gone = i64::try_from(before - self.people.users().len()).unwrap_or_default();
        self.current_user_count = self.current_user_count.moved_at_most(-gone);
        Ok(())
    }

    /// Exiles somebody, who has to leave and does not get in again. A second time changes nothing.
    ///
    /// # Errors
    /// [`NoSuchUser`]
    pub fn exile(&mut self, key: &ClientKey) -> Result<(), NoSuchUser> {
        let user = self.people.known(key)?;
        self.people.change(|lists| enter(&mut lists.exiles, user));
        // Who is not in it need not leave.
        // assumed: exile-leaves
        self.leave(Some(key)).or(Ok(()))
    }

    /// Lets somebody in again who was exiled. Whoever was not, is not.
    pub fn unexile(&mut self, key: &ClientKey) {
        // assumed: unexile-out
        self.people.change(|lists| lists.exiles.retain(|user| user.client_key != *key));
    }

    /// Keeps somebody from writing. A second time changes nothing.
    ///
    /// # Errors
    /// [`NoSuchUser`]
    pub fn mute(&mut self, key: &ClientKey) -> Result<(), NoSuchUser> {
        let user = self.people.known(key)?;
        self.people.change(|lists| enter(&mut lists.mutes, user));
        Ok(())
    }

    /// Lets somebody write again. Whoever could, can.
    pub fn unmute(&mut self, key: &ClientKey) {
        self.people.change(|lists| lists.mutes.retain(|user| user.client_key != *key));
    }
}
