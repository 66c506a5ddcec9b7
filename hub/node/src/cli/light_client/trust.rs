//! Trust files: canonical protobuf is what counts, JSON is how people read it.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use govhub_ibc::types::{AbsenceMode, TrustFile};
use govhub_lc_registry::native::family;
use govhub_types::codec::decode_canonical;
use govhub_types::hash::sha256;
use govhub_types::Height;
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
    let shown = value(&file, &bytes)?;
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

/// The JSON display of a trust file: every value with what believing it means.
///
/// # Errors
/// Usage: a family that this program does not have, or a file that its family does not understand.
pub fn value(file: &TrustFile, bytes: &[u8]) -> Result<Value, CliError> {
    let native = family(&file.family).map_err(CliError::usage)?;
    let explained = (native.explain)(file).map_err(|reason| CliError::usage(format!("trust file of `{}`: {reason}", file.family)))?;
    let absence = |mode: AbsenceMode| match mode {
        AbsenceMode::Proof => "proof",
        AbsenceMode::Receipt => "receipt",
        AbsenceMode::Unspecified => "unspecified",
    };
    Ok(json!({
        "family": file.family,
        "chain_id": file.chain_id,
        "anchor_height": file.anchor_height.map(Height::from).unwrap_or_default().to_string(),
        "values": explained.iter().map(|one| json!({"name": one.name, "value": one.value, "meaning": one.meaning})).collect::<Vec<_>>(),
        "absence": absence(file.absence()),
        "our_absence": absence(file.our_absence()),
        "sha256": hex::encode(sha256(&[bytes])),
    }))
}

/// Each value in a line of its own with what believing it means.
pub fn explain(shown: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![("family", text(&shown["family"]), "which rules judge the other chain's headers".to_owned())];
    let values = shown["values"].as_array().into_iter().flatten();
    let names: Vec<(&str, String, String)> = values.map(|one| (one["name"].as_str().unwrap_or_default(), text(&one["value"]), text(&one["meaning"]))).collect();
    lines.extend(names);
    for (name, meaning) in [
        ("absence", "how it proves that it did not receive a packet of ours"),
        ("our_absence", "how we prove the same to it"),
        ("sha256", "of the file: members that approve the same hash approve the same file"),
    ] {
        lines.push((name, text(&shown[name]), meaning.to_owned()));
    }
    let line = |(name, value, meaning): &(&str, String, String)| format!("{name:<22} {value}\n{:<22}   {meaning}", "");
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
