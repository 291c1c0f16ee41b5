//! A mock server inside a test, or the handle on one elsewhere.

use std::sync::Arc;
use std::thread;

use hyper::Method;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::control::{Control, Way};
use super::dial::Target;
use super::expected::Expected;
use super::{Account, Builder, Error};
use crate::domain::ids::Token;
use crate::launch::{LaunchError, Launched, StateFile};
use crate::server::{App, Listeners};

/// A mock server: one that runs in this process until it is dropped, or the handle on one elsewhere.
///
/// When it is dropped, expectations that were not met ([`Account::expect`]) fail the test, unless it is panicking already.
pub struct MockServer {
    url: String,
    control: Control,
    expected: Arc<Expected>,
    running: Option<Running>,
}

/// The server in this process.
struct Running {
    listeners: Listeners,
    tasks: Vec<JoinHandle<()>>,
    state: Option<(Arc<StateFile>, App)>,
}

impl MockServer {
    /// Starts a server on a free port of 127.0.0.1, with no rooms and any key and token. It is ready when this returns. Needs a
    /// Tokio runtime, in which it runs.
    ///
    /// # Errors
    /// [`LaunchError::Runtime`] if the machine gives no socket.
    pub async fn start() -> Result<MockServer, LaunchError> {
        MockServer::builder().start().await
    }

    /// A server with other settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The handle on a server that runs elsewhere, such as in a container: `http://HOST[:PORT]`. It is healthy when this
    /// returns.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn connect(url: &str) -> Result<MockServer, Error> {
        MockServer::connect_with(url, None).await
    }

    /// The same with the token of its `--admin-token`.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn connect_with(url: &str, token: Option<Token>) -> Result<MockServer, Error> {
        let target = Target::at(url).ok_or_else(|| Error::BadUrl(url.to_owned()))?;
        let control = Control::new(Way::There(target), token);
        control.call::<Value>(Method::GET, "health", None).await?;
        Ok(MockServer { url: url.trim_end_matches('/').to_owned(), control, expected: Arc::default(), running: None })
    }

    pub(crate) fn of(launched: Launched, token: Option<Token>) -> MockServer {
        let Launched { server, app, url, state } = launched;
        let listeners = server.listeners();
        let mut tasks = vec![tokio::spawn(server.serve(app.clone(), std::future::pending()))];
        if let Some(file) = &state {
            tasks.push(tokio::spawn(Arc::clone(file).follow(app.emulator().clone())));
        }
        let state = state.map(|file| (file, app.clone()));
        MockServer::over(app, url, token, Some(Running { listeners, tasks, state }))
    }

    pub(super) fn without_socket(app: App, token: Option<Token>) -> MockServer {
        MockServer::over(app, "http://localhost".to_owned(), token, None)
    }

    fn over(app: App, url: String, token: Option<Token>, running: Option<Running>) -> MockServer {
        MockServer { url, control: Control::new(Way::Here(app), token), expected: Arc::default(), running }
    }

    /// Where it is, without a slash at the end: what a client takes for `https://vchatcloud.com`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The handle on the account of an API key. Suites with keys of their own never meet.
    pub fn account(&self, key: &str) -> Account {
        Account::new(self.control.clone(), Some(key.to_owned()), Arc::clone(&self.expected))
    }

    /// The handle on all accounts, and those to come.
    pub fn all_accounts(&self) -> Account {
        Account::new(self.control.clone(), None, Arc::clone(&self.expected))
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        let unmet = if thread::panicking() { Vec::new() } else { self.expected.unmet() };
        if let Some(Running { listeners, tasks, state }) = self.running.take() {
            listeners.close();
            tasks.iter().for_each(JoinHandle::abort);
            if let Some((file, app)) = state {
                file.save(app.emulator());
            }
        }
        assert!(unmet.is_empty(), "{}", unmet.join("\n"));
    }
}
