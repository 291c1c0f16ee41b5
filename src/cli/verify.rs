//! `verify`: what a running server was called with, held against a checks file.

use super::args::VerifyArgs;
use super::{Failure, checks, exec, junit, output, summary};
use crate::client::MockServer;
use crate::verify::Verdict;

/// Prints summary and verdict, and says the exit code.
pub fn run(args: &VerifyArgs) -> Result<u8, Failure> {
    junit::prepare(args.report.junit.as_deref())?;
    let key = exec::key(&args.report)?;
    let token = args.admin_token.as_ref().map(|token| token.read("--admin-token")).transpose()?;
    let verification = checks::read(&args.file)?;
    let (unmet, summary) = super::block_on(async {
        let server = MockServer::connect_with(&args.url, token).await?;
        let account = exec::account(&server, key.as_ref());
        let unmet = checks::judge(&account, &verification).await?;
        Ok::<_, Failure>((unmet, summary::of(&account, true).await?))
    })?;
    output::say(&format!("{summary}{unmet}\n"));
    if let Some(path) = &args.report.junit {
        junit::write(path, None, Some((&verification, &unmet.verdict)))?;
    }
    Ok(if unmet.verdict == Verdict::Passed { 0 } else { exec::UNMET })
}
