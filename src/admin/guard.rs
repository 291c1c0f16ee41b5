//! A web page elsewhere must not drive a developer's mock: `Host` tells names that were rebound to this machine, `Origin`
//! and `Sec-Fetch-Site` tell pages of other origins. Where a whole network reaches it, a token can be demanded.

use std::collections::HashSet;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::OPEN;
use super::error::AdminError;
use crate::domain::ids::Token;
use crate::domain::{secret, text};

/// Host names that are accepted beside those of this machine and its private network.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts(Arc<HashSet<String>>);

/// A text that is no host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a host name without scheme and port, got \"{0}\"")]
pub struct BadHost(String);

impl AllowedHosts {
    /// # Errors
    /// [`BadHost`] for the first that is no host name.
    pub fn new<S: AsRef<str>>(hosts: &[S]) -> Result<Self, BadHost> {
        let host = |host: &S| match Authority::from_str(host.as_ref()) {
            Ok(authority) if authority.host() == host.as_ref() => Ok(normal(host.as_ref())),
            _ => Err(BadHost(text::short(host.as_ref()))),
        };
        hosts.iter().map(host).collect::<Result<_, _>>().map(|hosts| AllowedHosts(Arc::new(hosts)))
    }

    /// These and more, which are host names.
    #[must_use]
    pub fn and(self, more: &[String]) -> Self {
        AllowedHosts(Arc::new(self.0.iter().cloned().chain(more.iter().map(|host| normal(host))).collect()))
    }

    /// IP literals, names without a dot, and names that no public DNS gives out; the rest must be allowed by name.
    fn accepts(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else { return false };
        let host = normal(authority.host());
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        literal.parse::<IpAddr>().is_ok()
            || (!host.is_empty() && !host.contains('.'))
            || [".localhost", ".local", ".internal"].iter().any(|suffix| host.ends_with(suffix))
            || self.0.contains(&host)
    }
}

/// Names differ neither by case nor by a final dot.
fn normal(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// Who may call the control plane.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Host names beside those of this machine.
    pub hosts: AllowedHosts,
    /// Demanded of every call but of health and the CA's certificate; `None` demands none.
    pub token: Option<Token>,
}

impl From<AllowedHosts> for Access {
    fn from(hosts: AllowedHosts) -> Self {
        Access { hosts, token: None }
    }
}

/// Lets a request through or refuses it.
pub async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    let is_open = OPEN.contains(&request.uri().path()) && matches!(*request.method(), Method::GET | Method::HEAD);
    let checked =
        check(&access.hosts, &request).and_then(|()| access.token.as_ref().map_or(Ok(()), |token| check_token(token, request.headers())));
    match checked {
        Err(error) if !is_open => error.into_response(),
        // Nothing is known that makes one panic; if something does, the connection and the others live on.
        _ => AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| AdminError::panicked().into_response()),
    }
}

fn check(allowed: &AllowedHosts, request: &Request) -> Result<(), AdminError> {
    let headers = request.headers();
    let host = one(headers, header::HOST.as_str())?;
    for name in host.into_iter().chain(request.uri().authority().map(Authority::as_str)) {
        if !allowed.accepts(name) {
            let hint = "call it by IP address or as localhost, or start the mock with --allowed-hosts";
            return Err(AdminError::forbidden(format!("Host: not a name of this machine, got \"{}\"", text::short(name)), hint));
        }
    }
    let hint = "call it from the test program, not from a web page of another origin";
    if let Some(origin) = one(headers, header::ORIGIN.as_str())? {
        let theirs = origin.split_once("://").map(|(_, authority)| authority);
        let same = theirs.zip(host).is_some_and(|(theirs, ours)| theirs.eq_ignore_ascii_case(ours));
        if !same {
            return Err(AdminError::forbidden(format!("Origin: not the mock's own, got \"{}\"", text::short(origin)), hint));
        }
    }
    match one(headers, "sec-fetch-site")? {
        None | Some("same-origin" | "none") => Ok(()),
        Some(site) => Err(AdminError::forbidden(format!("Sec-Fetch-Site: must be same-origin, got \"{}\"", text::short(site)), hint)),
    }
}

fn check_token(token: &Token, headers: &HeaderMap) -> Result<(), AdminError> {
    let sent = one(headers, header::AUTHORIZATION.as_str())?.ok_or_else(|| AdminError::unauthorized("Authorization: missing"))?;
    let sent = sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, sent)| sent.trim());
    // Fingerprints take as long to compare whatever they begin with.
    let same = secret::fingerprint(sent) == secret::fingerprint(token.as_str());
    if same { Ok(()) } else { Err(AdminError::unauthorized("Authorization: not the token of this mock")) }
}

/// The one value of a header. Browsers send each of these once.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, AdminError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str().unwrap_or("\u{fffd}"));
    match values.next() {
        None => Ok(value),
        Some(_) => Err(AdminError::forbidden(format!("{name}: stands twice"), "send it once")),
    }
}
