//! What a check has found, for people: a row for each probe that is the same, and one for each difference of the others.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::compare::{Aspect, Comparison, Row};
use crate::domain::text;

/// A longer cell of the real service, the mock or the contract is cut, so that lines stay readable.
const CELLS: [usize; 3] = [20, 20, 28];
/// More differences of a probe than this nobody reads.
const SHOWN: usize = 20;

/// What became of one probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub name: String,
    pub outcome: Outcome,
    /// How often the same was found.
    pub times: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Compared(Comparison),
    /// It could not be asked, and why.
    Skipped(String),
}

impl Finding {
    pub fn compared(name: &str, comparison: Comparison) -> Finding {
        Finding { name: name.to_owned(), outcome: Outcome::Compared(comparison), times: 1 }
    }

    pub fn skipped(name: &str, why: &str) -> Finding {
        Finding { name: name.to_owned(), outcome: Outcome::Skipped(why.to_owned()), times: 1 }
    }

    /// The answer did not come.
    pub fn unanswered(name: &str, why: &str) -> Finding {
        let cells = [format!("no answer: {why}"), String::new(), String::new()];
        Finding::compared(name, Comparison { rows: vec![Row { aspect: Aspect::Answer, place: String::new(), cells }], notes: Vec::new() })
    }

    /// What differs.
    pub fn rows(&self) -> &[Row] {
        match &self.outcome {
            Outcome::Compared(comparison) => &comparison.rows,
            Outcome::Skipped(_) => &[],
        }
    }

    fn title(&self) -> String {
        if self.times == 1 { self.name.clone() } else { format!("{} x{}", self.name, self.times) }
    }
}

/// The table, and the line that sums it up.
pub fn render(findings: &[Finding]) -> String {
    let mut lines = vec![["probe", "differs in", "real", "mock", "contract"].map(str::to_owned).to_vec()];
    for finding in findings {
        let mut title = finding.title();
        for mut line in told(finding) {
            line.insert(0, std::mem::take(&mut title));
            lines.push(line);
        }
    }
    aligned(&lines) + &summary(findings) + "\n"
}

/// The cells behind the name, a line each.
fn told(finding: &Finding) -> Vec<Vec<String>> {
    let Comparison { rows, notes } = match &finding.outcome {
        Outcome::Compared(comparison) => comparison,
        Outcome::Skipped(why) => return vec![vec![format!("skipped: {why}")]],
    };
    let mut lines: Vec<Vec<String>> = rows.iter().take(SHOWN).map(cells).collect();
    if rows.len() > SHOWN {
        lines.push(vec![format!("and {} more", rows.len() - SHOWN)]);
    }
    if rows.is_empty() {
        let notes: String = notes.iter().flat_map(|note| ["; ", note]).collect();
        return vec![vec![format!("same{notes}")]];
    }
    lines.extend(notes.iter().map(|note| vec![format!("note: {note}")]));
    lines
}

fn cells(row: &Row) -> Vec<String> {
    let name = match row.aspect {
        // It says all in one cell.
        Aspect::Answer => return vec![text::log_line(&row.cells[0])],
        Aspect::Keys => "key",
        Aspect::Types => "type",
        aspect => name(aspect),
    };
    let aspect = if row.place.is_empty() { name.to_owned() } else { format!("{name} {}", row.place) };
    let told = |(cell, most): (&String, usize)| if cell.is_empty() { "-".to_owned() } else { text::cut(&text::log_line(cell), most) };
    std::iter::once(aspect).chain(row.cells.iter().zip(CELLS).map(told)).collect()
}

fn name(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Answer => "answer",
        Aspect::Status => "status",
        Aspect::MediaType => "media type",
        Aspect::ResultCode => "result_cd",
        Aspect::Body => "body",
        Aspect::Keys => "keys",
        Aspect::Order => "order",
        Aspect::Types => "types",
        Aspect::Form => "form",
        Aspect::Codes => "codes",
    }
}

/// A cell is as wide as the widest of its column that has another one behind it.
fn aligned(lines: &[Vec<String>]) -> String {
    let mut text = String::new();
    let width = |column: usize| {
        let cells = lines.iter().filter(|line| line.len() > column + 1).map(|line| line[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..lines.iter().map(Vec::len).max().unwrap_or_default()).map(width).collect();
    for line in lines {
        let cells: String = line.iter().zip(&widths).fold(String::new(), |mut row, (cell, width)| {
            // A String takes everything.
            let _ = write!(row, "{cell:width$}  ");
            row
        });
        text.extend([cells.trim_end(), "\n"]);
    }
    text
}

fn summary(findings: &[Finding]) -> String {
    let counted = |count: usize| format!("{count} probe{}", if count == 1 { "" } else { "s" });
    let skipped = findings.iter().filter(|finding| matches!(finding.outcome, Outcome::Skipped(_))).count();
    let (asked, drifted) = (findings.len() - skipped, findings.iter().filter(|finding| !finding.rows().is_empty()).count());
    let aspects: BTreeSet<Aspect> = findings.iter().flat_map(Finding::rows).map(|row| row.aspect).collect();
    let aspects: String = aspects.into_iter().flat_map(|aspect| [", ", name(aspect)]).collect();
    let skips = if skipped == 0 { String::new() } else { format!("; {skipped} skipped") };
    match drifted {
        0 => format!("same: {}{skips}", counted(asked)),
        _ => format!("drifted: {drifted} of {}{aspects}{skips}", counted(asked)),
    }
}
