//! What a change is put down to.

use std::fmt;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A call of the emulated API, by the number of its exchange.
    Request(u64),
    /// A call of the control plane, by the same count.
    Control(u64),
    /// A fixture or a state: what a server went on with, or a message that one had reserved.
    Fixture,
    /// The program in which the emulator runs.
    Program,
}

impl Cause {
    /// The number of the exchange or of the call, by one count.
    pub fn exchange(self) -> Option<u64> {
        match self {
            Cause::Request(id) | Cause::Control(id) => Some(id),
            Cause::Fixture | Cause::Program => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Request(id) => write!(f, "request {id}"),
            Cause::Control(id) => write!(f, "admin call {id}"),
            Cause::Fixture => f.write_str("a fixture or a state"),
            Cause::Program => f.write_str("the program that the mock runs in"),
        }
    }
}
