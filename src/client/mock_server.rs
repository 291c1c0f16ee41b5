//! A mock server inside a test, or the handle on one elsewhere.

use std::fmt;
use std::sync::Arc;
use std::thread;

use axum::Router;
use hyper::Method;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::background::Background;
use super::control::{Control, Way};
use super::dial::Target;
use super::expected::{Expected, UnmetExpectations};
use super::{Account, Builder, Error, builder};
use crate::domain::{ids::Token, secret};
use crate::emulator::Emulator;
use crate::launch::{Config, LaunchError, Launched, StateFile};
use crate::server::{App, Listeners};

/// A mock server: one that runs in this process until it is dropped, or the handle on one elsewhere.
///
/// All servers of a process run on two threads of their own, and so do the calls of their handles. A test may block, use any executor, and
/// share a server with other tests.
///
/// When it is dropped, expectations that were not met ([`Account::expect`]) fail the test, unless it is panicking already.
#[must_use = "a server stops when it is dropped"]
pub struct MockServer {
    url: String,
    https_url: Option<String>,
    control: Control,
    expected: Arc<Expected>,
    running: Option<Running>,
}

/// The server in this process, until it is dropped.
struct Running {
    listeners: Listeners,
    /// Dropped to ask for a gentle stop.
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    /// Ends with it, and after it.
    _state: Option<State>,
}

/// The file that its accounts survive in. When this is dropped, it is written for the last time.
struct State {
    file: Arc<StateFile>,
    app: App,
    following: JoinHandle<()>,
}

impl MockServer {
    /// Starts a server on a free port of 127.0.0.1, with no rooms and any key and token. It is ready when this returns.
    ///
    /// # Errors
    /// [`LaunchError`] if the machine gives no socket or no thread.
    pub async fn start() -> Result<MockServer, LaunchError> {
        MockServer::builder().start().await
    }

    /// The same without a socket: a router that answers, and the handle. See [`Builder::router`].
    ///
    /// # Errors
    /// [`LaunchError`], as of any [`Builder`]; with no settings there is nothing to be wrong.
    pub fn router() -> Result<(Router, MockServer), LaunchError> {
        MockServer::builder().router()
    }

    /// A server with other settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The handle on a server that runs elsewhere, such as in a container: `http://HOST[:PORT]`. It is there and is a mock when
    /// this returns. A call of its handles that takes longer than ten seconds is an error; a verification may wait in addition.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn connect(url: &str) -> Result<MockServer, Error> {
        MockServer::connect_with(url, None).await
    }

    /// The same with the token of its `--admin-token`.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Refused`] for a token that is not the server's.
    pub async fn connect_with(url: &str, token: Option<Token>) -> Result<MockServer, Error> {
        #[derive(Deserialize)]
        struct Health {
            #[serde(rename = "version")]
            _version: String,
        }
        let target = Target::at(url).ok_or_else(|| Error::BadUrl(secret::scrubbed(url).into_owned()))?;
        let background = Background::of_process().map_err(|error| Error::Unreachable { server: target.authority().to_owned(), error })?;
        let control = Control::new(Way::There(target), token, background);
        control.call::<Health>(Method::GET, "health", None).await?;
        // Health is told to everybody; this is not.
        control.call::<Value>(Method::GET, "clock", None).await?;
        let url = url.trim_end_matches('/').to_owned();
        let https_url = match ca_pem(&control).await {
            Ok(_) => Some(by_https(&url)),
            Err(Error::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(MockServer { url, https_url, control, expected: Arc::default(), running: None })
    }

    /// Starts it in the background of this process, and hands out its emulator too.
    pub(crate) fn launch(config: Config, token: Option<Token>) -> Result<(MockServer, Emulator), LaunchError> {
        let background = builder::background()?;
        let _inside = background.enter();
        let has_tls = config.tls.is_some();
        let launched = config.launch()?;
        let emulator = launched.app.emulator().clone();
        let https_url = has_tls.then(|| by_https(&launched.url));
        Ok((MockServer::of(launched, https_url, token, background), emulator))
    }

    /// Must be called inside the background, which it becomes part of.
    fn of(launched: Launched, https_url: Option<String>, token: Option<Token>, background: Background) -> MockServer {
        let Launched { server, app, url, state } = launched;
        let listeners = server.listeners();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(app.clone(), async { drop(stopped.await) }));
        let state = state.map(|file| {
            let following = tokio::spawn(Arc::clone(&file).follow(app.emulator().clone()));
            State { file, app: app.clone(), following }
        });
        let control = Control::new(Way::Here(app), token, background);
        MockServer {
            url,
            https_url,
            control,
            expected: Arc::default(),
            running: Some(Running { listeners, stop: Some(stop), serving, _state: state }),
        }
    }

    pub(super) fn without_socket(app: App, token: Option<Token>, background: Background) -> MockServer {
        let control = Control::new(Way::Here(app), token, background);
        MockServer { url: "http://localhost".to_owned(), https_url: None, control, expected: Arc::default(), running: None }
    }

    #[cfg(feature = "blocking")]
    pub(super) fn background(&self) -> Background {
        self.control.background()
    }

    /// Where it is, without a slash at the end: what a client takes for `https://vchatcloud.com`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same by https, if it was started with [`Builder::tls`] or elsewhere with `--tls`.
    pub fn https_url(&self) -> Option<&str> {
        self.https_url.as_deref()
    }

    /// The certificate of the CA that clients are to trust for [`https_url`](MockServer::https_url), in PEM.
    ///
    /// # Errors
    /// [`Error::Refused`] if the server was started without TLS.
    pub async fn ca_pem(&self) -> Result<String, Error> {
        ca_pem(&self.control).await
    }

    /// The handle on the account of an API key. Suites with keys of their own never meet.
    pub fn account(&self, key: &str) -> Account {
        Account::new(self.control.clone(), Some(key.to_owned()), Arc::downgrade(&self.expected))
    }

    /// The handle on all accounts, and those to come.
    pub fn all_accounts(&self) -> Account {
        Account::new(self.control.clone(), None, Arc::downgrade(&self.expected))
    }

    /// Stops it more gently than a drop: answers in flight have a tenth of a second, and expectations that were not met are an
    /// error and no panic. A server elsewhere goes on. Whoever does not wait for the end drops it.
    ///
    /// # Errors
    /// What was expected and did not happen.
    pub async fn stop(mut self) -> Result<(), UnmetExpectations> {
        if let Some(running) = &mut self.running {
            drop(running.stop.take());
            drop((&mut running.serving).await);
        }
        self.running = None;
        self.expected.judge().await
    }
}

/// Both are on the same port.
fn by_https(url: &str) -> String {
    url.replacen("http:", "https:", 1)
}

async fn ca_pem(control: &Control) -> Result<String, Error> {
    Ok(control.send(Method::GET, "ca.pem", None, "*/*").await?.succeeded()?.text())
}

impl Drop for Running {
    fn drop(&mut self) {
        self.listeners.close();
        self.listeners.silence();
        self.serving.abort();
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.following.abort();
        if let Err(lost) = self.file.close(self.app.emulator()) {
            tracing::warn!("{lost}");
        }
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for MockServer {
    #[expect(clippy::panic, reason = "a test whose expectations were not met must fail")]
    fn drop(&mut self) {
        self.running = None;
        if thread::panicking() {
            return self.expected.forget();
        }
        if let Err(unmet) = self.expected.judge_and_wait(self.control.background()) {
            panic!("{unmet}");
        }
    }
}
