//! The chat-room API from Rust, with reqwest (features `form` and `json`), serde, serde_json and tokio.
//!
//! As an example of this package it speaks http alone, because its reqwest comes without TLS: set `VCHATCLOUD_BASE_URL`.
//! In a project of your own, reqwest's default features bring https.
#![allow(clippy::print_stdout, clippy::print_stderr)] // it talks to a person

use std::env;
use std::error::Error;
use std::process::ExitCode;

use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::Value;

const ROOMS: &str = "/openapi/v2/rooms";

/// Several rooms come in `list`, a single one in `data`. All values of a room are texts.
#[derive(Deserialize)]
struct Answer {
    result_cd: i64,
    result_msg: String,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    list: Vec<Value>,
    #[serde(skip)]
    reason: Option<String>,
}

struct Api {
    client: Client,
    base: String,
    headers: HeaderMap,
}

impl Api {
    /// The form goes out in UTF-8; the API reads no JSON.
    async fn call(&self, step: &str, method: Method, path: &str, form: &[(&str, &str)]) -> Result<Answer, String> {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).headers(self.headers.clone());
        if !form.is_empty() {
            request = request.form(form);
        }
        // No error_for_status: a refusal has a status above 400 and the same envelope, and its body tells why.
        let response = request.send().await.map_err(|error| format!("{step}: {error:?}"))?;
        let reason = response.headers().get("X-Mock-Reason").map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
        let answer = response.json().await.map_err(|error| format!("{step}: {error:?}"))?;
        Ok(Answer { reason, ..answer })
    }

    async fn succeed(&self, step: &str, method: Method, path: &str, form: &[(&str, &str)]) -> Result<Answer, String> {
        let answer = self.call(step, method, path, form).await?;
        check(answer.result_cd == 1, &format!("{step}: {} {}", answer.result_cd, answer.result_msg)).map(|()| answer)
    }
}

fn check(holds: bool, complaint: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(complaint.to_owned()) }
}

/// A modify is no patch: it sends everything that a create does, so both use the same fields.
fn room<'a>(name: &'a str, max_user: &'a str, room_type: &'a str) -> [(&'a str, &'a str); 5] {
    [("roomName", name), ("maxUser", max_user), ("roomType", room_type), ("gTransStat", "N"), ("rtcStat", "Y")]
}

async fn run() -> Result<(), Box<dyn Error>> {
    let base = env::var("VCHATCLOUD_BASE_URL").unwrap_or_else(|_| "https://vchatcloud.com".to_owned());
    let key = env::var("VCHATCLOUD_API_KEY").unwrap_or_else(|_| "demo-key".to_owned());
    let headers = HeaderMap::from_iter([(HeaderName::from_static("api_key"), key.parse()?)]);
    let mut api = Api { client: Client::new(), base, headers };

    // The token is in the body, not in a header. It is valid for five hours, and with this key alone.
    let account = api.succeed("issueToken", Method::GET, "/openapi/token", &[]).await?.data;
    api.headers.insert("x-auth-token", account["X-AUTH-TOKEN"].as_str().unwrap_or_default().parse()?);
    println!("issueToken    {}", account["user_email"].as_str().unwrap_or_default());

    let created = api.succeed("createRoom", Method::POST, ROOMS, &room("회의", "10", "02")).await?;
    let room_id = created.data["roomId"].as_str().ok_or("createRoom: no roomId")?;
    let path = format!("{ROOMS}/{room_id}");
    println!("createRoom    {room_id}");

    let list = api.succeed("listRoom", Method::GET, ROOMS, &[]).await?.list;
    check(list.iter().any(|each| each["roomId"] == room_id), &format!("listRoom: no {room_id} among {} rooms", list.len()))?;
    println!("listRoom      has {room_id}");

    let info = api.succeed("getRoomInfo", Method::GET, &path, &[]).await?.data;
    check(info["roomName"] == "회의", &format!("getRoomInfo: roomName is {}", info["roomName"]))?;
    println!("getRoomInfo   회의, at most {}", info["maxUser"].as_str().unwrap_or_default());

    api.succeed("modifyRoom", Method::POST, &path, &room("회의실", "20", "02")).await?;
    println!("modifyRoom    회의실, at most 20");

    api.succeed("destroyRoom", Method::DELETE, &path, &[]).await?;
    println!("destroyRoom   {room_id}");

    // Types are codes. The service says in result_msg what is wrong, the mock says more in a header.
    let wrong = "createRoom with roomType=Video";
    let refusal = api.call(wrong, Method::POST, ROOMS, &room("회의", "10", "Video")).await?;
    check(refusal.result_cd != 1, &format!("{wrong}: was not refused"))?;
    println!("refused       {} {}", refusal.result_cd, refusal.result_msg);
    println!("X-Mock-Reason {}", refusal.reason.as_deref().unwrap_or("none"));
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    if let Err(complaint) = run().await {
        eprintln!("failed: {complaint}");
        return ExitCode::FAILURE;
    }
    println!("done");
    ExitCode::SUCCESS
}
