//! What must not be shown: the very key and tokens that were used, e-mail addresses, and everything of a credential's shape.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use crate::domain::secret::{holds_credential, scrubbed};
use crate::escape::encode;

/// A part of a secret that is shorter gives nothing away; and a secret that is shorter is hidden where it stands alone, or a
/// capture whose keys somebody has made `x` would hide every `x`.
pub const HARMLESS: usize = 6;
/// A longer text is no name and no code.
const LONGEST_WORD: usize = 40;

/// Secrets, and what is shown in their place.
#[derive(Default)]
pub struct Mask {
    /// In lower case; the longest first, as one may begin another.
    secrets: BTreeMap<(Reverse<usize>, String), &'static str>,
    /// All parts of them that are just too long to be harmless: there may be many secrets, and there are many words.
    parts: HashSet<[u8; HARMLESS]>,
}

impl Mask {
    /// From here on it is not shown, however it is written.
    pub fn add(&mut self, secret: &str, stand_in: &'static str) {
        let escaped = encode(secret);
        let form = escaped.replace("%20", "+");
        let json = serde_json::Value::from(secret).to_string();
        let json = json[1..json.len() - 1].to_owned();
        for way in [secret.to_owned(), escaped, form, json] {
            let way = way.to_ascii_lowercase();
            if !way.is_empty() {
                self.parts.extend(parts(&way));
                self.secrets.entry((Reverse(way.len()), way)).or_insert(stand_in);
            }
        }
    }

    /// The text without any secret.
    pub fn hide(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        let known: HashSet<_> = parts(&text.to_ascii_lowercase()).collect();
        let may_hold = |secret: &str| parts(secret).next().is_none_or(|part| known.contains(&part));
        for ((_, secret), stand_in) in self.secrets.iter().filter(|((_, secret), _)| may_hold(secret)) {
            hidden = replaced(&hidden, secret, stand_in);
        }
        scrubbed(&hidden).into_owned()
    }

    /// A name or a code of an answer. Whatever looks like neither may be anything, so only its length is shown.
    pub fn word<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let lower = text.to_ascii_lowercase();
        let is_shown = text.len() <= LONGEST_WORD
            && text.bytes().all(is_word)
            && !parts(&lower).any(|part| self.parts.contains(&part))
            && !self.holds_short(&lower)
            && !holds_credential(text);
        match text.chars().count() {
            0 => "(empty)".into(),
            _ if is_shown => text.into(),
            1 => "(1 character)".into(),
            count => format!("({count} characters)").into(),
        }
    }

    /// Whether a short secret stands alone in it.
    fn holds_short(&self, lower: &str) -> bool {
        let short = self.secrets.range((Reverse(HARMLESS - 1), String::new())..);
        short.into_iter().any(|((_, secret), _)| replaced(lower, secret, "").len() < lower.len())
    }
}

/// Every run of characters in it that gives something away.
fn parts(text: &str) -> impl Iterator<Item = [u8; HARMLESS]> {
    text.as_bytes().windows(HARMLESS).filter_map(|part| part.try_into().ok())
}

/// `secret` is in lower case. The text is in either: a media type is compared in lower case, and so are escapes.
fn replaced(text: &str, secret: &str, stand_in: &str) -> String {
    // ASCII alone is changed, so places stay what they are.
    let lower = text.to_ascii_lowercase();
    let (mut result, mut rest) = (String::new(), 0);
    let is_inside = |at: usize| {
        let ends = |side: Option<u8>| side.is_some_and(|byte| byte.is_ascii_alphanumeric());
        ends(lower[..at].bytes().next_back()) || ends(lower[at + secret.len()..].bytes().next())
    };
    for (at, _) in lower.match_indices(secret).filter(|(at, _)| secret.len() >= HARMLESS || !is_inside(*at)) {
        result.extend([&text[rest..at], stand_in]);
        rest = at + secret.len();
    }
    result + &text[rest..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        let mut mask = Mask::default();
        mask.add("key of \"mine\"", "API_KEY");
        mask.add("key of", "part");
        for written in [
            "key of \"mine\"",
            "KEY OF \"MINE\"",
            "key%20of%20%22mine%22",
            "key%20of%20%22MINE%22",
            "key+of+%22mine%22",
            "key of \\\"mine\\\"",
        ] {
            assert_eq!(mask.hide(&format!("가{written}!")), "가API_KEY!", "{written}");
        }
        assert_eq!(mask.hide("key of yours"), "part yours");
        mask.add("x", "short");
        assert_eq!(mask.hide("x2 max x. X"), "x2 max short. short");
        assert_eq!(mask.hide("AbCdEf-GhIjKl-123456-MnOpQr-20220101000000"), "Ab-...#2302");
    }

    #[test]
    fn only_names_and_codes_are_shown() {
        let mut mask = Mask::default();
        mask.add("secret-key-0815", "API_KEY");
        for word in ["roomId", "X-AUTH-TOKEN", "01", "null", "y-0815"] {
            assert_eq!(mask.word(word) == word, word != "y-0815", "{word}");
        }
        for (text, shown) in
            [("", "(empty)"), ("한", "(1 character)"), ("a@b.example", "(11 characters)"), ("is secret-key-0815", "(18 characters)")]
        {
            assert_eq!(mask.word(text), shown);
        }
        for overlapping in ["xsecret-key-0815x", "zsecret-key-081", "CRET-Kzz"] {
            assert_eq!(mask.word(overlapping), format!("({} characters)", overlapping.len()));
        }
        assert_eq!(mask.word("ecretzz"), "ecretzz");
        mask.add("pin", "short");
        assert_eq!((mask.word("a-PIN"), mask.word("spinning")), ("(5 characters)".into(), "spinning".into()));
        assert_eq!(mask.word(&"x".repeat(41)), "(41 characters)");
    }
}
