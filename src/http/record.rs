//! What is kept of an exchange: for the journal, for the log, and for explaining a refusal.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use axum::body::HttpBody;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::envelope::Outcome;
use super::error::{ApiError, AuthHeader};
use super::pieces::Pieces;
use super::{Route, auth, explain, params};
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::operation::Operation;
use crate::domain::secret::scrubbed;
use crate::domain::text;
use crate::emulator::{AuthMode, Cause, Emulator};
use crate::fault::{Applied, Call};
use crate::journal::{Answered, BODY_KEPT, Entry, Secure, Transcript};

/// The target of the one event per exchange.
pub const LOG_TARGET: &str = "vchatcloud_mock::exchange";

/// An exchange that is going on. When it is dropped before its end, by a program that holds the future or by a stop, that is recorded too.
pub struct Recording {
    emulator: Emulator,
    started: Instant,
    /// What `API_KEY` says, or what is wrong with it.
    key: Result<ApiKey, ApiError>,
    /// The body that came, until somebody reads it; nobody asks for that of a call that changes nothing.
    unread: Option<Body>,
    body: Option<Bytes>,
    /// What is odd about the credentials.
    doubts: Option<String>,
    /// `None` once it is recorded.
    entry: Option<Entry>,
}

impl Recording {
    /// Begins with the head of a request.
    pub fn start(emulator: &Emulator, id: u64, head: &Parts, route: &Route<'_>, body: Body) -> Recording {
        let started = Instant::now();
        let key = auth::header::<ApiKey>(&head.headers, AuthHeader::ApiKey);
        if let Some(key) = key.as_ref().ok().filter(|key| key.is_real()) {
            emulator.warn_of_live_credential(key);
        }
        let operation = route.operation();
        let target = head.uri.path_and_query().map_or_else(|| Cow::Owned(head.uri.to_string()), |target| Cow::Borrowed(target.as_str()));
        let mut transcript = Transcript::of(head.method.as_str(), &target, lines(&head.headers));
        transcript.is_secure = head.extensions.get::<Secure>().is_some();
        let entry = Entry {
            id,
            time: emulator.now(key.as_ref().ok()),
            key: key.as_ref().ok().cloned(),
            operation,
            room_id: route.room_id,
            took: Duration::ZERO,
            faults: Vec::new(),
            answer: None,
            reason: None,
            warning: None,
            explanation: None,
            transcript,
        };
        let changes_nothing = matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS);
        Recording {
            emulator: emulator.clone(),
            started,
            key,
            unread: (!changes_nothing).then_some(body),
            body: None,
            doubts: operation.and_then(|operation| explain::doubts(&head.headers, operation)),
            entry: Some(entry),
        }
    }

    /// What `API_KEY` says, or what is wrong with it.
    pub fn checked_key(&self) -> &Result<ApiKey, ApiError> {
        &self.key
    }

    /// The body of the request, once.
    pub fn take_body(&mut self) -> Body {
        self.unread.take().unwrap_or_default()
    }

    /// Keeps the body, once it is read.
    pub fn has_read(&mut self, body: Bytes) {
        self.body = Some(body);
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

    /// What its changes are put down to.
    pub fn cause(&self) -> Cause {
        self.entry.as_ref().map_or(Cause::Program, |entry| Cause::Request(entry.id))
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
    pub async fn read_body(&mut self, patience: Duration) {
        let waits = self.transcript().is_some_and(|transcript| transcript.header("expect").is_some());
        let body = self.take_body();
        if waits || body.is_end_stream() {
            return;
        }
        if let Ok(Ok(body)) = tokio::time::timeout(patience, params::read(body)).await {
            self.has_read(body);
        }
    }

    /// The body of the request, if it was read.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
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

    /// Ends with an answer, and hands back its body; `is_sent` says whether the client gets to see any of it.
    pub fn finish(mut self, response: &Response, outcome: Outcome, is_sent: bool, has_body: bool) -> Pieces {
        let Some(mut entry) = self.entry.take() else { return outcome.body };
        entry.took = self.started.elapsed();
        entry.room_id = outcome.room_id.or(entry.room_id);
        entry.answer = is_sent.then(|| Answered { status: response.status().as_u16(), result_cd: outcome.result_cd });
        log(&entry, &outcome);
        entry.reason = outcome.reason;
        entry.warning = outcome.warning;
        entry.explanation = outcome.explanation;
        let no_headers = HeaderMap::new();
        let headers = if is_sent { response.headers() } else { &no_headers };
        let nothing = Pieces::default();
        self.keep(entry, headers, if is_sent && has_body { &outcome.body } else { &nothing });
        outcome.body
    }

    fn keep(&self, mut entry: Entry, answer_headers: &HeaderMap, answer_body: &Pieces) {
        if self.emulator.keeps_journal() {
            entry.transcript.finish(
                self.body().map(AsRef::as_ref),
                lines_of_answer(answer_headers),
                &answer_body.beginning(BODY_KEPT),
                answer_body.len(),
            );
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
            self.keep(entry, &HeaderMap::new(), &Pieces::default());
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
