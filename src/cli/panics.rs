//! A panic is a bug of ours, which a client is answered and the server outlives. What it says may be what a client has sent, so
//! it is told as everything is: in one line, without credentials of the vendor's shape, and without waiting for a reader.

use std::panic::{self, PanicHookInfo};

use super::output;
use crate::domain::{secret, text};

/// What is worth reading of it.
const LONGEST: usize = 300;

/// From here on panics of the process are told so.
pub fn tell() {
    panic::set_hook(Box::new(|panic| {
        let told = told(panic);
        // Commands without a log have somebody who waits for them.
        if tracing::dispatcher::has_been_set() {
            tracing::error!("{told}");
        } else {
            output::say(&format!("vchatcloud-mock: {told}\n"));
        }
    }));
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let what = secret::scrubbed(panic.payload_as_str().unwrap_or_default());
    format!("a bug, please report it: panicked{place}: {}", text::log_line(&text::cut(&what, LONGEST)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::env;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Command, Stdio};

    use crate::http::planted::{PLACES, SECRET};

    /// Tells the process that is to be the server from the one that tests it.
    const IS_SERVER: &str = "PANICS_ARE_PLANTED";

    /// Status line and headers in one text, and the body.
    type Answer = (String, String);

    struct Connection(BufReader<TcpStream>);

    impl Connection {
        fn to(address: &str) -> Connection {
            Connection(BufReader::new(TcpStream::connect(address).unwrap()))
        }

        fn call(&mut self, method: &str, path: &str, header: &str) -> Answer {
            let credentials = "API_KEY: alice-key\r\nX-AUTH-TOKEN: alice-token";
            write!(self.0.get_mut(), "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{credentials}\r\n{header}\r\n").unwrap();
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert!(self.0.read_line(&mut head).unwrap() > 0, "the connection ended: {head}");
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
            let mut body = vec![0; length];
            self.0.read_exact(&mut body).unwrap();
            (head, String::from_utf8(body).unwrap())
        }
    }

    /// This test runs itself in a process of its own: hooks and locks are that process's, and its stderr can be read whole.
    #[test]
    fn a_panic_is_answered_told_once_and_leaves_nothing_behind() {
        if env::var_os(IS_SERVER).is_some() {
            super::super::run(["vchatcloud-mock", "--port", "0"].map(Into::into));
            return;
        }
        let this = "cli::panics::tests::a_panic_is_answered_told_once_and_leaves_nothing_behind";
        let mut server = Command::new(env::current_exe().unwrap());
        server.args(["--exact", this, "--nocapture"]).env(IS_SERVER, "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = server.spawn().unwrap();
        let stdout = BufReader::new(server.stdout.take().unwrap());
        let ready = stdout.lines().map(Result::unwrap).find(|line| line.contains("url=http://")).unwrap();
        let (_, url) = ready.split_once("url=http://").unwrap();
        let address = url.split(' ').next().unwrap();
        let (mut one, mut other) = (Connection::to(address), Connection::to(address));

        let create = "/openapi/v1/rooms?roomName=Lobby&maxUser=5";
        for (count, place) in PLACES.iter().enumerate() {
            let (head, body) = one.call("GET", &format!("/planted/{place}"), "Origin: http://elsewhere\r\n");
            assert!(head.starts_with("HTTP/1.1 500 ") && head.contains("access-control-allow-origin: *"), "{place}: {head}");
            assert!(head.contains("x-mock-reason: the mock has a bug") && !head.contains(SECRET), "{place}: {head}");
            assert_eq!(body, r#"{"result_cd":0,"result_msg":"System error"}"#, "{place}");
            // Whoever comes next finds every lock as it was.
            for connection in [&mut one, &mut other] {
                let (head, body) = connection.call("POST", create, "Content-Length: 0\r\n");
                assert!(head.starts_with("HTTP/1.1 200 ") && body.contains("roomId"), "{place}: {head}{body}");
                let (head, _) = connection.call("GET", "/openapi/token", "X-Mock-Fault: status; http=503\r\n");
                assert!(head.starts_with("HTTP/1.1 503 "), "{place}: {head}");
            }
            let (_, list) = other.call("GET", "/openapi/v2/rooms", "");
            assert_eq!(list.matches("\"roomId\"").count(), 2 * (count + 1), "{place}");
            let (_, failed) = other.call("GET", "/__admin/requests?status=500&limit=1", "");
            let failed: serde_json::Value = serde_json::from_str(&failed).unwrap();
            let failed = &failed["requests"][0];
            assert_eq!(failed["request"]["target"], format!("/planted/{place}"));
            let (_, whole) = other.call("GET", &format!("/__admin/requests/{}", failed["id"]), "");
            let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
            assert_eq!(whole["explanation"]["rule"], "no request makes the mock fail");
        }
        let (head, body) = one.call("GET", "/__admin/planted", "");
        assert!(head.starts_with("HTTP/1.1 500 ") && body.contains(r#""code":"panicked""#), "{head}{body}");
        assert!(one.call("POST", "/__admin/reset", "Content-Length: 0\r\n").0.starts_with("HTTP/1.1 200 "));

        server.kill().unwrap();
        server.wait().unwrap();
        let mut stderr = String::new();
        server.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let told: Vec<&str> = stderr.lines().filter(|line| line.contains("panicked")).collect();
        assert_eq!(told.len(), PLACES.len() + 1, "{stderr}");
        assert!(told.iter().all(|line| line.contains(" error a bug, please report it: panicked at src/")), "{stderr}");
        assert!(told.iter().all(|line| line.contains("planted in ") && line.contains("Ab-...#")), "{stderr}");
        assert!(!stderr.contains(SECRET) && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
    }
}
