//! What one node asks before it spends work on a transaction. Nothing here is consensus.

use govhub_store::{Reader, State, StoreError};
use govhub_types::tx_result::TxResult;
use govhub_types::{BlockContext, Code, Rejection};

use crate::ante::{self, BlockUsage, SenderQuota};
use crate::block::{accepted, refused, rejected, run};
use crate::dispatch::Done;
use crate::params;

/// Decodes, and looks its senders up: unknown ones, foreign keys and transactions over a whole block's quota are dropped before any work.
///
/// # Errors
/// A code of group 1 to 19.
///
/// # Not checked
/// Signatures, sequences, messages: see [`check_tx`].
pub fn screen(reader: &dyn Reader, tx: &[u8]) -> Result<SenderQuota, Rejection> {
    let state = State::new(reader);
    let screened = ante::screen(&state, &params::get(&state), tx);
    match state.fault() {
        Some(fault) => Err(broken(&fault)),
        None => screened,
    }
}

/// Runs ante and all messages in order on a scratch copy of the committed state: an update and the packets under it in one transaction.
///
/// * `ctx` — the next height, and max(last header.time, the node's clock)
///
/// A transaction whose packet messages are all redundant is refused with `REDUNDANT`: in a block it would succeed and change nothing.
/// Codes from 900 on are temporary: the same bytes may pass later. Everything else will not pass as long as the state stands.
pub fn check_tx(reader: &dyn Reader, ctx: &BlockContext, tx: &[u8]) -> TxResult {
    let mut state = State::new(reader);
    let result = check(&mut state, ctx, tx);
    match state.fault() {
        Some(fault) => refused(&broken(&fault)),
        None => result,
    }
}

fn check(state: &mut State<'_>, ctx: &BlockContext, tx: &[u8]) -> TxResult {
    let params = params::get(state);
    let admitted = match ante::judge(state, ctx, &params, &mut BlockUsage::default(), tx) {
        Ok(admitted) => admitted,
        Err(rejection) => return refused(&rejection),
    };
    let mut events = Vec::new();
    match run(state, ctx, &admitted, &mut events) {
        Ok(done) if all_redundant(&done) => {
            rejected(&Rejection::new(Code::REDUNDANT, "every packet in it was brought before: nothing is left to do"), &admitted)
        }
        Ok(done) => accepted(&admitted, &done, events),
        Err(rejection) => rejected(&rejection, &admitted),
    }
}

/// True iff there are packet messages and none of them does anything.
fn all_redundant(done: &[Done]) -> bool {
    done.contains(&Done::Redundant) && !done.contains(&Done::Packet)
}

fn broken(fault: &StoreError) -> Rejection {
    Rejection::new(Code::STORE_FAULT, fault.to_string())
}
