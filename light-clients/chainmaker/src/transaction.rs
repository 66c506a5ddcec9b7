//! A transaction: its hash, whether it succeeded, and who signed it.
//!
//! Source: chainmaker utils v2 `transaction.go` `CalcTxHashWithVersion`. The result is part of the hash, so a block's root says of every
//! transaction whether it succeeded, what it returned, which events it made and the hash of what it read and wrote.

use govhub_lc_core::Reason;
use prost::Message;

use crate::decode;
use crate::proto::chainmaker::v2 as chain;
use crate::signer::{Signers, ENDORSER, SENDER};
use crate::suite::{text, Hash, Suite};

/// From this block version on, gas counts as 0 in the hash.
const WITHOUT_GAS: u32 = 2300;

/// Endorsers of a transaction: administrators of as many organisations.
const MAX_ENDORSERS: usize = 256;
/// Their field in the message.
const ENDORSERS: u32 = 3;

/// Reads a transaction.
///
/// # Errors
/// Bytes that are not its one encoding.
pub(crate) fn decode(bytes: &[u8]) -> Result<chain::Transaction, Reason> {
    decode::at_most(bytes, &[ENDORSERS], MAX_ENDORSERS)?;
    decode::chain("transaction", bytes)
}

/// Reads a transaction of a block of that version; with its hash there.
///
/// # Errors
/// As [`decode`].
pub(crate) fn read(suite: Suite, block_version: u32, bytes: &[u8]) -> Result<(chain::Transaction, Hash), Reason> {
    let tx = decode(bytes)?;
    let hash = hash(suite, block_version, &tx, bytes);
    Ok((tx, hash))
}

fn hash(suite: Suite, block_version: u32, tx: &chain::Transaction, bytes: &[u8]) -> Hash {
    let gas = tx.result.as_ref().and_then(|result| result.contract_result.as_ref()).map_or(0, |contract| contract.gas_used);
    if gas == 0 || block_version < WITHOUT_GAS {
        return suite.hash(&[bytes]);
    }
    let mut hashed = tx.clone();
    if let Some(contract) = hashed.result.as_mut().and_then(|result| result.contract_result.as_mut()) {
        contract.gas_used = 0;
    }
    suite.hash(&[&hashed.encode_to_vec()])
}

/// The payload, which every transaction has.
///
/// # Errors
/// `tx-malformed`.
pub(crate) fn payload(tx: &chain::Transaction) -> Result<&chain::Payload, Reason> {
    tx.payload.as_ref().ok_or_else(|| Reason::new("tx-malformed", "no payload"))
}

/// The result, which every transaction in a block has.
///
/// # Errors
/// `tx-malformed`.
pub(crate) fn result(tx: &chain::Transaction) -> Result<&chain::Result, Reason> {
    tx.result.as_ref().ok_or_else(|| Reason::new("tx-malformed", "no result"))
}

/// That the transaction did what it was sent for: both the chain and the contract say so.
///
/// # Errors
/// `tx-failed`, with what they say.
pub(crate) fn check_success(tx: &chain::Transaction) -> Result<(), Reason> {
    let result = result(tx)?;
    match &result.contract_result {
        Some(contract) if result.code == 0 && contract.code == 0 => Ok(()),
        contract => {
            let said = contract.as_ref().map(|contract| (contract.code, text(&contract.message))).unwrap_or_default();
            Err(Reason::new("tx-failed", format!("code {}, contract code {}: `{}`", result.code, said.0, said.1)))
        }
    }
}

/// That the transaction is of this chain.
///
/// # Errors
/// `tx-chain-id`.
pub(crate) fn check_chain_id(tx: &chain::Transaction, chain_id: &str) -> Result<(), Reason> {
    let found = &payload(tx)?.chain_id;
    match found == chain_id.as_bytes() {
        true => Ok(()),
        false => Err(Reason::new("tx-chain-id", format!("a transaction of `{}`", text(found)))),
    }
}

/// That whoever is named as sender, endorser or payer has signed.
///
/// # Errors
/// A code of [`SENDER`] or [`ENDORSER`].
///
/// # Not checked
/// That they were allowed to: in permissionedWithKey mode not even that the chain knows the key. That is what its nodes judge, and a quorum
/// of them says so.
pub(crate) fn check_signatures(tx: &chain::Transaction, signers: &mut Signers<'_>, time_s: u64) -> Result<(), Reason> {
    let signed = payload(tx)?.encode_to_vec();
    signers.verify(&SENDER, tx.sender.as_ref(), &signed, time_s)?;
    for endorser in tx.endorsers.iter().chain(&tx.payer) {
        signers.verify(&ENDORSER, Some(endorser), &signed, time_s)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gas_is_hashed_in_old_blocks_and_counts_as_nothing_in_new_ones() {
        let tx = |gas_used: u64| {
            let contract = chain::ContractResult { code: 1, gas_used, ..Default::default() };
            chain::Transaction { result: Some(chain::Result { contract_result: Some(contract), ..Default::default() }), ..Default::default() }
        };
        let hashes = |version: u32| [0, 17].map(|gas_used| hash(Suite::P256, version, &tx(gas_used), &tx(gas_used).encode_to_vec()));
        let [without, with] = hashes(2300);
        assert_eq!(without, with);
        let [old_without, old_with] = hashes(2201);
        assert_ne!(old_without, old_with);
        assert_eq!(old_without, without);
        // An empty contract result is a field of length 0, as the chain's encoder writes it.
        let bare = chain::Transaction { result: Some(chain::Result::default()), ..Default::default() };
        assert_ne!(without, hash(Suite::P256, 2300, &bare, &bare.encode_to_vec()));
    }
}
