//! Reads the curl commands of documents, so that what people copy is what is tested, also where no curl is installed.

use axum::body::Body;
use axum::http::Request;

/// The request that a curl command sends. Knows `-X`, `-H`, `-d` and the URL.
pub fn request(command: &str) -> Request<Body> {
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"), "{command}");
    let (mut method, mut url, mut headers, mut data) = (None, None, Vec::new(), None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next(),
            "-H" => headers.push(words.next().unwrap()),
            "-d" => data = words.next(),
            _ => assert!(url.replace(word).is_none(), "two URLs in {command}"),
        }
    }
    let url = url.unwrap();
    let mut request = Request::builder().method(method.as_deref().unwrap_or(if data.is_some() { "POST" } else { "GET" }));
    request = request.header("Host", url.split('/').nth(2).unwrap());
    let has_type = headers.iter().any(|header| header.to_lowercase().starts_with("content-type:"));
    for header in headers {
        let (name, value) = header.split_once(':').unwrap();
        request = request.header(name, value.trim());
    }
    if data.is_some() && !has_type {
        request = request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    request.uri(format!("/{path}")).body(Body::from(data.unwrap_or_default())).unwrap()
}

/// The words of a shell command, with single and double quotes, and lines joined with or without a backslash.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) = (Vec::new(), None, None);
    for character in command.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '\\' | ' ' | '\n') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    assert_eq!(quote, None, "an open quote in {command}");
    words.extend(word);
    words
}

/// The fenced blocks of a Markdown text, each with its language.
pub fn blocks(markdown: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    let mut rest = markdown;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (language, after) = after.split_once('\n').unwrap();
        let (block, after) = after.split_once("\n```").unwrap();
        blocks.push((language, block));
        rest = after;
    }
    blocks
}
