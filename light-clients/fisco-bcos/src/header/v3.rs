//! Version 3: hash of the fields one after the other, without lengths.
//!
//! Source: FISCO BCOS 3.x `bcos-tars-protocol/impl/TarsHashable.h`; the form rules are ours.

use govhub_lc_core::Reason;

use super::{check, Header};
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::sealers::{node_id, Sealer, SealerSet, MAX_SEALERS};
use crate::suite::{Hash, Suite};

/// Digits of a 256-bit number.
const MAX_GAS_DIGITS: usize = 78;

pub(super) fn read(suite: Suite, fields: &raw::HeaderV3) -> Result<Header, Reason> {
    let [parent] = fields.parents.as_slice() else {
        return Err(Reason::new("parents", format!("{} parents; expected 1", fields.parents.len())));
    };
    if parent.number.checked_add(1) != Some(fields.number) {
        return Err(Reason::new("parents", format!("block {} names block {} as its parent", fields.number, parent.number)));
    }
    if !decimal(&fields.gas_used, MAX_GAS_DIGITS) {
        return Err(Reason::new("gas-used", "not a decimal number in its shortest form"));
    }
    if !fields.extra_data.is_empty() {
        return Err(Reason::new("extra-data", format!("{} bytes; sealers and weights stand beside it without lengths, so it must be empty", fields.extra_data.len())));
    }
    if fields.weights.len() != fields.sealer_list.len() {
        return Err(Reason::new("weights", format!("{} weights for {} sealers", fields.weights.len(), fields.sealer_list.len())));
    }
    if fields.sealer_list.len() > MAX_SEALERS {
        return Err(Reason::new("sealer-count", format!("{} sealers; expected 1 to {MAX_SEALERS}", fields.sealer_list.len())));
    }
    let listed = fields.sealer_list.iter().map(|node| node_id(node)).collect::<Result<Vec<_>, _>>()?;
    let sealers = listed.iter().zip(&fields.weights).map(|(node, weight)| Sealer { node: *node, weight: *weight }).collect();
    root("state", &fields.state_root)?;
    let header = Header {
        number: fields.number,
        parent: root("parent", &parent.hash)?,
        transactions_root: root("transactions", &fields.transactions_root)?,
        receipts_root: root("receipts", &fields.receipts_root)?,
        timestamp_ms: fields.timestamp_ms,
        sealers: SealerSet::new(sealers)?,
        listed,
        hash: hash(suite, fields),
    };
    check(header, fields.sealer)
}

/// The hash of the fields, whatever their form.
pub(crate) fn hash(suite: Suite, fields: &raw::HeaderV3) -> Hash {
    let mut hasher = suite.hasher();
    hasher.update(&fields.version.to_be_bytes());
    for parent in &fields.parents {
        hasher.update(&parent.number.to_be_bytes());
        hasher.update(&parent.hash);
    }
    for root in [&fields.transactions_root, &fields.receipts_root, &fields.state_root] {
        hasher.update(root);
    }
    hasher.update(&fields.number.to_be_bytes());
    hasher.update(fields.gas_used.as_bytes());
    hasher.update(&fields.timestamp_ms.to_be_bytes());
    hasher.update(&fields.sealer.to_be_bytes());
    fields.sealer_list.iter().for_each(|node| hasher.update(node));
    hasher.update(&fields.extra_data);
    fields.weights.iter().for_each(|weight| hasher.update(&weight.to_be_bytes()));
    hasher.finish()
}

/// `0`, or digits that do not start with 0.
pub(crate) fn decimal(text: &str, max: usize) -> bool {
    let digits = text.as_bytes();
    digits.iter().all(u8::is_ascii_digit) && (1..=max).contains(&digits.len()) && (digits[0] != b'0' || digits.len() == 1)
}

fn root(which: &str, bytes: &[u8]) -> Result<Hash, Reason> {
    bytes.try_into().map_err(|_| Reason::new("root", format!("{which}: {} bytes; expected 32", bytes.len())))
}
