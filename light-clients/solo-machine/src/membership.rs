//! Proofs: a signed statement about one path, good once.
//!
//! **Not checked**: that a proof is not ahead of the host's clock. The face tells proofs no time, and ibc-go looks neither at a proof's nor
//! at a header's; a machine that signs with a wrong clock needs governance.
//!
//! Source: ibc-go v10.5.1 `06-solomachine/client_state.go` `verifyMembership`, `verifyNonMembership`.

use govhub_lc_core::{Reason, StoredPath};
use govhub_types::Time;

use crate::decode;
use crate::sign_bytes::{self, HEADER_PATH};
use crate::state::{ClientState, ConsensusState};

/// Verifies that the machine states `value` under `path`; the client after that.
///
/// # Errors
/// `empty-value`: an empty value would be a statement of absence. Else a [`Reason`] naming the rule broken.
pub(crate) fn present(client: &ClientState, path: StoredPath<'_>, value: &[u8], proof: &[u8]) -> Result<ClientState, Reason> {
    if value.is_empty() {
        return Err(Reason::new("empty-value", "a machine states absence by an empty value; nothing stored is empty"));
    }
    stated(client, path, value, proof)
}

/// Verifies that the machine states that nothing is stored under `path`; the client after that.
pub(crate) fn absent(client: &ClientState, path: StoredPath<'_>, proof: &[u8]) -> Result<ClientState, Reason> {
    stated(client, path, &[], proof)
}

fn stated(client: &ClientState, path: StoredPath<'_>, data: &[u8], proof: &[u8]) -> Result<ClientState, Reason> {
    let key = key(path)?;
    let raw = decode::proof(proof)?;
    let time = Time::from_unix_ns(raw.timestamp);
    client.check_time(time)?;
    client.verify_signature(&sign_bytes::statement(client.binding(time), &key, data), &raw.signature_data)?;
    client.after(ConsensusState { time, ..client.consensus.clone() })
}

/// The second of two keys: the first names a store that a machine does not have.
fn key(path: StoredPath<'_>) -> Result<Vec<u8>, Reason> {
    let keys: [Vec<u8>; 2] =
        path.keys().try_into().map_err(|keys: Vec<_>| Reason::new("path-length", format!("{} keys; a machine's merkle prefix has 2 elements", keys.len())))?;
    let [_, key] = keys;
    if key == HEADER_PATH {
        return Err(Reason::new("reserved-path", "headers are signed under this path"));
    }
    Ok(key)
}
