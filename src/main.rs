//! The binary: all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    vchatcloud_mock::cli::main()
}
