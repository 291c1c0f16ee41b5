//! What was said in one room, and what is to be said. Pure and synchronous.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::domain::cause::Cause;
use crate::domain::ids::ScheduleId;
use crate::domain::message::{Message, Reservation};
use crate::domain::time::KstTime;

/// A message that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// By the account's clock.
    pub at: DateTime<Utc>,
    pub message: Message,
    /// Which reservation it was, if one.
    pub schedule_id: Option<ScheduleId>,
    /// What sent or reserved it.
    pub cause: Cause,
}

/// The messages of a room: the last that went out, and all that are reserved.
#[derive(Debug, Clone, Default)]
pub struct Chat {
    sent: VecDeque<Sent>,
    bytes: usize,
    evicted: u64,
    reserved: Vec<(Reservation, Cause)>,
}

impl Chat {
    /// How many messages are kept that went out; the oldest make room.
    pub const MESSAGES: usize = 1000;
    /// How many bytes of text they may have; one alone may have more.
    pub const BYTES: usize = 1024 * 1024;

    /// Whether there is and was nothing.
    pub fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.reserved.is_empty() && self.evicted == 0
    }

    /// Keeps a message that goes out.
    pub fn send(&mut self, sent: Sent) {
        self.bytes += size(&sent);
        self.sent.push_back(sent);
        while self.sent.len() > Self::MESSAGES || (self.bytes > Self::BYTES && self.sent.len() > 1) {
            let Some(oldest) = self.sent.pop_front() else { return };
            self.bytes -= size(&oldest);
            self.evicted += 1;
        }
    }

    /// Keeps a message that is to go out.
    pub fn reserve(&mut self, reservation: Reservation, cause: Cause) {
        self.reserved.push((reservation, cause));
    }

    /// Takes back a reserved message, and says when it was to go out, if there was one.
    pub fn cancel(&mut self, id: &ScheduleId) -> Option<KstTime> {
        let place = self.reserved.iter().position(|(reservation, _)| reservation.schedule_id == *id)?;
        Some(self.reserved.remove(place).0.send_date)
    }

    /// Whether a message was reserved under that id, and is kept.
    pub fn has(&self, id: &ScheduleId) -> bool {
        self.reserved().any(|reserved| reserved.schedule_id == *id) || self.sent().any(|sent| sent.schedule_id == Some(*id))
    }

    /// Takes out the reserved messages that have fallen due, the earliest first.
    pub fn take_due(&mut self, now: KstTime) -> Vec<Sent> {
        let (mut due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.reserved).into_iter().partition(|(reservation, _)| reservation.send_date <= now);
        self.reserved = later;
        // assumed: reserved-order
        due.sort_by_key(|(reservation, _)| reservation.send_date);
        let sent = |(reservation, cause): (Reservation, Cause)| {
            let Reservation { schedule_id, send_date, nick_name, json_string } = reservation;
            // A state has no moments before 1970.
            let at = send_date.to_utc().max(DateTime::UNIX_EPOCH);
            Sent { at, message: Message::Custom { nick_name, json_string }, schedule_id: Some(schedule_id), cause }
        };
        due.into_iter().map(sent).collect()
    }

    /// What went out and is kept, oldest first.
    pub fn sent(&self) -> impl ExactSizeIterator<Item = &Sent> + DoubleEndedIterator {
        self.sent.iter()
    }

    /// What is to go out, in the order in which it was reserved.
    pub fn reserved(&self) -> impl ExactSizeIterator<Item = &Reservation> {
        self.reserved.iter().map(|(reservation, _)| reservation)
    }

    /// How many messages made room.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }
}

fn size(sent: &Sent) -> usize {
    let (nick_name, text) = sent.message.parts();
    nick_name.as_str().len() + text.len()
}
