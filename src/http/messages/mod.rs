//! The operations that send messages into a room, and the one that takes one back.

pub mod custom;
pub mod notice;
pub mod whisper;
