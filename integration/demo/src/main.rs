//! `govhub-demo`: see the crate's documentation and `--help`.

use std::process::ExitCode;

use clap::Parser;
use govhub_demo::options::{Cli, Command};
use tokio::signal::unix::{signal, SignalKind};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let work = async {
        match cli.command {
            Some(Command::Stop { out }) => govhub_demo::stop(&out).await,
            None => govhub_demo::demo(&cli.demo).await,
        }
    };
    let done = tokio::select! {
        done = work => done,
        // Leaving the work where it stands ends every process that it started.
        number = interrupted() => return ExitCode::from(128 + number),
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

/// Resolves with the signal's number when somebody wants this to end.
async fn interrupted() -> u8 {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => 2,
        _ = terminate.recv() => 15,
    }
}
