//! The operations of the API, by the vendor's own names.

use std::str::FromStr;

use super::field::Invalid;
use super::text;

macro_rules! operations {
    ($($variant:ident $name:literal $writes:literal $behind:expr;)+) => {
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
        }
    };
}

operations! {
    IssueToken "issueToken" false None;
    ListRoom "listRoom" false None;
    GetRoomInfo "getRoomInfo" false None;
    CreateRoom "createRoom" true None;
    ModifyRoom "modifyRoom" true None;
    DestroyRoom "destroyRoom" true None;
    ListUser "listUser" false None;
    ListExileUser "listExileUser" false None;
    ExileUser "exileUser" true Some("clientKey");
    UnexileUser "unexileUser" true Some("clientKey");
    ListMuteUser "listMuteUser" false None;
    MuteUser "muteUser" true Some("clientKey");
    UnmuteUser "unmuteUser" true Some("clientKey");
    SendNotice "sendNotice" true None;
    SendCustom "sendCustom" true None;
    CancelCustom "cancelCustom" true Some("scheduleId");
    SendWhisperMessage "sendWhisperMessage" true Some("clientKey");
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
