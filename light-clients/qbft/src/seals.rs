//! Seals: who signed a block, and whether they are enough.
//!
//! A seal names its signer only by what the curve gives back, so a seal over other bytes is the seal of a stranger. One bad seal refuses
//! the header: honest nodes write none, and a header that needs sorting out is not worth believing.
//!
//! Recovery is libsecp256k1's, pinned: it is twice as fast as `k256`, has been what these chains' own nodes call for years, and decides
//! consensus here; `tests/it/seals.rs` compares the two.

use govhub_lc_core::Reason;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::Message;

use crate::extra::{Address, Seal};
use crate::keccak::{hash, keccak256, Hash};

/// Half of the curve's order. The twin of a seal with a larger s recovers to the same signer.
const HALF_ORDER: [u8; 32] = hash("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// How many of `n` validators must seal: ceil(2n/3), whatever smaller number a chain is set to.
///
/// Source: Besu `BftHelpers.calculateRequiredValidatorQuorum`; QBFT specification (Dafny), quorum.
pub fn quorum(n: usize) -> usize {
    (2 * n).div_ceil(3)
}

/// How many of `n` validators may lie.
pub fn tolerated(n: usize) -> usize {
    n.saturating_sub(1) / 3
}

/// The address that signed `digest` with `seal`.
///
/// # Errors
/// `seal-high-s`, `seal-recovery-id`, or `seal-unrecoverable` if no key could have made it.
pub fn signer(digest: &Hash, seal: &Seal) -> Result<Address, Reason> {
    let (signature, id) = seal.split_at(64);
    if signature[32..] > HALF_ORDER[..] {
        return Err(Reason::new("seal-high-s", "s is above half of the group's order"));
    }
    let id = match id {
        [0 | 27] => RecoveryId::Zero,
        [1 | 28] => RecoveryId::One,
        _ => return Err(Reason::new("seal-recovery-id", format!("`{}`; expected 0, 1, 27 or 28", hex::encode(id)))),
    };
    let key = RecoverableSignature::from_compact(signature, id)
        .and_then(|signature| signature.recover_ecdsa(Message::from_digest(*digest)))
        .map_err(|error| Reason::new("seal-unrecoverable", error.to_string()))?;
    Ok(address_of(&key.serialize_uncompressed()))
}

/// The address of an uncompressed public key: the end of the hash of its coordinates.
pub(crate) fn address_of(key: &[u8; 65]) -> Address {
    let digest = keccak256(&[&key[1..]]);
    digest[12..].try_into().expect("20 of 32 bytes")
}

/// Who of `validators` (ascending) signed `digest`, ascending; all seals are theirs and no two are of one signer.
///
/// # Errors
/// `unknown-signer`, `duplicate-signer`, and the reasons of [`signer`].
pub(crate) fn signers(validators: &[Address], digest: &Hash, seals: &[Seal]) -> Result<Vec<Address>, Reason> {
    let mut found = Vec::with_capacity(seals.len());
    for seal in seals {
        let signer = signer(digest, seal)?;
        if validators.binary_search(&signer).is_err() {
            return Err(Reason::new("unknown-signer", format!("0x{} is no validator of this block", hex::encode(signer))));
        }
        found.push(signer);
    }
    found.sort_unstable();
    if let Some(pair) = found.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Reason::new("duplicate-signer", format!("0x{} sealed twice", hex::encode(pair[0]))));
    }
    Ok(found)
}

/// That `signed` of `n` validators are a quorum.
pub(crate) fn check_quorum(signed: usize, n: usize) -> Result<(), Reason> {
    let needed = quorum(n);
    if signed < needed || n == 0 {
        return Err(Reason::new("insufficient-quorum", format!("{signed} of {n} sealed, {needed} are needed")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorum_is_two_thirds_rounded_up() {
        let table = [(1, 1, 0), (2, 2, 0), (3, 2, 0), (4, 3, 1), (5, 4, 1), (6, 4, 1), (7, 5, 2), (8, 6, 2), (9, 6, 2), (10, 7, 3), (100, 67, 33)];
        for (n, needed, liars) in table {
            assert_eq!((quorum(n), tolerated(n)), (needed, liars), "of {n}");
        }
    }

    #[test]
    fn any_two_quorums_share_an_honest_validator() {
        for n in 4..=300 {
            assert!(2 * quorum(n) - n > tolerated(n), "of {n}");
        }
    }

    #[test]
    fn an_empty_set_seals_nothing() {
        assert_eq!(check_quorum(0, 0).expect_err("nobody").code, "insufficient-quorum");
    }
}
