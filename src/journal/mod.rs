//! The journal: what was asked and answered, kept within bounds.

mod curl;
mod entry;
mod explanation;
mod ring;
mod transcript;
mod view;

pub use self::curl::{Curl, Part, base_url};
pub use self::entry::{Answered, Entry};
pub use self::explanation::Explanation;
pub use self::ring::{Evicted, Filter, Journal, Limits, Page};
pub use self::transcript::{BODY_KEPT, Secure, Transcript};
pub use self::view::EntryView;
