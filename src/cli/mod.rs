//! The command line: parses, runs, and turns failures into exit codes.

mod args;
mod ca;
mod check;
mod checks;
#[cfg(feature = "drift")]
mod drift;
mod exec;
mod healthcheck;
mod junit;
mod log;
mod output;
mod panics;
mod serve;
mod settings;
mod signals;
mod summary;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::args::{Cli, Command};
use crate::admin;
use crate::client;
use crate::domain::{secret, text};
use crate::fixture::Problems;
use crate::http::openapi;
use crate::launch::LaunchError;

/// Why a command did not do what it should. Each kind has an exit code of its own.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server runs and is not well, or something failed on the way.
    #[error("{0}")]
    Runtime(String),
    /// Arguments that no parser can judge alone.
    #[error("{0}")]
    Usage(String),
    /// A fixture has problems: one a line, so that editors find them.
    #[error(transparent)]
    BadFixture(#[from] Problems),
    /// Somebody else listens there.
    #[error("{0}")]
    AddressInUse(String),
    /// Nobody answers there.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// A command could not be started, with the exit code that shells have for that.
    #[error("{1}")]
    NotStarted(u8, String),
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        match error {
            client::Error::Unreachable { server, error } => Failure::Unreachable(format!("{server}: {error}")),
            client::Error::BadUrl(_) => Failure::Usage(format!("--url: {error}")),
            error => Failure::Runtime(error.to_string()),
        }
    }
}

impl From<LaunchError> for Failure {
    fn from(error: LaunchError) -> Self {
        match error {
            LaunchError::Usage(what) => Failure::Usage(what),
            LaunchError::BadFixture(problems) => Failure::BadFixture(problems),
            LaunchError::AddressInUse(_) => Failure::AddressInUse(error.to_string()),
            LaunchError::Runtime(what) => Failure::Runtime(what),
        }
    }
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Failure::Runtime(_) => 1,
            Failure::Usage(_) => 2,
            Failure::BadFixture(_) => 3,
            Failure::AddressInUse(_) => 4,
            Failure::Unreachable(_) => 69,
            Failure::NotStarted(code, _) => *code,
        }
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    panics::tell();
    let cli = match Cli::try_parse_from(args::with_default_command(args)) {
        Ok(cli) => cli,
        // What was mistaken for an argument may be a credential.
        Err(error) if error.use_stderr() => {
            output::last_words(secret::scrubbed(&error.to_string()).into_owned());
            return ExitCode::from(Failure::Usage(String::new()).exit_code());
        }
        Err(help) => help.exit(),
    };
    let result = match cli.command {
        Command::Exec(args) => return finish(exec::run(&args)),
        Command::Verify(args) => return finish(verify::run(&args)),
        #[cfg(feature = "drift")]
        Command::Drift(args) => return finish(drift::run(&args)),
        Command::Serve(args) => serve::run(&args),
        Command::Check { paths } => check::run(&paths),
        Command::Openapi { admin: false } => print(openapi::CONTRACT),
        Command::Openapi { admin: true } => print(admin::openapi::DOCUMENT),
        Command::Healthcheck(args) => healthcheck::run(&args),
        Command::Ca(args) => ca::run(&args),
        Command::Completions { shell } => completions(shell),
        Command::Man { command } => man(command.as_deref()),
    };
    finish(result.map(|()| 0))
}

/// What a failure says, and the code of the program.
fn finish(result: Result<u8, Failure>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // A fixture's problems start with their file, as compilers' do.
            let name = if matches!(failure, Failure::BadFixture(_)) { "" } else { "vchatcloud-mock: " };
            output::last_words(format!("{name}{failure}\n"));
            ExitCode::from(failure.exit_code())
        }
    }
}

/// For commands that talk to a server.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Runtime(format!("runtime: {error}")))?;
    let result = runtime.block_on(future);
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    result
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8_lossy(&script))
}

fn man(name: Option<&str>) -> Result<(), Failure> {
    let program = Cli::command();
    let command = match name {
        None => program,
        Some(name) => {
            let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let unknown = || Failure::Usage(format!("man: must be {}, got \"{}\"", text::either(&names), text::short(name)));
            let command = program.find_subcommand(name).cloned().ok_or_else(unknown)?;
            command.bin_name(format!("{} {name}", program.get_name())).display_name(format!("{}-{name}", program.get_name()))
        }
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| Failure::Runtime(format!("manual page: {error}")))?;
    print(&String::from_utf8_lossy(&page))
}

/// Data goes to stdout. A reader that has gone away is a failure like any other, not a panic.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| Failure::Runtime(format!("stdout: {error}")))
}
