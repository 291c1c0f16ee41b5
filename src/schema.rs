//! What the documents of both planes say of single values: the domain's own limits and codes as JSON schemas.

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::domain::field::{
    Coded, Count, GApiKey, Grade, MaxUser, PossibleDup, Resolution, RoomName, RoomStatus, RoomType, ShownResolution, ShownTemplate,
    StatusChange, StatusChangeV1, Template, Unset, Webrtc, YesNo,
};
use crate::domain::ids::{ApiKey, RoomId, ScheduleId, UserId};
use crate::domain::message::{JsonString, Notice, WhisperText};
use crate::domain::operation::Operation;
use crate::domain::time::KstTime;
use crate::domain::user::{ClientKey, NickName};

/// A field is a JSON string in answers and a text in forms.
pub fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

/// A text that people write: anything but NUL, which no field takes.
fn free(description: &str) -> ObjectBuilder {
    text(description).pattern(Some("^[^\\u0000]*$"))
}

/// One of a few words.
pub fn words(description: &str, words: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    text(description).enum_values(Some(words))
}

fn coded<T: Coded>(description: &str, unset: Option<&'static str>) -> ObjectBuilder {
    let codes = unset.into_iter().chain(T::CODES.iter().map(|(_, code, _)| *code));
    let or_unset = unset.map(|unset| format!(", `{unset}` when unset")).unwrap_or_default();
    words(&format!("{description}: {}{or_unset}", T::listed()), codes)
}

/// What decimal digits look like from 0 or 1 to a number that is not small, with zeros before them or without.
pub fn digits(min: u32, max: u32) -> String {
    let max = max.to_string();
    let first = if min == 0 { "[0-9]" } else { "[1-9]" };
    let shorter = format!("{first}{}", any_digits(max.len() - 2));
    let as_long = max.char_indices().filter_map(|(at, digit)| {
        let least = u32::from(at == 0);
        let below = digit.to_digit(10).and_then(|digit| digit.checked_sub(1)).filter(|below| *below >= least)?;
        Some(format!("{}[{least}-{below}][0-9]{{{}}}", &max[..at], max.len() - at - 1))
    });
    let all: Vec<String> = std::iter::once(shorter).chain(as_long).chain([max.clone()]).collect();
    format!("0*({})", all.join("|"))
}

fn any_digits(most: usize) -> String {
    format!("[0-9]{{0,{most}}}")
}

macro_rules! schemas {
    ($($name:ty: $schema:expr;)+) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $schema.into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}
pub(crate) use schemas;

const NO_CONTROL: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";
const MONTH: &str = "(0[1-9]|1[0-2])";
const DAY: &str = "(0[1-9]|[12][0-9]|3[01])";
const TIME: &str = "([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]";

schemas! {
    RoomName: free("the title of a room").min_length(Some(1)).max_length(Some(RoomName::MAX_CHARS)).examples(["일반"]);
    GApiKey: free("a Google API key, empty when unset");
    MaxUser: text(&format!("how many users fit: {} to {}", MaxUser::MIN, MaxUser::MAX))
        .pattern(Some(format!("^{}$", digits(MaxUser::MIN, MaxUser::MAX)))).examples(["8"]);
    Count: text(&format!("a count: 0 to {}", Count::MAX)).pattern(Some(format!("^{}$", digits(0, Count::MAX)))).examples(["13"]);
    Webrtc: text("nine bits: share, video, audio").enum_values(Some(Webrtc::VALUES.map(|value| value.to_string())));
    KstTime: text("yyyyMMddHHmmss in Korean time").pattern(Some(format!("^[0-9]{{4}}{MONTH}{DAY}{TIME}$"))).examples(["99991231235959"]);
    RoomId: text("the channel key: its last part is the time of creation").pattern(Some(RoomId::PATTERN))
        .examples(["DemoRoom01-AbCdEfGhIj-20220523144251"]);
    UserId: text("the account's e-mail address").pattern(Some(NO_CONTROL)).min_length(Some(1)).examples(["demo@example.com"]);
    ApiKey: text("what names an account").pattern(Some("^[!-+\\--~]([ -+\\--~]*[!-+\\--~])?$")).examples(["demo-key"]);
    ScheduleId: text("what names a reserved message").pattern(Some(ScheduleId::PATTERN));
    ClientKey: text("what names a user of a room").pattern(Some(NO_CONTROL))
        .min_length(Some(1)).max_length(Some(ClientKey::MAX_CHARS)).examples(["alice@example.com"]);
    NickName: free("what a user is called").min_length(Some(1)).max_length(Some(NickName::MAX_CHARS)).examples(["Alice"]);
    Grade: coded::<Grade>("what a user may do", None);
    Notice: free("the text of a notice").min_length(Some(1)).max_length(Some(Notice::MAX_CHARS)).examples(["maintenance at noon"]);
    JsonString: text("a JSON text").min_length(Some(1)).content_media_type("application/json").examples([r#"{"type":"greeting"}"#]);
    WhisperText: free("the text of a whisper").min_length(Some(1)).examples(["hello"]);
    RoomType: coded::<RoomType>("the kind of room", None);
    RoomStatus: coded::<RoomStatus>("the state of a room", None);
    YesNo: coded::<YesNo>("whether something is available", None);
    PossibleDup: coded::<PossibleDup>("whether one user may connect twice", None);
    StatusChange: coded::<StatusChange>("the state to come, in either case", None);
    StatusChangeV1: coded::<StatusChangeV1>("the state to come, in either case", None);
    Resolution: coded::<Resolution>("the resolution of video", None);
    Template: coded::<Template>("the template of a metaverse room", None);
    ShownResolution: coded::<Resolution>("the resolution of video", Some(Resolution::UNSET));
    ShownTemplate: coded::<Template>("the template of a metaverse room", Some(Template::UNSET));
    Operation: words("an operation of the emulated API, whichever its version", Operation::ALL.iter().map(|operation| operation.name()));
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;

    /// What the schema of a number says is what the API takes.
    #[test]
    fn digits_are_those_of_the_range() {
        let whole = |pattern: String| Regex::new(&format!("^{pattern}$")).unwrap();
        let (count, max_user) = (whole(digits(0, Count::MAX)), whole(digits(MaxUser::MIN, MaxUser::MAX)));
        let numbers =
            (0..32).flat_map(|bits| [(1_u64 << bits) - 1, 1 << bits, (1 << bits) + 1, 10_u64.pow(bits / 3), 10_u64.pow(bits / 3) - 1]);
        for number in numbers.flat_map(|number| [number.to_string(), format!("00{number}"), format!("-{number}"), format!("{number}.")]) {
            assert_eq!(count.is_match(&number), number.parse::<Count>().is_ok(), "{number}");
            assert_eq!(max_user.is_match(&number), number.parse::<MaxUser>().is_ok(), "{number}");
        }
        assert!(!count.is_match(""));
    }
}
