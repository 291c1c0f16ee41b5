//! Where a server is, and one exchange with it. Addresses need no resolver, so that this works in an empty image.

use std::error::Error as StdError;
use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Error;
use crate::server::Host;

/// How many bytes an answer may have: a state of 64 MiB, which is the most that a mock takes, and what is around it.
const MOST: usize = 65 * 1024 * 1024;

/// A server somewhere: an authority for the Host header, and addresses to try.
#[derive(Debug, Clone)]
pub struct Target {
    authority: String,
    addresses: Addresses,
}

#[derive(Debug, Clone)]
enum Addresses {
    Known(Vec<SocketAddr>),
    Named(String, u16),
}

impl Target {
    /// The server that listens on a host of this machine.
    pub fn here(host: &Host, port: u16) -> Target {
        let addresses: Vec<SocketAddr> = host.reachable().into_iter().map(|address| SocketAddr::new(address, port)).collect();
        let authority = addresses.first().map(SocketAddr::to_string).unwrap_or_default();
        Target { authority, addresses: Addresses::Known(addresses) }
    }

    /// The server of `http://HOST[:PORT]`; `None` if it is no such URL.
    pub fn at(url: &str) -> Option<Target> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/"))?;
        let host = authority.host();
        let port = authority.port_u16().or((authority.as_str() == host).then_some(80))?;
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match literal.parse() {
            Ok(address) => Addresses::Known(vec![SocketAddr::new(address, port)]),
            Err(_) if host.eq_ignore_ascii_case("localhost") => {
                return Some(Target { authority: authority.to_string(), ..Target::here(&Host::Localhost, port) });
            }
            Err(_) => Addresses::Named(host.to_owned(), port),
        };
        Some(Target { authority: authority.to_string(), addresses })
    }

    /// What the Host header says.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What it answers to a GET of a path: the status, and the body as text.
    ///
    /// # Errors
    /// As of [`Target::exchange`].
    #[cfg(feature = "cli")]
    pub async fn get(&self, path: &str) -> Result<(hyper::StatusCode, String), Error> {
        let request = Request::get(path).header(hyper::header::HOST, &self.authority).body(Body::empty());
        let answer = self.exchange(request.map_err(|error| Error::Unexpected(error.to_string()))?).await?;
        Ok((answer.status(), String::from_utf8_lossy(answer.body()).into_owned()))
    }

    /// Sends a request on a connection of its own. The answer's body is there when this returns.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if nobody takes the connection, [`Error::Broken`] for what goes wrong later.
    pub async fn exchange(&self, request: Request<Body>) -> Result<Response<Bytes>, Error> {
        let unreachable = |error| Error::Unreachable { server: self.authority.clone(), error };
        let stream = self.connect().await.map_err(unreachable)?;
        self.answer(stream, request).await.map_err(|error| Error::Broken { server: self.authority.clone(), what: error.to_string() })
    }

    async fn answer(&self, stream: TcpStream, request: Request<Body>) -> Result<Response<Bytes>, Box<dyn StdError + Send + Sync>> {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the sender, at the end of this function.
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, MOST);
        Ok(Response::from_parts(head, body.collect().await.map_err(too_large)?.to_bytes()))
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        match &self.addresses {
            Addresses::Known(addresses) => connect_first(addresses).await,
            Addresses::Named(host, port) => TcpStream::connect((host.as_str(), *port)).await,
        }
    }
}

/// Says so, if that is what is wrong.
fn too_large(error: Box<dyn StdError + Send + Sync>) -> Box<dyn StdError + Send + Sync> {
    if error.is::<LengthLimitError>() { format!("the answer is larger than {} MiB", MOST >> 20).into() } else { error }
}

/// Tries one address after another. The first one's failure is the one to tell: the second may be of a family that is not there.
async fn connect_first(addresses: &[SocketAddr]) -> std::io::Result<TcpStream> {
    let mut first_failure = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => drop(first_failure.get_or_insert(error)),
        }
    }
    Err(first_failure.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into()))
}
