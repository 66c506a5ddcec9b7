//! Version 2: hash of the RLP list of 13 fields, which reads one way.
//!
//! Source: FISCO BCOS 2.11 `libethcore/BlockHeader.cpp`.

use govhub_lc_core::Reason;

use super::{check, Header};
use crate::rlp::{self, Item};
use crate::sealers::{node_id, Sealer, SealerSet, MAX_SEALERS};
use crate::suite::{Hash, Suite};

/// Items of extra data, which nodes leave empty.
const MAX_EXTRA_ITEMS: usize = 16;

pub(super) fn read(suite: Suite, bytes: &[u8]) -> Result<Header, Reason> {
    let items = rlp::list(rlp::decode(bytes)?, 13)?;
    let [parent, state_root, transactions, receipts, database, bloom, number, gas_limit, gas_used, timestamp, extra, proposer, sealers] =
        <[Item<'_>; 13]>::try_from(items).map_err(|items| Reason::new("rlp", format!("{} fields; expected 13", items.len())))?;
    // Not used, but one hash must have one reading.
    let _: [Hash; 2] = [rlp::fixed(state_root)?, rlp::fixed(database)?];
    let _: [u8; 256] = rlp::fixed(bloom)?;
    rlp::big_number(gas_limit)?;
    rlp::big_number(gas_used)?;
    for item in rlp::list(extra, MAX_EXTRA_ITEMS)? {
        rlp::bytes(item)?;
    }
    let listed = rlp::list(sealers, MAX_SEALERS)?.into_iter().map(|item| node_id(rlp::bytes(item)?)).collect::<Result<Vec<_>, _>>()?;
    let header = Header {
        number: rlp::number(number)?,
        hash: suite.hash(&[bytes]),
        parent: rlp::fixed(parent)?,
        transactions_root: rlp::fixed(transactions)?,
        receipts_root: rlp::fixed(receipts)?,
        timestamp_ms: rlp::number(timestamp)?,
        sealers: SealerSet::new(listed.iter().map(|node| Sealer { node: *node, weight: 1 }).collect())?,
        listed,
    };
    check(header, rlp::number(proposer)?)
}

/// The fields of a header of 2.x, to be written; hashes of 32 bytes, a bloom of 256, node ids of 64.
#[cfg(any(feature = "testing", feature = "native"))]
#[allow(missing_docs)] // the names are those of the chain
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pub parent: Vec<u8>,
    pub state_root: Vec<u8>,
    pub transactions_root: Vec<u8>,
    pub receipts_root: Vec<u8>,
    pub database_hash: Vec<u8>,
    pub bloom: Vec<u8>,
    pub number: u64,
    pub gas_limit: u64,
    pub gas_used: u64,
    pub timestamp_ms: u64,
    pub extra: Vec<Vec<u8>>,
    pub proposer: u64,
    pub sealers: Vec<Vec<u8>>,
}

/// The RLP list of 13.
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) fn encode(fields: &Fields) -> Vec<u8> {
    let list = |items: &[Vec<u8>]| rlp::encode_list(&items.iter().map(|item| rlp::encode_bytes(item)).collect::<Vec<_>>());
    rlp::encode_list(&[
        rlp::encode_bytes(&fields.parent),
        rlp::encode_bytes(&fields.state_root),
        rlp::encode_bytes(&fields.transactions_root),
        rlp::encode_bytes(&fields.receipts_root),
        rlp::encode_bytes(&fields.database_hash),
        rlp::encode_bytes(&fields.bloom),
        rlp::encode_number(fields.number),
        rlp::encode_number(fields.gas_limit),
        rlp::encode_number(fields.gas_used),
        rlp::encode_number(fields.timestamp_ms),
        list(&fields.extra),
        rlp::encode_number(fields.proposer),
        list(&fields.sealers),
    ])
}
