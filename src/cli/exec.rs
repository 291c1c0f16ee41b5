//! `exec`: a command against a mock of its own.

use std::env;
use std::io;
use std::process::ExitStatus;

use futures_util::FutureExt;
use tokio::process::Command;
use tokio::time::Instant;

use super::args::{ExecArgs, LogFormat, ReportArgs};
use super::junit::Ended;
use super::signals::Signals;
use super::{Failure, checks, junit, log, output, settings, summary};
use crate::admin::Access;
use crate::client::{Account, MockServer};
use crate::domain::ids::ApiKey;
use crate::domain::secret;
use crate::emulator::Emulator;
use crate::launch::Config;
use crate::server::{Host, Timeouts};
use crate::verify::{Verdict, Verification};

/// What was called is not what was expected.
pub const UNMET: u8 = 5;

/// Whatever a signal has ended, ends with this and its number, as shells say it.
const KILLED: u8 = 128;

/// The key of a command when no fixture names an account.
const KEY: &str = "exec";

/// Runs the command, prints summary and verdict, and says the exit code: the command's, if that is not 0.
pub fn run(args: &ExecArgs) -> Result<u8, Failure> {
    junit::prepare(args.report.junit.as_deref())?;
    key(&args.report)?;
    let verification = args.verify.as_deref().map(checks::read).transpose()?;
    let lines = log::start(LogFormat::Pretty, true);
    let result = super::block_on(exec(args, verification.as_ref()));
    drop(lines);
    result
}

async fn exec(args: &ExecArgs, verification: Option<&Verification>) -> Result<u8, Failure> {
    let mut signals = Signals::install()?;
    let (server, credentials) = start(args)?;
    let (program, arguments) = args.command.split_first().ok_or_else(|| Failure::Usage("exec: needs a command".to_owned()))?;
    let name = secret::scrubbed(&program.to_string_lossy()).into_owned();
    let mut command = Command::new(program);
    let base_url = server.https_url().unwrap_or(server.url());
    command.args(arguments).env("VCHATCLOUD_BASE_URL", base_url).env("VCHATCLOUD_MOCK_URL", server.url());
    command.envs(proxies_spare_loopback());
    command.env("VCHATCLOUD_API_KEY", credentials.0).env("VCHATCLOUD_TOKEN", credentials.1);
    let began = Instant::now();
    if let Some(signal) = signals.next().now_or_never() {
        return Ok(KILLED + signal);
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let failure = not_started(&name, &error);
            if let Some(path) = &args.report.junit {
                junit::write(path, Some(&Ended { program: &name, took: began.elapsed(), failure: Some(failure.to_string()) }), None)?;
            }
            return Err(failure);
        }
    };
    let id = child.id();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(|error| Failure::Runtime(format!("{name}: {error}")))?,
            signal = signals.next() => Signals::hand_on(signal, id),
        }
    };
    let code = code(status);
    let failure = (code != 0).then(|| status.to_string());
    let ended = Ended { program: &name, took: began.elapsed(), failure };
    let told = tokio::select! {
        told = tell(args, &server, &ended, verification) => told,
        // A verification may wait for long, and there is no command any more that could decide what this means.
        signal = signals.next() => return Ok(if code == 0 { KILLED + signal } else { code }),
    };
    // What went wrong with the report does not hide what went wrong with the command.
    match (code, told) {
        (0, Ok(true)) => Ok(0),
        (0, Ok(false)) => Ok(UNMET),
        (0, Err(failure)) => Err(failure),
        (code, told) => {
            if let Err(failure) = told {
                output::say(&format!("vchatcloud-mock: {failure}\n"));
            }
            Ok(code)
        }
    }
}

/// The mock, and a key and a token for the command.
fn start(args: &ExecArgs) -> Result<(MockServer, (String, String)), Failure> {
    settings::warn_of_misspelt_variables();
    let config = Config {
        host: Host::Address(std::net::Ipv4Addr::LOCALHOST.into()),
        port: 0,
        port_file: None,
        settings: settings::read(&args.emulator)?,
        state: None,
        access: Access::default(),
        tls: args.tls.asked_for()?,
        timeouts: Timeouts::default(),
    };
    let (server, emulator) = MockServer::launch(config, None)?;
    Ok((server, credentials(&emulator)?))
}

/// Those of the fixtures' first account that has a token; otherwise a token is issued.
fn credentials(emulator: &Emulator) -> Result<(String, String), Failure> {
    let accounts = &emulator.settings().fixtures.accounts;
    let pair = accounts.iter().find_map(|(key, account)| Some((key, account.tokens.first()?)));
    if let Some((key, token)) = pair {
        return Ok((key.as_str().to_owned(), token.as_str().to_owned()));
    }
    let key = accounts.keys().next().cloned().map_or_else(|| KEY.parse::<ApiKey>(), Ok);
    let key = key.map_err(|error| Failure::Runtime(error.0))?;
    let account = emulator.authenticate_key(&key);
    let account = account.map_err(|_| Failure::Usage("--auth strict: no fixture has an account for the command".to_owned()))?;
    Ok((key.as_str().to_owned(), emulator.issue_token(&account)))
}

/// Where a proxy is configured, the command's calls of this machine must not go to it.
fn proxies_spare_loopback() -> impl Iterator<Item = (&'static str, String)> {
    const LOOPBACK: &str = "127.0.0.1,localhost";
    let has_proxy =
        ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].iter().any(|name| env::var_os(name).is_some());
    let spared = |name: &str| {
        env::var(name).ok().filter(|spared| !spared.is_empty()).map_or(LOOPBACK.to_owned(), |spared| format!("{spared},{LOOPBACK}"))
    };
    ["no_proxy", "NO_PROXY"].into_iter().filter(move |_| has_proxy).map(move |name| (name, spared(name)))
}

/// Says what happened, and whether it is what was expected.
async fn tell(args: &ExecArgs, server: &MockServer, ended: &Ended<'_>, verification: Option<&Verification>) -> Result<bool, Failure> {
    let account = account(server, key(&args.report)?.as_ref());
    let unmet = match verification {
        Some(verification) => Some(checks::judge(&account, verification).await?),
        None => None,
    };
    let verdict = unmet.as_ref().map(|unmet| format!("{unmet}\n"));
    output::say(&format!(
        "{}{}",
        summary::of(&account, args.emulator.journal_entries > 0 && args.emulator.journal_bytes > 0).await?,
        verdict.unwrap_or_default()
    ));
    if let Some(path) = &args.report.junit {
        junit::write(path, Some(ended), verification.zip(unmet.as_ref().map(|unmet| &unmet.verdict)))?;
    }
    Ok(unmet.is_none_or(|unmet| unmet.verdict == Verdict::Passed))
}

/// The account that a report is about.
pub fn key(args: &ReportArgs) -> Result<Option<ApiKey>, Failure> {
    args.api_key.as_ref().map(|key| key.read("--api-key")).transpose()
}

/// The handle on it, or on all.
pub fn account(server: &MockServer, key: Option<&ApiKey>) -> Account {
    key.map_or_else(|| server.all_accounts(), |key| server.account(key.as_str()))
}

/// As shells do: 127 for a command that is not there, 126 for one that cannot be run.
fn not_started(name: &str, error: &io::Error) -> Failure {
    let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    Failure::NotStarted(code, format!("exec: cannot start \"{name}\": {error}"))
}

/// The code of a command.
#[cfg(unix)]
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| i32::from(KILLED) + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}
