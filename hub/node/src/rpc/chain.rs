//! Methods about blocks and the node.

use serde_json::{json, Value};

use govhub_consensus::Block;

use super::error::RpcError;
use super::params::Params;
use super::{json, Rpc};

/// Validators of one page, CometBFT's bound.
const PER_PAGE_MAX: u64 = 100;
/// Validators of a page unless asked otherwise.
const PER_PAGE: u64 = 30;
/// Headers of one `blockchain` answer, CometBFT's bound.
const HEADERS_MAX: u64 = 20;

/// The height asked for, or the newest; refused if there is no such block.
fn height(rpc: &Rpc, params: &Params) -> Result<u64, RpcError> {
    let tip = rpc.ledger.tip().height;
    match params.number("height")?.unwrap_or(tip) {
        0 => Err(RpcError::internal("height must be greater than zero")),
        asked if asked > tip => Err(RpcError::internal(format!("height {asked} must be less than or equal to the current blockchain height {tip}"))),
        asked => Ok(asked),
    }
}

fn load(rpc: &Rpc, height: u64) -> Result<(Block, Vec<u8>), RpcError> {
    rpc.ledger.blocks.block(height)?.ok_or_else(|| RpcError::internal(format!("block {height} is not kept")))
}

/// `status`
pub fn status(rpc: &Rpc) -> Result<Value, RpcError> {
    let tip = rpc.ledger.tip();
    let first = if tip.height > 0 { Some(load(rpc, 1)?.0) } else { None };
    let time = |header: Option<&tendermint::block::Header>| header.map_or(rpc.ledger.genesis.time, |h| h.time).to_rfc3339();
    let latest = tip.last.as_ref().map(|(block, ..)| &block.header);
    let hash = |header: Option<&tendermint::block::Header>| header.map_or_else(String::new, |h| json::hex(h.hash()));
    let app_hash = |header: Option<&tendermint::block::Header>| header.map_or_else(String::new, |h| json::hex(h.app_hash.as_bytes()));
    let first = first.as_ref().map(|block| &block.header);
    let me = tip.validators.validators().iter().find(|v| v.key() == rpc.validator_key);
    let address = govhub_consensus::Validator::new(&rpc.validator_key, 1).map_err(RpcError::internal)?.address();
    Ok(json!({
        "node_info": {
            "protocol_version": {"p2p": "8", "block": govhub_consensus::header::BLOCK_PROTOCOL.to_string(), "app": tip.app_version.to_string()},
            "id": node_id(rpc),
            "listen_addr": rpc.p2p_listen,
            "network": rpc.ledger.genesis.chain_id.as_str(),
            "version": crate::VERSION,
            "channels": "",
            "moniker": rpc.moniker,
            "other": {"tx_index": "on", "network": if rpc.ledger.genesis.dev { "dev" } else { "prod" }, "rpc_address": format!("tcp://{}", rpc.config.listen)},
        },
        "sync_info": {
            "latest_block_hash": hash(latest),
            "latest_app_hash": app_hash(latest),
            "latest_block_height": tip.height.to_string(),
            "latest_block_time": time(latest),
            "earliest_block_hash": hash(first),
            "earliest_app_hash": app_hash(first),
            "earliest_block_height": if tip.height > 0 { "1" } else { "0" },
            "earliest_block_time": time(first),
            "catching_up": false,
        },
        "validator_info": {
            "address": address.to_string(),
            "pub_key": json::public_key(&rpc.validator_key),
            "voting_power": me.map_or(0, govhub_consensus::Validator::power).to_string(),
        },
    }))
}

/// CometBFT's form of a node id, 20 bytes in hex: the start of SHA-256 over the libp2p peer id.
fn node_id(rpc: &Rpc) -> String {
    hex::encode(&govhub_types::hash::sha256(&[rpc.node_id.as_bytes()])[..20])
}

/// `net_info`
pub fn net_info(rpc: &Rpc) -> Result<Value, RpcError> {
    Ok(json!({"listening": true, "listeners": [rpc.p2p_listen], "n_peers": "0", "peers": []}))
}

/// `genesis`
pub fn genesis(rpc: &Rpc) -> Result<Value, RpcError> {
    Ok(json!({"genesis": rpc.ledger.genesis.document}))
}

fn block_answer(rpc: &Rpc, height: u64) -> Result<Value, RpcError> {
    let (block, bytes) = load(rpc, height)?;
    Ok(json!({"block_id": json::block_id(&block.id(&bytes)), "block": json::block(&block)}))
}

/// `block`
pub fn block(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    block_answer(rpc, height(rpc, params)?)
}

/// `block_by_hash`; CometBFT answers an unknown hash with empty members.
pub fn block_by_hash(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    match rpc.ledger.blocks.height_of(&params.hash("hash")?)? {
        Some(height) => block_answer(rpc, height),
        None => Ok(json!({"block_id": {"hash": "", "parts": {"total": 0, "hash": ""}}, "block": null})),
    }
}

/// `header`
pub fn header(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let (block, _) = load(rpc, height(rpc, params)?)?;
    Ok(json!({"header": json::header(&block.header)}))
}

/// `header_by_hash`
pub fn header_by_hash(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    match rpc.ledger.blocks.height_of(&params.hash("hash")?)? {
        Some(height) => Ok(json!({"header": json::header(&load(rpc, height)?.0.header)})),
        None => Ok(json!({"header": null})),
    }
}

/// `block_results`
pub fn block_results(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let height = height(rpc, params)?;
    let results = rpc.ledger.blocks.results(height)?.ok_or_else(|| RpcError::internal(format!("results of block {height} are not kept")))?;
    let txs: Vec<Value> = results.tx_results.iter().map(json::tx_result).collect();
    let updates: Vec<Value> = results.validator_updates.iter().map(json::validator_update).collect();
    Ok(json!({
        "height": height.to_string(),
        "txs_results": if txs.is_empty() { Value::Null } else { txs.into() },
        "finalize_block_events": json::events(&results.events),
        "validator_updates": if updates.is_empty() { Value::Null } else { updates.into() },
        "consensus_param_updates": null,
        "app_hash": json::base64(&results.app_hash),
    }))
}

/// `blockchain`: headers, newest first.
pub fn blockchain(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let tip = rpc.ledger.tip().height;
    let highest = params.number("maxHeight")?.filter(|h| *h > 0).unwrap_or(tip).min(tip);
    let lowest = params.number("minHeight")?.unwrap_or(1).max(1).max((highest + 1).saturating_sub(HEADERS_MAX));
    let meta = |height| {
        let (block, bytes) = load(rpc, height)?;
        Ok(json!({
            "block_id": json::block_id(&block.id(&bytes)),
            "block_size": bytes.len().to_string(),
            "header": json::header(&block.header),
            "num_txs": block.txs.len().to_string(),
        }))
    };
    let metas = (lowest..=highest).rev().map(meta).collect::<Result<Vec<_>, RpcError>>()?;
    Ok(json!({"last_height": tip.to_string(), "block_metas": metas}))
}

/// `commit`: canonical where the next block carries it, else the one this node saw.
pub fn commit(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let height = height(rpc, params)?;
    let (block, _) = load(rpc, height)?;
    let next = rpc.ledger.blocks.block(height + 1)?.and_then(|(block, _)| block.last_commit);
    let canonical = next.is_some();
    let seen = || rpc.ledger.blocks.seen_commit(height).map_err(RpcError::from);
    let commit = match next {
        Some(commit) => commit,
        None => seen()?.ok_or_else(|| RpcError::internal(format!("the commit of block {height} is not kept")))?,
    };
    Ok(json!({"signed_header": {"header": json::header(&block.header), "commit": json::commit(&commit)}, "canonical": canonical}))
}

/// `validators`: also for the height after the newest block, as CometBFT allows.
pub fn validators(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let tip = rpc.ledger.tip().height;
    let height = params.number("height")?.unwrap_or(tip).max(1);
    if height > tip + 1 {
        return Err(RpcError::internal(format!("height {height} must be less than or equal to the current blockchain height {tip}")));
    }
    let set = rpc.ledger.blocks.validators(height)?.ok_or_else(|| RpcError::internal(format!("validators of height {height} are not kept")))?;
    let per_page = params.number("per_page")?.unwrap_or(PER_PAGE).clamp(1, PER_PAGE_MAX);
    let page = params.number("page")?.unwrap_or(1);
    let total = set.validators().len() as u64;
    let pages = total.div_ceil(per_page);
    if page == 0 || page > pages {
        return Err(RpcError::invalid_params(format!("page should be within [1, {pages}] range, given {page}")));
    }
    let on_page = set.validators().iter().skip(((page - 1) * per_page) as usize).take(per_page as usize);
    let validators: Vec<Value> = on_page.map(json::validator).collect();
    Ok(json!({"block_height": height.to_string(), "count": validators.len().to_string(), "validators": validators, "total": total.to_string()}))
}

/// `consensus_params`
pub fn consensus_params(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let height = height(rpc, params)?;
    let (block, _) = load(rpc, height)?;
    // No action changes them: what genesis says is in force, but for the version.
    let mut in_force = rpc.ledger.genesis.document["consensus_params"].clone();
    in_force["version"] = json!({"app": block.header.version.app.to_string()});
    Ok(json!({"block_height": height.to_string(), "consensus_params": in_force}))
}
