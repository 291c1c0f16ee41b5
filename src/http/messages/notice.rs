//! sendNotice: a notice for everybody in a room.

use utoipa::ToSchema;

use crate::domain::field::FieldError;
use crate::domain::ids::RoomId;
use crate::domain::message::{Message, Notice};
use crate::domain::user::NickName;
use crate::emulator::NoSuchRoom;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope};
use crate::http::error::ApiError;
use crate::http::openapi::ModifyRefusals;
use crate::http::params::Params;

/// What sendNotice takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what Message is read from")]
pub struct SendNotice {
    nick_name: NickName,
    notice: Notice,
}

/// Sends a notice into a room. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v1/notice/{roomId}", operation_id = "sendNotice", tag = "messages",
    params(("roomId" = RoomId, Path, description = "the room")),
    request_body(content = SendNotice, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the notice went out", body = Envelope), ModifyRefusals))]
pub fn send(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.room();
    let id = path.id()?;
    // assumed: room-before-notice
    emulator.room(account, &id, |_| ()).map_err(|error| path.unknown(error))?;
    let message = notice(params).map_err(|error| params.refuse(error))?;
    emulator.send(account, &id, message, *cause).map_err(|_| path.unknown(NoSuchRoom))?;
    Ok(Answer::empty(emulator).warn(params.warning()))
}

fn notice(params: &Params) -> Result<Message, FieldError> {
    // assumed: order-of-notice
    Ok(Message::Notice { nick_name: params.required("nickName")?, notice: params.required("notice")? })
}
