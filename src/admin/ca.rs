//! `GET /__admin/ca.pem`: the certificate that clients are to trust.

use std::sync::Arc;

use axum::extract::Extension;
use axum::http::{HeaderName, header};

use super::error::{AdminError, AdminRefusals};

/// The certificate of the CA that has signed the mock's own, in PEM.
#[derive(Clone)]
pub struct CaCertificate(Arc<str>);

impl From<&str> for CaCertificate {
    fn from(pem: &str) -> Self {
        CaCertificate(pem.into())
    }
}

/// The certificate of the mock's CA, for clients that call by https. It answers under any host name and without a token.
#[utoipa::path(get, path = "/__admin/ca.pem", operation_id = "getCa", tag = "health", security(()), responses(
    (status = 200, description = "the certificate", body = String, content_type = "application/x-pem-file"), AdminRefusals))]
pub async fn show(ca: Option<Extension<CaCertificate>>) -> Result<([(HeaderName, &'static str); 1], String), AdminError> {
    let Extension(CaCertificate(pem)) = ca.ok_or_else(AdminError::no_tls)?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem.to_string()))
}
