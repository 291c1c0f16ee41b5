//! The query of a call: which account it is about, and what else the call takes. Strict: what nobody reads is an error.

use std::convert::Infallible;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::error::AdminError;
use crate::domain::field::{FieldError, Invalid};
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::text;
use crate::emulator::Emulator;
use crate::escape::{self, BrokenEscape};

const HINT: &str = "name one account with ?apiKey=K, or leave it out for all";
/// How many accounts a refusal names.
const NAMED: usize = 10;

/// The decoded members of a query, each there once.
pub struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = AdminError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AdminError> {
        let query = parts.uri.query().unwrap_or_default();
        let members = query.split('&').filter(|member| !member.is_empty()).map(decoded).collect::<Result<Vec<_>, _>>();
        let members = members.map_err(|_| AdminError::bad_request("broken percent escape in the query", HINT))?;
        for (at, (name, _)) in members.iter().enumerate() {
            if members[..at].iter().any(|(before, _)| before == name) {
                return Err(AdminError::bad_request(format!("{}: stands twice in the query", text::short(name)), HINT));
            }
        }
        Ok(Query(members))
    }
}

impl Query {
    /// The account that a read is about, or a write that may be about all; `None` is all. `more` is what else the call takes.
    pub fn scope(&self, more: &[&str]) -> Result<Option<ApiKey>, AdminError> {
        let known = |name: &str| name == "apiKey" || more.contains(&name);
        if let Some((name, _)) = self.0.iter().find(|(name, _)| !known(name)) {
            let taken: Vec<&str> = std::iter::once("apiKey").chain(more.iter().copied()).collect();
            let meant = text::did_you_mean(name, taken.iter().copied()).map(|meant| format!(", did you mean {meant}"));
            let message = format!("unknown query parameter \"{}\"{}", text::short(name), meant.unwrap_or_default());
            return Err(AdminError::bad_request(message, format!("this call takes {}", text::either(&taken))));
        }
        self.get("apiKey")
            .map(|key| FieldError::parse("apiKey", key))
            .transpose()
            .map_err(|error| AdminError::bad_request(error.to_string(), HINT))
    }

    /// The account that a write is about. Without a key it is about the only one there is; when there are more, `?all=true`
    /// must say that it is about all: nobody disturbs another suite by leaving something out.
    pub fn write_scope(&self, emulator: &Emulator) -> Result<Option<ApiKey>, AdminError> {
        let (key, all) = self.any_scope()?;
        if key.is_none() && !all { only_one(emulator) } else { Ok(key) }
    }

    /// The account that a write is about, or all: with or without a word about it.
    pub fn any_scope(&self) -> Result<(Option<ApiKey>, bool), AdminError> {
        let key = self.scope(&["all"])?;
        let all = match self.get("all") {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(AdminError::bad_request(format!("all: must be true or false, got \"{}\"", text::short(other)), HINT));
            }
        };
        if key.is_some() && all {
            return Err(AdminError::bad_request("apiKey and all: take one of them", HINT));
        }
        Ok((key, all))
    }

    /// The one account that a write is about.
    pub fn one_account(&self, emulator: &Emulator, more: &[&str]) -> Result<ApiKey, AdminError> {
        let account = match self.scope(more)? {
            Some(key) => Some(key),
            None => only_one(emulator)?,
        };
        account.ok_or_else(|| AdminError::bad_request("apiKey: missing, and there is no account yet", "name one with ?apiKey=K"))
    }

    /// A parameter by its type's rules.
    pub fn value<T: FromStr<Err = Invalid>>(&self, name: &'static str, hint: &str) -> Result<Option<T>, AdminError> {
        let parsed = self.get(name).map(|text| FieldError::parse(name, text)).transpose();
        parsed.map_err(|error| AdminError::bad_request(error.to_string(), hint))
    }

    /// A parameter that is a whole number of at least `min`.
    pub fn number<T: FromStr + PartialOrd + Display + Copy>(&self, name: &'static str, min: T) -> Result<Option<T>, AdminError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| *number >= min);
        let message = || format!("{name}: must be a whole number from {min} on, got \"{}\"", text::short(text));
        number.map(Some).ok_or_else(|| AdminError::bad_request(message(), "leave it out, or send digits"))
    }

    /// A parameter that is one of a few words; the first is what it is when it is not there.
    pub fn one_of(&self, name: &'static str, words: &[&'static str]) -> Result<&'static str, AdminError> {
        let Some(text) = self.get(name) else { return Ok(words.first().copied().unwrap_or_default()) };
        let message = || format!("{name}: must be {}, got \"{}\"", text::either(words), text::short(text));
        words.iter().find(|word| **word == text).copied().ok_or_else(|| AdminError::bad_request(message(), "leave it out for the first"))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The only account there is, or none; more than one is a refusal that names them.
fn only_one(emulator: &Emulator) -> Result<Option<ApiKey>, AdminError> {
    let mut keys: Vec<ApiKey> = emulator.accounts().into_iter().map(|account| account.key).collect();
    if keys.len() > 1 {
        let more = keys.len().saturating_sub(NAMED);
        let mut names: Vec<String> = keys.iter().take(NAMED).map(|key| text::short(key.as_str())).collect();
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let message = format!("apiKey: missing, and there are the accounts {}", names.join(", "));
        return Err(AdminError::bad_request(message, "name one with ?apiKey=K, or say ?all=true where the call can be about all"));
    }
    Ok(keys.pop())
}

/// The last segment of a path, decoded; what is not UTF-8 in it is no name of anything.
pub struct Segment(pub String);

impl<S: Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let segment = parts.uri.path().rsplit('/').next().unwrap_or_default();
        Ok(Segment(escape::segment(segment).into_owned()))
    }
}

/// The room that a path names: `/__admin/rooms/{roomId}` and what hangs below it.
pub struct RoomInPath(pub RoomId);

impl<S: Sync> FromRequestParts<S> for RoomInPath {
    type Rejection = AdminError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AdminError> {
        let segment = escape::segment(parts.uri.path().split('/').nth(3).unwrap_or_default());
        let id = FieldError::parse("roomId", &segment);
        id.map(RoomInPath).map_err(|error| AdminError::bad_request(error.to_string(), "GET state shows the rooms there are"))
    }
}

/// The name and the value of one member of a query.
fn decoded(member: &str) -> Result<(String, String), BrokenEscape> {
    let (name, value) = member.split_once('=').unwrap_or((member, ""));
    let text = |escaped: &str| escape::decode(escaped.as_bytes(), true).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((text(name)?, text(value)?))
}
