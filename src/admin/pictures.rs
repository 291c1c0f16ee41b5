//! What bodies may say, for the control plane's document: pictures of what is read by hand, with places.
#![expect(dead_code, reason = "pictures are for the document alone")]

use std::collections::HashMap;

use utoipa::ToSchema;

use super::schemas::{ClockText, CountChange, DoFault, Duration, Moment, Numbers};
use crate::domain::field::{
    Count, GApiKey, Grade, MaxUser, PossibleDup, RoomName, RoomStatus, RoomType, ShownResolution, ShownTemplate, Webrtc, YesNo,
};
use crate::domain::ids::{ApiKey, RoomId, ScheduleId, UserId};
use crate::domain::message::{JsonString, Notice, WhisperText};
use crate::domain::operation::Operation;
use crate::domain::time::KstTime;
use crate::domain::user::{ClientKey, NickName};

/// What must have been called. Preflights never count.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verification {
    /// Each of them must be met; one exchange may count for several. It may be empty with `noOther` alone.
    #[schema(max_items = 100)]
    expect: Vec<Expectation>,
    /// Whether they must have been met in their order; one exchange counts for one then.
    ordered: Option<bool>,
    /// Whether every exchange must match one of them.
    no_other: Option<bool>,
    /// How long to wait for them at most, up to ten minutes; absent is not at all.
    within: Option<Duration>,
}

/// Which exchanges, and how many of them. What it does not say does not matter.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Expectation {
    operation: Option<Operation>,
    /// The room that it was about or made.
    #[serde(rename = "roomId")]
    room_id: Option<RoomId>,
    /// The HTTP status of the answer.
    #[schema(minimum = 200, maximum = 599)]
    status: Option<u16>,
    /// The number in the envelope of the answer.
    #[schema(minimum = -2_147_483_648, maximum = 2_147_483_647)]
    result_cd: Option<i32>,
    /// Conditions on parameters by name, all of which must hold. The first value of a name counts.
    r#where: Option<HashMap<String, Condition>>,
    /// Absent is at least once.
    times: Option<Times>,
}

/// What a parameter must be.
#[derive(ToSchema)]
#[serde(untagged)]
enum Condition {
    /// That it equals this.
    Text(String),
    Equals(Equals),
    Contains(Contains),
    Regex(Matches),
    Absent(Absent),
}

/// That it equals a text.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Equals {
    equals: String,
}

/// That it has a text in it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Contains {
    contains: String,
}

/// That it matches a regular expression.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Matches {
    #[schema(format = "regex", example = "^QA")]
    regex: String,
}

/// That it is not there.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Absent {
    /// `true`
    absent: bool,
}

/// How often.
#[derive(ToSchema)]
#[serde(untagged)]
enum Times {
    /// Exactly so often.
    Exactly(u32),
    Between(Between),
}

/// With `min`, `max` or both.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Between {
    #[schema(minimum = 0, maximum = 4_294_967_295_u32)]
    min: Option<u64>,
    #[schema(minimum = 0, maximum = 4_294_967_295_u32)]
    max: Option<u64>,
}

/// A rule.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Which exchanges; all without it.
    r#match: Option<FaultMatch>,
    /// What befalls them.
    r#do: DoFault,
    /// How often at most.
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    times: Option<u64>,
    /// For how long by the account's clock, at most 365 days.
    r#for: Option<Duration>,
}

/// Which exchanges a rule is about.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FaultMatch {
    operation: Option<Operation>,
    room_id: Option<RoomId>,
    nth: Option<Numbers>,
    /// Above 0, at most 1; repeatable from the seed.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    probability: Option<f64>,
}

/// A rule as it is shown, with what its kind takes when it is not said.
#[derive(ToSchema)]
pub struct ListedRule {
    r#match: FaultMatch,
    r#do: DoFault,
    #[schema(nullable = false)]
    times: Option<u64>,
    #[schema(nullable = false)]
    r#for: Option<Duration>,
}

/// What a room may be given beside the API; what is absent stays.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchRoom {
    join_count: Option<CountChange>,
    message_count: Option<CountChange>,
    current_user_count: Option<CountChange>,
    is_possible_dup: Option<PossibleDup>,
    room_status: Option<RoomStatus>,
    start_dt: Option<KstTime>,
    end_dt: Option<KstTime>,
}

/// Accounts with all that they are; or rooms, as a saved answer of listRoom or getRoomInfo has them.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "nobody makes one: it is a picture for the document")]
pub enum AnyState {
    Accounts(State),
    Rooms(Rooms),
    Room(Room),
}

/// A saved answer of listRoom.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rooms {
    #[schema(minimum = 1, maximum = 1)]
    result_cd: Option<u32>,
    result_msg: Option<String>,
    list: Vec<FixtureRoom>,
}

/// A saved answer of getRoomInfo.
#[derive(ToSchema)]
#[schema(as = AnswerWithRoom)]
#[serde(deny_unknown_fields)]
pub struct Room {
    #[schema(minimum = 1, maximum = 1)]
    result_cd: Option<u32>,
    result_msg: Option<String>,
    data: FixtureRoom,
}

/// Accounts with all that they are: a fixture file.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct State {
    accounts: Option<Vec<FixtureAccount>>,
}

/// An account.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FixtureAccount {
    api_key: ApiKey,
    user_id: Option<UserId>,
    /// Tokens that pass and never expire.
    tokens: Option<Vec<ApiKey>>,
    clock: Option<ClockText>,
    /// How many ids were drawn.
    #[schema(minimum = 0)]
    ids_drawn: Option<i64>,
    #[schema(max_items = 1000)]
    faults: Option<Vec<FaultRule>>,
    rooms: Option<Vec<FixtureRoom>>,
}

/// A room as a fixture has it: what is absent is as in a new room.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FixtureRoom {
    room_id: Option<RoomId>,
    room_name: Option<RoomName>,
    max_user: Option<MaxUser>,
    room_type: Option<RoomType>,
    webrtc: Option<Webrtc>,
    /// `Y` when `webrtc` is not 0.
    webrtc_stat: Option<YesNo>,
    resolution: Option<ShownResolution>,
    template: Option<ShownTemplate>,
    g_trans_stat: Option<YesNo>,
    g_api_key: Option<GApiKey>,
    room_status: Option<RoomStatus>,
    start_dt: Option<KstTime>,
    end_dt: Option<KstTime>,
    message_count: Option<Count>,
    join_count: Option<Count>,
    current_user_count: Option<Count>,
    is_possible_dup: Option<PossibleDup>,
    /// The account's.
    user_id: Option<UserId>,
    users: Option<Vec<FixtureUser>>,
    exiles: Option<Vec<FixtureUser>>,
    mutes: Option<Vec<FixtureUser>>,
    messages: Option<Vec<FixtureMessage>>,
    reserved: Option<Vec<FixtureReservation>>,
}

/// Somebody in a room, exiled or muted.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FixtureUser {
    client_key: ClientKey,
    /// Without it the beginning of the `clientKey`.
    nick_name: Option<NickName>,
    grade: Option<Grade>,
    /// The room's.
    room_id: Option<RoomId>,
}

/// A message that went out.
#[derive(ToSchema)]
#[serde(untagged)]
enum FixtureMessage {
    Notice(SentNotice),
    Custom(SentCustom),
    Whisper(SentWhisper),
}

/// A notice that went out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentNotice {
    #[schema(pattern = "^notice$")]
    kind: String,
    at: Moment,
    nick_name: NickName,
    notice: Notice,
}

/// A custom message that went out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentCustom {
    #[schema(pattern = "^custom$")]
    kind: String,
    at: Moment,
    nick_name: NickName,
    json_string: JsonString,
    /// Of one that was reserved.
    schedule_id: Option<ScheduleId>,
}

/// A whisper that went out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentWhisper {
    #[schema(pattern = "^whisper$")]
    kind: String,
    at: Moment,
    nick_name: NickName,
    client_key: ClientKey,
    message: WhisperText,
}

/// A message that is to go out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FixtureReservation {
    schedule_id: ScheduleId,
    send_date: KstTime,
    nick_name: NickName,
    json_string: JsonString,
}
