//! What a value may be, and what an absent or an empty one means.

use super::{Subject, assumed, documented, observed};

const FIELD: &str = "src/domain/field.rs";
const PARAMS: &str = "src/http/params.rs";
const INVALID: &str = "refusals::invalid_values";
const AT_LIMITS: &str = "refusals::values_at_their_limits";

pub const SUBJECT: Subject = Subject {
    title: "Values of parameters",
    known: &[
        documented("A modify is no patch: what is required must be sent again.", "the Required column of modifyRoom"),
        documented(
            "webrtc is nine bits, share, video and audio; the group 010 is refused, such as 10 and 17.",
            "the vendor's page about webRTC",
        ),
        observed("roomStatus is taken in upper and in lower case.", "public clients"),
        observed("Unknown parameters are ignored, and so are those of the other version.", "public clients"),
        observed("An empty webrtc of v1 is 0.", "public clients"),
    ],
    assumed: &[
        assumed("room-name-unit", "The 50 characters of a name are Unicode scalar values: an emoji is one.", "the table names no unit")
            .decided(FIELD, AT_LIMITS)
            .by("text.chars()", "text.encode_utf16()"),
        assumed("room-name-as-sent", "A name is neither trimmed nor normalised; a space alone is one.", "nothing speaks of either")
            .decided(FIELD, AT_LIMITS)
            .by("RoomName(text.into())", "RoomName(text.trim().into())"),
        assumed("max-user-min", "maxUser is at least 1.", "a room for nobody is none").decided(FIELD, INVALID).by("= 1;", "= 0;"),
        assumed("max-user-max", "maxUser is at most 2147483647.", "a Java int").decided(FIELD, AT_LIMITS).by("i32::MAX as u32", "10_000"),
        assumed(
            "digits",
            "Numbers are ASCII decimal digits without a sign; leading zeros are dropped.",
            "what is sure to be a number everywhere",
        )
        .decided(FIELD, INVALID)
        .by("!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())", "true"),
        assumed("codes-exact", "Codes but roomStatus are taken exactly as the tables write them: y is not Y.", "the tables say no more")
            .decided(FIELD, INVALID)
            .by("code == text", "code.eq_ignore_ascii_case(text)"),
        assumed("nul", "A NUL is in no value.", "no name and no code has one").decided(FIELD, INVALID).by("text.contains('\\0')", "false"),
        assumed("g-api-key-any-text", "gApiKey is any text.", "the table says no more")
            .decided(FIELD, "rooms_v2::create_with_everything")
            .by("GApiKey(text.into())", "GApiKey(text.replace(' ', \"\").into())"),
        assumed(
            "empty-is-absent",
            "An empty value counts as none: a required parameter is missing, an optional one is unset, roomStatus stays.",
            "HTML forms send what is not filled in as an empty text",
        )
        .decided(PARAMS, "refusals::missing_parameters")
        .by(".filter(|value| !value.is_empty())", ""),
        assumed(
            "modify-optional",
            "An optional parameter that is absent from a modify leaves the field; an empty one unsets it.",
            "else nothing could unset it",
        )
        .decided(PARAMS, "rooms_v2::modify_with_an_empty_optional_unsets_it")
        .by("self.get(field).map(|_| self.optional(field)).transpose()", "self.optional(field).map(|value| value.map(Some))"),
        assumed("first-value", "Of a repeated parameter the first value counts.", "getParameter of Java servlets")
            .decided("src/form.rs", "arrivals::parameters_in_query_and_body")
            .by(".iter().find(", ".iter().rev().find("),
    ],
};
