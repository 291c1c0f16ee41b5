//! HTTP and HTTPS on one port: the first byte of a connection tells which.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rustls::{AlertDescription, Error, ServerConfig};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::App;
use super::connection;
use super::signals::Heard;
use super::stream::Stream;
use super::timeouts::Timeouts;
use crate::tls::HANDSHAKE;

/// Answers the requests of a connection, whichever of the two it speaks. One that says nothing, or stops in the middle of a
/// handshake, ends with its time or with the server.
pub async fn serve(socket: TcpStream, config: Arc<ServerConfig>, app: App, timeouts: Timeouts, mut heard: Heard) {
    let nothing_yet = AtomicU64::new(0);
    let opened = tokio::select! {
        opened = timeout(timeouts.header, open(socket, config)) => opened,
        () = heard.end(&nothing_yet) => return,
    };
    if let Ok(Some(stream)) = opened {
        connection::serve(stream, app, timeouts, heard).await;
    }
}

/// `None` when nothing can come of it.
async fn open(socket: TcpStream, config: Arc<ServerConfig>) -> Option<Stream> {
    let mut first = [0];
    match socket.peek(&mut first).await {
        Ok(1) if first == [HANDSHAKE] => {}
        Ok(1) => return Some(Stream::Plain(socket)),
        _ => return None,
    }
    match TlsAcceptor::from(config).accept(socket).await {
        Ok(stream) => Some(Stream::Tls(Box::new(stream))),
        Err(error) => {
            tracing::warn!("{}", why(&error));
            None
        }
    }
}

/// Why a handshake failed, and the cure for what most often is behind it.
fn why(error: &io::Error) -> String {
    use AlertDescription::{BadCertificate, CertificateUnknown, UnknownCA};
    let cure = "have it trust the CA that the command ca prints, and GET /__admin/ca.pem";
    match error.get_ref().and_then(|error| error.downcast_ref()) {
        Some(Error::AlertReceived(alert @ (BadCertificate | CertificateUnknown | UnknownCA))) => {
            format!("a client does not trust the certificate ({alert:?}): {cure}")
        }
        _ if error.kind() == io::ErrorKind::UnexpectedEof => {
            format!("a client broke off the TLS handshake; if it does not trust the certificate, {cure}")
        }
        _ => format!("a TLS handshake failed: {error}"),
    }
}
