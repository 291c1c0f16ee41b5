//! A thousand servers in one process at once.

use std::fs;
use std::time::Instant;

use tokio::task::JoinSet;
use vchatcloud_mock::MockServer;

use super::own_address;
use crate::mock::ROOM_V2;

const SERVERS: usize = 1000;

/// What the process has in memory, in KiB; 0 where nobody tells.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().map_or(0, |size| size.parse().unwrap())
}

/// Makes a room of its own over the socket and looks at what there is.
async fn make_and_list(url: String, name: String) -> (String, String) {
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let rooms = format!("{url}/openapi/v2/rooms");
    let form = format!("{}&roomName={name}", ROOM_V2.replace("roomName=Lobby&", ""));
    let call = client.post(&rooms).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    let made = call.header("API_KEY", "suite").header("X-AUTH-TOKEN", "any").send().await.unwrap();
    assert_eq!(made.status(), 200);
    let listed = client.get(&rooms).header("API_KEY", "suite").header("X-AUTH-TOKEN", "any").send().await.unwrap();
    (name, listed.text().await.unwrap())
}

/// Run it alone with `--nocapture` for the figures.
#[expect(clippy::print_stdout, reason = "figures to be read")]
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_servers_at_once() {
    let (before, begun) = (resident(), Instant::now());
    let mut servers = Vec::with_capacity(SERVERS);
    let host = own_address();
    for _ in 0..SERVERS {
        servers.push(MockServer::builder().host(host.clone()).start().await.unwrap());
    }
    let (started, idle) = (begun.elapsed(), resident());

    let begun = Instant::now();
    let mut calls = JoinSet::new();
    for (number, server) in servers.iter().enumerate() {
        calls.spawn(make_and_list(server.url().to_owned(), format!("room-{number}")));
    }
    let mut count = 0;
    while let Some(call) = calls.join_next().await {
        let (name, rooms) = call.unwrap();
        assert_eq!(rooms.matches("roomName").count(), 1, "{rooms}");
        assert!(rooms.contains(&format!(r#""roomName":"{name}""#)), "{rooms}");
        count += 1;
    }
    assert_eq!(count, SERVERS);
    let (called, used) = (begun.elapsed(), resident());

    let urls: Vec<String> = servers.iter().map(|server| server.url().to_owned()).collect();
    let begun = Instant::now();
    drop(servers);
    let stopped = begun.elapsed();
    for url in urls {
        assert!(MockServer::connect(&url).await.is_err(), "{url} has not stopped");
    }
    let each = |more: usize| more.saturating_sub(before) / SERVERS;
    println!(
        "{SERVERS} servers: started in {started:?} ({} KiB each), a create and a list of each in {called:?} ({} KiB each), stopped in {stopped:?}",
        each(idle),
        each(used)
    );
}
