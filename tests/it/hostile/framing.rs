//! Requests of which it could be doubted where they end. Each is refused and its connection closed, or it is answered once: what is
//! hidden in it never passes for a request.

use std::fmt::Write as _;
use std::io::Write;

use super::{KEYS, connect};
use crate::process::{FREE, Process};
use crate::wire::read_to_end;

/// What would be answered with 404 if it passed for a request.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// What comes behind, on a connection that was kept: 200.
const LAST: &str = "GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Refused, and nothing behind it is read.
const REFUSED: &[&str] = &["400"];
/// Answered, and what comes behind is no request of this connection any more.
const LAST_ONE: &[&str] = &["200"];
/// Answered, and so is what comes behind.
const KEPT: &[&str] = &["200", "200"];

/// A name, the lines of the head, the body, and the answers. All are about a room's name in the query, so that no body is needed.
const SHAPES: &[(&str, &str, &str, &[&str])] = &[
    ("Content-Length and chunks", "Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\n", LAST_ONE),
    ("chunks and Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\n", LAST_ONE),
    ("two different lengths", "Content-Length: 0\r\nContent-Length: 44", "", REFUSED),
    ("two equal lengths", "Content-Length: 2\r\nContent-Length: 2", "hi", KEPT),
    ("two lengths in a line", "Content-Length: 0, 44", "", REFUSED),
    ("a length with a sign", "Content-Length: +2", "hi", REFUSED),
    ("a length below nothing", "Content-Length: -1", "", REFUSED),
    ("a length that is none", "Content-Length: 0x2", "hi", REFUSED),
    ("a length beyond all numbers", "Content-Length: 18446744073709551617", "", REFUSED),
    ("a folded line", "X-Folded: a\r\n b\r\nContent-Length: 0", "", REFUSED),
    ("a folded Transfer-Encoding", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 0", "", REFUSED),
    ("a space before the colon", "Content-Length : 2", "hi", REFUSED),
    ("a space before the first name", " Content-Length: 2", "hi", REFUSED),
    ("chunked, then identity", "Transfer-Encoding: chunked, identity", "0\r\n\r\n", REFUSED),
    ("chunked, then identity, in two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n", REFUSED),
    ("identity, then chunked", "Transfer-Encoding: identity, chunked", "0\r\n\r\n", KEPT),
    ("nearly chunked", "Transfer-Encoding: xchunked", "0\r\n\r\n", REFUSED),
    ("chunked after a tab that is none", "Transfer-Encoding: \u{b}chunked", "0\r\n\r\n", REFUSED),
    ("a NUL in a value", "X-Odd: a\0b\r\nContent-Length: 0", "", REFUSED),
    ("a bare CR in a value", "X-Odd: a\rContent-Length: 44\r\nContent-Length: 0", "", REFUSED),
    ("bare LF between lines", "X-Odd: a\nContent-Length: 2", "hi", KEPT),
    ("a chunk extension", "Transfer-Encoding: chunked", "2;name=value\r\nhi\r\n0\r\n\r\n", KEPT),
    ("a bare LF in a chunk extension", "Transfer-Encoding: chunked", "2;a\nhi\r\n0\r\n\r\n", REFUSED),
    ("a bare LF behind a chunk's size", "Transfer-Encoding: chunked", "2\nhi\r\n0\r\n\r\n", REFUSED),
    ("a chunk without its end", "Transfer-Encoding: chunked", "2\r\nhi!0\r\n\r\n", REFUSED),
    ("a chunk's size with a sign", "Transfer-Encoding: chunked", "+2\r\nhi\r\n0\r\n\r\n", REFUSED),
    ("a chunk's size as in programs", "Transfer-Encoding: chunked", "0x2\r\nhi\r\n0\r\n\r\n", REFUSED),
    ("a chunk's size beyond all numbers", "Transfer-Encoding: chunked", "10000000000000002\r\nhi\r\n0\r\n\r\n", REFUSED),
    ("a trailer that names a length", "Transfer-Encoding: chunked", "0\r\nContent-Length: 44\r\n\r\n", KEPT),
];

fn statuses(answers: &str) -> Vec<&str> {
    answers.split("HTTP/1.").skip(1).map(|answer| &answer[2..5]).collect()
}

#[test]
fn every_doubtful_shape_is_refused_or_answered_once() {
    let process = Process::start(&[FREE, &["--quiet"]].concat(), &[]);
    let mut wrong = String::new();
    let target = "/openapi/v2/rooms?roomName=a&maxUser=1&gTransStat=N&rtcStat=N&roomType=01";
    for (name, head, body, expected) in SHAPES {
        // What is hidden stands where the other reading of the request would find it.
        let is_kept = *expected == KEPT;
        let behind = if is_kept { LAST.to_owned() } else { format!("{HIDDEN}{LAST}") };
        let form = "Content-Type: application/x-www-form-urlencoded";
        let mut stream = connect(&process);
        write!(stream, "POST {target} HTTP/1.1\r\n{head}\r\n{form}\r\n{KEYS}\r\n{body}{behind}").unwrap();
        let answers = read_to_end(&mut stream);
        if statuses(&answers) != **expected {
            writeln!(wrong, "{name}: {:?}, expected {expected:?}\n{answers}\n", statuses(&answers)).unwrap();
        }
    }
    // A version that knows no chunks.
    let mut stream = connect(&process);
    write!(stream, "POST {target} HTTP/1.0\r\n{KEYS}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}").unwrap();
    assert_eq!(statuses(&read_to_end(&mut stream)), REFUSED);
    assert!(wrong.is_empty(), "{wrong}");
}
