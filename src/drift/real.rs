//! The real service: HTTP/1.1 by TCP or by TLS, a connection for each call, with a limit of time and size. Redirects are
//! answers like any other.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, Limited};
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::DriftError;
use super::shape::Answer;
use crate::domain::text;

/// How many bytes an answer may have.
const MOST: usize = 16 * 1024 * 1024;

/// Where the service is, and how it is spoken to.
pub struct Service {
    authority: String,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    timeout: Duration,
}

impl Service {
    /// The service of `http[s]://HOST[:PORT]`. Whatever else a URL can have may be a secret, so that no message repeats it.
    ///
    /// # Errors
    /// [`DriftError::Usage`] for another URL, and for a CA that cannot be read or has nothing to do.
    pub fn at(url: &str, ca: Option<&Path>, timeout: Duration) -> Result<Service, DriftError> {
        let no_url = || DriftError::Usage("--real: must be http://HOST[:PORT] or https://HOST[:PORT] and nothing else".to_owned());
        let uri: Uri = url.parse().map_err(|_| no_url())?;
        let has_more = url.contains(['@', '?', '#']) || !matches!(uri.path(), "" | "/");
        let authority = uri.authority().filter(|_| !has_more).ok_or_else(no_url)?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(no_url()),
        };
        if ca.is_some() && !is_https {
            return Err(DriftError::Usage("--ca: needs --real with https, http has no certificates".to_owned()));
        }
        let default_port = if is_https { 443 } else { 80 };
        let port = authority.port_u16().or((authority.as_str() == authority.host()).then_some(default_port)).ok_or_else(no_url)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = || ServerName::try_from(host.clone()).map_err(|_| no_url());
        let tls = if is_https { Some((TlsConnector::from(Arc::new(client(ca)?)), name()?)) } else { None };
        Ok(Service { authority: authority.to_string(), host, port, tls, timeout })
    }

    /// What the Host header says.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The same with another limit of time, if that is shorter.
    pub fn within(&self, timeout: Duration) -> Service {
        let tls = self.tls.clone();
        Service { authority: self.authority.clone(), host: self.host.clone(), port: self.port, tls, timeout: timeout.min(self.timeout) }
    }

    /// What it answers.
    ///
    /// # Errors
    /// Why there is no answer, and the cure where there is one.
    pub async fn ask(&self, request: Request<Body>) -> Result<Answer, String> {
        let late = |_| format!("none within {}, raise --timeout", text::duration(self.timeout));
        let answer = tokio::time::timeout(self.timeout, self.exchange(request)).await.map_err(late)??;
        let (head, body) = answer.into_parts();
        let content_type = head.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Ok(Answer { status: head.status.as_u16(), content_type, body: Some(body.into()) })
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Response<Bytes>, String> {
        let refused = |error| format!("{error}; is the address right, and does the network lead there without a proxy");
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(refused)?;
        match &self.tls {
            None => answer(stream, request).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await;
                answer(stream.map_err(|error| untrusted(&error))?, request).await
            }
        }
    }
}

/// Trusts the system's roots, or where `SSL_CERT_FILE` says, and one more CA.
fn client(ca: Option<&Path>) -> Result<ClientConfig, DriftError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca {
        let bad = |what: &str| DriftError::Usage(format!("--ca: {}: {what}", path.display()));
        let pem = std::fs::read(path).map_err(|error| bad(&error.to_string()))?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let certificates = certificates.ok().filter(|all| !all.is_empty()).ok_or_else(|| bad("is no PEM with a certificate"))?;
        for certificate in certificates {
            roots.add(certificate).map_err(|_| bad("has no certificate that can be read"))?;
        }
    }
    if roots.is_empty() {
        return Err(DriftError::Usage("--ca: is needed, this system has no root certificates".to_owned()));
    }
    // A provider for the whole process would be in the way of somebody's test.
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| DriftError::Runtime(format!("tls: {error}")))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What went wrong with TLS, and the cure.
fn untrusted(error: &std::io::Error) -> String {
    let cure = match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => ", trust its CA with --ca FILE",
        Some(rustls::Error::InvalidMessage(_) | rustls::Error::AlertReceived(_)) => ", does it speak https",
        _ => "",
    };
    format!("tls: {error}{cure}")
}

async fn answer<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S, request: Request<Body>) -> Result<Response<Bytes>, String> {
    let broken = |error: hyper::Error| match StdError::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // It ends with the sender, at the end of this function.
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
    let body = Limited::new(body, MOST).collect().await.map_err(|error| format!("the answer broke off: {error}"))?;
    Ok(Response::from_parts(head, body.to_bytes()))
}
