//! A service that does not tell the truth about rooms. What is not ours stays as it is, and what is left is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::process::Run;

/// The roomId of somebody else's room.
const OTHER: &str = "production";
const CREATE: &str = "POST /openapi/v2/rooms";

/// What it answers to a createRoom, a destroyRoom and the listRooms after each of them.
#[derive(Clone, Copy)]
struct Service {
    created: (u16, &'static str),
    /// How often the list is asked for until the room is in it.
    comes_at: Option<usize>,
    is_destroyed: bool,
}

/// The rooms of the service, as it says.
#[derive(Default)]
struct State {
    name: String,
    lists: usize,
    is_destroyed: bool,
}

impl Service {
    fn answer(self, line: &str, body: &str, state: &mut State) -> (u16, String) {
        let data = |data: &str| (200, format!(r#"{{"result_cd":1,"result_msg":"","data":{data}}}"#));
        if line.starts_with("GET /openapi/token") {
            return data(r#"{"user_email":"a@b.example","X-AUTH-TOKEN":"token-of-it"}"#);
        }
        if line.starts_with("POST") && line.contains("/rooms ") {
            let name = body.split(['=', '&']).nth(1).unwrap().replace("%20", " ");
            *state = State { name, ..State::default() };
            return (self.created.0, self.created.1.to_owned());
        }
        if line.starts_with("DELETE") {
            state.is_destroyed = self.is_destroyed;
        }
        if !line.contains("/rooms ") {
            return data("{}");
        }
        state.lists += 1;
        let is_there = !state.is_destroyed && self.comes_at.is_some_and(|lists| state.lists > lists);
        let own = if is_there { format!(r#",{{"roomId":"own","roomName":"{}"}}"#, state.name) } else { String::new() };
        (200, format!(r#"{{"result_cd":1,"result_msg":"","list":[{{"roomId":"{OTHER}","roomName":"{OTHER}"}}{own}]}}"#))
    }

    fn serve(self, mut stream: TcpStream, state: &mut State, asked: &Sender<String>) {
        let (mut line, mut header, mut length) = (String::new(), String::new(), 0);
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        reader.read_line(&mut line).unwrap();
        while header != "\r\n" {
            header.clear();
            reader.read_line(&mut header).unwrap();
            length = header.strip_prefix("content-length: ").map_or(length, |digits| digits.trim().parse().unwrap());
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        asked.send(line.trim_end_matches(" HTTP/1.1\r\n").to_owned()).unwrap();
        let (status, body) = self.answer(&line, std::str::from_utf8(&body).unwrap(), state);
        let head = format!("HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}", body.len());
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    }

    /// Lets it be written to; also says what was written by v2, and what stderr says of v2's room.
    fn check(self) -> (Run, Vec<String>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, asked): (_, Receiver<String>) = channel();
        // It ends with the tests.
        std::thread::spawn(move || {
            let mut state = State::default();
            listener.incoming().for_each(|stream| self.serve(stream.unwrap(), &mut state, &sender));
        });
        let done = super::drift_with(super::KEY, &["--real", &url, "--allow-writes"]);
        let asked: Vec<String> = asked.try_iter().filter(|line| !line.starts_with("GET")).collect();
        assert!(asked.iter().all(|line| !line.contains(OTHER)), "{asked:?}");
        let first = done.stderr.lines().next().unwrap_or_default();
        let told = first.split('"').enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, part)| part).collect();
        (done, asked.into_iter().filter(|line| line.contains("/v2/")).collect(), told)
    }
}

/// The roomId of an answer is believed when the list has it under the drawn name.
#[test]
fn a_room_of_somebody_else_is_never_written_to() {
    let yes = r#"{"result_cd":1,"result_msg":"","data":{"roomId":"production"}}"#;
    let no = r#"{"result_cd":10100,"result_msg":"limit","data":{"roomId":"production"}}"#;
    let unseen = "vchatcloud-mock: a room may be left behind: : createRoom did not refuse it, and listRoom does not show it; look for it in listRoom";
    for (created, says) in [((200, yes), unseen), ((409, yes), unseen), ((409, no), "")] {
        let (done, writes, told) = Service { created, comes_at: None, is_destroyed: true }.check();
        assert_eq!((done.code, writes, told.as_str()), (5, vec![CREATE.to_owned()], says), "{created:?}: {}", done.stdout);
    }
    let (_, writes, told) = Service { created: (200, yes), comes_at: Some(0), is_destroyed: true }.check();
    let own = ["POST", "DELETE", "DELETE"].map(|method| format!("{method} /openapi/v2/rooms/own"));
    assert_eq!((writes[0].as_str(), &writes[1..], told.as_str()), (CREATE, &own[..], ""));
}

/// A gateway gives up, and the room is made yet.
#[test]
fn a_room_that_comes_late_is_destroyed() {
    let created = (504, r#"{"result_cd":0,"result_msg":"upstream timed out"}"#);
    let (done, writes, told) = Service { created, comes_at: Some(3), is_destroyed: true }.check();
    assert_eq!((writes, told.as_str()), (vec![CREATE.to_owned(), "DELETE /openapi/v2/rooms/own".to_owned()], ""), "{}", done.stdout);
}

#[test]
fn a_room_that_is_only_said_to_be_gone_is_told() {
    let created = (200, r#"{"result_cd":1,"result_msg":"","data":{"roomId":"own"}}"#);
    let (_, writes, told) = Service { created, comes_at: Some(0), is_destroyed: false }.check();
    let says = "vchatcloud-mock: room left behind: own : destroyRoom says that it is gone, and listRoom still shows it; destroy it by hand";
    assert_eq!((writes.iter().filter(|line| line.starts_with("DELETE")).count(), told.as_str()), (6, says));
}

/// However many keys, orders, items and secrets an answer has, it is compared soon, and what was left out is told.
#[test]
fn answers_without_measure() {
    let numbered = |count: usize, one: fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(",");
    let items = numbered(4000, |at| format!(r#"{{"roomId":"{at}","a{at}":1,"X-AUTH-TOKEN":"token-number-{at}"}}"#));
    let keys = numbered(100_000, |at| format!(r#""k{at}":1"#));
    let body = format!(r#"{{"result_cd":1,"list":[{items}],"data":{{"X-AUTH-TOKEN":"token-of-it"}},{keys}}}"#);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}", body.len());
    let answer = format!("{head}\r\n\r\n{body}");
    // It ends with the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let started = std::time::Instant::now();
    let done = super::drift_with(super::KEY, &["--real", &url]);
    assert!(started.elapsed() < std::time::Duration::from_mins(1), "{:?}", started.elapsed());
    let notes: Vec<&str> =
        done.stdout.lines().filter_map(|line| line.split("note: ").nth(1)).filter(|note| note.contains("more")).collect();
    let list =
        ["more than 200 keys in envelope", "more than 1000 items in list", "more than 20 orders in list[]", "more than 200 keys in list[]"];
    assert!(list.iter().all(|note| notes.contains(note)), "{notes:?}");
}
