//! Chains that are followed block by block from their anchor.

use anyhow::{anyhow, ensure, Context, Result};
use govhub_lc_core::Reason;
use govhub_lc_qbft::authority::Authority;
use govhub_lc_qbft::header::BlockHeader;
use govhub_lc_qbft::native::trust_file;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::{rlp, ConsensusState, Flavour, KeyMap};
use serde_json::Value;

use super::codec::digests;
use super::follower::Follower;
use super::{accept, addresses, array, bytes, list, number, proofs, reject, same, text};
use crate::Case;

/// A client for chains that are not about packets.
pub fn client(flavour: Flavour, latest_height: u64, items: u32, authority: &Authority) -> raw::ClientState {
    raw::ClientState {
        chain_id: 1,
        flavour: flavour.to_raw().into(),
        epoch_length: 30_000,
        key_map: Some(KeyMap::protocol([1; 20]).to_raw()),
        trusting_period_s: 14 * 86_400,
        max_clock_drift_s: 30,
        false_list: raw::FalseList::Refuse.into(),
        header_items: vec![items],
        latest_height,
        authority: Some(authority.to_raw()),
        ..Default::default()
    }
}

/// Headers with stated validators, each offered to a client that knows these validators and the header's parent.
pub fn quorum_cases(file: &Value) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for case in list(file, "cases")? {
        let (name, header_rlp) = (text(case, "name")?, bytes(case, "header_rlp")?);
        let header = BlockHeader::decode(Flavour::BesuQbft, &[16], &header_rlp).map_err(|reason| anyhow!("{name}: {reason}"))?;
        let authority = Authority::of(addresses(case, "validators")?).map_err(|reason| anyhow!("{name}: {reason}"))?;
        let parent = ConsensusState {
            timestamp_s: header.timestamp - 1,
            block_hash: header.parent_hash,
            state_root: [0; 32],
            storage_root: None,
            authority_hash: authority.hash(),
        };
        let mut follower = Follower::new(client(Flavour::BesuQbft, header.number - 1, 16, &authority), &parent, header.timestamp)?;
        let judged = follower.offer(header_rlp.clone());
        if case["valid_under_ceil_2n_3"] == true {
            let (seal_hash, block_hash) = (array(case, "seal_hash")?, array(case, "block_hash")?);
            let digests = digests(Flavour::BesuQbft, &header_rlp, &seal_hash, &block_hash, &addresses(case, "signers")?);
            cases.push(accept(name, judged.and(digests)));
            continue;
        }
        let word = match name {
            "BAD_duplicate_seal" => "DUPLICATE_SIGNER",
            "BAD_non_member_seal" => "UNKNOWN_SIGNER",
            _ => "BELOW_QUORUM",
        };
        cases.push(reject(name, &[word], judged));
    }
    Ok(cases)
}

/// A real IBFT 1 chain from its genesis block.
pub fn ibft1(file: &Value) -> Result<Vec<Case>> {
    let blocks = list(file, "blocks")?;
    let (genesis, rest) = blocks.split_first().context("no blocks")?;
    let header_rlp = bytes(genesis, "header_rlp")?;
    let header = BlockHeader::decode(Flavour::GoQuorumIbft1, &[15], &header_rlp).map_err(|reason| anyhow!("genesis: {reason}"))?;
    ensure!(header.block_hash() == array(genesis, "block_hash")?, "the genesis block hashes to something else");
    let mut validators = header.extra.validators.clone();
    validators.sort_unstable();
    let authority = Authority::of(validators).map_err(|reason| anyhow!("genesis: {reason}"))?;
    let anchor = ConsensusState {
        timestamp_s: header.timestamp,
        block_hash: header.block_hash(),
        state_root: header.state_root,
        storage_root: None,
        authority_hash: authority.hash(),
    };
    let last = bytes(blocks.last().context("no blocks")?, "header_rlp")?;
    let now = BlockHeader::decode(Flavour::GoQuorumIbft1, &[15], &last).map_err(|reason| anyhow!("last block: {reason}"))?.timestamp;
    let mut state = client(Flavour::GoQuorumIbft1, 0, 15, &authority);
    state.trusting_period_s = 20 * 365 * 86_400; // its genesis says 2017, its blocks 2025
    let mut follower = Follower::new(state, &anchor, now)?;
    let mut cases = vec![accept("block 0", Ok::<_, Reason>(()))];
    for block in rest {
        let rlp = bytes(block, "header_rlp")?;
        let digests = digests(Flavour::GoQuorumIbft1, &rlp, &[0; 32], &array(block, "block_hash")?, &addresses(block, "committers")?);
        cases.push(accept(format!("block {}", number(block, "number")?), follower.offer(rlp).and(digests)));
    }
    Ok(cases)
}

/// A recorded chain: headers, other nodes' encodings of them, proofs, transactions and receipts.
pub fn live(file: &Value) -> Result<Vec<Case>> {
    let mut follower = anchored(file, "refuse", false)?;
    let mut cases = Vec::new();
    let stated = array::<32>(&file["trust"], "genesis_hash")?;
    cases.push(accept("genesis block from the genesis file", same("hash", &follower.at(0)?.block_hash, &stated)));
    for header in &list(file, "headers")?[1..] {
        let (number, rlp) = (number(header, "number")?, bytes(header, "rlp")?);
        let in_charge = addresses(header, "validators_in_charge")?;
        let known = same("validators in charge", &follower.client.authority().validators().to_vec(), &in_charge);
        let before = follower.clone();
        let judged = known.and(follower.offer(rlp.clone()));
        let (seal_hash, block_hash) = (array(header, "seal_hash")?, array(header, "block_hash")?);
        let digests = digests(Flavour::GoQuorumQbft, &rlp, &seal_hash, &block_hash, &addresses(header, "recovered_committers")?);
        let next = same("validators of the next block", &follower.client.authority().validators().to_vec(), &addresses(header, "validators_next_from_node")?);
        cases.push(accept(format!("block {number}"), judged.and(digests).and(next)));
        for other in list(header, "other_encodings")? {
            let name = format!("block {number} as node {} stores it", other["node"]);
            let mut twin = before.clone();
            let judged = twin.offer(with_extra_data(&rlp, &bytes(other, "extra_data")?)?);
            cases.push(accept(name, judged.and_then(|()| same("state", &twin.states.0.last_key_value(), &follower.states.0.last_key_value()))));
        }
    }
    cases.extend(proofs::live(file, &follower)?);
    Ok(cases)
}

/// A client that believes the file's genesis block, by the genesis file alone.
pub fn anchored(file: &Value, false_list: &str, forgets_transitions: bool) -> Result<Follower> {
    let mut genesis = file["genesis"].clone();
    if forgets_transitions {
        genesis["config"]["transitions"] = Value::Array(Vec::new());
    }
    let contract = format!("0x{}", text(&file["commitments"], "contract")?);
    let options = [("contract", contract.as_str()), ("false_list", false_list)].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let trust = trust_file(&serde_json::to_vec(&genesis)?, &options).map_err(|reason| anyhow!("trust file: {reason}"))?;
    let newest = list(file, "headers")?.last().context("no headers")?;
    let time = text(&newest["rpc"], "timestamp")?;
    let now = u64::from_str_radix(time.trim_start_matches("0x"), 16)?;
    // Two minutes after the newest block of the file: negatives and continuations come after it.
    Follower::from_trust_file(&trust, now + 120)
}

/// The header with other extra data.
fn with_extra_data(header: &[u8], extra_data: &[u8]) -> Result<Vec<u8>> {
    let list = rlp::decode(header).and_then(|piece| piece.list()).map_err(|error| anyhow!("header: {error}"))?;
    let mut strings = Vec::new();
    for (place, item) in list.enumerate() {
        let item = item.map_err(|error| anyhow!("header: {error}"))?;
        if place == 12 {
            rlp::put_text(&mut strings, extra_data);
        } else {
            strings.extend_from_slice(item.raw);
        }
    }
    let mut out = Vec::new();
    rlp::put_list(&mut out, &[&strings]);
    Ok(out)
}
