//! Writes `docs/fidelity.md` anew: `cargo run --example fidelity`. With `--assumed` it prints the assumptions as JSON instead.

use std::error::Error;
use std::{env, fs, path::Path};

use vchatcloud_mock::fidelity;

fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--assumed") {
        return Ok(serde_json::to_writer(std::io::stdout(), &fidelity::assumptions())?);
    }
    let page = fidelity::page().map_err(|missing| missing.to_string())?;
    Ok(fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fidelity.md"), page)?)
}
