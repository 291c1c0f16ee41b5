//! What single values of bodies and queries may be, for the control plane's document: what the reader takes, as schemas.

use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

use super::{messages, requests};
use crate::domain::code::ResultCode;
use crate::domain::field::Count;
use crate::fault::Fault;
use crate::schema::{digits, schemas, text, words};

const DURATION: &str = "([0-9]{1,7}(d|h|m|s|ms|us|ns))+";
const DATE: &str = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const TIME: &str = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?";
const ZONE: &str = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
const NUMBER: &str = "[1-9][0-9]{0,17}";

/// Which of those that fit.
pub struct Numbers;
/// A length of time.
pub struct Duration;
/// A length of time, forth or back.
pub struct Span;
/// A moment.
pub struct Moment;
/// What a clock is set to.
pub struct ClockText;
/// A number, or a change of one.
pub struct CountChange;
/// What befalls an exchange.
pub struct DoFault;
/// What a message is.
pub struct MessageKind;
/// How the journal is shown.
pub struct JournalFormat;
/// How one exchange is shown.
pub struct ExchangeFormat;

schemas! {
    Numbers: text("`3`, `3..5` with both ends, `3..` or `..5`, counted from 1 among those that fit operation and room")
        .pattern(Some(format!("^({NUMBER}(\\.\\.)?|\\.\\.{NUMBER}|{NUMBER}\\.\\.{NUMBER})$"))).examples(["3..5"]);
    Duration: text("a duration, such as `500ms` or `1m30s`").pattern(Some(format!("^{DURATION}$"))).examples(["500ms"]);
    Span: text("a duration, such as `5h1s`, or `-30m` for back").pattern(Some(format!("^[+-]?{DURATION}$"))).examples(["5h1s"]);
    Moment: text("RFC 3339").pattern(Some(format!("^{DATE}T{TIME}{ZONE}$"))).examples(["2026-01-31T09:00:00+09:00"]);
    ClockText: text("`system`, `frozen:<RFC 3339>`, `start:<RFC 3339>` or `offset:<duration>`")
        .pattern(Some(format!("^(system|(frozen|start):{DATE}T{TIME}{ZONE}|offset:[+-]?{DURATION})$")))
        .examples(["frozen:2026-01-31T09:00:00+09:00"]);
    CountChange: text("a number, or a change such as `+1` or `-1`").pattern(Some(format!("^[+-]?{}$", digits(0, Count::MAX)))).examples(["+1"]);
    MessageKind: words("what a message is, or any of it", messages::KINDS.iter().copied());
    JournalFormat: words("how the journal is shown", requests::FORMATS.iter().copied());
    ExchangeFormat: words("how one exchange is shown", requests::FORMATS_OF_ONE.iter().copied());
    DoFault: faults(Fault::KINDS.iter().map(|(kind, ..)| *kind));
}

/// What each kind needs; of two that it needs either of, each stands alone.
fn needs(kind: &str) -> &'static [&'static [&'static str]] {
    match kind {
        "delay" => &[&["time"], &["max"]],
        "status" => &[&["code"], &["http"]],
        "slow" => &[&["bytesPerSecond"]],
        "rate-limit" => &[&["perSecond"]],
        _ => &[&[]],
    }
}

fn faults(kinds: impl Iterator<Item = &'static str>) -> AnyOfBuilder {
    let ways = kinds.flat_map(|kind| needs(kind).iter().map(move |needed| (kind, *needed)));
    ways.fold(AnyOfBuilder::new(), |faults, (kind, needed)| faults.item(fault(kind, needed)))
}

/// An object with `kind`, what the kind needs, and what it takes beside it.
fn fault(kind: &'static str, needed: &[&str]) -> ObjectBuilder {
    let (_, takes, what) = Fault::KINDS.iter().find(|(name, ..)| *name == kind).copied().unwrap_or_default();
    // A delay is either fixed or between two ends.
    let fits = |name: &&&str| kind != "delay" || (**name == "time") == needed.contains(&"time");
    let object =
        ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let object = object.description(Some(what)).property("kind", words("the kind", [kind])).required("kind");
    let object = takes.iter().filter(fits).fold(object, |object, name| object.property(*name, parameter(name)));
    needed.iter().fold(object, |object, name| object.required(*name))
}

/// What a parameter of a fault may be.
fn parameter(name: &str) -> RefOr<Schema> {
    let whole = |min: u32, max: u32| ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(min)).maximum(Some(max)).into();
    match name {
        "time" | "min" | "max" => Ref::from_schema_name("Duration").into(),
        "code" => words("the name of a result code", ResultCode::ALL.iter().map(|code| code.name())).into(),
        "message" => text("what `result_msg` says").into(),
        "http" => whole(200, 599),
        "retryAfter" => whole(0, 86_400),
        "perSecond" => ObjectBuilder::new().schema_type(Type::Number).exclusive_minimum(Some(0)).maximum(Some(1_000_000)).into(),
        "burst" => whole(1, 1_000_000),
        "bytesPerSecond" => whole(1, u32::MAX),
        "then" => faults(["status", "reset", "empty", "hang", "bad-gateway"].into_iter()).into(),
        _ => whole(0, u32::MAX),
    }
}
