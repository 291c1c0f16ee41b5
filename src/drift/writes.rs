//! The life of a room that is made for the check: create, modify, destroy, destroy again. Whatever becomes of the calls, the
//! room is looked for and destroyed; nothing else is written to.

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
    id: Option<String>,
    /// Whether its create was sent.
    is_asked_for: bool,
    /// Whether the answer to its create said that it was not made.
    is_refused: bool,
    is_gone: bool,
    /// Why nothing more is tried.
    given_up: Option<String>,
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
    let mut made = Made { life, name, id: None, is_asked_for: false, is_refused: false, is_gone: false, given_up: None };
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
    findings.push(step(run, made, stop, destroy, Made::see_gone).await?);
    findings.push(match made.tidy_up(run).await {
        Ok(()) => step(run, made, stop, destroy_again, |_, _| ()).await?,
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
    if made.id.is_none() && !made.is_refused {
        // What was made without a usable answer is found by its name, or else it is looked for in the end.
        drop(made.find(run).await);
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
        self.is_asked_for = true;
        let Ok(answer) = answer else { return };
        self.id = answer.json().and_then(|body| room_id(&body["data"]));
        self.is_refused =
            self.id.is_none() && answer.status >= 400 && answer.json().is_some_and(|body| body["result_cd"].as_i64() != Some(1));
    }

    /// What the destroy was answered with.
    fn see_gone(&mut self, answer: &Result<Answer, String>) {
        self.is_gone = answer.as_ref().is_ok_and(Answer::is_success);
    }

    /// Sees that it is gone, again and again.
    async fn tidy_up(&mut self, run: &Run) -> Result<(), String> {
        for attempt in 0..TRIES {
            if self.is_gone || !self.is_asked_for {
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

    /// Destroys it once, and looks whether it is gone.
    async fn destroy(&mut self, run: &Run) -> Result<(), String> {
        if self.id.is_none() {
            self.find(run).await?;
        }
        let Some(id) = self.id.clone() else {
            // Nobody made it; unless nobody has said so, and it is made yet.
            self.is_gone = self.is_refused;
            return Err("createRoom had no usable answer, and no such room has come".to_owned());
        };
        let answer = self.send(run, &self.life.destroy, Some(&id)).await;
        self.is_gone = answer.as_ref().is_ok_and(Answer::is_success) || self.rooms(run).await.is_ok_and(|rooms| !rooms.contains(&id));
        match answer {
            _ if self.is_gone => Ok(()),
            Ok(answer) => Err(format!("destroyRoom is answered with {}", answer.status)),
            Err(why) => Err(format!("destroyRoom has no answer: {why}")),
        }
    }

    /// Looks for it by its name, which no other room has.
    async fn find(&mut self, run: &Run) -> Result<(), String> {
        let answer = self.send(run, &self.life.list, None).await?;
        let body = answer.json().ok_or("listRoom has no usable answer")?;
        let rooms = body["list"].as_array().ok_or("listRoom has no usable answer")?;
        let own = rooms.iter().find(|room| room["roomName"].as_str() == Some(&self.name));
        self.id = own.and_then(room_id);
        Ok(())
    }

    async fn rooms(&self, run: &Run) -> Result<Vec<String>, String> {
        let answer = self.send(run, &self.life.list, None).await?;
        let body = answer.json().filter(|_| answer.is_success()).ok_or("listRoom has no usable answer")?;
        let rooms = body["list"].as_array().and_then(|rooms| rooms.iter().map(room_id).collect());
        rooms.ok_or("listRoom has no usable answer".to_owned())
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
