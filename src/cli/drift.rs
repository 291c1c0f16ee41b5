//! `drift`: where the mock and the real service differ in shape.

use tokio::sync::mpsc;

use super::args::DriftArgs;
use super::signals::Signals;
use super::{Failure, output};
use crate::domain::field::Invalid;
use crate::domain::ids::ApiKey;
use crate::drift::{self, DriftError, Plan, Report, Stop};

/// Where the key of the real service stands: a flag would be seen in every list of processes.
const KEY: &str = "VCHATCLOUD_REAL_API_KEY";

/// The mock is not as the real service.
const DRIFTED: u8 = 5;

impl From<DriftError> for Failure {
    fn from(error: DriftError) -> Self {
        match error {
            DriftError::Usage(what) => Failure::Usage(what),
            DriftError::Unreachable(what) => Failure::Unreachable(what),
            DriftError::BadCapture(problems) => Failure::BadFixture(problems),
            DriftError::Runtime(what) => Failure::Runtime(what),
        }
    }
}

/// Prints the table, and says the exit code.
pub fn run(args: &DriftArgs) -> Result<u8, Failure> {
    let report = match (&args.real, &args.har) {
        (Some(url), None) => of_service(url, args)?,
        (None, Some(_)) if args.allow_writes => return Err(Failure::Usage("--allow-writes: needs --real".to_owned())),
        (None, Some(file)) => super::block_on(async { Ok(drift::of_capture(file).await?) })?,
        _ => return Err(Failure::Usage("drift: needs one of --real URL and --har FILE".to_owned())),
    };
    for note in &report.notes {
        output::say(&format!("vchatcloud-mock: {note}\n"));
    }
    super::print(&report.table)?;
    Ok(if report.is_drifted { DRIFTED } else { 0 })
}

fn of_service(url: &str, args: &DriftArgs) -> Result<Report, Failure> {
    let plan = Plan { url: url.to_owned(), key: key()?, ca: args.ca.clone(), timeout: args.timeout, allow_writes: args.allow_writes };
    super::block_on(async {
        let (sender, asked) = mpsc::unbounded_channel();
        if args.allow_writes {
            // Whoever only reads, may be ended like any program.
            let mut signals = Signals::install()?;
            tokio::spawn(async move {
                loop {
                    signals.next().await;
                    if sender.send(()).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(drift::of_service(&plan, Stop::new(asked)).await?)
    })
}

/// No message repeats it.
fn key() -> Result<ApiKey, Failure> {
    let text = std::env::var_os(KEY).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Failure::Usage(format!("{KEY}: must be set to the API key of the real service")))?;
    text.to_string_lossy().parse().map_err(|Invalid(what)| Failure::Usage(format!("{KEY}: {what}")))
}
