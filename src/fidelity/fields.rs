//! The fields of answers. Which there are, and their order, is the contract's to say: a field without a row here is told.

use super::Missing;
use super::contract::{Contract, Object};
use super::markdown::{code, table};
use crate::domain::code::Provenance::{self, Assumed, Documented, Observed};

/// An object of the contract: its name there, and its fields in the order of an answer.
struct Answer {
    schema: &'static str,
    title: &'static str,
    fields: &'static [(&'static str, Provenance, &'static str)],
}

const V2: &str = "the tables and examples of v2";
const USERS: &str = "the vendor's table of listUser; that the other two lists show the same is assumed (`lists-alike`)";
const V1: &str = "the vendor's table of v1; its place is assumed (`v1-key-order`)";

const ANSWERS: &[Answer] = &[
    Answer {
        schema: "Envelope",
        title: "The envelope",
        fields: &[
            ("result_cd", Documented, "tables and examples of v2, the v1 document"),
            ("result_msg", Documented, "tables and examples of v2, the v1 document"),
            ("list", Documented, "table and example of listRoom; that it is never absent is observed"),
            ("data", Documented, "tables and examples of getRoomInfo and createRoom"),
        ],
    },
    Answer {
        schema: "Issued",
        title: "data of issueToken",
        fields: &[
            ("user_email", Observed, "captured answers"),
            ("X-AUTH-TOKEN", Observed, "captured answers, and public clients, which read it here"),
        ],
    },
    Answer { schema: "Created", title: "data of createRoom", fields: &[("roomId", Documented, V2)] },
    Answer {
        schema: "SentOrReserved",
        title: "The answer of sendCustom",
        fields: &[
            ("result_cd", Documented, "the v1 document"),
            ("result_msg", Documented, "the v1 document"),
            ("data", Assumed, "the v1 document says that a scheduleId is returned, and not where (`schedule-in-data`)"),
        ],
    },
    Answer {
        schema: "Reserved",
        title: "data of sendCustom, when the message is reserved",
        fields: &[(
            "scheduleId",
            Documented,
            "the v1 document; its place is assumed (`schedule-in-data`), and its shape (`schedule-shape`)",
        )],
    },
    Answer {
        schema: "UserOfRoom",
        title: "Somebody in the list of listUser, listExileUser and listMuteUser",
        fields: &[
            ("clientKey", Documented, USERS),
            ("nickName", Documented, USERS),
            ("grade", Documented, USERS),
            ("roomId", Documented, USERS),
        ],
    },
    Answer {
        schema: "RoomV2",
        title: "A room in v2",
        fields: &[
            ("template", Documented, V2),
            ("gTransStat", Documented, V2),
            ("messageCount", Documented, "the examples of v2; its tables write MessageCount"),
            ("webrtc", Documented, V2),
            ("gApiKey", Documented, V2),
            ("joinCount", Documented, V2),
            ("webrtcStat", Documented, V2),
            ("endDt", Documented, "the tables and examples of v2; that it is Korean time is observed"),
            ("userId", Documented, "the tables and examples of v2; that it is an e-mail address stands in the Korean table"),
            ("isPossibleDup", Documented, V2),
            ("resolution", Documented, V2),
            ("roomId", Documented, "the tables and examples of v2; its shape is observed"),
            ("roomName", Documented, V2),
            ("roomStatus", Documented, V2),
            ("startDt", Documented, "the tables and examples of v2; that it is Korean time is observed"),
            ("currentUserCount", Documented, "table and example of getRoomInfo, which alone has it"),
            ("roomType", Documented, V2),
            ("maxUser", Documented, V2),
        ],
    },
    Answer {
        schema: "RoomV1",
        title: "A room in v1",
        fields: &[
            ("roomStatus", Documented, V1),
            ("messageCount", Documented, V1),
            ("webrtc", Documented, V1),
            ("joinCount", Documented, V1),
            ("startDt", Documented, V1),
            ("endDt", Documented, V1),
            ("currentUserCount", Documented, "the vendor's table of getRoomInfo in v1; its place is assumed (`v1-key-order`)"),
            ("userId", Documented, V1),
            ("isPossibleDup", Documented, V1),
            ("roomId", Documented, V1),
            ("roomName", Documented, V1),
            ("maxUser", Documented, V1),
        ],
    },
];

/// What the contract's envelope has beside its two fields, where an operation has it.
const IN_ENVELOPE: [&str; 2] = ["list", "data"];

/// A table for every object, in the order above.
pub fn fields(contract: &Contract, missing: &mut Missing) -> String {
    let objects = contract.objects();
    for object in &objects {
        match ANSWERS.iter().find(|answer| answer.schema == object.name) {
            Some(answer) => hold(answer, object, missing),
            None => missing.row("ANSWERS of src/fidelity/fields.rs", object.name),
        }
    }
    let known = ANSWERS.iter().filter(|answer| objects.iter().any(|object| object.name == answer.schema));
    let tables = known.map(|answer| {
        let rows = answer.fields.iter();
        let rows = rows.map(|(name, provenance, source)| [code(name), provenance.name().to_owned(), (*source).to_owned()]);
        format!("### {}\n\n{}", answer.title, table(["field", "provenance", "where it stands"], rows))
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The rows are the contract's fields, in its order.
fn hold(answer: &Answer, object: &Object, missing: &mut Missing) {
    let names: Vec<&str> = answer.fields.iter().map(|(name, ..)| *name).collect();
    for field in object.all.iter().filter(|field| !names.contains(field)) {
        missing.row(&format!("{} in ANSWERS of src/fidelity/fields.rs", answer.schema), field);
    }
    let is_field = |name: &str| object.all.contains(&name) || object.name == "Envelope" && IN_ENVELOPE.contains(&name);
    for name in names.iter().filter(|name| !is_field(name)) {
        missing.say(format!("{} of {} in src/fidelity/fields.rs is no field of the contract", name, answer.schema));
    }
    let required: Vec<&str> = names.into_iter().filter(|name| object.required.contains(name)).collect();
    if required != object.required {
        missing.say(format!(
            "{} in src/fidelity/fields.rs has another order than the contract: {}",
            answer.schema,
            object.required.join(", ")
        ));
    }
}
