//! Judging claims: under a client, or against nothing but themselves.

use govhub_lc_core::native::Item;
use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Reason};

use super::block::readings;
use crate::account::{account, contract, word};
use crate::authority::is_ascending;
use crate::decode;
use crate::extra::Address;
use crate::header::BlockHeader;
use crate::inclusion::{verify_inclusion, Place};
use crate::keccak::{keccak256, Hash};
use crate::membership::{expect_nothing, expect_word, stored};
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::proto::govhub::lightclients::qbft::v1::claim::What;
use crate::seals;
use crate::state::{height, ClientState};
use crate::trie::{Walk, EMPTY_ROOT, MAX_PATH_NODES};

/// Judges a claim under a client and what it has accepted.
///
/// # Errors
/// The reason of the first check that fails: `no-consensus-state`, `other-account`, `other-slot`, `account-present`, `account-absent`,
/// `key-present`, `key-absent`, `value-mismatch`, `index-absent`, `block-hash`, and the reasons of proofs.
pub fn check_proof(client: &ClientState, states: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let claim = decode::claim(proof)?;
    let at = client.provable_at(states, height(claim.height))?;
    match &claim.what {
        Some(What::Storage(claim)) => {
            let map = client.packet_map();
            if address(&claim.address)? != map.contract {
                return Err(Reason::new("other-account", "the proof is of another contract than the one that holds packets"));
            }
            let slot = slot(claim)?;
            if !claim.path.is_empty() && map.slot(&claim.path) != slot {
                return Err(Reason::new("other-slot", "the proof is of another slot than the path's"));
            }
            let missing = || Reason::new("proof-node-missing", "the claim has no proof");
            expect(claim, stored(map, &at, &slot, claim.proof.as_ref().ok_or_else(missing)?)?)?;
            Ok(passed(&["canonical-bytes", "account-proof", "storage-proof", "value"]))
        }
        Some(What::Account(claim)) => {
            expect_account(claim, &at.state_root)?;
            Ok(passed(&["canonical-bytes", "account-proof"]))
        }
        Some(What::Receipt(claim)) => inclusion(client, &at.block_hash, Place::Receipts, claim),
        Some(What::Transaction(claim)) => inclusion(client, &at.block_hash, Place::Transactions, claim),
        None => Err(Reason::new("claim", "claims nothing")),
    }
}

fn inclusion(client: &ClientState, block_hash: &Hash, place: Place, claim: &raw::InclusionClaim) -> Result<Vec<Check>, Reason> {
    verify_inclusion(client.flavour(), client.header_items(), block_hash, &claim.header, place, claim.index, &claim.raw, &claim.nodes)?;
    Ok(passed(&["canonical-bytes", "block-hash", "inclusion-proof", "value"]))
}

/// Judges an item against nothing but itself: seals by the header's own list, proofs by their own first nodes. It shows that a file is
/// whole, not that it is true.
///
/// # Errors
/// The reason of the first check that fails.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    match item {
        Item::Header { header, .. } => {
            let message = decode::header(header)?;
            let mut checks = Vec::new();
            for block in &message.blocks {
                checks = own_seals(&block.header)?;
            }
            Ok(checks)
        }
        Item::Proof { proof, .. } => own_nodes(&decode::claim(proof)?),
    }
}

/// Reads a header as whichever flavour its own validators have sealed it by.
fn own_seals(header: &[u8]) -> Result<Vec<Check>, Reason> {
    let mut refusal = Reason::new("header-rlp", "no flavour reads this header");
    for reading in readings(header) {
        if reading.extra.validators.is_empty() {
            let names = ["header-shape", "seals", "quorum"];
            let outcome = |name| if name == "header-shape" { CheckOutcome::Pass } else { CheckOutcome::NotCheckable };
            return Ok(names.into_iter().map(|name| Check { name, outcome: outcome(name) }).collect());
        }
        match sealed_by_its_list(&reading) {
            Ok(()) => return Ok(passed(&["header-shape", "seals", "quorum"])),
            Err(reason) => refusal = reason,
        }
    }
    Err(refusal)
}

fn sealed_by_its_list(header: &BlockHeader<'_>) -> Result<(), Reason> {
    let list = &header.extra.validators;
    if !is_ascending(list) {
        return Err(Reason::new("validators-not-sorted", "the list is not strictly ascending"));
    }
    let signers = seals::signers(list, &header.seal_digest(&header.block_hash()), &header.extra.seals)?;
    seals::check_quorum(signers.len(), list.len())
}

fn own_nodes(claim: &raw::Claim) -> Result<Vec<Check>, Reason> {
    let root_of = |nodes: &[Vec<u8>]| nodes.first().map_or(EMPTY_ROOT, |node| keccak256(&[node]));
    match &claim.what {
        Some(What::Storage(claim)) => {
            let proof = claim.proof.clone().unwrap_or_default();
            let account = contract(&root_of(&proof.account_nodes), &address(&claim.address)?, None, &proof.account_nodes)?;
            let mut walk = Walk::new(&proof.storage_nodes, MAX_PATH_NODES)?;
            let found = word(&mut walk, &account.storage_root, &slot(claim)?)?;
            walk.end()?;
            expect(claim, found)?;
            Ok(passed(&["canonical-bytes", "account-proof", "storage-proof", "value"]))
        }
        Some(What::Account(claim)) => {
            expect_account(claim, &root_of(&claim.nodes))?;
            Ok(passed(&["canonical-bytes", "account-proof"]))
        }
        Some(What::Receipt(claim)) => own_inclusion(Place::Receipts, claim),
        Some(What::Transaction(claim)) => own_inclusion(Place::Transactions, claim),
        None => Err(Reason::new("claim", "claims nothing")),
    }
}

fn own_inclusion(place: Place, claim: &raw::InclusionClaim) -> Result<Vec<Check>, Reason> {
    let counts: Vec<usize> = crate::header::HEADER_ITEMS.collect();
    let readings = readings(&claim.header);
    let header = readings.first().ok_or_else(|| Reason::new("header-rlp", "no flavour reads this header"))?;
    verify_inclusion(header.flavour(), &counts, &header.block_hash(), &claim.header, place, claim.index, &claim.raw, &claim.nodes)?;
    Ok(passed(&["canonical-bytes", "inclusion-proof", "value"]))
}

fn expect(claim: &raw::StorageClaim, found: Option<[u8; 32]>) -> Result<(), Reason> {
    if claim.word.is_empty() {
        return expect_nothing(found);
    }
    let word = claim.word.as_slice().try_into().map_err(|_| Reason::new("claim", "a word has 32 bytes"))?;
    expect_word(found, &word)
}

fn expect_account(claim: &raw::AccountClaim, state_root: &Hash) -> Result<(), Reason> {
    match (account(state_root, &address(&claim.address)?, &claim.nodes)?, claim.absent) {
        (Some(_), true) => Err(Reason::new("account-present", "the account exists")),
        (None, false) => Err(Reason::new("account-absent", "there is no such account")),
        _ => Ok(()),
    }
}

fn address(bytes: &[u8]) -> Result<Address, Reason> {
    bytes.try_into().map_err(|_| Reason::new("claim", "an address has 20 bytes"))
}

fn slot(claim: &raw::StorageClaim) -> Result<[u8; 32], Reason> {
    claim.slot.as_slice().try_into().map_err(|_| Reason::new("claim", "a slot has 32 bytes"))
}

fn passed(names: &[&'static str]) -> Vec<Check> {
    names.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect()
}
