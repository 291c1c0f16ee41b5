//! The form decoder, as an operation and the journal see it. The bytes are a call, a query up to the first line break, and a body.

use std::thread_local;

use serde_json::Value;
use vchatcloud_mock::axum::http::Uri;

use super::mock::{Mock, ROOM, fixtures};

/// Operations that take parameters.
const PATHS: [&str; 7] = [
    "/openapi/v1/rooms",
    "/openapi/v2/rooms",
    "/openapi/v1/rooms/{room}",
    "/openapi/v2/rooms/{room}",
    "/openapi/v1/notice/{room}",
    "/openapi/v1/custom/{room}",
    "/openapi/v1/whisper/{room}/bob",
];
/// The journal keeps no more of a body.
const MOST: usize = 4096;

type Pairs = Vec<(String, String)>;

thread_local! {
    static MOCK: Mock = Mock::with(|settings| {
        let account = r#"{"apiKey": "alice-key", "rooms": [{"roomId": "{room}", "users": [{"clientKey": "bob"}]}]}"#;
        settings.fixtures = fixtures(&format!(r#"{{"accounts": [{}]}}"#, account.replace("{room}", ROOM)));
    });
}

pub fn holds(bytes: &[u8]) {
    let Some((call, form)) = bytes.split_first() else { return };
    let path = PATHS[usize::from(*call) % PATHS.len()].replace("{room}", ROOM);
    let (query, body) = form.iter().position(|byte| *byte == b'\n').map_or((&b""[..], form), |at| (&form[..at], &form[at + 1..]));
    let Ok(target) = Uri::from_maybe_shared([path.as_bytes(), b"?", query].concat()) else { return };
    if body.len() > MOST {
        return;
    }
    MOCK.with(|mock| {
        decoded_as_servlets_do(mock, &target, body);
        mock.reset();
    });
}

fn decoded_as_servlets_do(mock: &Mock, target: &Uri, body: &[u8]) {
    let query = target.query().unwrap_or_default();
    // To the journal what a path names is a parameter too.
    let of_path = target.path().ends_with("/bob").then(|| ("clientKey".to_owned(), "bob".to_owned()));
    let expected = firsts(of_path.into_iter().chain(whole_pairs(query.as_bytes())).chain(whole_pairs(body)));
    let answer = mock.call("POST", &target.to_string(), body);
    let (code, _) = answer.envelope();
    let Some(seen) = parameters(mock, answer.request_id()) else { return };
    assert_eq!(seen, expected);

    // What an operation has read is what there is.
    let sent = |name: &str| expected.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    if code == 1 && target.path().contains("/rooms") {
        let created = answer.json()["data"]["roomId"].as_str().unwrap_or(ROOM).to_owned();
        let room = mock.call("GET", &format!("/openapi/v2/rooms/{created}"), b"").json();
        assert_eq!(room["data"]["roomName"].as_str(), sent("roomName"));
        assert_eq!(room["data"]["maxUser"].as_str().unwrap().parse::<u32>().ok(), sent("maxUser").unwrap().parse().ok());
    }

    // What was read can be sent, and is read as the same again.
    let again = serde_urlencoded::to_string(&seen).unwrap();
    mock.reset();
    let second = mock.call("POST", target.path(), again.as_bytes());
    assert_eq!(second.envelope().0, code, "{again}");
    if again.len() <= MOST {
        assert_eq!(parameters(mock, second.request_id()).unwrap_or_default(), seen);
    }
}

/// What the journal says that came; `None` when it has masked a credential.
fn parameters(mock: &Mock, id: &str) -> Option<Pairs> {
    let exchange = mock.admin(&format!("requests/{id}"));
    let pairs: Pairs = match &exchange["request"]["parameters"] {
        Value::Object(pairs) => pairs.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        other => panic!("no parameters: {other}"),
    };
    let masked = |text: &str| text.contains("...#");
    (!pairs.iter().any(|(name, value)| masked(name) || masked(value))).then_some(pairs)
}

/// What another library reads, of what a servlet container does not drop: pairs with a name, all of whose escapes are whole.
fn whole_pairs(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    let whole = |pair: &&[u8]| {
        let mut rest = pair.split(|byte| *byte == b'%').skip(1);
        rest.all(|rest| rest.get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
    };
    let pairs = form.split(|byte| *byte == b'&').filter(whole);
    pairs.flat_map(|pair| serde_urlencoded::from_bytes::<Pairs>(pair).unwrap()).filter(|(name, _)| !name.is_empty())
}

fn firsts(pairs: impl Iterator<Item = (String, String)>) -> Pairs {
    let mut firsts = Pairs::new();
    for (name, value) in pairs {
        if !firsts.iter().any(|(other, _)| *other == name) {
            firsts.push((name, value));
        }
    }
    firsts
}
