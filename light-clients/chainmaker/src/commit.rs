//! TBFT's quorum certificate: precommits of more than two thirds of the nodes for one block, in one round.
//!
//! Source: chainmaker consensus-tbft v2 `vote.go`, `utils.go`. The chain's check on blocks that it fetches is looser, and what it lets pass
//! is refused here: a quorum of prevotes, votes of another height under the right hash, one certificate voting for several nodes. The
//! stored majority hash is compared with the recomputed one; the stored sum is not looked at, votes are counted.
//!
//! Votes count by node **and** by key: a node twice, or a key for two nodes, is refused. As every counted vote names another node of the
//! voter's own organisation, an organisation has at most as many votes as the configuration gives it nodes, however many certificates it
//! has issued.

use std::collections::BTreeSet;

use govhub_lc_core::Reason;
use govhub_types::PublicKey;
use prost::Message;

use crate::authority::Authority;
use crate::block::Block;
use crate::config::{AuthType, MAX_NODES};
use crate::decode;
use crate::proto::chainmaker::v2 as chain;
use crate::signer::{check_signature, Signer, Signers, PROPOSER, VOTER};
use crate::state::NodeKeys;
use crate::suite::text;

const PRECOMMIT: i32 = 1;
/// Field of the votes in their set.
const VOTES: u32 = 6;

/// Verifies that a quorum of `authority` has committed to `block`.
///
/// # Errors
/// A [`Reason`] naming the rule that the certificate or one of its votes breaks. Whoever relays a certificate with a bad vote among enough
/// good ones leaves it out.
pub(crate) fn verify(authority: &Authority, node_keys: &NodeKeys, signers: &mut Signers<'_>, block: &Block, vote_set: &[u8]) -> Result<(), Reason> {
    if vote_set.is_empty() {
        return Err(Reason::new("qc-missing", format!("block {} came without votes", block.height())));
    }
    decode::at_most(vote_set, &[VOTES], MAX_NODES)?;
    let set: chain::VoteSet = decode::chain("vote set", vote_set)?;
    check_set(&set, block)?;
    let mut voters = BTreeSet::<&[u8]>::new();
    let mut keys = BTreeSet::<PublicKey>::new();
    for entry in &set.votes {
        let vote = entry.vote.as_ref().ok_or_else(|| Reason::new("vote-missing", format!("the entry of `{}` has no vote", text(&entry.voter))))?;
        if entry.voter != vote.voter {
            return Err(Reason::new("vote-entry", format!("a vote of `{}` under `{}`", text(&vote.voter), text(&entry.voter))));
        }
        check_vote(vote, &set, block)?;
        let signer = check_voter(authority, node_keys, signers, block, vote)?;
        if !voters.insert(&vote.voter) {
            return Err(Reason::new("duplicate-voter", format!("`{}` votes twice", text(&vote.voter))));
        }
        if !keys.insert(signer.key) {
            return Err(Reason::new("duplicate-voter", format!("the key of `{}` votes for another node too", text(&vote.voter))));
        }
    }
    let quorum = authority.config().quorum();
    match voters.len() >= quorum {
        true => Ok(()),
        false => Err(Reason::new("insufficient-quorum", format!("{} votes of {} nodes, {quorum} are needed", voters.len(), authority.config().nodes.len()))),
    }
}

fn check_set(set: &chain::VoteSet, block: &Block) -> Result<(), Reason> {
    if !set.votes_by_block.is_empty() {
        return Err(Reason::new("qc-shape", "the votes stand there a second time"));
    }
    if set.r#type != PRECOMMIT {
        return Err(Reason::new("qc-type", format!("a set of type {}, not of precommits", set.r#type)));
    }
    if set.height != block.height() {
        return Err(Reason::new("qc-height", format!("a set for height {}, the block is at {}", set.height, block.height())));
    }
    if set.maj23 != block.hash {
        return Err(Reason::new("qc-hash", "the set's majority is for another block"));
    }
    Ok(())
}

fn check_vote(vote: &chain::Vote, set: &chain::VoteSet, block: &Block) -> Result<(), Reason> {
    let of = || format!("vote of `{}`", text(&vote.voter));
    if vote.r#type != PRECOMMIT {
        return Err(Reason::new("vote-type", format!("{}: type {}, not a precommit", of(), vote.r#type)));
    }
    if vote.height != block.height() {
        return Err(Reason::new("vote-height", format!("{}: height {}", of(), vote.height)));
    }
    if vote.round != set.round {
        return Err(Reason::new("vote-round", format!("{}: round {}, the set is of round {}", of(), vote.round, set.round)));
    }
    if vote.hash != block.hash {
        return Err(Reason::new("vote-hash", format!("{}: for another block", of())));
    }
    Ok(())
}

fn check_voter(
    authority: &Authority, node_keys: &NodeKeys, signers: &mut Signers<'_>, block: &Block, vote: &chain::Vote,
) -> Result<Signer, Reason> {
    let voter = std::str::from_utf8(&vote.voter).unwrap_or_default();
    let Some(org) = authority.config().nodes.get(voter) else {
        return Err(Reason::new(VOTER.not_in_set, format!("`{}` is no consensus node", text(&vote.voter))));
    };
    let endorsement = vote.endorsement.clone().unwrap_or_default();
    let signer = signers.resolve(&VOTER, endorsement.signer.as_ref(), block.time_s)?;
    let other_key = || Reason::new("voter-key-mismatch", format!("the vote of `{voter}` is signed with another key than that node's"));
    if signer.node_id.as_deref().is_some_and(|id| id != voter) {
        return Err(other_key());
    }
    if authority.config().auth_type != AuthType::Public && signer.org != *org {
        return Err(Reason::new(VOTER.org_mismatch, format!("`{voter}` is a node of `{org}`, the vote is signed by one of `{}`", signer.org)));
    }
    if !signer.is_consensus {
        return Err(Reason::new(VOTER.role, format!("`{voter}`: the certificate's unit is not `consensus`")));
    }
    if !signer.may_sign_as(voter, authority) || !node_keys.allow(voter, &signer.key) {
        return Err(other_key());
    }
    let signed = chain::Vote { endorsement: None, ..vote.clone() }.encode_to_vec();
    check_signature(&VOTER, &signer.key, &signed, &endorsement.signature)?;
    Ok(signer)
}

/// Verifies that a node of `authority` has proposed `block`.
///
/// In certificate mode nothing on the chain says which of an organisation's nodes has the certificate; that it has one is demanded.
///
/// # Errors
/// A [`Reason`] naming the rule.
pub(crate) fn verify_proposer(authority: &Authority, node_keys: &NodeKeys, signers: &mut Signers<'_>, block: &Block) -> Result<(), Reason> {
    let config = authority.config();
    let signer = signers.resolve(&PROPOSER, block.header.proposer.as_ref(), block.time_s)?;
    let not_in_set = |who: &str| Reason::new(PROPOSER.not_in_set, format!("`{who}` is no consensus node"));
    match &signer.node_id {
        Some(id) => {
            let org = config.nodes.get(id).ok_or_else(|| not_in_set(id))?;
            if config.auth_type != AuthType::Public && signer.org != *org {
                return Err(Reason::new(PROPOSER.org_mismatch, format!("`{id}` is a node of `{org}`, not of `{}`", signer.org)));
            }
        }
        None => {
            let nodes: Vec<&str> = config.nodes.iter().filter(|(_, org)| **org == signer.org).map(|(id, _)| id.as_str()).collect();
            if nodes.is_empty() {
                return Err(not_in_set(&signer.org));
            }
            if !signer.is_consensus {
                return Err(Reason::new(PROPOSER.role, "the certificate's unit is not `consensus`"));
            }
            if !nodes.iter().any(|id| signer.may_sign_as(id, authority) && node_keys.allow(id, &signer.key)) {
                return Err(Reason::new("proposer-key-mismatch", format!("`{}` signs with another key than its nodes'", signer.org)));
            }
        }
    }
    check_signature(&PROPOSER, &signer.key, &block.hash, &block.header.signature)
}
