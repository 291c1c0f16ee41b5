//! The body of a call: JSON, read strictly; every problem is told with its line and column.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use jsonc_parser::ast::Value;

use super::error::AdminError;
use crate::fixture::Problems;
use crate::reader::{self, Reader};

/// A body as it arrived, or why it did not.
pub type Body = Result<Bytes, BytesRejection>;

/// The text of a body.
pub fn text(body: Body, hint: &str) -> Result<String, AdminError> {
    let body = body.map_err(|rejection| AdminError::body(&rejection, hint))?;
    String::from_utf8(body.to_vec()).map_err(|_| AdminError::bad_request("body: must be UTF-8", hint))
}

/// What `read` makes of a body.
pub fn json<T>(body: Body, hint: &str, read: impl FnOnce(&mut Reader, &Value<'_>) -> Option<T>) -> Result<T, AdminError> {
    let text = text(body, hint)?;
    let read = reader::read("body", &text, read).map_err(|problems| AdminError::problems(&Problems(problems), hint))?;
    read.ok_or_else(|| AdminError::bad_request("body: cannot be read", hint))
}
