//! What peers decided about each transaction, worked out again from the channel's first block.
//!
//! Validation codes stand in a block's metadata where nobody signs them, so a file that carries them proves nothing. Whoever has *all* blocks
//! can do what peers do: this is that, for auditors. Configurations are judged as the light client judges them; blocks must have been accepted
//! by it before they are given here.
//!
//! **Not worked out**, and refused as `not-replayed`: range queries (phantom reads), private reads, policies of single keys, private collections that
//! a chaincode defines itself, chaincodes of the old lifecycle.
//!
//! Source: fabric `core/committer/txvalidator/v20`, `core/common/validation`, `core/ledger/kvledger/txmgmt/validation`.

use std::collections::{BTreeMap, BTreeSet};

use govhub_lc_core::Reason;
use govhub_x509::When;

use crate::block::{Block, Content, Transaction};
use crate::config::{msp_name, ChannelConfig, APPLICATION};
use crate::endorsers::EndorsementPolicy;
use crate::messages::common::{Config, ConfigEnvelope};
use crate::messages::ledger::{HashedRwSet, KvWrite, Version};
use crate::messages::peer::{ChaincodeValidationInfo, StateData};
use crate::msp::{signers, Bad, Signer};
use crate::rwset::{Namespace, LIFECYCLE};
use crate::transaction::{check_creator, EndorsedTransaction};
use crate::wire::Message;

/// What names the private collection that every organisation has.
const IMPLICIT_COLLECTION: &str = "_implicit_org_";

/// What a transaction came to, with Fabric's numbers (`peer/transaction.proto`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// It counts.
    Valid = 0,
    /// Its creator is no member, or did not sign it.
    BadCreatorSignature = 4,
    /// It is not bound together.
    InvalidEndorserTransaction = 5,
    /// Its id is not made of nonce and creator.
    BadProposalTxId = 8,
    /// Its id was used before.
    DuplicateTxId = 9,
    /// Too few endorsed it.
    EndorsementPolicyFailure = 10,
    /// It read what another changed since.
    MvccReadConflict = 11,
    /// It writes in the name of a chaincode that is not defined.
    InvalidChaincode = 25,
}

/// A ledger as far as judging the next transaction needs it.
#[derive(Debug, Default)]
pub struct Replay {
    config: Option<Vec<u8>>,
    tx_ids: BTreeSet<String>,
    versions: BTreeMap<(String, String), Version>,
    policies: BTreeMap<String, EndorsementPolicy>,
}

impl Replay {
    /// An empty ledger: its first block must be genesis.
    pub fn new() -> Self {
        Self::default()
    }

    /// Judges the transactions of the next block and keeps what they wrote.
    ///
    /// # Errors
    /// `not-replayed`; `replay-order` if the first block is no configuration; those of [`Block::read`] and [`Block::content`].
    pub fn block(&mut self, bytes: &[u8]) -> Result<Vec<Code>, Reason> {
        let block = Block::read(bytes)?;
        match block.content()? {
            Content::Config(transaction) => {
                self.config = Some(Config::read(ConfigEnvelope::read(transaction.data)?.config)?.channel_group.to_vec());
                self.tx_ids.insert(transaction.channel_header.tx_id.to_owned());
                Ok(vec![Code::Valid])
            }
            Content::Transactions(transactions) => self.transactions(block.header.number, &transactions),
        }
    }

    fn transactions(&mut self, block_num: u64, transactions: &[Transaction<'_>]) -> Result<Vec<Code>, Reason> {
        let group = self.config.clone().ok_or_else(|| Reason::new("replay-order", "the first block must be genesis"))?;
        let config = ChannelConfig::read(&group)?;
        // Definitions as of the block before; versions as of the transaction before.
        let (mut codes, mut ids, mut policies) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        for (index, transaction) in transactions.iter().enumerate() {
            let (mut code, endorsed) = self.judge(&config, transaction)?;
            // Within a block the second of two that would both count is the duplicate.
            if code == Code::Valid && !ids.insert(transaction.channel_header.tx_id) {
                code = Code::DuplicateTxId;
            }
            if let (Code::Valid, Some(endorsed)) = (code, endorsed) {
                code = self.judge_reads(&endorsed)?;
                if code == Code::Valid {
                    let version = Version { block_num, tx_num: u64::try_from(index).unwrap_or(u64::MAX) };
                    self.write(&endorsed, &version, &mut policies)?;
                }
            }
            codes.push(code);
        }
        // Every id is used up, whatever became of its transaction.
        self.tx_ids.extend(transactions.iter().map(|one| one.channel_header.tx_id.to_owned()));
        self.policies.extend(policies);
        Ok(codes)
    }

    /// All but what was read, which the transactions before it in the block may have changed.
    fn judge<'a>(&self, config: &ChannelConfig<'_>, transaction: &Transaction<'a>) -> Result<(Code, Option<EndorsedTransaction<'a>>), Reason> {
        if check_creator(config, transaction).is_err() {
            return Ok((Code::BadCreatorSignature, None));
        }
        let endorsed = match EndorsedTransaction::read(transaction) {
            Ok(endorsed) => endorsed,
            Err(reason) if reason.code == "tx-id" => return Ok((Code::BadProposalTxId, None)),
            Err(_) => return Ok((Code::InvalidEndorserTransaction, None)),
        };
        if self.tx_ids.contains(transaction.channel_header.tx_id) {
            return Ok((Code::DuplicateTxId, None));
        }
        let endorsers = signers(&config.msps, &endorsed.statements(), When::AtIssue, Bad::PassOver)?;
        let called = (endorsed.chaincode, Namespace::default());
        let written = endorsed.rwset.namespaces().filter(|(_, namespace)| namespace.is_written());
        for (name, namespace) in [(called.0, endorsed.rwset.namespace(called.0).unwrap_or(&called.1))].into_iter().chain(written) {
            match self.judge_namespace(config, name, namespace, &endorsers)? {
                Code::Valid => {}
                code => return Ok((code, None)),
            }
        }
        Ok((Code::Valid, Some(endorsed)))
    }

    /// Whether the endorsers may write what was written in one namespace.
    fn judge_namespace(&self, config: &ChannelConfig<'_>, name: &str, namespace: &Namespace<'_>, endorsers: &[Signer]) -> Result<Code, Reason> {
        if !namespace.public.metadata_writes.is_empty() {
            return Err(not_replayed("policies of single keys"));
        }
        let own = match name {
            LIFECYCLE => EndorsementPolicy::Channel("/Channel/Application/LifecycleEndorsement".into()),
            _ => match self.policies.get(name) {
                Some(policy) => policy.clone(),
                None => return Ok(Code::InvalidChaincode),
            },
        };
        let mut asked = Vec::new();
        for collection in &namespace.private {
            let written = HashedRwSet::read(collection.hashed_rwset)?;
            if !written.hashed_writes.is_empty() || !written.metadata_writes.is_empty() {
                asked.push(collection_policy(config, collection.collection_name)?);
            }
        }
        // The chaincode's own policy is asked for public writes, and where nothing else was asked.
        if asked.is_empty() || !namespace.public.writes.is_empty() {
            asked.push(own);
        }
        let holds = asked.iter().all(|policy| policy.check(config, endorsers).is_ok());
        Ok(if holds { Code::Valid } else { Code::EndorsementPolicyFailure })
    }

    fn judge_reads(&self, endorsed: &EndorsedTransaction<'_>) -> Result<Code, Reason> {
        for (name, namespace) in endorsed.rwset.namespaces() {
            if !namespace.public.range_queries_info.is_empty() {
                return Err(not_replayed("range queries"));
            }
            for collection in &namespace.private {
                if !HashedRwSet::read(collection.hashed_rwset)?.hashed_reads.is_empty() && !collection.collection_name.starts_with(IMPLICIT_COLLECTION) {
                    return Err(not_replayed("private reads"));
                }
            }
            let stale = namespace.public.reads.iter().any(|read| self.versions.get(&(name.to_owned(), read.key.to_owned())) != read.version.as_ref());
            if stale {
                return Ok(Code::MvccReadConflict);
            }
        }
        Ok(Code::Valid)
    }

    fn write(&mut self, endorsed: &EndorsedTransaction<'_>, version: &Version, policies: &mut BTreeMap<String, EndorsementPolicy>) -> Result<(), Reason> {
        for (name, namespace) in endorsed.rwset.namespaces() {
            for write in namespace.public.writes.iter() {
                let key = (name.to_owned(), write.key.to_owned());
                match write.is_delete {
                    true => self.versions.remove(&key),
                    false => self.versions.insert(key, version.clone()),
                };
                if let Some((chaincode, policy)) = defined(name, write)? {
                    policies.insert(chaincode, policy);
                }
            }
        }
        Ok(())
    }
}

/// The chaincode and policy that a write defines, if it does.
fn defined(namespace: &str, write: &KvWrite<'_>) -> Result<Option<(String, EndorsementPolicy)>, Reason> {
    let name = write.key.strip_prefix("namespaces/fields/").and_then(|rest| rest.strip_suffix("/ValidationInfo"));
    let Some(name) = name.filter(|_| namespace == LIFECYCLE && !write.is_delete) else { return Ok(None) };
    let Some(info) = StateData::read(write.value)?.bytes else { return Ok(None) };
    let info = ChaincodeValidationInfo::read(info)?;
    Ok(Some((name.to_owned(), EndorsementPolicy::read(info.validation_parameter)?)))
}

/// Who may write an organisation's own collection: its endorsers.
fn collection_policy(config: &ChannelConfig<'_>, name: &str) -> Result<EndorsementPolicy, Reason> {
    let msp = name.strip_prefix(IMPLICIT_COLLECTION).ok_or_else(|| not_replayed("private collections that a chaincode defines"))?;
    let organisations = config.root.at(&[APPLICATION]).map(|section| &section.groups);
    for (organisation, group) in organisations.into_iter().flatten() {
        if msp_name(group)? == msp && group.policy("Endorsement").is_some() {
            return Ok(EndorsementPolicy::Channel(format!("/Channel/Application/{organisation}/Endorsement")));
        }
    }
    Err(not_replayed("a collection of an organisation without endorsement policy"))
}

fn not_replayed(what: &str) -> Reason {
    Reason::new("not-replayed", format!("{what}: not worked out here"))
}
