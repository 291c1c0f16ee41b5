//! `--tls-dir DIR`: the directory that keeps the CA, so that clients are told to trust it only once. What is there is used or
//! refused, and never written over.

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::LaunchError;
use super::file::replace_all;
use crate::tls::{Ca, Unfit};

/// Everybody is to have the certificate.
const PUBLIC: u32 = 0o644;
/// Whoever has the key can pose as any server to those who trust the certificate.
const OWNER_ALONE: u32 = 0o600;

/// The CA of a directory; if it has none yet, it is made.
pub fn kept_in(directory: &Path, now: DateTime<Utc>) -> Result<Ca, LaunchError> {
    if directory.exists() && !directory.is_dir() {
        return Err(refusal(directory, "is no directory; name one that is to hold ca.pem and ca-key.pem"));
    }
    let files = Files { certificate: directory.join("ca.pem"), key: directory.join("ca-key.pem") };
    if let (Some(certificate), Some(key)) = files.read()? {
        return files.understood(&certificate, &key, now);
    }
    // Of several that start at once one makes it; the others wait and find it.
    let lock = Lock::on(directory);
    match files.read()? {
        (Some(certificate), Some(key)) => files.understood(&certificate, &key, now),
        (Some(_), None) => {
            Err(refusal(&files.key, "is missing, and ca.pem is there; put it back, or move ca.pem away to have both made anew"))
        }
        (None, Some(_)) => Err(refusal(
            &files.certificate,
            "is missing, and ca-key.pem is there; put it back, or move ca-key.pem away to have both made anew",
        )),
        (None, None) => {
            let unwritable = |error| refusal(directory, format!("cannot be written: {error}; name a directory that can be"));
            let lock = lock.map_err(unwritable)?;
            let made = Ca::make(now).map_err(|error| LaunchError::Runtime(format!("tls: {error}")))?;
            let pair = [(&*files.key, &*made.key_pem(), OWNER_ALONE), (&*files.certificate, made.pem(), PUBLIC)];
            match replace_all(&pair) {
                Ok(()) => Ok(made),
                Err(error) => {
                    lock.stays();
                    Err(unwritable(error))
                }
            }
        }
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    /// What they hold, if they are there.
    fn read(&self) -> Result<(Option<String>, Option<String>), LaunchError> {
        let read = |path: &Path| match fs::read(path) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(refusal(path, format!("cannot be read: {error}; run this as a user who can"))),
        };
        Ok((read(&self.certificate)?, read(&self.key)?))
    }

    fn understood(&self, certificate: &str, key: &str, now: DateTime<Utc>) -> Result<Ca, LaunchError> {
        Ca::read(certificate, key, now).map_err(|unfit| match unfit {
            Unfit::Certificate(what) => refusal(&self.certificate, what),
            Unfit::Key(what) => refusal(&self.key, what),
        })
    }
}

/// Held by whoever is making a CA. The file goes with it: whoever waits for it, or makes another of its name, finds the CA.
struct Lock {
    /// What goes with it.
    path: Option<PathBuf>,
    _file: File,
}

impl Lock {
    fn on(directory: &Path) -> io::Result<Lock> {
        fs::create_dir_all(directory)?;
        let path = directory.join("ca.lock");
        let file = File::options().write(true).create(true).truncate(false).open(&path)?;
        file.lock()?;
        Ok(Lock { path: Some(path), _file: file })
    }

    /// Nothing was made: those who come must wait for the same file as those who wait already.
    fn stays(mut self) {
        self.path = None;
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            drop(fs::remove_file(path));
        }
    }
}

fn refusal(path: &Path, what: impl Display) -> LaunchError {
    LaunchError::Usage(format!("--tls-dir: {}: {what}", path.display()))
}
