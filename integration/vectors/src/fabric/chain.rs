//! Channels that are followed from their genesis, and genesis blocks alone.

use anyhow::{Context, Result};
use govhub_lc_core::native::Item;
use govhub_lc_fabric::block::{Block, Content};
use govhub_lc_fabric::config::Group;
use govhub_lc_fabric::messages::common::{Config, ConfigEnvelope};
use govhub_lc_fabric::native::replay::Code;
use govhub_lc_fabric::native::{items, self_check, trust_file};
use govhub_lc_fabric::wire::Message;
use serde_json::Value;

use super::follower::Follower;
use super::{block_bytes, blocks, case, equals, judged, text, unusable};
use crate::{Case, Expected, Folder, Verdict};

/// Follows the blocks of `file` from the genesis block in `start`, leaving out `skip` of them: each block accepted, each recorded hash
/// and code recomputed. Where other orderers' copies were recorded, once more with all of them needed.
pub fn follow(start: &Value, file: &Value, skip: usize) -> Result<Vec<Case>> {
    let genesis = block_bytes(blocks(start)?.first().context("no blocks")?)?;
    let mut follower = Follower::new(&genesis, &[])?;
    let has_copies = blocks(file)?.iter().any(|block| !copies(block).unwrap_or_default().is_empty());
    let mut strict = has_copies.then(|| Follower::new(&genesis, &[("orderers", "3"), ("organisations", "2")])).transpose()?;
    let mut found = Vec::new();
    for recorded in blocks(file)?.iter().skip(skip) {
        let (bytes, name) = (block_bytes(recorded)?, format!("block {}", recorded["number"]));
        found.push(case(&name, Expected::Accept, judged(follower.offer(&bytes, &[]))));
        if let Some(strict) = &mut strict {
            let verdict = judged(strict.offer(&bytes, &copies(recorded)?));
            found.push(case(format!("{name}, signed by 3 orderers of 2 organisations"), Expected::Accept, verdict));
        }
        let hash = Block::read(&bytes).map_err(unusable)?.header.hash();
        found.push(equals(format!("{name}, header hash"), &text(recorded, "header_hash")?.to_owned(), &hex::encode(hash)));
        let codes = follower.judge(&bytes)?;
        if let Some(filter) = recorded["tx_filter"].as_str().filter(|filter| !filter.is_empty()) {
            found.push(equals(format!("{name}, validation codes"), &filter.to_owned(), &filter_of(&codes)));
        }
    }
    Ok(found)
}

/// Codes as peers write them into the metadata.
fn filter_of(codes: &[Code]) -> String {
    hex::encode(codes.iter().map(|code| *code as u8).collect::<Vec<_>>())
}

fn copies(block: &Value) -> Result<Vec<Vec<u8>>> {
    let list = block["other_orderer_copies"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|copy| super::base64(copy, "metadata0_base64")).collect()
}

/// Blocks without their genesis: they hang together and are signed by whom they name.
pub fn self_consistent(file: &Value) -> Result<Vec<Case>> {
    let mut before: Option<[u8; 32]> = None;
    let mut found = Vec::new();
    for recorded in blocks(file)? {
        let (bytes, name) = (block_bytes(recorded)?, format!("block {}", recorded["number"]));
        let header = Block::read(&bytes).map_err(unusable)?.header;
        let verdict = match itself(&bytes) {
            Ok(()) if before.is_none() || before == header.previous_hash => Verdict::SelfConsistent,
            Ok(()) => Verdict::Refused { code: "previous-hash".into(), detail: name.clone() },
            Err(reason) => Verdict::refused(&reason),
        };
        found.push(case(name, Expected::SelfConsistent, verdict));
        before = Some(header.hash());
    }
    Ok(found)
}

/// A block against nothing but itself.
pub fn itself(block: &[u8]) -> Result<(), govhub_lc_core::Reason> {
    let items: Vec<Item> = items(block)?;
    items.iter().try_for_each(|item| self_check(item).map(|_| ()))
}

/// A genesis block: it is read, and either a channel can be followed from it or the reason why not is named.
pub fn anchor(folder: &Folder, name: &str) -> Result<Vec<Case>> {
    let (bytes, recorded) = match name.ends_with(".json") {
        true => {
            let file = folder.json(name)?;
            let block = blocks(&file)?.first().context("no blocks")?.clone();
            (block_bytes(&block)?, Some(text(&block, "header_hash")?.to_owned()))
        }
        false => (folder.bytes(name)?, None),
    };
    let mut found = vec![case("parses", Expected::Accept, judged(parses(&bytes)))];
    if let Some(recorded) = recorded {
        found.push(equals("header hash", &recorded, &hex::encode(Block::read(&bytes).map_err(unusable)?.header.hash())));
    }
    let options = [("accepted_at_s", "1795478400"), ("definition", "0:0")].map(|(name, value)| (name.to_string(), value.to_string()));
    let expected = match name {
        // Capability V1_3; BFT with capability V2_0, which orderers refuse too.
        _ if name.ends_with("fabric_raft_genesis.json") => Expected::Reject(vec!["capability-unsupported".into()]),
        _ if name.ends_with("fabric_smartbft_genesis.json") => Expected::Reject(vec!["consensus-type-unsupported".into()]),
        _ => Expected::Accept,
    };
    found.push(case("registration", expected, judged(trust_file(&bytes, &options.into()).map(|_| ()))));
    Ok(found)
}

fn parses(bytes: &[u8]) -> Result<(), govhub_lc_core::Reason> {
    let Content::Config(transaction) = Block::read(bytes)?.content()? else {
        return Err(govhub_lc_core::Reason::new("anchor-without-config", ""));
    };
    Group::read(Config::read(ConfigEnvelope::read(transaction.data)?.config)?.channel_group).map(|_| ())
}
