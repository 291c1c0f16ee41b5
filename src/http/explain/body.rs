//! What is wrong with a body as a whole, and what is not the client's to mend.

use super::{UNPUBLISHED, rule, shown};
use crate::domain::code::Provenance;
use crate::form::FORM;
use crate::http::inject::ASKED;
use crate::http::params::BODY_LIMIT;
use crate::http::record::Recording;
use crate::journal::Explanation;

/// The mock itself failed.
pub fn panicked() -> Explanation {
    rule("no request makes the mock fail", Provenance::Assumed, UNPUBLISHED)
}

/// A body over the limit.
pub fn too_large(recording: &Recording) -> Explanation {
    let announced = recording.transcript().and_then(|transcript| transcript.header("content-length"));
    Explanation {
        got: announced.map(|bytes| format!("{} bytes", shown(bytes))),
        expected: Some(format!("at most {BODY_LIMIT} bytes")),
        ..rule(format!("a body has at most {BODY_LIMIT} bytes"), Provenance::Assumed, UNPUBLISHED)
    }
}

/// A body that is no form.
pub fn media_type(got: &str) -> Explanation {
    let essence = got.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let hint = match essence.as_str() {
        "application/json" => {
            Some("in JavaScript send new URLSearchParams(...) instead of JSON.stringify(...), in Python data= instead of json=")
        }
        "multipart/form-data" => Some("FormData and curl -F send multipart: send new URLSearchParams(formData), curl --data-urlencode"),
        "text/plain" => Some("fetch sends a text as text/plain: send new URLSearchParams(...), or set Content-Type"),
        _ => None,
    };
    Explanation {
        got: Some(shown(got)),
        expected: Some(FORM.to_owned()),
        nearest: Some(FORM.to_owned()),
        hints: hint.map(str::to_owned).into_iter().collect(),
        ..rule(
            "parameters are sent as a form, in the body or in the query",
            Provenance::Observed,
            "the vendor's examples send forms; public clients saw JSON fail; that the answer is 415 is assumed",
        )
    }
}

/// A body that broke off.
pub fn unreadable(why: &str) -> Explanation {
    Explanation { got: Some(shown(why)), ..rule("a body arrives whole", Provenance::Assumed, UNPUBLISHED) }
}

/// `X-Mock-Fault` is no fault.
pub fn fault_header(why: &str, recording: &Recording) -> Explanation {
    let got = recording.transcript().and_then(|transcript| transcript.header(ASKED.as_str()));
    Explanation {
        got: got.map(shown),
        expected: Some(why.to_owned()),
        ..rule("X-Mock-Fault asks for a fault that the mock knows", Provenance::Assumed, "the mock's own: README")
    }
}
