//! What is done to a server, and how it is drawn.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::any_name;
use super::model::{Form, Version};
use super::operation::{Operation, Request, Target};
use super::people::Client;
use super::talk::{Joiner, client, client_key, joiner, message};
use super::world::FAULTS;

/// Who calls: no fixture names the first two.
pub const KEYS: [&str; 3] = ["alice-key", "bob-key", "carol-key"];

/// With which headers somebody calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    Plain,
    /// The token that was issued last, if there is one.
    Issued,
    /// One that was issued to somebody else, if there is one.
    OfAnother,
    NoToken,
    NoKey,
}

/// A call of the API.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: Operation,
    pub version: Version,
    /// Which of the rooms there are, or none of them.
    pub room: usize,
    pub client: Client,
    /// Which of the reservations there are, or of all that there ever were, or none of them.
    pub schedule: (bool, usize),
    pub form: Form,
    pub in_query: bool,
    pub auth: Auth,
    /// The place in [`FAULTS`] of what is asked for, and whether in short.
    pub fault: Option<(usize, bool)>,
}

/// A fault rule.
#[derive(Debug, Clone)]
pub struct RuleCase {
    pub operation: Option<Operation>,
    pub nth: Option<(u64, u64)>,
    pub times: Option<u64>,
    /// Seconds.
    pub lasts: Option<i64>,
    pub fault: usize,
}

/// What is done.
#[derive(Debug, Clone)]
pub enum Act {
    Call(Call),
    Patch(usize, Form),
    /// Somebody comes into a room.
    Join(usize, Joiner),
    /// Somebody leaves a room, or everybody.
    Leave(usize, Option<&'static str>),
    /// The control plane shows people and messages, of one kind or of all.
    Look(usize, Option<&'static str>),
    Reset,
    Advance(i64),
    SetClock(&'static str),
    Mark,
    AddFault(RuleCase),
    RemoveFault(usize),
    ClearFaults,
    /// Keeps the state.
    Save,
    /// Puts back what was kept.
    Load,
}

/// What is done, and to whom.
#[derive(Debug, Clone)]
pub struct Step {
    pub who: usize,
    /// To all accounts, if it is a call of the control plane.
    pub all: bool,
    pub act: Act,
}

impl Call {
    /// The request, but for its headers.
    pub fn request(&self, room: &str, schedule: &str) -> Request {
        let Call { operation, version, form, in_query, client, .. } = self;
        operation.request(&Target { version: *version, room, client: *client, schedule }, form, *in_query)
    }

    /// The value of `X-Mock-Fault`.
    pub fn asks(&self) -> Option<&'static str> {
        self.fault.map(|(at, in_short)| if in_short { FAULTS[at].short } else { FAULTS[at].json })
    }
}

impl RuleCase {
    pub fn json(&self, probability: Option<f64>) -> Value {
        let mut conditions = BTreeMap::new();
        if let Some(operation) = self.operation {
            conditions.insert("operation", json!(operation.name()));
        }
        if let Some((from, to)) = self.nth {
            conditions.insert("nth", json!(format!("{from}..{to}")));
        }
        if let Some(probability) = probability {
            conditions.insert("probability", json!(probability));
        }
        let mut rule = json!({ "match": conditions, "do": serde_json::from_str::<Value>(FAULTS[self.fault].json).unwrap() });
        if let Some(times) = self.times {
            rule["times"] = json!(times);
        }
        if let Some(lasts) = self.lasts {
            rule["for"] = json!(format!("{lasts}s"));
        }
        rule
    }
}

/// A value of a parameter: mostly a good one.
pub fn value(
    name: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let good = prop::sample::select(good).prop_map(str::to_owned);
    let bad = prop::sample::select(bad).prop_map(str::to_owned);
    let text = match name {
        "roomName" | "nickName" | "notice" | "message" => prop_oneof![10 => any_name(), 10 => good, 1 => bad].boxed(),
        _ => prop_oneof![30 => good, 1 => bad].boxed(),
    };
    prop_oneof![20 => text.clone().prop_map(Some), 1 => Just(Some(String::new())), 1 => Just(None)]
        .prop_flat_map(move |first| (Just(first), prop::option::weighted(0.05, text.clone())))
        .prop_map(move |(first, second)| first.into_iter().chain(second).map(|value| (name, value)).collect())
}

fn form() -> impl Strategy<Value = Form> {
    let required = (
        value("roomName", &["Lobby", "일반", "💬"], &["a\0b", "a name of more than fifty characters, which are too many"]),
        value("maxUser", &["10", "007", "2147483647", "1"], &["0", "2147483648", "ten", "-1", "１"]),
        value("gTransStat", &["Y", "N"], &["y", "yes"]),
        value("rtcStat", &["Y", "N"], &["n", "1"]),
        value("roomType", &["01", "02", "03"], &["04", "1", "Normal"]),
    );
    let optional = (
        value("resolution", &["243", "360", "480", "720"], &["0", "1080"]),
        value("template", &["01", "02", "03", "04"], &["null", "05"]),
        value("gApiKey", &["AIza&=+", "열쇠"], &["\0"]),
        value("webrtc", &["0", "91", "11", "25", "64"], &["2", "10", "17", "512", "-1"]),
        value("roomStatus", &["A", "S", "a", "s"], &["E", "e", "active", "X"]),
    );
    let present = prop::array::uniform5(prop::bool::ANY);
    (required, optional, present).prop_flat_map(|((a, b, c, d, e), (f, g, h, i, j), present)| {
        let optional = [f, g, h, i, j].into_iter().zip(present).filter_map(|(pairs, is_there)| is_there.then_some(pairs));
        let groups: Vec<_> = [a, b, c, d, e].into_iter().chain(optional).chain([vec![("noise", "1".to_owned())]]).collect();
        Just(groups).prop_shuffle().prop_map(|groups| groups.concat())
    })
}

/// What steps are mostly about.
#[derive(Debug, Clone, Copy)]
enum About {
    Rooms,
    People,
}

fn operation(about: About) -> impl Strategy<Value = Operation> {
    use Operation::{
        CancelCustom, CreateRoom, DestroyRoom, ExileUser, GetRoomInfo, IssueToken, ListExileUser, ListMuteUser, ListRoom, ListUser,
        ModifyRoom, MuteUser, SendCustom, SendNotice, SendWhisperMessage, UnexileUser, UnmuteUser,
    };
    let rooms = prop_oneof![
        1 => Just(IssueToken),
        1 => Just(ListRoom),
        1 => Just(GetRoomInfo),
        5 => Just(CreateRoom),
        5 => Just(ModifyRoom),
        2 => Just(DestroyRoom),
    ];
    let people = prop::sample::select(vec![
        ListUser,
        ListExileUser,
        ExileUser,
        UnexileUser,
        ListMuteUser,
        MuteUser,
        UnmuteUser,
        SendNotice,
        SendCustom,
        SendCustom,
        CancelCustom,
        CancelCustom,
        SendWhisperMessage,
    ]);
    match about {
        About::Rooms => prop_oneof![3 => rooms, 1 => people].boxed(),
        About::People => prop_oneof![1 => rooms, 6 => people].boxed(),
    }
}

fn call(about: About) -> impl Strategy<Value = Call> {
    let auth = match about {
        About::Rooms => prop_oneof![
            8 => Just(Auth::Plain),
            4 => Just(Auth::Issued),
            1 => Just(Auth::OfAnother),
            1 => prop::sample::select(vec![Auth::NoToken, Auth::NoKey]),
        ]
        .boxed(),
        About::People => prop_oneof![20 => Just(Auth::Plain), 1 => Just(Auth::NoToken)].boxed(),
    };
    let faulty = if matches!(about, About::Rooms) { 0.25 } else { 0.1 };
    let version = prop::sample::select(vec![Version::V1, Version::V2]);
    let fault = prop::option::weighted(faulty, (0..FAULTS.len(), any::<bool>()));
    let form = operation(about).prop_flat_map(|operation| {
        let form = if matches!(operation, Operation::CreateRoom | Operation::ModifyRoom) { form().boxed() } else { message(operation) };
        (Just(operation), form)
    });
    let schedule = (prop::bool::weighted(0.8), any::<usize>());
    (form, version, any::<usize>(), client(), schedule, any::<bool>(), auth, fault).prop_map(
        |((operation, form), version, room, client, schedule, in_query, auth, fault)| Call {
            operation,
            version,
            room,
            client,
            schedule,
            form,
            in_query,
            auth,
            fault,
        },
    )
}

fn patch() -> impl Strategy<Value = Form> {
    let count = || prop::sample::select(vec!["0", "5", "+1", "-1", "+2147483647", "2147483647"]);
    let moment = || prop::sample::select(vec!["20260131120000", "20260131130000", "20250101000000", "99991231235959"]);
    let field = prop_oneof![
        (prop::sample::select(vec!["joinCount", "messageCount", "currentUserCount"]), count()),
        (prop::sample::select(vec!["startDt", "endDt"]), moment()),
        (Just("isPossibleDup"), prop::sample::select(vec!["true", "false"])),
        (Just("roomStatus"), prop::sample::select(vec!["active", "pending"])),
    ];
    prop::collection::btree_map(Just(()).prop_flat_map(|()| 0..3_usize), field, 0..3).prop_map(|fields| {
        let fields: BTreeMap<&str, &str> = fields.into_values().collect();
        fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
    })
}

pub fn rule() -> impl Strategy<Value = RuleCase> {
    let nth = (1..4_u64, 0..3_u64).prop_map(|(from, more)| (from, from + more));
    (
        prop::option::of(prop::sample::select(Operation::ALL.to_vec())),
        prop::option::of(nth),
        prop::option::of(1..4_u64),
        prop::option::of(1..7200_i64),
        0..FAULTS.len(),
    )
        .prop_map(|(operation, nth, times, lasts, fault)| RuleCase { operation, nth, times, lasts, fault })
}

fn act(about: About) -> impl Strategy<Value = Act> {
    let (people, faults) = if matches!(about, About::People) { (8, 1) } else { (1, 2) };
    let kind = prop::option::of(prop::sample::select(vec!["notice", "custom", "whisper"]));
    prop_oneof![
        24 => call(about).prop_map(Act::Call),
        3 => (any::<usize>(), patch()).prop_map(|(room, patch)| Act::Patch(room, patch)),
        people => (any::<usize>(), joiner()).prop_map(|(room, joiner)| Act::Join(room, joiner)),
        people.div_ceil(4) => (any::<usize>(), prop::option::weighted(0.8, client_key())).prop_map(|(room, key)| Act::Leave(room, key)),
        people.div_ceil(4) => (any::<usize>(), kind).prop_map(|(room, kind)| Act::Look(room, kind)),
        1 => Just(Act::Reset),
        3 => prop::sample::select(vec![1_i64, 60, 3600, 18_000, -1, -3600, 86_400]).prop_map(Act::Advance),
        1 => prop::sample::select(vec!["2026-01-31T03:00:00Z", "2026-02-28T14:59:59Z", "1999-12-31T15:00:00Z"]).prop_map(Act::SetClock),
        2 => Just(Act::Mark),
        faults => rule().prop_map(Act::AddFault),
        1 => any::<usize>().prop_map(Act::RemoveFault),
        1 => Just(Act::ClearFaults),
        2 => Just(Act::Save),
        2 => Just(Act::Load),
    ]
}

/// Up to so many steps: of everybody and mostly about rooms, or of two and mostly about what is in them.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = |everybody, about, all| {
        let who = prop::sample::select(everybody);
        (who, prop::bool::weighted(all), act(about)).prop_map(|(who, all, act)| Step { who, all, act })
    };
    prop_oneof![
        prop::collection::vec(step(vec![0, 1, 2], About::Rooms, 0.3), 0..most),
        prop::collection::vec(step(vec![0, 0, 2], About::People, 0.2), 0..most),
    ]
}
