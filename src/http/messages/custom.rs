//! sendCustom: a message for programs, now or when its time has come, and cancelCustom, which takes a reserved one back.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::field::FieldError;
use crate::domain::ids::{RoomId, ScheduleId};
use crate::domain::message::{JsonString, Message};
use crate::domain::time::KstTime;
use crate::domain::user::NickName;
use crate::emulator::{NoSuchRoom, NotReserved};
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope};
use crate::http::error::ApiError;
use crate::http::openapi::{CancelRefusals, ModifyRefusals};
use crate::http::params::Params;

/// What sendCustom takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what Message is read from")]
pub struct SendCustom {
    json_string: JsonString,
    nick_name: NickName,
    #[schema(nullable = false)]
    send_date: Option<KstTime>,
}

/// What sendCustom answers with when the message is reserved (that it stands in `data` is assumed).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reserved {
    schedule_id: ScheduleId,
}

/// The answer of sendCustom.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentOrReserved<'a> {
    /// The result code; 1 is success.
    result_cd: i32,
    /// Empty on success.
    result_msg: &'a str,
    /// When the message is reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    data: Option<Reserved>,
}

/// Sends a custom message into a room; with `sendDate` it is reserved, and goes out then. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v1/custom/{roomId}", operation_id = "sendCustom", tag = "messages",
    params(("roomId" = RoomId, Path, description = "the room")),
    request_body(content = SendCustom, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the message went out, or with `data` it is reserved", body = SentOrReserved), ModifyRefusals))]
pub fn send(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.room();
    let id = path.id()?;
    // assumed: room-before-custom
    emulator.room(account, &id, |_| ()).map_err(|error| path.unknown(error))?;
    let Custom { json_string, nick_name, send_date } = custom(params).map_err(|error| params.refuse(error))?;
    let Some(send_date) = send_date else {
        let message = Message::Custom { nick_name, json_string };
        emulator.send(account, &id, message, *cause).map_err(|_| path.unknown(NoSuchRoom))?;
        return Ok(Answer::empty(emulator).warn(params.warning()));
    };
    let reserved = emulator.reserve(account, &id, send_date, (nick_name, json_string), *cause);
    let schedule_id = reserved.map_err(|error| match error {
        NotReserved::NoSuchRoom => path.unknown(NoSuchRoom),
        NotReserved::Past(now) => params.refuse(FieldError::Invalid {
            field: "sendDate",
            what: format!("must be later than now, {now} in KST"),
            got: send_date.to_string(),
        }),
    })?;
    // assumed: schedule-in-data
    Ok(Answer::data(emulator, Reserved { schedule_id }).warn(params.warning()))
}

struct Custom {
    json_string: JsonString,
    nick_name: NickName,
    send_date: Option<KstTime>,
}

fn custom(params: &Params) -> Result<Custom, FieldError> {
    Ok(Custom {
        // assumed: order-of-custom
        json_string: params.required("jsonString")?,
        nick_name: params.required("nickName")?,
        send_date: params.optional("sendDate")?,
    })
}

/// Takes back a reserved message.
#[utoipa::path(delete, path = "/openapi/v1/custom/{roomId}/{scheduleId}", operation_id = "cancelCustom", tag = "messages",
    params(("roomId" = RoomId, Path, description = "the room"), ("scheduleId" = ScheduleId, Path, description = "what sendCustom answered")),
    responses((status = 200, description = "the message does not go out", body = Envelope), CancelRefusals))]
pub fn cancel(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    let Caller { emulator, account, .. } = caller;
    let path = caller.schedule();
    let id = path.room.id()?;
    let unknown = |error| path.room.unknown(error);
    let was_reserved = match path.named() {
        Some(schedule_id) => emulator.cancel(account, &id, &schedule_id).map_err(unknown)?,
        None => emulator.room(account, &id, |_| false).map_err(unknown)?,
    };
    if !was_reserved {
        return Err(ApiError::NoSuchSchedule { schedule_id: path.text().to_owned() });
    }
    Ok(Answer::empty(emulator))
}
