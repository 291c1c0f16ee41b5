//! Files that others read while they are written.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces a file: readers see the text before or the text after. `mode` is that of a new file on Unix.
///
/// # Errors
/// What the machine says; then the file is as it was.
pub fn replace(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    replace_all(&[(path, text, mode)])
}

/// Replaces files that belong together: all are written before the first is put into its place.
///
/// # Errors
/// What the machine says; then, almost always, all are as they were.
pub fn replace_all(files: &[(&Path, &str, u32)]) -> io::Result<()> {
    let replaced = || {
        files.iter().try_for_each(|(path, text, mode)| write(&beside(path), text, *mode))?;
        files.iter().try_for_each(|(path, ..)| fs::rename(beside(path), path))
    };
    replaced().inspect_err(|_| files.iter().for_each(|(path, ..)| drop(fs::remove_file(beside(path)))))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    path.with_file_name(name)
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    // What a killed process left behind may have other permissions.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
