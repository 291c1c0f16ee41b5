//! The verdict as JUnit XML, which pipelines show: a test case for the command and one for each expectation.

use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Failure;
use crate::verify::{Failure as Unmet, Verdict, Verification};

/// How a command ended.
pub struct Ended<'a> {
    pub program: &'a str,
    pub took: Duration,
    /// Why it counts as failed.
    pub failure: Option<String>,
}

/// Sees that a file can be written, before the work begins that it is to tell of, and that none is left of an earlier run.
pub fn prepare(path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let what = match (path.is_dir(), directory.is_dir()) {
        (true, _) => "is a directory, name a file",
        (_, false) => "there is no such directory",
        _ => {
            // What is no file, such as a pipe, is written once.
            let removed =
                if path.is_file() || !path.exists() { std::fs::write(path, "").and_then(|()| std::fs::remove_file(path)) } else { Ok(()) };
            return removed.map_err(|error| Failure::Usage(format!("--junit: {}: {error}", path.display())));
        }
    };
    Err(Failure::Usage(format!("--junit: {}: {what}", path.display())))
}

/// Writes the file.
pub fn write(path: &Path, ended: Option<&Ended<'_>>, judged: Option<(&Verification, &Verdict)>) -> Result<(), Failure> {
    let mut suite = TestSuite::new("vchatcloud-mock");
    if let Some(Ended { program, took, failure }) = ended {
        let mut case = case(format!("command: {program}"), failure.as_deref());
        case.set_time(*took);
        suite.add_test_case(case);
    }
    if let Some((verification, verdict)) = judged {
        suite.add_test_cases(of_verdict(verification, verdict));
    }
    let mut report = Report::new("vchatcloud-mock");
    report.add_test_suite(suite);
    let failed = |error: &dyn std::fmt::Display| Failure::Runtime(format!("--junit: {}: {error}", path.display()));
    let text = report.to_string().map_err(|error| failed(&error))?;
    std::fs::write(path, text).map_err(|error| failed(&error))
}

fn of_verdict(verification: &Verification, verdict: &Verdict) -> Vec<TestCase> {
    let failures: &[Unmet] = if let Verdict::Failed { failures, .. } = verdict { failures } else { &[] };
    let why = |index: Option<usize>| {
        let texts: Vec<String> = failures.iter().filter(|failure| failure.expectation == index).map(ToString::to_string).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    };
    let expectations = verification.expectations().iter().enumerate();
    let mut cases: Vec<TestCase> = expectations
        .map(|(index, expectation)| case(format!("expect[{index}] {expectation}: {}", expectation.times), why(Some(index)).as_deref()))
        .collect();
    if verification.is_exclusive() {
        cases.push(case("no other exchange".to_owned(), why(None).as_deref()));
    }
    if let Verdict::Inconclusive { reasons, .. } = verdict {
        // Which expectation a reason is about, it says itself.
        for case in &mut cases {
            case.status = TestCaseStatus::skipped();
            case.status.set_message("inconclusive");
        }
        cases.push(case("conclusive".to_owned(), Some(&reasons.join("\n"))));
    }
    cases
}

fn case(name: String, failure: Option<&str>) -> TestCase {
    let mut status = TestCaseStatus::success();
    if let Some(failure) = failure {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type("unmet").set_message(failure.lines().next().unwrap_or_default()).set_description(failure);
    }
    let mut case = TestCase::new(name, status);
    case.set_classname("vchatcloud-mock");
    case
}
