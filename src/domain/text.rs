//! Small helpers for the words of messages.

use std::time::Duration;

use super::secret::scrubbed;

/// A longer value is cut in messages.
const SHORT_CHARS: usize = 60;
/// A longer text is a misspelling of nothing.
const LONGEST_MISSPELT: usize = 200;
/// So is a longer path, but its end may be what is wrong with it.
const PATH_CHARS: usize = 200;

/// A value for the end of a message, cut when it is long. A credential is masked first: half of one is still too much.
pub fn short(value: &str) -> String {
    cut(&scrubbed(value), SHORT_CHARS)
}

/// A path for a message, cut when it is very long.
pub fn short_path(path: &str) -> String {
    cut(&scrubbed(path), PATH_CHARS)
}

/// At most so many characters, with a mark when there were more.
pub fn cut(value: &str, chars: usize) -> String {
    match value.char_indices().nth(chars) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    }
}

/// `a, b or c`.
pub fn either<S: AsRef<str>>(options: &[S]) -> String {
    let options: Vec<&str> = options.iter().map(AsRef::as_ref).collect();
    match options.as_slice() {
        [init @ .., last] if !init.is_empty() => format!("{} or {last}", init.join(", ")),
        options => options.concat(),
    }
}

/// A duration as people write it and every reader of ours takes it: `1d2h`, `500ms`.
pub fn duration(duration: Duration) -> String {
    const UNITS: [(u128, &str); 7] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1000, "us"),
        (1, "ns"),
    ];
    let mut rest = duration.as_nanos();
    let mut text = String::new();
    for (size, unit) in UNITS {
        if rest >= size {
            text.extend([&(rest / size).to_string(), unit]);
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// A number in decimal digits, without the detours of formatting.
pub struct Digits {
    digits: [u8; Digits::MOST],
    start: usize,
}

impl Digits {
    const MOST: usize = 20;

    /// The number, with zeros before it up to a width of at most 20.
    pub fn of(mut number: u64, width: usize) -> Digits {
        let mut digits = [b'0'; Digits::MOST];
        let mut start = Digits::MOST;
        while number > 0 {
            start -= 1;
            // A digit fits.
            digits[start] += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
        Digits { digits, start: start.min(Digits::MOST.saturating_sub(width)) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[self.start..]).unwrap_or_default()
    }
}

/// How many letters differ, case aside.
pub fn distance(one: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(&one.to_lowercase(), &other.to_lowercase())
}

/// The candidate that `got` is likely a misspelling of: at most a third of its letters differ.
pub fn did_you_mean<'a>(got: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody misspells at such a length, and comparing costs the product of both.
    if got.len() > LONGEST_MISSPELT {
        return None;
    }
    let nearest = candidates.into_iter().map(|candidate| (candidate, distance(got, candidate))).min_by_key(|(_, distance)| *distance);
    nearest.filter(|(candidate, distance)| *distance <= candidate.chars().count().max(3) / 3).map(|(candidate, _)| candidate)
}

/// One line of printable ASCII for a header: everything else is written as `\u{…}`.
pub fn ascii_line(text: &str) -> String {
    escaped(text, |character| matches!(character, ' '..='~'))
}

/// One line for a log: control characters are written as `\u{…}`.
pub fn log_line(text: &str) -> String {
    escaped(text, |character| !character.is_control())
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if stays(character) { line.push(character) } else { line.extend(character.escape_unicode()) }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_in_words() {
        for (options, words) in [(&[][..], ""), (&["a"], "a"), (&["a", "b"], "a or b"), (&["a", "b", "c"], "a, b or c")] {
            assert_eq!(either(options), words);
        }
    }

    #[test]
    fn durations_in_words() {
        for (nanoseconds, words) in [
            (0, "0s"),
            (1, "1ns"),
            (2_003_000, "2ms3us"),
            (500_000_000, "500ms"),
            (1_000_000_000, "1s"),
            (61_000_000_000, "1m1s"),
            (93_600_000_000_000, "1d2h"),
        ] {
            assert_eq!(duration(Duration::from_nanos(nanoseconds)), words);
        }
    }

    #[test]
    fn digits_of_a_number() {
        for (number, width, digits) in
            [(0, 1, "0"), (0, 0, ""), (7, 1, "7"), (7, 3, "007"), (1234, 3, "1234"), (u64::MAX, 20, "18446744073709551615")]
        {
            assert_eq!(Digits::of(number, width).as_str(), digits);
        }
    }

    /// At most a third of the letters differ, and of two or one at most one.
    #[test]
    fn misspellings() {
        let (long, longer) = ("a".repeat(LONGEST_MISSPELT), "a".repeat(LONGEST_MISSPELT + 1));
        for (got, candidate, is_meant) in [
            ("x", "y", true),
            ("ab", "ax", true),
            ("ab", "xy", false),
            ("abcdef", "abcdxy", true),
            ("abcdef", "abcxyz", false),
            ("ABCDEF", "abcdef", true),
            (&long, &long, true),
            (&longer, &longer, false),
            (&longer, &long, false),
        ] {
            assert_eq!(did_you_mean(got, [candidate]), is_meant.then_some(candidate), "{got}");
        }
        assert_eq!(did_you_mean("romName", ["name", "roomName", "roomNames"]), Some("roomName"));
        assert_eq!(did_you_mean("roomName", []), None);
    }

    #[test]
    fn lines() {
        assert_eq!(log_line("a 가\r\n"), r"a 가\u{d}\u{a}");
        assert_eq!(ascii_line("a 가~\u{7f}"), r"a \u{ac00}~\u{7f}");
    }
}
