//! The parameters of a request: query and form body, merged as servlets merge them.
//!
//! A lenient picture of what arrived; the operations turn it into checked values, field by field in their own order.

use std::cell::RefCell;
use std::str::FromStr;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header;
use axum::http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::error::ApiError;
use super::record::Recording;
use crate::domain::field::{FieldError, Invalid};
use crate::domain::text;
use crate::form::{self, FORM, Form, Note};

/// The largest body that is read.
// assumed: body-limit
pub const BODY_LIMIT: usize = 64 * 1024;

/// What arrived, in order: the query first, then the body. The first value of a name counts (as a servlet's
/// `getParameter`); unknown names are ignored (observed).
#[derive(Debug, Default)]
pub struct Params {
    form: Form,
    /// What the operation asked for: what befalls others does not matter.
    asked: RefCell<Vec<&'static str>>,
}

impl Params {
    /// Those of a request: checks the media type, then the size, then reads.
    ///
    /// # Errors
    /// What cannot be read.
    pub async fn read(head: &Parts, recording: &mut Recording) -> Result<Params, ApiError> {
        let content_type = head.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        if let Some(got) = content_type
            // assumed: media-type
            && !form::is_form(got)
        {
            return Err(ApiError::MediaType { got: got.to_owned() });
        }
        let body = read(recording.take_body()).await?;
        recording.has_read(body.clone());
        Ok(Params::of(content_type.is_some(), head.uri.query().unwrap_or_default(), &body))
    }
}

/// Reads a body that is not too large. What is too large is not read; the connection takes care of the rest.
pub async fn read(body: Body) -> Result<Bytes, ApiError> {
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(ApiError::TooLarge);
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::TooLarge),
        Err(error) => Err(ApiError::Body { why: error.to_string() }),
    }
}

impl Params {
    /// The parameters of a query and a body; without a media type a body is not read.
    pub fn of(has_media_type: bool, query: &str, body: &[u8]) -> Params {
        let mut params = Params::default();
        // assumed: query-before-body
        params.form.decode(query.as_bytes());
        // assumed: body-without-content-type
        if has_media_type {
            if body.trim_ascii_start().starts_with(b"{") {
                params.form.note(None, "the body looks like JSON: send a form, name=value&name=value".to_owned());
            }
            params.form.decode(body);
        } else if !body.is_empty() {
            params.form.note(None, format!("the body was ignored, because it came without Content-Type: send Content-Type: {FORM}"));
        }
        params
    }

    /// The parameters of a query and more.
    pub fn from_pairs(query: &str, pairs: Vec<(String, String)>) -> Params {
        let mut params = Params::of(true, query, b"");
        params.form.pairs.extend(pairs);
        params
    }

    /// What arrived.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// A required field.
    ///
    /// # Errors
    /// When it is absent, empty or no value of `T`.
    pub fn required<T: FromStr<Err = Invalid>>(&self, field: &'static str) -> Result<T, FieldError> {
        self.optional(field)?.ok_or(FieldError::Missing { field })
    }

    /// An optional field; empty is unset.
    ///
    /// # Errors
    /// When it is no value of `T`.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, field: &'static str) -> Result<Option<T>, FieldError> {
        // assumed: empty-is-absent
        self.get(field).filter(|value| !value.is_empty()).map(|value| FieldError::parse(field, value)).transpose()
    }

    /// A field of a change: absent leaves as it is, empty unsets.
    ///
    /// # Errors
    /// When it is no value of `T`.
    #[expect(clippy::option_option, reason = "absent, unset and set are three things")]
    pub fn change<T: FromStr<Err = Invalid>>(&self, field: &'static str) -> Result<Option<Option<T>>, FieldError> {
        // assumed: modify-optional
        self.get(field).map(|_| self.optional(field)).transpose()
    }

    /// The refusal of a field, with what was noticed of it on the way.
    pub fn refuse(&self, error: FieldError) -> ApiError {
        let (FieldError::Missing { field } | FieldError::Invalid { field, .. }) = &error;
        let about = |parameter: Option<&str>| self.form.notes.iter().find(|note| note.parameter.as_deref() == parameter);
        let noticed = about(Some(*field)).or_else(|| about(None)).map(|note| note.text.clone());
        let misspelt = matches!(error, FieldError::Missing { .. }).then(|| self.near_miss(field)).flatten();
        let note = noticed.or_else(|| misspelt.map(|name| ignored(name, field)));
        ApiError::Field { error, note }
    }

    /// What a success should warn of.
    pub fn warning(&self) -> Option<String> {
        let asked = self.asked.borrow();
        let matters = |note: &&Note| note.parameter.as_deref().is_none_or(|parameter| asked.contains(&parameter));
        let notes = self.form.notes.iter().filter(matters).map(|note| note.text.clone());
        // Mostly everything that was sent was asked for, and nothing need be compared. Only what is optional can be absent from a success.
        let unknown: Vec<&str> = self.form.pairs.iter().map(|(name, _)| name.as_str()).filter(|name| !asked.contains(name)).collect();
        let absent = asked.iter().filter(|field| !unknown.is_empty() && self.form.first(field).is_none());
        let misspelt = absent.filter_map(|field| Some(ignored(text::did_you_mean(field, unknown.iter().copied())?, field)));
        let notes: Vec<String> = notes.chain(misspelt).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// A parameter that was sent and may have been meant for one that is missing, such as `webrtcStat` for `rtcStat`.
    pub fn near_miss(&self, field: &str) -> Option<&str> {
        let others = self.form.pairs.iter().map(|(name, _)| name.as_str()).filter(|name| *name != field);
        text::did_you_mean(field, others)
    }

    fn get(&self, field: &'static str) -> Option<&str> {
        self.asked.borrow_mut().push(field);
        self.form.first(field)
    }
}

fn ignored(name: &str, field: &str) -> String {
    format!("{} was ignored: the parameter is {field}", text::short(name))
}
