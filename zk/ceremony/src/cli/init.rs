//! `init`: powers that nobody contributed to, or a circuit's ceremony upon good powers.

use std::io::Write;
use std::path::PathBuf;

use clap::{ArgGroup, Args};
use serde_json::json;
use zk_verify::Origin;

use super::files::{circuit, expect_free, read_good_powers, write_new};
use super::report::{progress, Answer, Failure};
use crate::phase1::{PowersOfTau, POWER_MAX};
use crate::phase2::Start;

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["power", "circuit"]))]
pub struct Init {
    /// Begin powers of tau for circuits of up to 2^N constraints
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(POWER_MAX)))]
    power: Option<u32>,
    /// Begin the ceremony of this circuit
    #[arg(long, value_name = "CIRCUIT", requires = "phase1")]
    circuit: Option<String>,
    /// Powers of tau, `.ptau`: made here or public
    #[arg(long, value_name = "FILE", conflicts_with = "power")]
    phase1: Option<PathBuf>,
    /// BLAKE2b-512 that was published for the powers, hexadecimal
    #[arg(long, value_name = "HEX", requires = "phase1")]
    blake2b: Option<String>,
    /// Mark the keys as good for development networks alone
    #[arg(long, requires = "circuit")]
    development: bool,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(init: &Init, err: &mut dyn Write) -> Result<Answer, Failure> {
    expect_free(&init.out)?;
    let (bytes, hash) = match (init.power, &init.circuit, &init.phase1) {
        (Some(power), ..) => {
            let powers = PowersOfTau::new(power);
            (powers.encode(), hex::encode(powers.challenge()))
        }
        (None, Some(id), Some(phase1)) => {
            let (claim, shape) = circuit(id)?;
            let powers = read_good_powers(phase1, init.blake2b.as_deref(), &mut progress(err))?;
            let origin = if init.development { Origin::Development } else { Origin::Ceremony };
            let start = Start::compute(claim.id(), &shape, &powers, origin, &mut progress(err)).map_err(Failure::no)?;
            let ceremony = start.ceremony();
            (ceremony.encode(), hex::encode(ceremony.transcript()))
        }
        _ => return Err(Failure::usage("give --power, or --circuit with --phase1")),
    };
    write_new(&init.out, &bytes)?;
    let file = init.out.display().to_string();
    Ok(Answer { text: format!("{file}\nthe first contribution answers this hash: {hash}"), json: json!({ "file": file, "hash": hash }) })
}
