//! From settings to a server that is bound: the command line and the crate start it the same way.

#[cfg(feature = "tls")]
mod ca;
mod file;
mod state;
mod tls;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use self::file::replace;
pub use self::state::StateFile;
pub use self::tls::{Tls, ca};

use crate::admin::Access;
use crate::emulator::{Emulator, Settings};
use crate::fixture::Problems;
use crate::server::{App, Host, Server, Timeouts};

/// The port unless told otherwise.
pub const DEFAULT_PORT: u16 = 4280;

/// Everything that a server is started with.
#[derive(Debug, Clone)]
pub struct Config {
    pub host: Host,
    /// 0 picks a free one.
    pub port: u16,
    /// A file that the port is written to.
    pub port_file: Option<PathBuf>,
    pub settings: Settings,
    /// A file that the accounts survive in.
    pub state: Option<PathBuf>,
    /// Who may call the control plane.
    pub access: Access,
    /// HTTPS too; `None` is HTTP alone.
    pub tls: Option<Tls>,
    /// How long clients may take.
    pub timeouts: Timeouts,
}

/// Why a server did not start.
#[derive(thiserror::Error)]
pub enum LaunchError {
    /// Settings that cannot be.
    #[error("{0}")]
    Usage(String),
    /// A fixture or a state has problems: one a line, so that editors find them.
    #[error(transparent)]
    BadFixture(#[from] Problems),
    /// Somebody else listens there.
    #[error("{0}; stop the other process, or choose another port with --port (0 picks a free one)")]
    AddressInUse(io::Error),
    /// The machine does not let it.
    #[error("{0}")]
    Runtime(String),
}

/// As it is shown: tests unwrap it, and a file may have many problems.
impl fmt::Debug for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A server that is bound and that nobody answers for yet, and what goes with it.
pub struct Launched {
    pub server: Server,
    pub app: App,
    /// For a program on this machine.
    pub url: String,
    pub state: Option<Arc<StateFile>>,
}

impl Config {
    /// Everything without a socket, and so without TLS: host and port do not matter.
    ///
    /// # Errors
    /// [`LaunchError::Usage`] for files that only a server with a socket keeps.
    pub fn app(self) -> Result<App, LaunchError> {
        if self.state.is_some() || self.port_file.is_some() {
            return Err(LaunchError::Usage("state, port_file: need a server with a socket".to_owned()));
        }
        Ok(App::new(Emulator::new(self.settings), self.access))
    }

    /// Everything from settings to a bound socket. Needs a Tokio runtime, whose the sockets become.
    ///
    /// # Errors
    /// [`LaunchError`]; then nothing listens.
    pub fn launch(self) -> Result<Launched, LaunchError> {
        let identity = self.tls.as_ref().map(Tls::identity).transpose()?;
        let (state, emulator) = match &self.state {
            None => (None, Emulator::new(self.settings)),
            Some(path) => StateFile::open(path, self.settings).map(|(file, emulator)| (Some(Arc::new(file)), emulator))?,
        };
        // Connections need descriptors. A limit that cannot be raised is as good as it is.
        drop(rlimit::increase_nofile_limit(u64::MAX));
        let server = Server::bind(&self.host, self.port).map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => LaunchError::AddressInUse(error),
            _ => LaunchError::Runtime(format!("cannot listen on {error}")),
        })?;
        if let Some(file) = &self.port_file {
            replace(file, &format!("{}\n", server.port()), 0o644)
                .map_err(|error| LaunchError::Runtime(format!("--port-file: {}: {error}", file.display())))?;
        }
        let url = format!("http://{}:{}", reachable(&self.host), server.port());
        let server = server.with_timeouts(self.timeouts);
        let (server, app) = match identity {
            None => (server, App::new(emulator, self.access)),
            Some(identity) => {
                let hosts = self.access.hosts.and(identity.names());
                let app = App::new(emulator, Access { hosts, ..self.access }).with_ca(identity.ca());
                (server.with_tls(identity), app)
            }
        };
        Ok(Launched { server, app, url, state })
    }
}

/// An address for a program on this machine, as URLs have it.
fn reachable(host: &Host) -> String {
    match host.reachable().into_iter().next() {
        Some(IpAddr::V6(address)) => format!("[{address}]"),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "127.0.0.1".to_owned(),
    }
}
