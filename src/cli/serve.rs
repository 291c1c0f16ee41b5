//! `serve`: load, bind, say ready, answer, stop.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::Failure;
use super::args::{self, DEFAULT_PORT, FIXTURES_JSON, LogFormat, PortArg, ServeArgs};
use super::log;
use crate::admin::AllowedHosts;
use crate::domain::text;
use crate::emulator::{AuthMode, Emulator, Settings};
use crate::fixture::{self, Source};
use crate::server::{App, Host, Server};

/// Read when it exists and nothing else is named: a place to mount fixtures into an image.
const MOUNTED: &str = "/fixtures";
/// More threads than this do not make a mock faster, and each costs memory.
const MAX_THREADS: usize = 4;

pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    let _lines = log::start(args.log_format, args.quiet);
    if args.listen.port == Some(PortArg::ServiceLink) {
        tracing::warn!("VCHATCLOUD_MOCK_PORT is a Kubernetes service link and was ignored, the port is {DEFAULT_PORT}");
    }
    warn_of_misspelt_variables();
    let allowed = AllowedHosts::new(&args.allowed_hosts).map_err(|error| Failure::Usage(format!("--allowed-hosts: {error}")))?;
    let emulator = Emulator::new(Settings {
        auth: args.auth,
        error_status: args.error_status,
        token_ttl: args.token_ttl,
        seed: args.seed,
        clock: args.clock,
        fixtures: fixture::load(&sources(args)?)?,
    });
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Runtime(format!("threads: {error}")))?;
    // Connections need descriptors. A limit that cannot be raised is as good as it is.
    drop(rlimit::increase_nofile_limit(u64::MAX));
    let result = runtime.block_on(serve(args, emulator, allowed));
    runtime.shutdown_background();
    result
}

async fn serve(args: &ServeArgs, emulator: Emulator, allowed: AllowedHosts) -> Result<(), Failure> {
    // Before the first connection can come in: a stop must never find the default handler, least of all as process 1.
    let stop = stop_signal()?;
    let server = Server::bind(&args.listen.host, args.listen.given_port().unwrap_or(DEFAULT_PORT)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::AddressInUse(error),
        _ => Failure::Runtime(format!("cannot listen on {error}")),
    })?;
    if let Some(file) = &args.listen.port_file {
        write_port(file, server.port()).map_err(|error| Failure::Runtime(format!("--port-file: {}: {error}", file.display())))?;
    }
    let url = url(&args.listen.host, server.port());
    let app = App::new(emulator.clone(), allowed);
    announce(args, &url, &emulator);
    server.serve(app, stop).await;
    Ok(())
}

/// A variable that is nearly one of ours is a mistake. Others with our prefix are not: Kubernetes sets some of its own.
fn warn_of_misspelt_variables() {
    let known = args::variables();
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if !name.starts_with(args::PREFIX) || known.iter().any(|known| *known == name) {
            continue;
        }
        let (rest, mut rests) = (&name[args::PREFIX.len()..], known.iter().map(|known| &known[args::PREFIX.len()..]));
        if let Some(meant) = text::did_you_mean(rest, &mut rests) {
            tracing::warn!("unknown variable {name} was ignored, did you mean {}{meant}", args::PREFIX);
        }
    }
}

fn sources(args: &ServeArgs) -> Result<Vec<Source>, Failure> {
    let split = |paths: &OsString| env::split_paths(paths).collect::<Vec<PathBuf>>();
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

/// Readers see the whole port or no file.
fn write_port(file: &Path, port: u16) -> io::Result<()> {
    let mut name = file.file_name().map(OsString::from).unwrap_or_default();
    name.push(".tmp");
    let written = file.with_file_name(name);
    fs::write(&written, format!("{port}\n"))?;
    fs::rename(&written, file)
}

/// One line on stdout for programs, a few on stderr for people. Nobody has to read either.
fn announce(args: &ServeArgs, url: &str, emulator: &Emulator) {
    let version = env!("CARGO_PKG_VERSION");
    let ready = match args.log_format {
        LogFormat::Pretty => format!("ready url={url} version={version}\n"),
        LogFormat::Json => serde_json::json!({ "event": "ready", "url": url, "version": version }).to_string() + "\n",
    };
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout.write_all(ready.as_bytes()).and_then(|()| stdout.flush()) {
        tracing::warn!("stdout: {error}");
    }
    if !args.quiet && args.log_format == LogFormat::Pretty {
        drop(io::stderr().write_all(banner(url, version, emulator).as_bytes()));
    }
}

fn banner(url: &str, version: &str, emulator: &Emulator) -> String {
    let settings = emulator.settings();
    let (key, token) = settings.fixtures.pair_to_try();
    let others = match settings.auth {
        AuthMode::Open => "any other pair works too, each key is an account of its own",
        AuthMode::Strict => "--auth strict: only the fixture's keys and their tokens work",
    };
    format!(
        "vchatcloud-mock {version} on {url}\n\
         API_KEY {key}, X-AUTH-TOKEN {token} ({others})\n\
         curl -H 'API_KEY: {key}' -H 'X-AUTH-TOKEN: {token}' {url}/openapi/v2/rooms\n"
    )
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
