//! Trust files: canonical protobuf is what counts, JSON is how people read it.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use govhub_ibc::types::{AbsenceMode, TrustFile};
use govhub_types::codec::decode_canonical;
use govhub_types::hash::sha256;
use govhub_types::Height;
use ibc_proto::ibc::lightclients::tendermint::v1::{ClientState, ConsensusState};
use prost::Message;
use serde_json::{json, Value};

use crate::cli::{print, CliError, Exit};

/// Largest trust file in bytes: it must fit into a transaction.
const FILE_BYTES_MAX: usize = 512 * 1024;

/// What a trust file says.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The trust file (the protobuf)
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints a trust file with its hash, so that members can compare what they approve.
pub fn run(inspect: &Inspect) -> Result<Exit, CliError> {
    let (file, bytes) = read(&inspect.file)?;
    let shown = value(&file, &bytes);
    print(inspect.json, &shown, explain(&shown));
    Ok(Exit::Done)
}

/// Reads a trust file: what it says, and its canonical bytes.
///
/// # Errors
/// Usage: it cannot be read, or is not canonical.
pub fn read(path: &Path) -> Result<(TrustFile, Vec<u8>), CliError> {
    let wrong = |e: &dyn std::fmt::Display| CliError::usage(format!("trust file `{}`: {e}", path.display()));
    let size = fs::metadata(path).map_err(|e| wrong(&e))?.len();
    if size > FILE_BYTES_MAX as u64 {
        return Err(wrong(&format!("{size} bytes, at most {FILE_BYTES_MAX}")));
    }
    let bytes = fs::read(path).map_err(|e| wrong(&e))?;
    if bytes.first() == Some(&b'{') {
        return Err(wrong(&"this is the JSON display").hint("give the protobuf beside it"));
    }
    let file = decode_canonical("TrustFile", &bytes, FILE_BYTES_MAX).map_err(|e| wrong(&e))?;
    Ok((file, bytes))
}

/// The JSON display of a trust file.
pub fn value(file: &TrustFile, bytes: &[u8]) -> Value {
    let absence = |mode: AbsenceMode| match mode {
        AbsenceMode::Proof => "proof",
        AbsenceMode::Receipt => "receipt",
        AbsenceMode::Unspecified => "unspecified",
    };
    json!({
        "family": file.family,
        "chain_id": file.chain_id,
        "anchor_height": file.anchor_height.map(Height::from).unwrap_or_default().to_string(),
        "anchor": anchor(file),
        "params": params(file),
        "key_map": file.key_map.as_ref().map(|any| json!({"type_url": any.type_url, "value": hex::encode(&any.value)})),
        "absence": absence(file.absence()),
        "our_absence": absence(file.our_absence()),
        "sha256": hex::encode(sha256(&[bytes])),
    })
}

fn anchor(file: &TrustFile) -> Value {
    let any = file.anchor.clone().unwrap_or_default();
    match ConsensusState::decode(any.value.as_slice()) {
        Ok(state) if any.type_url == "/ibc.lightclients.tendermint.v1.ConsensusState" => {
            let time = state.timestamp.unwrap_or_default();
            json!({
                "type_url": any.type_url, "unix_s": time.seconds, "nanos": time.nanos,
                "root": hex::encode(state.root.unwrap_or_default().hash), "next_validators_hash": hex::encode(state.next_validators_hash),
            })
        }
        _ => json!({"type_url": any.type_url, "value": hex::encode(any.value)}),
    }
}

fn params(file: &TrustFile) -> Value {
    let any = file.params.clone().unwrap_or_default();
    match ClientState::decode(any.value.as_slice()) {
        Ok(state) if any.type_url == "/ibc.lightclients.tendermint.v1.ClientState" => {
            let level = state.trust_level.unwrap_or_default();
            let seconds = |d: Option<ibc_proto::google::protobuf::Duration>| d.unwrap_or_default().seconds;
            json!({
                "type_url": any.type_url, "chain_id": state.chain_id, "trust_level": format!("{}/{}", level.numerator, level.denominator),
                "trusting_period_s": seconds(state.trusting_period), "unbonding_period_s": seconds(state.unbonding_period),
                "max_clock_drift_s": seconds(state.max_clock_drift), "proof_specs": state.proof_specs.len(),
            })
        }
        _ => json!({"type_url": any.type_url, "value": hex::encode(any.value)}),
    }
}

/// Each value in a line of its own with what believing it means.
pub fn explain(shown: &Value) -> String {
    let lines = [
        ("family", "which rules judge the other chain's headers"),
        ("chain_id", "the chain that is followed"),
        ("anchor_height", "the block that is believed without proof; everything later follows from it"),
        ("anchor", "that block's root, time and next validators: compare them with a second source"),
        ("params", "how much of the validators must sign, and how long their word counts"),
        ("key_map", "where the other chain keeps packets, if not under its merkle prefix"),
        ("absence", "how it proves that it did not receive a packet of ours"),
        ("our_absence", "how we prove the same to it"),
        ("sha256", "of the file: members that approve the same hash approve the same file"),
    ];
    let line = |(name, meaning): &(&str, &str)| format!("{name:<14} {}\n{:<14}   {meaning}", shown[*name], "");
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
