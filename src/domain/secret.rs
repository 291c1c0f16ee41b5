//! Credentials of the vendor's real shape must not be shown: they may be live. What stands for one tells only whether it
//! is the same as another.

use std::borrow::Cow;

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
    (0..text.len()).any(|at| credential(&text.as_bytes()[at..]) > 0)
}

/// The text with what stands for every credential in it: `ab-...#1f2e`, `eyJ...#1f2e`. Equal ones look equal. A credential
/// is found wherever it begins: what stands before it may be an escape.
pub fn scrubbed(text: &str) -> Cow<'_, str> {
    let mut scrubbed = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < text.len() {
        let length = credential(&text.as_bytes()[at..]);
        if length == 0 {
            at += 1;
            continue;
        }
        let found = &text[at..at + length];
        let is_key = key_prefix(found.as_bytes()) == KEY_LEN;
        let start = if is_key { &found[..2] } else { "eyJ" };
        let dash = if is_key { "-" } else { "" };
        scrubbed.extend([&text[copied..at], start, dash, "...#", &fingerprint(found)[..4]]);
        at += length;
        copied = at;
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
    let is_begun = |at: &usize| {
        let rest = &bytes[*at..];
        rest.len() >= HARMLESS
            && (key_prefix(rest) == rest.len() || (rest.starts_with(TOKEN_START) && rest.iter().all(|byte| of_token(*byte))))
    };
    match (0..bytes.len()).find(is_begun) {
        Some(at) => format!("{}...", scrubbed(&text[..at])).into(),
        None => scrubbed(text),
    }
}

/// How long the credential is that begins here; 0 if none does.
fn credential(bytes: &[u8]) -> usize {
    if key_prefix(bytes) == KEY_LEN {
        return KEY_LEN;
    }
    if !bytes.starts_with(TOKEN_START) {
        return 0;
    }
    let word = bytes.iter().take_while(|byte| of_token(**byte)).count();
    let mut parts = bytes[..word].splitn(4, |byte| *byte == b'.');
    let lengths = [parts.next(), parts.next(), parts.next()].map(|part| part.map_or(0, <[u8]>::len));
    let whole = lengths.iter().sum::<usize>() + 2;
    if lengths.iter().all(|length| *length > 0) && whole >= TOKEN_LEN { whole } else { 0 }
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
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
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
