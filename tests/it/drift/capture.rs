//! `--har`: a browser's capture, without any network. The one beside this file is made up.

use std::fs;

use crate::process::{Run, run};

const CAPTURE: &str = include_str!("made-up.har");

/// What comes of the capture when it is changed so.
pub fn drift(change: impl FnOnce(String) -> String) -> Run {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("capture.har");
    fs::write(&file, change(CAPTURE.to_owned())).unwrap();
    let mut run = run(&["drift"], &[("VCHATCLOUD_MOCK_HAR", file.to_str().unwrap())]);
    run.stderr = run.stderr.replace(file.to_str().unwrap(), "capture.har");
    run
}

#[test]
fn the_same() {
    let same = drift(|capture| capture);
    insta::assert_snapshot!(format!("{}{}{}", same.code, same.stdout, same.stderr), @"
    0probe                           differs in  real  mock  contract
    issueToken                      same
    listRoom v2 x2                  same
    getRoomInfo v2                  same
    createRoom v2                   same
    createRoom v2, refused          same
    getRoomInfo v2, refused         same
    listRoom v2, refused            same
    listUser v2                     same
    listUser v1                     same
    exileUser v1                    same
    exileUser v1, refused           same
    listExileUser v1                same
    unexileUser v1                  same
    muteUser v1                     same
    muteUser v1, refused            same
    listMuteUser v1                 same
    unmuteUser v1                   same
    sendNotice v1                   same
    sendCustom v1                   same
    sendCustom v1, reserved         same
    cancelCustom v1                 same
    cancelCustom v1, refused        same
    sendWhisperMessage v1           same
    sendWhisperMessage v1, refused  same
    destroyRoom v2                  same; no body in the capture
    same: 25 probes
    vchatcloud-mock: left out of the capture: 1 of something else
    vchatcloud-mock: left out of the capture: 2 preflights
    vchatcloud-mock: left out of the capture: 1 without an answer
    ");
    assert!(super::DOCUMENTATION.contains(&format!("```text\n{}```", same.stdout)));
    let flagged = run(&["drift", "--har", "tests/it/drift/made-up.har"], &[]);
    assert_eq!((flagged.code, flagged.stdout, flagged.stderr), (same.code, same.stdout, same.stderr));
    // As some editors save it, and as browsers do that leave bodies out.
    assert_eq!(drift(|capture| format!("\u{feff}{capture}")).code, 0);
    let bodiless = drift(|capture| capture.replace("\"text\": \"{", "\"comment\": \"{"));
    assert_eq!(bodiless.code, 0, "{}", bodiless.stdout);
    assert!(bodiless.stdout.contains("listRoom v2 x2                  same; no body in the capture"), "{}", bodiless.stdout);
}

/// The least that exporters write.
#[test]
fn what_may_be_missing_in_a_capture() {
    for more in ["", r#", "content": null"#, r#", "content": {"size": 9, "text": "", "mimeType": null}"#] {
        let request = r#"{"method": "get", "url": "https://vchatcloud.com/openapi/token/?a#b", "headers": [{"name": "API_KEY", "value": "k"}], "postData": null}"#;
        let response =
            format!(r#"{{"status": 200, "headers": [{{"name": "Content-Type", "value": "application/json;charset=UTF-8"}}]{more}}}"#);
        let bare = drift(|_| format!(r#"{{"log": {{"entries": [{{"request": {request}, "response": {response}}}]}}}}"#));
        let row = bare.stdout.lines().nth(1);
        let expected = "issueToken  same; charset utf-8, the mock's is none; no body in the capture";
        assert_eq!((bare.code, row, bare.stderr.as_str()), (0, Some(expected), ""), "{more}");
    }
}

/// sendCustom with and without a date are two questions: the request tells which it was, or else the answer.
#[test]
fn whether_a_custom_message_was_reserved() {
    let (sent, reserved) =
        (r#"{"result_cd":1,"result_msg":""}"#, r#"{"result_cd":1,"result_msg":"","data":{"scheduleId":"madeUpSchedule000001"}}"#);
    for (query, posted, answer, row) in [
        ("", r#"{"text": "jsonString=a&sendDate=b"}"#, reserved, "sendCustom v1, reserved  same"),
        ("", r#"{"text": "jsonString=a&sendDate=b"}"#, sent, "sendCustom v1, reserved  key data    absent  object  object or absent"),
        ("", r#"{"params": [{"name": "jsonString"}]}"#, sent, "sendCustom v1  same"),
        ("", r#"{"params": [{"name": "jsonString"}]}"#, reserved, "sendCustom v1  key data    object  absent  object or absent"),
        ("?jsonString=a&sendDate=b", "null", reserved, "sendCustom v1, reserved  same"),
        ("", r#"{"text": "jsonString=&sendDate="}"#, reserved, "sendCustom v1, reserved  same"),
        ("", r#"{"params": [{"name": "sendDate"}]}"#, sent, "sendCustom v1  same"),
        ("", "null", reserved, "sendCustom v1, reserved  same"),
        ("", r#"{"text": ""}"#, sent, "sendCustom v1  same"),
    ] {
        let headers = r#"[{"name": "API_KEY", "value": "k"}, {"name": "X-AUTH-TOKEN", "value": "t"}]"#;
        let request = format!(
            r#"{{"method": "POST", "url": "https://vchatcloud.com/openapi/v1/custom/a{query}", "headers": {headers}, "postData": {posted}}}"#
        );
        let content = serde_json::json!({ "mimeType": "application/json", "text": answer });
        let asked = drift(|_| {
            format!(r#"{{"log": {{"entries": [{{"request": {request}, "response": {{"status": 200, "content": {content}}}}}]}}}}"#)
        });
        assert_eq!(asked.stdout.lines().nth(1), Some(row), "{query} {posted}: {}", asked.stderr);
    }
}

#[test]
fn drifted() {
    let drifted = drift(|capture| {
        let capture = capture.replace(
            r#"{\"template\":\"null\",\"gTransStat\":\"N\",\"messageCount\":\"0\",\"webrtc\":\"91\""#,
            r#"{\"webrtc\":\"90\",\"gTransStat\":\"N\",\"messageCount\":0,\"newKey\":\"\""#,
        );
        let capture =
            capture.replace(r#"\"result_cd\":10102"#, r#"\"result_cd\":\"10102\""#).replacen("\"status\": 404", "\"status\": 200", 1);
        capture.replace("20220525110140\\\",\\\"roomType", "2022-05-25\\\",\\\"roomType").replacen(
            "application/json\"",
            "text/plain; charset=utf-8\"",
            1,
        )
    });
    insta::assert_snapshot!(format!("{}{}{}", drifted.code, drifted.stdout, drifted.stderr), @"
    5probe                           differs in                     real                     mock                     contract
    issueToken                      media type                     text/plain               application/json         application/json
    listRoom v2 x2                  order list[]                   webrtc gTransStat me...  gTransStat messageCo...  gTransStat messageCount webr...
                                    codes list[].webrtc            90                       0                        0 1 3 8 9 11 24 25 27 64 65 ...
                                    type list[].messageCount       integer                  string                   string
                                    key list[].newKey              string                   absent                   absent
                                    form list[].startDt            another                  as said                  ^[0-9]{4}(0[1-9]|1[0-2])(0[1...
                                    key list[].template, optional  absent                   string                   string
    getRoomInfo v2                  same
    createRoom v2                   same
    createRoom v2, refused          same
    getRoomInfo v2, refused         status                         200                      404                      200 401 404 500
                                    type result_cd                 string                   integer                  integer
    listRoom v2, refused            same
    listUser v2                     same
    listUser v1                     same
    exileUser v1                    same
    exileUser v1, refused           same
    listExileUser v1                same
    unexileUser v1                  same
    muteUser v1                     same
    muteUser v1, refused            same
    listMuteUser v1                 same
    unmuteUser v1                   same
    sendNotice v1                   same
    sendCustom v1                   same
    sendCustom v1, reserved         same
    cancelCustom v1                 same
    cancelCustom v1, refused        same
    sendWhisperMessage v1           same
    sendWhisperMessage v1, refused  same
    destroyRoom v2                  same; no body in the capture
    drifted: 3 of 25 probes, status, media type, keys, order, types, form, codes
    vchatcloud-mock: left out of the capture: 1 of something else
    vchatcloud-mock: left out of the capture: 2 preflights
    vchatcloud-mock: left out of the capture: 1 without an answer
    ");
}

/// Without its headers a call is one without credentials, which the mock refuses.
#[test]
fn what_was_not_sent_is_not_sent_to_the_mock() {
    let stripped = drift(|capture| capture.replace("x-auth-token", "x-nothing"));
    assert_eq!(stripped.code, 5);
    let row = stripped.stdout.lines().find(|line| line.starts_with("listRoom v2 x2")).unwrap();
    assert_eq!(row.split_whitespace().skip(3).collect::<Vec<_>>(), ["status", "200", "401", "200", "401", "500"], "{}", stripped.stdout);
}

#[test]
fn a_file_that_is_no_capture() {
    let nowhere = run(&["drift", "--har", "nowhere.har"], &[]);
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (3, ""));
    assert!(nowhere.stderr.starts_with("nowhere.har: cannot be read: "), "{}", nowhere.stderr);
    let mut told = String::new();
    let no_calls = |capture: String| capture.replace("/openapi/", "/api/");
    let cut = |capture: String| capture[..capture.len() / 2].to_owned();
    let secret = |capture: String| capture.replace("\"status\": 404", "\"status\": \"secret-value\"");
    let cases: [Box<dyn FnOnce(String) -> String>; 6] = [
        Box::new(no_calls),
        Box::new(cut),
        Box::new(secret),
        Box::new(|_| String::new()),
        Box::new(|_| "{\n  \"log\": {\"entries\": [}\n".to_owned()),
        Box::new(|_| "{}".to_owned()),
    ];
    for change in cases {
        let refused = drift(change);
        assert_eq!((refused.code, refused.stdout.as_str()), (3, ""), "{}", refused.stderr);
        told += &refused.stderr;
    }
    insta::assert_snapshot!(told, @"
    capture.har: has no answer of the API: capture calls of https://vchatcloud.com/openapi/...
    capture.har:63:61: broken JSON: eof while parsing a string
    capture.har:36:39: no HAR 1.2: export it anew, in the network tab of a browser's developer tools
    capture.har:1:1: broken JSON: eof while parsing a value
    capture.har:2:23: broken JSON: expected value
    capture.har:1:2: no HAR 1.2: export it anew, in the network tab of a browser's developer tools
    ");
}
