//! Version 2: RLP of ten fields and the signature.
//!
//! Source: FISCO BCOS 2.11 `libethcore/Transaction.cpp`, form of 2.0-rc2 and later. The signature is part of the hash; that it is the
//! sender's was checked by the nodes and is not looked at here.

use govhub_lc_core::Reason;

use super::{wrong_chain, Call, Transaction};
use crate::rlp::{self, Item};
use crate::suite::Suite;

pub(super) fn read(suite: Suite, bytes: &[u8], chain: &str, group: &str) -> Result<Transaction, Reason> {
    let items = rlp::list(rlp::decode(bytes)?, 13)?;
    let [nonce, gas_price, gas, block_limit, to, value, input, chain_id, group_id, extra, v, r, s] =
        <[Item<'_>; 13]>::try_from(items).map_err(|items| Reason::new("rlp", format!("{} fields; expected 13", items.len())))?;
    for number in [nonce, gas_price, gas, block_limit, value, r, s] {
        rlp::big_number(number)?;
    }
    rlp::bytes(extra)?;
    rlp::bytes(v)?;
    let (chain_id, group_id) = (rlp::number(chain_id)?.to_string(), rlp::number(group_id)?.to_string());
    if chain_id != chain || group_id != group {
        return Err(wrong_chain(format!("{chain_id}/{group_id}"), format!("{chain}/{group}")));
    }
    let to = match rlp::bytes(to)? {
        [] => None,
        _ => Some(rlp::fixed(to)?),
    };
    Ok(Transaction { hash: suite.hash(&[bytes]), call: Ok(Call { to, input: rlp::bytes(input)?.to_vec() }) })
}

/// The fields, to be written.
#[cfg(any(feature = "testing", feature = "native"))]
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    /// Numbers in big-endian digits without leading zeros.
    pub nonce: Vec<u8>,
    pub gas_price: Vec<u8>,
    pub gas: Vec<u8>,
    pub block_limit: Vec<u8>,
    pub to: Vec<u8>,
    pub value: Vec<u8>,
    pub input: Vec<u8>,
    pub chain_id: u64,
    pub group_id: u64,
    pub extra: Vec<u8>,
    /// secp256k1: recovery id + 27. SM2: the sender's key.
    pub v: Vec<u8>,
    pub r: Vec<u8>,
    pub s: Vec<u8>,
}

/// The RLP list of 13; without the signature, the ten that are signed.
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) fn encode(fields: &Fields, signed: bool) -> Vec<u8> {
    let bytes = |bytes: &Vec<u8>| rlp::encode_bytes(bytes);
    let mut items = vec![
        bytes(&fields.nonce),
        bytes(&fields.gas_price),
        bytes(&fields.gas),
        bytes(&fields.block_limit),
        bytes(&fields.to),
        bytes(&fields.value),
        bytes(&fields.input),
        rlp::encode_number(fields.chain_id),
        rlp::encode_number(fields.group_id),
        bytes(&fields.extra),
    ];
    if signed {
        items.extend([bytes(&fields.v), bytes(&fields.r), bytes(&fields.s)]);
    }
    rlp::encode_list(&items)
}
