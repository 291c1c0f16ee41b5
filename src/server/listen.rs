//! Addresses and sockets.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;
/// How often a free port is tried to be had on every address.
const PORT_TRIES: usize = 20;

/// What to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// 127.0.0.1 and ::1.
    Localhost,
    /// Every interface, IPv4 and IPv6.
    All,
    /// One address.
    Address(IpAddr),
}

/// A text that is no [`Host`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be localhost, all or an IP address")]
pub struct NotAnAddress;

impl FromStr for Host {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        match text {
            "localhost" => Ok(Host::Localhost),
            "all" => Ok(Host::All),
            address => address.parse().map(Host::Address).map_err(|_| NotAnAddress),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Localhost => f.write_str("localhost"),
            Host::All => f.write_str("all"),
            Host::Address(address) => address.fmt(f),
        }
    }
}

impl Host {
    fn addresses(&self) -> Vec<IpAddr> {
        match self {
            Host::Localhost => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            Host::All => vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
            Host::Address(address) => vec![*address],
        }
    }

    /// Addresses at which a program on the same machine reaches it.
    pub fn reachable(&self) -> Vec<IpAddr> {
        let local = |address: IpAddr| match address {
            IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        self.addresses().into_iter().map(local).collect()
    }
}

/// Binds every address of `host` to one port. A family that the machine does not have is left out, as long as one is there.
pub fn bind(host: &Host, port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut tries = 0;
    loop {
        tries += 1;
        match bind_all(&host.addresses(), port) {
            // The free port of one address may be taken on the other.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port == 0 && tries < PORT_TRIES => {}
            result => return result,
        }
    }
}

fn bind_all(addresses: &[IpAddr], port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut listeners = Vec::new();
    let mut port = port;
    let mut left_out = None;
    for address in addresses {
        match bind_one(SocketAddr::new(*address, port)) {
            Ok(listener) => {
                port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            Err(error) if is_family_missing(&error) => left_out = Some(error),
            Err(error) => return Err(error),
        }
    }
    match left_out {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok((listeners, port)),
    }
}

/// A machine may lack a family altogether (EAFNOSUPPORT of Linux, macOS and Windows, for which the standard library has no
/// kind) or have no address of it.
fn is_family_missing(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(97 | 47 | 10047))
        || matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
}

fn bind_one(address: SocketAddr) -> io::Result<TcpListener> {
    let bind = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    bind().map_err(|error| {
        io::Error::new(if is_family_missing(&error) { io::ErrorKind::Unsupported } else { error.kind() }, format!("{address}: {error}"))
    })
}
