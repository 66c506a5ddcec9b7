//! Version 3: the fields one after the other, without lengths between output and logs.
//!
//! Source: FISCO BCOS 3.x `bcos-tars-protocol/impl/TarsHashable.h`.

use govhub_lc_core::Reason;

use super::{Log, Receipt, MAX_LOGS, MAX_TOPICS};
use crate::header::decimal;
use crate::key_map::Address;
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::state::hash32;
use crate::suite::{Hash, Suite};

/// Newest version whose preimage is known; from 1 on the effective gas price is part of it.
const MAX_VERSION: u32 = 2;

/// Digits of a 256-bit number.
const MAX_GAS_DIGITS: usize = 78;

/// Preimages of inner nodes are 64 bytes, or 32 where a node is alone: a receipt of that length could be one.
const INNER_NODE_BYTES: [usize; 2] = [32, 64];

pub(super) fn read(suite: Suite, fields: &raw::ReceiptV3) -> Result<Receipt, Reason> {
    if fields.version > MAX_VERSION {
        return Err(Reason::new("receipt-version", format!("{}; known are 0 to {MAX_VERSION}", fields.version)));
    }
    if !decimal(&fields.gas_used, MAX_GAS_DIGITS) {
        return Err(Reason::new("gas-used", "not a decimal number in its shortest form"));
    }
    if fields.version == 0 && !fields.effective_gas_price.is_empty() {
        return Err(Reason::new("gas-price", "version 0 does not hash one"));
    }
    if !fields.contract_address.is_empty() {
        address(&fields.contract_address)?;
    }
    if fields.logs.len() > MAX_LOGS {
        return Err(Reason::new("log-count", format!("{} logs, at most {MAX_LOGS} are read", fields.logs.len())));
    }
    if INNER_NODE_BYTES.contains(&preimage_len(fields)) {
        return Err(Reason::new("receipt-length", "as long as an inner node of the tree, which it could be"));
    }
    Ok(Receipt {
        hash: hash(suite, fields),
        status: u64::from(fields.status),
        creation: !fields.contract_address.is_empty(),
        number: Some(fields.block_number),
        logs: fields.logs.iter().map(log).collect::<Result<_, _>>()?,
    })
}

/// The hash of the fields, whatever their form.
pub(crate) fn hash(suite: Suite, fields: &raw::ReceiptV3) -> Hash {
    let mut hasher = suite.hasher();
    hasher.update(&fields.version.to_be_bytes());
    hasher.update(fields.gas_used.as_bytes());
    hasher.update(fields.contract_address.as_bytes());
    hasher.update(&fields.status.to_be_bytes());
    hasher.update(&fields.output);
    hasher.update(fields.effective_gas_price.as_bytes());
    for log in &fields.logs {
        hasher.update(log.address.as_bytes());
        log.topics.iter().for_each(|topic| hasher.update(topic));
        hasher.update(&log.data);
    }
    hasher.update(&fields.block_number.to_be_bytes());
    hasher.finish()
}

fn preimage_len(fields: &raw::ReceiptV3) -> usize {
    let logs: usize = fields.logs.iter().map(|log| log.address.len() + log.topics.iter().map(Vec::len).sum::<usize>() + log.data.len()).sum();
    4 + fields.gas_used.len() + fields.contract_address.len() + 4 + fields.output.len() + fields.effective_gas_price.len() + logs + 8
}

fn log(log: &raw::Log) -> Result<Log, Reason> {
    if log.topics.len() > MAX_TOPICS {
        return Err(Reason::new("topics", format!("{} topics, at most {MAX_TOPICS}", log.topics.len())));
    }
    Ok(Log {
        address: address(&log.address)?,
        topics: log.topics.iter().map(|topic| hash32("topics", topic)).collect::<Result<_, _>>()?,
        data: log.data.clone(),
    })
}

/// 40 lower-case hexadecimal digits, as the nodes hash them.
fn address(text: &str) -> Result<Address, Reason> {
    parse_address(text).ok_or_else(|| Reason::new("address", "expected 40 lower-case hexadecimal digits"))
}

/// The address in 40 lower-case hexadecimal digits.
pub(crate) fn parse_address(text: &str) -> Option<Address> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits: [u8; 40] = text.as_bytes().try_into().ok()?;
    let mut address = [0; 20];
    for (byte, pair) in address.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(address)
}
