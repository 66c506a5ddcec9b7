//! Attested events: m of n named keys say, each for itself, that the bridge stored this value under this path in this block.
//!
//! They stand beside the sealers' quorum, not in its place: an attested event is in a finalised block as well.

use govhub_lc_core::Reason;
use prost::Message;

use crate::event::Stored;
use crate::key_map::{Address, Attestors};
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::state::{ClientState, ConsensusState};

/// What every attested message begins with.
const DOMAIN: &[u8] = b"govhub/fisco/stored/1";

/// Bytes that an attestor signs: the domain, then the canonical protobuf of what was stored, where and when.
pub fn sign_bytes(event: &raw::AttestedEvent) -> Vec<u8> {
    [DOMAIN, &event.encode_to_vec()].concat()
}

/// The statement that `stored` is an event of block `number`.
pub(crate) fn statement(client: &ClientState, block: &ConsensusState, number: u64, bridge: &Address, stored: &Stored) -> raw::AttestedEvent {
    raw::AttestedEvent {
        chain_id: client.chain_id.clone(),
        group_id: client.group_id.clone(),
        genesis_hash: client.genesis_hash.to_vec(),
        number,
        block_hash: block.hash.to_vec(),
        bridge: bridge.to_vec(),
        path: stored.path.clone(),
        value: stored.value.clone(),
    }
}

/// Verifies that enough attestors signed `statement`, each once.
pub(crate) fn check(attestors: &Attestors, statement: &raw::AttestedEvent, attestations: &[raw::Attestation]) -> Result<(), Reason> {
    if attestations.len() < attestors.threshold as usize {
        return Err(Reason::new("attestation-quorum", format!("{} attestations; {} are needed", attestations.len(), attestors.threshold)));
    }
    let message = sign_bytes(statement);
    let mut last = None;
    for attestation in attestations {
        if last.is_some_and(|last| attestation.attestor <= last) {
            return Err(Reason::new("attestor-repeated", "places must ascend: each attestor counts once"));
        }
        last = Some(attestation.attestor);
        let key = usize::try_from(attestation.attestor).ok().and_then(|place| attestors.keys.get(place));
        let key = key.ok_or_else(|| Reason::new("unknown-attestor", format!("place {} of {}", attestation.attestor, attestors.keys.len())))?;
        key.verify(&message, &attestation.signature).map_err(|error| Reason::new("attestation", format!("of attestor {}: {error}", attestation.attestor)))?;
    }
    Ok(())
}
