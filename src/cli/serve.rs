//! `serve`: load, bind, say ready, answer, stop.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::Failure;
use super::args::{self, DEFAULT_PORT, FIXTURES_JSON, LogFormat, PortArg, ServeArgs};
use super::file::replace;
use super::log;
use super::output::Lines;
use super::state::StateFile;
use crate::admin::{Access, AllowedHosts};
use crate::domain::text;
use crate::emulator::{AuthMode, Emulator, Settings};
use crate::fixture::{self, Source};
use crate::journal::Limits;
use crate::server::{self, App, Host, Server};

/// Read when it exists and nothing else is named: a place to mount fixtures into an image.
const MOUNTED: &str = "/fixtures";
/// More threads than this do not make a mock faster, and each costs memory.
const MAX_THREADS: usize = 4;
/// How long a stop waits for the workers. With the last log lines it stays under the 200 ms that we promise.
const LAST_CALL: Duration = Duration::from_millis(130);

/// Two runtimes: the main thread only listens for signals, so that a stop is at once whatever the workers are doing.
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::Runtime(format!("threads: {error}"));
    let signals = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    // Before anything that takes time: as process 1 nobody else would take the signal.
    let stop = signals.block_on(async { stop_signal() })?;
    let lines = log::start(args.log_format, args.quiet);
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS));
    let workers = Builder::new_multi_thread().worker_threads(threads).enable_all().build().map_err(failed)?;
    let result = signals.block_on(async {
        let mut stop = pin!(stop);
        let owned = args.clone();
        let started = workers.spawn(async move { start(&owned) });
        let Started { server, app, url, state } = tokio::select! {
            () = &mut stop => return Ok(()),
            started = started => started.map_err(|error| Failure::Runtime(error.to_string()))??,
        };
        announce(args, &url, &app, &lines);
        let (ask, asked) = oneshot::channel::<()>();
        if let Some((file, emulator)) = state.clone() {
            workers.spawn(async move { file.follow(&emulator).await });
        }
        let mut serving = workers.spawn(server.serve(app, async { drop(asked.await) }));
        tokio::select! {
            () = &mut stop => drop(ask),
            ended = &mut serving => return Err(Failure::Runtime(format!("the server ended by itself: {ended:?}"))),
        }
        // The server keeps its own time; this is for workers that are too busy to notice.
        drop(tokio::time::timeout(LAST_CALL, serving).await);
        if let Some((file, emulator)) = state {
            file.save(&emulator);
        }
        Ok(())
    });
    workers.shutdown_background();
    result
}

/// A server that is bound, and what goes with it.
struct Started {
    server: Server,
    app: App,
    url: String,
    state: Option<(Arc<StateFile>, Emulator)>,
}

/// Everything from arguments to a bound socket. Runs in a worker, whose sockets they become.
fn start(args: &ServeArgs) -> Result<Started, Failure> {
    if args.listen.port == Some(PortArg::ServiceLink) {
        tracing::warn!("VCHATCLOUD_MOCK_PORT is a Kubernetes service link and was ignored, the port is {DEFAULT_PORT}");
    }
    warn_of_misspelt_variables();
    let hosts = AllowedHosts::new(&args.allowed_hosts).map_err(|error| Failure::Usage(format!("--allowed-hosts: {error}")))?;
    let access = Access { hosts, token: args.admin_token.clone() };
    let emulator = Emulator::new(Settings {
        auth: args.auth,
        error_status: args.error_status,
        token_ttl: args.token_ttl,
        seed: args.seed,
        clock: args.clock,
        fixtures: fixture::load(&sources(args)?)?,
        journal: Limits { entries: args.journal_entries, bytes: args.journal_bytes },
        fault_header: args.fault_header,
    });
    let state = args.state.as_ref().map(|path| StateFile::open(path, &emulator)).transpose()?;
    // Connections need descriptors. A limit that cannot be raised is as good as it is.
    drop(rlimit::increase_nofile_limit(u64::MAX));
    let server = Server::bind(&args.listen.host, args.listen.given_port().unwrap_or(DEFAULT_PORT)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::AddressInUse(error),
        _ => Failure::Runtime(format!("cannot listen on {error}")),
    })?;
    if let Some(file) = &args.listen.port_file {
        replace(file, &format!("{}\n", server.port()), 0o644)
            .map_err(|error| Failure::Runtime(format!("--port-file: {}: {error}", file.display())))?;
    }
    let url = url(&args.listen.host, server.port());
    Ok(Started { server, app: App::new(emulator.clone(), access), url, state: state.map(|file| (Arc::new(file), emulator)) })
}

/// A variable that is nearly one of ours is a mistake. Others with our prefix are not: Kubernetes sets some of its own.
fn warn_of_misspelt_variables() {
    let names = env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    let ours: Vec<String> = names.filter(|name| name.starts_with(args::PREFIX)).collect();
    // Mostly there are none, and then the list of the known ones need not be made.
    let known = if ours.is_empty() { Vec::new() } else { args::variables() };
    for name in ours.iter().filter(|name| !known.contains(name)) {
        let rest = |name: &'_ str| name[args::PREFIX.len()..].to_owned();
        let rests: Vec<String> = known.iter().map(|known| rest(known)).collect();
        if let Some(meant) = text::did_you_mean(&rest(name), rests.iter().map(String::as_str)) {
            tracing::warn!("unknown variable {name} was ignored, did you mean {}{meant}", args::PREFIX);
        }
    }
}

fn sources(args: &ServeArgs) -> Result<Vec<Source>, Failure> {
    // A path that is there is meant as it stands, even with a separator in it.
    let split =
        |paths: &OsString| if Path::new(paths).exists() { vec![paths.into()] } else { env::split_paths(paths).collect::<Vec<PathBuf>>() };
    if args.fixtures.iter().any(|path| path.is_empty()) {
        return Err(Failure::Usage("--fixtures: must not be empty".to_owned()));
    }
    let mut sources: Vec<Source> = args.fixtures.iter().flat_map(split).map(Source::Path).collect();
    match env::var(FIXTURES_JSON) {
        Ok(text) => sources.push(Source::Inline { name: FIXTURES_JSON.to_owned(), text }),
        Err(env::VarError::NotPresent) => {}
        Err(env::VarError::NotUnicode(_)) => return Err(Failure::Usage(format!("{FIXTURES_JSON}: must be UTF-8"))),
    }
    if !sources.is_empty() {
        return Ok(sources);
    }
    let mounted = Path::new(MOUNTED);
    if mounted.exists() {
        return Ok(vec![Source::Path(mounted.to_owned())]);
    }
    Ok(vec![Source::inline("demo", fixture::DEMO)])
}

/// The URL for a program on this machine.
fn url(host: &Host, port: u16) -> String {
    let address = host.reachable().into_iter().next().map_or_else(|| "127.0.0.1".to_owned(), bracketed);
    format!("http://{address}:{port}")
}

fn bracketed(address: std::net::IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}

/// One line on stdout for programs, a few on stderr for people. Nobody has to read either, so neither is waited for.
fn announce(args: &ServeArgs, url: &str, app: &App, lines: &Lines) {
    let version = env!("CARGO_PKG_VERSION");
    let ready = match args.log_format {
        LogFormat::Pretty => format!("ready url={url} version={version}\n"),
        LogFormat::Json => serde_json::json!({ "event": "ready", "url": url, "version": version }).to_string() + "\n",
    };
    lines.ready(ready);
    if !args.quiet && args.log_format == LogFormat::Pretty {
        lines.banner(banner(url, version, app.settings()));
    }
}

fn banner(url: &str, version: &str, settings: &Settings) -> String {
    let pair = settings.pair_to_try().map(|(key, token)| format!("API_KEY {key}, X-AUTH-TOKEN {token}; "));
    let rule = match settings.auth {
        AuthMode::Open => "any key and token will do, each key is an account of its own",
        AuthMode::Strict => "--auth strict: only keys of the fixtures and their tokens will do",
    };
    format!("vchatcloud-mock {version} on {url}\n{}{rule}\n{}\n", pair.unwrap_or_default(), server::first_call(settings, url))
}

#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let install = |kind| signal(kind).map_err(|error| Failure::Runtime(format!("signal handler: {error}")));
    let (mut term, mut int) = (install(SignalKind::terminate())?, install(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
