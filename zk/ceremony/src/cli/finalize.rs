//! `finalize`: beacon, whole check, keys.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use zk_verify::{DevelopmentKeys, Origin, Pinned, VerifyingKey};

use super::files::{expect_free, read_ceremony, read_good_powers, write_new};
use super::report::{progress, Answer, Failure};
use super::transcript::{lines_of_ceremony, of_ceremony};
use super::verify::start_of;
use super::BeaconArgs;
use crate::keys::{finalize, Keys};
use crate::snarkjs::verification_key_to_json;

/// Arguments of `finalize`.
#[derive(Debug, Args)]
pub struct Finalize {
    /// The ceremony's last file
    #[arg(value_name = "CEREMONY")]
    file: PathBuf,
    /// Powers of tau that it began with, `.ptau`
    #[arg(long, value_name = "FILE")]
    phase1: PathBuf,
    /// BLAKE2b-512 that was published for the powers, hexadecimal
    #[arg(long, value_name = "HEX")]
    blake2b: Option<String>,
    #[command(flatten)]
    beacon: BeaconArgs,
    /// Folder to write into: `<circuit>.phase2`, `.pk`, `.vk`, `.vk.json`, `.transcript.json`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Finalize, err: &mut dyn Write) -> Result<Answer, Failure> {
    let mut ceremony = read_ceremony(&arguments.file)?;
    let target = Target { folder: &arguments.out, circuit: ceremony.subject().circuit.clone() };
    target.expect_free()?;
    let powers = read_good_powers(&arguments.phase1, arguments.blake2b.as_deref(), &mut progress(err))?;
    let start = start_of(&ceremony, &powers, err)?;
    if let Some(beacon) = arguments.beacon.read()? {
        ceremony = ceremony.close("beacon", beacon, &mut progress(err));
    }
    let keys = finalize(&ceremony, &start, &mut progress(err)).map_err(|e| Failure::no(format!("{}: {e}", arguments.file.display())))?;
    let transcript = of_ceremony(&ceremony, &powers);
    write_new(&target.path("phase2"), &ceremony.encode())?;
    write_new(&target.path("transcript.json"), pretty(&transcript).as_bytes())?;
    let Answer { text, mut json } = target.write_keys(&keys)?;
    json["transcript"] = transcript;
    Ok(Answer { text: [lines_of_ceremony(&ceremony), text].join("\n"), json })
}

/// Where the results of a circuit go.
pub(super) struct Target<'a> {
    pub folder: &'a Path,
    pub circuit: String,
}

impl Target<'_> {
    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.circuit))
    }

    pub(super) fn expect_free(&self) -> Result<(), Failure> {
        std::fs::create_dir_all(self.folder).map_err(|e| Failure::usage(format!("{}: {e}", self.folder.display())))?;
        ["phase2", "transcript.json", "pk", "vk", "vk.json"].iter().try_for_each(|extension| expect_free(&self.path(extension)))
    }

    /// Writes the keys, read again as a verifier would, and tells the hash to pin.
    pub(super) fn write_keys(&self, keys: &Keys) -> Result<Answer, Failure> {
        let verifying = keys.verifying.encode();
        let hash: [u8; 32] = Sha256::digest(&verifying).into();
        let pinned = Pinned { circuit: &self.circuit, hash: &hash, inputs: zk_circuits::claim::INPUTS };
        let development = match keys.verifying.origin {
            Origin::Ceremony => DevelopmentKeys::Refuse,
            Origin::Development => DevelopmentKeys::Accept,
        };
        let key = VerifyingKey::<ark_bn254::Bn254>::decode(&verifying, &pinned, development)
            .map_err(|e| Failure::no(format!("the key that came out is refused: {e}")))?;
        write_new(&self.path("pk"), &keys.proving.encode())?;
        write_new(&self.path("vk"), &verifying)?;
        write_new(&self.path("vk.json"), pretty(&verification_key_to_json(key.points())).as_bytes())?;
        let (file, hash) = (self.path("vk").display().to_string(), hex::encode(hash));
        let text = format!("{file}\npin this hash of the verification key: {hash}");
        Ok(Answer { text, json: json!({ "verification_key": file, "proving_key": self.path("pk").display().to_string(), "hash": hash }) })
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
