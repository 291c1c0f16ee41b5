//! `serve`: load, bind, say ready, answer, stop.

use std::io;
use std::pin::pin;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::args::{LogFormat, PortArg, ServeArgs, TlsArgs};
use super::output::Lines;
use super::{Failure, log, settings, signals};
use crate::admin::{self, Access, AllowedHosts};
use crate::emulator::{AuthMode, Settings};
use crate::launch::{Config, DEFAULT_PORT, Launched};
use crate::server::{self, App, Timeouts};

/// More threads than this do not make a mock faster, and each costs memory.
const MAX_THREADS: usize = 4;
/// How long a stop waits for the workers. With the last log lines it stays under the 200 ms that we promise.
const LAST_CALL: Duration = Duration::from_millis(130);

/// Two runtimes: the main thread only listens for signals, so that a stop is at once whatever the workers are doing.
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::Runtime(format!("threads: {error}"));
    let signals = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    // Before anything that takes time: as process 1 nobody else would take the signal.
    let stop = signals.block_on(async { signals::stop() })?;
    let lines = log::start(args.log_format, args.quiet);
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS));
    let workers = Builder::new_multi_thread().worker_threads(threads).enable_all().build().map_err(failed)?;
    let result = signals.block_on(async {
        let mut stop = pin!(stop);
        let owned = args.clone();
        let started = workers.spawn(async move { launch(&owned) });
        let Launched { server, app, url, state } = tokio::select! {
            () = &mut stop => return Ok(()),
            started = started => started.map_err(|error| Failure::Runtime(error.to_string()))??,
        };
        announce(args, &url, &app, &lines);
        let listeners = server.listeners();
        let (ask, asked) = oneshot::channel::<()>();
        let state = state.map(|file| (file, app.emulator().clone()));
        if let Some((file, emulator)) = state.clone() {
            workers.spawn(file.follow(emulator));
        }
        let mut serving = workers.spawn(server.serve(app, async { drop(asked.await) }));
        tokio::select! {
            () = &mut stop => drop(ask),
            ended = &mut serving => return Err(Failure::Runtime(format!("the server ended by itself: {ended:?}"))),
        }
        // The server keeps its own time; this is for workers that are too busy to notice.
        drop(tokio::time::timeout(LAST_CALL, serving).await);
        // Nobody may be told of what the state does not have.
        listeners.silence();
        if let Some((file, emulator)) = state {
            file.close(&emulator).map_err(Failure::Runtime)?;
        }
        Ok(())
    });
    workers.shutdown_background();
    result
}

/// Everything from arguments to a bound socket. Runs in a worker, whose sockets they become.
fn launch(args: &ServeArgs) -> Result<Launched, Failure> {
    if args.listen.port == Some(PortArg::ServiceLink) {
        tracing::warn!("VCHATCLOUD_MOCK_PORT is a Kubernetes service link and was ignored, the port is {DEFAULT_PORT}");
    }
    settings::warn_of_misspelt_variables();
    let hosts = AllowedHosts::new(&args.allowed_hosts).map_err(|error| Failure::Usage(format!("--allowed-hosts: {error}")))?;
    let config = Config {
        host: args.listen.host.clone(),
        port: args.listen.given_port().unwrap_or(DEFAULT_PORT),
        port_file: args.listen.port_file.clone(),
        settings: settings::read(&args.emulator)?,
        state: args.state.clone(),
        access: Access { hosts, token: args.admin_token.as_ref().map(|token| token.read("--admin-token")).transpose()? },
        tls: args.tls.asked_for()?,
        timeouts: Timeouts { header: args.header_timeout, body: args.body_timeout },
    };
    Ok(config.launch()?)
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
        lines.banner(banner(url, version, app.settings()) + &https(&args.tls, url));
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

/// What people need to call it by https.
fn https(args: &TlsArgs, url: &str) -> String {
    let file = args.tls_dir.as_ref().map(|directory| format!(", or {}", directory.join("ca.pem").display())).unwrap_or_default();
    if args.tls { format!("https on the same port; the CA to trust is {url}{}{file}\n", admin::CA) } else { String::new() }
}
