//! Whose endorsements prove a value: the policy of the chaincode, as governance approved it.

use govhub_lc_core::Reason;

use crate::config::ChannelConfig;
use crate::messages::common::ApplicationPolicy;
use crate::msp::Signer;
use crate::policy::{not_satisfied, SignaturePolicy, ROOT};
use crate::proto::govhub::lightclients::fabric::v1::{endorsement_policy::Policy as RawPolicy, EndorsementPolicy as RawEndorsementPolicy, Endorsers as RawEndorsers};
use crate::wire::Message;

/// Bytes of a policy's path.
const MAX_PATH_BYTES: usize = 256;

/// Policies for the transaction that wrote a value and for the query that reads it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endorsers {
    /// For the transaction.
    pub transaction: EndorsementPolicy,
    /// For the query.
    pub query: EndorsementPolicy,
}

impl Endorsers {
    /// Checks both.
    ///
    /// # Errors
    /// `endorsement-policy`; those of [`SignaturePolicy::read`].
    pub fn new(raw: &RawEndorsers) -> Result<Self, Reason> {
        let transaction = EndorsementPolicy::new(raw.transaction.as_ref())?;
        let query = match &raw.query {
            None => transaction.clone(),
            some => EndorsementPolicy::new(some.as_ref())?,
        };
        Ok(Self { transaction, query })
    }
}

/// One policy, in one of the two forms that definitions of chaincodes have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndorsementPolicy {
    /// Its own: bytes of a readable signature policy.
    Signature(Vec<u8>),
    /// The channel's at that path.
    Channel(String),
}

impl EndorsementPolicy {
    fn new(raw: Option<&RawEndorsementPolicy>) -> Result<Self, Reason> {
        match raw.and_then(|raw| raw.policy.as_ref()) {
            Some(RawPolicy::SignaturePolicy(bytes)) => SignaturePolicy::read(bytes).map(|_| Self::Signature(bytes.clone())),
            Some(RawPolicy::ChannelPolicy(path)) => Self::channel(path),
            None => Err(Reason::new("endorsement-policy", "missing")),
        }
    }

    /// From the bytes in a definition's ValidationInfo.
    ///
    /// # Errors
    /// `malformed`; `endorsement-policy`: none, or both; those of [`SignaturePolicy::read`].
    pub fn read(bytes: &[u8]) -> Result<Self, Reason> {
        let raw = ApplicationPolicy::read(bytes)?;
        match (raw.signature_policy, raw.channel_config_policy_reference) {
            (Some(bytes), None) => SignaturePolicy::read(bytes).map(|_| Self::Signature(bytes.to_vec())),
            (None, Some(path)) => Self::channel(path),
            _ => Err(Reason::new("endorsement-policy", "neither a signature policy nor a channel's, or both")),
        }
    }

    fn channel(path: &str) -> Result<Self, Reason> {
        let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(ROOT)).and_then(|path| path.strip_prefix('/'));
        match below {
            Some(below) if !below.is_empty() && path.len() <= MAX_PATH_BYTES => Ok(Self::Channel(path.to_owned())),
            _ => Err(Reason::new("endorsement-policy", format!("{:?}; expected a path below `/{ROOT}/`", path.chars().take(80).collect::<String>()))),
        }
    }

    /// That the endorsers satisfy it.
    ///
    /// # Errors
    /// The reason why one of them is no member, or `endorsement-policy-not-satisfied`; those of [`crate::policy::Policies::check`].
    pub fn check(&self, config: &ChannelConfig<'_>, endorsers: &[Signer]) -> Result<(), Reason> {
        let verdict = match self {
            Self::Channel(path) => config.policies().check(path, endorsers),
            Self::Signature(bytes) => match SignaturePolicy::read(bytes)?.holds(endorsers) {
                true => Ok(()),
                false => Err(not_satisfied("endorsement policy", endorsers)),
            },
        };
        verdict.map_err(|reason| match reason.code {
            "policy-not-satisfied" => Reason::new("endorsement-policy-not-satisfied", reason.detail),
            _ => reason,
        })
    }
}
