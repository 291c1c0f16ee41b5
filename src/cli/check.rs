//! `check`: reads fixtures as `serve` would and reports every problem.

use std::path::PathBuf;

use super::Failure;
use crate::fixture::{self, Source};

pub fn run(paths: &[PathBuf]) -> Result<(), Failure> {
    let sources: Vec<Source> = paths.iter().cloned().map(Source::Path).collect();
    let fixtures = fixture::load(&sources)?;
    let rooms: usize = fixtures.accounts.values().filter_map(|account| account.rooms.as_ref()).map(Vec::len).sum();
    super::print(&format!("ok: {} accounts with {rooms} rooms, {} default rooms\n", fixtures.accounts.len(), fixtures.default_rooms.len()))
}
