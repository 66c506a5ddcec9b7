//! ICS-07 headers from a node's commits and validator sets.

use govhub_lc_cometbft::HEADER_URL;
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use prost::Message;
use tendermint::validator::{Info, Set};
use tendermint_proto::types::{SignedHeader as RawSignedHeader, Validator as RawValidator, ValidatorSet as RawSet};
use tendermint_rpc::{Client, Paging};

use crate::{Chain, ChainError};

/// A header of this chain, not verified.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainHeader {
    /// The client message.
    pub any: Any,
    /// Its block hash, upper-case hex.
    pub hash: String,
    /// Header time, nanoseconds since 1970.
    pub time_ns: u64,
    /// App hash.
    pub app_hash: Vec<u8>,
    /// Hash of the next validator set.
    pub next_validators_hash: Vec<u8>,
}

impl Chain {
    /// The header at `height` for a client that trusts `trusted`.
    ///
    /// # Errors
    /// [`ChainError`].
    ///
    /// # Not checked
    /// Anything: `prove` gives it to the light client.
    pub async fn header(&self, trusted: Height, height: u64) -> Result<ChainHeader, ChainError> {
        let at = tendermint::block::Height::try_from(height).map_err(|e| self.nonsense("commit", e))?;
        let after = tendermint::block::Height::try_from(trusted.revision_height.saturating_add(1)).map_err(|e| self.nonsense("validators", e))?;
        let commit = self.endpoints.ask("commit", |http| async move { http.commit(at).await }).await?;
        let validators = self.endpoints.ask("validators", |http| async move { http.validators(at, Paging::All).await }).await?;
        let trusted_set = self.endpoints.ask("validators", |http| async move { http.validators(after, Paging::All).await }).await?;
        let signed = commit.signed_header;
        if signed.header.height != at {
            return Err(self.nonsense("commit", format!("asked for {height}, got {}", signed.header.height)));
        }
        let proposer = signed.header.proposer_address;
        let hash = signed.header.hash().to_string();
        let time_ns = u64::try_from(signed.header.time.unix_timestamp_nanos()).unwrap_or(0);
        let (app_hash, next) = (signed.header.app_hash.as_bytes().to_vec(), signed.header.next_validators_hash.as_bytes().to_vec());
        let set = |list: Vec<Info>, proposer: Option<tendermint::account::Id>| set(list, proposer).map_err(|why| self.nonsense("validators", why));
        let header = raw::Header {
            signed_header: Some(RawSignedHeader::from(signed)),
            validator_set: Some(set(validators.validators, Some(proposer))?),
            trusted_height: Some(trusted.into()),
            trusted_validators: Some(set(trusted_set.validators, None)?),
        };
        Ok(ChainHeader { any: Any { type_url: HEADER_URL.into(), value: header.encode_to_vec() }, hash, time_ns, app_hash, next_validators_hash: next })
    }
}

impl Chain {
    /// Hash of the block at `height`, upper-case hex: a label for timelines, not verified.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn header_hash(&self, height: u64) -> Result<String, ChainError> {
        let at = tendermint::block::Height::try_from(height).map_err(|e| self.nonsense("commit", e))?;
        let commit = self.endpoints.ask("commit", |http| async move { http.commit(at).await }).await?;
        Ok(commit.signed_header.header.hash().to_string())
    }
}

/// A set in canonical order that names a proposer: the given one if it is in the set, else the first (PROTOCOL 1; Go refuses a set without one).
///
/// # Errors
/// Words, if the powers overflow.
pub fn set(validators: Vec<Info>, proposer: Option<tendermint::account::Id>) -> Result<RawSet, String> {
    let raw = RawSet { validators: validators.into_iter().map(RawValidator::from).collect(), proposer: None, total_voting_power: 0 };
    let sorted = Set::try_from(raw).map_err(|e| e.to_string())?;
    let first = sorted.validators.first().cloned();
    let named = sorted.validators.iter().find(|v| Some(v.address) == proposer).cloned().or(first);
    let mut raw = RawSet::from(sorted);
    raw.proposer = named.map(RawValidator::from);
    Ok(raw)
}
