//! `ca`: prints the certificate of the mock's CA, for those who are to trust it.

use std::time::Duration;

use hyper::StatusCode;

use super::Failure;
use super::args::{CaArgs, HealthcheckArgs};
use super::healthcheck::fetch;
use crate::admin::CA;
use crate::launch;

/// How long a running server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// From the server of `--url`, else from the directory, else from the server at host and port.
pub fn run(args: &CaArgs) -> Result<(), Failure> {
    match &args.tls_dir {
        Some(directory) if args.url.is_none() => super::print(&launch::ca(directory)?),
        _ => super::print(&of_server(args)?),
    }
}

fn of_server(args: &CaArgs) -> Result<String, Failure> {
    let target = HealthcheckArgs { listen: args.listen.clone(), wait: false, timeout: PATIENCE, url: args.url.clone() };
    match fetch(&target, CA)? {
        (StatusCode::OK, pem) if pem.contains("BEGIN CERTIFICATE") => Ok(pem),
        (StatusCode::NOT_FOUND, answer) if answer.contains("--tls") => {
            Err(Failure::Runtime("the server was started without --tls: start it with --tls".to_owned()))
        }
        (status, _) => Err(Failure::Runtime(format!("the server answers {status} to GET {CA}; is it another program"))),
    }
}
