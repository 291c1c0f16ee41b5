//! What is kept of an exchange: for the journal, for the log, and for explaining a refusal.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::body::HttpBody;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::envelope::Outcome;
use super::error::AuthHeader;
use super::{auth, explain, params};
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::operation::Operation;
use crate::domain::secret::scrubbed;
use crate::domain::text;
use crate::emulator::{AuthMode, Cause, Emulator};
use crate::fault::{Applied, Call};
use crate::journal::{Answered, Entry, Secure, Transcript};

/// The target of the one event per exchange.
pub const LOG_TARGET: &str = "vchatcloud_mock::exchange";

/// What an operation that may change something is told of its exchange, and what it leaves for the record.
#[derive(Clone)]
pub struct Trace {
    /// What changes are put down to.
    pub cause: Cause,
    /// The body that came, until somebody reads it.
    unread: Arc<Mutex<Option<Body>>>,
    body: Arc<OnceLock<Bytes>>,
}

impl Trace {
    /// The body of the request, once.
    pub fn take_body(&self) -> Body {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    /// Leaves the body for the record.
    pub fn has_read(&self, body: Bytes) {
        let _ = self.body.set(body);
    }
}

/// An exchange that is going on. When it is dropped before its end, by a program that holds the future or by a stop, that is recorded too.
pub struct Recording {
    emulator: Emulator,
    started: Instant,
    trace: Option<Trace>,
    /// What is odd about the credentials.
    doubts: Option<String>,
    /// `None` once it is recorded.
    entry: Option<Entry>,
}

impl Recording {
    /// Begins with the head of a request. One that may change something takes a trace along.
    pub fn start(emulator: &Emulator, id: u64, request: &mut Request) -> Recording {
        let started = Instant::now();
        let key = auth::header::<ApiKey>(request.headers(), AuthHeader::ApiKey).ok();
        if let Some(key) = key.as_ref().filter(|key| key.is_real()) {
            emulator.warn_of_live_credential(key);
        }
        let (operation, room) = super::operation(request.method(), request.uri().path());
        let target = request.uri().path_and_query().map_or_else(|| request.uri().to_string(), |target| target.as_str().to_owned());
        let doubts = operation.and_then(|operation| explain::doubts(request.headers(), operation));
        let mut transcript = Transcript::of(request.method().as_str(), &target, lines(request.headers()));
        transcript.is_secure = request.extensions().get::<Secure>().is_some();
        let entry = Entry {
            id,
            time: emulator.now(key.as_ref()),
            key,
            operation,
            room_id: room.and_then(|room| room.parse().ok()),
            took: Duration::ZERO,
            faults: Vec::new(),
            answer: None,
            reason: None,
            warning: None,
            explanation: None,
            transcript,
        };
        let trace = (!matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)).then(|| {
            let body = std::mem::take(request.body_mut());
            Trace { cause: Cause::Request(id), unread: Arc::new(Mutex::new(Some(body))), body: Arc::default() }
        });
        if let Some(trace) = &trace {
            request.extensions_mut().insert(trace.clone());
        }
        Recording { emulator: emulator.clone(), started, trace, doubts, entry: Some(entry) }
    }

    /// The emulator.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// What fault rules look at.
    pub fn call(&self) -> Call<'_> {
        let entry = self.entry.as_ref();
        Call {
            key: self.key(),
            operation: entry.and_then(|entry| entry.operation),
            room_id: entry.and_then(|entry| entry.room_id),
            now: self.now(),
        }
    }

    /// The account that the request names, whether there is one or not.
    pub fn key(&self) -> Option<&ApiKey> {
        self.entry.as_ref().and_then(|entry| entry.key.as_ref())
    }

    /// The time of that account.
    pub fn now(&self) -> DateTime<Utc> {
        self.entry.as_ref().map_or(DateTime::UNIX_EPOCH, |entry| entry.time)
    }

    /// The room that its path names.
    pub fn room_id(&self) -> Option<RoomId> {
        self.entry.as_ref().and_then(|entry| entry.room_id)
    }

    /// The operation, if its path and method are of one.
    pub fn operation(&self) -> Option<Operation> {
        self.entry.as_ref().and_then(|entry| entry.operation)
    }

    /// The head of the request.
    pub fn transcript(&self) -> Option<&Transcript> {
        self.entry.as_ref().map(|entry| &entry.transcript)
    }

    /// Reads a body that nobody has read, as far as it comes within `patience`: who looks at the journal wants to know what was
    /// sent. A client that waits for leave to send it is not given any.
    pub async fn read_body(&self, patience: Duration) {
        let Some(trace) = &self.trace else { return };
        let waits = self.transcript().is_some_and(|transcript| transcript.header("expect").is_some());
        let body = trace.take_body();
        if waits || body.is_end_stream() {
            return;
        }
        if let Ok(Ok(body)) = tokio::time::timeout(patience, params::read(body)).await {
            trace.has_read(body);
        }
    }

    /// The body of the request, if it was read.
    pub fn body(&self) -> Option<&Bytes> {
        self.trace.as_ref().and_then(|trace| trace.body.get())
    }

    /// Takes back the fault that decided: it has spared the exchange.
    pub fn spare(&mut self) {
        if let Some(spared) = self.entry.as_mut().and_then(|entry| entry.faults.pop()) {
            self.emulator.spare(&spared);
        }
    }

    /// What befell the exchange.
    pub fn faults(&self) -> &[Applied] {
        self.entry.as_ref().map_or(&[], |entry| &entry.faults)
    }

    /// Keeps what befell the exchange.
    pub fn befell(&mut self, faults: Vec<Applied>) {
        if let Some(entry) = &mut self.entry {
            entry.faults = faults;
        }
    }

    /// In open mode any credentials pass, but a success with odd ones is doubtful.
    pub fn warn(&mut self, outcome: &mut Outcome) {
        let is_success = outcome.reason.is_none() && self.emulator.settings().auth == AuthMode::Open;
        if let Some(doubts) = self.doubts.take().filter(|_| is_success) {
            outcome.warning = Some(outcome.warning.take().map_or(doubts.clone(), |warning| format!("{doubts}; {warning}")));
        }
    }

    /// Ends with an answer; `is_sent` says whether the client gets to see any of it.
    pub fn finish(mut self, response: &Response, outcome: Outcome, is_sent: bool) {
        let Some(mut entry) = self.entry.take() else { return };
        entry.took = self.started.elapsed();
        entry.room_id = outcome.room_id.or(entry.room_id);
        entry.answer = is_sent.then(|| Answered { status: response.status().as_u16(), result_cd: outcome.result_cd });
        log(&entry, &outcome);
        entry.reason = outcome.reason;
        entry.warning = outcome.warning;
        entry.explanation = outcome.explanation;
        let nothing = HeaderMap::new();
        let headers = if is_sent { response.headers() } else { &nothing };
        // The answer to a HEAD is its head.
        let has_body = is_sent && entry.transcript.method() != "HEAD";
        let body = if has_body { outcome.body } else { Bytes::new() };
        self.keep(entry, headers, &body);
    }

    fn keep(&self, mut entry: Entry, answer_headers: &HeaderMap, answer_body: &[u8]) {
        if self.emulator.keeps_journal() {
            entry.transcript.finish(self.body().map(AsRef::as_ref), lines_of_answer(answer_headers), answer_body);
            self.emulator.record(entry);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(mut entry) = self.entry.take() {
            entry.took = self.started.elapsed();
            entry.warning = Some("the answer was dropped before it was made".to_owned());
            log(&entry, &Outcome { warning: entry.warning.clone(), ..Outcome::default() });
            self.keep(entry, &HeaderMap::new(), b"");
        }
    }
}

/// What a browser or a proxy adds for somebody else is hidden: under the vendor's own name these are real sessions.
fn lines(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    let is_others = |name: &HeaderName| *name == header::COOKIE || *name == header::PROXY_AUTHORIZATION;
    headers.iter().map(move |(name, value)| (name.as_str(), if is_others(name) { b"(hidden)" } else { value.as_bytes() }))
}

/// Those about CORS are left out: every answer has the same, and they are longer than most answers.
fn lines_of_answer(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    let about_cors = [header::ACCESS_CONTROL_ALLOW_ORIGIN, header::ACCESS_CONTROL_EXPOSE_HEADERS];
    let told = headers.iter().filter(move |(name, _)| !about_cors.contains(name));
    told.map(|(name, value)| (name.as_str(), value.as_bytes()))
}

/// One event per exchange: what happened, and why.
fn log(entry: &Entry, outcome: &Outcome) {
    if !tracing::enabled!(target: LOG_TARGET, tracing::Level::INFO) {
        return;
    }
    let line = |text: &str| text::cut(&scrubbed(&text::log_line(text)), super::stack::LINE_CHARS);
    let account = entry.key.as_ref().map_or_else(|| "-".to_owned(), |key| text::short(key.as_str()));
    let us = u64::try_from(entry.took.as_micros()).unwrap_or(u64::MAX);
    let status = entry.answer.map(|answer| answer.status); // none when nothing was sent
    let result_cd = entry.answer.and_then(|answer| answer.result_cd); // none on a preflight either
    let fault = (!entry.faults.is_empty()).then(|| names(&entry.faults));
    let why = outcome.reason.as_deref().map(line);
    let warning = outcome.warning.as_deref().map(line);
    let (id, path) = (entry.id, line(entry.transcript.target()));
    let method = scrubbed(entry.transcript.method());
    let method = &*method;
    tracing::info!(target: LOG_TARGET, id, account, method, path, status, result_cd, us, fault, why, warning);
}

/// The kinds of faults in a line.
pub fn names(faults: &[Applied]) -> String {
    faults.iter().map(|fault| fault.kind).collect::<Vec<_>>().join(", ")
}
