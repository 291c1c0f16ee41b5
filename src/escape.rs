//! Percent escapes, read as a servlet container reads them (assumed: Tomcat 9).

use std::borrow::Cow;

/// A percent sign that is not followed by two hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenEscape;

/// The bytes behind `text`; in a form a plus sign is a space.
///
/// # Errors
/// [`BrokenEscape`]: then a servlet container drops the whole parameter.
pub fn decode(text: &[u8], plus_is_space: bool) -> Result<Vec<u8>, BrokenEscape> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex_digit(rest.next())? << 4 | hex_digit(rest.next())?,
            b'+' if plus_is_space => b' ',
            other => *other,
        });
    }
    Ok(bytes)
}

/// A segment of a path as text, whatever it holds: a broken escape stays as it is, and bytes that are not UTF-8 become U+FFFD.
pub fn segment(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let bytes = decode(segment.as_bytes(), false).unwrap_or_else(|_| segment.as_bytes().to_vec());
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text with everything but letters, digits and `-._~` percent-encoded as UTF-8.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => encoded.extend(['%', hex(other >> 4), hex(other & 15)]),
        }
    }
    encoded
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or_default().to_ascii_uppercase()
}

fn hex_digit(byte: Option<&u8>) -> Result<u8, BrokenEscape> {
    let digit = byte.and_then(|byte| char::from(*byte).to_digit(16)).ok_or(BrokenEscape)?;
    u8::try_from(digit).map_err(|_| BrokenEscape)
}
