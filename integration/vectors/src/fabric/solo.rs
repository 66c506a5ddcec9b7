//! Channels ordered by a single "solo" orderer. Nobody follows them, so their blocks are judged by the parts of the light client below its
//! choice of orderings: hashes, canonical envelopes, and the genesis block's own policy for blocks.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use govhub_lc_core::Reason;
use govhub_lc_fabric::block::{Block, Content};
use govhub_lc_fabric::config::{Group, BLOCK_VALIDATION};
use govhub_lc_fabric::messages::common::{Config, ConfigEnvelope, SignatureHeader};
use govhub_lc_fabric::msp::{signers, Bad, Msps, Signed};
use govhub_lc_fabric::native::trust_file;
use govhub_lc_fabric::policy::Policies;
use govhub_lc_fabric::wire::Message;
use govhub_x509::When;
use serde_json::Value;

use super::{block_bytes, blocks, case, judged};
use crate::{Case, Expected};

/// Every block against the genesis block's policy; a block that says so is refused for its signature; the channel is refused by name.
pub fn cases(file: &Value) -> Result<Vec<Case>> {
    let all = blocks(file)?.iter().map(block_bytes).collect::<Result<Vec<_>>>()?;
    let genesis = all.first().context("no blocks")?;
    let options = [("accepted_at_s", "1795478400"), ("definition", "0:0")].map(|(name, value)| (name.to_string(), value.to_string()));
    let refused = judged(trust_file(genesis, &BTreeMap::from(options)).map(|_| ()));
    let mut found = vec![case("registration", Expected::Reject(vec!["consensus-type-unsupported".into()]), refused)];
    for (number, pair) in all.windows(2).enumerate() {
        let name = format!("block {}", number + 1);
        // The one block that was glued on: its orderer never signed it, and its one entry is two envelopes.
        let glued = number + 1 == 8 && file["note"].as_str().is_some_and(|note| note.starts_with("NEGATIVE"));
        let expected = |reason: &str| if glued { Expected::Reject(vec![reason.into()]) } else { Expected::Accept };
        found.push(case(&name, expected("signature-invalid"), judged(successor(genesis, &pair[0], &pair[1]))));
        let content = judged(Block::read(&pair[1]).and_then(|block| block.content()).map(|_| ()));
        found.push(case(format!("{name}, its data"), expected("envelope-not-canonical"), content));
    }
    Ok(found)
}

fn successor(genesis: &[u8], before: &[u8], block: &[u8]) -> Result<(), Reason> {
    let Content::Config(config) = Block::read(genesis)?.content()? else { return Err(Reason::new("anchor-without-config", "")) };
    let root = Group::read(Config::read(ConfigEnvelope::read(config.data)?.config)?.channel_group)?;
    let mut msps = Msps::new(false);
    for organisation in root.groups.values().flat_map(|section| section.groups.values()) {
        msps.add(organisation.value("MSP")?)?;
    }
    let (before, block) = (Block::read(before)?, Block::read(block)?);
    if block.header.previous_hash != Some(before.header.hash()) || block.header.number != before.header.number + 1 {
        return Err(Reason::new("previous-hash", ""));
    }
    let (metadata, header) = (block.signed_metadata()?, block.header.bytes());
    let mut statements = Vec::new();
    for one in &metadata.signatures {
        let identity = SignatureHeader::read(one.signature_header)?.creator;
        statements.push(Signed { message: [metadata.value, one.signature_header, &header], identity, signature: one.signature });
    }
    Policies::of(&root).check(BLOCK_VALIDATION, &signers(&msps, &statements, When::AtIssue, Bad::Refuse)?)?;
    block.content()?.check_channel(config.channel_header.channel_id)
}
