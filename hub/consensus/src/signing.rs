//! Ed25519 signatures of validators: votes over CometBFT's sign bytes, everything else under a name of its own.

use std::fmt;
use std::sync::Arc;

use arc_malachitebft_app_channel as channel;
use arc_malachitebft_core_types as core;
use arc_malachitebft_signing::{Error, VerificationResult};
use async_trait::async_trait;
use borsh::{BorshDeserialize, BorshSerialize};
use core::{SignedMessage, SigningScheme, ValidatorProof, VoteExtensionScope};

use crate::context::HubContext;
use crate::prevotes::Prevotes;
use crate::proposal::Proposal;
use crate::stream::Proposed;
use crate::vote::{SignedExtension, Vote};
use crate::ValidatorSet;

/// What a proposal's signature covers begins with this, so that it can never be taken for a vote's.
const PROPOSAL_TAG: &[u8] = b"govhub/proposal/1";
/// The same for the head of a proposal's stream.
const STREAM_TAG: &[u8] = b"govhub/stream/1";
/// The same for vote extensions.
const EXTENSION_TAG: &[u8] = b"govhub/vote-extension/1";

/// The scheme: Ed25519 with ZIP-215 verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ed25519;

/// A signature, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Signature(pub(crate) [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..", hex::encode(&self.0[..6]))
    }
}

/// A public key, checked to be a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(ed25519_consensus::VerificationKey);

impl PublicKey {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        ed25519_consensus::VerificationKey::try_from(bytes).ok().map(Self)
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify(&ed25519_consensus::Signature::from(signature.0), message).is_ok()
    }
}

impl SigningScheme for Ed25519 {
    type DecodingError = String;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = ed25519_consensus::SigningKey;

    fn decode_signature(bytes: &[u8]) -> Result<Signature, String> {
        bytes.try_into().map(Signature).map_err(|_| format!("a signature has 64 bytes, found {}", bytes.len()))
    }
    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.0.to_vec()
    }
    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, String> {
        PublicKey::from_bytes(bytes).ok_or_else(|| "not an Ed25519 key".to_owned())
    }
    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.to_bytes().to_vec()
    }
}

/// A validator's key for consensus.
#[derive(Clone)]
pub struct ConsensusKey(ed25519_consensus::SigningKey);

impl ConsensusKey {
    /// From the 32-byte seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(seed.into())
    }

    /// Public key, 32 bytes.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verification_key().to_bytes()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for ConsensusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsensusKey({})", hex::encode(self.public_key()))
    }
}

/// What is signed besides votes: its own name, the chain, then the thing itself.
fn sign_bytes(tag: &[u8], chain_id: &tendermint::chain::Id, body: &impl BorshSerialize) -> Vec<u8> {
    let body = borsh::to_vec(&(chain_id.as_str(), body)).expect("writing to memory does not fail");
    [tag, &body].concat()
}

fn proposal_bytes(chain_id: &tendermint::chain::Id, proposal: &Proposal) -> Vec<u8> {
    sign_bytes(PROPOSAL_TAG, chain_id, proposal)
}

fn extension_bytes(chain_id: &tendermint::chain::Id, scope: &VoteExtensionScope<HubContext>, extension: &[u8]) -> Vec<u8> {
    sign_bytes(EXTENSION_TAG, chain_id, &(scope.height, scope.round, scope.value_id, scope.validator_address, extension))
}

/// Whether `publisher`, one of `validators`, signed the head of a stream.
pub(crate) fn verify_stream(chain_id: &tendermint::chain::Id, validators: &ValidatorSet, head: &Proposed, signature: &Signature) -> bool {
    let key = validators.get(&head.publisher).and_then(|validator| PublicKey::from_bytes(&validator.key()));
    key.is_some_and(|key| key.verify(&sign_bytes(STREAM_TAG, chain_id, head), signature))
}

/// Signs for one chain.
#[derive(Clone)]
pub(crate) struct HubSigner {
    pub key: ConsensusKey,
    pub chain_id: tendermint::chain::Id,
    /// Our own prevotes join those that we verify.
    pub prevotes: Arc<Prevotes>,
}

impl HubSigner {
    /// Signs the head of a stream that this node publishes.
    pub fn sign_stream(&self, head: &Proposed) -> Signature {
        self.key.sign(&sign_bytes(STREAM_TAG, &self.chain_id, head))
    }
}

/// Verifies for one chain.
#[derive(Clone)]
pub(crate) struct HubVerifier {
    pub chain_id: tendermint::chain::Id,
    /// Where good prevotes are kept.
    pub prevotes: Arc<Prevotes>,
}

#[async_trait]
impl channel::Signer<HubContext> for HubSigner {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedMessage<HubContext, Vote>, Error> {
        let bytes = vote.sign_bytes(&self.chain_id).expect("the engine votes for values that the host has checked");
        self.prevotes.record(&vote);
        Ok(SignedMessage::new(vote, self.key.sign(&bytes)))
    }

    async fn sign_proposal(&self, proposal: Proposal) -> Result<SignedMessage<HubContext, Proposal>, Error> {
        let signature = self.key.sign(&proposal_bytes(&self.chain_id, &proposal));
        Ok(SignedMessage::new(proposal, signature))
    }

    async fn sign_vote_extension(&self, scope: VoteExtensionScope<HubContext>, extension: Vec<u8>) -> Result<SignedExtension, Error> {
        let signature = self.key.sign(&extension_bytes(&self.chain_id, &scope, &extension));
        Ok(SignedMessage::new(extension, signature))
    }

    async fn sign_validator_proof(&self, public_key: Vec<u8>, peer_id: Vec<u8>) -> Result<ValidatorProof<HubContext>, Error> {
        let signature = self.key.sign(&ValidatorProof::<HubContext>::signing_bytes(&public_key, &peer_id));
        Ok(ValidatorProof::new(public_key, peer_id, signature))
    }
}

#[async_trait]
impl channel::Verifier<HubContext> for HubVerifier {
    async fn verify_signed_vote(&self, vote: &Vote, signature: &Signature, key: &PublicKey) -> Result<VerificationResult, Error> {
        let good = vote.sign_bytes(&self.chain_id).is_some_and(|bytes| key.verify(&bytes, signature));
        if good {
            self.prevotes.record(vote);
        }
        Ok(VerificationResult::from_bool(good))
    }

    async fn verify_signed_proposal(&self, proposal: &Proposal, signature: &Signature, key: &PublicKey) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(key.verify(&proposal_bytes(&self.chain_id, proposal), signature)))
    }

    async fn verify_signed_vote_extension(
        &self,
        scope: &VoteExtensionScope<HubContext>,
        extension: &Vec<u8>,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(key.verify(&extension_bytes(&self.chain_id, scope, extension), signature)))
    }

    async fn verify_validator_proof(&self, proof: &ValidatorProof<HubContext>) -> Result<VerificationResult, Error> {
        let bytes = ValidatorProof::<HubContext>::signing_bytes(&proof.public_key, &proof.peer_id);
        let good = PublicKey::from_bytes(&proof.public_key).is_some_and(|key| key.verify(&bytes, &proof.signature));
        Ok(VerificationResult::from_bool(good))
    }
}
