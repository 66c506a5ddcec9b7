//! Who orders: Raft, where one orderer's signature makes a block, or BFT, where a quorum of named consenters does.
//!
//! Source: fabric `common/policies/bft.go`, `orderer/consensus/smartbft/configverifier.go`, `common/channelconfig/orderer.go`.

use govhub_lc_core::Reason;
use govhub_types::PublicKey;
use govhub_x509::When;

use super::{Capability, Group, ORDERER};
use crate::messages::common::{
    Consenter, NOutOf, Orderers, SignaturePolicy, SignaturePolicyEnvelope, POLICY_SIGNATURE,
};
use crate::messages::msp::{MspPrincipal, SerializedIdentity, PRINCIPAL_IDENTITY};
use crate::messages::orderer::{ConsensusType, RaftMetadata, BFT, ETCDRAFT};
use crate::msp::{Msps, Signer};
use crate::wire::Message;

/// How blocks are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordering<'a> {
    /// Raft: crash fault tolerant only. The configuration names the nodes by TLS certificates, so that there is no list of the identities
    /// that sign.
    Raft {
        /// Nodes.
        nodes: usize,
    },
    /// SmartBFT.
    Bft {
        /// Consenters, in the configuration's order.
        consenters: Vec<Consenter<'a>>,
    },
}

/// A consenter whose certificate is a member's: what is needed to verify what it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BftConsenter {
    /// Number by which blocks name it.
    pub id: u32,
    /// Its key.
    pub key: PublicKey,
}

/// Signatures that make a block of `n` consenters final: ceil((n + f + 1) / 2) with f = floor((n - 1) / 3), so that any two quorums share
/// an honest consenter. 0 for no consenters.
pub fn bft_quorum(n: usize) -> usize {
    match n {
        0 => 0,
        n => (n + (n - 1) / 3 + 2) / 2,
    }
}

impl<'a> Ordering<'a> {
    /// Reads the orderers' section.
    ///
    /// # Errors
    /// `consensus-type-unsupported`: solo, Kafka, anything else, and BFT without capability V3_0; `consenters`: none, a number twice, a
    /// certificate twice; `config-value-missing`; `malformed`.
    pub fn read(root: &Group<'a>, capability: Capability) -> Result<Self, Reason> {
        let section = root.groups.get(ORDERER).ok_or_else(|| Reason::new("config-section", "no `Orderer`"))?;
        let consensus = ConsensusType::read(section.value("ConsensusType")?)?;
        match consensus.kind {
            ETCDRAFT => {
                let nodes = RaftMetadata::read(consensus.metadata)?.consenters.len();
                match nodes {
                    0 => Err(Reason::new("consenters", "no Raft nodes")),
                    nodes => Ok(Self::Raft { nodes }),
                }
            }
            BFT if capability < Capability::V3_0 => Err(Reason::new("consensus-type-unsupported", "BFT without channel capability V3_0")),
            BFT => bft(Orderers::read(section.value("Orderers")?)?.consenter_mapping.0),
            other => {
                let other: String = other.chars().take(40).collect();
                Err(Reason::new("consensus-type-unsupported", format!("`{other}`; `{ETCDRAFT}` and `{BFT}` are followed")))
            }
        }
    }

    /// Parties and how many of them may lie, by the configuration alone.
    pub fn parties(&self) -> (usize, usize) {
        match self {
            Self::Raft { nodes } => (*nodes, 0),
            Self::Bft { consenters } => (consenters.len(), (consenters.len() - 1) / 3),
        }
    }

    /// For BFT: that the policy for blocks is the one that follows from the consenters, byte for byte, as orderers demand.
    ///
    /// # Errors
    /// `bft-policy`.
    pub fn check(&self, root: &Group<'_>) -> Result<(), Reason> {
        let Self::Bft { consenters } = self else { return Ok(()) };
        let found = root.groups.get(ORDERER).and_then(|section| section.policy("BlockValidation"));
        match found {
            Some(policy) if policy.kind == POLICY_SIGNATURE && policy.value == bft_policy(consenters) => Ok(()),
            _ => Err(Reason::new("bft-policy", format!("BlockValidation is not {} of the {} consenters", bft_quorum(consenters.len()), consenters.len()))),
        }
    }
}

/// Consenters whose certificates are members', at the moment of their issue as Fabric judges them. One that is not (revoked, say) keeps its
/// place in the count of all, and cannot sign.
pub(crate) fn usable_consenters(consenters: &[Consenter<'_>], msps: &Msps<'_>) -> Vec<BftConsenter> {
    let key = |one: &Consenter<'_>| {
        let signer = Signer::read(msps, &serialized(one), When::AtIssue).ok()?;
        signer.member().ok()?;
        Some(*signer.certificate().public_key())
    };
    consenters.iter().filter_map(|one| Some(BftConsenter { id: one.id, key: key(one)? })).collect()
}

fn serialized(consenter: &Consenter<'_>) -> Vec<u8> {
    SerializedIdentity { mspid: consenter.msp_id, id_bytes: consenter.identity }.write()
}

fn bft(consenters: Vec<Consenter<'_>>) -> Result<Ordering<'_>, Reason> {
    if consenters.is_empty() {
        return Err(Reason::new("consenters", "no BFT consenters"));
    }
    for (place, one) in consenters.iter().enumerate() {
        let twin = consenters[..place].iter().find(|other| other.id == one.id || other.identity == one.identity);
        if let Some(twin) = twin {
            return Err(Reason::new("consenters", format!("consenters {} and {} have a number or a certificate in common", twin.id, one.id)));
        }
    }
    Ok(Ordering::Bft { consenters })
}

/// The policy that orderers derive from their consenters: a quorum of exactly these certificates.
pub(crate) fn bft_policy(consenters: &[Consenter<'_>]) -> Vec<u8> {
    let identities: Vec<Vec<u8>> = consenters.iter().map(serialized).collect();
    let principals = identities.iter().map(|identity| MspPrincipal { principal_classification: PRINCIPAL_IDENTITY, principal: identity });
    let rules: Vec<Vec<u8>> = (0..consenters.len()).map(|index| signed_by(i32::try_from(index).unwrap_or(i32::MAX))).collect();
    let n_out_of = NOutOf {
        n: i32::try_from(bft_quorum(consenters.len())).unwrap_or(i32::MAX),
        rules: rules.iter().map(Vec::as_slice).collect::<Vec<_>>().into(),
    };
    let rule = SignaturePolicy { n_out_of: Some(n_out_of), ..Default::default() }.write();
    SignaturePolicyEnvelope { version: 0, rule: &rule, identities: principals.collect::<Vec<_>>().into() }.write()
}

fn signed_by(index: i32) -> Vec<u8> {
    SignaturePolicy { signed_by: Some(index), ..Default::default() }.write()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_quorums_share_more_consenters_than_may_lie() {
        let known = [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7), (16, 11), (100, 67)];
        for (n, quorum) in known {
            assert_eq!(bft_quorum(n), quorum, "{n}");
        }
        for n in 1..=256 {
            let f = (n - 1) / 3;
            assert!(2 * bft_quorum(n) - n > f, "{n}: two quorums share an honest consenter");
            assert!(bft_quorum(n) <= n - f, "{n}: the honest alone are a quorum");
        }
    }
}
