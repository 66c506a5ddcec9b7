//! From what a block wrote to who may sign the blocks above it.
//!
//! The chain's headers tell of configuration blocks alone. The same changes are made by MULTI_SIGN in ordinary blocks, and certificates are
//! frozen and revoked in ordinary blocks always, so what counts is what was written, whoever was called:
//!
//! | contract | key | value |
//! |---|---|---|
//! | CHAIN_CONFIG | `CHAIN_CONFIG` | the whole new configuration |
//! | CERT_MANAGE | `freeze_` hash of a certificate | the certificate, or nothing where it is thawed |
//! | CERT_MANAGE | `c_` key identifier of an authority | its new revocation list |
//!
//! Source: chainmaker vm-native v2 `chainconfigmgr`, `certmgr`, `multisign`; utils v2 `IsConfBlock`.

use govhub_lc_core::Reason;
use govhub_x509::{Certificate, Crl};

use crate::authority::{Authority, Change};
use crate::block::Block;
use crate::body::Entry;
use crate::proto::chainmaker::v2 as chain;
use crate::suite::{text, Hash};
use crate::transaction;

pub(crate) const CHAIN_CONFIG: &[u8] = b"CHAIN_CONFIG";
const CERT_MANAGE: &[u8] = b"CERT_MANAGE";
const FREEZE: &[u8] = b"freeze_";
const REVOKE: &[u8] = b"c_";
/// PEM label of the lists in the chain's state.
const LIST_LABEL: &str = "crl";

/// The authority above `block`, if the block changes the present one.
///
/// # Errors
/// `config-block-shape`, `config-result`, `change-hidden`, `change-failed`, and what a [`Change`] refuses.
pub(crate) fn follow(present: &Authority, block: &Block, entries: &[Entry]) -> Result<Option<Authority>, Reason> {
    check_shape(block, entries)?;
    let mut change = Change::of(present);
    for entry in entries {
        let writes: Vec<Write<'_>> = entry.rw_set.tx_writes.iter().filter_map(Write::of).collect();
        if !writes.is_empty() {
            let tx = entry.tx.as_ref().ok_or_else(|| Reason::new("change-hidden", "a transaction that changes the signers stands there by its hash"))?;
            transaction::check_success(tx).map_err(|reason| Reason::new("change-failed", reason.detail))?;
            check_result(tx, &writes)?;
        }
        writes.into_iter().try_for_each(|write| write.apply(present, &mut change))?;
        if entry.tx.as_ref().is_some_and(is_valid_config) {
            change.configured_at(block.height());
        }
    }
    change.above(block.height())
}

/// A configuration transaction stands in a block of its own, whose header says so; and a block whose header says so holds one.
fn check_shape(block: &Block, entries: &[Entry]) -> Result<(), Reason> {
    let wrong = |detail: &str| Err(Reason::new("config-block-shape", detail));
    if !block.is_config() {
        return match entries.iter().filter_map(|entry| entry.tx.as_ref()).any(is_config) {
            true => wrong("a configuration transaction in a block that is none of configuration"),
            false => Ok(()),
        };
    }
    if block.header.tx_count != block.config_tx_count() {
        return wrong("a configuration block with other transactions");
    }
    match entries.first().and_then(|entry| entry.tx.as_ref()) {
        None => wrong("a configuration block whose transaction is not shown"),
        Some(tx) if !is_config(tx) => wrong("a configuration block without a configuration transaction"),
        Some(_) => Ok(()),
    }
}

fn is_config(tx: &chain::Transaction) -> bool {
    tx.payload.as_ref().is_some_and(|payload| payload.contract_name == CHAIN_CONFIG)
}

/// What moves `pre_conf_height` of the blocks above, in the chain's own words. A failed one does not.
pub(crate) fn is_valid_config(tx: &chain::Transaction) -> bool {
    let returned = |result: &chain::Result| result.code == 0 && result.contract_result.as_ref().is_some_and(|contract| !contract.result.is_empty());
    is_config(tx) && tx.result.as_ref().is_some_and(returned)
}

/// A configuration transaction returns what it wrote.
fn check_result(tx: &chain::Transaction, writes: &[Write<'_>]) -> Result<(), Reason> {
    let returned = tx.result.as_ref().and_then(|result| result.contract_result.as_ref()).map(|contract| contract.result.as_slice());
    let differs = |write: &Write<'_>| matches!(write, Write::Config(config) if returned != Some(*config));
    match is_config(tx) && writes.iter().any(differs) {
        true => Err(Reason::new("config-result", "the transaction returned another configuration than it wrote")),
        false => Ok(()),
    }
}

/// A write that changes who may sign.
enum Write<'a> {
    Config(&'a [u8]),
    /// Hexadecimal hash, and the certificate as text.
    Freeze(&'a [u8], &'a [u8]),
    /// Hexadecimal key identifier, and the list as text.
    Revoke(&'a [u8], &'a [u8]),
}

impl<'a> Write<'a> {
    fn of(write: &'a chain::TxWrite) -> Option<Self> {
        match write.contract_name.as_slice() {
            CHAIN_CONFIG if write.key == CHAIN_CONFIG => Some(Self::Config(&write.value)),
            CERT_MANAGE => {
                let freeze = write.key.strip_prefix(FREEZE).map(|hash| Self::Freeze(hash, &write.value));
                freeze.or_else(|| write.key.strip_prefix(REVOKE).map(|key_id| Self::Revoke(key_id, &write.value)))
            }
            _ => None,
        }
    }

    fn apply(self, present: &Authority, change: &mut Change) -> Result<(), Reason> {
        match self {
            Self::Config(config) => change.configure(present.config(), config),
            Self::Freeze(hash, pem) => {
                let hash = unhex("frozen certificate", hash)?;
                let hash = Hash::try_from(hash).map_err(|hash| Reason::new("change-malformed", format!("the hash of a frozen certificate has {} bytes", hash.len())))?;
                change.freeze(hash, Certificate::from_pem(pem).ok().as_ref(), !pem.is_empty())
            }
            Self::Revoke(key_id, pem) => {
                let list = Crl::from_labelled_pem(LIST_LABEL, pem).map_err(|error| Reason::new("change-malformed", error.to_string()))?;
                change.revoke(&unhex("key identifier", key_id)?, list.der().to_vec());
                Ok(())
            }
        }
    }
}

fn unhex(what: &str, digits: &[u8]) -> Result<Vec<u8>, Reason> {
    hex::decode(digits).map_err(|_| Reason::new("change-malformed", format!("{what} `{}`", text(digits))))
}
