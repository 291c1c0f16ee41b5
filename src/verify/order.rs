//! Whether expectations were met in their order. Each takes its first matches after the last one that the expectation before
//! it took, as many as its `min`: if any choice of matches is in order, this one is, and more matches never break it.

use super::expectation::{Fit, Kept};
use super::judge::{Tally, UNSEEN, shown};
use super::verdict::{Failure, Findings, Mends};

/// Where a chain of matches ends too early.
struct Break {
    /// The step that was not met.
    step: usize,
    /// How many of its matches there were after the step before it.
    got: u64,
    /// The position after the last match of the step before it.
    start: usize,
}

/// Judges the order; that there are too few exchanges at all is for the count of each to say.
pub fn judge(tallies: &[Tally<'_>], kept: &[Kept<'_>], findings: &mut Findings) {
    let steps: Vec<&Tally<'_>> = tallies.iter().filter(|tally| tally.expectation.times.min > 0).collect();
    let Err(surely) = follow(&steps, |fit| fit == Fit::Yes) else { return };
    match follow(&steps, |fit| fit != Fit::No) {
        // What is not kept could be before, between or after what is: it matters unless it cannot match any step so far.
        Err(at_best) if steps[..=at_best.step].iter().all(|tally| tally.lost == 0) => {
            let tally = steps[at_best.step];
            if tally.possible() >= tally.expectation.times.min {
                findings.fail(failure(&steps, kept, &at_best), Mends::Perhaps);
            }
        }
        _ => {
            let tally = steps[surely.step];
            if tally.sure() >= tally.expectation.times.min {
                findings.doubt(format!("{}, and others may match {UNSEEN}", message(&steps, &surely)), Mends::Perhaps);
            }
        }
    }
}

/// Takes the matches of step after step.
fn follow(steps: &[&Tally<'_>], matches: impl Fn(Fit) -> bool) -> Result<(), Break> {
    let mut start = 0;
    for (step, tally) in steps.iter().enumerate() {
        let mut got = 0;
        let mut end = start;
        while got < tally.expectation.times.min {
            let Some(next) = tally.fits[end..].iter().position(|fit| matches(*fit)) else {
                return Err(Break { step, got, start });
            };
            end += next + 1;
            got += 1;
        }
        start = end;
    }
    Ok(())
}

fn failure(steps: &[&Tally<'_>], kept: &[Kept<'_>], at: &Break) -> Failure {
    let tally = steps[at.step];
    // The first step starts at the first exchange, so only one with another before it can come too early.
    let before = kept[..at.start].last().map(|last| last.entry.id).unwrap_or_default();
    let too_early = |_: &Kept<'_>| vec![format!("order: expected after exchange {before}")];
    Failure {
        expectation: Some(tally.index),
        message: message(steps, at),
        expected: expected(steps, at),
        got: at.got,
        nearest: shown(&kept[..at.start], |position| tally.fits[position] != Fit::No, too_early),
    }
}

fn message(steps: &[&Tally<'_>], at: &Break) -> String {
    format!("{}: expected {}, got {}", steps[at.step].expectation, expected(steps, at), at.got)
}

/// As in `at least 1 after createRoom`.
fn expected(steps: &[&Tally<'_>], at: &Break) -> String {
    let after = steps[..at.step].last().map(|tally| format!(" after {}", tally.expectation));
    format!("at least {}{}", steps[at.step].expectation.times.min, after.unwrap_or_default())
}
