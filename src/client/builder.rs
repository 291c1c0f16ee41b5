//! Everything that the command line can set.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;

use super::MockServer;
use super::background::Background;
use super::router;
use crate::admin::{Access, AllowedHosts};
use crate::clock::ClockMode;
use crate::domain::field::Invalid;
use crate::domain::ids::Token;
use crate::domain::text;
use crate::emulator::{AuthMode, ErrorStatus, Settings, checked_ttl};
use crate::fixture::{self, DEMO, Source};
use crate::launch::{Config, LaunchError, Tls};
use crate::server::{Host, Timeouts, checked_timeout};

/// What a server is to be like: each flag of `vchatcloud-mock serve` is a method of the same name, but for those about the log,
/// which is the program's own. Unlike the command line it starts without rooms, on a free port of 127.0.0.1, and reads no variable.
/// Values are checked when it starts; messages name the flag.
#[derive(Clone)]
#[must_use = "it does nothing until it is started"]
pub struct Builder {
    host: Host,
    port: u16,
    port_file: Option<PathBuf>,
    sources: Vec<Source>,
    settings: Settings,
    state: Option<PathBuf>,
    admin_token: Option<Token>,
    allowed_hosts: Vec<String>,
    tls: Option<Tls>,
    timeouts: Timeouts,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            host: Host::Address(std::net::Ipv4Addr::LOCALHOST.into()),
            port: 0,
            port_file: None,
            sources: Vec::new(),
            settings: Settings::default(),
            state: None,
            admin_token: None,
            allowed_hosts: Vec::new(),
            tls: None,
            timeouts: Timeouts::default(),
        }
    }
}

impl Builder {
    /// Adds a fixture file, or a directory of `*.json`; later ones win. As `--fixtures`.
    pub fn fixtures(mut self, path: impl Into<PathBuf>) -> Builder {
        self.sources.push(Source::Path(path.into()));
        self
    }

    /// Adds a whole fixture. As `VCHATCLOUD_MOCK_FIXTURES_JSON`.
    pub fn fixtures_json(mut self, text: impl Into<String>) -> Builder {
        self.sources.push(Source::Inline { name: "fixtures_json".to_owned(), text: text.into() });
        self
    }

    /// Adds the vendor's example rooms under `demo-key` with `demo-token`.
    pub fn demo(mut self) -> Builder {
        self.sources.push(Source::inline("demo", DEMO));
        self
    }

    /// Which keys and tokens pass; any unless told otherwise.
    pub fn auth(mut self, auth: AuthMode) -> Builder {
        self.settings.auth = auth;
        self
    }

    /// How long issued tokens are valid, in whole seconds from 1 on; five hours unless told otherwise.
    pub fn token_ttl(mut self, ttl: Duration) -> Builder {
        self.settings.token_ttl = ttl;
        self
    }

    /// The HTTP status of refusals.
    pub fn error_status(mut self, error_status: ErrorStatus) -> Builder {
        self.settings.error_status = error_status;
        self
    }

    /// Makes roomIds and signing keys repeat from run to run.
    pub fn seed(mut self, seed: u64) -> Builder {
        self.settings.seed = Some(seed);
        self
    }

    /// What the clocks of accounts start as.
    pub fn clock(mut self, clock: ClockMode) -> Builder {
        self.settings.clock = clock;
        self
    }

    /// How many exchanges the journal keeps per account, 1000 unless told otherwise; 0 turns it off.
    pub fn journal_entries(mut self, entries: usize) -> Builder {
        self.settings.journal.entries = entries;
        self
    }

    /// How many bytes the journal keeps in all, 32 MiB unless told otherwise; 0 turns it off.
    pub fn journal_bytes(mut self, bytes: usize) -> Builder {
        self.settings.journal.bytes = bytes;
        self
    }

    /// Whether a request may ask for a fault with `X-Mock-Fault`; it may unless told otherwise.
    pub fn fault_header(mut self, is_heard: bool) -> Builder {
        self.settings.fault_header = is_heard;
        self
    }

    /// What to listen on.
    pub fn host(mut self, host: Host) -> Builder {
        self.host = host;
        self
    }

    /// The port; 0, a free one, unless told otherwise.
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// A file to write the port to.
    pub fn port_file(mut self, path: impl Into<PathBuf>) -> Builder {
        self.port_file = Some(path.into());
        self
    }

    /// A file that accounts survive in: read at the start if it exists, written within a second of a change and when the
    /// server is dropped.
    pub fn state(mut self, path: impl Into<PathBuf>) -> Builder {
        self.state = Some(path.into());
        self
    }

    /// Demanded of every call of `/__admin` but health, over the socket. Handles of this server have it.
    pub fn admin_token(mut self, token: Token) -> Builder {
        self.admin_token = Some(token);
        self
    }

    /// More host names under which `/__admin` may be called.
    pub fn allowed_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Builder {
        self.allowed_hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// How long the head of a request may take, and a connection be idle; 75 seconds unless told otherwise.
    pub fn header_timeout(mut self, time: Duration) -> Builder {
        self.timeouts.header = time;
        self
    }

    /// How long the body of a request may take, and a client take nothing of an answer that is there; 75 seconds unless told otherwise.
    pub fn body_timeout(mut self, time: Duration) -> Builder {
        self.timeouts.body = time;
        self
    }

    /// HTTPS too, on the same port, with a certificate for `vchatcloud.com`, `localhost` and the loopback addresses:
    /// [`MockServer::https_url`] and [`MockServer::ca_pem`]. Needs the feature `tls`.
    pub fn tls(mut self) -> Builder {
        self.tls.get_or_insert_default();
        self
    }

    /// [`tls`](Builder::tls), and one more DNS name or IP address that the certificate is for.
    pub fn tls_name(mut self, name: impl Into<String>) -> Builder {
        self.tls.get_or_insert_default().names.push(name.into());
        self
    }

    /// [`tls`](Builder::tls) with the CA that a directory keeps, as `ca.pem` and `ca-key.pem`; if there is none in it, it
    /// is made.
    pub fn tls_dir(mut self, path: impl Into<PathBuf>) -> Builder {
        self.tls.get_or_insert_default().directory = Some(path.into());
        self
    }

    /// Starts it. It is ready when this returns.
    ///
    /// # Errors
    /// [`LaunchError`]; then nothing listens.
    #[expect(clippy::unused_async, reason = "it leaves room to wait")]
    pub async fn start(self) -> Result<MockServer, LaunchError> {
        let token = self.admin_token.clone();
        MockServer::launch(self.config()?, token).map(|(server, _)| server)
    }

    /// Starts it and waits until it is there, for a test that is not async: see [`blocking`](super::blocking).
    ///
    /// # Errors
    /// [`LaunchError`]; then nothing listens.
    #[cfg(feature = "blocking")]
    pub fn start_blocking(self) -> Result<super::blocking::MockServer, LaunchError> {
        super::blocking::MockServer::start_with(self)
    }

    /// No socket at all: a router that answers, for `tower::ServiceExt::oneshot` or to nest in another server, and the handle.
    /// Faults that act on a connection act on the body here: what would be a reset or a close is an error of the body, under a
    /// status of 502 if nothing at all would have come, and what would hang never comes. Where to listen does not matter.
    ///
    /// # Errors
    /// [`LaunchError`]
    pub fn router(self) -> Result<(Router, MockServer), LaunchError> {
        let (token, background) = (self.admin_token.clone(), background()?);
        let app = self.config()?.app()?;
        Ok((router::over(app.clone()), MockServer::without_socket(app, token, background)))
    }

    fn config(self) -> Result<Config, LaunchError> {
        let Builder { host, port, port_file, sources, mut settings, state, admin_token, allowed_hosts, tls, timeouts } = self;
        settings.fixtures = fixture::load(&sources)?;
        let refused = |flag: &str, time, error: Invalid| LaunchError::Usage(format!("{flag}: {error}, got \"{}\"", text::duration(time)));
        let (ttl, Timeouts { header, body }) = (settings.token_ttl, timeouts);
        checked_ttl(ttl).map_err(|error| refused("--token-ttl", ttl, error))?;
        checked_timeout(header).map_err(|error| refused("--header-timeout", header, error))?;
        checked_timeout(body).map_err(|error| refused("--body-timeout", body, error))?;
        let hosts = AllowedHosts::new(&allowed_hosts).map_err(|error| LaunchError::Usage(format!("--allowed-hosts: {error}")))?;
        Ok(Config { host, port, port_file, settings, state, access: Access { hosts, token: admin_token }, tls, timeouts })
    }
}

/// What it is to run on.
pub(super) fn background() -> Result<Background, LaunchError> {
    Background::of_process().map_err(|error| LaunchError::Runtime(format!("no threads to run on: {error}")))
}

/// Without fixtures and tokens.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { auth, seed, clock, .. } = &self.settings;
        let mut shown = f.debug_struct("Builder");
        shown.field("host", &self.host).field("port", &self.port).field("auth", auth).field("seed", seed).field("clock", clock);
        shown.finish_non_exhaustive()
    }
}
