//! issueToken: a token for the key. It stands in the body only, not in a header of the answer (observed).

use serde::Serialize;
use utoipa::ToSchema;

use super::auth::KeyHolder;
use super::envelope::{Answer, WithData};
use super::openapi::CallerRefusals;
use crate::domain::ids::UserId;

/// What issueToken answers with.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Issued<'a> {
    user_email: &'a UserId,
    /// A JWT; send it as the header of the same name, together with the key that it was obtained with.
    #[serde(rename = "X-AUTH-TOKEN")]
    token: String,
}

/// Issues a token. Older ones stay valid (observed).
#[utoipa::path(get, path = "/openapi/token", operation_id = "issueToken", tag = "token", security(("API_KEY" = [])),
    responses((status = 200, description = "the token", body = WithData<Issued>), CallerRefusals))]
pub fn issue(KeyHolder { emulator, account }: &KeyHolder<'_>) -> Answer {
    let token = emulator.issue_token(account);
    Answer::data(emulator, Issued { user_email: account.user_id(), token })
}
