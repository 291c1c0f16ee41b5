//! listRoom: every room of the account, oldest first.

#![expect(clippy::unnecessary_wraps, reason = "operations have one signature")]

use super::view::{RoomV1, RoomV2};
use crate::domain::room::Room;
use crate::emulator::{Account, Version};
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, WithList};
use crate::http::error::ApiError;
use crate::http::json;
use crate::http::openapi::CallerRefusals;

/// Lists the rooms of the account, oldest first.
#[utoipa::path(get, path = "/openapi/v2/rooms", operation_id = "listRoom", tag = "rooms v2",
    responses((status = 200, description = "the rooms, `[]` when there are none", body = WithList<RoomV2>), CallerRefusals))]
pub fn v2(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    Ok(list(caller, Version::V2, |account, room, text| json::write(text, &RoomV2::listed(account, room))))
}

/// Lists the rooms of the account, oldest first.
#[utoipa::path(get, path = "/openapi/v1/rooms", operation_id = "listRoomV1", tag = "rooms v1",
    responses((status = 200, description = "the rooms, `[]` when there are none", body = WithList<RoomV1>), CallerRefusals))]
pub fn v1(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    Ok(list(caller, Version::V1, |account, room, text| json::write(text, &RoomV1::listed(account, room))))
}

fn list(caller: &Caller<'_>, version: Version, write: impl Fn(&Account, &Room, &mut Vec<u8>)) -> Answer {
    let Caller { emulator, account, .. } = caller;
    let with_comma = |account: &Account, room: &Room, text: &mut Vec<u8>| {
        write(account, room, text);
        text.push(b',');
    };
    emulator.rooms(account, version, with_comma, |rooms| Answer::rendered(emulator, rooms))
}
