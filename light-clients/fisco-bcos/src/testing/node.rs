//! Consensus nodes with real keys: they sign as the chain's own code does.

use secp256k1::ecdsa::RecoverableSignature;
use secp256k1::{Message, PublicKey, SecretKey};
use sm2::dsa::signature::Signer;

use crate::sealers::Sealer;
use crate::state::Version;
use crate::suite::{Hash, NodeId, Suite, SM2_IDENTITY};

/// A node with its key and weight.
#[derive(Clone)]
pub struct Node {
    suite: Suite,
    secret: [u8; 32],
    /// Voting weight.
    pub weight: u64,
}

impl Node {
    /// The node whose key comes from `seed` (not 0).
    pub fn new(suite: Suite, seed: u8) -> Self {
        Self { suite, secret: [seed; 32], weight: 1 }
    }

    /// The same with another weight.
    pub fn weighing(self, weight: u64) -> Self {
        Self { weight, ..self }
    }

    /// Its id.
    pub fn id(&self) -> NodeId {
        let point: [u8; 65] = match self.suite {
            Suite::Keccak => PublicKey::from_secret_key(&self.secp256k1()).serialize_uncompressed(),
            Suite::Sm => self.sm2().verifying_key().to_sec1_bytes().as_ref().try_into().expect("uncompressed"),
        };
        point[1..].try_into().expect("64 of 65 bytes")
    }

    /// As it stands in a set.
    pub fn sealer(&self) -> Sealer {
        Sealer { node: self.id(), weight: self.weight }
    }

    /// Its signature over a header hash, in the form that nodes of `version` store.
    pub fn sign(&self, version: Version, hash: &Hash) -> Vec<u8> {
        match (self.suite, version) {
            (Suite::Keccak, _) => {
                let signature = RecoverableSignature::sign_ecdsa_recoverable(Message::from_digest(*hash), &self.secp256k1());
                let (recovery, compact) = signature.serialize_compact();
                [&compact[..], &[u8::from(recovery)]].concat()
            }
            (Suite::Sm, Version::V2) => [self.sign_sm2(hash), self.id().to_vec()].concat(),
            (Suite::Sm, Version::V3) => self.sign_sm2(hash),
        }
    }

    fn secp256k1(&self) -> SecretKey {
        SecretKey::from_secret_bytes(self.secret).expect("a small seed is below the order")
    }

    fn sm2(&self) -> sm2::dsa::SigningKey {
        sm2::dsa::SigningKey::from_slice(SM2_IDENTITY, &self.secret).expect("a small seed is below the order")
    }

    fn sign_sm2(&self, hash: &Hash) -> Vec<u8> {
        let signature: sm2::dsa::Signature = self.sm2().sign(hash);
        signature.to_bytes().to_vec()
    }
}

/// `n` nodes with keys from `seed` upwards and weight 1, by node id ascending as chains list them.
pub fn nodes(suite: Suite, seed: u8, n: u8) -> Vec<Node> {
    listed((0..n).map(|i| Node::new(suite, seed + i)).collect())
}

/// Nodes in the order in which chains list them.
pub fn listed(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.sort_by_key(Node::id);
    nodes
}
