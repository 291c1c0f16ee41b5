//! Reads the curl commands of documents, so that what people copy is what is tested, also where no curl is installed.

use axum::body::Body;
use axum::http::Request;

/// The request that a curl command sends.
pub fn request(command: &str) -> Request<Body> {
    request_of(command, &[])
}

/// The request that a curl command sends where the shell has these variables. Knows the options that occur here.
pub fn request_of(command: &str, variables: &[(&str, &str)]) -> Request<Body> {
    let mut words = words(command, variables).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"), "{command}");
    let (mut method, mut url, mut headers, mut data) = (None, None, Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next(),
            "--head" => method = Some("HEAD".to_owned()),
            "--globoff" | "--path-as-is" => {}
            "-H" => headers.push(words.next().unwrap()),
            "-d" => data.push(words.next().unwrap()),
            "--data-urlencode" => {
                let word = words.next().unwrap();
                let (name, value) = word.split_once('=').unwrap();
                data.push(serde_urlencoded::to_string([("", value)]).unwrap().replacen('=', &format!("{name}="), 1));
            }
            _ => assert!(url.replace(word).is_none(), "two URLs in {command}"),
        }
    }
    let url = url.unwrap();
    let mut request = Request::builder().method(method.as_deref().unwrap_or(if data.is_empty() { "GET" } else { "POST" }));
    request = request.header("Host", url.split('/').nth(2).unwrap());
    let has_type = headers.iter().any(|header| header.to_lowercase().starts_with("content-type:"));
    for header in headers {
        let (name, value) = header.split_once(':').unwrap();
        request = request.header(name, value.trim());
    }
    if !data.is_empty() && !has_type {
        request = request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    request.uri(format!("/{path}")).body(Body::from(data.join("&"))).unwrap()
}

/// The words of a shell command: single quotes, double quotes with variables in them, and lines joined with or without a
/// backslash.
fn words(command: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) = (Vec::new(), None, None);
    let mut rest = command;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some('"'), '$') => {
                let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(rest.len());
                let variable = variables.iter().find(|(name, _)| *name == &rest[..end]);
                word.get_or_insert_default().push_str(variable.unwrap_or_else(|| panic!("${} in {command}", &rest[..end])).1);
                rest = &rest[end..];
            }
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '\\') if !rest.starts_with('\n') => {
                let escaped = rest.chars().next().unwrap();
                word.get_or_insert_default().push(escaped);
                rest = &rest[escaped.len_utf8()..];
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
