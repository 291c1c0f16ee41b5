//! HAR 1.2, as browsers export what they have sent and got. Only what a comparison needs is read.

use std::borrow::Cow;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::error::Category;

use super::mask::HARMLESS;
use super::shape::Answer;
use crate::escape::decode;
use crate::reader::{Problem, Problems};

/// The headers that carry secrets.
const SECRET: [&str; 6] = ["api_key", "x-auth-token", "authorization", "cookie", "set-cookie", "proxy-authorization"];

/// A capture that was read.
pub struct Capture {
    /// The file, for messages.
    pub name: String,
    pub entries: Vec<Entry>,
}

/// One request, and what came of it.
#[derive(Deserialize)]
pub struct Entry {
    pub request: Asked,
    response: Got,
}

#[derive(Deserialize)]
pub struct Asked {
    pub method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(rename = "postData")]
    posted: Option<Posted>,
}

#[derive(Deserialize)]
struct Got {
    /// Zero or less where no answer came.
    status: i32,
    #[serde(default)]
    headers: Vec<Header>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Posted {
    text: Option<String>,
    params: Option<Vec<Param>>,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize, Default)]
struct Content {
    size: Option<i64>,
    #[serde(rename = "mimeType")]
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

/// Reads a capture.
///
/// # Errors
/// Where it is broken, without a word of what stands there: that may be a secret.
pub fn read(path: &Path) -> Result<Capture, Problems> {
    let name = path.display().to_string();
    let problem = |place, text: String| Problems(vec![Problem { source: name.clone(), place, text }]);
    let bytes = std::fs::read(path).map_err(|error| problem(None, format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| problem(None, "must be UTF-8".to_owned()))?;
    let har: Har = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text)).map_err(|error| {
        let what = match error.classify() {
            // What it would tell of data is the data.
            Category::Data => "no HAR 1.2: export it anew, in the network tab of a browser's developer tools".to_owned(),
            _ => format!("broken JSON: {}", error.to_string().split(" at line ").next().unwrap_or_default().to_lowercase()),
        };
        problem(Some((error.line(), error.column().max(1))), what)
    })?;
    Ok(Capture { name, entries: har.log.entries })
}

impl Entry {
    /// The answer, if one came.
    pub fn answer(&self) -> Option<Answer> {
        let status = u16::try_from(self.response.status).ok().filter(|status| *status > 0)?;
        let nothing = Content::default();
        let Content { size, mime_type, text, encoding } = self.response.content.as_ref().unwrap_or(&nothing);
        let declared = mime_type.as_deref().filter(|declared| !declared.is_empty());
        let content_type = first(&self.response.headers, "content-type").or(declared).map(str::to_owned);
        // Some leave the text empty instead of leaving it out.
        let text = text.as_ref().filter(|text| !text.is_empty() || size.is_none_or(|size| size <= 0));
        let body = match encoding.as_deref() {
            // What is no base64 is no body that anybody could compare.
            Some("base64") => text.and_then(|text| STANDARD.decode(text).ok()),
            _ => text.map(|text| text.clone().into_bytes()),
        };
        Some(Answer { status, content_type, body })
    }

    /// Every value that may be a secret: headers that carry one, each cookie in them, and what stands in the query.
    pub fn secrets(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let headers = self.request.headers.iter().chain(&self.response.headers);
        let headers =
            headers.filter(|header| SECRET.contains(&header.name.to_ascii_lowercase().as_str())).map(|header| header.value.as_str());
        // Some put the cookies of several headers into one, a line each.
        let cookies = headers.clone().flat_map(|value| value.split([';', '\n'])).filter_map(|cookie| cookie.split_once('='));
        let values = cookies.chain(self.request.query().into_iter().flat_map(pairs)).map(|(_, value)| value);
        // Shorter ones are numbers and flags, and would hide those of the report.
        let values = values.filter(|value| value.len() >= HARMLESS);
        let decoded = values.clone().filter_map(|value| String::from_utf8(decode(value.as_bytes(), true).ok()?).ok()).map(Cow::Owned);
        headers.chain(values).map(Cow::Borrowed).chain(decoded)
    }
}

impl Asked {
    /// The path, without origin and query.
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        path.split(['?', '#']).next().unwrap_or_default()
    }

    /// What stands behind the path.
    pub fn query(&self) -> Option<&str> {
        self.url.split('#').next()?.split_once('?').map(|(_, query)| query)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The body that was sent, as far as it was captured.
    pub fn body(&self) -> Option<&str> {
        self.posted.as_ref()?.text.as_deref()
    }

    /// Whether it has a parameter; `None` where that cannot be told: nothing of its form was kept, or the value is empty.
    pub fn has(&self, name: &str) -> Option<bool> {
        let written = self.query().into_iter().chain(self.body()).flat_map(pairs);
        let listed = self.posted.iter().flat_map(|posted| posted.params.iter().flatten());
        let listed = listed.map(|param| (param.name.as_str(), param.value.as_deref().unwrap_or_default()));
        let mut all = written.chain(listed).peekable();
        let is_kept = all.peek().is_some();
        match all.find(|(known, _)| *known == name) {
            Some((_, value)) => (!value.is_empty()).then_some(true),
            None => is_kept.then_some(false),
        }
    }
}

/// Names and values of a form, as they are written there.
fn pairs(form: &str) -> impl Iterator<Item = (&str, &str)> + Clone {
    form.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn first<'h>(headers: &'h [Header], name: &str) -> Option<&'h str> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}
