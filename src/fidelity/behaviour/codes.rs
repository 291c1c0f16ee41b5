//! The result codes: what is assumed of each. Its line of the table decides, and so does a fixture, without any change of code.

use super::{Assumption, assumed};
use crate::domain::code::ResultCode;

/// Whose words a code's `result_msg` is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Those of the vendor's chat engine.
    Engine,
    /// Ours.
    Ours,
}

macro_rules! codes {
    ($($code:ident $id:literal $words:ident $from:literal => $to:literal;)+) => {
        /// The words of a code, and the assumption of its HTTP status, and of its number where that is assumed too.
        pub const fn of_code(code: ResultCode) -> (Words, Assumption) {
            match code {
                $(ResultCode::$code => (Words::$words, line($id, $from, $to))),+
            }
        }
    };
}

const fn line(id: &'static str, from: &'static str, to: &'static str) -> Assumption {
    assumed(id, "its HTTP status, and what the table calls assumed", "the HTTP status that means the same")
        .decided("src/domain/code.rs", "assumed::every_code_has_its_number_status_and_words")
        .by(from, to)
}

codes! {
    Success "code-success" Engine " 1 200 " => " 1 201 ";
    SystemError "code-system-error" Ours " 0 500 " => " 0 503 ";
    IncorrectRequest "code-incorrect-request" Ours " 400 400 " => " 400 422 ";
    MissingRequiredParam "code-missing-required-param" Ours " 10901 400 " => " 10901 422 ";
    ChannelNotExisted "code-channel-not-existed" Engine " 10102 404 " => " 10102 410 ";
    Unauthorized "code-unauthorized" Ours " 401 401 " => " 4010 403 ";
    NotFound "code-not-found" Ours " 404 404 " => " 4040 404 ";
    MethodNotAllowed "code-method-not-allowed" Ours " 405 405 " => " 4050 405 ";
    PayloadTooLarge "code-payload-too-large" Ours " 413 413 " => " 4130 413 ";
    UnsupportedMediaType "code-unsupported-media-type" Ours " 415 415 " => " 4150 415 ";
    TooManyRequests "code-too-many-requests" Ours " 429 429 " => " 4290 429 ";
    UserLimitExceeded "code-user-limit-exceeded" Engine " 10101 409 " => " 10101 403 ";
    ChannelAfterClosed "code-channel-after-closed" Engine " 10104 409 " => " 10104 410 ";
    ChannelUserBaned "code-channel-user-baned" Engine " 10106 403 " => " 10106 401 ";
    UserNotExisted "code-user-not-existed" Engine " 10107 404 " => " 10107 410 ";
}
