//! A request as a command to paste into a shell. Credentials are shell variables.

use std::fmt::Write as _;

use super::transcript::{BODY_KEPT, Transcript};
use crate::domain::secret;
use crate::escape;

/// Headers that belong to a connection or that curl makes itself.
const LEFT_OUT: &[&str] =
    &["host", "content-length", "connection", "transfer-encoding", "accept-encoding", "user-agent", "accept", "expect"];
const API_KEY: &str = "api_key";
const TOKEN: &str = "x-auth-token";

/// A call to be written as a command, which hides credentials.
#[derive(Clone)]
pub struct Curl {
    /// `http://127.0.0.1:4280`
    pub base: String,
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Part>,
}

/// A body.
#[derive(Clone)]
pub enum Part {
    /// As it arrived, and whether it was cut.
    Raw { bytes: Vec<u8>, is_cut: bool },
    /// A form to be encoded.
    Form(Vec<(String, String)>),
}

/// The address that a client used, if it is one that can be shown as it is.
pub fn base_url(is_secure: bool, host: Option<&str>) -> String {
    let plain = |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{}", host.filter(plain).unwrap_or("127.0.0.1:4280"))
}

impl Curl {
    /// The request of a transcript.
    pub fn of(transcript: &Transcript) -> Curl {
        let headers = transcript.request_headers().filter(|(name, _)| !LEFT_OUT.contains(name));
        let body = transcript.request_body().filter(|body| !body.is_empty());
        Curl {
            base: base_url(transcript.is_secure, transcript.header("host")),
            method: transcript.method().to_owned(),
            target: transcript.target().to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned())).collect(),
            body: body.map(|body| Part::Raw { bytes: body.to_vec(), is_cut: transcript.is_request_cut() }),
        }
    }

    /// The same with a header; one of that name, in lower case, is replaced.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The command, on one line, after a comment if a body was cut.
    pub fn command(&self) -> String {
        let mut command = String::from("curl");
        let mut before = String::new();
        let is_plain = self.method == "GET" && self.body.is_none();
        match self.method.as_str() {
            "HEAD" => command.push_str(" --head"),
            _ if is_plain => {}
            method => push(&mut command, &format!("-X {}", word(&secret::scrubbed(method)))),
        }
        if self.target.contains(['[', ']', '{', '}']) {
            command.push_str(" --globoff");
        }
        if self.target.contains("/.") {
            command.push_str(" --path-as-is");
        }
        if self.target.starts_with('/') {
            push(&mut command, &quoted(&secret::scrubbed(&format!("{}{}", self.base, self.target))));
        } else {
            push(
                &mut command,
                &format!("--request-target {} {}", quoted(&secret::scrubbed(&self.target)), quoted(&format!("{}/", self.base))),
            );
        }
        for (name, value) in &self.headers {
            push(&mut command, &format!("-H {}", header(name, value)));
        }
        match &self.body {
            None => {}
            Some(Part::Form(pairs)) => {
                for (name, value) in pairs {
                    push(&mut command, &format!("--data-urlencode {}", quoted(&secret::scrubbed(&format!("{name}={value}")))));
                }
            }
            Some(Part::Raw { bytes, is_cut }) => {
                if !self.headers.iter().any(|(name, _)| name == "content-type") {
                    command.push_str(" -H 'Content-Type:'");
                }
                if *is_cut {
                    let _ = writeln!(before, "# only the first {BODY_KEPT} bytes of the body were kept");
                }
                // A credential is masked at the price of bytes that are not UTF-8.
                let text = String::from_utf8_lossy(bytes);
                let masked = if *is_cut { secret::scrubbed_beginning(&text) } else { secret::scrubbed(&text) };
                let bytes = if masked == text { bytes.as_slice() } else { masked.as_bytes() };
                match std::str::from_utf8(bytes) {
                    Ok(text) if !text.contains(|character: char| character.is_control() && character != '\n') => {
                        push(&mut command, &format!("--data-raw {}", quoted(text)));
                    }
                    _ => {
                        let octal: String = bytes.iter().fold(String::new(), |mut octal, byte| {
                            let _ = write!(octal, "\\{byte:03o}");
                            octal
                        });
                        let _ = write!(before, "printf '{octal}' | ");
                        command.push_str(" --data-binary @-");
                    }
                }
            }
        }
        before + &command
    }

    /// A call with a form body, encoded in the target if there can be no body.
    #[must_use]
    pub fn with_form(mut self, pairs: Vec<(String, String)>) -> Curl {
        self.target.truncate(self.target.find('?').unwrap_or(self.target.len()));
        self.headers.retain(|(name, _)| name != "content-type");
        if self.method == "POST" {
            self.body = Some(Part::Form(pairs));
        } else if !pairs.is_empty() {
            let query: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{}={}", escape::encode(name), escape::encode(value))).collect();
            self.target = format!("{}?{}", self.target, query.join("&"));
            self.body = None;
        }
        self
    }
}

fn push(command: &mut String, word: &str) {
    command.push(' ');
    command.push_str(word);
}

fn header(name: &str, value: &str) -> String {
    match name {
        API_KEY => "\"API_KEY: $API_KEY\"".to_owned(),
        TOKEN => "\"X-AUTH-TOKEN: $X_AUTH_TOKEN\"".to_owned(),
        _ => quoted(&format!("{name}: {}", secret::scrubbed(value))),
    }
}

fn word(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) { text.to_owned() } else { quoted(text) }
}

/// In single quotes, in which a shell takes everything as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
