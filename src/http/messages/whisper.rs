//! sendWhisperMessage: a message for one user of a room.

use utoipa::ToSchema;

use crate::domain::field::FieldError;
use crate::domain::ids::RoomId;
use crate::domain::message::{Message, WhisperText};
use crate::domain::user::{ClientKey, NickName};
use crate::emulator::NotThere;
use crate::http::auth::Caller;
use crate::http::envelope::{Answer, Envelope};
use crate::http::error::ApiError;
use crate::http::openapi::WhisperRefusals;
use crate::http::params::Params;

/// What sendWhisperMessage takes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the contract's picture of what Message is read from")]
pub struct SendWhisperMessage {
    message: WhisperText,
    nick_name: NickName,
}

/// Sends a message to one user who is in the room. Parameters may also stand in the query.
#[utoipa::path(post, path = "/openapi/v1/whisper/{roomId}/{clientKey}", operation_id = "sendWhisperMessage", tag = "messages",
    params(("roomId" = RoomId, Path, description = "the room"), ("clientKey" = ClientKey, Path, description = "for whom")),
    request_body(content = SendWhisperMessage, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "the message went out", body = Envelope), WhisperRefusals))]
pub fn send(caller: &Caller<'_>, params: &Params) -> Result<Answer, ApiError> {
    let Caller { emulator, account, cause, .. } = caller;
    let path = caller.user();
    let id = path.room.id()?;
    let is_in =
        |client_key: &Option<ClientKey>| emulator.room(account, &id, |room| client_key.as_ref().is_some_and(|key| room.people.hears(key)));
    let client_key = path.named();
    // assumed: user-before-fields
    if !is_in(&client_key).map_err(|error| path.room.unknown(error))? {
        return Err(path.unknown(NotThere::User));
    }
    let message = whisper(params, path.key()?).map_err(|error| params.refuse(error))?;
    emulator.send(account, &id, message, *cause).map_err(|error| path.unknown(error))?;
    Ok(Answer::empty(emulator).warn(params.warning()))
}

fn whisper(params: &Params, client_key: ClientKey) -> Result<Message, FieldError> {
    // assumed: order-of-whisper
    let message = params.required("message")?;
    Ok(Message::Whisper { client_key, nick_name: params.required("nickName")?, message })
}
