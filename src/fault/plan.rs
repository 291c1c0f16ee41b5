//! What an exchange with faults comes to, as data: the stack and the socket carry it out.

use std::time::Duration;

use crate::domain::code::ResultCode;

/// The fate of one exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How long to wait before anything happens.
    pub wait: Duration,
    /// Whether the operation happens.
    pub runs: bool,
    /// Whether a refusal of the operation is answered as it is.
    pub spares_refusals: bool,
    /// What is answered.
    pub reply: Reply,
    /// What happens to the answer on the socket; `None` is nothing.
    pub wire: Option<WirePlan>,
}

impl Default for Plan {
    /// Nothing goes wrong.
    fn default() -> Self {
        Plan { wait: Duration::ZERO, runs: true, spares_refusals: false, reply: Reply::Own, wire: None }
    }
}

impl Plan {
    /// An answer instead of the operation's.
    pub fn instead(reply: Reply) -> Plan {
        Plan { runs: false, reply, ..Plan::default() }
    }

    /// The operation does not happen, and the socket has the last word.
    pub fn no_answer(end: End) -> Plan {
        Plan { runs: false, wire: Some(WirePlan { amount: Amount::Bytes(0), end, bytes_per_second: None }), ..Plan::default() }
    }

    /// Whether any byte of an answer can reach the client.
    pub fn is_answered(&self) -> bool {
        !matches!(self.wire, Some(WirePlan { amount: Amount::Bytes(0), .. }))
    }
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// What the operation says.
    Own,
    /// What the operation says, as JSON that no parser takes.
    Broken,
    /// An envelope with this code.
    Envelope {
        code: ResultCode,
        /// `None` is the status that the code has.
        http: Option<u16>,
        /// `None` is the text that the code has.
        message: Option<String>,
        /// Seconds for `Retry-After`.
        retry_after: Option<u64>,
    },
    /// A gateway's error page.
    Page { http: u16, html: &'static str },
}

/// What the socket does with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WirePlan {
    /// How much of it goes out.
    pub amount: Amount,
    /// What comes after that.
    pub end: End,
    /// How fast it goes out; `None` is at once.
    pub bytes_per_second: Option<u64>,
}

/// At a pace: how many of the bytes that are left go out at once, and after which pause.
pub fn paced(bytes_per_second: u64, left: u64) -> (u64, Duration) {
    /// In how many slices a second's worth goes out, if it is so much.
    const SLICES_PER_SECOND: u64 = 20;
    let slice = (bytes_per_second / SLICES_PER_SECOND).clamp(1, left.max(1));
    (slice, Duration::from_nanos(slice.saturating_mul(1_000_000_000) / bytes_per_second.max(1)))
}

/// How much of an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many bytes, counted from its first.
    Bytes(u64),
    /// The head, and so many bytes of the body.
    OfBody(u64),
    /// The head, and half of the body.
    HalfOfBody,
    /// All of it.
    All,
}

/// What comes after the bytes that go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing special: the next request may come.
    Keep,
    /// The connection is closed in good order (FIN).
    Close,
    /// The connection is reset (RST).
    Reset,
    /// Nothing more comes, and the connection stays open.
    Hang,
}
