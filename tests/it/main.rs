//! Black-box tests of the whole product. Personas and verbs are in `mock.rs`; each file mirrors a part of `src/`.

// A test that cannot go on should say so at once.
#![allow(clippy::unwrap_used, clippy::panic)]

mod admin;
mod admin_contract;
mod arrivals;
mod assumed;
mod auth;
mod cli;
mod clock_and_seed;
mod contract;
mod curl;
mod documents;
mod drift;
mod embedded;
mod exec;
mod faults;
mod faults_control;
mod faults_wire;
mod fidelity;
mod fixtures;
#[cfg(unix)]
mod full_disk;
mod fuzz_replay;
mod golden;
mod healthcheck;
#[cfg(target_os = "linux")] // what a process has is read from /proc
mod hostile;
mod journal;
mod korean;
mod laws;
mod manual;
mod messages;
mod mock;
mod operations;
mod overdue;
mod page;
mod people;
mod process;
mod readme;
mod refusals;
mod rooms_v1;
mod rooms_v2;
mod secrets;
mod security;
mod state;
mod state_file;
mod stopping;
mod tidy;
mod tls;
mod verify;
mod verify_command;
mod why;
mod wire;
