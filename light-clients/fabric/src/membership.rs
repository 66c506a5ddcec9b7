//! Proofs that the chaincode's state was given a value.
//!
//! Orderers' signatures prove order, not validity: whether a transaction counts is decided by each peer and written where nobody signs it.
//! So a proof has two halves, and both are needed.
//! 1. *Inclusion*: the transaction stands in a block that this client knows, directly or through the hashes of the headers behind it; it calls
//!    the chaincode, writes the key, and is endorsed as the chaincode's policy asks, by members at that time.
//! 2. *That it counted*: a query, endorsed by members of now, read the key at the version of that very transaction. Now is the newest
//!    configuration that this client knows, whatever the height: an old height brings back no endorser who has been revoked since.
//!
//! **What it proves**: at the place of that transaction the key was given the value. Not that it has it still: packet commitments are
//! deleted when they are settled, receipts and acknowledgements never.
//!
//! **Not checked**: who made the query (any member may), policies of single keys that were set before (the query says that peers, who know them,
//! let the write count).

use govhub_lc_core::{ConsensusStates, Fault, LightClient, Reason};
use govhub_types::Height;
use govhub_x509::When;

use crate::block::{Block, Content, Header};
use crate::config::ChannelConfig;
use crate::decode;
use crate::header::check_successor;
use crate::messages::common::BlockHeader;
use crate::messages::ledger::Version;
use crate::msp::{signers, Bad};
use crate::proto::govhub::lightclients::fabric::v1 as raw;
use crate::query::Query;
use crate::state::{ClientState, ConsensusState, InForce};
use crate::transaction::{check_creator, EndorsedTransaction};
use crate::wire::Message;

/// Verifies that `value` was given to `key`, by a proof under the block at `height`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub(crate) fn present(client: &ClientState, states: &dyn ConsensusStates, height: Height, key: &str, value: &[u8], proof: &[u8]) -> Result<(), Reason> {
    if height > client.latest_height() {
        return Err(Reason::new("height-above-latest", format!("latest is {}, proof is for {height}", client.latest_height())));
    }
    if value.is_empty() {
        return Err(Reason::new("empty-value", "nothing stored is empty"));
    }
    let proof = decode::proof(proof)?;
    let at = client.consensus_state_at(states, height.revision_height).map_err(not_stored)?;
    let block = Block::read(proof.block)?;
    check_links(&block.header, &proof.links, height.revision_height, &at)?;
    let content = block.content()?;
    let before = client.consensus_state_before(states, block.header.number).map_err(not_stored)?;
    let then = before.config_in_force(states).map_err(not_stored)?;
    check_transaction(client, &then, &content, proof.transaction, key, value)?;

    let query = proof.query.ok_or_else(|| Reason::new("query-missing", "inclusion alone does not say that a transaction counted"))?;
    let query = Query::read(query, client.channel_id(), &client.key_map, key, value)?;
    if query.version != (Version { block_num: block.header.number, tx_num: u64::from(proof.transaction) }) {
        return Err(Reason::new("version-mismatch", format!("peers have the key from block {}, transaction {}", query.version.block_num, query.version.tx_num)));
    }
    check_definition(client, &query.definition)?;
    let newest = client.consensus_state_at(states, client.latest_block()).map_err(not_stored)?;
    let now = newest.config_in_force(states).map_err(not_stored)?;
    query.check_endorsers(&ChannelConfig::read(&now.config.group)?, &client.endorsers.query, newest.accepted_at)
}

fn not_stored(fault: Fault) -> Reason {
    match fault {
        Fault::Undecodable(reason) => reason,
        other => Reason::new("no-consensus-state", other.to_string()),
    }
}

/// That headers lead from `header` to the block at height `number`.
fn check_links(header: &Header, links: &[&[u8]], number: u64, at: &ConsensusState) -> Result<(), Reason> {
    let mut last = *header;
    for link in links {
        let next = Header::new(&BlockHeader::read(link)?)?;
        check_successor(last.number, &last.hash(), &next)?;
        last = next;
    }
    match last.number == number && last.hash() == at.header_hash {
        true => Ok(()),
        false => Err(Reason::new("header-mismatch", format!("the proof leads to another block than the one accepted at {number}"))),
    }
}

/// That transaction `index` wrote `value` to `key`, under the configuration of its time.
fn check_transaction(client: &ClientState, then: &InForce, content: &Content<'_>, index: u32, key: &str, value: &[u8]) -> Result<(), Reason> {
    let Content::Transactions(transactions) = content else {
        return Err(Reason::new("transaction-type", "the block carries a configuration"));
    };
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let missing = || Reason::new("transaction-index", format!("{index} of {}", transactions.len()));
    let transaction = transactions.get(index).ok_or_else(missing)?;
    transaction.check_channel(client.channel_id())?;
    let endorsed = EndorsedTransaction::read(transaction)?;
    let chaincode = client.key_map.chaincode.as_str();
    if endorsed.chaincode != chaincode {
        return Err(Reason::new("chaincode-mismatch", format!("expected a call of `{chaincode}`")));
    }
    endorsed.check_status()?;
    endorsed.rwset.check_writes_only_in(chaincode)?;
    let write = endorsed.rwset.write(chaincode, key)?;
    if write.is_delete || write.value != value {
        return Err(Reason::new("value-mismatch", "the transaction deleted the key, or wrote another value"));
    }
    check_definition(client, &endorsed.rwset.definition(chaincode)?)?;
    let config = ChannelConfig::read(&then.config.group)?;
    check_creator(&config, transaction)?;
    let endorsers = signers(&config.msps, &endorsed.statements(), When::AtIssue, Bad::PassOver)?;
    client.endorsers.transaction.check(&config, &endorsers)
}

/// That the chaincode is the one that governance approved: each new definition is committed at another place.
fn check_definition(client: &ClientState, found: &Version) -> Result<(), Reason> {
    let raw::Version { block, transaction } = client.definition;
    match (found.block_num, found.tx_num) == (block, transaction) {
        true => Ok(()),
        false => Err(Reason::new(
            "definition-changed",
            format!("the chaincode was defined in block {}, transaction {}; approved is {block}, {transaction}", found.block_num, found.tx_num),
        )),
    }
}
