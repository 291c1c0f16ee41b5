//! What must hold for any bytes, a module for each target. The targets try it for hours; tests/it/fuzz_replay.rs tries it with
//! what they have found, whenever the tests run.

pub mod fault_header;
pub mod fixture;
pub mod form;
pub mod mock;
pub mod token;
pub mod wire;
