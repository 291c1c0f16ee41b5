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
/// How many bytes may stand for one.
const LONGEST_ESCAPE: usize = 9;
/// A beginning of a credential that is shorter than this gives nothing away.
const HARMLESS: usize = 8;

/// Whether there is a credential anywhere in it.
pub fn holds_credential(text: &str) -> bool {
    credentials(text.as_bytes()).next().is_some()
}

/// The text with what stands for every credential in it: `ab-...#1f2e`, `eyJ...#1f2e`. Equal ones look equal, escaped or not.
/// A credential is found wherever it begins: what stands before it may be an escape.
pub fn scrubbed(text: &str) -> Cow<'_, str> {
    let mut scrubbed = String::new();
    let mut copied = 0;
    for place in credentials(text.as_bytes()) {
        let found = unescaped(&text.as_bytes()[place.clone()]);
        let (start, dash) = if found.contains('.') { ("eyJ", "") } else { (&found[..2], "-") };
        scrubbed.extend([&text[copied..place.start], start, dash, "...#", &fingerprint(&found)[..4]]);
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
    match cut_credential(text.as_bytes()).filter(|at| text.len() - at >= HARMLESS) {
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
            let mut length = key(rest);
            if length == 0 && at >= barren && token_start(rest) {
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

/// Where a credential begins that the end of the text has cut, maybe in the middle of an escape.
fn cut_credential(bytes: &[u8]) -> Option<usize> {
    let mut token = None;
    let mut at = 0;
    while at < bytes.len() && token.is_none() {
        if token_start(&bytes[at..]) {
            let end = at + run(&bytes[at..], |byte| of_token(byte) || byte == b'.');
            token = is_cut_escape(&bytes[end..]).then_some(at);
            // Whatever begins before there ends there.
            at = end;
        }
        at += 1;
    }
    let first = bytes.len().saturating_sub(KEY_LEN * LONGEST_ESCAPE);
    let key = (first..bytes.len()).find(|at| {
        let (count, length) = key_prefix(&bytes[*at..]);
        count > 0 && count < KEY_LEN && is_cut_escape(&bytes[at + length..])
    });
    token.into_iter().chain(key).min()
}

/// Whether nothing is left but the beginning of an escape.
fn is_cut_escape(bytes: &[u8]) -> bool {
    let of_escape = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'u';
    let opens = || matches!(unit(bytes), Some((b'%' | b'\\', _)));
    bytes.is_empty() || bytes.len() < LONGEST_ESCAPE && opens() && bytes[1..].iter().all(of_escape)
}

/// How many bytes the token takes that begins here, 0 if none does; and how many its first part takes.
fn token(bytes: &[u8]) -> (usize, usize) {
    let first = run(bytes, of_token);
    let next_part = |from: usize| {
        let (byte, dot) = unit(&bytes[from..])?;
        let part = run(&bytes[from + dot..], of_token);
        (byte == b'.' && part > 0).then_some(from + dot + part)
    };
    let whole = next_part(first).and_then(next_part).filter(|end| units(&bytes[..*end]).count() >= TOKEN_LEN);
    (whole.unwrap_or_default(), first)
}

fn token_start(bytes: &[u8]) -> bool {
    let mut units = units(bytes);
    TOKEN_START.iter().all(|expected| units.next().is_some_and(|(byte, _)| byte == *expected))
}

/// How many bytes the key takes that begins here, 0 if none does.
fn key(bytes: &[u8]) -> usize {
    let (count, length) = key_prefix(bytes);
    if count == KEY_LEN { length } else { 0 }
}

/// How many characters from here on are as in a key, and how many bytes they take.
fn key_prefix(bytes: &[u8]) -> (usize, usize) {
    let fits = |at: usize, byte: u8| match at {
        at if at >= GROUPS * (GROUP + 1) => byte.is_ascii_digit(),
        at if at % (GROUP + 1) == GROUP => byte == b'-',
        _ => byte.is_ascii_alphanumeric(),
    };
    let fitting = units(bytes).take(KEY_LEN).enumerate().take_while(|(at, (byte, _))| fits(*at, *byte));
    fitting.fold((0, 0), |(count, length), (_, (_, bytes))| (count + 1, length + bytes))
}

/// How many bytes from here on are characters that are wanted.
fn run(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> usize {
    units(bytes).take_while(|(byte, _)| is_wanted(*byte)).map(|(_, length)| length).sum()
}

fn of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn unescaped(bytes: &[u8]) -> String {
    units(bytes).map(|(byte, _)| char::from(byte)).collect()
}

/// The bytes that a text means, and how many bytes stand for each.
fn units(mut bytes: &[u8]) -> impl Iterator<Item = (u8, usize)> {
    std::iter::from_fn(move || {
        let (byte, length) = unit(bytes)?;
        bytes = &bytes[length..];
        Some((byte, length))
    })
}

/// The byte that a text begins with, which may be escaped for a URL, also more than once (`%2D`, `%252D`), or for JSON
/// (`\u002d`); and how many bytes stand for it.
fn unit(bytes: &[u8]) -> Option<(u8, usize)> {
    let hex = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
    let pair = |at: usize| u8::try_from(hex(at)? << 4 | hex(at + 1)?).ok();
    let first = *bytes.first()?;
    let escaped = match first {
        b'%' => {
            // As many levels as anybody has in earnest: nothing is longer than LONGEST_ESCAPE.
            let levels = bytes[1..].chunks(2).take(3).take_while(|level| *level == b"25").count();
            (0..=levels).rev().find_map(|level| Some((pair(1 + 2 * level)?, 3 + 2 * level)))
        }
        b'\\' if bytes[1..].starts_with(b"u00") => pair(4).map(|byte| (byte, 6)),
        _ => None,
    };
    Some(escaped.unwrap_or((first, 1)))
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

    /// What stands for a credential.
    fn masked(credential: &str) -> String {
        format!("{}...#{}", if credential == KEY { "Ab-" } else { "eyJ" }, &fingerprint(credential)[..4])
    }

    #[test]
    fn credentials_are_found_wherever_they_begin_and_end() {
        for place in [
            "{}",
            "x%3A{}",
            "prod_{}.",
            "\"{}\"",
            "Bearer {}, {}",
            "가{}가",
            "a-{}",
            "eyJ.a.b {}",
            "a token such as eyJhbGciOiJIUzI1NiJ9 is none, {}",
        ] {
            for credential in [KEY, TOKEN] {
                let text = place.replace("{}", credential);
                assert_eq!(scrubbed(&text), place.replace("{}", &masked(credential)), "{text}");
                assert!(holds_credential(&text));
            }
        }
        for text in [
            "",
            "plain",
            "DemoRoom01-AbCdEfGhIj-20220523144251",
            "AbCdEf-GhIjKl-123456-MnOpQr-2022010100000",
            "eyJ.a.b",
            "a.b.c",
            "eyJ.a.b is too short, however long the text goes on behind it",
            "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJub2JvZHlAZXhhbXBsZS5jb20ifQ c2lnbmF0dXJl",
            "eyJhbGciOiJIUzI1NiJ9..c2lnbmF0dXJlc2lnbmF0dXJl",
        ] {
            assert_eq!(scrubbed(text), text);
            assert!(!holds_credential(text));
        }
    }

    fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
        text.chars().map(|character| if character.is_ascii_alphanumeric() { character.to_string() } else { escape(character) }).collect()
    }

    /// However it is escaped, it is found, and looks as it does unescaped.
    #[test]
    fn escapes_hide_nothing() {
        let number = |character: char| u32::from(character);
        let escapes: [&dyn Fn(char) -> String; 5] = [
            &|character| format!("%{:02X}", number(character)),
            &|character| format!("%{:02x}", number(character)),
            &|character| format!("%25{:02X}", number(character)),
            &|character| format!("%2525{:02x}", number(character)),
            &|character| format!("\\u{:04x}", number(character)),
        ];
        for credential in [KEY, TOKEN] {
            let shown = scrubbed(credential);
            for escape in escapes {
                let every: String = credential.chars().map(escape).collect();
                for hidden in [escaped(credential, escape), every] {
                    for around in ["{}", "%3A{}", "%3{}", "%{}%", "a%2D{}%2", "\\u00{}", "roomName={}&x=%zz"] {
                        assert_eq!(scrubbed(&around.replace("{}", &hidden)), around.replace("{}", &shown), "{hidden}");
                    }
                    for end in 0..hidden.len() {
                        let cut = scrubbed_beginning(&hidden[..end]).into_owned();
                        assert!(cut == "..." || end < HARMLESS, "{cut}");
                    }
                }
            }
        }
    }

    /// As FIPS 180-4 has it.
    #[test]
    fn a_fingerprint_is_sha_256() {
        assert_eq!(fingerprint("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    /// What begins like a token again and again is looked at once.
    #[test]
    fn a_long_text_takes_no_longer_for_what_is_in_it() {
        let text = "eyJ".repeat(30_000);
        assert_eq!(scrubbed(&text), text);
        assert_eq!(scrubbed_beginning(&text), "...");
        for more in ["%65yJ", "eyJ%3A", "eyJ.", "%2525"] {
            let text = more.repeat(10_000) + "=";
            assert_eq!((scrubbed(&text), scrubbed_beginning(&text)), (text.as_str().into(), text.as_str().into()));
        }
    }

    #[test]
    fn a_credential_that_was_cut_is_not_shown() {
        for (before, credential) in [("gApiKey=", KEY), ("gApiKey=", TOKEN), ("x=prod_", KEY), ("x=prod_", TOKEN)] {
            for length in HARMLESS..credential.len() {
                let text = format!("{before}{}", &credential[..length]);
                assert_eq!(scrubbed_beginning(&text), format!("{before}..."), "{text}");
            }
        }
        for text in ["", "roomName=Lobby&maxUser=10", "roomName=eyJhbGciO&maxUser=", "gApiKey=eyJhbGc", "gApiKey=AbCdEf-"] {
            assert_eq!(scrubbed_beginning(text), text);
        }
    }
}
