//! Transactions: what was asked of the chain. One file for each form.

mod v2;
mod v3;
mod web3;

#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) use v2::{encode as encode_v2, Fields as FieldsV2};
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) use v3::hash as hash_v3;

use govhub_lc_core::Reason;

use crate::key_map::Address;
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, transaction::Form};
use crate::state::{ClientState, Version};
use crate::suite::Hash;

/// A transaction of any form, of the chain and group that the client follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transaction {
    /// Recomputed from the fields; the leaf of the tree.
    pub hash: Hash,
    /// The call in it; none where the fields do not say one for certain.
    pub call: Result<Call, Reason>,
}

/// Whom a transaction calls, with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// None for a contract's creation.
    pub to: Option<Address>,
    pub input: Vec<u8>,
}

impl Transaction {
    /// Reads a transaction of the chain that `client` follows; `web3_chain_id` is the one that Web3 transactions must be signed for.
    ///
    /// # Errors
    /// `transaction-hash` if the stated hash is not the fields'; `wrong-chain-or-group`; a code for each form rule.
    pub fn read(client: &ClientState, raw: &raw::Transaction, web3_chain_id: u64) -> Result<Self, Reason> {
        let suite = client.suite;
        let transaction = match (client.version, &raw.form) {
            (Version::V2, Some(Form::Rlp(bytes))) => v2::read(suite, bytes, &client.chain_id, &client.group_id)?,
            (Version::V3, Some(Form::V3(fields))) => v3::read(suite, fields, &client.chain_id, &client.group_id)?,
            (Version::V3, Some(Form::Web3(bytes))) => web3::read(bytes, web3_chain_id)?,
            (_, None) => return Err(Reason::new("transaction-missing", "no fields")),
            (version, _) => return Err(Reason::new("version", format!("the chain is of version {}; the transaction of another", version.name()))),
        };
        let states_none = raw.hash.is_empty() && !matches!(raw.form, Some(Form::V3(_)));
        if !states_none && raw.hash != transaction.hash {
            return Err(Reason::new("transaction-hash", format!("the stated hash is not the one that the fields give under {}", suite.name())));
        }
        Ok(transaction)
    }
}

fn wrong_chain(found: impl std::fmt::Display, expected: impl std::fmt::Display) -> Reason {
    Reason::new("wrong-chain-or-group", format!("made for `{found}`; the client follows `{expected}`"))
}
