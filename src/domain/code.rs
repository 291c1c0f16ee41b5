//! The result codes: name, number, HTTP status, text and where each is known from, as one table.

use std::str::FromStr;

use super::field::Invalid;
use super::text;

/// How sure we are of a fact about the vendor's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// A page of the vendor says so.
    Documented,
    /// Seen in public client code or captured data.
    Observed,
    /// Nobody published it: we decided.
    Assumed,
}

impl Provenance {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Provenance::Documented => "documented",
            Provenance::Observed => "observed",
            Provenance::Assumed => "assumed",
        }
    }
}

impl serde::Serialize for Provenance {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What an answer says for one result code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// The number in the envelope.
    pub result_cd: i32,
    /// The HTTP status, 200 to 599.
    pub http: u16,
    /// A fixed text, when the code has one; `None` where each refusal has words of its own.
    pub result_msg: Option<String>,
}

/// What a fixture says of a row; what it does not say stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeChange {
    /// Another number.
    pub result_cd: Option<i32>,
    /// Another HTTP status.
    pub http: Option<u16>,
    /// A fixed text.
    pub result_msg: Option<String>,
}

macro_rules! result_codes {
    ($($variant:ident $name:literal $result_cd:literal $http:literal $msg:expr, $provenance:ident, $when:literal;)+) => {
        /// A result code of the API. The numbers' provenance is in [`ResultCode::provenance`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ResultCode { $(#[doc = $when] $variant),+ }

        impl ResultCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [ResultCode] = &[$(ResultCode::$variant),+];

            /// Its name, as fixtures write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// When it is answered.
            pub fn when(self) -> &'static str {
                match self { $(Self::$variant => $when),+ }
            }

            /// Where its number is known from.
            pub fn provenance(self) -> Provenance {
                match self { $(Self::$variant => Provenance::$provenance),+ }
            }

            /// What is answered unless a fixture overrides it.
            pub fn row(self) -> CodeRow {
                let (result_cd, http, msg): (i32, u16, Option<&str>) = match self { $(Self::$variant => ($result_cd, $http, $msg)),+ };
                CodeRow { result_cd, http, result_msg: msg.map(str::to_owned) }
            }
        }
    };
}

result_codes! {
    Success "SUCCESS" 1 200 Some(""), Documented, "the call succeeded"; // assumed: code-success
    SystemError "SYSTEM_ERROR" 0 500 Some("System error"), Documented, "a bug, or injected"; // assumed: code-system-error
    IncorrectRequest "INCORRECT_REQUEST" 400 400 None, Documented, "an invalid value, or a body that cannot be read"; // assumed: code-incorrect-request
    MissingRequiredParam "MISSING_REQUIRED_PARAM" 10901 400 None, Documented, "a required parameter is absent or empty"; // assumed: code-missing-required-param
    ChannelNotExisted "CHANNEL_NOT_EXISTED" 10102 404 Some("This chat room does not exist"), Documented, "an unknown or destroyed room, or another account's"; // assumed: code-channel-not-existed
    Unauthorized "UNAUTHORIZED" 401 401 None, Assumed, "API_KEY or X-AUTH-TOKEN is missing, unknown, expired, or not issued for this key"; // assumed: code-unauthorized
    NotFound "NOT_FOUND" 404 404 None, Assumed, "an unknown path"; // assumed: code-not-found
    MethodNotAllowed "METHOD_NOT_ALLOWED" 405 405 None, Assumed, "a known path with another method"; // assumed: code-method-not-allowed
    PayloadTooLarge "PAYLOAD_TOO_LARGE" 413 413 None, Assumed, "a body over the limit"; // assumed: code-payload-too-large
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415 415 None, Assumed, "a body that is no form"; // assumed: code-unsupported-media-type
    TooManyRequests "TOO_MANY_REQUESTS" 429 429 Some("Too many requests"), Assumed, "injected only"; // assumed: code-too-many-requests
    UserLimitExceeded "USER_LIMIT_EXCEEDED" 10101 409 Some("The number of connections has been exceeded"), Documented, "a room is full"; // assumed: code-user-limit-exceeded
    ChannelAfterClosed "CHANNEL_AFTER_CLOSED" 10104 409 Some("The chat room has ended"), Documented, "joining after endDt"; // assumed: code-channel-after-closed
    ChannelUserBaned "CHANNEL_USER_BANED" 10106 403 Some("You are banned"), Documented, "an exiled user joins"; // assumed: code-channel-user-baned
    UserNotExisted "USER_NOT_EXISTED" 10107 404 Some("You are not connected"), Documented, "an unknown clientKey"; // assumed: code-user-not-existed
}

impl FromStr for ResultCode {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.iter().find(|code| code.name() == name).copied();
        let names: Vec<&str> = Self::ALL.iter().map(|code| code.name()).collect();
        let meant = text::did_you_mean(name, names.iter().copied()).map(|meant| format!(", did you mean {meant}"));
        found.ok_or_else(|| Invalid(format!("must be {}{}", text::either(&names), meant.unwrap_or_default())))
    }
}

/// Statuses whose answers have no body, and so no envelope.
pub const BODILESS: [u16; 3] = [204, 205, 304];

/// The first code of the table with that HTTP status, else `SYSTEM_ERROR`.
pub fn for_status(http: u16) -> ResultCode {
    ResultCode::ALL.iter().find(|code| code.row().http == http).copied().unwrap_or(ResultCode::SystemError)
}

/// The table as a server answers from it: the defaults, with a fixture's rows over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultCodes(Vec<CodeRow>);

impl Default for ResultCodes {
    fn default() -> Self {
        ResultCodes(ResultCode::ALL.iter().map(|code| code.row()).collect())
    }
}

impl ResultCodes {
    /// The row of `code`.
    pub fn row(&self, code: ResultCode) -> &CodeRow {
        &self.0[code as usize]
    }

    /// Changes the row of `code`.
    pub fn change(&mut self, code: ResultCode, change: CodeChange) {
        let row = &mut self.0[code as usize];
        row.result_cd = change.result_cd.unwrap_or(row.result_cd);
        row.http = change.http.unwrap_or(row.http);
        row.result_msg = change.result_msg.or(row.result_msg.take());
    }
}
