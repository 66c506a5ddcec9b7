//! The claims by name: for programs that treat them alike, as the ceremony and whoever loads a key.

use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use zk_gadgets::poseidon::Poseidon;

use crate::shape::Shape;
use crate::{licence_query_v1, membership_v1, Embedded, Field};

/// A claim with a circuit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Attributes of a licence, nothing else.
    LicenceQueryV1,
    /// Anonymous member of a registered group.
    MembershipV1,
}

/// Public inputs of every claim: the digest of its statement.
pub const INPUTS: usize = 1;

impl Claim {
    /// All claims.
    pub const ALL: [Claim; 2] = [Claim::LicenceQueryV1, Claim::MembershipV1];

    /// The circuit id that keys and governance name.
    pub fn id(self) -> &'static str {
        match self {
            Claim::LicenceQueryV1 => "licence_query_v1",
            Claim::MembershipV1 => "membership_v1",
        }
    }

    /// The claim of that circuit id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.id() == id)
    }

    /// The pinned `fingerprint.txt`.
    pub fn fingerprint(self) -> &'static str {
        match self {
            Claim::LicenceQueryV1 => include_str!("licence_query_v1/fingerprint.txt"),
            Claim::MembershipV1 => include_str!("membership_v1/fingerprint.txt"),
        }
    }

    /// The circuit's constraint system.
    pub fn shape(self) -> Result<Shape<Field>, SynthesisError> {
        Shape::of(self)
    }
}

/// The circuit over blank values: they satisfy nothing, but have its shape, which is all that a setup looks at.
impl ConstraintSynthesizer<Field> for Claim {
    fn generate_constraints(self, cs: ConstraintSystemRef<Field>) -> Result<(), SynthesisError> {
        let poseidon = &Poseidon::new();
        match self {
            Claim::LicenceQueryV1 => {
                let (statement, witness) = &licence_query_v1::blank::<Embedded>();
                licence_query_v1::Circuit { poseidon, statement, witness }.generate_constraints(cs)
            }
            Claim::MembershipV1 => {
                let (statement, witness) = &membership_v1::blank();
                membership_v1::Circuit { poseidon, statement, witness }.generate_constraints(cs)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Fingerprint;

    #[test]
    fn a_claims_shape_from_blank_values_is_the_pinned_one() {
        for claim in Claim::ALL {
            let shape = claim.shape().expect("synthesises without values");
            assert_eq!(Fingerprint::of(&shape).to_string(), claim.fingerprint(), "{}", claim.id());
            assert_eq!(shape.instance, INPUTS + 1);
            assert_eq!(Claim::from_id(claim.id()), Some(claim));
        }
        assert_eq!(Claim::from_id("licence_query_v2"), None);
    }
}
