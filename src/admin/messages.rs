//! `GET /__admin/rooms/{roomId}/messages`: what the API sent into a room, and what it is to send.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, AdminRefusals};
use super::query::{Query, RoomInPath};
use super::schemas::MessageKind;
use crate::chat::Sent;
use crate::clock::show_moment;
use crate::domain::ids::{ApiKey, RoomId};
use crate::domain::message::{Message, Reservation};
use crate::domain::secret::scrubbed;
use crate::emulator::Emulator;

const ALL: &str = "all";
/// What may be asked for; the first is what it is unless told.
pub const KINDS: &[&str] = &[ALL, "notice", "custom", "whisper"];

/// The messages of a room.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// What went out, oldest first; the last thousand, and at most 1 MiB of text.
    messages: Vec<SentMessage>,
    /// What is to go out, in the order in which it was reserved.
    reserved: Vec<ReservedMessage>,
    /// How many made room.
    evicted: u64,
}

/// One that went out. What was sent stands under the name of its parameter; credentials of the vendor's real shape are masked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentMessage {
    /// `notice`, `custom` or `whisper`
    kind: &'static str,
    /// RFC 3339, by the account's clock.
    at: String,
    nick_name: String,
    /// Of a notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    notice: Option<String>,
    /// Of a custom message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    json_string: Option<String>,
    /// Of a custom message that was reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    schedule_id: Option<String>,
    /// Of a whisper: for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    client_key: Option<String>,
    /// Of a whisper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    /// The number of the exchange that sent or reserved it, as in `X-Mock-Request-Id`; `null` for one of a fixture or a state.
    request: Option<u64>,
}

/// One that is to go out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReservedMessage {
    schedule_id: String,
    /// `yyyyMMddHHmmss` in Korean time.
    send_date: String,
    nick_name: String,
    json_string: String,
}

/// Shows what was sent into a room, and what is to be sent.
#[utoipa::path(get, path = "/__admin/rooms/{roomId}/messages", operation_id = "listMessages", tag = "rooms",
    params(("roomId" = RoomId, Path, description = "the room"), ("apiKey" = Option<ApiKey>, Query, description = "the account"),
        ("kind" = Option<MessageKind>, Query, description = "`notice`, `custom` or `whisper`: only those that went out of that kind; `all` of them without it")),
    responses((status = 200, description = "the messages of the room", body = Messages), AdminRefusals))]
pub async fn list(State(emulator): State<Emulator>, RoomInPath(id): RoomInPath, query: Query) -> Result<Json<Messages>, AdminError> {
    let key = query.one_account(&emulator, &["kind"])?;
    let kind = query.one_of("kind", KINDS)?;
    let messages = emulator.seen_room(&key, &id, |_, chat| Messages {
        messages: chat.sent().filter(|sent| kind == ALL || sent.message.kind() == kind).map(shown).collect(),
        reserved: chat.reserved().map(reserved).collect(),
        evicted: chat.evicted(),
    });
    messages.map(Json).map_err(|refusal| AdminError::control(refusal.into(), Some(&key)))
}

fn text(text: &str) -> String {
    scrubbed(text).into_owned()
}

fn shown(sent: &Sent) -> SentMessage {
    let (nick_name, content) = sent.message.parts();
    let content = Some(text(content));
    let shown = SentMessage {
        kind: sent.message.kind(),
        at: show_moment(sent.at),
        nick_name: text(nick_name.as_str()),
        notice: None,
        json_string: None,
        schedule_id: sent.schedule_id.map(|id| id.to_string()),
        client_key: None,
        message: None,
        request: sent.cause.exchange(),
    };
    match &sent.message {
        Message::Notice { .. } => SentMessage { notice: content, ..shown },
        Message::Custom { .. } => SentMessage { json_string: content, ..shown },
        Message::Whisper { client_key, .. } => SentMessage { message: content, client_key: Some(text(client_key.as_str())), ..shown },
    }
}

fn reserved(reservation: &Reservation) -> ReservedMessage {
    ReservedMessage {
        schedule_id: reservation.schedule_id.to_string(),
        send_date: reservation.send_date.to_string(),
        nick_name: text(reservation.nick_name.as_str()),
        json_string: text(reservation.json_string.as_str()),
    }
}
