//! Packets: a value is stored under a path if the bridge logged so in an accepted block (PROTOCOL 2, "native key of a path").
//!
//! **Not proved**: that the value still stands there. Packet paths are written once; a commitment that was deleted after it settled can be
//! shown again and changes nothing then.

use govhub_lc_core::{ConsensusStates, Reason, StoredPath};
use govhub_types::Height;

use crate::decode;
use crate::proof;
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::state::ClientState;

/// Verifies that the bridge stored `value` under `path` in block `height`.
pub(crate) fn present(
    client: &ClientState, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
) -> Result<(), Reason> {
    if path.prefix.len() != 1 || !path.prefix[0].is_empty() {
        return Err(Reason::new("prefix", "paths of this family stand under the prefix `[\"\"]`"));
    }
    if value.is_empty() {
        return Err(Reason::new("empty-value", "nothing stored is empty"));
    }
    let proof = decode::proof(proof)?;
    if height != Height::new(0, proof.number) {
        return Err(Reason::new("proof-height", format!("the proof is for block {}, asked is {height}", proof.number)));
    }
    if proof.claim() != raw::Claim::Event {
        return Err(Reason::new("claim", "a packet is shown by an event"));
    }
    let stored = proof::check(client, states, &proof)?.stored.ok_or_else(|| Reason::new("key-map-place", "the trust file names an event that stores no packets"))?;
    if stored.path != path.path {
        return Err(Reason::new("other-path", "the event is of another path"));
    }
    if stored.value != value {
        return Err(Reason::new("other-value", "another value was stored there"));
    }
    Ok(())
}
