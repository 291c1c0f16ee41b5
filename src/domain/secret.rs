//! Credentials of the vendor's real shape must not be shown: they may be live. What stands for one tells only whether it
//! is the same as another.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::time::KstTime;

/// `[A-Za-z0-9]{6}(-[A-Za-z0-9]{6}){3}-[0-9]{14}` (observed).
pub fn is_real_key(text: &str) -> bool {
    const LEN: usize = 4 * 7 + KstTime::DIGITS;
    if text.len() != LEN {
        return false;
    }
    let parts: Vec<&str> = text.split('-').collect();
    let group = |part: &&str| part.len() == 6 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    matches!(parts.as_slice(), [groups @ .., date] if groups.len() == 4 && groups.iter().all(group)
        && date.len() == KstTime::DIGITS && date.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A JWT: three parts of base64url, the first of which begins a JSON object (observed).
pub fn is_real_token(text: &str) -> bool {
    const SHORTEST: usize = 40;
    let part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    text.len() >= SHORTEST && text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(part)
}

/// The text, or what stands for it if it has the shape of a credential: `ab-...#1f2e`, `eyJ...#1f2e`. Equal ones look equal.
pub fn masked(text: &str) -> Cow<'_, str> {
    if is_real_key(text) {
        format!("{}-...#{}", &text[..2], &fingerprint(text)[..4]).into()
    } else if is_real_token(text) {
        format!("eyJ...#{}", &fingerprint(text)[..4]).into()
    } else {
        text.into()
    }
}

/// The text with every credential in it masked.
pub fn scrubbed(text: &str) -> Cow<'_, str> {
    let of_credential = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let mut scrubbed = String::new();
    let mut copied = 0;
    let mut rest = 0;
    while let Some(start) = text[rest..].find(of_credential).map(|at| rest + at) {
        let end = text[start..].find(|character| !of_credential(character)).map_or(text.len(), |length| start + length);
        // The full stop of a sentence is no part of a key.
        let word = text[start..end].trim_end_matches('.');
        if let Cow::Owned(mask) = masked(word) {
            scrubbed.push_str(&text[copied..start]);
            scrubbed.push_str(&mask);
            copied = start + word.len();
        }
        rest = end;
    }
    if copied == 0 {
        return text.into();
    }
    scrubbed.push_str(&text[copied..]);
    scrubbed.into()
}

/// Lower-case hexadecimal SHA-256.
pub fn fingerprint(text: &str) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or_default());
    Sha256::digest(text).iter().flat_map(digits).collect()
}
