//! Credentials that are hardly any: what a client sends that had none, or that wrapped it.

use axum::http::HeaderMap;

use crate::domain::operation::Operation;
use crate::http::error::AuthHeader;

/// What languages write when a variable holds nothing.
const NOTHING: [&str; 6] = ["undefined", "null", "None", "nil", "NaN", "[object Object]"];
/// A longer value is none of them.
const LONGEST: usize = "[object Object]".len();

/// What is odd about the credentials of a call that may pass all the same.
pub fn doubts(headers: &HeaderMap, operation: Operation) -> Option<String> {
    let odd = |header: AuthHeader| headers.get(header.lookup()).and_then(|value| doubt(header, value.as_bytes()));
    let key = odd(AuthHeader::ApiKey);
    // issueToken looks at no token.
    let token = if operation == Operation::IssueToken { None } else { odd(AuthHeader::Token) };
    match (key, token) {
        (Some(key), Some(token)) => Some(format!("{key}; {token}")),
        (key, token) => key.or(token),
    }
}

/// What is odd about a credential. An ordinary one costs a look at its beginning and its length.
pub fn doubt(header: AuthHeader, value: &[u8]) -> Option<String> {
    let has_scheme = |scheme: &str| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()));
    if has_scheme("Bearer ") {
        return Some(format!("{0} starts with \"Bearer\": send {1} alone", header.name(), what(header)));
    }
    let is_plain = value.first().is_some_and(u8::is_ascii_alphanumeric);
    if is_plain && value.len() > LONGEST {
        return None;
    }
    let is_nothing = NOTHING.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    let name = header.name();
    let shown = || super::shown(&String::from_utf8_lossy(value));
    match value.first()? {
        _ if is_nothing => Some(format!("{name} is \"{}\": the client had none when it sent it", shown())),
        b'"' | b'\'' => Some(format!("{name} is in quotes: send {} alone", what(header))),
        b'{' if value.windows(9).any(|word| word == b"result_cd") => {
            Some(format!("{name} holds the whole answer of issueToken: send its data.X-AUTH-TOKEN alone"))
        }
        b'{' | b'$' | b'<' | b'%' => Some(format!("{name} is \"{}\": a placeholder was not filled in", shown())),
        _ => None,
    }
}

fn what(header: AuthHeader) -> &'static str {
    match header {
        AuthHeader::ApiKey => "the key",
        AuthHeader::Token => "the token",
    }
}
