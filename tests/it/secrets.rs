//! Secrets are shown by nothing that is not asked for them: no log, no `Debug`, no error. And what signs tokens is nobody's.

mod debug;
mod signing;
mod words;

/// Of the vendor's real shapes, and made up.
pub const KEY: &str = "AbCdEf-GhIjKl-123456-MnOpQr-20220101000000";
pub const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJub2JvZHlAZXhhbXBsZS5jb20ifQ.c2lnbmF0dXJlc2lnbmF0dXJl";

/// A text with its escapes undone, however many levels there are.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for _ in 0..4 {
        for byte in (b'-'..=b'z').filter(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte)) {
            let character = char::from(byte).to_string();
            for escape in [format!("%{byte:02X}"), format!("%{byte:02x}"), format!("\\u{byte:04x}")] {
                plain = plain.replace(&escape, &character);
            }
        }
        plain = plain.replace("%25", "%");
    }
    plain
}

/// Fails when a text shows a secret, escaped or not.
fn hides(text: &str, what: &str) {
    let plain = plain(text);
    for secret in [KEY, TOKEN] {
        assert!(!text.contains(secret) && !plain.contains(secret), "{what} shows {secret}: {text}");
    }
}

/// Ways to write a credential that a client or a proxy has.
fn written(secret: &str) -> Vec<String> {
    let escaped = |is_escaped: fn(char) -> bool, escape: fn(u32) -> String| -> String {
        secret.chars().map(|c| if is_escaped(c) { escape(u32::from(c)) } else { c.to_string() }).collect()
    };
    let marks = |c: char| !c.is_ascii_alphanumeric();
    vec![
        secret.to_owned(),
        escaped(marks, |c| format!("%{c:02X}")),
        escaped(marks, |c| format!("%25{c:02x}")),
        escaped(|_| true, |c| format!("%{c:02x}")),
        escaped(marks, |c| format!("\\u{c:04x}")),
    ]
}
