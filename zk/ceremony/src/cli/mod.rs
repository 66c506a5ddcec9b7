//! The commands: `init`, `contribute`, `verify`, `finalize`, and `develop` for development networks.
//!
//! [`run`] does one command with files; randomness and the two streams are arguments. Data goes to `out`, progress and errors to `err`.
//! Every command begins from whole files and ends in a whole new one: whoever was stopped gives the same command again.

mod contribute;
mod develop;
mod files;
mod finalize;
mod init;
mod report;
mod transcript;
mod verify;

use std::io::Write;

use clap::{Args, Subcommand};
use rand::{CryptoRng, RngCore};

pub use report::{Exit, Failure};

use crate::beacon::Beacon;

/// What can be done
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin: powers of tau, or a circuit's ceremony upon such powers
    Init(init::Init),
    /// Add your part to powers or to a circuit's ceremony
    Contribute(contribute::Contribute),
    /// Check powers, or a circuit's ceremony from its start
    Verify(verify::Verify),
    /// Close a circuit's ceremony with a beacon, check all of it, write the keys
    Finalize(finalize::Finalize),
    /// Write development keys at once: anyone with the seed can forge proofs
    Develop(develop::Develop),
}

/// A command and how it answers.
#[derive(Debug, Args)]
pub struct Ceremony {
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Runs one command and says what its exit status is; an error is printed to `err`.
pub fn run(Ceremony { json, command }: Ceremony, rng: &mut (impl RngCore + CryptoRng), out: &mut dyn Write, err: &mut dyn Write) -> Exit {
    let done = match command {
        Command::Init(init) => init::run(&init, err),
        Command::Contribute(contribute) => contribute::run(&contribute, rng, err),
        Command::Verify(verify) => verify::run(&verify, err),
        Command::Finalize(finalize) => finalize::run(&finalize, err),
        Command::Develop(develop) => develop::run(&develop),
    };
    match done.and_then(|answer| answer.print(json, out)) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            // Nobody is left to tell if the error stream itself is gone.
            let _ = writeln!(err, "error: {failure}");
            failure.exit
        }
    }
}

/// A beacon on the command line.
#[derive(Debug, Args)]
struct BeaconArgs {
    /// Value of the beacon, hexadecimal: published beforehand which one it will be
    #[arg(long, value_name = "HEX")]
    beacon: Option<String>,
    /// The beacon is hashed 2^N times
    #[arg(long, value_name = "N", default_value_t = 10, requires = "beacon")]
    iterations: u8,
}

impl BeaconArgs {
    fn read(&self) -> Result<Option<Beacon>, Failure> {
        let Some(text) = &self.beacon else { return Ok(None) };
        let value = hex::decode(text).map_err(|e| Failure::usage(format!("--beacon: not hexadecimal: {e}")))?;
        Beacon::new(value, self.iterations).map(Some).map_err(|e| Failure::usage(format!("--beacon: {e}")))
    }
}
