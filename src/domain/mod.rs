//! The vendor's language: rooms, their fields, ids, times and result codes.
//!
//! Pure values and rules. Nothing here knows HTTP, waits, asks the time or draws a random number.

pub mod cause;
pub mod code;
pub mod field;
pub mod ids;
pub mod map;
pub mod message;
pub mod operation;
pub mod room;
pub mod secret;
pub mod text;
pub mod time;
pub mod user;

#[cfg(test)]
mod tests;
