//! What a server shows to clients that speak TLS.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, ServerConfig};

use super::{Ca, Names};

/// A certificate for some names and how to speak TLS with it.
#[derive(Debug, Clone)]
pub struct Identity {
    names: Names,
    ca: String,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// One with a fresh certificate of that CA.
    ///
    /// # Errors
    /// What the libraries say.
    pub fn of(ca: &Ca, names: Names, now: DateTime<Utc>) -> Result<Identity, Error> {
        // A provider for the whole process would be in the way of somebody's test.
        let provider = Arc::new(ring::default_provider());
        let leaf = ca.issue(&names, now).map_err(|error| Error::General(error.to_string()))?;
        let key = CertifiedKey::from_der(vec![leaf.certificate], leaf.key, &provider)?;
        let shown = Shown { key: Arc::new(key), names: names.clone() };
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(shown));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Identity { names, ca: ca.pem().to_owned(), config: Arc::new(config) })
    }

    /// What the certificate is for.
    pub fn names(&self) -> &[String] {
        self.names.all()
    }

    /// The certificate of the CA, in PEM.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// TLS 1.2 and 1.3, and HTTP/1.1 alone on it.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

/// The one certificate, whatever name was asked for: the client will say what it thinks of it, and the log what to do.
#[derive(Debug)]
struct Shown {
    key: Arc<CertifiedKey>,
    names: Names,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if let Some(name) = hello.server_name().filter(|name| !self.names.has(name)) {
            tracing::warn!("a client asked for the name {name}, which the certificate does not have: add --tls-name {name}");
        }
        Some(Arc::clone(&self.key))
    }
}
