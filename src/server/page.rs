//! `GET /`: what this is, for people. Plain text, unless the client asks for HTML.

use axum::extract::Request;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::emulator::Settings;
use crate::journal::{Secure, base_url};

/// Says what this is, with a call to copy.
pub fn answer(request: &Request, settings: &Settings) -> Response {
    let headers = request.headers();
    let is_secure = request.extensions().get::<Secure>().is_some();
    let version = env!("CARGO_PKG_VERSION");
    let what = "An offline mock server of the VChatCloud chat-room API. It keeps rooms in memory and talks to nobody.";
    let call = first_call(settings, &base_url(is_secure, headers.get(header::HOST).and_then(|host| host.to_str().ok())));
    let links = ["/__admin/openapi.json", "/__admin/health"];
    let wants_html = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if !wants_html {
        return format!("vchatcloud-mock {version}\n\n{what}\n\n{call}\n\n{}\n", links.join("\n")).into_response();
    }
    let links: Vec<String> = links.iter().map(|path| format!("<li><a href=\"{path}\">{path}</a></li>")).collect();
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>vchatcloud-mock</title></head>\n<body><h1>vchatcloud-mock {version}</h1>\n<p>{what}</p>\n<pre>{}</pre>\n<ul>{}</ul></body></html>\n",
        escaped(&call),
        links.concat()
    );
    ([(header::CONTENT_SECURITY_POLICY, "default-src 'none'")], Html(page)).into_response()
}

/// A call to copy into a shell, or what to do first.
pub fn first_call(settings: &Settings, url: &str) -> String {
    let quoted = |text: &str| text.replace('\'', r"'\''");
    match settings.pair_to_try() {
        Some((key, token)) => format!("curl -H 'API_KEY: {}' -H 'X-AUTH-TOKEN: {}' {url}/openapi/v2/rooms", quoted(key), quoted(token)),
        None => format!("curl -H 'API_KEY: ...' {url}/openapi/token    # with a key of the fixtures, to get a token"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
