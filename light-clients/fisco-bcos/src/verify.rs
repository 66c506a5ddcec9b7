//! Headers: one after the other from the newest accepted, each signed by a quorum of its own set, and of the set before if that differs.
//!
//! Source: FISCO BCOS `bcos-pbft` `BlockValidator`, `PBFTConfig` (3.x), `PBFTEngine::checkBlock` (2.x). Stricter than the nodes: a signer
//! counts once; every block is checked, empty ones too; the required weight never comes from the chain; heights are never skipped, since
//! a header of another group with the same nodes would verify as well; a new set needs the old one's quorum (section D2 of the notes).

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Fault, LightClient, Reason, Tally, Update, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::decode;
use crate::header::Header;
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::sealers::{QuorumRule, SealerSet};
use crate::state::{ClientState, ConsensusState, Version};
use crate::suite::{Hash, NodeId, Suite};

/// Checks behind every accepted header, in the order in which they run.
pub const CHECKS: [&str; 8] =
    ["canonical-bytes", "header-form", "header-hash", "contiguous", "distinct-signers", "signatures", "quorum", "quorum-of-set-before"];

/// What the next header is judged by.
#[derive(Clone)]
pub(crate) struct Trusted {
    pub number: u64,
    pub hash: Hash,
    pub time: Time,
    pub sealers: SealerSet,
}

/// Why a header does not convince.
pub(crate) enum Refusal {
    Invalid(Reason),
    /// Its own set signed, the set before did not: more signatures may help, else governance anchors anew.
    NotEnough(Tally),
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::Invalid(reason)
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(reason) => Self::Invalid(reason),
            Refusal::NotEnough(tally) => Self::NotEnoughTrust(tally),
        }
    }
}

pub(crate) fn header(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::header(any).map_err(Fault::Undecodable)?;
    let mut run = Run::from_newest(client, states)?;
    for signed in &raw.headers {
        let header = match Header::read(client.version, client.suite, signed) {
            Ok(header) => header,
            Err(reason) => return Ok(Verdict::Invalid(reason)),
        };
        let refused = if header.number <= run.newest().number { run.seen(&header, signed, now)? } else { run.extend(header, signed, now) };
        if let Some(verdict) = refused {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Accepted(run.update()))
}

/// Trusted states from the newest stored one onwards, as the headers of a message are accepted.
struct Run<'a> {
    client: &'a ClientState,
    states: &'a dyn ConsensusStates,
    trusted: Vec<Trusted>,
    accepted: Vec<(Height, ConsensusState)>,
}

impl<'a> Run<'a> {
    fn from_newest(client: &'a ClientState, states: &'a dyn ConsensusStates) -> Result<Self, Fault> {
        let newest = client.consensus_state_at(states, client.latest_height())?;
        let trusted = Trusted { number: client.latest_number, hash: newest.hash, time: newest.time, sealers: client.sealers.clone() };
        Ok(Self { client, states, trusted: vec![trusted], accepted: Vec::new() })
    }

    fn newest(&self) -> &Trusted {
        self.trusted.last().expect("starts with one and only grows")
    }

    /// Judges the header after the newest; `None` if it was accepted.
    fn extend(&mut self, header: Header, signed: &raw::SignedHeader, now: Time) -> Option<Verdict> {
        let newest = self.newest();
        if newest.number.checked_add(1) != Some(header.number) {
            let words = format!("block {} after block {}; headers do not name their group, so none may be skipped", header.number, newest.number);
            return Some(Verdict::Invalid(Reason::new("not-contiguous", words)));
        }
        if header.parent != newest.hash {
            let words = format!("block {} does not stand on the block {} that is trusted: another fork, group or chain", header.number, newest.number);
            return Some(Verdict::Invalid(Reason::new("parent-hash", words)));
        }
        if let Err(refusal) = convinces(self.client, &newest.sealers, &header, signed) {
            return Some(refusal.into());
        }
        let time = newest.time.max(capped(header.timestamp_ms, now));
        let state = ConsensusState {
            hash: header.hash,
            time,
            transactions_root: header.transactions_root,
            receipts_root: header.receipts_root,
            sealers_hash: header.sealers.hash(),
        };
        self.accepted.push((Height::new(0, header.number), state));
        self.trusted.push(Trusted { number: header.number, hash: header.hash, time, sealers: header.sealers });
        None
    }

    /// Judges a header of a number that has one already; `None` if it is that one.
    fn seen(&self, header: &Header, signed: &raw::SignedHeader, now: Time) -> Result<Option<Verdict>, Fault> {
        let Some(known) = self.known(header.number)? else {
            let words = format!("block {}; what is stored begins later", header.number);
            return Ok(Some(Verdict::Invalid(Reason::new("not-contiguous", words))));
        };
        if known.hash == header.hash {
            return Ok(None);
        }
        let below = match self.known(header.number - 1)? {
            Some(below) if below.hash == header.parent => below,
            _ => {
                let words = format!("another block {} is trusted, and this one does not stand on the trusted block below: it may be of another group", header.number);
                return Ok(Some(Verdict::Invalid(Reason::new("parent-hash", words))));
            }
        };
        if !self.client.believes(below.time, now) {
            return Ok(Some(Verdict::Invalid(Reason::new("trusting-period-over", "the conflict is too old; its sealers' keys may be anyone's"))));
        }
        let set = self.trusted.iter().map(|trusted| &trusted.sealers).chain([&header.sealers]).find(|set| set.hash() == below.sealers_hash);
        let Some(set) = set else {
            let words = "another block is trusted; submit both as evidence, with the set of the block below";
            return Ok(Some(Verdict::Invalid(Reason::new("conflict-without-set", words))));
        };
        Ok(Some(match convinces(self.client, set, header, signed) {
            Ok(()) => Verdict::Misbehaviour(Reason::new("equivocation", format!("two blocks {} on one parent, both signed by a quorum", header.number))),
            Err(refusal) => refusal.into(),
        }))
    }

    fn known(&self, number: u64) -> Result<Option<ConsensusState>, Fault> {
        let height = Height::new(0, number);
        if let Some((_, state)) = self.accepted.iter().find(|(accepted, _)| *accepted == height) {
            return Ok(Some(state.clone()));
        }
        self.states.at(height).map(|any| ConsensusState::decode(&any).map_err(Fault::Undecodable)).transpose()
    }

    fn update(&self) -> Update {
        let newest = self.newest();
        let client = self.client.advanced_to(newest.number, newest.sealers.clone());
        Update {
            trust: (!self.accepted.is_empty()).then(|| client.trust_class()),
            client_state: client.encode(),
            consensus_states: self.accepted.iter().map(|(height, state)| (*height, state.encode())).collect(),
            checks: CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect(),
        }
    }
}

/// The proposer's time, but never ahead of the host's: one wrong clock among the sealers must neither stop the client nor keep it alive.
fn capped(timestamp_ms: u64, now: Time) -> Time {
    timestamp_ms.checked_mul(1_000_000).map_or(now, |ns| Time::from_unix_ns(ns).min(now))
}

/// Whether a quorum of the header's own set signed it, and, if that is not `before`, a quorum of `before` too.
pub(crate) fn convinces(client: &ClientState, before: &SealerSet, header: &Header, signed: &raw::SignedHeader) -> Result<(), Refusal> {
    let signers = signers(client.suite, header, &signed.signatures, client.quorum)?;
    if client.version == Version::V3 && client.working_sealers != 0 && header.sealers.sealers().len() != client.working_sealers as usize {
        let words = format!("block {} lists {} sealers; the trust file says that {} work", header.number, header.sealers.sealers().len(), client.working_sealers);
        return Err(Reason::new("working-set-size", words).into());
    }
    if header.sealers == *before {
        return Ok(());
    }
    let signed_before: u64 = signers.iter().filter_map(|node| before.weight_of(node)).sum();
    let needed = client.quorum.needed(before);
    if signed_before < needed {
        return Err(Refusal::NotEnough(Tally { signed: signed_before, total: before.total(), needed_num: needed, needed_den: before.total() }));
    }
    Ok(())
}

/// The nodes that signed: each once, each with a good signature, together a quorum of the header's own set.
pub(crate) fn signers(suite: Suite, header: &Header, signatures: &[raw::Signature], quorum: QuorumRule) -> Result<Vec<NodeId>, Reason> {
    let mut seen = vec![false; header.listed.len()];
    let mut signers = Vec::with_capacity(signatures.len().min(header.listed.len()));
    for signature in signatures {
        let place = usize::try_from(signature.index).unwrap_or(usize::MAX);
        let (Some(node), Some(seen)) = (header.listed.get(place), seen.get_mut(place)) else {
            return Err(Reason::new("signer-index", format!("place {} in a list of {}", signature.index, header.listed.len())));
        };
        if std::mem::replace(seen, true) {
            return Err(Reason::new("signer-repeated", format!("place {} signs twice", signature.index)));
        }
        suite.verify(node, &header.hash, &signature.signature).map_err(|reason| {
            Reason::new(reason.code, format!("block {}, place {}: {}", header.number, signature.index, reason.detail))
        })?;
        signers.push(*node);
    }
    let weight: u64 = signers.iter().filter_map(|node| header.sealers.weight_of(node)).sum();
    let needed = quorum.needed(&header.sealers);
    if weight < needed {
        return Err(Reason::new("insufficient-weight", format!("{weight} of {} signed block {}; {needed} are needed", header.sealers.total(), header.number)));
    }
    Ok(signers)
}

/// One good signature of each node that gave one to any of several nodes: what is to be submitted where a set changes.
///
/// Each node stores the signatures that reached it first; only together do they often hold a quorum of the set before. What does not
/// verify is left out, since one bad signature makes a header invalid.
///
/// # Errors
/// Those of reading the first header; a list that belongs to another hash is left out.
pub fn merge(version: Version, suite: Suite, copies: &[raw::SignedHeader]) -> Result<raw::SignedHeader, Reason> {
    let first = copies.first().ok_or_else(|| Reason::new("header-missing", "no copy"))?;
    let header = Header::read(version, suite, first)?;
    let mut merged: Vec<Option<raw::Signature>> = vec![None; header.listed.len()];
    for signature in copies.iter().filter(|copy| copy.hash == header.hash).flat_map(|copy| &copy.signatures) {
        let place = usize::try_from(signature.index).unwrap_or(usize::MAX);
        let (Some(node), Some(slot)) = (header.listed.get(place), merged.get_mut(place)) else { continue };
        if slot.is_none() && suite.verify(node, &header.hash, &signature.signature).is_ok() {
            *slot = Some(signature.clone());
        }
    }
    Ok(raw::SignedHeader { signatures: merged.into_iter().flatten().collect(), ..first.clone() })
}
