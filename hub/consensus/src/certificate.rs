//! The engine's proof that a block was decided, in our words.

use arc_malachitebft_core_types as core;

use crate::context::HubContext;
use crate::signing::Signature;
use crate::{BlockHeight, ValidatorAddress, ValueId};

/// More than two thirds of the power precommitted `id` in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Height decided.
    pub height: u64,
    /// Round of the precommits.
    pub round: u32,
    /// What was decided.
    pub id: ValueId,
    /// Address and Ed25519 signature of each precommit known.
    pub signatures: Vec<(ValidatorAddress, [u8; 64])>,
}

impl From<&core::CommitCertificate<HubContext>> for Certificate {
    fn from(certificate: &core::CommitCertificate<HubContext>) -> Self {
        Self {
            height: certificate.height.0,
            round: certificate.round.as_u32().expect("blocks are decided in a defined round"),
            id: certificate.value_id,
            signatures: certificate.commit_signatures.iter().map(|s| (s.address, s.signature.0)).collect(),
        }
    }
}

impl From<Certificate> for core::ExtendedCommitCertificate<HubContext> {
    fn from(certificate: Certificate) -> Self {
        let signatures = certificate.signatures.into_iter();
        Self {
            height: BlockHeight(certificate.height),
            round: core::Round::new(certificate.round),
            value_id: certificate.id,
            commit_signatures: signatures.map(|(address, s)| core::ExtendedCommitSignature::new(address, Signature(s), None)).collect(),
        }
    }
}
