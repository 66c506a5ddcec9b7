//! Headers: from a trusted block, child by child, to the last of a run.
//!
//! The set in charge of a header never comes from the header alone. It is what the client has tallied itself, or what the contract held in
//! the state before, or, where a client of a Besu chain skips headers, a list that enough of the trusted set has sealed: Besu's nodes seal
//! no list that is not their own tally. `parent_hash` alone proves nothing: everybody can write it.

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Fault, LightClient, Reason, Tally, Update, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::account;
use crate::authority::{is_ascending, Authority, Cast};
use crate::decode::{self, MAX_BLOCKS};
use crate::extra::Address;
use crate::header::BlockHeader;
use crate::keccak::Hash;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::seals;
use crate::state::{height, ClientState, ConsensusState, Params};
use crate::Flavour;

/// Checks behind every accepted header, in the order in which they run.
pub const CHECKS: [&str; 12] = [
    "canonical-bytes", "trusting-period", "trusted-authority", "header-shape", "number-and-parent", "time", "validators-in-charge", "validator-list-compared",
    "proposer", "seals", "quorum", "no-conflict",
];

/// Why a run does not convince.
#[derive(Debug)]
pub(crate) enum Refusal {
    Invalid(Reason),
    NotEnoughTrust(Tally),
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
            Refusal::NotEnoughTrust(tally) => Self::NotEnoughTrust(tally),
        }
    }
}

/// A block that is believed, and who is in charge of the next.
#[derive(Clone, Debug)]
pub(crate) struct Believed {
    pub number: u64,
    pub parent_hash: Hash,
    pub timestamp_s: u64,
    pub block_hash: Hash,
    pub state_root: Hash,
    pub authority: Authority,
    /// Its proposer, if he wrote a false list.
    pub liar: Option<Address>,
}

pub(crate) fn update(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let message = decode::header(any).map_err(Fault::Undecodable)?;
    let run = match run(client, states, &message, now)? {
        Ok(run) => run,
        Err(refusal) => return Ok(refusal.into()),
    };
    if let Some(conflict) = conflict_with_stored(states, &run)? {
        return Ok(Verdict::Misbehaviour(conflict));
    }
    Ok(match accept(client, states, &message, &run) {
        Ok(update) => Verdict::Accepted(update),
        Err(reason) => Verdict::Invalid(reason),
    })
}

/// Follows the blocks of `message` from the trusted one that it names. The result is never empty.
pub(crate) fn run(
    client: &ClientState, states: &dyn ConsensusStates, message: &raw::Header, now: Time,
) -> Result<Result<Vec<Believed>, Refusal>, Fault> {
    let trusted = client.consensus_state_at(states, height(message.trusted_height))?;
    Ok(follow(client, message, &trusted, now))
}

fn follow(client: &ClientState, message: &raw::Header, trusted: &ConsensusState, now: Time) -> Result<Vec<Believed>, Refusal> {
    if message.blocks.is_empty() || message.blocks.len() > MAX_BLOCKS {
        return Err(Reason::new("block-count", format!("{} headers; expected 1 to {MAX_BLOCKS}", message.blocks.len())).into());
    }
    let expires_s = trusted.timestamp_s.saturating_add(client.params.trusting_period_s);
    if now.unix_s() >= expires_s {
        return Err(Reason::new("trusting-period-over", format!("block {} is trusted until {expires_s}, it is {now}", message.trusted_height)).into());
    }
    let anchor = Believed {
        number: message.trusted_height,
        parent_hash: Hash::default(),
        timestamp_s: trusted.timestamp_s,
        block_hash: trusted.block_hash,
        state_root: trusted.state_root,
        authority: trusted_authority(client, message, trusted)?,
        liar: None,
    };
    let mut run: Vec<Believed> = Vec::with_capacity(message.blocks.len());
    for block in &message.blocks {
        let next = step(&client.params, run.last().unwrap_or(&anchor), block, run.is_empty(), now)?;
        run.push(next);
    }
    Ok(run)
}

/// Who is in charge after the trusted block: the relayer's word counts only if it hashes to what is stored.
fn trusted_authority(client: &ClientState, message: &raw::Header, trusted: &ConsensusState) -> Result<Authority, Reason> {
    let authority = match &message.trusted_authority {
        Some(raw) => Authority::from_raw(raw)?,
        None if height(message.trusted_height) == client.latest_height() => client.authority.clone(),
        None => return Err(Reason::new("trusted-authority", format!("block {} is not the newest: its authority must be supplied", message.trusted_height))),
    };
    if authority.hash() != trusted.authority_hash {
        return Err(Reason::new("trusted-authority", format!("is not the one stored at block {}", message.trusted_height)));
    }
    Ok(authority)
}

/// One block after `last`, which may lie further back only if `may_skip` and the client's parameters allow it.
fn step(params: &Params, last: &Believed, block: &raw::Block, may_skip: bool, now: Time) -> Result<Believed, Refusal> {
    let header = BlockHeader::decode(params.flavour, &params.header_items, &block.header)?;
    let skips = check_place(params, last, &header, may_skip)?;
    check_time(params, last, &header, now)?;
    let by_list = skips || last.authority.votes_unknown();
    let in_charge = in_charge(params, last, block, &header, by_list)?;
    let is_false = check_list(params, &header, &in_charge)?;
    let block_hash = header.block_hash();
    let proposer = proposer(params.flavour, &header)?;
    if in_charge.binary_search(&proposer).is_err() {
        return Err(Reason::new("proposer", format!("0x{} is no validator of this block", hex::encode(proposer))).into());
    }
    let signers = seals::signers(&in_charge, &header.seal_digest(&block_hash), &header.extra.seals)?;
    seals::check_quorum(signers.len(), in_charge.len())?;
    if by_list {
        check_overlap(params, last.authority.validators(), &signers)?;
    }
    Ok(Believed {
        number: header.number,
        parent_hash: header.parent_hash,
        timestamp_s: header.timestamp,
        block_hash,
        state_root: header.state_root,
        authority: next_authority(params, last, &header, proposer, in_charge, by_list)?,
        liar: is_false.then_some(proposer),
    })
}

/// Whether the header skips others; if not, that it is the child of `last`.
fn check_place(params: &Params, last: &Believed, header: &BlockHeader<'_>, may_skip: bool) -> Result<bool, Reason> {
    if header.number <= last.number {
        return Err(Reason::new("number", format!("block {} after block {}", header.number, last.number)));
    }
    if header.number > last.number + 1 {
        if !may_skip || params.skip_level.is_none() {
            return Err(Reason::new("number", format!("block {} after block {}: this client follows every header", header.number, last.number)));
        }
        return Ok(true);
    }
    if header.parent_hash != last.block_hash {
        return Err(Reason::new("wrong-parent", format!("block {} names 0x{}, not 0x{}", header.number, hex::encode(header.parent_hash), hex::encode(last.block_hash))));
    }
    Ok(false)
}

fn check_time(params: &Params, last: &Believed, header: &BlockHeader<'_>, now: Time) -> Result<(), Reason> {
    if header.timestamp <= last.timestamp_s {
        return Err(Reason::new("time-not-increasing", format!("{} after {}", header.timestamp, last.timestamp_s)));
    }
    if header.timestamp > now.unix_s().saturating_add(params.max_clock_drift_s) {
        return Err(Reason::new(Reason::FROM_FUTURE, format!("{}; it is {now} here", header.timestamp)));
    }
    Ok(())
}

/// The validators of this block, ascending.
fn in_charge(params: &Params, last: &Believed, block: &raw::Block, header: &BlockHeader<'_>, by_list: bool) -> Result<Vec<Address>, Reason> {
    if let Some(contract) = params.schedule.contract_at(header.number) {
        return contract.validators(&last.state_root, &block.contract_account_nodes, &block.contract_storage_nodes);
    }
    if !block.contract_account_nodes.is_empty() || !block.contract_storage_nodes.is_empty() {
        return Err(Reason::new("proof-extra-node", "no contract says who the validators of this block are"));
    }
    if !by_list {
        return Ok(last.authority.validators().to_vec());
    }
    let list = &header.extra.validators;
    if list.is_empty() || !is_ascending(list) {
        return Err(Reason::new("validators-not-sorted", "the list is empty or not strictly ascending"));
    }
    Ok(list.clone())
}

/// Compares the list in the header with the validators in charge; true if it is false and that is only recorded.
fn check_list(params: &Params, header: &BlockHeader<'_>, in_charge: &[Address]) -> Result<bool, Reason> {
    let (list, by_contract) = (&header.extra.validators, params.schedule.contract_at(header.number).is_some());
    // Who else is in charge from now on is not known then, only that the operators changed it without telling governance.
    if list.is_empty() != by_contract {
        return Err(Reason::new("list-mode", format!("{} validators are listed where {} in charge", list.len(), if by_contract { "a contract is" } else { "votes are" })));
    }
    if by_contract {
        if params.flavour == Flavour::BesuQbft && header.extra.vote.is_some() {
            return Err(Reason::new("vote-in-contract-mode", "nobody votes where a contract is in charge"));
        }
        return Ok(false);
    }
    let refusal = if !is_ascending(list) {
        Reason::new("validators-not-sorted", "the list is not strictly ascending")
    } else if list != in_charge {
        Reason::new("validator-list", format!("lists {} validators; {} others are in charge", list.len(), in_charge.len()))
    } else {
        return Ok(false);
    };
    if params.refuses_false_lists {
        return Err(refusal);
    }
    Ok(true)
}

/// Who proposed the block. IBFT 1 says it by a seal alone: where others write the proposer, it writes on whom he votes.
pub(crate) fn proposer(flavour: Flavour, header: &BlockHeader<'_>) -> Result<Address, Reason> {
    if flavour != Flavour::GoQuorumIbft1 {
        return Ok(header.coinbase);
    }
    let seal = header.extra.proposer_seal.as_ref().ok_or_else(|| Reason::new("proposer-seal", "is missing"))?;
    seals::signer(&header.proposer_digest(), seal)
}

/// That more than a third of the trusted set, and more than the client's level of it, has signed.
fn check_overlap(params: &Params, trusted: &[Address], signers: &[Address]) -> Result<(), Refusal> {
    let (needed_num, needed_den) = params.skip_level.ok_or_else(|| Reason::new("number", "this client follows every header"))?;
    let signed = signers.iter().filter(|signer| trusted.binary_search(signer).is_ok()).count() as u64;
    let total = trusted.len() as u64;
    if signed * needed_den <= total * needed_num {
        return Err(Refusal::NotEnoughTrust(Tally { signed, total, needed_num, needed_den }));
    }
    Ok(())
}

fn next_authority(
    params: &Params, last: &Believed, header: &BlockHeader<'_>, proposer: Address, in_charge: Vec<Address>, by_list: bool,
) -> Result<Authority, Reason> {
    let next = header.number.checked_add(1).ok_or_else(|| Reason::new("number", "the last number there is"))?;
    let cast = Cast { proposer, vote: header.vote(), is_epoch: header.number.is_multiple_of(params.epoch_length) };
    let replaced = params.schedule.replaced_at(next);
    let before = if by_list {
        Authority::of(in_charge)?.with_votes_unknown()
    } else if params.schedule.contract_at(header.number).is_some() {
        // What was voted while a contract is in charge counts for nothing.
        let authority = Authority::of(in_charge)?;
        return Ok(match replaced {
            Some(set) => Authority::of(set.to_vec())?,
            None => authority,
        });
    } else {
        last.authority.clone()
    };
    let after = if params.flavour.checks_lists() { before.after_besu(cast, replaced)? } else { before.after_goquorum(cast, replaced)? };
    if params.schedule.contract_at(next).is_some() {
        return Authority::of(after.validators().to_vec());
    }
    Ok(after)
}

/// Two blocks of one number, a parent that is not the stored one, or time that does not grow with the number, over all that is stored.
fn conflict_with_stored(states: &dyn ConsensusStates, run: &[Believed]) -> Result<Option<Reason>, Fault> {
    let stored = |at: Height| states.at(at).map(|any| ConsensusState::decode(&any)).transpose().map_err(Fault::Undecodable);
    for block in run {
        if stored(height(block.number))?.is_some_and(|other| other.block_hash != block.block_hash) {
            return Ok(Some(Reason::new("conflicting-header", format!("another block {} is stored", block.number))));
        }
        if stored(height(block.number - 1))?.is_some_and(|parent| parent.block_hash != block.parent_hash) {
            return Ok(Some(Reason::new("conflicting-header", format!("block {} is the child of another block than the stored one", block.number))));
        }
    }
    let (first, last) = (&run[0], &run[run.len() - 1]);
    let decoded = |found: Option<(Height, Any)>| {
        found.map(|(at, any)| ConsensusState::decode(&any).map(|state| (at, state.timestamp_s))).transpose().map_err(Fault::Undecodable)
    };
    if let Some((below, earlier)) = decoded(states.before(height(first.number)))?.filter(|(_, earlier)| *earlier >= first.timestamp_s) {
        return Ok(Some(Reason::new("time-conflict", format!("block {} at {} is not after {below} at {earlier}", first.number, first.timestamp_s))));
    }
    if let Some((above, later)) = decoded(states.after(height(last.number)))?.filter(|(_, later)| *later <= last.timestamp_s) {
        return Ok(Some(Reason::new("time-conflict", format!("block {} at {} is not before {above} at {later}", last.number, last.timestamp_s))));
    }
    Ok(None)
}

fn accept(client: &ClientState, states: &dyn ConsensusStates, message: &raw::Header, run: &[Believed]) -> Result<Update, Reason> {
    let checks = CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect();
    let last = &run[run.len() - 1];
    let storage_root = storage_root(client, message, last)?;
    if states.at(height(last.number)).is_some() {
        return Ok(Update { client_state: client.encode(), consensus_states: Vec::new(), trust: None, checks });
    }
    let state = ConsensusState {
        timestamp_s: last.timestamp_s,
        block_hash: last.block_hash,
        state_root: last.state_root,
        storage_root,
        authority_hash: last.authority.hash(),
    };
    // Those up to the newest header were counted when that was accepted.
    let is_new = |block: &&Believed| height(block.number) > client.latest_height();
    let false_lists: Vec<_> = run.iter().filter(is_new).filter_map(|block| block.liar.map(|liar| (block.number, liar))).collect();
    let next = client.advanced_to(last.number, &last.authority, &false_lists);
    Ok(Update {
        trust: Some(next.trust_class()),
        client_state: next.encode(),
        consensus_states: vec![(height(last.number), state.encode())],
        checks,
    })
}

/// Storage root of the contract that holds packets, if the message proves it.
fn storage_root(client: &ClientState, message: &raw::Header, last: &Believed) -> Result<Option<Hash>, Reason> {
    if message.account_nodes.is_empty() {
        return Ok(None);
    }
    let map = &client.params.key_map;
    account::contract(&last.state_root, &map.contract, map.code_hash.as_ref(), &message.account_nodes).map(|account| Some(account.storage_root))
}
