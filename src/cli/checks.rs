//! Checks files: what must have been called, read before anything starts and judged at the end.

use std::io::Read;
use std::path::Path;

use super::Failure;
use crate::client::{Account, Error, Unmet};
use crate::verify::{self, Verdict, Verification};

/// Reads a checks file; `-` is stdin.
///
/// # Errors
/// One that cannot be read is a usage error; what is wrong in it is told with line and column.
pub fn read(path: &Path) -> Result<Verification, Failure> {
    let name = path.display().to_string();
    let text = if name == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    Ok(verify::read(&name, text.strip_prefix('\u{feff}').unwrap_or(&text))?)
}

/// What a verification came to.
pub async fn judge(account: &Account, verification: &Verification) -> Result<Unmet, Failure> {
    match account.verify(verification.clone()).await {
        Ok(()) => Ok(Unmet { verdict: Verdict::Passed, note: None }),
        Err(Error::Unmet(unmet)) => Ok(unmet),
        Err(error) => Err(error.into()),
    }
}
