//! The command line: parses, runs, and turns failures into exit codes.

mod args;
mod check;
mod healthcheck;
mod log;
mod output;
mod serve;
mod settings;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::args::{Cli, Command};
use crate::admin;
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
        }
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    let cli = Cli::parse_from(args::with_default_command(std::env::args_os()));
    let result = match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Check { paths } => check::run(&paths),
        Command::Openapi { admin: false } => print(openapi::CONTRACT),
        Command::Openapi { admin: true } => print(admin::openapi::DOCUMENT),
        Command::Healthcheck(args) => healthcheck::run(&args),
        Command::Completions { shell } => completions(shell),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A fixture's problems start with their file, as compilers' do.
            let name = if matches!(failure, Failure::BadFixture(_)) { "" } else { "vchatcloud-mock: " };
            output::last_words(format!("{name}{failure}\n"));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Data goes to stdout. A reader that has gone away is a failure like any other, not a panic.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| Failure::Runtime(format!("stdout: {error}")))
}
