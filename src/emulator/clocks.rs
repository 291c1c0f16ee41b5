//! Clocks that are set and moved, and what falls due on the way. `None` for a key is all accounts.

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{AccountState, Start};
use super::{ControlRefusal, Emulator, lock, write};
use crate::clock::{Clock, ClockMode};
use crate::domain::ids::{ApiKey, RoomId, ScheduleId};
use crate::domain::message::Reservation;
use crate::domain::time::KstTime;
use crate::fault::Listed;

/// Something that was to happen, and the clock has passed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub key: Option<ApiKey>,
    pub at: DateTime<Utc>,
    pub what: DueEvent,
}

/// What was to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueEvent {
    /// So many tokens expired.
    Tokens(u64),
    /// A room came to its `endDt`.
    Room(RoomId),
    /// A reserved message went out.
    Message(RoomId, ScheduleId),
    /// A fault rule came to the end of its time.
    Fault(u64),
}

impl Emulator {
    /// Sets the clock of an account, or of all and of those to come. It may go back. In open mode a named account comes into
    /// being. Says what fell due.
    ///
    /// # Errors
    /// [`ControlRefusal`]; then no clock has moved.
    pub fn set_clock(&self, key: Option<&ApiKey>, mode: ClockMode) -> Result<Vec<Due>, ControlRefusal> {
        self.move_clocks(key, |_| match mode {
            ClockMode::Offset(ahead) => Clock::start(ClockMode::System).advanced(ahead),
            mode => Some(Clock::start(mode)),
        })
    }

    /// Moves the clock of an account, or of all and of those to come, forward or back. In open mode a named account comes
    /// into being. Says what fell due.
    ///
    /// # Errors
    /// [`ControlRefusal`]; then no clock has moved.
    pub fn advance(&self, key: Option<&ApiKey>, by: TimeDelta) -> Result<Vec<Due>, ControlRefusal> {
        self.move_clocks(key, |clock| clock.advanced(by))
    }

    fn move_clocks(&self, key: Option<&ApiKey>, moved: impl Fn(Clock) -> Option<Clock>) -> Result<Vec<Due>, ControlRefusal> {
        // Held throughout: a reset in between would take the accounts away.
        let mut world = write(&self.0.world);
        if let Some(key) = key.filter(|key| !world.accounts.contains_key(key)) {
            // One that is not there yet does not come into being when its clock cannot move.
            moved(Start::of(key, &self.0.settings.fixtures, world.clock).clock).ok_or(ControlRefusal::BeyondTime)?;
        }
        let accounts = self.named(&mut world, key)?;
        let mut locked: Vec<_> = accounts.iter().map(|account| (&account.key, write(&account.state))).collect();
        let mut states: Vec<(&ApiKey, &mut AccountState)> =
            locked.iter_mut().filter_map(|(key, state)| Some((*key, state.as_mut()?))).collect();
        for (_, state) in &mut states {
            state.settle();
        }
        let clocks: Option<Vec<Clock>> = states.iter().map(|(_, state)| moved(state.clock)).collect();
        let clocks = clocks.ok_or(ControlRefusal::BeyondTime)?;
        let faults = lock(&self.0.faults).list();
        let mut due = Vec::new();
        if key.is_none() {
            let (before, clock) = (world.clock.now(), moved(world.clock).ok_or(ControlRefusal::BeyondTime)?);
            due.extend(due_between(None, None, &faults, before, clock.now()));
            world.clock = clock;
        }
        for ((key, state), clock) in states.into_iter().zip(clocks) {
            due.extend(due_between(Some(key), Some(state), &faults, state.clock.now(), clock.now()));
            state.clock = clock;
            state.settle();
        }
        self.has_changed();
        Ok(due)
    }
}

/// What falls due of an account, or of what is for all, after one moment and up to another.
fn due_between(
    key: Option<&ApiKey>,
    state: Option<&AccountState>,
    faults: &[Listed],
    before: DateTime<Utc>,
    after: DateTime<Utc>,
) -> Vec<Due> {
    let tokens = state.into_iter().flat_map(|state| &state.expiries);
    let tokens = tokens.filter_map(|(exp, count)| Some((DateTime::from_timestamp(*exp, 0)?, DueEvent::Tokens(*count))));
    let rooms = state.into_iter().flat_map(|state| state.rooms.iter()).filter(|room| room.end_dt != KstTime::OPEN_END);
    let rooms = rooms.map(|room| (room.end_dt.to_utc(), DueEvent::Room(room.room_id)));
    let chats = state.into_iter().flat_map(|state| &state.chats);
    let messages = chats.flat_map(|(room_id, chat)| chat.reserved().map(|reserved| (*room_id, reserved)));
    let mut messages: Vec<(RoomId, &Reservation)> = messages.collect();
    messages.sort_by_key(|(room_id, _)| *room_id);
    let messages =
        messages.into_iter().map(|(room_id, reserved)| (reserved.send_date.to_utc(), DueEvent::Message(room_id, reserved.schedule_id)));
    let ended = faults.iter().filter(|rule| rule.key.as_ref() == key);
    let ended = ended.filter_map(|rule| Some((rule.ends?, DueEvent::Fault(rule.id))));
    let mut events: Vec<(DateTime<Utc>, DueEvent)> = tokens.chain(rooms).chain(messages).chain(ended).collect();
    events.retain(|(at, _)| before < *at && *at <= after);
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(at, what)| Due { key: key.cloned(), at, what }).collect()
}
