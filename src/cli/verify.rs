//! `verify`: what a running server was called with, held against a checks file.

use super::args::VerifyArgs;
use super::{Failure, checks, exec, junit, output, summary};
use crate::client::MockServer;
use crate::verify::Verdict;

/// Prints summary and verdict, and says the exit code.
pub fn run(args: &VerifyArgs) -> Result<u8, Failure> {
    junit::check(args.report.junit.as_deref())?;
    let verification = checks::read(&args.file)?;
    let (unmet, summary) = super::block_on(async {
        let server = MockServer::connect_with(&args.url, args.admin_token.clone()).await?;
        let account = exec::account(&server, &args.report);
        let unmet = checks::judge(&account, &verification).await?;
        Ok::<_, Failure>((unmet, summary::of(&account).await?))
    })?;
    output::say(&format!("{summary}{unmet}\n"));
    if let Some(path) = &args.report.junit {
        junit::write(path, None, Some((&verification, &unmet.verdict)))?;
    }
    Ok(if unmet.verdict == Verdict::Passed { 0 } else { exec::UNMET })
}
