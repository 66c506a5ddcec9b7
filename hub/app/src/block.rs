//! A block: its begin, then each transaction through ante and messages.

use govhub_audit::Record;
use govhub_exchange::Exchange;
use govhub_identity::account;
use govhub_store::{Reader, State, StoreError, Writes};
use govhub_types::hash::sha256;
use govhub_types::tx_result::TxResult;
use govhub_types::{BlockContext, Event, Rejection, Time};
use ibc_proto::cosmos::base::abci::v1beta1::TxMsgData;
use ibc_proto::google::protobuf::Any;
use prost::Message;
use thiserror::Error;

use crate::ante::{self, Admitted, BlockUsage};
use crate::dispatch::{self, Done};
use crate::params;
use crate::upgrade::{self, UnknownVersion};
use crate::{Host, CODESPACE};

/// What a block does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOutcome {
    /// Changes to make.
    pub writes: Writes,
    /// One result a transaction, in order.
    pub tx_results: Vec<TxResult>,
    /// Events of the block's begin: `finalize_block_events`.
    pub begin_events: Vec<Event>,
    /// Changes to the validator set, in force from `next_validators_hash` of the next header on. No action changes the set yet.
    pub validator_updates: Vec<ValidatorUpdate>,
    /// App version after this block: `version.app` of the next header.
    pub app_version: u64,
}

/// A validator that joins, changes its power, or leaves (power 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorUpdate {
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Voting power.
    pub power: u64,
}

/// Why a block has no outcome.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// A transaction fails its ante: nobody votes for this proposal.
    #[error("transaction {index} must not stand in a block: {rejection}")]
    AnteFailed {
        /// Its index.
        index: usize,
        /// Why.
        rejection: Rejection,
    },
    /// The store failed under the execution: the node stops.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain is past this binary: the node stops.
    #[error(transparent)]
    UnknownVersion(#[from] UnknownVersion),
}

/// Executes a block on top of the committed state `reader`.
///
/// # Errors
/// [`ApplyError`]; nothing of the block is to be committed then.
///
/// # Not checked
/// Header, time and size of the block: consensus judges them.
pub fn apply(reader: &dyn Reader, ctx: &BlockContext, txs: &[Vec<u8>]) -> Result<BlockOutcome, ApplyError> {
    let mut state = State::new(reader);
    let mut begin_events = Vec::new();
    begin_block(&mut state, ctx, &mut begin_events)?;
    let params = params::get(&state);
    let mut usage = BlockUsage::default();
    let mut tx_results = Vec::with_capacity(txs.len());
    for (index, bytes) in txs.iter().enumerate() {
        let admitted = ante::judge(&state, ctx, &params, &mut usage, bytes).map_err(|rejection| match state.fault() {
            Some(fault) => ApplyError::Store(fault),
            None => ApplyError::AnteFailed { index, rejection },
        })?;
        tx_results.push(deliver(&mut state, ctx, index, bytes, &admitted));
    }
    let app_version = upgrade::version(&state);
    Ok(BlockOutcome { writes: state.into_writes()?, tx_results, begin_events, validator_updates: Vec::new(), app_version })
}

/// Chooses from `candidates`, in order, what can stand in the next block, at most `max_bytes` of transactions together.
///
/// A candidate that cannot stand is left out; on a store that cannot be read or a version that is unknown nothing is chosen, and [`apply`] says why.
pub fn propose(reader: &dyn Reader, ctx: &BlockContext, candidates: &[Vec<u8>], max_bytes: usize) -> Vec<Vec<u8>> {
    let mut state = State::new(reader);
    if begin_block(&mut state, ctx, &mut Vec::new()).is_err() {
        return Vec::new();
    }
    let params = params::get(&state);
    let mut usage = BlockUsage::default();
    let mut left = max_bytes;
    let mut chosen = Vec::new();
    for bytes in candidates {
        let Some(after) = left.checked_sub(bytes.len()) else { continue };
        if let Ok(admitted) = ante::judge(&state, ctx, &params, &mut usage, bytes) {
            // Messages change neither accounts nor parameters within their block, so that sequences are all the next ante depends on.
            admitted.signers.iter().for_each(|signer| account::raise_sequence(&mut state, signer));
            left = after;
            chosen.push(bytes.clone());
        }
    }
    match state.fault() {
        Some(_) => Vec::new(),
        None => chosen,
    }
}

/// True iff the begin of the next block, if it came at `time`, has something to do: then an otherwise empty block is due.
///
/// # Errors
/// The store's.
pub fn has_due(reader: &dyn Reader, time: Time) -> Result<bool, StoreError> {
    let state = State::new(reader);
    let due = govhub_identity::is_due(&state)
        || upgrade::is_due(&state, reader.version().saturating_add(1))
        || govhub_governance::is_due(&state, time)
        || govhub_exchange::is_due(&state, time);
    state.fault().map_or(Ok(due), Err)
}

/// The begin of a block. Key rotations of the block before first, so that everything after sees one set of accounts.
fn begin_block(state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) -> Result<(), ApplyError> {
    let switched = upgrade::begin_block(state, ctx, events);
    if let Some(fault) = state.fault() {
        return Err(ApplyError::Store(fault));
    }
    switched?;
    govhub_identity::begin_block(state, ctx, events);
    govhub_governance::begin_block(state, ctx, &Host, events);
    Exchange::new(&Host).begin_block(state, ctx, events);
    Ok(())
}

/// Executes an admitted transaction: sequences and audit entry stay whatever happens, the rest only if every message is accepted.
fn deliver(state: &mut State<'_>, ctx: &BlockContext, index: usize, bytes: &[u8], admitted: &Admitted) -> TxResult {
    admitted.signers.iter().for_each(|signer| account::raise_sequence(state, signer));
    let mut events = Vec::new();
    state.checkpoint();
    let result = match run(state, ctx, admitted, &mut events) {
        Ok(done) => {
            state.keep();
            accepted(admitted, &done, events)
        }
        Err(rejection) => {
            state.discard();
            rejected(&rejection, admitted)
        }
    };
    govhub_audit::record(
        state,
        Record {
            height: ctx.height,
            index: u32::try_from(index).expect("a block of 4 GiB of transactions is not proposed"),
            tx_hash: sha256(&[bytes]),
            signers: admitted.signers.iter().map(ToString::to_string).collect(),
            messages: admitted.tx.messages.iter().map(|m| m.type_url.clone()).collect(),
            code: result.code,
        },
    );
    result
}

/// All messages in order; the first refusal ends it.
pub(crate) fn run(state: &mut State<'_>, ctx: &BlockContext, admitted: &Admitted, events: &mut Vec<Event>) -> Result<Vec<Done>, Rejection> {
    let mut done = Vec::with_capacity(admitted.tx.messages.len());
    for (index, message) in admitted.tx.messages.iter().enumerate() {
        let signer = crate::message::signer(message)?;
        events.push(Event::new("message").with("action", &message.type_url).with("sender", &signer).with("msg_index", index));
        done.push(dispatch::execute(state, ctx, &signer, message, events)?);
    }
    Ok(done)
}

pub(crate) fn accepted(admitted: &Admitted, done: &[Done], events: Vec<Event>) -> TxResult {
    let responses = admitted.tx.messages.iter().zip(done).map(|(message, done)| response(message, *done)).collect();
    #[allow(deprecated)] // the field `data` of the SDK's message stays empty
    let data = TxMsgData { data: Vec::new(), msg_responses: responses }.encode_to_vec();
    TxResult { code: 0, codespace: String::new(), data, log: String::new(), gas_wanted: gas(admitted.tx.gas_limit), gas_used: gas(admitted.gas), events }
}

pub(crate) fn rejected(rejection: &Rejection, admitted: &Admitted) -> TxResult {
    TxResult { gas_wanted: gas(admitted.tx.gas_limit), gas_used: gas(admitted.gas), ..refused(rejection) }
}

/// A result that names nothing but the refusal.
pub(crate) fn refused(rejection: &Rejection) -> TxResult {
    TxResult {
        code: rejection.code.0,
        codespace: CODESPACE.into(),
        data: Vec::new(),
        log: rejection.message.clone(),
        gas_wanted: 0,
        gas_used: 0,
        events: Vec::new(),
    }
}

/// As the SDK answers: `<message>Response`, for relayed packets with ibc-go's `result` (field 1: NOOP 1, SUCCESS 2).
fn response(message: &Any, done: Done) -> Any {
    let value = match done {
        Done::Message => Vec::new(),
        Done::Redundant => vec![0x08, 1],
        Done::Packet => vec![0x08, 2],
    };
    Any { type_url: format!("{}Response", message.type_url), value }
}

fn gas(gas: u64) -> i64 {
    i64::try_from(gas).unwrap_or(i64::MAX)
}
