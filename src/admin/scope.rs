//! Which account a call is about: `?apiKey=K`, or all of them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::error::AdminError;
use crate::domain::field::FieldError;
use crate::domain::ids::ApiKey;
use crate::domain::text;
use crate::escape::{self, BrokenEscape};

/// The account that the query names, if it names one.
pub struct Scope(pub Option<ApiKey>);

impl<S: Sync> FromRequestParts<S> for Scope {
    type Rejection = AdminError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AdminError> {
        let hint = "name one account with ?apiKey=K, or leave it out for all";
        let query = parts.uri.query().unwrap_or_default();
        let members = query.split('&').filter(|member| !member.is_empty()).map(decoded).collect::<Result<Vec<_>, _>>();
        let members = members.map_err(|_| AdminError::bad_request("broken percent escape in the query", hint))?;
        if let Some((name, _)) = members.iter().find(|(name, _)| name != "apiKey") {
            return Err(AdminError::bad_request(format!("unknown query parameter \"{}\"", text::short(name)), hint));
        }
        match members.as_slice() {
            [] => Ok(Scope(None)),
            [(_, key)] => FieldError::parse("apiKey", key)
                .map(|key| Scope(Some(key)))
                .map_err(|error| AdminError::bad_request(error.to_string(), hint)),
            _ => Err(AdminError::bad_request("apiKey: stands twice in the query", hint)),
        }
    }
}

/// The name and the value of one member of a query.
fn decoded(member: &str) -> Result<(String, String), BrokenEscape> {
    let (name, value) = member.split_once('=').unwrap_or((member, ""));
    let text = |escaped: &str| escape::decode(escaped.as_bytes(), true).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((text(name)?, text(value)?))
}
