//! An item against nothing but itself: what can be said of a block or proof whose chain nobody vouches for.

use std::collections::BTreeSet;

use govhub_lc_core::native::Item;
use govhub_lc_core::{Check, CheckOutcome, Reason};
use govhub_types::{KeyKind, PublicKey};
use govhub_x509::{public_key_from_pem, verify_signature, Certificate, LowS};
use prost::Message;

use super::items::header_of;
use crate::block::Block;
use crate::proto::chainmaker::v2 as chain;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::suite::{Hash, Suite};
use crate::{decode, merkle, transaction};

/// Judges an item against nothing but itself. Signatures verify under the keys that the block itself names, and nobody vouches for these.
///
/// # Errors
/// A [`Reason`] for what cannot be read at all.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    match item {
        Item::Header { header, .. } => {
            let message = decode::header(header)?;
            message.blocks.iter().map(block).collect::<Result<Vec<_>, _>>().map(|checks| checks.concat())
        }
        Item::Proof { proof, .. } => {
            let file = raw::ProofFile::decode(proof.as_slice()).map_err(|error| Reason::new("malformed", error.to_string()))?;
            let tx = transaction::decode(&file.proof.unwrap_or_default().tx)?;
            let not_checkable = Check { name: "transaction-in-block", outcome: CheckOutcome::NotCheckable };
            Ok(vec![not_checkable, check("transaction-succeeded", transaction::check_success(&tx).is_ok())])
        }
    }
}

fn block(message: &raw::Block) -> Result<Vec<Check>, Reason> {
    let (suite, header) = header_of(&message.header)?;
    let block = if header.block_height == 0 { Block::decode_genesis(suite, &message.header) } else { Block::decode(suite, &message.header) };
    let Ok(block) = block else { return Ok(vec![check("block-hash", false)]) };
    let proposer = header.proposer.as_ref().and_then(|member| key_of(suite, member));
    let votes = chain::VoteSet::decode(message.vote_set.as_slice()).unwrap_or_default();
    let mut checks = vec![check("block-hash", true)];
    checks.push(signature("proposer", proposer, &block.hash, &header.signature));
    checks.push(match message.vote_set.is_empty() {
        true => Check { name: "votes", outcome: CheckOutcome::NotCheckable },
        false => check("votes", votes_hold(suite, &block, &votes)),
    });
    checks.push(match &message.body {
        None => Check { name: "roots", outcome: CheckOutcome::NotCheckable },
        Some(body) => check("roots", roots_hold(suite, &block, body)),
    });
    checks.push(Check { name: "signers", outcome: CheckOutcome::NotCheckable });
    Ok(checks)
}

/// Every vote is a precommit for this block, by another key than the others, and verifies under the key that it names.
fn votes_hold(suite: Suite, block: &Block, set: &chain::VoteSet) -> bool {
    let mut keys = BTreeSet::new();
    !set.votes.is_empty() && set.r#type == 1 && set.height == block.height() && set.maj23 == block.hash && set.votes.iter().all(|entry| {
        let vote = entry.vote.clone().unwrap_or_default();
        let endorsement = vote.endorsement.clone().unwrap_or_default();
        let Some(key) = endorsement.signer.as_ref().and_then(|member| key_of(suite, member)) else { return false };
        let about_this = vote.r#type == 1 && vote.height == block.height() && vote.round == set.round && vote.hash == block.hash && vote.voter == entry.voter;
        let signed = chain::Vote { endorsement: None, ..vote }.encode_to_vec();
        about_this && keys.insert(key) && verify_signature(&key, &signed, &endorsement.signature, LowS::Any).is_ok()
    })
}

fn roots_hold(suite: Suite, block: &Block, body: &raw::Body) -> bool {
    let tx = |entry: &raw::Entry| match entry.tx.is_empty() {
        true => Hash::try_from(entry.tx_hash.as_slice()).ok(),
        false => transaction::read(suite, block.header.block_version, &entry.tx).ok().map(|(_, hash)| hash),
    };
    let txs: Option<Vec<Hash>> = body.entries.iter().map(tx).collect();
    let rw_sets: Vec<Hash> = body.entries.iter().map(|entry| suite.hash(&[&entry.rw_set])).collect();
    let roots = txs.map(|txs| (merkle::root(suite, &txs), merkle::root(suite, &rw_sets)));
    let counted = u32::try_from(body.entries.len()) == Ok(block.header.tx_count);
    counted && roots == Some((block.roots.map(|roots| roots.tx), block.roots.map(|roots| roots.rw_set)))
}

fn key_of(suite: Suite, member: &chain::Member) -> Option<PublicKey> {
    let certified = Certificate::from_pem(&member.member_info).ok().map(|certificate| *certificate.public_key());
    let key = certified.or_else(|| public_key_from_pem(&member.member_info).ok())?;
    let kind: KeyKind = suite.key_kind();
    (key.kind() == kind).then_some(key)
}

fn signature(name: &'static str, key: Option<PublicKey>, message: &[u8], signature: &[u8]) -> Check {
    match key {
        None => Check { name, outcome: CheckOutcome::NotCheckable },
        Some(key) => check(name, verify_signature(&key, message, signature, LowS::Any).is_ok()),
    }
}

fn check(name: &'static str, holds: bool) -> Check {
    Check { name, outcome: if holds { CheckOutcome::Pass } else { CheckOutcome::Fail } }
}
