//! Flags and environment variables. Every flag has a variable `VCHATCLOUD_MOCK_*`; the flag wins.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::Failure;
use crate::clock::ClockMode;
use crate::domain::field::Invalid;
use crate::emulator::{AuthMode, ErrorStatus, checked_ttl};
use crate::journal::Limits;
use crate::launch::{DEFAULT_PORT, Tls};
use crate::server::{Host, checked_timeout};

/// The one variable without a flag.
pub const FIXTURES_JSON: &str = "VCHATCLOUD_MOCK_FIXTURES_JSON";

const AFTER_HELP: &str = "\
serve and exec also read a whole fixture from the variable VCHATCLOUD_MOCK_FIXTURES_JSON: the JSON itself, not a path

Exit codes: 0 fine, or stopped by SIGTERM or SIGINT; 1 runtime failure, or unhealthy; 2 usage; 3 bad fixture, checks file or \
capture; 4 address in use; 5 verification failed, or drifted; 69 unreachable. exec has its command's; 128 + n if signal n killed it, 127 and 126 if it \
could not be started";

/// An offline mock server of the VChatCloud chat-room API.
///
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "vchatcloud-mock", version, flatten_help = true, max_term_width = 120, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API until SIGTERM or SIGINT (the default)
    Serve(Box<ServeArgs>),
    /// Report every problem of fixture files, then exit with 3 if there was one
    Check {
        /// Files, or directories of *.json
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Run a command against a mock of its own, and exit with its code
    ///
    /// The command finds the mock in VCHATCLOUD_BASE_URL and VCHATCLOUD_MOCK_URL, and credentials in VCHATCLOUD_API_KEY and
    /// VCHATCLOUD_TOKEN.
    Exec(Box<ExecArgs>),
    /// Judge what a running server was called with, and exit with 5 if that is not what a file says
    Verify(VerifyArgs),
    /// Tell where the mock and the real service differ in shape, and exit with 5 if they do
    ///
    /// Asks the service at --real, with the API key in VCHATCLOUD_REAL_API_KEY, or reads what a browser has captured. Only reads are
    /// sent unless --allow-writes is given.
    #[cfg(feature = "drift")]
    Drift(DriftArgs),
    /// Print the OpenAPI document of the emulated API
    Openapi {
        /// That of the control plane instead
        #[arg(long)]
        admin: bool,
    },
    /// Exit with 0 if a server is healthy, 1 if it is not, 69 if nobody answers
    Healthcheck(HealthcheckArgs),
    /// Print the certificate of the CA that --tls goes by, from its directory or else from a running server
    Ca(CaArgs),
    /// Print a completion script
    Completions { shell: clap_complete::Shell },
    /// Print the manual page, of the program or of a command
    Man { command: Option<String> },
}

/// Where the server listens, and where a health check looks for it.
#[derive(Debug, Clone, Args)]
pub struct ListenArgs {
    /// localhost (127.0.0.1 and ::1), all (every interface), or an IP address
    #[arg(long, env = "VCHATCLOUD_MOCK_HOST", default_value_t = Host::Localhost)]
    pub host: Host,
    /// The port; 0 picks a free one [default: 4280]
    #[arg(long, env = "VCHATCLOUD_MOCK_PORT")]
    pub port: Option<PortArg>,
    /// A file with the port: the server writes it once it is bound, a health check without --port reads it
    #[arg(long, env = "VCHATCLOUD_MOCK_PORT_FILE", value_name = "PATH")]
    pub port_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub listen: ListenArgs,
    #[command(flatten)]
    pub emulator: EmulatorArgs,
    #[command(flatten)]
    pub tls: TlsArgs,
    /// A file with the state: read at start if it exists, written within a second of a change and at the stop
    #[arg(long, env = "VCHATCLOUD_MOCK_STATE", value_name = "PATH")]
    pub state: Option<PathBuf>,
    /// Demanded of every call of /__admin but health and ca.pem, as Authorization: Bearer TOKEN
    #[arg(long, env = "VCHATCLOUD_MOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<Secret>,
    /// More host names under which /__admin may be called, separated by commas
    #[arg(long, env = "VCHATCLOUD_MOCK_ALLOWED_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub allowed_hosts: Vec<String>,
    /// How long the head of a request may take, and a connection be idle
    #[arg(long, env = "VCHATCLOUD_MOCK_HEADER_TIMEOUT", value_name = "DURATION", default_value = "75s", value_parser = parse_timeout)]
    pub header_timeout: Duration,
    /// How long the body of a request may take, and a client take nothing of an answer that is there
    #[arg(long, env = "VCHATCLOUD_MOCK_BODY_TIMEOUT", value_name = "DURATION", default_value = "75s", value_parser = parse_timeout)]
    pub body_timeout: Duration,
    /// How to log, and how to say that the server is ready
    #[arg(long, env = "VCHATCLOUD_MOCK_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// No banner and no line per request
    #[arg(long, env = "VCHATCLOUD_MOCK_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
}

/// What the emulator is like.
#[derive(Debug, Clone, Args)]
pub struct EmulatorArgs {
    /// What accounts start with: files or directories of *.json, later ones win; several in the variable are separated as in PATH
    #[arg(long, env = "VCHATCLOUD_MOCK_FIXTURES", value_name = "PATH")]
    pub fixtures: Vec<OsString>,
    /// Which keys and tokens pass
    #[arg(long, env = "VCHATCLOUD_MOCK_AUTH", value_enum, default_value_t)]
    pub auth: AuthMode,
    /// How long an issued token is valid, such as 5h or 90s
    #[arg(long, env = "VCHATCLOUD_MOCK_TOKEN_TTL", value_name = "DURATION", default_value = "5h", value_parser = parse_ttl)]
    pub token_ttl: Duration,
    /// The HTTP status of refusals
    #[arg(long, env = "VCHATCLOUD_MOCK_ERROR_STATUS", value_enum, default_value_t)]
    pub error_status: ErrorStatus,
    /// Makes roomIds and signing keys repeat from run to run
    #[arg(long, env = "VCHATCLOUD_MOCK_SEED", value_name = "NUMBER", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// system, frozen:<RFC 3339>, start:<RFC 3339> or offset:<duration> such as offset:-5h
    #[arg(long, env = "VCHATCLOUD_MOCK_CLOCK", default_value = "system", value_parser = parse_clock)]
    pub clock: ClockMode,
    /// How many exchanges the journal keeps per account; 0 turns it off
    #[arg(long, env = "VCHATCLOUD_MOCK_JOURNAL_ENTRIES", value_name = "NUMBER", default_value_t = Limits::default().entries)]
    pub journal_entries: usize,
    /// How many bytes the journal keeps in all; 0 turns it off
    #[arg(long, env = "VCHATCLOUD_MOCK_JOURNAL_BYTES", value_name = "NUMBER", default_value_t = Limits::default().bytes)]
    pub journal_bytes: usize,
    /// Whether a request may ask for a fault with X-Mock-Fault
    #[arg(long, env = "VCHATCLOUD_MOCK_FAULT_HEADER", value_name = "BOOL", default_value_t = true, action = ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    pub fault_header: bool,
}

#[derive(Debug, Clone, Args)]
pub struct ExecArgs {
    #[command(flatten)]
    pub emulator: EmulatorArgs,
    #[command(flatten)]
    pub tls: TlsArgs,
    /// What must have been called when the command is done, as POST /__admin/verify takes it
    #[arg(long, env = "VCHATCLOUD_MOCK_VERIFY", value_name = "FILE")]
    pub verify: Option<PathBuf>,
    #[command(flatten)]
    pub report: ReportArgs,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// What must have been called, as POST /__admin/verify takes it; - is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The server
    #[arg(long, env = "VCHATCLOUD_MOCK_URL", default_value_t = format!("http://127.0.0.1:{DEFAULT_PORT}"))]
    pub url: String,
    /// What the server was started with
    #[arg(long, env = "VCHATCLOUD_MOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<Secret>,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What is judged, and where the verdict goes.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Judge this account alone, instead of all
    #[arg(long, env = "VCHATCLOUD_MOCK_API_KEY", value_name = "KEY", hide_env_values = true)]
    pub api_key: Option<Secret>,
    /// A file to write the verdict to, as JUnit XML
    #[arg(long, env = "VCHATCLOUD_MOCK_JUNIT", value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// HTTPS.
#[derive(Debug, Clone, Args)]
pub struct TlsArgs {
    /// HTTPS beside HTTP on the same port, with a certificate of a CA of its own for vchatcloud.com and localhost
    #[arg(long, env = "VCHATCLOUD_MOCK_TLS", value_parser = BoolishValueParser::new())]
    pub tls: bool,
    /// One more name that the certificate is for, or several, separated by commas: DNS names and IP addresses
    #[arg(long = "tls-name", env = "VCHATCLOUD_MOCK_TLS_NAME", value_name = "NAME", value_delimiter = ',')]
    pub tls_names: Vec<String>,
    /// Where the CA is kept, as ca.pem and ca-key.pem; if there is none, it is made
    #[arg(long, env = "VCHATCLOUD_MOCK_TLS_DIR", value_name = "DIR")]
    pub tls_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CaArgs {
    /// The directory of the CA; if there is none in it, it is made
    #[arg(long, env = "VCHATCLOUD_MOCK_TLS_DIR", value_name = "DIR")]
    pub tls_dir: Option<PathBuf>,
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The server, instead of host and port
    #[arg(long, env = "VCHATCLOUD_MOCK_URL")]
    pub url: Option<String>,
}

#[derive(Debug, Args)]
pub struct HealthcheckArgs {
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Wait until the server is healthy
    #[arg(long, env = "VCHATCLOUD_MOCK_WAIT", value_parser = BoolishValueParser::new())]
    pub wait: bool,
    /// How long to try
    #[arg(long, env = "VCHATCLOUD_MOCK_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub timeout: Duration,
    /// The server, instead of host and port
    #[arg(long, env = "VCHATCLOUD_MOCK_URL")]
    pub url: Option<String>,
}

#[cfg(feature = "drift")]
#[derive(Debug, Args)]
pub struct DriftArgs {
    /// The real service, such as https://vchatcloud.com
    #[arg(long, env = "VCHATCLOUD_MOCK_REAL", value_name = "URL")]
    pub real: Option<String>,
    /// Instead of it, a capture of its answers: HAR, as browsers export it
    #[arg(long, env = "VCHATCLOUD_MOCK_HAR", value_name = "FILE")]
    pub har: Option<PathBuf>,
    /// Also make a room there, modify it and destroy it
    #[arg(long, env = "VCHATCLOUD_MOCK_ALLOW_WRITES", value_parser = BoolishValueParser::new())]
    pub allow_writes: bool,
    /// One more CA to trust, in PEM
    #[arg(long, env = "VCHATCLOUD_MOCK_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// How long one call may take
    #[arg(long, env = "VCHATCLOUD_MOCK_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// for people
    #[default]
    Pretty,
    /// one JSON object a line
    Json,
}

/// A text that no message may repeat. So it is read when the parser, which repeats what it refuses, is done.
#[derive(Clone)]
pub struct Secret(String);

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Secret(text.to_owned()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// What it says, by the rules of a type.
    pub fn read<T: std::str::FromStr<Err = Invalid>>(&self, flag: &str) -> Result<T, Failure> {
        self.0.parse().map_err(|Invalid(what)| Failure::Usage(format!("{flag}: {what}")))
    }
}

/// A port, or what Kubernetes puts into `VCHATCLOUD_MOCK_PORT` of every pod beside a Service of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortArg {
    Port(u16),
    ServiceLink,
}

impl std::str::FromStr for PortArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("tcp://") {
            return Ok(PortArg::ServiceLink);
        }
        text.parse().map(PortArg::Port).map_err(|_| "must be a number, 0 to 65535")
    }
}

impl ListenArgs {
    /// The port that was asked for; `None` if it was not, or by Kubernetes only.
    pub fn given_port(&self) -> Option<u16> {
        match self.port {
            Some(PortArg::Port(port)) => Some(port),
            Some(PortArg::ServiceLink) | None => None,
        }
    }
}

impl TlsArgs {
    /// What was asked for; `None` is HTTP alone.
    ///
    /// # Errors
    /// Says which flag means nothing without another.
    pub fn asked_for(&self) -> Result<Option<Tls>, Failure> {
        let tls = Tls { names: self.tls_names.clone(), directory: self.tls_dir.clone() };
        match (self.tls, tls.names.is_empty(), &tls.directory) {
            (true, _, _) => Ok(Some(tls)),
            (false, true, None) => Ok(None),
            (false, false, _) => Err(Failure::Usage("--tls-name: needs --tls".to_owned())),
            (false, true, Some(_)) => Err(Failure::Usage("--tls-dir: needs --tls".to_owned())),
        }
    }
}

/// The name that every variable starts with.
pub const PREFIX: &str = "VCHATCLOUD_MOCK_";

/// Every variable that some command reads.
pub fn variables() -> Vec<String> {
    let commands = Cli::command();
    let args = commands.get_subcommands().flat_map(clap::Command::get_arguments);
    let flags = args.filter_map(|arg| arg.get_env().map(|name| name.to_string_lossy().into_owned()));
    flags.chain([FIXTURES_JSON.to_owned()]).collect()
}

/// Puts `serve` where no command stands, so that each command has its own flags and no other's.
pub fn with_default_command(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let first = args.get(1).map(|first| first.to_string_lossy());
    let is_flag = first.as_deref().is_none_or(|first| first.starts_with('-') && !["-h", "--help", "-V", "--version"].contains(&first));
    if is_flag {
        args.insert(1.min(args.len()), "serve".into());
    }
    args
}

fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "must be a duration such as 90s or 5h")
}

fn parse_ttl(text: &str) -> Result<Duration, String> {
    checked_ttl(parse_duration(text)?).map_err(|Invalid(what)| what)
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    checked_timeout(parse_duration(text)?).map_err(|Invalid(what)| what)
}

fn parse_clock(text: &str) -> Result<ClockMode, String> {
    text.parse().map_err(|Invalid(what)| what)
}
