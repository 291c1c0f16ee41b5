//! Credentials of the vendor's real shape must not be shown: they may be live. What stands for one tells only whether it
//! is the same as another.

use std::borrow::Cow;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::time::KstTime;

/// `[A-Za-z0-9]{6}(-[A-Za-z0-9]{6}){3}-[0-9]{14}` (observed).
const KEY_LEN: usize = GROUPS * (GROUP + 1) + KstTime::DIGITS;
const GROUPS: usize = 4;
const GROUP: usize = 6;
/// How a JWT begins (observed), and the shortest that could be one.
const TOKEN_START: &[u8] = b"eyJ";
const TOKEN_LEN: usize = 40;
/// A beginning of a credential that is shorter than this gives nothing away.
const HARMLESS: usize = 8;

/// Whether there is a credential anywhere in it.
pub fn holds_credential(text: &str) -> bool {
    credentials(text.as_bytes()).next().is_some()
}

/// The text with what stands for every credential in it: `ab-...#1f2e`, `eyJ...#1f2e`. Equal ones look equal. A credential
/// is found wherever it begins: what stands before it may be an escape.
pub fn scrubbed(text: &str) -> Cow<'_, str> {
    let mut scrubbed = String::new();
    let mut copied = 0;
    for place in credentials(text.as_bytes()) {
        let found = &text[place.clone()];
        let is_key = key_prefix(found.as_bytes()) == KEY_LEN;
        let start = if is_key { &found[..2] } else { "eyJ" };
        let dash = if is_key { "-" } else { "" };
        scrubbed.extend([&text[copied..place.start], start, dash, "...#", &fingerprint(found)[..4]]);
        copied = place.end;
    }
    if copied == 0 {
        return text.into();
    }
    scrubbed.push_str(&text[copied..]);
    scrubbed.into()
}

/// The same for the beginning of a longer text: a credential may have been cut.
pub fn scrubbed_beginning(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let last_word = bytes.len() - bytes.iter().rev().take_while(|byte| of_token(**byte) || **byte == b'.').count();
    let token = bytes[last_word..].windows(TOKEN_START.len()).position(|start| start == TOKEN_START).map(|at| last_word + at);
    let key = (bytes.len().saturating_sub(KEY_LEN)..bytes.len()).find(|at| key_prefix(&bytes[*at..]) == bytes.len() - at);
    match token.into_iter().chain(key).min().filter(|at| bytes.len() - at >= HARMLESS) {
        Some(at) => format!("{}...", scrubbed(&text[..at])).into(),
        None => scrubbed(text),
    }
}

/// Where credentials stand, in one pass.
fn credentials(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    // Before here no token begins: the first part of one that failed has been looked at.
    let mut barren = 0;
    std::iter::from_fn(move || {
        // None is shorter: most texts that are asked about are.
        while bytes.len() - at >= TOKEN_LEN {
            let rest = &bytes[at..];
            let mut length = if key_prefix(rest) == KEY_LEN { KEY_LEN } else { 0 };
            if length == 0 && at >= barren && rest.starts_with(TOKEN_START) {
                let first_part;
                (length, first_part) = token(rest);
                barren = at + first_part;
            }
            if length > 0 {
                let found = at..at + length;
                at = found.end;
                return Some(found);
            }
            at += 1;
        }
        None
    })
}

/// How long the token is that begins here, 0 if none does; and how long its first part is.
fn token(bytes: &[u8]) -> (usize, usize) {
    let part = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| of_token(**byte)).count();
    let is_dot = |at: usize| bytes.get(at) == Some(&b'.');
    let first = part(0);
    let second = if is_dot(first) { part(first + 1) } else { 0 };
    let third = if second > 0 && is_dot(first + 1 + second) { part(first + second + 2) } else { 0 };
    let whole = first + second + third + 2;
    (if third > 0 && whole >= TOKEN_LEN { whole } else { 0 }, first)
}

/// How many bytes from here on are as in a key.
fn key_prefix(bytes: &[u8]) -> usize {
    let fits = |(at, byte): &(usize, &u8)| match at {
        at if *at >= GROUPS * (GROUP + 1) => byte.is_ascii_digit(),
        at if at % (GROUP + 1) == GROUP => **byte == b'-',
        _ => byte.is_ascii_alphanumeric(),
    };
    bytes.iter().take(KEY_LEN).enumerate().take_while(fits).count()
}

fn of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Lower-case hexadecimal SHA-256.
pub fn fingerprint(text: &str) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or_default());
    Sha256::digest(text).iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AbCdEf-GhIjKl-123456-MnOpQr-20220101000000";
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJub2JvZHlAZXhhbXBsZS5jb20ifQ.c2lnbmF0dXJlc2lnbmF0dXJl";

    #[test]
    fn credentials_are_found_wherever_they_begin() {
        for text in ["{}", "x%3A{}", "prod_{}.", "\"{}\"", "Bearer {}, {}", "가{}가", "a-{}"] {
            for credential in [KEY, TOKEN] {
                let text = text.replace("{}", credential);
                let scrubbed = scrubbed(&text);
                assert!(!scrubbed.contains(credential) && scrubbed.contains("...#"), "{scrubbed}");
                assert!(holds_credential(&text));
            }
        }
        for text in ["", "plain", "DemoRoom01-AbCdEfGhIj-20220523144251", "AbCdEf-GhIjKl-123456-MnOpQr-2022010100000", "eyJ.a.b", "a.b.c"] {
            assert_eq!(scrubbed(text), text);
            assert!(!holds_credential(text));
        }
    }

    /// What begins like a token again and again is looked at once.
    #[test]
    fn a_long_text_takes_no_longer_for_what_is_in_it() {
        let text = "eyJ".repeat(1_000_000);
        assert_eq!(scrubbed(&text), text);
        assert_eq!(scrubbed_beginning(&text), "...");
    }

    #[test]
    fn a_credential_that_was_cut_is_not_shown() {
        for credential in [KEY, TOKEN] {
            for length in HARMLESS..credential.len() {
                let text = format!("gApiKey={}", &credential[..length]);
                assert_eq!(scrubbed_beginning(&text), "gApiKey=...", "{text}");
            }
        }
        assert_eq!(scrubbed_beginning("roomName=Lobby&maxUser=10"), "roomName=Lobby&maxUser=10");
    }
}
