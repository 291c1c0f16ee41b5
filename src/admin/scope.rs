//! Which account a call is about: `?apiKey=K`, or all of them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::error::AdminError;
use crate::domain::field::FieldError;
use crate::domain::ids::ApiKey;
use crate::domain::text;

/// The account that the query names, if it names one.
pub struct Scope(pub Option<ApiKey>);

impl<S: Sync> FromRequestParts<S> for Scope {
    type Rejection = AdminError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AdminError> {
        let hint = "name one account with ?apiKey=K, or leave it out for all";
        let query = parts.uri.query().unwrap_or_default();
        let members: Vec<(String, String)> =
            serde_urlencoded::from_str(query).map_err(|error| AdminError::bad_request(format!("query: {error}"), hint))?;
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
