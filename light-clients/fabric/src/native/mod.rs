//! Fabric's own forms: blocks as `peer channel fetch` writes them, answers of peers, and a trust file from a configuration block.
//!
//! Two forms are read. A file that is Fabric's protobuf `Block`, and nothing else; or JSON with what several calls returned, all bytes in base64:
//! ```json
//! {"blocks": [{"block": "...", "copies": ["..."]}],
//!  "proofs": [{"height": 12, "key": "...", "value": "...", "block": "...", "links": ["..."], "transaction": 0,
//!              "proposal": "...", "responses": ["..."]}]}
//! ```
//! `block` is a `Block`; `copies` the metadata's entry 0 from other orderers' copies; `links` the `BlockHeader`s between the block and the height;
//! `proposal` the `SignedProposal`; `responses` the `ProposalResponse` of each peer. What may be missing: `copies`, `links`, either list.

mod file;
pub mod replay;
mod trust;

use govhub_lc_core::native::Item;
use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Reason};
use govhub_types::Time;
use govhub_x509::LowS;
use ibc_proto::google::protobuf::Any;

use crate::block::{Block, Content, SignedMetadata};
use crate::decode::{self, HEADER_URL};
use crate::messages::common::SignatureHeader;
use crate::messages::msp::SerializedIdentity;
use crate::msp::certificate;
use crate::state::height;
use crate::wire::{messages, Message};
use crate::{membership, ClientState};

pub use file::items;
pub use trust::{explain, trust_file, OPTIONS};

/// Checks behind an accepted proof.
pub const PROOF_CHECKS: [&str; 8] = [
    "canonical-bytes", "included-in-known-block", "transaction-bound-together", "creator", "endorsement-policy", "chaincode-definition",
    "read-back-at-that-version", "read-back-endorsed",
];

messages! {
    /// A proof with what it is to prove.
    Claim<'a> {
        1 height: u64,
        2 key: &'a str,
        3 value: &'a [u8],
        /// The generated `Proof`.
        4 proof: &'a [u8],
    }
}

/// Judges a proof of [`items`] under a client.
///
/// # Errors
/// The reason of the first check that does not hold.
pub fn check_proof(client: &ClientState, states: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let claim = Claim::read(proof)?;
    membership::present(client, states, height(claim.height), claim.key, claim.value, claim.proof)?;
    Ok(PROOF_CHECKS.iter().map(|name| check(name, CheckOutcome::Pass)).collect())
}

/// Judges an item against nothing but itself: hashes, canonical envelopes, one channel, signatures by the certificates that come with
/// them. Nothing of that says that the block is of the channel one means.
///
/// # Errors
/// The reason of the first check that does not hold.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    match item {
        Item::Header { header, .. } => check_blocks(header),
        Item::Proof { proof, .. } => check_alone(proof),
    }
}

fn check_blocks(any: &Any) -> Result<Vec<Check>, Reason> {
    let mut checks = Vec::new();
    for one in decode::header(any)?.blocks.iter() {
        let block = Block::read(one.block)?;
        checks.push(check("header-shape", CheckOutcome::Pass));
        let data = match block.data {
            None => CheckOutcome::NotCheckable,
            Some(_) => {
                check_one_channel(&block.content()?)?;
                CheckOutcome::Pass
            }
        };
        checks.extend(["data-hash", "canonical-envelopes", "one-channel"].map(|name| check(name, data)));
        let signatures = if block.header.number == 0 { CheckOutcome::NotCheckable } else { check_own_certificates(&block)? };
        checks.push(check("signatures-by-own-certificates", signatures));
        // Whoever signs brings his certificate along; nothing here says whether he may.
        checks.push(check("orderers-of-the-channel", CheckOutcome::NotCheckable));
    }
    Ok(checks)
}

fn check_one_channel(content: &Content<'_>) -> Result<(), Reason> {
    match content {
        Content::Config(_) => Ok(()),
        Content::Transactions(list) => content.check_channel(list.first().map(|one| one.channel_header.channel_id).unwrap_or_default()),
    }
}

/// Verifies signatures that name their signer by certificate. Those that name him by number cannot be checked without the configuration.
fn check_own_certificates(block: &Block<'_>) -> Result<CheckOutcome, Reason> {
    let SignedMetadata { value, signatures, .. } = block.signed_metadata()?;
    let mut outcome = if signatures.is_empty() { CheckOutcome::NotCheckable } else { CheckOutcome::Pass };
    for one in &signatures {
        if one.signature_header.is_empty() {
            outcome = CheckOutcome::NotCheckable;
            continue;
        }
        let identity = SerializedIdentity::read(SignatureHeader::read(one.signature_header)?.creator)?;
        let message = [value, one.signature_header, &block.header.bytes()].concat();
        let signer = certificate(identity.id_bytes)?;
        signer.verify_signature(&message, one.signature, LowS::Required).map_err(|error| Reason::new(error.code(), error.to_string()))?;
    }
    Ok(outcome)
}

/// A proof by itself: that block and answers are read, and that the data are what the header says.
fn check_alone(proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let claim = Claim::read(proof)?;
    let proof = decode::proof(claim.proof)?;
    Block::read(proof.block)?.content()?;
    let passed = ["canonical-bytes", "data-hash"];
    let open = ["included-in-known-block", "endorsement-policy", "read-back-endorsed"];
    let passed = passed.iter().map(|name| check(name, CheckOutcome::Pass));
    Ok(passed.chain(open.iter().map(|name| check(name, CheckOutcome::NotCheckable))).collect())
}

fn check(name: &'static str, outcome: CheckOutcome) -> Check {
    Check { name, outcome }
}

/// A run of one block as the message that updates a client.
pub(crate) fn header(block: &[u8], copies: &[Vec<u8>]) -> Any {
    let copies = copies.iter().map(Vec::as_slice).collect::<Vec<_>>().into();
    let header = decode::Header { blocks: vec![decode::SignedBlock { block, copies }].into() };
    Any { type_url: HEADER_URL.into(), value: header.write() }
}

/// Seconds since 1970 as a time.
pub(crate) fn seconds(s: u64) -> Time {
    Time::from_unix_s(s)
}
