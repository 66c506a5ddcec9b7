//! The command line: nouns then verbs. Data to stdout, logs and errors to stderr, `--json` where a machine may read.
//!
//! Exit status (PROTOCOL 5): 0 done and true; 1 the verdict is no (unknown packet, refused command, not running); 2 usage or unreadable
//! input; 4 temporary; 70 a defect of ours.

mod client;
mod config;
mod lane;
mod packet;
mod print;
mod start;
mod status;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use govhub_keyfile::Sealing;
use govhub_types::SigningKey;

/// govrelay: relays verified packets between chains.
#[derive(Debug, Parser)]
#[command(name = "govrelay", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the relayer of a home
    Start(HomeArgs),
    /// Show whether it is really relaying
    Status(HomeArgs),
    /// Lanes: pairs of clients that follow each other
    #[command(subcommand)]
    Lane(lane::Lane),
    /// Packets: where they are, and why
    #[command(subcommand)]
    Packet(packet::Packet),
    /// The configuration of a home
    #[command(subcommand)]
    Config(config::Config),
}

/// Which relayer.
#[derive(Clone, Debug, Args)]
pub struct HomeArgs {
    /// Home folder, with `config.toml`
    #[arg(long, value_name = "DIR")]
    pub home: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Why a command failed, as its exit status says.
#[derive(Debug)]
pub enum Failed {
    /// The verdict is no.
    No(String),
    /// Usage or unreadable input.
    Usage(String),
    /// Try again.
    Temporary(String),
    /// A defect of ours.
    Defect(String),
}

impl Failed {
    /// Unreadable input.
    pub fn usage(error: anyhow::Error) -> Self {
        Failed::Usage(format!("{error:#}"))
    }

    fn parts(&self) -> (u8, &str) {
        match self {
            Failed::No(words) => (1, words),
            Failed::Usage(words) => (2, words),
            Failed::Temporary(words) => (4, words),
            Failed::Defect(words) => (70, words),
        }
    }
}

/// Parses the command line and runs the command. The whole of `main`.
pub fn run() -> ExitCode {
    // Usage errors exit with 2 by themselves, as PROTOCOL 5 has it.
    let cli = Cli::parse();
    let done = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(execute(cli.command)),
        Err(error) => Err(Failed::Defect(format!("cannot start the runtime: {error}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let (status, words) = failed.parts();
            eprintln!("error: {words}");
            ExitCode::from(status)
        }
    }
}

/// The key of an account, opened with the password from the environment if it is sealed.
fn signing_key(path: &Path) -> Result<SigningKey, Failed> {
    let failed = |e: govhub_keyfile::KeyFileError| Failed::Usage(e.to_string());
    let password = govhub_keyfile::password_from_env().map_err(failed)?;
    // Whether a secret may lie open is the rule of the chain's own nodes; a relayer's key is its owner's affair.
    govhub_keyfile::read(path, password.as_ref(), Sealing::Optional).map_err(failed)
}

async fn execute(command: Command) -> Result<(), Failed> {
    match command {
        Command::Start(home) => start::run(&home).await,
        Command::Status(home) => status::run(&home).await,
        Command::Lane(lane) => lane::run(lane).await,
        Command::Packet(packet) => packet::run(packet).await,
        Command::Config(config) => config::run(config).await,
    }
}
