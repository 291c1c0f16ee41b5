//! `API_KEY`, then `X-AUTH-TOKEN`. A handler gets an account in no other way than through these extractors, which read
//! headers only: no body is touched before they have passed.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::error::{ApiError, AuthHeader};
use super::record::Trace;
use crate::domain::ids::{ApiKey, Token};
use crate::emulator::{Account, Cause, Emulator};

/// The account of a request with a valid key and token, and what its changes will be put down to.
pub struct Caller {
    pub account: Arc<Account>,
    pub cause: Cause,
}

/// The account of a request with a valid key, for issueToken.
pub struct KeyHolder(pub Arc<Account>);

impl FromRequestParts<Emulator> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, emulator: &Emulator) -> Result<Self, ApiError> {
        // assumed: key-before-token
        let key: ApiKey = header(&parts.headers, AuthHeader::ApiKey)?;
        let token: Token = match header(&parts.headers, AuthHeader::Token) {
            Ok(token) => token,
            // An unknown key is told before a missing token.
            Err(error) => return Err(emulator.check_key(&key).map_or_else(ApiError::from, |()| error)),
        };
        let cause = parts.extensions.get::<Trace>().map_or(Cause::Program, |trace| trace.cause);
        Ok(Caller { account: emulator.authenticate(&key, &token)?, cause })
    }
}

impl FromRequestParts<Emulator> for KeyHolder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, emulator: &Emulator) -> Result<Self, ApiError> {
        let key: ApiKey = header(&parts.headers, AuthHeader::ApiKey)?;
        Ok(KeyHolder(emulator.authenticate_key(&key)?))
    }
}

/// The one value of a header that may be there twice, or as `k, k`, as long as it says the same (observed).
pub fn header<T: std::str::FromStr>(headers: &HeaderMap, header: AuthHeader) -> Result<T, ApiError> {
    let mut found: Option<&str> = None;
    for value in headers.get_all(header.lookup()) {
        // assumed: header-not-ascii
        let value = value.to_str().map_err(|_| ApiError::HeaderUnprintable(header))?;
        for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            // assumed: header-different-values
            if *found.get_or_insert(part) != part {
                return Err(ApiError::HeaderAmbiguous(header));
            }
        }
    }
    let found = found.ok_or(ApiError::HeaderMissing(header))?;
    found.parse().map_err(|_| ApiError::HeaderUnprintable(header))
}
