//! The parameters of a request: query and form body, merged as servlets merge them.
//!
//! A lenient picture of what arrived; the operations turn it into checked values, field by field in their own order.

use std::cell::RefCell;
use std::str::FromStr;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::error::ApiError;
use crate::domain::field::{FieldError, Invalid, RoomName};
use crate::domain::text;
use crate::emulator::Emulator;
use crate::escape;

/// The largest body that is read (assumed).
pub const BODY_LIMIT: usize = 64 * 1024;
/// The one media type that carries parameters.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// What arrived, in order: the query first, then the body. The first value of a name counts (as a servlet's
/// `getParameter`); unknown names are ignored (observed).
#[derive(Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    /// What the mock noticed on the way, each with the name of the parameter it is about.
    notes: Vec<Note>,
    /// What the operation asked for: what befalls others does not matter.
    asked: RefCell<Vec<&'static str>>,
}

#[derive(Debug)]
struct Note {
    parameter: Option<String>,
    text: String,
}

impl FromRequest<Emulator> for Params {
    type Rejection = ApiError;

    /// Checks the media type, then the size, then reads.
    async fn from_request(request: Request, _: &Emulator) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let content_type = parts.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        if let Some(got) = content_type
            && !got.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
        {
            return Err(ApiError::MediaType { got: got.to_owned() });
        }
        let body = read(&parts.headers, body).await?;
        let mut params = Params::default();
        params.decode(parts.uri.query().unwrap_or_default().as_bytes());
        if content_type.is_some() {
            if body.trim_ascii_start().starts_with(b"{") {
                params.note(None, "the body looks like JSON: send a form, roomName=...&maxUser=...".to_owned());
            }
            params.decode(&body);
        } else if !body.is_empty() {
            params.note(None, format!("the body was ignored, because it came without Content-Type: send Content-Type: {FORM}"));
        }
        Ok(params)
    }
}

/// Reads a body that is not too large. What is too large is not read; the connection takes care of the rest.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(ApiError::TooLarge);
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::TooLarge),
        Err(error) => Err(ApiError::Body { why: error.to_string() }),
    }
}

impl Params {
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
        self.get(field).filter(|value| !value.is_empty()).map(|value| FieldError::parse(field, value)).transpose()
    }

    /// A field of a change: absent leaves as it is, empty unsets.
    ///
    /// # Errors
    /// When it is no value of `T`.
    #[expect(clippy::option_option, reason = "absent, unset and set are three things")]
    pub fn change<T: FromStr<Err = Invalid>>(&self, field: &'static str) -> Result<Option<Option<T>>, FieldError> {
        self.get(field).map(|_| self.optional(field)).transpose()
    }

    /// The refusal of a field, with what was noticed of it on the way.
    pub fn refuse(&self, error: FieldError) -> ApiError {
        let (FieldError::Missing { field } | FieldError::Invalid { field, .. }) = &error;
        let about = |parameter: Option<&str>| self.notes.iter().find(|note| note.parameter.as_deref() == parameter);
        let noticed = about(Some(*field)).or_else(|| about(None)).map(|note| note.text.clone());
        let misspelt = matches!(error, FieldError::Missing { .. }).then(|| self.near_miss(field)).flatten();
        let note = noticed.or_else(|| misspelt.map(|name| format!("{name} was ignored: the parameter is {field}")));
        ApiError::Field { error, note }
    }

    /// What a success should warn of.
    pub fn warning(&self) -> Option<String> {
        let asked = self.asked.borrow();
        let matters = |note: &&Note| note.parameter.as_deref().is_none_or(|parameter| asked.contains(&parameter));
        let notes: Vec<&str> = self.notes.iter().filter(matters).map(|note| note.text.as_str()).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// A parameter that was sent and may have been meant for one that is missing, such as `webrtcStat` for `rtcStat`.
    fn near_miss(&self, field: &str) -> Option<String> {
        let others = self.pairs.iter().map(|(name, _)| name.as_str()).filter(|name| *name != field);
        text::did_you_mean(field, others).map(text::short)
    }

    fn get(&self, field: &'static str) -> Option<&str> {
        self.asked.borrow_mut().push(field);
        self.first(field)
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn decode(&mut self, form: &[u8]) {
        for pair in form.split(|byte| *byte == b'&') {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(equals) => (&pair[..equals], &pair[equals + 1..]),
                None => (pair, &pair[..0]),
            };
            match (escape::decode(name, true), escape::decode(value, true)) {
                (Ok(name), _) if name.is_empty() => {}
                (Ok(name), Ok(value)) => {
                    let name = String::from_utf8_lossy(&name).into_owned();
                    let value = String::from_utf8(value).unwrap_or_else(|error| self.damaged(&name, error.as_bytes()));
                    self.pairs.push((name, value));
                }
                (name, _) => {
                    let name = name.ok().map(|name| String::from_utf8_lossy(&name).into_owned());
                    let what = name.as_deref().unwrap_or("a parameter");
                    let got = text::short(&String::from_utf8_lossy(pair));
                    let why = "was dropped, because of a broken percent escape: send a percent sign as %25, got";
                    let text = format!("{what} {why} \"{got}\"");
                    self.note(name, text);
                }
            }
        }
    }

    /// The text of bytes that are not UTF-8, with a note that says what they may have been.
    fn damaged(&mut self, name: &str, bytes: &[u8]) -> String {
        let (korean, broken) = encoding_rs::EUC_KR.decode_without_bom_handling(bytes);
        let is_korean = !broken && korean.chars().any(|character| ('가'..='힣').contains(&character));
        let cure = if is_korean {
            format!(
                "they read well as EUC-KR/CP949: send percent-encoded UTF-8, {name}={}",
                escape::encode(&text::cut(&korean, RoomName::MAX_CHARS))
            )
        } else {
            "send percent-encoded UTF-8".to_owned()
        };
        self.note(Some(name.to_owned()), format!("{name} has bytes that are not UTF-8, which became U+FFFD; {cure}"));
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// What befalls a value after the first one of its name does not matter.
    fn note(&mut self, parameter: Option<String>, text: String) {
        if parameter.as_deref().is_none_or(|name| self.first(name).is_none()) {
            self.notes.push(Note { parameter, text });
        }
    }
}
