//! `API_KEY`, then `X-AUTH-TOKEN`. A handler gets an account in no other way than through these types, which are made of
//! headers only: no body is touched before they have passed.

use std::str::FromStr;
use std::sync::Arc;

use axum::http::HeaderMap;

use super::Route;
use super::error::{ApiError, AuthHeader};
use super::path::{InRoom, RoomPath, SchedulePath, UserPath};
use crate::domain::ids::{ApiKey, Token};
use crate::emulator::{Account, Cause, Emulator};

/// A call before anybody knows whose it is.
pub struct Call<'a> {
    pub emulator: &'a Emulator,
    pub headers: &'a HeaderMap,
    pub route: Route<'a>,
    /// What the changes of the call will be put down to.
    pub cause: Cause,
}

/// The account of a call with a valid key and token, and where the call goes.
pub struct Caller<'a> {
    pub emulator: &'a Emulator,
    pub account: Arc<Account>,
    pub cause: Cause,
    pub route: Route<'a>,
}

/// The account of a call with a valid key, for issueToken.
pub struct KeyHolder<'a> {
    pub emulator: &'a Emulator,
    pub account: Arc<Account>,
}

impl<'a> Caller<'a> {
    /// Who calls, with what `API_KEY` says or what is wrong with it.
    ///
    /// # Errors
    /// What is wrong with the key, else with the token.
    pub fn of(call: &Call<'a>, key: &Result<ApiKey, ApiError>) -> Result<Self, ApiError> {
        let Call { emulator, route, cause, .. } = *call;
        // assumed: key-before-token
        let key = key.as_ref().map_err(ApiError::clone)?;
        let token: Token = match header(call.headers, AuthHeader::Token) {
            Ok(token) => token,
            // An unknown key is told before a missing token.
            Err(error) => return Err(emulator.check_key(key).map_or_else(ApiError::from, |()| error)),
        };
        Ok(Caller { emulator, account: emulator.authenticate(key, &token)?, cause, route })
    }

    /// The room of the path.
    pub fn room(&self) -> RoomPath<'a> {
        RoomPath::of(&self.route)
    }

    /// The room of the path, and somebody in it.
    pub fn user(&self) -> UserPath<'a> {
        InRoom::of(&self.route)
    }

    /// The room of the path, and a reserved message.
    pub fn schedule(&self) -> SchedulePath<'a> {
        InRoom::of(&self.route)
    }
}

impl<'a> KeyHolder<'a> {
    /// Who calls.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn of(call: &Call<'a>, key: &Result<ApiKey, ApiError>) -> Result<Self, ApiError> {
        let key = key.as_ref().map_err(ApiError::clone)?;
        Ok(KeyHolder { emulator: call.emulator, account: call.emulator.authenticate_key(key)? })
    }
}

/// The one value of a header that may be there twice, or as `k, k`, as long as it says the same (observed).
pub fn header<T: FromStr>(headers: &HeaderMap, header: AuthHeader) -> Result<T, ApiError> {
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
