//! One run against the real service: each probe is sent to both sides, and what an answer teaches is used for the next.

use serde_json::Value;

use super::compare::compare;
use super::mask::Mask;
use super::mock::Mock;
use super::probe::{LIVES, Probe, READS, Side};
use super::real::Service;
use super::shape::{Answer, MOST_ITEMS};
use super::stop::Stop;
use super::table::Finding;
use super::writes;
use super::{Bench, DriftError, Report};
use crate::domain::ids::ApiKey;

/// What stands in the place of secrets.
const SHOWN_KEY: &str = "[API_KEY]";
const SHOWN_TOKEN: &str = "[X-AUTH-TOKEN]";
const SHOWN_ADDRESS: &str = "[e-mail]";

/// Both sides, and what is known of them.
pub struct Run {
    pub service: Service,
    pub bench: Bench,
    pub real: Side,
    pub ours: Side,
    pub mask: Mask,
    pub notes: Vec<String>,
}

impl Run {
    pub fn new(service: Service, bench: Bench, key: &ApiKey) -> Run {
        let mut mask = Mask::default();
        mask.add(key.as_str(), SHOWN_KEY);
        let real = Side { authority: service.authority().to_owned(), key: key.as_str().to_owned(), ..Side::default() };
        Run { service, bench, real, ours: Mock::side(), mask, notes: Vec::new() }
    }

    /// Everything that was allowed, in the order of the tables.
    pub async fn check(mut self, allow_writes: bool, mut stop: Stop) -> Result<Report, DriftError> {
        let mut findings = tokio::select! {
            findings = self.reads() => findings?,
            () = stop.asked() => return Err(self.stopped()),
        };
        if allow_writes {
            for life in LIVES {
                let (found, is_stopped) = writes::live(&mut self, life, &mut stop).await;
                findings.extend(found);
                if is_stopped {
                    return Err(self.stopped());
                }
            }
        }
        Ok(Report::of(&findings, &self.notes, &self.mask))
    }

    async fn reads(&mut self) -> Result<Vec<Finding>, DriftError> {
        let mut findings = Vec::with_capacity(READS.len());
        for probe in READS {
            let answer = match probe.request(&self.real) {
                Ok(request) => self.service.ask(request).await,
                Err(why) => {
                    findings.push(Finding::skipped(probe.name, why));
                    continue;
                }
            };
            if let (true, Err(why)) = (findings.is_empty(), &answer) {
                return Err(DriftError::Unreachable(self.mask.hide(&format!("{}: {why}", self.service.authority()))));
            }
            findings.push(self.judge(probe, answer).await);
        }
        if self.real.token.is_none() {
            self.notes.push("the real service has issued no token: is the API key right".to_owned());
        }
        Ok(findings)
    }

    /// Asks the mock the same, and compares.
    pub async fn judge(&mut self, probe: &Probe, answer: Result<Answer, String>) -> Finding {
        let own = match probe.request(&self.ours) {
            Ok(request) => self.bench.mock.ask(request).await,
            Err(why) => return Finding::skipped(probe.name, why),
        };
        learn(&mut self.ours, &own);
        match answer {
            Err(why) => Finding::unanswered(probe.name, &self.mask.hide(&why)),
            Ok(answer) => {
                learn(&mut self.real, &answer);
                hide_what_is_in(&answer, &mut self.mask);
                let operation = self.bench.contract.operation(probe.method.as_str(), probe.path);
                Finding::compared(probe.name, compare(&answer, &own, operation, &self.mask))
            }
        }
    }

    fn stopped(&self) -> DriftError {
        let notes: String = self.notes.iter().flat_map(|note| ["; ", note]).collect();
        DriftError::Runtime(self.mask.hide(&format!("stopped by a signal{notes}")))
    }
}

/// The first token, and the first room that is listed or made.
fn learn(side: &mut Side, answer: &Answer) {
    let Some(body) = answer.json() else { return };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    side.token = side.token.take().or(text(&body["data"]["X-AUTH-TOKEN"]));
    let room = text(&body["list"][0]["roomId"]).or(text(&body["data"]["roomId"]));
    side.room = side.room.take().or(room.filter(|room| !room.is_empty()));
}

/// Tokens and addresses are not shown, wherever they appear later.
pub fn hide_what_is_in(answer: &Answer, mask: &mut Mask) {
    let Some(body) = answer.json() else { return };
    let items = body["list"].as_array().into_iter().flatten().take(MOST_ITEMS);
    for object in items.chain([&body["data"]]) {
        mask.add(object["X-AUTH-TOKEN"].as_str().unwrap_or_default(), SHOWN_TOKEN);
        for address in ["user_email", "userId"].iter().filter_map(|key| object[*key].as_str()).filter(|text| text.contains('@')) {
            mask.add(address, SHOWN_ADDRESS);
        }
    }
}
