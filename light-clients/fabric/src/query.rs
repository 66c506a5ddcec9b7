//! An endorsed read: peers were asked for a key and say at which version they have it.
//!
//! This is what tells a committed value from one that was only endorsed: a write set proves nothing by itself (whoever endorses a
//! transaction does not know whether it will be ordered), a versioned read says that the value counted. It needs no freshness: "the
//! transaction at that place wrote the value, and it counted" does not become untrue.
//!
//! That a read has *no* version is not used: it is the endorsers' word for one moment, and settles nothing.

use govhub_lc_core::Reason;
use govhub_types::hash::sha256;
use govhub_types::Time;
use govhub_x509::When;

use crate::config::ChannelConfig;
use crate::decode;
use crate::endorsers::EndorsementPolicy;
use crate::key_map::KeyMap;
use crate::messages::common::{ChannelHeader, Header, TYPE_ENDORSER_TRANSACTION};
use crate::messages::ledger::Version;
use crate::messages::peer::{ChaincodeInvocationSpec, ChaincodeProposalPayload, Proposal};
use crate::msp::{signers, Bad};
use crate::transaction::{called, statements, Answer};
use crate::wire::Message;

/// A query of one key, bound to its answer; its endorsements are not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query<'a> {
    raw: decode::Query<'a>,
    /// Where peers read the chaincode's definition before the call.
    pub definition: Version,
    /// Version of the key.
    pub version: Version,
}

impl<'a> Query<'a> {
    /// That the query asks `map`'s chaincode on channel `channel_id` for `key`, and that the answer is `value`.
    ///
    /// # Errors
    /// `malformed`; `query-type`; `channel-mismatch`; `chaincode-mismatch`; `query-call`: another function or other arguments; `proposal-hash`; those of
    /// [`Answer::read`]; `call-failed`; `value-mismatch`; `foreign-write`; `query-reads`: the key was not what alone was read; `not-present`:
    /// it was read and is absent; `query-writes`: anything but the value itself was written; `definition-not-read`.
    pub fn read(raw: decode::Query<'a>, channel_id: &str, map: &KeyMap, key: &str, value: &[u8]) -> Result<Self, Reason> {
        let proposal = Proposal::read(raw.proposal)?;
        let header = Header::read(proposal.header)?;
        let channel_header = ChannelHeader::read(header.channel_header)?;
        if channel_header.kind != TYPE_ENDORSER_TRANSACTION {
            return Err(Reason::new("query-type", format!("a proposal of type {}", channel_header.kind)));
        }
        if channel_header.channel_id != channel_id {
            return Err(Reason::new("channel-mismatch", "a query on another channel"));
        }
        let asked = ChaincodeProposalPayload::read(proposal.payload)?;
        let visible = ChaincodeProposalPayload { input: asked.input, ..Default::default() }.write();
        let answer = Answer::read(raw.payload)?;
        if answer.proposal_hash != sha256(&[header.channel_header, header.signature_header, &visible]) {
            return Err(Reason::new("proposal-hash", "the answer is to another proposal"));
        }
        if [called(channel_header.extension)?, answer.chaincode] != [map.chaincode.as_str(); 2] {
            return Err(Reason::new("chaincode-mismatch", format!("expected `{}`", map.chaincode)));
        }
        check_call(asked.input, map, key)?;
        answer.check_status()?;
        if answer.returned != value {
            return Err(Reason::new("value-mismatch", "the query returned another value"));
        }
        let (version, definition) = (check_reads(&answer, map, key, value)?, answer.rwset.definition(&map.chaincode)?);
        Ok(Self { raw, definition, version })
    }

    /// That endorsers who satisfy `policy` under `config` signed the answer, with certificates valid at `at`.
    ///
    /// # Errors
    /// The reasons of [`signers`] and [`EndorsementPolicy::check`].
    pub fn check_endorsers(&self, config: &ChannelConfig<'_>, policy: &EndorsementPolicy, at: Time) -> Result<(), Reason> {
        let endorsers = signers(&config.msps, &statements(self.raw.payload, &self.raw.endorsements), When::At(at), Bad::Refuse)?;
        policy.check(config, &endorsers)
    }
}

/// That the call is the map's function with the key as its one argument.
fn check_call(input: &[u8], map: &KeyMap, key: &str) -> Result<(), Reason> {
    let other = |detail: &str| Reason::new("query-call", detail);
    let spec = ChaincodeInvocationSpec::read(input)?.chaincode_spec.ok_or_else(|| other("no call"))?;
    if spec.chaincode_id.is_none_or(|chaincode| chaincode.name != map.chaincode) {
        return Err(other("a call of another chaincode"));
    }
    let input = spec.input.ok_or_else(|| other("a call without function"))?;
    match &input.args[..] {
        [function, argument] if *function == map.query.as_bytes() && *argument == key.as_bytes() && !input.is_init => Ok(()),
        _ => Err(other("another function, or other arguments")),
    }
}

/// That the call read the key alone, wrote nothing or the value back, and the version at which it read it.
fn check_reads(answer: &Answer<'_>, map: &KeyMap, key: &str, value: &[u8]) -> Result<Version, Reason> {
    answer.rwset.check_writes_only_in(&map.chaincode)?;
    let namespace = answer.rwset.namespace(&map.chaincode).ok_or_else(|| Reason::new("query-reads", "nothing was read"))?;
    let (public, refusal) = (&namespace.public, |detail: &str| Reason::new("query-reads", detail));
    let [read] = &public.reads[..] else { return Err(refusal("expected one read")) };
    if read.key != key || !public.range_queries_info.is_empty() {
        return Err(refusal("another key, or a range, was read"));
    }
    let written_back = match &public.writes[..] {
        [] => true,
        [write] => write.key == key && !write.is_delete && write.value == value,
        _ => false,
    };
    if !written_back || !public.metadata_writes.is_empty() || !namespace.private.is_empty() {
        return Err(Reason::new("query-writes", "the query wrote something else than the value it read"));
    }
    read.version.clone().ok_or_else(|| Reason::new("not-present", format!("`{key}` was absent; absence is proved by nothing here")))
}
