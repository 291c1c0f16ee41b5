//! Assumed behaviours that the tests of their subjects do not meet.

use vchatcloud_mock::domain::code::ResultCode;

use crate::mock::Mock;

/// Every row of the table, as a client sees it. A code without words of its own shows what it is for: an operation would say more.
#[tokio::test]
async fn every_code_has_its_number_status_and_words() {
    let mock = Mock::new();
    let mut answers = Vec::new();
    for code in ResultCode::ALL {
        let fault = format!("status; code={}", code.name());
        let reply = mock.alice().header("X-Mock-Fault", &fault).list().await;
        answers.push(format!("{} {} {}", code.name(), reply.status.as_u16(), reply.body));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    SUCCESS 200 {"result_cd":1,"result_msg":""}
    SYSTEM_ERROR 500 {"result_cd":0,"result_msg":"System error"}
    INCORRECT_REQUEST 400 {"result_cd":400,"result_msg":"an invalid value, or a body that cannot be read"}
    MISSING_REQUIRED_PARAM 400 {"result_cd":10901,"result_msg":"a required parameter is absent or empty"}
    CHANNEL_NOT_EXISTED 404 {"result_cd":10102,"result_msg":"This chat room does not exist"}
    UNAUTHORIZED 401 {"result_cd":401,"result_msg":"API_KEY or X-AUTH-TOKEN is missing, unknown, expired, or not issued for this key"}
    NOT_FOUND 404 {"result_cd":404,"result_msg":"an unknown path"}
    METHOD_NOT_ALLOWED 405 {"result_cd":405,"result_msg":"a known path with another method"}
    PAYLOAD_TOO_LARGE 413 {"result_cd":413,"result_msg":"a body over the limit"}
    UNSUPPORTED_MEDIA_TYPE 415 {"result_cd":415,"result_msg":"a body that is no form"}
    TOO_MANY_REQUESTS 429 {"result_cd":429,"result_msg":"Too many requests"}
    USER_LIMIT_EXCEEDED 409 {"result_cd":10101,"result_msg":"The number of connections has been exceeded"}
    CHANNEL_AFTER_CLOSED 409 {"result_cd":10104,"result_msg":"The chat room has ended"}
    CHANNEL_USER_BANED 403 {"result_cd":10106,"result_msg":"You are banned"}
    USER_NOT_EXISTED 404 {"result_cd":10107,"result_msg":"You are not connected"}
    "#);
}
