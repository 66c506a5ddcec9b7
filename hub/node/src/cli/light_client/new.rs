//! `govhub light-client new`: an anchor read from a node of the other chain, and parameters said out loud.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use govhub_ibc::types::{AbsenceMode, TrustFile};
use govhub_types::ChainId;
use ibc_proto::google::protobuf::{Any, Duration, Timestamp};
use ibc_proto::ibc::core::client::v1::Height;
use ibc_proto::ibc::core::commitment::v1::MerkleRoot;
use ibc_proto::ibc::lightclients::tendermint::v1::{ClientState, ConsensusState, Fraction};
use prost::Message;
use serde_json::json;
use tendermint::block::Header;
use tendermint_rpc::Client;

use super::trust::{explain, value};
use crate::cli::client::Rpc;
use crate::cli::{print, CliError, Exit};

const DAY_S: i64 = 86_400;

/// Families that a trust file can be read for from a node. The others are written by their own kits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// CometBFT chains: hub, department chains of this make, Cosmos
    #[value(name = "07-tendermint")]
    Tendermint,
}

/// Which two trees lie between a value and the app hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Trees {
    /// Ours: Jellyfish Merkle trees
    Jmt,
    /// Cosmos SDK: IAVL under a Merkle tree of stores
    Sdk,
}

/// Write a trust file.
///
/// The node that is asked is believed for this one block. Before governance approves the file, its members compare hash, root and
/// validators with another node or with the other chain's operator: nothing later can mend a wrong anchor.
#[derive(Debug, Args)]
pub struct New {
    /// Family of the other chain
    #[arg(long, value_enum)]
    kind: Kind,
    /// RPC address of a node of the other chain
    #[arg(long, value_name = "RPC")]
    from: String,
    /// Height of the anchor; the newest if absent
    #[arg(long)]
    height: Option<u64>,
    /// Trees of its state
    #[arg(long, value_enum, default_value = "jmt")]
    trees: Trees,
    /// Days for which a header is believed; must be shorter than the unbonding period
    #[arg(long, default_value_t = 14, value_name = "DAYS")]
    trusting_days: u16,
    /// Days for which validators answer for what they signed
    #[arg(long, default_value_t = 21, value_name = "DAYS")]
    unbonding_days: u16,
    /// Seconds by which its clock may run ahead of ours
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    drift_s: u16,
    /// Where to write: FILE is the protobuf, FILE.json its display
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads the anchor, writes the file, explains it.
pub async fn run(new: New) -> Result<Exit, CliError> {
    let Kind::Tendermint = new.kind;
    if new.trusting_days == 0 || new.trusting_days >= new.unbonding_days {
        return Err(CliError::usage(format!("trusting {} days must be at least 1 and fewer than unbonding {} days", new.trusting_days, new.unbonding_days)));
    }
    let header = anchor(&new).await?;
    let file = trust_file(&new, &header)?;
    let bytes = file.encode_to_vec();
    let mut shown = value(&file, &bytes);
    shown["anchor"]["block_hash"] = json!(header.hash().to_string());
    let display = new.out.with_extension(extended(&new.out));
    write(&new.out, &bytes)?;
    write(&display, format!("{shown:#}\n").as_bytes())?;
    print(new.json, &shown, format_args!("{}\nwritten to {} and {}", explain(&shown), new.out.display(), display.display()));
    Ok(Exit::Done)
}

fn extended(path: &Path) -> String {
    path.extension().map_or("json".into(), |ext| format!("{}.json", ext.to_string_lossy()))
}

/// The header of the anchor, consistent in itself: its hash is what the commit signs.
async fn anchor(new: &New) -> Result<Header, CliError> {
    let rpc = Rpc::new(&new.from)?;
    let height = match new.height {
        Some(height) => height,
        None => rpc.height().await?,
    };
    let at = tendermint::block::Height::try_from(height).map_err(CliError::usage)?;
    let answer = rpc.http().commit(at).await.map_err(|e| rpc.failed(&format!("asking for the commit of height {height}"), &e))?;
    let signed = answer.signed_header;
    if signed.header.height != at || signed.header.hash() != signed.commit.block_id.hash {
        return Err(CliError::no(format!("the node's commit at height {height} is for another header: do not believe it")));
    }
    Ok(signed.header)
}

fn trust_file(new: &New, header: &Header) -> Result<TrustFile, CliError> {
    let chain_id = header.chain_id.to_string();
    // Chains of this make spell their revision; others count as revision 0, as ibc-go reads them.
    let revision_number = chain_id.parse::<ChainId>().map_or(0, |id| id.revision());
    let height = Height { revision_number, revision_height: header.height.value() };
    let time = header.time.unix_timestamp_nanos();
    let (seconds, nanos) = (i64::try_from(time.div_euclid(1_000_000_000)), i32::try_from(time.rem_euclid(1_000_000_000)));
    let days = |days: u16| Some(Duration { seconds: i64::from(days) * DAY_S, nanos: 0 });
    #[allow(deprecated)] // allow_update_after_*: ibc-go keeps the fields, both must be false
    let client = ClientState {
        chain_id: chain_id.clone(),
        trust_level: Some(Fraction { numerator: 1, denominator: 3 }),
        trusting_period: days(new.trusting_days),
        unbonding_period: days(new.unbonding_days),
        max_clock_drift: Some(Duration { seconds: i64::from(new.drift_s), nanos: 0 }),
        frozen_height: Some(Height::default()),
        latest_height: Some(height),
        proof_specs: match new.trees {
            Trees::Jmt => govhub_store::proof_specs().to_vec(),
            Trees::Sdk => vec![ics23::iavl_spec(), ics23::tendermint_spec()],
        },
        upgrade_path: Vec::new(),
        allow_update_after_expiry: false,
        allow_update_after_misbehaviour: false,
    };
    let state = ConsensusState {
        timestamp: Some(Timestamp { seconds: seconds.map_err(CliError::no)?, nanos: nanos.map_err(CliError::defect)? }),
        root: Some(MerkleRoot { hash: header.app_hash.as_bytes().to_vec() }),
        next_validators_hash: header.next_validators_hash.as_bytes().to_vec(),
    };
    let any = |name: &str, value: Vec<u8>| Some(Any { type_url: format!("/ibc.lightclients.tendermint.v1.{name}"), value });
    Ok(TrustFile {
        family: "07-tendermint".into(),
        chain_id,
        anchor_height: Some(height),
        anchor: any("ConsensusState", state.encode_to_vec()),
        params: any("ClientState", client.encode_to_vec()),
        key_map: None,
        absence: AbsenceMode::Proof.into(),
        our_absence: AbsenceMode::Proof.into(),
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|e| CliError::usage(format!("`{}`: {e}", path.display())))
}
