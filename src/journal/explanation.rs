//! Why a call was refused, at length.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::Provenance;

/// The rule that refused, how sure it is, and what to send instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// The rule, in a sentence.
    pub rule: String,
    /// Whether the vendor documents it, it was observed, or it is assumed.
    #[schema(value_type = String)]
    pub provenance: Provenance,
    /// Where that stands.
    pub source: &'static str,
    /// What was got.
    pub got: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// The nearest valid thing.
    pub nearest: Option<String>,
    /// What may be behind it.
    pub hints: Vec<String>,
    /// A corrected call to paste into a shell; credentials are shell variables.
    pub curl: Option<String>,
}

impl Explanation {
    /// Bytes of memory, about.
    pub fn size(&self) -> usize {
        let texts = [Some(&self.rule), self.got.as_ref(), self.expected.as_ref(), self.nearest.as_ref(), self.curl.as_ref()];
        size_of::<Self>()
            + texts.into_iter().flatten().chain(&self.hints).map(String::capacity).sum::<usize>()
            + self.hints.len() * size_of::<String>()
    }
}
