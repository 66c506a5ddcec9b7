//! `contribute`: one party's part.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use rand::{CryptoRng, RngCore};
use serde_json::json;
use zeroize::Zeroizing;

use super::files::{expect_free, read, read_any, write_new, Content};
use super::report::{progress, Answer, Failure};
use super::BeaconArgs;
use crate::entropy::Entropy;

/// Most bytes of one's own that are mixed in: all that a person types, and to spare.
const ENTROPY_BYTES_MAX: usize = 1 << 20;

/// Arguments of `contribute`.
#[derive(Debug, Args)]
pub struct Contribute {
    /// The file so far: powers (`.ptau`) or a circuit's ceremony
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Who contributes: stands in the transcript for good
    #[arg(long)]
    name: String,
    /// File with something unpredictable of your own (dice, keystrokes), mixed into the system's randomness
    #[arg(long, value_name = "FILE", conflicts_with = "beacon")]
    entropy: Option<PathBuf>,
    #[command(flatten)]
    beacon: BeaconArgs,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(contribute: &Contribute, rng: &mut (impl RngCore + CryptoRng), err: &mut dyn Write) -> Result<Answer, Failure> {
    expect_free(&contribute.out)?;
    let typed = Zeroizing::new(contribute.entropy.as_deref().map_or(Ok(Vec::new()), |path| read(path, ENTROPY_BYTES_MAX))?);
    if typed.len() > ENTROPY_BYTES_MAX {
        return Err(Failure::usage(format!("--entropy: more than {ENTROPY_BYTES_MAX} bytes")));
    }
    let rng = &mut Entropy::mixed(rng, &typed);
    let (name, beacon, watch) = (contribute.name.as_str(), contribute.beacon.read()?, &mut progress(err));
    let (bytes, number, hash) = match read_any(&contribute.file)? {
        Content::Powers(powers) => {
            let next = match beacon {
                Some(beacon) => powers.close(name, beacon, watch),
                None => powers.contribute(name, rng, watch),
            };
            let next = next.ok_or_else(|| Failure::usage("powers that were cut down from larger ones take no contributions"))?;
            let response = next.contributions().last().map(|last| hex::encode(last.response())).unwrap_or_default();
            (next.encode(), next.contributions().len(), response)
        }
        Content::Ceremony(ceremony) => {
            let next = match beacon {
                Some(beacon) => ceremony.close(name, beacon, watch),
                None => ceremony.contribute(name, rng, watch),
            };
            (next.encode(), next.contributions().len(), hex::encode(next.transcript()))
        }
    };
    write_new(&contribute.out, &bytes)?;
    let file = contribute.out.display().to_string();
    let text = format!("{file}\nannounce this hash of your contribution: {hash}");
    Ok(Answer { text, json: json!({ "file": file, "number": number, "hash": hash }) })
}
