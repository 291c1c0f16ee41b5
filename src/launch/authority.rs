//! `--tls-dir DIR`: the directory that keeps the CA, so that clients are told to trust it only once. What is there is used or
//! refused, and never written over.

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::LaunchError;
use super::file::replace_all;
use crate::tls::{Authority, Unfit};

/// Everybody is to have the certificate.
const PUBLIC: u32 = 0o644;
/// Whoever has the key can pose as any server to those who trust the certificate.
const OWNER_ALONE: u32 = 0o600;
/// Ours to say; which of the files is at fault, and how, stands before it.
const CURE: &str = "put the right one there, or move ca.pem and ca-key.pem away to have both made anew";

/// The CA of a directory; if it has none yet, it is made.
pub fn kept_in(directory: &Path, now: DateTime<Utc>) -> Result<Authority, LaunchError> {
    if directory.exists() && !directory.is_dir() {
        return Err(refusal(directory, "is no directory"));
    }
    let files = Files { certificate: directory.join("ca.pem"), key: directory.join("ca-key.pem") };
    if let (Some(certificate), Some(key)) = files.read()? {
        return files.understood(&certificate, &key, now);
    }
    // Of several that start at once one makes it; the others wait and find it.
    let lock = Lock::on(directory);
    match files.read()? {
        (Some(certificate), Some(key)) => files.understood(&certificate, &key, now),
        (Some(_), None) => Err(refusal(&files.key, format!("is missing, and ca.pem is there; {CURE}"))),
        (None, Some(_)) => Err(refusal(&files.certificate, format!("is missing, and ca-key.pem is there; {CURE}"))),
        (None, None) => {
            let made = Authority::make(now).map_err(|error| LaunchError::Runtime(format!("tls: {error}")))?;
            let written = lock.and_then(|lock| {
                replace_all(&[(&files.key, &made.key_pem(), OWNER_ALONE), (&files.certificate, made.pem(), PUBLIC)])?;
                lock.remove()
            });
            written.map_err(|error| refusal(directory, format!("cannot be written: {error}; name a directory that can be")))?;
            Ok(made)
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refusal(path, format!("cannot be read: {error}"))),
        };
        Ok((read(&self.certificate)?, read(&self.key)?))
    }

    fn understood(&self, certificate: &str, key: &str, now: DateTime<Utc>) -> Result<Authority, LaunchError> {
        Authority::read(certificate, key, now).map_err(|unfit| match unfit {
            Unfit::Certificate(what) => refusal(&self.certificate, format!("{what}; {CURE}")),
            Unfit::Key(what) => refusal(&self.key, format!("{what}; {CURE}")),
        })
    }
}

/// Held by whoever is making a CA.
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn on(directory: &Path) -> io::Result<Lock> {
        fs::create_dir_all(directory)?;
        let path = directory.join("ca.lock");
        let file = File::options().write(true).create(true).truncate(false).open(&path)?;
        file.lock()?;
        Ok(Lock { path, file })
    }

    /// Only once the CA is there: whoever waits for this file, or makes another of its name, will find it.
    fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        self.file.unlock()
    }
}

fn refusal(path: &Path, what: impl Display) -> LaunchError {
    LaunchError::Usage(format!("--tls-dir: {}: {what}", path.display()))
}
