//! What a server is started with to speak TLS.

use std::path::{Path, PathBuf};

use super::LaunchError;
use crate::tls::Identity;

/// HTTPS beside HTTP, on the same port.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// What the certificate is for beside the vendor's and this machine's names: DNS names and IP addresses.
    pub names: Vec<String>,
    /// Where the CA is kept, as `ca.pem` and `ca-key.pem`; without it there is one as long as there is the process.
    pub directory: Option<PathBuf>,
}

/// The certificate of the CA that a directory keeps, in PEM. If there is none yet, it is made.
///
/// # Errors
/// [`LaunchError::Usage`] for everything that is no CA of ours, and for a directory that can keep none.
pub fn ca(directory: &Path) -> Result<String, LaunchError> {
    imp::ca(directory)
}

impl Tls {
    /// What clients are shown.
    pub(super) fn identity(&self) -> Result<Identity, LaunchError> {
        imp::identity(self)
    }
}

#[cfg(feature = "tls")]
mod imp {
    use std::path::Path;

    use super::super::ca::kept_in;
    use super::{Identity, LaunchError, Tls};
    use crate::clock::{Clock, ClockMode};
    use crate::tls::{Ca, Names};

    fn now() -> chrono::DateTime<chrono::Utc> {
        // Clients go by the real time, whatever time rooms have.
        Clock::start(ClockMode::System).now()
    }

    fn failed(error: impl std::fmt::Display) -> LaunchError {
        LaunchError::Runtime(format!("tls: {error}"))
    }

    pub fn ca(directory: &Path) -> Result<String, LaunchError> {
        Ok(kept_in(directory, now())?.pem().to_owned())
    }

    pub fn identity(tls: &Tls) -> Result<Identity, LaunchError> {
        let names = Names::and(&tls.names).map_err(|error| LaunchError::Usage(format!("--tls-name: {error}")))?;
        let now = now();
        let ca = match &tls.directory {
            Some(directory) => kept_in(directory, now)?,
            None => Ca::make(now).map_err(failed)?,
        };
        Identity::of(&ca, names, now).map_err(failed)
    }
}

#[cfg(not(feature = "tls"))]
mod imp {
    use std::path::Path;

    use super::{Identity, LaunchError, Tls};

    fn absent() -> LaunchError {
        LaunchError::Usage("--tls: this build was made without the feature tls".to_owned())
    }

    pub fn ca(_: &Path) -> Result<String, LaunchError> {
        Err(absent())
    }

    pub fn identity(_: &Tls) -> Result<Identity, LaunchError> {
        Err(absent())
    }
}
