//! `verify`: powers alone, or a circuit's ceremony from its start.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::files::{circuit, read_ceremony, read_good_powers};
use super::report::{progress, Answer, Failure};
use super::transcript::{lines_of_ceremony, lines_of_powers, of_ceremony, of_powers};
use crate::phase1::PowersOfTau;
use crate::phase2::{Ceremony, Start};

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Powers of tau, `.ptau`
    #[arg(long, value_name = "FILE")]
    phase1: PathBuf,
    /// BLAKE2b-512 that was published for the powers, hexadecimal
    #[arg(long, value_name = "HEX")]
    blake2b: Option<String>,
    /// Files of one ceremony, oldest first. The last is checked from the start; with those before it, a spoiled contribution is named
    #[arg(value_name = "CEREMONY")]
    files: Vec<PathBuf>,
}

pub(super) fn run(verify: &Verify, err: &mut dyn Write) -> Result<Answer, Failure> {
    let powers = read_good_powers(&verify.phase1, verify.blake2b.as_deref(), &mut progress(err))?;
    let files = verify.files.iter().map(|path| read_ceremony(path).map(|ceremony| (path, ceremony))).collect::<Result<Vec<_>, _>>()?;
    for pair in files.windows(2) {
        let [(_, before), (path, after)] = pair else { continue };
        after.verify_after(before).map_err(|e| Failure::no(format!("{}: {e}", path.display())))?;
    }
    let Some((path, last)) = files.last() else {
        return Ok(Answer { text: lines_of_powers(&powers), json: json!({ "phase1": of_powers(&powers) }) });
    };
    let start = start_of(last, &powers, err)?;
    last.verify(&start, &mut progress(err)).map_err(|e| Failure::no(format!("{}: {e}", path.display())))?;
    Ok(Answer { text: [lines_of_powers(&powers), lines_of_ceremony(last)].join("\n"), json: of_ceremony(last, &powers) })
}

/// The start that `ceremony` claims to have.
pub(super) fn start_of(ceremony: &Ceremony, powers: &PowersOfTau, err: &mut dyn Write) -> Result<Start, Failure> {
    let subject = ceremony.subject();
    let (claim, shape) = circuit(&subject.circuit)?;
    Start::compute(claim.id(), &shape, powers, subject.origin, &mut progress(err)).map_err(Failure::no)
}
