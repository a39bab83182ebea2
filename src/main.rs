//! The `lastack` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastack::cli::main()
}
