//! Proofs as they stand in files, judged under a client.

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Reason};
use govhub_types::codec::decode_canonical;

use crate::membership::{event, state_at, transaction_in, wrote};
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::state::{height, ClientState};
use crate::suite::text;
use crate::{decode, MAX_PROOF_BYTES};

/// Judges a proof ([`raw::ProofFile`]): that a transaction stands in a block that the client accepted and succeeded; if the file asks so,
/// that one of its events is there and that it wrote a value. A write set that comes along is the transaction's in any case.
///
/// # Errors
/// The [`Reason`] of the first check that failed.
pub fn check_proof(client: &ClientState, states: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let file: raw::ProofFile = decode_canonical("gov-chainmaker proof file", proof, 2 * MAX_PROOF_BYTES).map_err(|error| Reason::new("malformed", error.to_string()))?;
    let proof = file.proof.ok_or_else(|| Reason::new("proof-missing", "the file holds no proof"))?;
    let state = state_at(client, states, height(file.height))?;
    let tx = transaction_in(client, &state, &proof)?;
    let mut checks = vec![pass("block-accepted"), pass("transaction-in-block"), pass("transaction-succeeded")];
    let suite = client.authority().config().suite;
    if file.event != 0 {
        event(&tx, file.event)?;
        checks.push(pass("event"));
    }
    if let Some(write) = &file.write {
        wrote(suite, &tx, &proof.rw_set, write.contract.as_bytes(), &write.key, &write.value)?;
        checks.push(pass("written"));
    } else if !proof.rw_set.is_empty() {
        check_rw_set(&tx, suite, &proof.rw_set)?;
        checks.push(pass("write-set"));
    }
    Ok(checks)
}

fn check_rw_set(tx: &crate::proto::chainmaker::v2::Transaction, suite: crate::Suite, rw_set: &[u8]) -> Result<(), Reason> {
    let _: crate::proto::chainmaker::v2::TxRwSet = decode::chain("write set", rw_set)?;
    let said = tx.result.as_ref().map(|result| result.rw_set_hash.as_slice()).unwrap_or_default();
    match said == suite.hash(&[rw_set]) {
        true => Ok(()),
        false => Err(Reason::new("rw-set", format!("the write set is not that of `{}`", text(&tx.payload.clone().unwrap_or_default().tx_id)))),
    }
}

fn pass(name: &'static str) -> Check {
    Check { name, outcome: CheckOutcome::Pass }
}
