//! How requests arrive, and what a servlet container makes of them.

use super::{Subject, assumed, observed};

const AUTH: &str = "src/http/auth.rs";
const FORM: &str = "src/form.rs";
const PARAMS: &str = "src/http/params.rs";
const TOMCAT: &str = "the vendor runs Spring on a servlet container (observed); Tomcat 9 does so";

pub const SUBJECT: Subject = Subject {
    title: "How requests arrive",
    known: &[
        observed("Header names come in any case, API_KEY as api_key too, and twice with the same value, also as \"k, k\".", "public clients"),
        observed("Parameters stand in the body, in the query with an empty body, or in both.", "public clients"),
        observed("Forms were never percent-encoded: raw UTF-8 and spaces.", "public clients"),
        observed("A form names a charset or none; operations without parameters get text/plain or application/json.", "public clients"),
        observed("A POST comes without a body, and without Content-Length.", "public clients"),
        observed("Browsers send a preflight before every call, from any origin.", "public clients"),
        observed("JSON in the body does not work.", "public clients, which had to change to forms"),
        observed("A client reads only what has come with the headers, so an answer is one write with its Content-Length.", "a public client"),
    ],
    assumed: &[
        assumed("header-different-values", "A header with two different values is 401.", "nobody can tell which one is meant")
            .decided(AUTH, "arrivals::headers_twice_and_in_any_case")
            .by("*found.get_or_insert(part) != part", "found.get_or_insert(part).is_empty()"),
        assumed("header-not-ascii", "A header with bytes outside of ASCII is 401.", "no key and no token has any")
            .decided(AUTH, "arrivals::headers_twice_and_in_any_case")
            .by("value.to_str().map_err(|_| ApiError::HeaderUnprintable(header))?", "value.to_str().unwrap_or_default()"),
        assumed("query-before-body", "The parameters of the query come before those of the body.", TOMCAT)
            .decided(PARAMS, "arrivals::parameters_in_query_and_body")
            .by("params.form.decode(query.as_bytes());", "params.form.decode(body); params.form.decode(query.as_bytes());"),
        assumed("broken-escape", "A broken escape (100%, %zz) drops its parameter; a required one is missing then.", TOMCAT)
            .decided(FORM, "arrivals::a_broken_escape_drops_its_parameter")
            .by(
                "escape::decode(value.unwrap_or_default(), true)",
                "escape::decode(value.unwrap_or_default(), true).or_else(|_| Ok::<_, escape::BrokenEscape>(value.unwrap_or_default().to_vec()))",
            ),
        assumed("not-utf8", "Bytes that are not UTF-8 become U+FFFD, raw or escaped, in query and body.", TOMCAT)
            .decided(FORM, "arrivals::bytes_of_other_encodings_are_damaged_and_recognised")
            .by("String::from_utf8_lossy(bytes).into_owned()", "korean.into_owned()"),
        assumed("charset", "A form is read as UTF-8 whatever charset it names.", "Spring's filter for encodings can force it")
            .decided(FORM, "arrivals::media_types")
            .by("content_type.split(';').next()", "content_type.split(';').next().filter(|_| !content_type.ends_with(\"euc-kr\"))"),
        assumed("body-without-content-type", "A body without Content-Type is not read.", TOMCAT)
            .decided(PARAMS, "arrivals::a_body_without_a_media_type_is_ignored")
            .by("has_media_type", "has_media_type || !body.is_empty()"),
        assumed(
            "media-type",
            "Where there are parameters, any Content-Type but a form's is 415, even over an empty body.",
            "that JSON does not work is observed; the answer is Spring's",
        )
        .decided(PARAMS, "refusals::media_types_that_are_no_form")
        .by("!form::is_form(got)", "got.starts_with(\"application/json\")"),
        assumed("body-limit", "A body has at most 64 KiB; a larger one is 413.", "no form of this API comes near it")
            .decided(PARAMS, "refusals::a_body_may_have_64_kib_and_no_more")
            .by("64 * 1024", "2 * 1024 * 1024"),
        assumed("trailing-slash", "A slash at the end of any path changes nothing.", "Spring did so before its version 6")
            .decided("src/http/mod.rs", "arrivals::a_trailing_slash")
            .by("path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);", "path;"),
        assumed("options", "OPTIONS on any path is a preflight: 200, without authentication.", "browsers send no keys with it")
            .decided("src/http/stack.rs", "arrivals::browsers")
            .by("== Method::OPTIONS", "== Method::TRACE"),
        assumed("head", "HEAD is answered as GET, without the body.", "HTTP says so, and Spring does so")
            .decided("src/http/mod.rs", "rooms_v2::head_is_get_without_a_body")
            .not_by_a_line("HEAD takes the handler of GET, and the stack leaves the body out"),
        assumed("http-1-0", "HTTP/1.0 is answered as HTTP/1.1.", "HTTP says so")
            .decided("src/server/connection.rs", "wire::http_1_0_and_head")
            .not_by_a_line("the HTTP library does it"),
        assumed("expect-continue", "Expect: 100-continue is answered before the body is read.", "HTTP says so")
            .decided("src/server/connection.rs", "wire::expect_100_continue")
            .not_by_a_line("the HTTP library does it"),
    ],
};
