//! What every handler of the emulated API has at hand.

use crate::emulator::Emulator;

/// The state of the routers.
#[derive(Clone)]
pub struct Api {
    /// The emulator that answers.
    pub emulator: Emulator,
}
