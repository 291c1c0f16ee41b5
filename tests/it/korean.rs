//! `README.ko.md` is the README in Korean: part by part the same headings, commands, tables and links.

use std::collections::BTreeSet;

const ENGLISH: &str = include_str!("../../README.md");
const KOREAN: &str = include_str!("../../README.ko.md");

/// What a link to a heading that is not there leads to.
const NOWHERE: &str = "nowhere";

/// A heading, a paragraph, an item of a list, a cell of a table or a block of code.
struct Part {
    kind: String,
    text: String,
}

/// What a part says in every language.
#[derive(Debug, PartialEq)]
struct Facts {
    kind: String,
    /// A block of code or a number alone, as it stands there.
    literal: Option<String>,
    /// What stands between backticks; words come in another order in another language.
    spans: BTreeSet<String>,
    links: BTreeSet<String>,
}

impl Part {
    fn new(kind: &str, text: &str) -> Self {
        Self { kind: kind.to_owned(), text: text.trim().to_owned() }
    }

    fn is_code(&self) -> bool {
        self.kind.starts_with("```")
    }

    fn facts(&self, anchors: &[String]) -> Facts {
        let is_literal = self.is_code() || self.text.bytes().all(|byte| byte.is_ascii_digit());
        let spans = self.text.split('`').skip(1).step_by(2).map(str::to_owned);
        let links = self.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        Facts {
            kind: self.kind.clone(),
            literal: is_literal.then(|| self.text.clone()),
            spans: spans.collect(),
            links: links.map(|target| destination(target, anchors)).collect(),
        }
    }

    /// The words outside of code.
    fn words(&self) -> Vec<&str> {
        if self.is_code() { Vec::new() } else { self.text.split('`').step_by(2).flat_map(str::split_whitespace).collect() }
    }
}

/// Where a link leads, whichever language the page is in.
fn destination(target: &str, anchors: &[String]) -> String {
    match target.strip_prefix('#') {
        Some(anchor) => anchors.iter().position(|other| other == anchor).map_or(NOWHERE.to_owned(), |number| format!("heading {number}")),
        None if ["README.md", "README.ko.md"].contains(&target) => "the other language".to_owned(),
        None => target.to_owned(),
    }
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut is_code, mut goes_on) = (false, false);
    for line in page.lines() {
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        if line.starts_with("```") {
            is_code = !is_code;
            goes_on = is_code;
            parts.extend(is_code.then(|| Part::new(line, "")));
        } else if line.is_empty() && !is_code {
            goes_on = false;
        } else if !is_code && line.starts_with('|') {
            parts.extend(line.split('|').enumerate().map(|(column, cell)| Part::new(&format!("column {column}"), cell)));
        } else if !is_code && (mark == "-" || line.starts_with('#')) {
            parts.push(Part::new(mark, rest));
            goes_on = true;
        } else if let Some(last) = parts.last_mut().filter(|_| goes_on) {
            last.text += "\n";
            last.text += if is_code { line } else { line.trim() };
        } else {
            parts.push(Part::new("paragraph", line));
            goes_on = true;
        }
    }
    parts
}

/// The anchors of the headings, as hosts of repositories make them.
fn anchors(parts: &[Part]) -> Vec<String> {
    let anchor = |text: &str| {
        let kept = |character: &char| character.is_alphanumeric() || " -_".contains(*character);
        text.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
    };
    parts.iter().filter(|part| part.kind.starts_with('#')).map(|part| anchor(&part.text)).collect()
}

fn facts(page: &str) -> Vec<Facts> {
    let parts = parts(page);
    let anchors = anchors(&parts);
    parts.iter().map(|part| part.facts(&anchors)).collect()
}

#[test]
fn headings_commands_tables_and_links_are_the_same() {
    let (english, korean) = (facts(ENGLISH), facts(KOREAN));
    for (index, (theirs, ours)) in korean.iter().zip(&english).enumerate() {
        assert_eq!(theirs, ours, "Korean, then English: {}", parts(KOREAN)[index].text);
    }
    assert_eq!(korean.len(), english.len());
    let count = |is_counted: fn(&Facts) -> bool| english.iter().filter(|facts| is_counted(facts)).count();
    assert!(count(|facts| facts.kind.starts_with('#')) > 10);
    assert!(count(|facts| facts.kind.starts_with("```")) > 10);
    assert!(count(|facts| facts.kind.starts_with("column")) > 200);
    assert!(count(|facts| !facts.links.is_empty()) > 10);
}

#[test]
fn each_page_leads_to_the_other_and_to_headings_of_its_own() {
    assert_eq!(ENGLISH.lines().nth(2), Some("[한국어](README.ko.md)"));
    assert_eq!(KOREAN.lines().nth(2), Some("[English](README.md)"));
    for page in [ENGLISH, KOREAN] {
        for (part, facts) in parts(page).iter().zip(facts(page)) {
            assert!(!facts.links.contains(NOWHERE), "a link leads to no heading: {}", part.text);
        }
    }
}

/// Whichever heading, row, item, link or line of code is taken out of either page, it is missed.
#[test]
fn what_is_missing_in_either_is_seen() {
    let mut taken = 0;
    for page in [ENGLISH, KOREAN] {
        let whole = facts(page);
        let mut is_code = false;
        for (number, line) in page.lines().enumerate() {
            is_code ^= line.starts_with("```");
            if is_code || line.starts_with(['#', '|', '-', '`']) || line.contains("](") {
                let others = page.lines().enumerate().filter(|(other, _)| *other != number);
                let rest: Vec<&str> = others.map(|(_, line)| line).collect();
                assert!(facts(&rest.join("\n")) != whole, "not missed: {line}");
                taken += 1;
            }
        }
    }
    assert!(taken > 300, "only {taken} lines were taken out");
}

/// No sentence was left as it was.
#[test]
fn the_prose_is_korean() {
    let is_english = |word: &&str| {
        let word = word.trim_end_matches([',', '.', ';', ':']);
        word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let is_hangul = |character| ('가'..='힣').contains(&character);
    let mut korean = 0;
    for (theirs, ours) in parts(KOREAN).iter().zip(parts(ENGLISH)) {
        if ours.words().iter().filter(|word| is_english(word)).count() > 1 {
            assert!(theirs.text.contains(is_hangul), "left in English: {}", theirs.text);
            korean += 1;
        }
        let left = theirs.words().windows(3).any(|words| words.iter().all(is_english));
        assert!(!left, "words left in English: {}", theirs.text);
    }
    assert!(korean > 100, "only {korean} parts are sentences");
}
