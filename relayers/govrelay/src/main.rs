//! `govrelay`: see [`govrelay::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    govrelay::cli::run()
}
