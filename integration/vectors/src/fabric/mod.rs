//! Hyperledger Fabric: recorded channels, blocks with the codes that peers gave their transactions, and mutations of them.

mod chain;
mod follower;
mod mutations;
mod query;
mod solo;

use anyhow::{anyhow, bail, Context, Result};
use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::Value;

use crate::{Case, Entry, Expect, Expected, Family, Folder, Verdict};

/// The family.
pub const FAMILY: Family = Family { name: "fabric", cases, words };

/// The BFT channel whose genesis other files start from.
const SMARTBFT: &str = "fabric/fabric_v3_smartbft_live_chain.json";
/// The same channel's blocks as a peer has them.
const PEER_BLOCKS: &str = "fabric/fabric_v3_peer_blocks_with_validation_codes.json";

fn cases(folder: &Folder, entry: &Entry) -> Result<Vec<Case>> {
    let name = entry.file.as_str();
    match entry.expect {
        Expect::Anchor => chain::anchor(folder, name),
        Expect::SelfConsistent => chain::self_consistent(&folder.json(name)?),
        _ if name.ends_with("endorsed_query_live.json") => query::cases(folder, name),
        _ if name == PEER_BLOCKS => chain::follow(&folder.json(SMARTBFT)?, &folder.json(name)?, 0),
        _ if name.contains("raft_gz-registry_revocation_NEGATIVE") => mutations::raft(folder, name),
        _ if name.contains("smartbft_NEGATIVE") => mutations::smartbft(folder, name),
        _ if name.contains("solo") || name.contains("glued") => solo::cases(&folder.json(name)?),
        Expect::Accept => {
            let file = folder.json(name)?;
            chain::follow(&file, &file, 1)
        }
        _ => bail!("no reader for this file"),
    }
}

/// Our codes, and the words of the files: `expected_reason` on the Raft channel; on the BFT channel the files state prose only, so the case's own
/// name stands for it.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "bad-creator-signature" => &["TX_INVALID_4"],
        "duplicate-tx-id" => &["TX_INVALID_9"],
        "endorsement-policy-failure" => &["TX_INVALID_10"],
        "config-update-signatures" => &["CONFIG_UPDATE_SIGNATURES"],
        "config-result" => &["CONFIG_RESULT"],
        "config-version" => &["CONFIG_VERSION"],
        "insufficient-quorum" => &["below_quorum_2_of_4", "removed_consenter_signature"],
        "config-sequence" => &["config_block_verified_with_its_own_new_consenters"],
        "duplicate-signer" => &["duplicate_signature_counted_twice"],
        "signature-invalid" => &["relabelled_identifier", "last_config_rewritten", "block_number_changed"],
        "signature-high-s" => &["high_s_signature"],
        _ => &[],
    }
}

fn blocks(file: &Value) -> Result<&Vec<Value>> {
    file["blocks"].as_array().context("no list `blocks`")
}

fn number(json: &Value, name: &str) -> Result<u64> {
    json[name].as_u64().with_context(|| format!("no number `{name}`"))
}

fn text<'v>(json: &'v Value, name: &str) -> Result<&'v str> {
    json[name].as_str().with_context(|| format!("no text `{name}`"))
}

fn base64(json: &Value, name: &str) -> Result<Vec<u8>> {
    BASE64_STANDARD.decode(text(json, name)?).with_context(|| format!("`{name}` is no base64"))
}

fn block_bytes(json: &Value) -> Result<Vec<u8>> {
    base64(json, "block_proto_base64")
}

fn case(name: impl Into<String>, expected: Expected, verdict: Verdict) -> Case {
    Case { name: name.into(), expected, verdict }
}

/// A recomputed value beside the recorded one.
fn equals<T: PartialEq + std::fmt::Debug>(name: impl Into<String>, recorded: &T, found: &T) -> Case {
    let verdict = match recorded == found {
        true => Verdict::Accepted,
        false => Verdict::Refused { code: "recorded-value".into(), detail: format!("recorded {recorded:?}, found {found:?}") },
    };
    case(name, Expected::Accept, verdict)
}

fn judged(result: Result<(), govhub_lc_core::Reason>) -> Verdict {
    match result {
        Ok(()) => Verdict::Accepted,
        Err(reason) => Verdict::refused(&reason),
    }
}

/// A reason of ours where a file could not even be used.
fn unusable(reason: govhub_lc_core::Reason) -> anyhow::Error {
    anyhow!("{reason}")
}
