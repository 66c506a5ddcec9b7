//! `gov-attestor`: follows a chain by the word of m of n named attestors. The declared weak fallback.
//!
//! **Trust assumption**: any m of the n attestors together may say whatever they like; up to m - 1 liars change nothing (m is more than
//! half, so that two contradicting attestations share a signer). Nothing of the attested chain itself is verified: no consensus, no
//! state root. An attestation is believed for the trusting period after its time. It ends by expiry, by two contradicting statements of
//! m attestors, which freeze the client, or by governance. With m = 1 of 1 it is one operator's word.
//!
//! What they attest: at a height, with the chain's time, a Merkle root over **statements**: this value, or nothing, stands under this
//! packet path. A root and not the statements one by one: m signatures are paid once a height instead of once a packet, and absence is a
//! statement like any other (`absence: proof`). The statements of a height are those that somebody needs, not the whole state.
//!
//! **Bound to one client**: the digest holds the chain id, the diversifier, the attestor set with its epoch, height and time, so that
//! nothing can be shown to another client, of another chain, or after a rotation. A client does not know its own id: the host hands it
//! no more than its state, and the id is drawn only when the approved proposal runs. So governance chooses a **diversifier** in the trust
//! file, `{host chain id}/{name}`, as ICS-06 does. **What governance owes**: a diversifier that no other client with these attestors
//! has, on any chain. **What each attestor owes**: to sign only for diversifiers that it has agreed to serve, and one attestation per height;
//! a new set does not attest again what an old one has attested.
//!
//! Stricter than a list of signers: an attestor signs at most once in a header, no key stands under two names, a bad signature refuses
//! the header even if enough others are good.
//!
//! **Not checked**: that statements are true, sorted or complete. A contradiction within one root can be shown as evidence.
//!
//! Rooms: [`state`] what is stored, [`attestors`] who signs, [`sign_bytes`] what they sign, [`tree`] the root, `decode` bytes to messages,
//! `verify` headers, `misbehaviour` evidence, `membership` proofs, `native` JSON. Start at [`ClientState`].

pub mod attestors;
mod decode;
mod header;
mod membership;
mod misbehaviour;
pub mod proto;
pub mod sign_bytes;
pub mod state;
pub mod tree;
mod verify;

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "testing")]
pub mod testing;

use govhub_lc_core::About;

pub use attestors::{Attestor, AttestorSet, MAX_ATTESTORS};
pub use decode::{CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, MISBEHAVIOUR_URL};
pub use header::Attestation;
pub use membership::{Outcome, Statement, MAX_PATH_BYTES, MAX_VALUE_BYTES};
pub use state::{ClientState, ConsensusState, CLIENT_TYPE};
pub use verify::CHECKS;

/// This family in words.
pub const ABOUT: About = About {
    client_type: CLIENT_TYPE,
    follows: "any chain, through m of n named attestors who read it",
    class: "m-of-n attestors: f = m - 1; f = 0 with m = 1, no fault tolerance",
    trusts: "m of the n attestors together; fails when m of them lie or lose their keys; nothing of the chain itself is verified",
    lasts: "an attestation for the trusting period after its time; rotated keys from the rotation on",
    cannot_prove: &["that the chain agreed on anything: only that the attestors say so", "a statement that no attestor quorum has signed"],
};
