//! `govhub light-client new`: an anchor from a file or a node of the other chain, and parameters said out loud.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use govhub_lc_registry::native::family;
use govhub_lc_registry::{from_trust_file, FAMILIES};
use prost::Message;
use serde_json::json;
use tendermint_rpc::{Client, Paging};

use super::trust::{explain, value};
use crate::cli::client::Rpc;
use crate::cli::{print, CliError, Exit};

/// Largest file that an anchor is read from, in bytes.
const ANCHOR_BYTES_MAX: u64 = 64 << 20;

/// Write a trust file.
///
/// The anchor is believed for this one block or genesis. Before governance approves the file, its members compare hash, root and
/// validators with another node or with the other chain's operator: nothing later can mend a wrong anchor.
#[derive(Debug, Args)]
pub struct New {
    /// Family of the other chain; `light-client list` tells of each
    #[arg(long, value_name = "FAMILY", value_parser = clap::builder::PossibleValuesParser::new(FAMILIES.iter().copied()))]
    kind: String,
    /// Genesis or checkpoint of the other chain as its own interface returns it; for 07-tendermint also the RPC address of a node
    #[arg(long, value_name = "FILE|URL")]
    from: String,
    /// Height of the anchor, where a node is asked; its newest if absent
    #[arg(long)]
    height: Option<u64>,
    /// A parameter of the family; an unknown or missing one is answered with what there is
    #[arg(long = "set", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Where to write: FILE is the protobuf, FILE.json its display
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads the anchor, writes the file, explains it.
pub async fn run(new: New) -> Result<Exit, CliError> {
    let parameters = parameters(&new.parameters)?;
    let native = family(&new.kind).map_err(CliError::usage)?;
    let anchor = if new.from.starts_with("http://") || new.from.starts_with("https://") { asked(&new).await? } else { read(Path::new(&new.from))? };
    let file = (native.trust_file)(&anchor, &parameters).map_err(|reason| CliError::usage(format!("{}: {reason}", new.kind)))?;
    // What cannot found a client is not written.
    from_trust_file(&file).map_err(CliError::usage)?;
    let bytes = file.encode_to_vec();
    let shown = value(&file, &bytes)?;
    let display = new.out.with_extension(extended(&new.out));
    write(&new.out, &bytes)?;
    write(&display, format!("{shown:#}\n").as_bytes())?;
    print(new.json, &shown, format_args!("{}\nwritten to {} and {}", explain(&shown), new.out.display(), display.display()));
    Ok(Exit::Done)
}

fn parameters(given: &[String]) -> Result<BTreeMap<String, String>, CliError> {
    let mut parameters = BTreeMap::new();
    for text in given {
        let (name, value) = text.split_once('=').ok_or_else(|| CliError::usage(format!("`--set {text}`: expected NAME=VALUE")))?;
        if parameters.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(CliError::usage(format!("`--set {name}` is given twice")));
        }
    }
    Ok(parameters)
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let wrong = |e: &dyn std::fmt::Display| CliError::usage(format!("`{}`: {e}", path.display()));
    let size = fs::metadata(path).map_err(|e| wrong(&e))?.len();
    if size > ANCHOR_BYTES_MAX {
        return Err(wrong(&format!("{size} bytes, at most {ANCHOR_BYTES_MAX}")));
    }
    fs::read(path).map_err(|e| wrong(&e))
}

fn extended(path: &Path) -> String {
    path.extension().map_or("json".into(), |ext| format!("{}.json", ext.to_string_lossy()))
}

/// A block of a CometBFT node with its validators, in the form that the node itself answers.
async fn asked(new: &New) -> Result<Vec<u8>, CliError> {
    if new.kind != govhub_lc_cometbft::CLIENT_TYPE {
        return Err(CliError::usage(format!("`{}`: nodes of `{}` are not asked from here", new.from, new.kind)).hint("give --from the file that the chain's own tools return"));
    }
    let rpc = Rpc::new(&new.from)?;
    let height = match new.height {
        Some(height) => height,
        None => rpc.height().await?,
    };
    let at = tendermint::block::Height::try_from(height).map_err(CliError::usage)?;
    let commit = rpc.http().commit(at).await.map_err(|e| rpc.failed(&format!("asking for the commit of height {height}"), &e))?;
    let set = rpc.http().validators(at, Paging::All).await.map_err(|e| rpc.failed(&format!("asking for the validators of height {height}"), &e))?;
    let answers = json!([{"signed_header": commit.signed_header}, {"block_height": height.to_string(), "validators": set.validators}]);
    Ok(answers.to_string().into_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|e| CliError::usage(format!("`{}`: {e}", path.display())))
}
