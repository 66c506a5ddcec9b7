//! The commands as a program of their own: `zk-ceremony init|contribute|verify|finalize|develop`.

use std::process::ExitCode;

use clap::Parser;
use zk_ceremony::cli;

/// The setup of a circuit by many parties
#[derive(Debug, Parser)]
#[command(name = "zk-ceremony", version, arg_required_else_help = true)]
struct Arguments {
    #[command(flatten)]
    ceremony: cli::Ceremony,
}

fn main() -> ExitCode {
    let exit = cli::run(Arguments::parse().ceremony, &mut rand::rngs::OsRng, &mut std::io::stdout(), &mut std::io::stderr());
    ExitCode::from(exit as u8)
}
