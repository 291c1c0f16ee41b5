//! What people send for a value: words for codes, numbers out of range, text that is too long.

use chrono::DateTime;

use super::parameters::Values;
use crate::domain::field::Webrtc;
use crate::domain::text;
use crate::domain::time::KstTime;

/// A valid value that another one likely stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Meant {
    pub value: String,
    /// Whether a word was sent for a code.
    pub is_word: bool,
}

/// Words for codes, beside their documented meanings: the meaning or the code, then the words. They are compared without
/// spaces and case.
const WORDS: &[(&str, &[&str])] = &[
    ("normal", &["일반", "보통", "general", "basic", "default", "chat", "text", "360p"]),
    ("video", &["화상", "비디오", "영상", "webrtc", "rtc", "conference"]),
    ("metaverse", &["메타버스", "meta", "metabus"]),
    ("low definition", &["저화질", "sd", "240", "240p", "243p"]),
    ("high definition", &["고화질", "hd", "480p"]),
    ("full high definition", &["초고화질", "풀hd", "fullhd", "fhd", "720p", "1080", "1080p"]),
    ("room", &["룸", "방"]),
    ("office 1", &["오피스1", "사무실1"]),
    ("office 2", &["오피스2", "사무실2"]),
    ("seminar", &["세미나"]),
    ("Y", &["yes", "true", "1", "on", "enable", "enabled", "예", "사용", "가능"]),
    ("N", &["no", "false", "0", "off", "disable", "disabled", "아니오", "아니요", "미사용", "불가"]),
    ("active", &["available", "activate", "resume", "open", "start", "활성", "활성화", "재개"]),
    ("paused", &["pending", "pause", "suspend", "suspended", "stop", "stopped", "정지", "중지", "일시정지"]),
    ("ended", &["end", "close", "closed", "finish", "finished", "종료"]),
];

/// The value that `got` likely stands for; the caller checks that it is one.
pub fn meant(values: Values, got: &str) -> Option<Meant> {
    let plain = |value: String| Meant { value, is_word: false };
    match values {
        Values::Text { longest } => Some(plain(got.chars().filter(|character| *character != '\0').take(longest).collect())),
        Values::Number { min, max } => number(got).map(|number| plain(number.clamp(min, max).to_string())),
        Values::Webrtc => webrtc(got).map(plain),
        Values::Json => None,
        Values::Time => time(got).map(plain),
        Values::Codes(codes) => code(&codes(), got),
    }
}

/// A whole number, as people write it.
fn number(got: &str) -> Option<i128> {
    let got = got.trim();
    let whole = got.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|digit| digit == b'0')).map_or(got, |(whole, _)| whole);
    whole.replace([',', '_', ' '], "").parse().ok()
}

/// A date and time, as people write it: in KST, unless it says where it is.
fn time(got: &str) -> Option<String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(got) {
        return Some(KstTime::from(moment.to_utc()).to_string());
    }
    let digits: String = got.chars().filter(char::is_ascii_digit).collect();
    let is_date = got.chars().all(|character| character.is_ascii_digit() || "-/.:T ".contains(character));
    let padded = format!("{digits:0<width$}", width = KstTime::DIGITS);
    // A date and hours at least: nobody means midnight who says no time.
    (is_date && digits.len() >= 10 && digits.len().is_multiple_of(2)).then_some(padded)
}

fn webrtc(got: &str) -> Option<String> {
    let of_word = |code: &str| words_of(code).contains(&plain(got).as_str()) || plain(code) == plain(got);
    match number(got) {
        // Its bits say more than its size.
        Some(number) => {
            let difference = |value: &u8| ((number ^ i128::from(*value)).count_ones(), number.abs_diff(i128::from(*value)));
            Webrtc::VALUES.into_iter().min_by_key(difference).map(|value| value.to_string())
        }
        None if of_word("Y") => Some(Webrtc::GRANTED.to_string()),
        None if of_word("N") => Some(Webrtc::OFF.to_string()),
        None => None,
    }
}

fn code(codes: &[(&'static str, &'static str)], got: &str) -> Option<Meant> {
    let sent = plain(got);
    if sent.is_empty() {
        return None;
    }
    let one = |fits: &dyn Fn(&str, &str) -> bool| {
        let mut fitting = codes.iter().filter(|(code, meaning)| fits(code, meaning));
        // Of two that fit, neither is likely.
        fitting.next().filter(|_| fitting.next().is_none()).map(|(code, _)| (*code).to_owned())
    };
    // The code itself, with another case, with spaces or without its zero.
    let same = one(&|code, _| plain(code) == sent || number(got).is_some_and(|number| code.parse() == Ok(number)));
    let by_meaning = || one(&|_, meaning| plain(meaning) == sent);
    let by_word = || one(&|code, meaning| words_of(code).contains(&sent.as_str()) || words_of(meaning).contains(&sent.as_str()));
    let by_first_word = || one(&|_, meaning| meaning.split(' ').next().is_some_and(|first| first == sent) && sent.len() > 1);
    let by_spelling = || {
        let meanings: Vec<&str> = codes.iter().map(|(_, meaning)| *meaning).filter(|meaning| !meaning.is_empty()).collect();
        let near = text::did_you_mean(&sent, meanings.iter().copied())?;
        one(&|_, meaning| text::distance(&sent, meaning) <= text::distance(&sent, near))
    };
    let by_size = || {
        let sent = number(got)?;
        let sizes = codes.iter().filter_map(|(code, _)| Some((*code, code.parse::<i128>().ok().filter(|size| *size >= 100)?)));
        sizes.min_by_key(|(_, size)| sent.abs_diff(*size)).map(|(code, _)| code.to_owned())
    };
    let word = |value| Meant { value, is_word: true };
    let code = |value| Meant { value, is_word: false };
    same.map(code)
        .or_else(|| by_meaning().or_else(by_word).or_else(by_first_word).map(word))
        .or_else(|| by_size().map(code))
        .or_else(|| by_spelling().map(word))
}

fn words_of(meaning: &str) -> &'static [&'static str] {
    WORDS.iter().find(|(of, _)| *of == meaning).map_or(&[], |(_, words)| words)
}

/// Without what people write differently.
fn plain(text: &str) -> String {
    text::cut(text, 40).chars().filter(|character| !matches!(character, ' ' | '_' | '-' | '\t')).flat_map(char::to_lowercase).collect()
}
