//! What a request costs through the router, without a socket: `cargo bench --bench router`, and quickly with `-- --quick`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run may say so as it likes")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt;
use tokio::runtime::{self, Runtime};
use tower::ServiceExt;
use vchatcloud_mock::MockServer;

const ROOMS: &str = "/openapi/v2/rooms";
const FORM: &str = "roomName=Load&maxUser=7&gTransStat=N&rtcStat=Y&roomType=02";
const INCOMPLETE: &str = "roomName=Load&maxUser=7&gTransStat=N&roomType=02";
const DEFAULT_JOURNAL: usize = 1000;

struct Mock {
    router: Router,
    runtime: Runtime,
    _server: MockServer,
}

impl Mock {
    /// A server whose account has so many rooms.
    fn with(rooms: usize, journal_entries: usize) -> Mock {
        let rooms: Vec<String> = (0..rooms).map(|number| format!(r#"{{"roomId": "{}"}}"#, room_id(number))).collect();
        let fixture = format!(r#"{{"accounts": [{{"apiKey": "load", "rooms": [{}]}}]}}"#, rooms.join(","));
        let builder = MockServer::builder().fixtures_json(fixture).journal_entries(journal_entries);
        let (router, server) = builder.router().expect("a router needs nothing of the machine");
        let runtime = runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing either");
        Mock { router, runtime, _server: server }
    }

    /// Answers that many times, and says how long that took.
    fn answer(&self, times: u64, wanted: StatusCode, method: &Method, path: &str, form: &'static str) -> Duration {
        let started = Instant::now();
        self.runtime.block_on(async {
            for _ in 0..times {
                let request = Request::builder().method(method).uri(path).header("API_KEY", "load").header("X-AUTH-TOKEN", "any");
                let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form));
                let answer = self.router.clone().oneshot(request.expect("its parts are valid")).await.expect("it cannot fail");
                assert_eq!(answer.status(), wanted);
                black_box(answer.into_body().collect().await.expect("it is whole").to_bytes());
            }
        });
        started.elapsed()
    }
}

fn room_id(number: usize) -> String {
    format!("Load{number:06}-AbCdEfGhIj-20220523144251")
}

fn requests(criterion: &mut Criterion) {
    for (journal, entries) in [("on", DEFAULT_JOURNAL), ("off", 0)] {
        let mut measure = |what: &str, answer: &dyn Fn(u64) -> Duration| {
            let what = format!("{what}, journal {journal}");
            criterion.bench_function(&what, |bencher| {
                bencher.iter_custom(answer);
            });
        };
        for rooms in [1, 1_000, 100_000] {
            let mock = Mock::with(rooms, entries);
            measure(&format!("list of {rooms}"), &|times| mock.answer(times, StatusCode::OK, &Method::GET, ROOMS, ""));
        }
        let mock = Mock::with(10, entries);
        let room = format!("{ROOMS}/{}", room_id(5));
        measure("detail", &|times| mock.answer(times, StatusCode::OK, &Method::GET, &room, ""));
        measure("modify", &|times| mock.answer(times, StatusCode::OK, &Method::POST, &room, FORM));
        measure("refusal", &|times| mock.answer(times, StatusCode::BAD_REQUEST, &Method::POST, ROOMS, INCOMPLETE));
        // In a new server each time, or millions of rooms would come together.
        measure("create", &|times| Mock::with(0, entries).answer(times, StatusCode::OK, &Method::POST, ROOMS, FORM));
    }
}

criterion_group!(benches, requests);
criterion_main!(benches);
