//! `govhub-demo`: see the crate's documentation and `--help`.

use std::process::ExitCode;

use clap::Parser;
use govhub_demo::options::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Stop { out }) => govhub_demo::stop(&out).await,
        None => govhub_demo::demo(&cli.demo).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(70)
        }
    }
}
