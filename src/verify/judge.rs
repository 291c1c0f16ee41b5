//! The judging. Of each expectation it is known how many exchanges match it for sure, and how many more may: those that
//! made room in the journal, and those of which too little was kept. A verdict must hold for every number in between.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Verification;
use super::expectation::{Expectation, Fit, Kept, Times};
use super::order;
use super::verdict::{Failure, Findings, Judgement, Mends, Nearest};
use crate::journal::{Entry, Evicted};

/// How many exchanges a failure shows.
const SHOWN: usize = 3;
/// What may have mattered and cannot be looked at.
pub const UNSEEN: &str = "that made room in the journal or were kept only in part";

/// What the journal knows about one expectation.
pub struct Tally<'v> {
    pub index: usize,
    pub expectation: &'v Expectation,
    /// For each exchange that is kept.
    pub fits: Vec<Fit>,
    /// How many may have matched and are not kept.
    pub lost: u64,
}

/// Judges the entries of a journal that is on.
pub fn judge(verification: &Verification, entries: &[Arc<Entry>], evicted: &Evicted) -> Judgement {
    let kept: Vec<Kept<'_>> = entries.iter().filter(|entry| !entry.is_preflight()).map(|entry| Kept::of(entry)).collect();
    let tallies = verification.expect.iter().enumerate().map(|(index, expectation)| Tally {
        index,
        expectation,
        fits: kept.iter().map(|kept| expectation.fit(kept)).collect(),
        lost: evicted.count(expectation.operation),
    });
    let tallies: Vec<Tally<'_>> = tallies.collect();
    let mut findings = Findings::default();
    for tally in &tallies {
        judge_count(tally, &kept, &mut findings);
    }
    if verification.ordered {
        order::judge(&tallies, &kept, &mut findings);
    }
    if verification.no_other {
        judge_others(&tallies, &kept, evicted, &mut findings);
    }
    findings.judgement()
}

impl Tally<'_> {
    /// How many match for sure.
    pub fn sure(&self) -> u64 {
        self.fits.iter().filter(|fit| **fit == Fit::Yes).count() as u64
    }

    /// How many match at most.
    pub fn possible(&self) -> u64 {
        self.lost + self.fits.iter().filter(|fit| **fit != Fit::No).count() as u64
    }
}

fn judge_count(tally: &Tally<'_>, kept: &[Kept<'_>], findings: &mut Findings) {
    let Tally { index, expectation, fits, .. } = tally;
    let Times { min, max } = expectation.times;
    let (sure, possible) = (tally.sure(), tally.possible());
    let exceeds = |count| max.is_some_and(|max| count > max);
    let expected = expectation.times.to_string();
    let message = format!("{expectation}: expected {expected}, got {sure}");
    if exceeds(sure) {
        let nearest = shown(kept, |position| fits[position] == Fit::Yes, |_| Vec::new());
        findings.fail(Failure { expectation: Some(*index), message, expected, got: sure, nearest }, Mends::Never);
    } else if possible < min {
        let nearest = nearest(tally, kept);
        findings.fail(Failure { expectation: Some(*index), message, expected, got: sure, nearest }, Mends::Perhaps);
    } else if sure < min || exceeds(possible) {
        let mends = if exceeds(possible) { Mends::Never } else { Mends::Perhaps };
        findings.doubt(format!("{message}, and {} more may match {UNSEEN}", possible - sure), mends);
    }
}

fn judge_others(tallies: &[Tally<'_>], kept: &[Kept<'_>], evicted: &Evicted, findings: &mut Findings) {
    let best = |position: usize| tallies.iter().map(|tally| tally.fits[position]).max().unwrap_or(Fit::No);
    let count = |fit| (0..kept.len()).filter(|position| best(*position) == fit).count() as u64;
    let got = count(Fit::No);
    let unsure = count(Fit::Maybe) + evicted.count(None);
    let message = format!("noOther: expected no other exchange, got {got}");
    if got > 0 {
        let expectations = || tallies.iter().map(|tally| tally.expectation);
        let differences = |kept: &Kept<'_>| {
            let nearest = expectations().min_by_key(|expectation| expectation.distance(kept));
            nearest.map(|expectation| texts(expectation, kept)).unwrap_or_default()
        };
        let nearest = shown(kept, |position| best(position) == Fit::No, differences);
        findings.fail(Failure { expectation: None, message, expected: "no other exchange".to_owned(), got, nearest }, Mends::Never);
    } else if unsure > 0 {
        findings.doubt(format!("{message}, and there may be {unsure} {UNSEEN}"), Mends::Never);
    }
}

/// The exchanges that come nearest to an expectation without matching it, the newest first among equals.
fn nearest(tally: &Tally<'_>, kept: &[Kept<'_>]) -> Vec<Nearest> {
    let expectation = tally.expectation;
    let mut others: Vec<usize> = (0..kept.len()).filter(|position| tally.fits[*position] != Fit::Yes).collect();
    others.sort_by_cached_key(|position| (expectation.distance(&kept[*position]), Reverse(*position)));
    let nearest = others.into_iter().take(SHOWN).map(|position| &kept[position]);
    nearest.map(|kept| Nearest { id: kept.entry.id, differences: texts(expectation, kept) }).collect()
}

/// The newest of the exchanges that are `meant`, by their positions.
pub fn shown(kept: &[Kept<'_>], meant: impl Fn(usize) -> bool, differences: impl Fn(&Kept<'_>) -> Vec<String>) -> Vec<Nearest> {
    let meant = kept.iter().enumerate().rev().filter(|(position, _)| meant(*position)).take(SHOWN);
    meant.map(|(_, kept)| Nearest { id: kept.entry.id, differences: differences(kept) }).collect()
}

fn texts(expectation: &Expectation, kept: &Kept<'_>) -> Vec<String> {
    expectation.differences(kept).map(|difference| difference.text).collect()
}
