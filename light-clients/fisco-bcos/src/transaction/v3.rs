//! Version 3: the fields one after the other, without lengths.
//!
//! What such a transaction calls is read only where its fields are in the one form that leaves nothing to be moved from one to the next.
//! Even then a node that takes any text as nonce (3.12.4) can be given a transaction that reads as two: a call is shown for what the
//! trust file says of deployment, or by a Web3 transaction.
//!
//! Source: FISCO BCOS 3.x `bcos-tars-protocol/impl/TarsHashable.h`.

use govhub_lc_core::Reason;

use super::{wrong_chain, Call, Transaction};
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::receipt::parse_address;
use crate::suite::{Hash, Suite};

/// Newest version whose preimage is known.
const MAX_VERSION: u32 = 2;

/// Digits of a 256-bit number.
const MAX_NONCE_DIGITS: usize = 78;

/// Preimages of inner nodes of the tree.
const INNER_NODE_BYTES: [usize; 2] = [32, 64];

pub(super) fn read(suite: Suite, fields: &raw::TransactionV3, chain: &str, group: &str) -> Result<Transaction, Reason> {
    if fields.version > MAX_VERSION {
        return Err(Reason::new("transaction-version", format!("{}; known are 0 to {MAX_VERSION}", fields.version)));
    }
    if fields.chain_id != chain || fields.group_id != group {
        let found: String = format!("{}/{}", fields.chain_id, fields.group_id).chars().take(80).collect();
        return Err(wrong_chain(found, format!("{chain}/{group}")));
    }
    if !unhashed_fields_empty(fields) {
        return Err(Reason::new("transaction-fields", format!("version {} does not hash all fields that are given", fields.version)));
    }
    let preimage = preimage(fields);
    if INNER_NODE_BYTES.contains(&preimage.len()) {
        return Err(Reason::new("transaction-length", "as long as an inner node of the tree, which it could be"));
    }
    Ok(Transaction { hash: suite.hash(&[&preimage]), call: call(fields) })
}

/// The hash of the fields, whatever their form.
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) fn hash(suite: Suite, fields: &raw::TransactionV3) -> Hash {
    suite.hash(&[&preimage(fields)])
}

fn preimage(fields: &raw::TransactionV3) -> Vec<u8> {
    let mut bytes = fields.version.to_be_bytes().to_vec();
    bytes.extend_from_slice(fields.chain_id.as_bytes());
    bytes.extend_from_slice(fields.group_id.as_bytes());
    bytes.extend_from_slice(&fields.block_limit.to_be_bytes());
    bytes.extend_from_slice(fields.nonce.as_bytes());
    bytes.extend_from_slice(fields.to.as_bytes());
    bytes.extend_from_slice(&fields.input);
    bytes.extend_from_slice(fields.abi.as_bytes());
    if fields.version >= 1 {
        bytes.extend_from_slice(fields.value.as_bytes());
        bytes.extend_from_slice(fields.gas_price.as_bytes());
        bytes.extend_from_slice(&fields.gas_limit.to_be_bytes());
        bytes.extend_from_slice(fields.max_fee_per_gas.as_bytes());
        bytes.extend_from_slice(fields.max_priority_fee_per_gas.as_bytes());
    }
    if fields.version >= 2 {
        bytes.extend_from_slice(&fields.extension);
    }
    bytes
}

fn unhashed_fields_empty(fields: &raw::TransactionV3) -> bool {
    let prices = [&fields.value, &fields.gas_price, &fields.max_fee_per_gas, &fields.max_priority_fee_per_gas];
    let no_prices = prices.iter().all(|text| text.is_empty()) && fields.gas_limit == 0;
    (fields.version >= 1 || no_prices) && (fields.version >= 2 || fields.extension.is_empty())
}

fn call(fields: &raw::TransactionV3) -> Result<Call, Reason> {
    let canonical = |why: &str| Reason::new("transaction-not-canonical", why);
    if fields.version != 0 {
        return Err(canonical("versions above 0 hash prices behind the input without lengths"));
    }
    if fields.nonce.is_empty() || fields.nonce.len() > MAX_NONCE_DIGITS || !fields.nonce.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(canonical("the nonce is no decimal number: part of the next field may stand in it"));
    }
    if !fields.abi.is_empty() {
        return Err(canonical("the ABI is not empty: the end of the input may stand in it"));
    }
    let to = fields.to.strip_prefix("0x").and_then(parse_address).ok_or_else(|| canonical("`to` is not 0x and 40 lower-case digits"))?;
    Ok(Call { to: Some(to), input: fields.input.clone() })
}
