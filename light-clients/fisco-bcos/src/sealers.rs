//! Sealer sets: who has a vote, how much, and how much is needed.

use govhub_lc_core::{Reason, TrustClass, TrustKind};
use govhub_types::hash::sha256;

use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::suite::{Hash, NodeId};

/// Sealers in one set. Networks seen have up to 100; a signature of SM2 costs some hundred microseconds.
pub const MAX_SEALERS: usize = 256;

/// Largest weight of one sealer: totals stay far below 2^64.
pub const MAX_WEIGHT: u64 = 1 << 32;

/// A node with a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sealer {
    /// Its public key.
    pub node: NodeId,
    /// Its weight, 1 to [`MAX_WEIGHT`].
    pub weight: u64,
}

/// A set whose rules were checked: not empty, bounded, by node id ascending, each id once, weights in range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealerSet(Vec<Sealer>);

impl SealerSet {
    /// The set of `sealers`, which may come in any order.
    ///
    /// # Errors
    /// `sealer-count`, `sealer-repeated`, `weight`.
    pub fn new(mut sealers: Vec<Sealer>) -> Result<Self, Reason> {
        if sealers.is_empty() || sealers.len() > MAX_SEALERS {
            return Err(Reason::new("sealer-count", format!("{} sealers; expected 1 to {MAX_SEALERS}", sealers.len())));
        }
        if !sealers.is_sorted() {
            sealers.sort_unstable();
        }
        if sealers.windows(2).any(|pair| pair[0].node == pair[1].node) {
            return Err(Reason::new("sealer-repeated", "one node id twice"));
        }
        if let Some(sealer) = sealers.iter().find(|sealer| sealer.weight == 0 || sealer.weight > MAX_WEIGHT) {
            return Err(Reason::new("weight", format!("{}; expected 1 to 2^32", sealer.weight)));
        }
        Ok(Self(sealers))
    }

    /// A set as it is stored: canonical, so in order.
    pub(crate) fn from_raw(sealers: &[raw::Sealer]) -> Result<Self, Reason> {
        if sealers.len() > MAX_SEALERS {
            return Err(Reason::new("sealer-count", format!("{} sealers; expected 1 to {MAX_SEALERS}", sealers.len())));
        }
        let listed = sealers.iter().map(|sealer| Ok(Sealer { node: node_id(&sealer.node_id)?, weight: sealer.weight })).collect::<Result<Vec<_>, Reason>>()?;
        if !listed.is_sorted() {
            return Err(Reason::new("sealer-order", "node ids do not ascend"));
        }
        Self::new(listed)
    }

    pub(crate) fn to_raw(&self) -> Vec<raw::Sealer> {
        self.0.iter().map(|sealer| raw::Sealer { node_id: sealer.node.to_vec(), weight: sealer.weight }).collect()
    }

    /// The sealers, by node id ascending.
    pub fn sealers(&self) -> &[Sealer] {
        &self.0
    }

    /// What the set weighs.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|sealer| sealer.weight).sum()
    }

    /// Weight of `node`, if it has a vote.
    pub fn weight_of(&self, node: &NodeId) -> Option<u64> {
        self.0.binary_search_by(|sealer| sealer.node.cmp(node)).ok().map(|place| self.0[place].weight)
    }

    /// SHA-256 over "govhub/fisco/sealers/1" and each node id with its weight in 8 bytes, big endian.
    pub fn hash(&self) -> Hash {
        let mut bytes = Vec::with_capacity(self.0.len() * 72);
        for sealer in &self.0 {
            bytes.extend_from_slice(&sealer.node);
            bytes.extend_from_slice(&sealer.weight.to_be_bytes());
        }
        sha256(&[b"govhub/fisco/sealers/1", &bytes])
    }
}

/// 64 bytes of a node id.
pub(crate) fn node_id(bytes: &[u8]) -> Result<NodeId, Reason> {
    bytes.try_into().map_err(|_| Reason::new("node-id", format!("{} bytes; expected 64", bytes.len())))
}

/// How many votes decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuorumRule {
    /// PBFT, and rPBFT of version 3 where headers list the working sealers: total − ⌊(total − 1) / 3⌋ of the weight.
    Weight,
    /// rPBFT of version 2: headers list all sealers, of whom this many work; the same formula over that number.
    Working(u32),
}

impl QuorumRule {
    /// Weight that must sign for `set`.
    pub fn needed(self, set: &SealerSet) -> u64 {
        let voting = match self {
            Self::Weight => set.total(),
            Self::Working(working) => u64::from(working).min(set.total()),
        };
        voting - (voting.saturating_sub(1)) / 3
    }

    /// n, and f: the largest number of sealers, however chosen, that together stay within ⌊(total − 1) / 3⌋.
    pub fn trust_class(self, set: &SealerSet) -> TrustClass {
        let voting = match self {
            Self::Weight => set.total(),
            Self::Working(working) => u64::from(working).min(set.total()),
        };
        let mut left = voting.saturating_sub(1) / 3;
        let mut weights: Vec<u64> = set.sealers().iter().map(|sealer| sealer.weight).collect();
        weights.sort_unstable_by(|a, b| b.cmp(a));
        let mut f = 0;
        for weight in weights {
            let Some(rest) = left.checked_sub(weight) else { break };
            (left, f) = (rest, f + 1);
        }
        TrustClass { kind: TrustKind::BftQuorum, n: u32::try_from(set.sealers().len()).unwrap_or(u32::MAX), f }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(weights: &[u64]) -> SealerSet {
        SealerSet::new(weights.iter().enumerate().map(|(i, weight)| Sealer { node: [u8::try_from(i).expect("few"); 64], weight: *weight }).collect()).expect("a set")
    }

    #[test]
    fn quorums_are_those_of_the_chains_own_formula() {
        for (weights, needed, f) in [
            (&[1][..], 1, 0),
            (&[1; 4], 3, 1),
            (&[1; 5], 4, 1),
            (&[1; 7], 5, 2),
            (&[1; 100], 67, 33),
            (&[1, 2, 3, 4], 7, 0),
            (&[40, 1, 1, 1], 29, 0),
            (&[100, 100, 100, 100], 267, 1),
        ] {
            assert_eq!(QuorumRule::Weight.needed(&set(weights)), needed, "{weights:?}");
            assert_eq!(QuorumRule::Weight.trust_class(&set(weights)).f, f, "{weights:?}");
        }
        let ten = set(&[1; 10]);
        assert_eq!(QuorumRule::Working(4).needed(&ten), 3);
        assert_eq!(QuorumRule::Working(4).trust_class(&ten), TrustClass { kind: TrustKind::BftQuorum, n: 10, f: 1 });
        assert_eq!(QuorumRule::Working(40).needed(&ten), QuorumRule::Weight.needed(&ten));
    }

    #[test]
    fn a_set_has_each_node_once_with_a_weight_in_range() {
        let sealer = |node: u8, weight| Sealer { node: [node; 64], weight };
        let code = |sealers| SealerSet::new(sealers).expect_err("refused").code;
        assert_eq!(code(vec![]), "sealer-count");
        assert_eq!(code((0..=256u16).map(|i| Sealer { node: [i.to_be_bytes()[1]; 64], weight: 1 }).collect()), "sealer-count");
        assert_eq!(code(vec![sealer(1, 1), sealer(2, 1), sealer(1, 2)]), "sealer-repeated");
        assert_eq!(code(vec![sealer(1, 0)]), "weight");
        assert_eq!(code(vec![sealer(1, MAX_WEIGHT + 1)]), "weight");
        let ordered = SealerSet::new(vec![sealer(2, 5), sealer(1, MAX_WEIGHT)]).expect("any order");
        assert_eq!(ordered.sealers(), [sealer(1, MAX_WEIGHT), sealer(2, 5)]);
        assert_eq!((ordered.weight_of(&[2; 64]), ordered.weight_of(&[3; 64])), (Some(5), None));
    }

    #[test]
    fn two_sets_with_one_hash_are_one_set() {
        assert_ne!(set(&[1, 1]).hash(), set(&[1, 2]).hash());
        assert_ne!(set(&[1, 1]).hash(), set(&[1]).hash());
        assert_eq!(set(&[1, 1]).hash(), set(&[1, 1]).hash());
    }
}
