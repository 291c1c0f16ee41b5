//! A server: the emulated API and the control plane on some sockets, from ready to stopped.

mod connection;
#[cfg(test)]
mod jumps;
mod listen;
mod page;
mod signals;
mod stream;
mod timeouts;
#[cfg(feature = "tls")]
mod tls;
mod wire;

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use axum::{Extension, Router};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tower::Service;

pub use self::listen::{Host, NotAnAddress};

pub use self::page::first_call;
pub use self::timeouts::{Timeouts, checked_timeout};

use self::signals::{Signals, Silence};

use crate::admin::{self, Access};
use crate::emulator::{Cause, Emulator, Settings};
use crate::http::openapi;
use crate::http::stack::{Exchange, REQUEST_ID};
use crate::tls::Identity;

/// How long answers in flight may take once a stop was asked for.
const GRACE: Duration = Duration::from_millis(100);
/// How long to wait when the machine gives no connection, for lack of descriptors above all, unless one of ours ends.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Everything that answers, without a socket. Clones are the same.
#[derive(Clone)]
pub struct App {
    api: Exchange,
    admin: Router,
    emulator: Emulator,
}

impl App {
    /// The emulated API and the control plane over one emulator.
    pub fn new(emulator: Emulator, access: impl Into<Access>) -> App {
        App { api: Exchange::new(emulator.clone()), admin: admin::router(emulator.clone(), access.into(), openapi::CONTRACT), emulator }
    }

    /// The same, which hands out that certificate of a CA.
    pub(crate) fn with_ca(mut self, pem: &str) -> App {
        self.admin = self.admin.layer(Extension(admin::CaCertificate::from(pem)));
        self
    }

    /// Whose doors these are.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// What its emulator was made with.
    pub fn settings(&self) -> &Settings {
        self.emulator.settings()
    }

    /// Answers one request.
    pub async fn answer(&self, request: Request) -> Response {
        let id = self.emulator.next_exchange();
        let mut response = self.route(id, request).await;
        response.headers_mut().insert(REQUEST_ID, HeaderValue::from(id));
        response
    }

    async fn route(&self, id: u64, mut request: Request) -> Response {
        let path = request.uri().path();
        if path.strip_prefix(admin::PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            request.extensions_mut().insert(Cause::Control(id));
            return self.admin.clone().call(request).await.unwrap_or_else(|never| match never {});
        }
        if path == "/" && matches!(*request.method(), Method::GET | Method::HEAD) {
            return page::answer(&request, self.settings());
        }
        self.api.answer(id, request).await
    }
}

/// A bound server that nobody answers for yet: connections wait.
pub struct Server {
    listeners: Listeners,
    port: u16,
    tls: Option<Identity>,
    timeouts: Timeouts,
}

/// The sockets of a server, which can be closed at once from anywhere, and those of its connections silenced. Clones are the same.
#[derive(Clone)]
pub struct Listeners {
    sockets: Arc<Mutex<Vec<TcpListener>>>,
    silence: Silence,
}

impl Server {
    /// Binds; port 0 takes a free one, the same on all addresses. Needs a Tokio runtime.
    ///
    /// # Errors
    /// What the machine says of the address, with the address.
    pub fn bind(host: &Host, port: u16) -> io::Result<Server> {
        let (sockets, port) = listen::bind(host, port)?;
        let listeners = Listeners { sockets: Arc::new(Mutex::new(sockets)), silence: Silence::default() };
        Ok(Server { listeners, port, tls: None, timeouts: Timeouts::default() })
    }

    /// The same, which speaks HTTPS too.
    pub(crate) fn with_tls(self, identity: Identity) -> Server {
        Server { tls: Some(identity), ..self }
    }

    /// The same for clients that may take that long.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Server {
        Server { timeouts, ..self }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its sockets.
    pub fn listeners(&self) -> Listeners {
        self.listeners.clone()
    }

    /// Answers until `stop` is ready: then accepts no more, gives answers in flight a tenth of a second, and drops the rest.
    pub async fn serve(self, app: App, stop: impl Future<Output = ()>) {
        let mut signals = Signals::new(self.listeners.silence.clone());
        let mut connections = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.listeners.accept() => match accepted {
                    Ok(stream) => self.answer_on(stream, &app, &signals, &mut connections),
                    // Only one who connected and has gone: there may be others.
                    Err(error) if !is_lack(&error) => tracing::debug!("a connection was not accepted: {error}"),
                    Err(error) => {
                        signals.crowded(&error);
                        tokio::select! {
                            () = &mut stop => break,
                            () = sleep(ACCEPT_PAUSE) => {}
                            Some(_) = connections.join_next() => {}
                        }
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        self.listeners.close();
        signals.stop();
        let all_ended = async { while connections.join_next().await.is_some() {} };
        // Whoever is not done by then is dropped with the set.
        drop(tokio::time::timeout(GRACE, all_ended).await);
    }
}

/// Whether the machine has too little of something: ENOMEM, ENFILE, EMFILE, and ENOBUFS of macOS and Linux, as the standard library has no kinds for
/// them.
fn is_lack(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(12 | 23 | 24 | 55 | 105))
}

impl Server {
    /// Without TLS a connection does not even ask which of the two it is.
    fn answer_on(&self, stream: TcpStream, app: &App, signals: &Signals, connections: &mut JoinSet<()>) {
        let (app, timeouts, heard) = (app.clone(), self.timeouts, signals.heard());
        drop(match &self.tls {
            None => connections.spawn(connection::serve(stream.into(), app, timeouts, heard)),
            #[cfg(feature = "tls")]
            Some(identity) => connections.spawn(tls::serve(stream, identity.config(), app, timeouts, heard)),
            #[cfg(not(feature = "tls"))]
            Some(identity) => match *identity {},
        });
    }
}

impl Listeners {
    /// From here on nobody can connect.
    pub fn close(&self) {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// From here on no byte of any answer goes out: whoever looks at the emulator now sees all that any client knows of.
    pub fn silence(&self) {
        self.silence.call();
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let first_ready = |cx: &mut std::task::Context<'_>| {
            let listeners = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
            let mut polled = listeners.iter().map(|listener| listener.poll_accept(cx));
            polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
        };
        poll_fn(first_ready).await.map(|(stream, _)| stream)
    }
}
