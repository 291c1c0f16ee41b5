//! `healthcheck`: asks a server whether it is well. It needs no resolver for addresses, so that it works in an empty image.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use super::Failure;
use super::args::{HealthcheckArgs, ListenArgs};
use crate::admin::HEALTH;
use crate::launch::DEFAULT_PORT;

/// How long one attempt of several may take.
const ATTEMPT: Duration = Duration::from_secs(1);
/// How often a server that is not there yet is asked.
const PAUSE: Duration = Duration::from_millis(20);

/// Nobody waits longer than a year, and clocks have an end.
const LONGEST: Duration = Duration::from_hours(365 * 24);

pub fn run(args: &HealthcheckArgs) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Runtime(format!("runtime: {error}")))?;
    let result = runtime.block_on(healthcheck(args));
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn healthcheck(args: &HealthcheckArgs) -> Result<(), Failure> {
    let deadline = Instant::now() + args.timeout.min(LONGEST);
    loop {
        let asked = async { ask(&target(args)?).await };
        // One that is silent must not use up the time of the one to come.
        let patience = if args.wait { deadline.min(Instant::now() + ATTEMPT) } else { deadline };
        let failure = match timeout_at(patience, asked).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(usage @ Failure::Usage(_))) => return Err(usage),
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Unreachable("no answer in time".to_owned()),
        };
        if !args.wait || Instant::now() + PAUSE >= deadline {
            return Err(failure);
        }
        sleep(PAUSE).await;
    }
}

/// Who to ask: an authority for the Host header, and addresses to try.
struct Target {
    authority: String,
    addresses: Addresses,
}

enum Addresses {
    Known(Vec<SocketAddr>),
    Named(String, u16),
}

fn target(args: &HealthcheckArgs) -> Result<Target, Failure> {
    let Some(url) = &args.url else {
        let port = port(&args.listen)?;
        let addresses: Vec<SocketAddr> = args.listen.host.reachable().into_iter().map(|address| SocketAddr::new(address, port)).collect();
        let authority = addresses.first().map(SocketAddr::to_string).unwrap_or_default();
        return Ok(Target { authority, addresses: Addresses::Known(addresses) });
    };
    let usage = || Failure::Usage(format!("--url: must be http://HOST[:PORT], got \"{url}\""));
    let uri: Uri = url.parse().map_err(|_| usage())?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/")).ok_or_else(usage)?;
    let host = authority.host();
    let port = authority.port_u16().or((authority.as_str() == host).then_some(80)).ok_or_else(usage)?;
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = match literal.parse() {
        Ok(address) => Addresses::Known(vec![SocketAddr::new(address, port)]),
        Err(_) if host.eq_ignore_ascii_case("localhost") => {
            Addresses::Known(crate::server::Host::Localhost.reachable().into_iter().map(|address| SocketAddr::new(address, port)).collect())
        }
        Err(_) => Addresses::Named(host.to_owned(), port),
    };
    Ok(Target { authority: authority.to_string(), addresses })
}

/// The port of a server started with the same flags: one that picked its port has written it down.
fn port(listen: &ListenArgs) -> Result<u16, Failure> {
    match (listen.given_port(), &listen.port_file) {
        (None | Some(0), Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|error| Failure::Unreachable(format!("{}: {error}", file.display())))?;
            text.trim().parse().map_err(|_| Failure::Unreachable(format!("{}: no port in it", file.display())))
        }
        (Some(0), None) => Err(Failure::Usage("--port 0 picks a port: say which with --port, --port-file or --url".to_owned())),
        (port, _) => Ok(port.unwrap_or(DEFAULT_PORT)),
    }
}

async fn ask(target: &Target) -> Result<(), Failure> {
    let unreachable = |error: std::io::Error| Failure::Unreachable(format!("{}: {error}", target.authority));
    let stream = match &target.addresses {
        Addresses::Known(addresses) => connect_first(addresses).await,
        Addresses::Named(host, port) => TcpStream::connect((host.as_str(), *port)).await,
    };
    let status = status(stream.map_err(unreachable)?, &target.authority).await;
    match status {
        Ok(StatusCode::OK) => Ok(()),
        Ok(status) => Err(Failure::Runtime(format!("unhealthy: {} answers {status}; is it another program", target.authority))),
        Err(error) => Err(Failure::Runtime(format!("unhealthy: {}: {error}", target.authority))),
    }
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

async fn status(stream: TcpStream, authority: &str) -> Result<StatusCode, Box<dyn std::error::Error>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(HEALTH).header(header::HOST, authority).body(Body::empty())?;
    // It ends with the answer's sender, at the end of this function.
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?.status())
}
