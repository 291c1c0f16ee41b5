//! The operations of the API, by the vendor's own names.

use std::str::FromStr;

use super::code::Provenance;
use super::field::Invalid;
use super::text;

macro_rules! operations {
    ($($variant:ident $name:literal $writes:literal $behind:expr, $provenance:ident $source:literal;)+) => {
        /// An operation; v1 and v2 of it are the same one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $(#[doc = concat!("`", $name, "`")] $variant),+ }

        impl Operation {
            /// Every operation, in the order of the reference.
            pub const ALL: &'static [Operation] = &[$(Operation::$variant),+];

            /// The vendor's name of it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What stands behind the roomId in its path.
            pub fn behind_the_room(self) -> Option<&'static str> {
                match self { $(Self::$variant => $behind),+ }
            }

            /// Whether it changes rooms, or what is in them.
            pub fn writes(self) -> bool {
                match self { $(Self::$variant => $writes),+ }
            }

            /// How sure it is that the vendor has it, and where that stands.
            pub fn provenance(self) -> (Provenance, &'static str) {
                match self { $(Self::$variant => (Provenance::$provenance, $source)),+ }
            }
        }
    };
}

operations! {
    IssueToken "issueToken" false None, Documented "the v1 document, as tokenUsingGET";
    ListRoom "listRoom" false None, Documented "the v2 page and the v1 document";
    GetRoomInfo "getRoomInfo" false None, Documented "the v2 page and the v1 document";
    CreateRoom "createRoom" true None, Documented "the v2 page and the v1 document";
    ModifyRoom "modifyRoom" true None, Documented "the v2 page and the v1 document";
    DestroyRoom "destroyRoom" true None, Documented "the v2 page and the v1 document";
    ListUser "listUser" false None, Documented "the v1 document; another page has it under v2";
    ListExileUser "listExileUser" false None, Documented "the v1 document";
    ExileUser "exileUser" true Some("clientKey"), Documented "the v1 document";
    UnexileUser "unexileUser" true Some("clientKey"), Documented "the v1 document";
    ListMuteUser "listMuteUser" false None, Documented "the v1 document";
    MuteUser "muteUser" true Some("clientKey"), Documented "the v1 document";
    UnmuteUser "unmuteUser" true Some("clientKey"), Documented "the v1 document";
    SendNotice "sendNotice" true None, Documented "the v1 document";
    SendCustom "sendCustom" true None, Documented "the v1 document";
    CancelCustom "cancelCustom" true Some("scheduleId"), Documented "the v1 document";
    SendWhisperMessage "sendWhisperMessage" true Some("clientKey"), Documented "the v1 document";
}

impl FromStr for Operation {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        let names = || Self::ALL.iter().map(|operation| operation.name());
        let found = Self::ALL.iter().find(|operation| operation.name() == name).copied();
        found.ok_or_else(|| {
            let meant = text::did_you_mean(name, names()).map(|meant| format!(", did you mean {meant}"));
            Invalid(format!("must be {}{}", text::either(&names().collect::<Vec<_>>()), meant.unwrap_or_default()))
        })
    }
}
