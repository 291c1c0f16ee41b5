//! The operations on the people of a room: who is in it, exiled and muted.

pub mod exiles;
pub mod mute;
pub mod users;
pub mod view;
