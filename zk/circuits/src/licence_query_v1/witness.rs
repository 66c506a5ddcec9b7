//! What only the holder knows: the private side.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::PrimeField;
use zk_gadgets::merkle::Path;
use zk_gadgets::schnorr::Signature;

use super::{IssuerLeaf, ATTRIBUTES};

/// A credential with what proves that it stands today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness<P: TECurveConfig>
where
    P::BaseField: PrimeField,
{
    /// The holder's secret.
    pub secret: P::BaseField,
    /// Attributes: 0 holder commitment, 1 packed type, 2 status index, 3 last valid day, 4 to 15 by type.
    pub attributes: [P::BaseField; ATTRIBUTES],
    /// The issuer's signature over the hash of the attributes.
    pub signature: Signature<P>,
    /// The issuer.
    pub issuer: IssuerLeaf<P::BaseField>,
    /// Its path in the authorised-issuer tree.
    pub issuer_path: Path<P::BaseField>,
    /// The 64 status bits around the licence's own.
    pub status_word: u64,
    /// The word's path in the issuer's status tree.
    pub status_path: Path<P::BaseField>,
}
