//! From arguments and variables to what an emulator is made with.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::{self, EmulatorArgs, FIXTURES_JSON};
use crate::domain::text;
use crate::emulator::Settings;
use crate::fixture::{self, Source};
use crate::journal::Limits;

/// Read when it exists and nothing else is named: a place to mount fixtures into an image.
const MOUNTED: &str = "/fixtures";

/// Reads the fixtures and puts the rest beside them.
pub fn read(args: &EmulatorArgs) -> Result<Settings, Failure> {
    Ok(Settings {
        auth: args.auth,
        error_status: args.error_status,
        token_ttl: args.token_ttl,
        seed: args.seed,
        clock: args.clock,
        fixtures: fixture::load(&sources(args)?)?,
        journal: Limits { entries: args.journal_entries, bytes: args.journal_bytes },
        fault_header: args.fault_header,
    })
}

/// A variable that is nearly one of ours is a mistake. Others with our prefix are not: Kubernetes sets some of its own.
pub fn warn_of_misspelt_variables() {
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

fn sources(args: &EmulatorArgs) -> Result<Vec<Source>, Failure> {
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
