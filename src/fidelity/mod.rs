//! `docs/fidelity.md`: how sure everything is that the mock does, made from the code and from the tables here.
//!
//! The server hands out the committed file, so that it carries nothing of what makes it. Tests hold the file against what is made
//! here, and every assumption against its place in the code and its test; the example `fidelity` writes it anew.

mod behaviour;
mod calls;
mod contract;
mod contradictions;
mod fields;
mod markdown;

pub use self::behaviour::{Assumption, Change};

use self::behaviour::{SUBJECTS, Subject, Words, of_code};
use self::contract::Contract;
use self::markdown::{code, table};
use crate::domain::code::ResultCode;

const INTRODUCTION: &str = "\
# How sure we are

Every operation, parameter, field, result code and behaviour of the mock, and where it is known from. This page is made from the code
(`cargo run --example fidelity`); `GET /__admin/fidelity` serves it.

- **documented**: a page of the vendor says so.
- **observed**: seen in public client code or in captured data.
- **assumed**: nobody published it, and we decided.

\"The v2 page\" is the vendor's page of the v2 room operations, \"the v1 document\" its OpenAPI document of v1.

You have a real account? Then you can settle what is assumed:

1. Find out. `vchatcloud-mock drift` compares the vendor with the mock.
2. Change the line. Every assumption has an id, and the code one comment `assumed: <id>`, above the line that decides or beside it. The
   result codes need no code: a fixture changes them (`resultCodes`).
3. Run its test, `cargo test --test it -- <test>`. It fails now: let it say what is true, and its row in `src/fidelity` too.

`.ci/assumed` proves that 2 and 3 belong together: in a copy it changes one line after the other, and the test of each must fail.
";

/// What has no row in the tables here.
#[derive(Debug, Default)]
pub struct Missing(Vec<String>);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Missing {
    fn row(&mut self, table: &str, what: &str) {
        self.say(format!("{what} has no row: add it to {table}"));
    }

    fn say(&mut self, what: String) {
        self.0.push(what);
    }
}

/// The page.
///
/// # Errors
/// Every operation, parameter and field that the tables of the page do not tell of.
pub fn page() -> Result<String, Missing> {
    page_of(&Contract::generated())
}

fn page_of(contract: &Contract) -> Result<String, Missing> {
    let mut missing = Missing::default();
    let sections = [
        ("Operations", calls::operations(contract, &mut missing)),
        ("Parameters", calls::parameters(contract, &mut missing)),
        ("Fields", fields::fields(contract, &mut missing)),
        ("Result codes", codes()),
        ("Behaviour", SUBJECTS.iter().map(|subject| section(subject)).collect::<Vec<_>>().join("\n")),
        ("Contradictions", contradictions::contradictions()),
    ];
    let contents: Vec<String> =
        sections.iter().map(|(title, _)| format!("[{title}](#{})", title.to_lowercase().replace(' ', "-"))).collect();
    let sections = sections.iter().map(|(title, text)| format!("\n## {title}\n\n{text}"));
    let page = format!("{INTRODUCTION}\nContents: {}\n{}", contents.join(" · "), sections.collect::<String>());
    if missing.0.is_empty() { Ok(page) } else { Err(missing) }
}

/// Every assumption: those of the subjects, then those of the result codes.
pub fn assumptions() -> Vec<Assumption> {
    let of_subjects = SUBJECTS.iter().flat_map(|subject| subject.assumed).copied();
    of_subjects.chain(ResultCode::ALL.iter().map(|code| of_code(*code).1)).collect()
}

fn codes() -> String {
    let rows = ResultCode::ALL.iter().map(|of| {
        let row = of.row();
        let (words, assumption) = of_code(*of);
        let words = match (words, row.result_msg.as_deref()) {
            (Words::Engine, Some("")) => "documented: empty".to_owned(),
            (Words::Engine, Some(text)) => format!("documented: {text}"),
            (Words::Ours, Some(text)) => format!("assumed: {text}"),
            (_, None) => "assumed: says what is wrong".to_owned(),
        };
        [
            code(of.name()),
            of.when().to_owned(),
            format!("{} {}", row.result_cd, of.provenance().name()),
            row.http.to_string(),
            words,
            code(assumption.id),
        ]
    });
    let held = of_code(ResultCode::Success).1;
    format!(
        "The vendor's table for its REST API is not public. What is called documented here is so for its chat engine (400: in its SDK; 1: on the v2 page too); that the \
         REST API answers with it is assumed. The HTTP statuses are assumed throughout. Each row is the line of its id in `{}`, held by `{}`; \
         a fixture overrides it without any change of code.\n\n{}",
        held.file,
        held.test,
        table(["name", "when", "result_cd", "HTTP", "result_msg", "id"], rows)
    )
}

fn section(subject: &Subject) -> String {
    let known = subject.known.iter().map(|known| [known.what.to_owned(), known.provenance.name().to_owned(), known.source.to_owned()]);
    let assumed = subject.assumed.iter().map(|assumed| {
        let line = assumed.no_line.map_or_else(String::new, |why| format!("; no one line: {why}"));
        [code(assumed.id), assumed.what.to_owned(), assumed.why.to_owned(), format!("{}{line}", code(assumed.file)), code(assumed.test)]
    });
    let mut tables = vec![format!("### {}\n", subject.title)];
    if !subject.known.is_empty() {
        tables.push(table(["known", "provenance", "where it stands"], known));
    }
    if !subject.assumed.is_empty() {
        tables.push(table(["assumed", "what the mock does", "why", "decided in", "test"], assumed));
    }
    tables.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is added to the API and not to the tables is named, with the table.
    #[test]
    fn what_has_no_row_is_told() {
        let mut contract = Contract::generated();
        let schemas = &mut contract.0["components"]["schemas"];
        schemas["Guest"] = json!({"type": "object", "properties": {"nickName": {}}});
        schemas["Created"]["properties"]["colour"] = json!({});
        schemas["Issued"]["required"] = json!(["X-AUTH-TOKEN", "user_email"]);
        schemas["CreateRoomV2"]["properties"]["colour"] = json!({});
        contract.0["paths"]["/openapi/v2/rooms"]["get"]["operationId"] = json!("listRooms");
        contract.0["paths"]["/openapi/v1/rooms"]["get"]["operationId"] = json!("listRooms");
        contract.0["paths"]["/openapi/v2/rooms/{roomId}"]["get"]["parameters"][0]["name"] = json!("clientKey");
        insta::assert_snapshot!(page_of(&contract).unwrap_err(), @"
        listRoom has no call in the contract
        colour has no row: add it to createRoom v2 in src/http/explain/parameters.rs
        colour has no row: add it to Created in ANSWERS of src/fidelity/fields.rs
        Issued in src/fidelity/fields.rs has another order than the contract: X-AUTH-TOKEN, user_email
        Guest has no row: add it to ANSWERS of src/fidelity/fields.rs
        ");
    }
}
