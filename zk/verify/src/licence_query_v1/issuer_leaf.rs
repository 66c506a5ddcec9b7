//! An authorised issuer as the tree holds it.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::PrimeField;
use zk_gadgets::domain;
use zk_gadgets::poseidon::Poseidon;
use zk_gadgets::schnorr::PublicKey;

/// One leaf of the authorised-issuer tree: a key, what it may issue, until when, and who of its licences is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerLeaf<F> {
    /// Key, x coordinate.
    pub key_x: F,
    /// Key, y coordinate.
    pub key_y: F,
    /// Packed licence type that it may issue.
    pub licence_type: F,
    /// Region, six digits as a number.
    pub region: u32,
    /// Last day on which the key may be relied on.
    pub not_after: u32,
    /// Root of its status list.
    pub status_root: F,
}

impl<F: PrimeField> IssuerLeaf<F> {
    /// A leaf for a key that passed the native checks: the only way a key should reach the tree.
    pub fn new<P: TECurveConfig<BaseField = F>>(key: &PublicKey<P>, licence_type: F, region: u32, not_after: u32, status_root: F) -> Self {
        let (key_x, key_y) = key.coordinates();
        Self { key_x, key_y, licence_type, region, not_after, status_root }
    }

    /// The leaf's hash.
    pub fn hash(&self, poseidon: &Poseidon<F>) -> F {
        let tag = F::from(domain::ISSUER_LEAF);
        let (region, not_after) = (F::from(self.region), F::from(self.not_after));
        poseidon.hash(&[tag, self.key_x, self.key_y, self.licence_type, region, not_after, self.status_root])
    }
}
