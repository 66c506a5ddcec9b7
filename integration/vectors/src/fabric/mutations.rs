//! Bent and re-signed blocks, each beside the block that really stood in its place.

use anyhow::{Context, Result};
use govhub_lc_core::Reason;
use govhub_lc_fabric::block::Block;
use govhub_lc_fabric::native::replay::Code;
use serde_json::Value;

use super::follower::Follower;
use super::{block_bytes, blocks, case, judged, number, text, unusable};
use crate::{Case, Expected, Folder, Verdict};

/// Mutations of the BFT channel. Where each stands follows from the hash of the block before, which none of them changes.
pub fn smartbft(folder: &Folder, name: &str) -> Result<Vec<Case>> {
    let chain = folder.json(super::SMARTBFT)?;
    let mut found = Vec::new();
    for mutation in folder.json(name)?["cases"].as_array().context("no list `cases`")? {
        let (bytes, title) = (block_bytes(mutation)?, text(mutation, "name")?);
        let before = Block::read(&bytes).map_err(unusable)?.header.previous_hash.context("genesis is not bent")?;
        let place = blocks(&chain)?.iter().position(|block| block["header_hash"] == hex::encode(before)).context("hangs on none of the blocks")?;
        let mut follower = up_to(&chain, place)?;
        let expected = Expected::Reject(vec![title.to_owned()]);
        // This one is no mutation of the block, which the channel's own file accepts, but of whom the verifier believes.
        let verdict = match bytes == block_bytes(&blocks(&chain)?[place + 1])? {
            true => Follower::under_its_own_config(&bytes, &before, u64::try_from(place)?)?.offer(&bytes, &[]),
            false => follower.offer(&bytes, &[]),
        };
        found.push(case(title, expected, judged(verdict)));
        found.push(control(&chain, &mut follower, title, place + 1)?);
    }
    Ok(found)
}

/// Mutations of the Raft channel: blocks to be refused, and blocks to be accepted whose transaction does not count.
pub fn raft(folder: &Folder, name: &str) -> Result<Vec<Case>> {
    let file = folder.json(name)?;
    let chain = folder.json(&format!("fabric/{}", text(&file, "chain_file")?))?;
    let mut found = Vec::new();
    for mutation in file["cases"].as_array().context("no list `cases`")? {
        let (bytes, title) = (block_bytes(mutation)?, text(mutation, "name")?);
        let place = usize::try_from(number(mutation, "trusted_up_to")?)?;
        let mut follower = up_to(&chain, place)?;
        let expected = Expected::Reject(vec![text(mutation, "expected_reason")?.to_owned()]);
        match text(mutation, "kind")? {
            "block" => found.push(case(title, expected, judged(follower.offer(&bytes, &[])))),
            "tx" => {
                let index = usize::try_from(number(mutation, "tx_index")?)?;
                found.push(case(format!("{title}: the block"), Expected::Accept, judged(follower.offer(&bytes, &[]))));
                let code = *follower.judge(&bytes)?.get(index).context("no such transaction")?;
                found.push(case(format!("{title}: the transaction"), expected, counts(code)));
                follower = up_to(&chain, place)?;
            }
            other => anyhow::bail!("no reader for cases of kind `{other}`"),
        }
        found.push(control(&chain, &mut follower, title, place + 1)?);
    }
    Ok(found)
}

/// A client that has followed the channel up to block `last`.
fn up_to(chain: &Value, last: usize) -> Result<Follower> {
    let blocks = blocks(chain)?;
    let mut follower = Follower::new(&block_bytes(blocks.first().context("no blocks")?)?, &[])?;
    for block in blocks.iter().take(last + 1).skip(1) {
        let bytes = block_bytes(block)?;
        follower.offer(&bytes, &[]).map_err(unusable)?;
        follower.judge(&bytes)?;
    }
    Ok(follower)
}

/// The block that really stands there.
fn control(chain: &Value, follower: &mut Follower, title: &str, place: usize) -> Result<Case> {
    let block = blocks(chain)?.get(place).context("no block in its place")?;
    Ok(case(format!("{title}: the real block {place}"), Expected::Accept, judged(follower.offer(&block_bytes(block)?, &[]))))
}

/// Whether a transaction counts.
fn counts(code: Code) -> Verdict {
    let refused = |code| Verdict::refused(&Reason::new(code, "by the transaction's own signatures, policies and versions"));
    match code {
        Code::Valid => Verdict::Accepted,
        Code::BadCreatorSignature => refused("bad-creator-signature"),
        Code::DuplicateTxId => refused("duplicate-tx-id"),
        Code::EndorsementPolicyFailure => refused("endorsement-policy-failure"),
        other => Verdict::Refused { code: format!("{other:?}"), detail: String::new() },
    }
}
