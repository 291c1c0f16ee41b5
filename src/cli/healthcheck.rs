//! `healthcheck`: asks a server whether it is well. It needs no resolver for addresses, so that it works in an empty image.

use std::time::Duration;

use hyper::StatusCode;
use tokio::time::{Instant, sleep, timeout_at};

use super::Failure;
use super::args::{HealthcheckArgs, ListenArgs};
use crate::admin::HEALTH;
use crate::client::Error;
use crate::client::dial::Target;
use crate::domain::text;
use crate::launch::DEFAULT_PORT;

/// How long one attempt of several may take.
const ATTEMPT: Duration = Duration::from_secs(1);
/// How often a server that is not there yet is asked.
const PAUSE: Duration = Duration::from_millis(20);

/// Nobody waits longer than a year, and clocks have an end.
const LONGEST: Duration = Duration::from_hours(365 * 24);

pub fn run(args: &HealthcheckArgs) -> Result<(), Failure> {
    super::block_on(healthcheck(args))
}

async fn healthcheck(args: &HealthcheckArgs) -> Result<(), Failure> {
    let deadline = Instant::now() + args.timeout.min(LONGEST);
    loop {
        let asked = async { ask(&target(args)?).await };
        // One that is silent must not use up the time of the one to come.
        let patience = if args.wait { deadline.min(Instant::now() + ATTEMPT) } else { deadline };
        let failure = match timeout_at(patience, asked).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(usage @ Failure::Usage(_))) => return Err(usage),
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Unreachable("no answer in time".to_owned()),
        };
        if !args.wait || Instant::now() + PAUSE >= deadline {
            return Err(failure);
        }
        sleep(PAUSE).await;
    }
}

fn target(args: &HealthcheckArgs) -> Result<Target, Failure> {
    match &args.url {
        Some(url) => {
            Target::at(url).ok_or_else(|| Failure::Usage(format!("--url: must be http://HOST[:PORT], got \"{}\"", text::short(url))))
        }
        None => Ok(Target::here(&args.listen.host, port(&args.listen)?)),
    }
}

/// The port of a server started with the same flags: one that picked its port has written it down.
fn port(listen: &ListenArgs) -> Result<u16, Failure> {
    match (listen.given_port(), &listen.port_file) {
        (None | Some(0), Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|error| Failure::Unreachable(format!("{}: {error}", file.display())))?;
            text.trim().parse().map_err(|_| Failure::Unreachable(format!("{}: no port in it", file.display())))
        }
        (Some(0), None) => Err(Failure::Usage("--port 0 picks a port: say which with --port, --port-file or --url".to_owned())),
        (port, _) => Ok(port.unwrap_or(DEFAULT_PORT)),
    }
}

async fn ask(target: &Target) -> Result<(), Failure> {
    match target.get(HEALTH).await {
        Ok((StatusCode::OK, _)) => Ok(()),
        Ok((status, _)) => Err(Failure::Runtime(format!("unhealthy: {} answers {status}; is it another program", target.authority()))),
        Err(Error::Unreachable { server, error }) => Err(Failure::Unreachable(format!("{server}: {error}"))),
        Err(error) => Err(Failure::Runtime(format!("unhealthy: {error}"))),
    }
}

/// What a server answers to a GET.
pub fn fetch(args: &HealthcheckArgs, path: &str) -> Result<(StatusCode, String), Failure> {
    let fetched = async { Ok::<_, Failure>(target(args)?.get(path).await?) };
    super::block_on(async {
        let late = |_| Failure::Unreachable("no answer in time".to_owned());
        timeout_at(Instant::now() + args.timeout.min(LONGEST), fetched).await.map_err(late)?
    })
}
