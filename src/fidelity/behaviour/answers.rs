//! What all answers have in common. The rows of the result codes are in `codes`.

use super::{Subject, assumed, documented, observed};

pub const SUBJECT: Subject = Subject {
    title: "Answers",
    known: &[
        documented(
            "The envelope is result_cd, result_msg, then list or data where the operation has one; result_msg is empty on success.",
            "the examples of v2",
        ),
        observed(
            "Some clients look at the HTTP status, some at result_cd.",
            "public clients; so --error-status 200 answers with 200 always",
        ),
    ],
    assumed: &[
        assumed("content-type", "Answers are application/json without a charset.", "the vendor's table says \"JSON\"; JSON has no charset")
            .decided("src/http/envelope.rs", "rooms_v2::create_then_look")
            .by("application/json", "application/json;charset=UTF-8"),
        assumed("text-invalid", "result_msg of an invalid value: <parameter>: <what is wrong>, got \"<value>\".", "what a developer needs")
            .decided("src/domain/field.rs", "refusals::invalid_values")
            .by("{field}: {what}", "{what}: {field}"),
        assumed("text-missing", "result_msg of a missing one: Missing required parameter: <parameter>.", "what the name of the code says")
            .decided("src/domain/field.rs", "refusals::missing_parameters")
            .by("Missing required parameter: {field}", "{field} is missing"),
        assumed(
            "texts",
            "result_msg of other refusals says which header, path, method, size or media type was wrong.",
            "what a developer needs; each has its line from there on, and a fixture can give a code a fixed text",
        )
        .decided("src/http/error.rs", "auth::open_mode_takes_any_pair")
        .by("{} is missing", "{} required"),
    ],
};
