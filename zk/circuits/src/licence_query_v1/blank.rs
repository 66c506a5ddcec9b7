//! A statement and witness of zeros: they make nothing true, but have the circuit's shape.

use ark_ec::twisted_edwards::{Affine, TECurveConfig};
use ark_ff::{AdditiveGroup, PrimeField};
use zk_gadgets::merkle::Path;
use zk_gadgets::schnorr::Signature;

use super::{IssuerLeaf, Slot, Statement, Witness, ATTRIBUTES, ISSUER_DEPTH, STATUS_DEPTH};

/// Zeros wherever a value belongs.
pub fn blank<P: TECurveConfig>() -> (Statement<P::BaseField>, Witness<P>)
where
    P::BaseField: PrimeField,
{
    let zero = P::BaseField::ZERO;
    let path = |depth| Path { position: 0, siblings: vec![[zero; 3]; depth] };
    let statement = Statement {
        issuer_root: zero,
        licence_type: zero,
        today: 0,
        scope: zero,
        nullifier: zero,
        context: zero,
        slots: std::array::from_fn(|_| Slot::hidden()),
    };
    let witness = Witness {
        secret: zero,
        attributes: [zero; ATTRIBUTES],
        signature: Signature { r: Affine::zero(), s: P::ScalarField::ZERO },
        issuer: IssuerLeaf { key_x: zero, key_y: zero, licence_type: zero, region: 0, not_after: 0, status_root: zero },
        issuer_path: path(ISSUER_DEPTH),
        status_word: 0,
        status_path: path(STATUS_DEPTH),
    };
    (statement, witness)
}
