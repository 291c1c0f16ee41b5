//! The header `X-Mock-Fault`: a fault that can be written and read again and that befalls the call, or a refusal that says in
//! a line what is wrong with it, and then nothing has happened.

use std::thread_local;
use std::time::Duration;

use vchatcloud_mock::Fault;
use vchatcloud_mock::axum::body::Body;
use vchatcloud_mock::axum::http::{HeaderValue, Request};
use vchatcloud_mock::domain::field::Invalid;

use super::mock::{Answer, KEY, Mock};

thread_local! {
    static MOCK: Mock = Mock::with(|_| ());
}

pub fn holds(bytes: &[u8]) {
    let fault = std::str::from_utf8(bytes).ok().map(str::parse::<Fault>);
    if let Some(Ok(fault)) = &fault {
        assert_eq!(fault.json().to_string().parse::<Fault>().as_ref(), Ok(fault));
        for draw in [0.0, 0.5, 1.0 - f64::EPSILON] {
            assert!(fault.plan(&mut || draw).wait <= Duration::from_hours(1), "{fault:?}");
        }
    }
    // No header can have the rest of all bytes.
    let Ok(header) = HeaderValue::from_bytes(bytes) else { return };
    MOCK.with(|mock| {
        let answer = mock.send(create(&header));
        match fault.filter(|_| header.to_str().is_ok()) {
            Some(Ok(fault)) => befell(&fault, &answer),
            Some(Err(Invalid(why))) => refused(&answer, &why),
            None => refused(&answer, "must be printable ASCII"),
        }
        let rooms = mock.call("GET", "/openapi/v2/rooms", b"").json()["list"].as_array().unwrap().len();
        assert!(rooms == 0 || answer.line("x-mock-fault-applied") != Some("rate-limit"), "{answer:?}");
        assert!(rooms == 0 || !answer.line("x-mock-reason").is_some_and(|reason| reason.starts_with("X-Mock-Fault: ")), "{answer:?}");
        mock.reset();
    });
}

fn create(fault: &HeaderValue) -> Request<Body> {
    let request = Request::post("/openapi/v1/rooms?roomName=QA&maxUser=5").header("API_KEY", KEY).header("X-AUTH-TOKEN", "any");
    request.header("X-Mock-Fault", fault).body(Body::empty()).unwrap()
}

fn befell(fault: &Fault, answer: &Answer) {
    let reason = answer.line("x-mock-reason").unwrap_or_default();
    assert!(!reason.starts_with("X-Mock-Fault"), "{fault:?}: {answer:?}");
    assert!(answer.line("x-mock-fault-applied").is_none_or(|kind| kind == fault.kind()), "{fault:?}: {answer:?}");
}

fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 400, "{why}: {answer:?}");
    let (code, message) = answer.envelope();
    assert_eq!((code, message), (400, format!("X-Mock-Fault: {why}")));
    let reason = answer.line("x-mock-reason").unwrap();
    assert!(!why.is_empty() && reason.starts_with("X-Mock-Fault: "), "{why}: {reason}");
}
