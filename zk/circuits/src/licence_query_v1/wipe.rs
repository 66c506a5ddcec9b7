//! A witness is overwritten when it goes out of sight.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::PrimeField;
use zeroize::Zeroize;

use super::Witness;

/// Overwrites what tells of the holder: secret, attributes, signature, status bits and the places in both trees.
impl<P: TECurveConfig> Zeroize for Witness<P>
where
    P::BaseField: PrimeField,
{
    fn zeroize(&mut self) {
        self.secret.zeroize();
        self.attributes.zeroize();
        self.signature.s.zeroize();
        self.status_word.zeroize();
        self.issuer_path.position.zeroize();
        self.status_path.position.zeroize();
    }
}

impl<P: TECurveConfig> Drop for Witness<P>
where
    P::BaseField: PrimeField,
{
    fn drop(&mut self) {
        self.zeroize();
    }
}
