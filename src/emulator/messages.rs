//! Messages that are sent into rooms, now or when the account's clock comes to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::account::{Account, AccountState};
use super::{Emulator, NoSuchRoom, NotThere, read, write};
use crate::chat::Sent;
use crate::domain::cause::Cause;
use crate::domain::ids::{RoomId, ScheduleId};
use crate::domain::message::{JsonString, Message, Reservation};
use crate::domain::time::KstTime;
use crate::domain::user::NickName;

/// Why a message was not reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReserved {
    /// The account has no room of that id.
    NoSuchRoom,
    /// It is not later than this, which is now.
    Past(KstTime),
}

impl Emulator {
    /// Sends a message into a room. A whisper is for somebody who is in it.
    ///
    /// # Errors
    /// [`NotThere`]
    pub fn send(&self, account: &Arc<Account>, id: &RoomId, message: Message, cause: Cause) -> Result<(), NotThere> {
        self.change(account, |state| {
            let room = state.rooms.get(id).ok_or(NotThere::Room)?;
            if let Message::Whisper { client_key, .. } = &message
                && !room.people.hears(client_key)
            {
                return Err(NotThere::User);
            }
            let sent = Sent { at: state.clock.now(), message, schedule_id: None, cause };
            Ok(state.send(id, sent)?)
        })
    }

    /// Keeps a custom message until the account's clock comes to its time, and says the id to cancel it by.
    ///
    /// # Errors
    /// [`NotReserved`]
    pub fn reserve(
        &self,
        account: &Arc<Account>,
        id: &RoomId,
        send_date: KstTime,
        (nick_name, json_string): (NickName, JsonString),
        cause: Cause,
    ) -> Result<ScheduleId, NotReserved> {
        self.change(account, |state| {
            state.rooms.get(id).ok_or(NotReserved::NoSuchRoom)?;
            // assumed: send-date-kst
            let now = state.clock.now().into();
            // assumed: send-date-ahead
            if send_date <= now {
                return Err(NotReserved::Past(now));
            }
            let schedule_id = state.draw_schedule_id(&self.0.seed, &account.key, id);
            let reservation = Reservation { schedule_id, send_date, nick_name, json_string };
            state.chats.entry(*id).or_default().reserve(reservation, cause);
            state.due.insert((send_date, *id));
            Ok(schedule_id)
        })
    }

    /// Takes back a reserved message, and says whether there was one.
    ///
    /// # Errors
    /// [`NoSuchRoom`]
    pub fn cancel(&self, account: &Arc<Account>, id: &RoomId, schedule_id: &ScheduleId) -> Result<bool, NoSuchRoom> {
        self.change(account, |state| {
            state.rooms.get(id).ok_or(NoSuchRoom)?;
            let cancelled = state.chats.get_mut(id).and_then(|chat| chat.cancel(schedule_id));
            if let Some(send_date) = cancelled {
                state.forget(id, send_date);
            }
            Ok(cancelled.is_some())
        })
    }

    /// Sends what has fallen due in an account, before anybody looks.
    pub(super) fn settle(&self, account: &Account) {
        let is_due = read(&account.state).as_ref().is_some_and(AccountState::is_due);
        if is_due && let Some(state) = &mut *write(&account.state) {
            state.settle();
            self.has_changed();
        }
    }
}

impl AccountState {
    /// Whether something is to be sent by now.
    pub fn is_due(&self) -> bool {
        // assumed: reserved-second
        self.due.first().is_some_and(|(at, _)| *at <= KstTime::from(self.clock.now()))
    }

    /// Sends what has fallen due, in each room the earliest first.
    pub fn settle(&mut self) {
        let mut rooms = BTreeSet::new();
        while self.is_due()
            && let Some((_, id)) = self.due.pop_first()
        {
            rooms.insert(id);
        }
        let now = self.clock.now().into();
        for id in rooms {
            for sent in self.chats.get_mut(&id).map(|chat| chat.take_due(now)).unwrap_or_default() {
                // A room that is gone has no chat.
                let _ = self.send(&id, sent);
            }
        }
    }

    /// A message is not to go out any more: nothing need wait for it, unless another one of the room goes out then too.
    fn forget(&mut self, id: &RoomId, send_date: KstTime) {
        let others = self.chats.get(id).is_some_and(|chat| chat.reserved().any(|reserved| reserved.send_date == send_date));
        if !others {
            self.due.remove(&(send_date, *id));
        }
    }

    fn send(&mut self, id: &RoomId, sent: Sent) -> Result<(), NoSuchRoom> {
        self.change_room::<NoSuchRoom>(id, sent.cause, |room| {
            // assumed: messages-always
            room.message_count = room.message_count.moved_at_most(1); // assumed: messages-counted
            Ok(())
        })?;
        self.chats.entry(*id).or_default().send(sent);
        Ok(())
    }
}
