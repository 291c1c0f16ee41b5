//! The life of a room that is made for the check: create, modify, destroy, destroy again. Whatever becomes of the calls, the
//! room is looked for and destroyed; nothing else is written to. What an answer says is its roomId may be another's: only a
//! room that is listed under the drawn name is ours.

use std::ops::ControlFlow;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::probe::{Life, Probe, Side};
use super::real::Service;
use super::run::Run;
use super::shape::Answer;
use super::stop::Stop;
use super::table::Finding;
use crate::seed::Seed;

/// A call that somebody stops has so long to end: what it does may be done already, and its answer says what to tidy up.
const GRACE: Duration = Duration::from_secs(2);
/// How often the tidying up is tried, with a pause that doubles.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(250);
/// How long a call of it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room, as far as anybody knows.
struct Made<'l> {
    life: &'l Life,
    name: String,
    /// What the list had under that name.
    id: Option<String>,
    create: Create,
    /// Whether the answer to its destroy said that it is gone; the list may know better.
    is_said_gone: bool,
    is_gone: bool,
    /// Why nothing more is tried.
    given_up: Option<String>,
}

/// What is known of its create.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Create {
    Unasked,
    /// It was sent, so there may be a room, now or later.
    Asked,
    Refused,
}

/// What an answer says of the room.
type Lesson<'l> = fn(&mut Made<'l>, &Result<Answer, String>);

/// Lets a room live; also says whether somebody has stopped it.
pub async fn live(run: &mut Run, life: &Life, stop: &mut Stop) -> (Vec<Finding>, bool) {
    let drawn = Seed::random().bytes("drift", life.create.name, 0);
    let name: String = drawn.iter().take(8).fold("vchatcloud-mock drift ".to_owned(), |name, byte| format!("{name}{byte:02x}"));
    if stop.is_asked() {
        return (Vec::new(), true);
    }
    let mut made = Made { life, name, id: None, create: Create::Unasked, is_said_gone: false, is_gone: false, given_up: None };
    run.real.room_name.clone_from(&made.name);
    let rooms = (run.real.room.take(), run.ours.room.take());
    let mut findings = Vec::new();
    let is_stopped = steps(run, &mut made, stop, &mut findings).await.is_break();
    let tidied = tokio::select! {
        tidied = made.tidy_up(run) => tidied,
        () = stop.asked() => Err("was stopped while it tidied up".to_owned()),
    };
    if let Err(why) = tidied {
        run.notes.push(made.left_behind(&why));
    }
    (run.real.room, run.ours.room) = rooms;
    (findings, is_stopped)
}

/// The probes one after another; it breaks off when somebody has stopped it.
async fn steps(run: &mut Run, made: &mut Made<'_>, stop: &mut Stop, findings: &mut Vec<Finding>) -> ControlFlow<()> {
    let Life { create, modify, destroy, destroy_again, .. } = made.life;
    findings.push(step(run, made, stop, create, Made::learn).await?);
    findings.push(step(run, made, stop, modify, |_, _| ()).await?);
    findings.push(step(run, made, stop, destroy, Made::hear_gone).await?);
    // A room that comes only now was not destroyed at the mock.
    let known = made.id.clone();
    let tidied = tokio::select! {
        tidied = made.tidy_up(run) => tidied,
        () = stop.asked() => return ControlFlow::Break(()),
    };
    findings.push(match tidied {
        Ok(()) => {
            made.id = known;
            step(run, made, stop, destroy_again, |_, _| ()).await?
        }
        Err(_) => Finding::skipped(destroy_again.name, "the room could not be destroyed"),
    });
    ControlFlow::Continue(())
}

/// One probe of it, and what its answer says of the room.
async fn step<'l>(run: &mut Run, made: &mut Made<'l>, stop: &mut Stop, probe: &Probe, learn: Lesson<'l>) -> ControlFlow<(), Finding> {
    run.real.room.clone_from(&made.id);
    let Ok(request) = probe.request(&run.real) else {
        let why = if run.real.token.is_none() { "no token was issued" } else { "no room was made" };
        return ControlFlow::Continue(Finding::skipped(probe.name, why));
    };
    let (answer, is_stopped) = ask(&run.service, request, stop).await;
    learn(made, &answer);
    if is_stopped {
        return ControlFlow::Break(());
    }
    let finding = run.judge(probe, answer).await;
    if made.id.is_none() && made.create == Create::Asked {
        // If it is not there yet, it is looked for in the end.
        tokio::select! {
            found = made.look(run) => made.id = found.ok().flatten(),
            () = stop.asked() => return ControlFlow::Break(()),
        }
    }
    ControlFlow::Continue(finding)
}

/// One call, and whether somebody has stopped it.
async fn ask(service: &Service, request: Request<Body>, stop: &mut Stop) -> (Result<Answer, String>, bool) {
    let mut asked = std::pin::pin!(service.ask(request));
    tokio::select! {
        answer = &mut asked => (answer, stop.is_asked()),
        () = stop.asked() => (timeout(GRACE, asked).await.unwrap_or_else(|_| Err("stopped by a signal".to_owned())), true),
    }
}

impl Made<'_> {
    /// What the create was answered with.
    fn learn(&mut self, answer: &Result<Answer, String>) {
        self.create = Create::Asked;
        let Ok(answer) = answer else { return };
        let is_no = |body: Value| body["result_cd"].as_i64() != Some(1);
        if (400..500).contains(&answer.status) && answer.json().is_some_and(is_no) {
            self.create = Create::Refused;
        }
    }

    /// What the destroy was answered with.
    fn hear_gone(&mut self, answer: &Result<Answer, String>) {
        self.is_said_gone = answer.as_ref().is_ok_and(Answer::is_success);
    }

    /// Sees that it is gone, again and again.
    async fn tidy_up(&mut self, run: &Run) -> Result<(), String> {
        for attempt in 0..TRIES {
            if self.is_gone || self.create == Create::Unasked {
                return Ok(());
            }
            if let Some(why) = self.given_up.clone() {
                return Err(why);
            }
            if attempt > 0 {
                sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            }
            let tried = self.destroy(run).await;
            self.given_up = tried.err().filter(|_| attempt + 1 == TRIES && !self.is_gone);
        }
        self.given_up.clone().map_or(Ok(()), Err)
    }

    /// Destroys it once if it is there, and looks whether it is gone.
    async fn destroy(&mut self, run: &Run) -> Result<(), String> {
        match self.look(run).await {
            Ok(Some(id)) => self.id = Some(id),
            Ok(None) => self.is_gone = self.id.is_some() || self.create == Create::Refused,
            Err(_) if self.id.is_some() => self.is_gone = self.is_said_gone,
            Err(why) => return Err(why),
        }
        if self.is_gone {
            return Ok(());
        }
        let id = self.id.clone().ok_or("createRoom did not refuse it, and listRoom does not show it")?;
        let answer = self.send(run, &self.life.destroy, Some(&id)).await;
        self.hear_gone(&answer);
        self.is_gone = self.look(run).await.map_or(self.is_said_gone, |found| found.is_none());
        match answer {
            _ if self.is_gone => Ok(()),
            Ok(_) if self.is_said_gone => Err("destroyRoom says that it is gone, and listRoom still shows it".to_owned()),
            Ok(answer) => Err(format!("destroyRoom is answered with {}", answer.status)),
            Err(why) => Err(format!("destroyRoom has no answer: {why}")),
        }
    }

    /// Its roomId, if it is listed: under its name, which no other room has, or as what was listed so before.
    async fn look(&self, run: &Run) -> Result<Option<String>, String> {
        let answer = self.send(run, &self.life.list, None).await?;
        let body = answer.json().filter(|_| answer.is_success()).ok_or("listRoom has no usable answer")?;
        let rooms = body["list"].as_array().ok_or("listRoom has no usable answer")?;
        let is_own = |room: &&Value| room["roomName"].as_str() == Some(&self.name) || self.id.is_some() && room_id(room) == self.id;
        Ok(rooms.iter().find(is_own).and_then(room_id))
    }

    async fn send(&self, run: &Run, probe: &Probe, id: Option<&str>) -> Result<Answer, String> {
        let side = Side { room: id.map(str::to_owned), ..run.real.clone() };
        run.service.within(PATIENCE).ask(probe.request(&side)?).await
    }

    /// What somebody has to do by hand.
    fn left_behind(&self, why: &str) -> String {
        match &self.id {
            Some(id) => format!("room left behind: {id} \"{}\": {why}; destroy it by hand", self.name),
            None => format!("a room may be left behind: \"{}\": {why}; look for it in listRoom", self.name),
        }
    }
}

/// Only what is one segment of a path is put into that of a write.
fn room_id(room: &Value) -> Option<String> {
    let is_segment = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    match &room["roomId"] {
        Value::String(id) => Some(id.clone()).filter(is_segment),
        Value::Number(id) => Some(id.to_string()).filter(is_segment),
        _ => None,
    }
}
