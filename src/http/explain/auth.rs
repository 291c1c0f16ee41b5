//! `API_KEY` and `X-AUTH-TOKEN`: under which other names they arrived, and where they may have been lost.

use super::{OPERATIONS, UNPUBLISHED, doubt, rule, shown};
use crate::domain::code::Provenance;
use crate::emulator::AuthRefusal;
use crate::form::Form;
use crate::http::error::AuthHeader;
use crate::http::record::Recording;
use crate::journal::Explanation;

/// What proxies add to a request.
const OF_PROXIES: [&str; 12] = [
    "via",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-real-ip",
    "x-request-id",
    "x-envoy-external-address",
    "x-amzn-trace-id",
    "cf-ray",
    "traceparent",
];
/// nginx's cure comes first: it is the one that the short form shows.
const CURES: [&str; 3] = [
    "nginx drops names with an underscore, unless its configuration says: underscores_in_headers on;",
    "Apache httpd 2.4 drops them too: let the client send API-KEY, and configure SetEnvIfNoCase ^API.KEY$ ^(.*)$ fix_api_key=$1 \
     and RequestHeader set API_KEY %{fix_api_key}e env=fix_api_key",
    "Envoy keeps them with headers_with_underscores_action: ALLOW",
];

/// No `API_KEY`.
pub fn no_key(recording: &Recording) -> Explanation {
    let mut hints = instead(AuthHeader::ApiKey, recording);
    let is_there = |name: &&str| recording.transcript().is_some_and(|transcript| transcript.header(name).is_some());
    let proxy = OF_PROXIES.iter().find(|name| is_there(name)).map(|name| format!("a proxy was on the way ({name})"));
    let token = is_there(&"x-auth-token").then(|| "X-AUTH-TOKEN arrived, API_KEY did not".to_owned());
    if let Some(clue) = token.or(proxy) {
        let [nginx, others @ ..] = CURES;
        hints.push(format!("{clue}: {nginx}"));
        hints.extend(others.map(str::to_owned));
    }
    if hints.is_empty() {
        hints.push("if you did, a proxy may have dropped a header with an underscore: nginx does, unless its configuration says: underscores_in_headers on;".to_owned());
    }
    Explanation { hints, ..demanded(AuthHeader::ApiKey) }
}

/// No `X-AUTH-TOKEN`.
pub fn no_token(recording: &Recording) -> Explanation {
    let mut hints = instead(AuthHeader::Token, recording);
    if recording.key().is_some_and(|key| recording.emulator().has_issued_to(key)) {
        hints.push("issueToken's answer has the token in its body, data.X-AUTH-TOKEN, not in a header".to_owned());
    }
    Explanation { hints, ..demanded(AuthHeader::Token) }
}

fn demanded(header: AuthHeader) -> Explanation {
    let (what, expected) = match header {
        AuthHeader::ApiKey => ("every call carries the header API_KEY", "API_KEY: the key of your account"),
        AuthHeader::Token => {
            ("every call but issueToken carries the header X-AUTH-TOKEN", "X-AUTH-TOKEN: a token that issueToken answered")
        }
    };
    Explanation { expected: Some(expected.to_owned()), ..rule(what, Provenance::Documented, OPERATIONS) }
}

/// A header with several values.
pub fn ambiguous(header: AuthHeader, recording: &Recording) -> Explanation {
    Explanation {
        expected: Some("one value".to_owned()),
        hints: oddity(header, recording).into_iter().collect(),
        ..rule(format!("{} has one value, however often it is sent", header.name()), Provenance::Assumed, UNPUBLISHED)
    }
}

/// A header with bytes that no credential has.
pub fn unprintable(header: AuthHeader, recording: &Recording) -> Explanation {
    Explanation {
        expected: Some("printable ASCII".to_owned()),
        hints: oddity(header, recording).into_iter().collect(),
        ..rule(format!("{} is printable ASCII", header.name()), Provenance::Assumed, UNPUBLISHED)
    }
}

/// A key or a token that does not pass.
pub fn refused(refusal: &AuthRefusal, recording: &Recording) -> Explanation {
    let odd = |header| oddity(header, recording).into_iter().collect();
    match refusal {
        AuthRefusal::UnknownKey => Explanation {
            got: recording.key().map(|key| shown(key.as_str())),
            expected: Some("an apiKey of the fixture".to_owned()),
            hints: odd(AuthHeader::ApiKey),
            ..rule("with --auth strict the key is one of the fixture's", Provenance::Assumed, UNPUBLISHED)
        },
        AuthRefusal::UnknownToken => Explanation {
            expected: Some("a token of the fixture's account, or one that issueToken answered".to_owned()),
            hints: odd(AuthHeader::Token),
            ..rule("with --auth strict the token is one of the fixture's, or was issued here", Provenance::Assumed, UNPUBLISHED)
        },
        AuthRefusal::TokenOfAnotherKey => {
            let has_own = recording.key().is_some_and(|key| recording.emulator().has_issued_to(key));
            let hint = has_own.then(|| "this key was issued a token too: send that one".to_owned());
            Explanation {
                expected: Some("the token and the key that it was obtained with".to_owned()),
                hints: hint.into_iter().collect(),
                ..rule("a call carries the token and the key that it was obtained with", Provenance::Documented, OPERATIONS)
            }
        }
        AuthRefusal::ExpiredToken { seconds_ago } => {
            let lives = recording.emulator().settings().token_ttl.as_secs();
            Explanation {
                got: Some(format!("a token that expired {seconds_ago} s ago")),
                expected: Some("a token whose exp is yet to come".to_owned()),
                ..rule(
                    format!("a token is valid for {lives} s"),
                    Provenance::Observed,
                    "observed in captured tokens: exp - iat is 18000 s; that there is no leeway is assumed",
                )
            }
        }
    }
}

/// What is odd about the value that arrived.
fn oddity(header: AuthHeader, recording: &Recording) -> Option<String> {
    recording.transcript()?.header(&header.name().to_ascii_lowercase()).and_then(|value| doubt::doubt(header, value.as_bytes()))
}

/// What arrived instead of a header that is missing: an empty one, or its value somewhere else.
fn instead(header: AuthHeader, recording: &Recording) -> Vec<String> {
    let Some(transcript) = recording.transcript() else { return Vec::new() };
    let name = header.name();
    let mut hints = Vec::new();
    if transcript.request_headers().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
        hints.push(format!("{name} arrived empty: what it is filled from may be unset"));
    }
    if let Some((other, _)) = transcript.request_headers().find(|(other, _)| stands_for(other) == Some(header)) {
        hints.push(format!("{} was sent: the header is {name}", other.to_ascii_uppercase()));
    } else if let Some(value) = transcript.header("authorization") {
        // A key or a token: whichever is asked for.
        let alone = if value.contains(' ') { ", and its value stands alone" } else { "" };
        hints.push(format!("Authorization was sent: the header is {name}{alone}"));
    }
    let mut query = Form::default();
    query.decode(transcript.query().unwrap_or_default().as_bytes());
    if let Some((other, _)) = query.pairs.iter().find(|(other, _)| is_named(other, header)) {
        hints.push(format!("{} was sent in the query: {name} is a header", shown(other)));
    }
    hints
}

/// The header that another one was meant to be.
pub fn stands_for(other: &str) -> Option<AuthHeader> {
    let headers = [AuthHeader::ApiKey, AuthHeader::Token];
    let is_right = headers.iter().any(|header| header.name().eq_ignore_ascii_case(other));
    headers.into_iter().find(|header| !is_right && is_named(other, *header))
}

/// Whether somebody who writes such a name means that header.
fn is_named(other: &str, header: AuthHeader) -> bool {
    let letters: String = other.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let letters = letters.strip_prefix('x').unwrap_or(&letters);
    let names: &[&str] = match header {
        AuthHeader::ApiKey => &["apikey", "authkey", "apiauthkey", "authapikey", "vchatcloudapikey", "apikeyid", "key"],
        AuthHeader::Token => &["authtoken", "token", "accesstoken", "apitoken", "authorizationtoken", "jwt"],
    };
    names.contains(&letters)
}
