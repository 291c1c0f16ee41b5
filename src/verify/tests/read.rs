use std::time::Duration;

use crate::verify;

#[test]
fn reads_a_body_and_says_what_is_wrong_with_it() {
    assert_eq!(verify::read("body", r#"{"expect": [{}], "within": "5s"}"#).unwrap().patience(), Duration::from_secs(5));
    assert_eq!(verify::read("body", r#"{"expect": [{}]}"#).unwrap().patience(), Duration::ZERO);
    let table = [
        ("{}", "1:1: expect: missing, list what must have been called, such as [{\"operation\": \"createRoom\"}]"),
        (r#"{"expect": []}"#, "1:12: expect: is empty, list what must have been called, or say \"noOther\": true for nothing at all"),
        (r#"{"expect": {}}"#, "1:12: expect: must be an array, put it into [...]"),
        (r#"{"expect": [{}], "noother": true}"#, "1:18: unknown member \"noother\" of a verification, did you mean \"noOther\""),
        (r#"{"expect": [{}], "within": "1h"}"#, "1:28: within: must be a duration such as 500ms or 5s, at most 10m, got \"1h\""),
        (r#"{"expect": [1]}"#, "1:13: an expectation must be an object"),
        (r#"{"expect": [{"status": 99}]}"#, "1:24: status: must be a whole number, 200 to 599, got \"99\""),
        (r#"{"expect": [{"times": -1}]}"#, "1:23: times: must be a whole number, 0 to 4294967295, got \"-1\""),
        (r#"{"expect": [{"times": {}}]}"#, "1:23: times: must say min, max or both"),
        (r#"{"expect": [{"times": {"min": 2, "max": 1}}]}"#, "1:23: times: min must not be above max, got \"2\" and \"1\""),
        (r#"{"expect": [{"where": 1}]}"#, "1:23: where: must be an object, parameters and what they must be"),
        (r#"{"expect": [{"where": {"a": "", "a": ""}}]}"#, "1:33: \"a\" stands twice in where, remove one"),
        (
            r#"{"expect": [{"where": {"a": null}}]}"#,
            "1:29: a: must be a string, a number, or an object that says equals, contains, regex or absent",
        ),
        (r#"{"expect": [{"where": {"a": {}}}]}"#, "1:29: a: must say exactly one of equals, contains, regex, absent"),
        (r#"{"expect": [{"where": {"a": {"equal": "1"}}}]}"#, "1:30: unknown member \"equal\" of a, did you mean \"equals\""),
        (
            r#"{"expect": [{"where": {"a": {"equals": "1", "absent": true}}}]}"#,
            "1:29: a: must say exactly one of equals, contains, regex, absent",
        ),
        (r#"{"expect": [{"where": {"a": {"absent": false}}}]}"#, "1:40: absent: must be true; any value at all is {\"contains\": \"\"}"),
        (r#"{"expect": [{"where": {"a": {"regex": "("}}}]}"#, "1:39: regex: found open group without closing ')', got \"(\""),
    ];
    for (body, problem) in table {
        assert_eq!(verify::read("body", body).unwrap_err().to_string(), format!("body:{problem}"), "{body}");
    }
}
