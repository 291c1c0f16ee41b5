//! `POST verify` over the control plane: its statuses, its patience, its refusals. How it judges is tested beside it.

use std::time::{Duration, Instant};

use crate::mock::Mock;

#[tokio::test]
async fn passed_failed_and_what_differed() {
    let mock = Mock::new();
    mock.alice().create_room("roomName=QA").await;
    mock.alice().create_room("roomName=Lobby").await;
    mock.bob().create_room("roomName=QA").await;
    let verify = async |query: &str, body: &str| mock.admin("POST", &format!("verify{query}"), body).await;
    insta::assert_snapshot!(
        verify("?apiKey=alice-key", r#"{"expect": [{"operation": "createRoom", "where": {"roomName": {"regex": "^QA"}}, "times": {"min": 1, "max": 1}}]}"#).await,
        @r#"
    200
    {"verdict":"passed"}
    "#
    );
    insta::assert_snapshot!(verify("", r#"{"expect": [{"operation": "createRoom", "where": {"roomName": "QA"}, "times": 1}]}"#).await, @r#"
    422
    {"verdict":"failed","failures":[{"expectation":0,"message":"createRoom where roomName is \"QA\": expected exactly 1, got 2","expected":"exactly 1","got":2,"nearest":[{"id":3,"differences":[]},{"id":1,"differences":[]}]}]}
    "#);
    insta::assert_snapshot!(verify("?apiKey=alice-key", r#"{"expect": [{"operation": "createRoom", "where": {"roomName": "Hall"}, "result_cd": 1}], "noOther": true}"#).await, @r#"
    422
    {"verdict":"failed","failures":[{"expectation":0,"message":"createRoom with result_cd 1 where roomName is \"Hall\": expected at least 1, got 0","expected":"at least 1","got":0,"nearest":[{"id":2,"differences":["roomName: expected to be \"Hall\", got \"Lobby\""]},{"id":1,"differences":["roomName: expected to be \"Hall\", got \"QA\""]}]},{"expectation":null,"message":"noOther: expected no other exchange, got 2","expected":"no other exchange","got":2,"nearest":[{"id":2,"differences":["roomName: expected to be \"Hall\", got \"Lobby\""]},{"id":1,"differences":["roomName: expected to be \"Hall\", got \"QA\""]}]}]}
    "#);
    insta::assert_snapshot!(
        verify("?apiKey=alice-key", r#"{"expect": [{"where": {"roomName": "Lobby"}}, {"where": {"roomName": "QA"}}], "ordered": true}"#).await,
        @r#"
    422
    {"verdict":"failed","failures":[{"expectation":1,"message":"any exchange where roomName is \"QA\": expected at least 1 after any exchange where roomName is \"Lobby\", got 0","expected":"at least 1 after any exchange where roomName is \"Lobby\"","got":0,"nearest":[{"id":1,"differences":["order: expected after exchange 2"]}]}]}
    "#
    );
}

/// It answers as soon as what was expected has come, and no sooner.
#[tokio::test]
async fn it_waits_for_what_is_to_come() {
    let mock = Mock::new();
    let waiting = {
        let mock = mock.clone();
        tokio::spawn(async move {
            mock.admin("POST", "verify?apiKey=alice-key", r#"{"expect": [{"operation": "createRoom", "times": 2}], "within": "1m"}"#).await
        })
    };
    let began = Instant::now();
    mock.alice().create_room("").await;
    mock.bob().create_room("").await;
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    mock.alice().create_room("").await;
    assert_eq!(waiting.await.unwrap().status, 200);
    assert!(began.elapsed() < Duration::from_secs(30));

    // What cannot come right any more is not waited for; what does not come is waited for as long as was said.
    let late =
        mock.admin("POST", "verify?apiKey=alice-key", r#"{"expect": [{"operation": "createRoom", "times": 1}], "within": "1m"}"#).await;
    assert_eq!((late.status.as_u16(), began.elapsed() < Duration::from_secs(30)), (422, true), "{late}");
    let began = Instant::now();
    let never = mock.admin("POST", "verify", r#"{"expect": [{"operation": "destroyRoom"}], "within": "60ms"}"#).await;
    assert_eq!((never.status.as_u16(), began.elapsed() >= Duration::from_millis(60)), (422, true), "{never}");
}

#[tokio::test]
async fn bodies_that_are_refused() {
    let mock = Mock::new();
    let mut answers = Vec::new();
    for body in [
        "",
        "{}",
        r#"{"expect": []}"#,
        r#"{"expect": [{"operation": "makeRoom"}]}"#,
        r#"{"expect": [{"where": {"roomName": {"regex": "("}}}]}"#,
        r#"{"expect": [{"where": {"roomName": {"regexp": "x"}}}]}"#,
        r#"{"expect": [{"where": {"roomName": {"regex": "x", "contains": "y"}}}]}"#,
        r#"{"expect": [{"times": -1}]}"#,
        r#"{"expect": [{"times": {"min": 2, "max": 1}}]}"#,
        r#"{"expect": [{"operatoin": "createRoom"}], "within": "1y"}"#,
        r#"{"expect": [{"status": 1}], "ordered": "yes"}"#,
    ] {
        let reply = mock.admin("POST", "verify", body).await;
        assert_eq!(reply.status, 400, "{body}: {reply}");
        answers.push(format!("{body}\n  {}", reply.json()["error"]["message"].as_str().unwrap()));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"

      body:1:1: broken JSON: the text is empty, write {} for nothing
    {}
      body:1:1: expect: missing, list what must have been called, such as [{"operation": "createRoom"}]
    {"expect": []}
      body:1:12: expect: is empty, list what must have been called, or say "noOther": true for nothing at all
    {"expect": [{"operation": "makeRoom"}]}
      body:1:27: operation: must be issueToken, listRoom, getRoomInfo, createRoom, modifyRoom, destroyRoom, listUser, listExileUser, exileUser, unexileUser, listMuteUser, muteUser, unmuteUser, sendNotice, sendCustom, cancelCustom or sendWhisperMessage, got "makeRoom"
    {"expect": [{"where": {"roomName": {"regex": "("}}}]}
      body:1:46: regex: found open group without closing ')', got "("
    {"expect": [{"where": {"roomName": {"regexp": "x"}}}]}
      body:1:37: unknown member "regexp" of roomName, did you mean "regex"
    {"expect": [{"where": {"roomName": {"regex": "x", "contains": "y"}}}]}
      body:1:36: roomName: must say exactly one of equals, contains, regex, absent
    {"expect": [{"times": -1}]}
      body:1:23: times: must be a whole number, 0 to 4294967295, got "-1"
    {"expect": [{"times": {"min": 2, "max": 1}}]}
      body:1:23: times: min must not be above max, got "2" and "1"
    {"expect": [{"operatoin": "createRoom"}], "within": "1y"}
      body:1:14: unknown member "operatoin" of an expectation, did you mean "operation"; body:1:53: within: must be a duration such as 500ms or 5s, at most 10m, got "1y"
    {"expect": [{"status": 1}], "ordered": "yes"}
      body:1:24: status: must be a whole number, 200 to 599, got "1"; body:1:40: ordered: must be true or false, got "yes"
    "#);
}

/// A regex that would take long is refused, and so is more than anybody needs.
#[tokio::test]
async fn what_would_take_long_is_refused() {
    let mock = Mock::new();
    let many = vec![r#"{"operation": "listRoom"}"#; 101].join(", ");
    let wide = (0..101).map(|name| format!(r#""p{name}": "x""#)).collect::<Vec<_>>().join(", ");
    for body in [
        r#"{"expect": [{"where": {"x": {"regex": "(?:a{1,100}){1,30}b"}}}]}"#.to_owned(),
        format!(r#"{{"expect": [{many}]}}"#),
        format!(r#"{{"expect": [{{"where": {{{wide}}}}}]}}"#),
    ] {
        let reply = mock.admin("POST", "verify", &body).await;
        assert_eq!(reply.status, 400, "{reply}");
    }
}

/// What was in a body that nobody read cannot be told.
#[tokio::test]
async fn a_body_that_was_not_read_is_no_evidence() {
    let mock = Mock::new();
    let form = "roomName=SECRET";
    let length = form.len().to_string();
    let refused = mock.stranger().header("API_KEY", "alice-key").header("Content-Length", &length).header("Expect", "100-continue");
    assert_eq!(refused.post("/openapi/v2/rooms", form).await.status, 401);
    for expectation in [r#""roomName": "SECRET"}, "times": 0"#, r#""roomName": {"absent": true}}"#, r#""roomName": "SECRET"}"#] {
        let verdict = mock.admin("POST", "verify", &format!(r#"{{"expect": [{{"where": {{{expectation}}}]}}"#)).await;
        assert_eq!(verdict.status, 409, "{expectation}: {verdict}");
    }
    // One that came with the head is kept, though the request was refused.
    mock.stranger().header("API_KEY", "alice-key").header("Content-Length", &length).post("/openapi/v2/rooms", form).await;
    assert_eq!(mock.admin("POST", "verify", r#"{"expect": [{"where": {"roomName": "SECRET"}}]}"#).await.status, 200);
}

/// A misspelt key is no false comfort.
#[tokio::test]
async fn an_account_that_is_not_there_is_told() {
    let verdict = Mock::new().admin("POST", "verify?apiKey=typo", r#"{"expect": [], "noOther": true}"#).await;
    assert_eq!(verdict.body, r#"{"verdict":"passed","note":"there is no account of this apiKey yet"}"#);
}
