//! Where the mock and the real service differ in shape: asked over the network, or read from a browser's capture. It sends
//! only reads unless it is told otherwise, and shows no secret.

mod compare;
mod contract;
mod har;
mod mask;
mod mock;
mod probe;
mod real;
mod replay;
mod run;
mod shape;
mod stop;
mod table;
mod writes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use self::contract::Contract;
use self::mask::Mask;
use self::mock::Mock;
use self::real::Service;
pub use self::stop::Stop;
use self::table::Finding;
use crate::domain::ids::ApiKey;
use crate::reader::Problems;

/// How the real service is asked.
#[derive(Debug)]
pub struct Plan {
    /// `http[s]://HOST[:PORT]`
    pub url: String,
    pub key: ApiKey,
    /// One more CA to trust, in PEM.
    pub ca: Option<PathBuf>,
    /// How long one call may take.
    pub timeout: Duration,
    /// Whether rooms may be made, modified and destroyed again.
    pub allow_writes: bool,
}

/// What was found. Nothing in it is secret.
#[derive(Debug)]
pub struct Report {
    /// For stdout.
    pub table: String,
    /// For stderr, a line each: what somebody has to look after.
    pub notes: Vec<String>,
    pub is_drifted: bool,
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// Arguments that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The first call had no answer.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// A capture that is none.
    #[error(transparent)]
    BadCapture(#[from] Problems),
    /// Something else failed, or somebody has stopped it.
    #[error("{0}")]
    Runtime(String),
}

/// What all comparisons need.
struct Bench {
    mock: Mock,
    contract: Contract,
}

impl Bench {
    fn new() -> Result<Bench, DriftError> {
        let contract = Contract::read().map_err(|error| DriftError::Runtime(format!("openapi.json: {error}")))?;
        Ok(Bench { mock: Mock::new()?, contract })
    }
}

impl Report {
    fn of(findings: &[Finding], notes: &[String], mask: &Mask) -> Report {
        let is_drifted = findings.iter().any(|finding| !finding.rows().is_empty());
        let notes = notes.iter().map(|note| mask.hide(note)).collect();
        Report { table: mask.hide(&table::render(findings)), notes, is_drifted }
    }
}

/// Asks the real service and the mock the same, and compares. What is still there of it when somebody stops it, is destroyed.
///
/// # Errors
/// [`DriftError`]
pub async fn of_service(plan: &Plan, stop: Stop) -> Result<Report, DriftError> {
    let service = Service::at(&plan.url, plan.ca.as_deref(), plan.timeout)?;
    run::Run::new(service, Bench::new()?, &plan.key).check(plan.allow_writes, stop).await
}

/// Asks the mock what a capture's browser has asked the real service, and compares.
///
/// # Errors
/// [`DriftError::BadCapture`] for a file that is none, or has nothing of the API.
pub async fn of_capture(path: &Path) -> Result<Report, DriftError> {
    replay::check(&har::read(path)?, &Bench::new()?).await
}
