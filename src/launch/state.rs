//! `--state FILE`: the state survives the process, and so do the tokens that it has issued. It is written within a second of a
//! change and at the stop, whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::LaunchError;
use super::file::replace;
use crate::emulator::{Emulator, Settings};
use crate::fixture::{self, Source};

/// How often a change is looked for. Writing takes its time too, and both together stay under a second.
const INTERVAL: Duration = Duration::from_millis(400);

/// It holds keys, tokens, and what tokens are signed with.
const OWNER_ALONE: u32 = 0o600;

/// A state file, and what of it is written.
pub struct StateFile {
    path: PathBuf,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    /// The count of changes that the file has; `None` is not written yet.
    changes: Option<u64>,
    /// Said once until it works again.
    has_failed: bool,
    /// Whether the last save has begun. The file may be another server's by now.
    is_closed: bool,
}

impl StateFile {
    /// Reads the file, if it exists, into the emulator that it makes: its tokens are signed as they were.
    ///
    /// # Errors
    /// A place where no file can be; everything that is wrong with a file that is there.
    pub fn open(path: &Path, mut settings: Settings) -> Result<(StateFile, Emulator), LaunchError> {
        let usage = |what: String| LaunchError::Usage(format!("--state: {}: {what}", path.display()));
        if path.is_dir() {
            return Err(usage("is a directory, name a file".to_owned()));
        }
        // A link stays one: what it points to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !directory.is_dir() {
            return Err(usage("there is no such directory".to_owned()));
        }
        let file = |path: PathBuf, changes| StateFile { path, written: Mutex::new(Written { changes, ..Written::default() }) };
        if !path.exists() {
            return Ok((file(path, None), Emulator::new(settings)));
        }
        let state = fixture::load(&[Source::Path(path.clone())])?;
        if state.has_more_than_accounts() {
            return Err(usage("a state is accounts, what has default or resultCodes is for --fixtures".to_owned()));
        }
        settings.fixtures.seed = state.seed.clone().or(settings.fixtures.seed);
        let emulator = Emulator::new(settings);
        emulator.resume(&state);
        // With another seed, such as that of --seed, or none, the file has to be written anew.
        let is_written = state.seed.as_ref() == Some(emulator.seed());
        Ok((file(path, is_written.then(|| emulator.changes())), emulator))
    }

    /// Writes every change, until it is dropped. A save that has begun goes on then; [`close`](StateFile::close) waits for it.
    pub async fn follow(self: Arc<Self>, emulator: Emulator) {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            // A large state takes a while, and the worker has others to serve.
            let (file, emulator) = (Arc::clone(&self), emulator.clone());
            drop(tokio::task::spawn_blocking(move || file.save(&emulator)).await);
        }
    }

    /// Writes the state if it has changed. A disk that is full or cannot be written is logged once, and tried again; the file is
    /// what it was, and the server goes on.
    pub fn save(&self, emulator: &Emulator) {
        let mut written = self.lock();
        match self.write(&mut written, emulator) {
            Err(error) if !written.has_failed => {
                tracing::warn!("--state: {} cannot be written, the server goes on: {error}", self.path.display());
                written.has_failed = true;
            }
            _ => {}
        }
    }

    /// The same for the last time: from here on the file is left alone.
    ///
    /// # Errors
    /// Says that something is lost.
    pub fn close(&self, emulator: &Emulator) -> Result<(), String> {
        let mut written = self.lock();
        let closed = self.write(&mut written, emulator);
        written.is_closed = true;
        let lost = |error| format!("--state: {} cannot be written, what has changed since it was is lost: {error}", self.path.display());
        closed.map_err(lost)
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, written: &mut Written, emulator: &Emulator) -> io::Result<()> {
        let changes = emulator.changes();
        if written.is_closed || written.changes == Some(changes) {
            return Ok(());
        }
        replace(&self.path, &fixture::write_with_seed(&emulator.saved(None), emulator.seed()), OWNER_ALONE)?;
        if written.has_failed {
            tracing::info!("--state: {} is written again", self.path.display());
        }
        *written = Written { changes: Some(changes), ..Written::default() };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn nothing_is_written_after_the_last_save() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        let (file, emulator) = StateFile::open(&path, Settings::default()).unwrap();
        file.close(&emulator).unwrap();
        assert!(path.exists());
        fs::write(&path, "another server's").unwrap();
        emulator.reset(None).unwrap();
        file.save(&emulator);
        file.close(&emulator).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "another server's");
    }
}
