//! Sixteen clients over real sockets do everything at once in the same rooms and in rooms of their own. Whatever order their
//! calls fell into, what everybody read must be explained by it.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use proptest::prelude::*;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use vchatcloud_mock::MockServer;

use super::history::{Call, History};

const CLIENTS: usize = 16;
const KEYS: [&str; 2] = ["one", "two"];
/// What the two rooms begin with that are not a client's own.
const SHARED: usize = 900_001;
const HALL: usize = 900_002;

/// What a client does; every fourth is at home in both accounts.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Create,
    /// Of its own rooms, the one that is so far from the last.
    Modify(usize),
    Destroy(usize),
    Detail(usize),
    ModifyShared,
    DetailShared,
    List,
    Join,
    Users,
    Notice,
    Whisper,
    Messages,
    CountUp,
    Diff,
    Reset,
}

fn deed() -> impl Strategy<Value = (Deed, bool)> {
    let often = prop::sample::select(vec![Deed::Create, Deed::Create, Deed::List, Deed::ModifyShared, Deed::DetailShared, Deed::Notice]);
    let seldom = prop::sample::select(vec![Deed::Join, Deed::Users, Deed::Whisper, Deed::Messages, Deed::CountUp, Deed::Diff]);
    let own = (0..3_usize).prop_flat_map(|back| prop::sample::select(vec![Deed::Modify(back), Deed::Destroy(back), Deed::Detail(back)]));
    (prop_oneof![often, seldom, own], prop::bool::weighted(0.3))
}

fn mob(deed: impl Strategy<Value = (Deed, bool)>) -> impl Strategy<Value = Vec<Vec<(Deed, bool)>>> {
    prop::collection::vec(prop::collection::vec(deed, 4..16), CLIENTS)
}

/// A room whose fields belong together: whoever sees one without the other sees half a write.
fn form(value: usize) -> String {
    format!("roomName=v{value}&maxUser={value}&gTransStat=N&rtcStat=N&roomType=01")
}

/// The value of a room that was written whole.
fn value_of(room: &Value) -> usize {
    let text = |name: &str| room[name].as_str().unwrap_or_else(|| panic!("{name}: {room}"));
    assert_eq!(text("roomName"), format!("v{}", text("maxUser")), "half a write: {room}");
    text("maxUser").parse().unwrap()
}

/// The rooms of an account that all clients write to, and the one that they talk in.
struct Rooms {
    shared: String,
    hall: String,
}

struct Visitor<'a> {
    http: Client,
    url: &'a str,
    who: usize,
    rooms: &'a BTreeMap<&'static str, Rooms>,
    /// A reset may take anything away from under it.
    is_safe: bool,
    history: History,
    /// Key, roomId and value of rooms that it alone writes to.
    own: Vec<(&'static str, String, usize)>,
    joined: Vec<(&'static str, String)>,
    noticed: Vec<(&'static str, String)>,
    sends: BTreeMap<&'static str, usize>,
    counted: BTreeMap<&'static str, usize>,
}

impl Visitor<'_> {
    /// The answer of the API or the control plane, and when it was asked for and there. Refusals are for rooms that a reset took away,
    /// or put another into the place of.
    async fn call(&self, method: &str, path: &str, key: &str, body: &str) -> (bool, Value, Call) {
        let sent = Instant::now();
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url));
        let request = request.header("API_KEY", key).header("X-AUTH-TOKEN", "any");
        let request = if body.is_empty() { request } else { request.body(body.to_owned()) };
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert!(status.is_success() || !self.is_safe && status.is_client_error(), "{method} {path}: {status} {body}");
        (status.is_success(), body, Call { sent, answered: Instant::now() })
    }

    async fn api(&self, method: &str, path: &str, key: &str, body: &str) -> (bool, Value, Call) {
        self.call(method, &format!("/openapi/{path}"), key, body).await
    }

    async fn admin(&self, method: &str, path: &str, key: &str, body: &str) -> (bool, Value, Call) {
        self.call(method, &format!("/__admin/{path}?apiKey={key}"), key, body).await
    }

    async fn act(&mut self, place: usize, deed: Deed, key: &'static str) {
        // No other write has it.
        let value = 1 + self.who * 1000 + place;
        let Rooms { shared, hall } = &self.rooms[key];
        let mine = |back: usize| self.own.iter().rev().filter(|(of, ..)| *of == key).nth(back).cloned();
        match deed {
            Deed::Create => {
                let (_, body, call) = self.api("POST", "v2/rooms", key, &form(value)).await;
                let id = body["data"]["roomId"].as_str().unwrap().to_owned();
                self.own.push((key, id.clone(), value));
                self.history.created(key, id, value, call);
            }
            Deed::Modify(back) => {
                let Some((_, id, _)) = mine(back) else { return };
                let (_, _, call) = self.api("POST", &format!("v2/rooms/{id}"), key, &form(value)).await;
                self.own.iter_mut().filter(|(_, own, _)| *own == id).for_each(|own| own.2 = value);
                self.history.wrote(key, id, value, call);
            }
            Deed::Destroy(back) => {
                let Some((_, id, _)) = mine(back) else { return };
                let (_, _, call) = self.api("DELETE", &format!("v2/rooms/{id}"), key, "").await;
                self.own.retain(|(_, own, _)| *own != id);
                self.history.destroyed(key, id, call);
            }
            Deed::Detail(back) => {
                let Some((_, id, written)) = mine(back) else { return };
                let (is_there, body, _) = self.api("GET", &format!("v2/rooms/{id}"), key, "").await;
                assert!(!is_there || value_of(&body["data"]) == written || !self.is_safe, "{body} is not {written}");
            }
            Deed::ModifyShared => {
                let (_, _, call) = self.api("POST", &format!("v2/rooms/{shared}"), key, &form(value)).await;
                self.history.wrote(key, shared.clone(), value, call);
            }
            Deed::DetailShared => {
                let (is_there, body, call) = self.api("GET", &format!("v2/rooms/{shared}"), key, "").await;
                if is_there {
                    self.history.read(key, shared.clone(), value_of(&body["data"]), call);
                }
            }
            Deed::List => {
                let (_, body, call) = self.api("GET", "v2/rooms", key, "").await;
                self.history.listed(key, rooms(&body["list"]), call);
            }
            Deed::Join => {
                let person = format!("{}-{place}", self.who);
                let body = json!({ "clientKey": person, "nickName": format!("n{person}") }).to_string();
                if self.admin("POST", &format!("rooms/{hall}/users"), key, &body).await.0 {
                    self.joined.push((key, person));
                }
            }
            Deed::Users => {
                let (_, body, _) = self.api("GET", &format!("v1/users/{hall}"), key, "").await;
                let people: Vec<&Value> = body["list"].as_array().into_iter().flatten().collect();
                assert!(people.iter().all(|person| person["nickName"] == format!("n{}", person["clientKey"].as_str().unwrap())), "{body}");
                let missing =
                    self.joined.iter().find(|(of, joined)| *of == key && people.iter().all(|person| person["clientKey"] != *joined));
                assert!(missing.is_none() || !self.is_safe, "{missing:?} is not in {body}");
            }
            Deed::Notice => {
                let text = format!("{}-{place}", self.who);
                if self.api("POST", &format!("v1/notice/{hall}"), key, &format!("nickName=n{text}&notice={text}")).await.0 {
                    self.noticed.push((key, text));
                    *self.sends.entry(key).or_default() += 1;
                }
            }
            Deed::Whisper => {
                let Some((_, person)) = self.joined.iter().rfind(|(of, _)| *of == key) else { return };
                let path = format!("v1/whisper/{hall}/{person}");
                *self.sends.entry(key).or_default() += usize::from(self.api("POST", &path, key, "nickName=n&message=m").await.0);
            }
            Deed::Messages => {
                let (_, body, _) = self.admin("GET", &format!("rooms/{hall}/messages"), key, "").await;
                let notices = body["messages"].as_array().into_iter().flatten().filter(|message| message["kind"] == "notice");
                let texts: Vec<&str> = notices
                    .map(|notice| {
                        let text = notice["notice"].as_str().unwrap();
                        assert_eq!(notice["nickName"], format!("n{text}"));
                        text
                    })
                    .collect();
                let start = format!("{}-", self.who);
                let mine: Vec<&str> = texts.into_iter().filter(|text| text.starts_with(&start)).collect();
                let sent: Vec<&str> = self.noticed.iter().filter(|(of, _)| *of == key).map(|(_, text)| text.as_str()).collect();
                assert!(mine == sent || !self.is_safe, "{mine:?} is not {sent:?}");
            }
            Deed::CountUp => {
                let counted = self.admin("PATCH", &format!("rooms/{hall}"), key, r#"{"joinCount": "+1"}"#).await.0;
                *self.counted.entry(key).or_default() += usize::from(counted);
            }
            Deed::Diff => drop(self.admin("GET", "diff", key, "").await),
            Deed::Reset => {
                let (_, _, call) = self.admin("POST", "reset", key, "").await;
                self.history.reset(key, call);
            }
        }
    }
}

/// Ids and values in their order, but for the hall, which nobody modifies. After a reset its id may be another room's.
fn rooms(list: &Value) -> Vec<(String, usize)> {
    let rooms = list.as_array().unwrap().iter().filter(|room| value_of(room) != HALL);
    let rooms: Vec<(String, usize)> = rooms.map(|room| (room["roomId"].as_str().unwrap().to_owned(), value_of(room))).collect();
    let ids: HashSet<&String> = rooms.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), rooms.len(), "an id stands twice in {list}");
    rooms
}

/// What an account had at the end: its hall, and who was in it.
type Left = (&'static str, Value, Value);

/// Lets all do what they do, and says what they remember and what is there in the end.
fn run(deeds: &[Vec<(Deed, bool)>], is_safe: bool) -> (History, Vec<Left>, Vec<Visited>) {
    let main = Runtime::new().unwrap();
    let server = main.block_on(MockServer::start()).unwrap();
    let url = server.url();
    let visitor = |who, rooms| Visitor {
        http: Client::new(),
        url,
        who,
        rooms,
        is_safe,
        history: History::default(),
        own: Vec::new(),
        joined: Vec::new(),
        noticed: Vec::new(),
        sends: BTreeMap::new(),
        counted: BTreeMap::new(),
    };
    let none = BTreeMap::new();
    let host = visitor(CLIENTS, &none);
    let mut history = History::default();
    let prepared = main.block_on(async {
        let mut prepared = BTreeMap::new();
        for key in KEYS {
            let mut ids = Vec::new();
            for value in [SHARED, HALL] {
                let (_, body, call) = host.api("POST", "v2/rooms", key, &form(value)).await;
                ids.push(body["data"]["roomId"].as_str().unwrap().to_owned());
                if value == SHARED {
                    history.created(key, ids[0].clone(), value, call);
                }
            }
            let hall = ids.pop().unwrap();
            prepared.insert(key, Rooms { shared: ids.remove(0), hall });
        }
        prepared
    });
    let one = |who: usize| {
        let mut visitor = visitor(who, &prepared);
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            for (place, (deed, is_other)) in deeds[who].iter().enumerate() {
                visitor.act(place, *deed, KEYS[usize::from(*is_other && who.is_multiple_of(4))]).await;
            }
        });
        let Visitor { history, own, joined, sends, counted, .. } = visitor;
        (history, Visited { own, joined, sends, counted })
    };
    let visits: Vec<(History, Visited)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS).map(|who| scope.spawn(move || one(who))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut visited = Vec::new();
    for (theirs, visit) in visits {
        history.merge(theirs);
        visited.push(visit);
    }
    let ends = main.block_on(async {
        let mut ends = Vec::new();
        for key in KEYS {
            let (_, list, call) = host.api("GET", "v2/rooms", key, "").await;
            history.listed(key, rooms(&list["list"]), call);
            let (_, hall, _) = host.api("GET", &format!("v2/rooms/{}", prepared[key].hall), key, "").await;
            let (_, users, _) = host.api("GET", &format!("v1/users/{}", prepared[key].hall), key, "").await;
            ends.push((key, hall["data"].clone(), users["list"].clone()));
        }
        ends
    });
    (history, ends, visited)
}

struct Visited {
    own: Vec<(&'static str, String, usize)>,
    joined: Vec<(&'static str, String)>,
    sends: BTreeMap<&'static str, usize>,
    counted: BTreeMap<&'static str, usize>,
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(6) })]

    /// No write is lost, none is seen by half, and every list is what some order of the calls makes of it.
    #[test]
    fn a_mob_over_sockets_loses_nothing(deeds in mob(deed())) {
        let (history, ends, visited) = run(&deeds, true);
        history.explain();
        for (key, hall, users) in ends {
            let last = history.last_list(key);
            for (of, id, value) in visited.iter().flat_map(|visit| &visit.own) {
                prop_assert!(*of != key || last.contains(&(id.clone(), *value)), "{} v{} is not in {:?}", id, value, last);
            }
            let sum = |counts: &dyn Fn(&Visited) -> usize| visited.iter().map(counts).sum::<usize>();
            let joined = sum(&|visit| visit.joined.iter().filter(|(of, _)| *of == key).count());
            let counted = sum(&|visit| visit.counted.get(key).copied().unwrap_or_default());
            let sends = sum(&|visit| visit.sends.get(key).copied().unwrap_or_default());
            prop_assert_eq!(&hall["messageCount"], &sends.to_string());
            prop_assert_eq!(&hall["currentUserCount"], &joined.to_string());
            prop_assert_eq!(&hall["joinCount"], &(joined + counted).to_string());
            prop_assert_eq!(users.as_array().unwrap().len(), joined);
        }
    }

    /// The same with resets in between: what was written after the last of them is there, and nothing of before the first.
    #[test]
    fn a_mob_with_resets_is_explained_too(deeds in mob(prop_oneof![12 => deed(), 1 => Just((Deed::Reset, false)), 1 => Just((Deed::Reset, true))])) {
        let (history, ..) = run(&deeds, false);
        history.explain_with_resets();
    }
}
