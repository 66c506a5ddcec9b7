//! Headers of one chain, believed only after their commits were verified from the first one.

use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1::ConsensusState;
use prost::Message;
use tendermint::block::signed_header::SignedHeader;
use tendermint::validator::Set;
use tendermint::Time;
use tendermint_light_client_verifier::options::Options;
use tendermint_light_client_verifier::types::{TrustThreshold, TrustedBlockState, UntrustedBlockState};
use tendermint_light_client_verifier::{ProdVerifier, Verdict, Verifier};
use tendermint_rpc::{Client, HttpClient, Paging};

use super::proof;

/// A chain by its RPC and its first header.
pub struct Headers {
    /// The chain's RPC.
    pub rpc: HttpClient,
    chain_id: tendermint::chain::Id,
    first: SignedHeader,
    next_validators: Set,
}

/// What a client stores of a header.
pub struct Stored {
    /// State root.
    pub root: Vec<u8>,
    /// Hash of the validators of the next block.
    pub next_validators_hash: Vec<u8>,
}

impl Headers {
    /// Reads the first header, which is believed if its commit is by the validators that the genesis names.
    ///
    /// # Errors
    /// The chain does not answer, has another id, or its first header is not by its genesis.
    pub async fn connect(rpc: &str, chain_id: &str) -> Result<Self> {
        let rpc = HttpClient::new(rpc).with_context(|| format!("the address `{rpc}`"))?;
        let genesis = rpc.genesis::<serde_json::Value>().await.context("reading the genesis")?;
        ensure!(genesis.chain_id.as_str() == chain_id, "the chain's id is `{}`, not `{chain_id}`", genesis.chain_id);
        let first = rpc.commit(1u32).await.context("reading the first header")?.signed_header;
        let validators = Set::without_proposer(genesis.validators);
        ensure!(first.header.validators_hash == validators.hash(), "the first header's validators are not the genesis's");
        let next = rpc.validators(2u32, Paging::All).await.context("reading the second validator set")?;
        let next_validators = Set::without_proposer(next.validators);
        ensure!(first.header.next_validators_hash == next_validators.hash(), "the second validator set is not what the first header names");
        let headers = Self { rpc, chain_id: genesis.chain_id, first, next_validators };
        let (verifier, state) = (ProdVerifier::default(), headers.untrusted(&headers.first, &validators));
        for verdict in [verifier.verify_validator_sets(&state), verifier.verify_commit(&state)] {
            ensure!(verdict == Verdict::Success, "the first header is not by the genesis's validators: {verdict:?}");
        }
        Ok(headers)
    }

    /// The header at `height`, its commit verified from the first header.
    ///
    /// # Errors
    /// The chain does not answer, or the commit does not verify.
    pub async fn verified(&self, height: u64) -> Result<SignedHeader> {
        if height == 1 {
            return Ok(self.first.clone());
        }
        let at = tendermint::block::Height::try_from(height).context("the height")?;
        let signed = self.rpc.commit(at).await.with_context(|| format!("reading the header at {height}"))?.signed_header;
        let validators = self.rpc.validators(at, Paging::All).await.with_context(|| format!("reading the validators at {height}"))?;
        let validators = Set::without_proposer(validators.validators);
        let trusted = TrustedBlockState {
            chain_id: &self.chain_id,
            header_time: self.first.header.time,
            height: self.first.header.height,
            next_validators: &self.next_validators,
            next_validators_hash: self.first.header.next_validators_hash,
        };
        let options = Options {
            trust_threshold: TrustThreshold::ONE_THIRD,
            trusting_period: Duration::from_secs(14 * 24 * 3600),
            clock_drift: Duration::from_secs(30),
        };
        match ProdVerifier::default().verify_update_header(self.untrusted(&signed, &validators), trusted, &options, Time::now()) {
            Verdict::Success => Ok(signed),
            verdict => bail!("the header at {height} does not verify: {verdict:?}"),
        }
    }

    fn untrusted<'a>(&self, signed_header: &'a SignedHeader, validators: &'a Set) -> UntrustedBlockState<'a> {
        UntrustedBlockState { signed_header, validators, next_validators: None }
    }

    /// What client `client_id` on this chain stores of `source`'s header at `height`.
    ///
    /// # Errors
    /// Nothing is stored there, or it is no consensus state of the Tendermint family.
    pub async fn consensus_state(&self, client_id: &str, source: &str, height: u64) -> Result<Stored> {
        let revision = source.rsplit_once('-').map_or("0", |(_, revision)| revision);
        let key = format!("clients/{client_id}/consensusStates/{revision}-{height}");
        let found = self.rpc.abci_query(Some("store/ibc/key".into()), key.as_bytes(), None, false).await.with_context(|| format!("reading `{key}`"))?;
        ensure!(!found.value.is_empty(), "`{client_id}` stores nothing for height {height}");
        let any = Any::decode(found.value.as_slice()).with_context(|| format!("`{key}`"))?;
        let state = ConsensusState::decode(any.value.as_slice()).with_context(|| format!("`{key}`, a `{}`", any.type_url))?;
        Ok(Stored { root: state.root.context("a consensus state without a root")?.hash, next_validators_hash: state.next_validators_hash })
    }

    /// Size of the proof that `path` has the value `expected` (or none) under `root`, the app hash of the header at `height`.
    ///
    /// # Errors
    /// The chain serves no such proof, or it does not verify.
    pub async fn proved(&self, path: &[u8], height: u64, root: &[u8], expected: Option<&[u8]>) -> Result<u64> {
        // The header at `height` carries the root of the state after the block before.
        let at = tendermint::block::Height::try_from(height.checked_sub(1).context("no state before block 1")?).context("the height")?;
        let found = self.rpc.abci_query(Some("store/ibc/key".into()), path, Some(at), true).await.context("reading a proof")?;
        let ops = found.proof.context("the chain answered without a proof")?.ops;
        proof::verify(&ops, path, root, expected)
    }
}
