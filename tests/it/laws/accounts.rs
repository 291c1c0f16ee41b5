//! Accounts never meet: each ends, and is answered, as if it had been alone.

use std::thread;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::drive::{chosen, server, undisturbed};
use super::operation::Operation;
use super::step::{Act, Auth, Call, KEYS, Step, steps};
use crate::mock::{Mock, NO_ROOM};

/// How likely a rule is to befall a call that it is about.
const LIKELY: [f64; 3] = [0.2, 0.5, 1.0];

/// What somebody does who minds nobody else, and what she is told.
struct Life {
    mock: Mock,
    key: &'static str,
    token: Option<String>,
    state: Option<String>,
    schedules: Vec<String>,
    told: Vec<String>,
}

impl Life {
    async fn lead(mock: &Mock, key: &'static str, steps: &[Step]) -> Vec<String> {
        let mut life = Life { mock: mock.clone(), key, token: None, state: None, schedules: Vec::new(), told: Vec::new() };
        for step in steps {
            life.step(&step.act).await;
            // Whoever shares a thread goes on in between.
            tokio::task::yield_now().await;
        }
        life.told.push(undisturbed(mock, key).list().await.body);
        let rules = life.rules().await;
        let rules: Vec<Value> = rules.iter().map(|rule| json!([rule["seen"], rule["applied"], rule["spent"], rule["ends"]])).collect();
        life.told.push(json!(rules).to_string());
        for path in ["state", "diff", "clock", "accounts", "requests"] {
            let body = mock.admin("GET", &format!("{path}?apiKey={key}"), "").await.body;
            life.told.push(if matches!(path, "diff" | "requests") { without_numbers(&body) } else { body });
        }
        life.told
    }

    async fn rules(&self) -> Vec<Value> {
        let faults = self.mock.admin("GET", &format!("faults?apiKey={}", self.key), "").await.json();
        faults["faults"].as_array().unwrap().clone()
    }

    async fn room_id(&self, place: usize) -> String {
        let list = undisturbed(&self.mock, self.key).list().await.json();
        let rooms = list["list"].as_array().unwrap();
        chosen(rooms, place).map_or(NO_ROOM, |room| room["roomId"].as_str().unwrap()).to_owned()
    }

    async fn step(&mut self, act: &Act) {
        let query = format!("apiKey={}", self.key);
        let (method, path, body) = match act {
            Act::Call(call) => return self.call(call).await,
            Act::Patch(place, patch) => {
                let body: Value = patch.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                ("PATCH", format!("rooms/{}?{query}", self.room_id(*place).await), body.to_string())
            }
            Act::Join(place, joiner) => ("POST", format!("rooms/{}/users?{query}", self.room_id(*place).await), joiner.json().to_string()),
            Act::Leave(place, who) => {
                let who = who.map(|who| format!("&{}", serde_urlencoded::to_string([("clientKey", who)]).unwrap())).unwrap_or_default();
                ("DELETE", format!("rooms/{}/users?{query}{who}", self.room_id(*place).await), String::new())
            }
            Act::Look(place, _) => {
                let path = format!("rooms/{}/messages?{query}", self.room_id(*place).await);
                let body = self.mock.admin("GET", &path, "").await.body;
                return self.told.push(without_numbers(&body));
            }
            Act::Reset => ("POST", format!("reset?{query}"), String::new()),
            Act::Advance(by) => ("POST", format!("clock/advance?{query}"), json!({ "by": format!("{by}s") }).to_string()),
            Act::SetClock(at) => ("PUT", format!("clock?{query}"), json!({ "clock": format!("frozen:{at}") }).to_string()),
            Act::Mark => ("POST", format!("mark?{query}"), String::new()),
            Act::AddFault(case) => ("POST", format!("faults?{query}"), case.json(Some(LIKELY[case.fault % LIKELY.len()])).to_string()),
            Act::RemoveFault(place) => {
                let rules = self.rules().await;
                let id = if rules.is_empty() { json!(0) } else { rules[place % rules.len()]["id"].clone() };
                ("DELETE", format!("faults/{id}?{query}"), String::new())
            }
            Act::ClearFaults => ("DELETE", format!("faults?{query}"), String::new()),
            Act::Save => return self.state = Some(self.mock.admin("GET", &format!("state?{query}"), "").await.body),
            Act::Load => ("PUT", format!("state?{query}"), self.state.clone().unwrap_or_default()),
        };
        let reply = self.mock.admin(method, &path, &body).await;
        // Numbers of exchanges and of rules are counted for all.
        self.told.push(format!("{method} {}", reply.status));
    }

    async fn call(&mut self, call: &Call) {
        let id = self.room_id(call.room).await;
        let schedule = chosen(&self.schedules, call.schedule.1).map_or("no-such", String::as_str);
        let request = call.request(&id, schedule);
        let mut caller = self.mock.stranger().header("API_KEY", self.key);
        if call.auth != Auth::NoToken {
            let issued = self.token.clone().filter(|_| call.auth == Auth::Issued);
            caller = caller.header("X-AUTH-TOKEN", issued.as_deref().unwrap_or("t"));
        }
        if let Some(fault) = call.asks() {
            caller = caller.header("X-Mock-Fault", fault);
        }
        let reply = caller.send(request.method, &request.path, request.media, request.body).await;
        if let Ok(body) = serde_json::from_str::<Value>(&reply.body) {
            match call.operation {
                Operation::IssueToken => self.token = body["data"]["X-AUTH-TOKEN"].as_str().map(str::to_owned).or(self.token.take()),
                Operation::SendCustom => self.schedules.extend(body["data"]["scheduleId"].as_str().map(str::to_owned)),
                _ => {}
            }
        }
        self.told.push(format!("{} {} {}", reply.status, reply.header("x-mock-fault-applied"), reply.body));
    }
}

/// A text of the control plane without what is counted for all or measured: exchanges, rules, the time that something took.
fn without_numbers(text: &str) -> String {
    fn blank(value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(blank),
            Value::Object(members) => {
                for name in ["id", "us", "request", "rule", "reason", "headers"] {
                    members.remove(name);
                }
                members.values_mut().for_each(blank);
            }
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    blank(&mut value);
    value.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn accounts_never_meet(hers in steps(30), his in steps(30)) {
        let (alone, both, threads) = (|| server(), server(), server());
        let runtime = Runtime::new().unwrap();
        let expected = runtime.block_on(async {
            (Life::lead(&alone(), KEYS[0], &hers).await, Life::lead(&alone(), KEYS[2], &his).await)
        });
        // In turns on one thread, and really at the same time on two.
        let in_turns = runtime.block_on(async { tokio::join!(Life::lead(&both, KEYS[0], &hers), Life::lead(&both, KEYS[2], &his)) });
        prop_assert_eq!(&in_turns, &expected);
        let live = |key, steps: &[Step]| Runtime::new().unwrap().block_on(Life::lead(&threads, key, steps));
        let at_once = thread::scope(|scope| {
            let (her, him) = (scope.spawn(|| live(KEYS[0], &hers)), scope.spawn(|| live(KEYS[2], &his)));
            (her.join().unwrap(), him.join().unwrap())
        });
        prop_assert_eq!(&at_once, &expected);
    }
}
