//! Blocks: from the fields of a node's answer to the bytes of a header.

use govhub_lc_core::native::Item;
use govhub_lc_core::Reason;
use serde_json::Value;

use super::json;
use crate::decode::{encode, HEADER_URL};
use crate::header::BlockHeader;
use crate::keccak::Hash;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::{rlp, Flavour};

/// How a field is written.
enum Kind {
    Bytes,
    Number,
}

/// Fields of a header in order; those from `baseFeePerGas` on came with later forks.
const FIELDS: [(&str, Kind); 21] = [
    ("parentHash", Kind::Bytes),
    ("sha3Uncles", Kind::Bytes),
    ("miner", Kind::Bytes),
    ("stateRoot", Kind::Bytes),
    ("transactionsRoot", Kind::Bytes),
    ("receiptsRoot", Kind::Bytes),
    ("logsBloom", Kind::Bytes),
    ("difficulty", Kind::Number),
    ("number", Kind::Number),
    ("gasLimit", Kind::Number),
    ("gasUsed", Kind::Number),
    ("timestamp", Kind::Number),
    ("extraData", Kind::Bytes),
    ("mixHash", Kind::Bytes),
    ("nonce", Kind::Bytes),
    ("baseFeePerGas", Kind::Number),
    ("withdrawalsRoot", Kind::Bytes),
    ("blobGasUsed", Kind::Number),
    ("excessBlobGas", Kind::Number),
    ("parentBeaconBlockRoot", Kind::Bytes),
    ("requestsHash", Kind::Bytes),
];

/// Items that every header has.
const ALWAYS: usize = 15;

/// The update message that brings a block; none for the genesis block.
pub(super) fn item(block: &Value, validators: Option<&Value>) -> Result<Option<Item>, Reason> {
    let header = header(block)?;
    let number = json::uint(block, "number")?;
    let Some(trusted_height) = number.checked_sub(1) else { return Ok(None) };
    let mut block = raw::Block { header, ..Default::default() };
    if let Some(proof) = validators {
        (block.contract_account_nodes, block.contract_storage_nodes) = (json::nodes(proof, "accountProof")?, shared(proof)?);
    }
    let message = raw::Header { trusted_height, trusted_authority: None, blocks: vec![block], account_nodes: Vec::new() };
    Ok(Some(Item::Header { label: format!("block {number}"), header: encode(HEADER_URL, &message) }))
}

/// RLP of a block's header.
///
/// # Errors
/// `block-field`, or `block-hash` if it is not the header that the answer says.
pub(super) fn header(block: &Value) -> Result<Vec<u8>, Reason> {
    let mut strings = Vec::new();
    let present = |field: &str| block.get(field).is_some_and(|value| !value.is_null());
    let count = FIELDS.iter().enumerate().take_while(|(place, (field, _))| *place < ALWAYS || present(field)).count();
    if let Some((field, _)) = FIELDS[count..].iter().find(|(field, _)| present(field)) {
        return Err(json::wrong(field, &format!("is there without `{}`", FIELDS[count].0)));
    }
    for (field, kind) in &FIELDS[..count] {
        let string = match kind {
            Kind::Bytes => json::bytes(block, field)?,
            Kind::Number => json::number(block, field)?,
        };
        rlp::put_text(&mut strings, &string);
    }
    let mut header = Vec::new();
    rlp::put_list(&mut header, &[&strings]);
    let expected: Hash = json::array(block, "hash")?;
    if !readings(&header).iter().any(|reading| reading.block_hash() == expected) {
        return Err(Reason::new("block-hash", format!("the fields of block 0x{} hash to something else", hex::encode(expected))));
    }
    Ok(header)
}

/// The header as each flavour reads it that can. QBFT reads alike in Besu and GoQuorum.
pub(super) fn readings(header: &[u8]) -> Vec<BlockHeader<'_>> {
    let counts: Vec<usize> = crate::header::HEADER_ITEMS.collect();
    let flavours = [Flavour::BesuQbft, Flavour::BesuIbft2, Flavour::GoQuorumIbft1];
    flavours.into_iter().filter_map(|flavour| BlockHeader::decode(flavour, &counts, header).ok()).collect()
}

/// Nodes of all entries of an answer of `eth_getProof`, each once.
fn shared(proof: &Value) -> Result<Vec<Vec<u8>>, Reason> {
    let entries = proof.get("storageProof").and_then(Value::as_array).ok_or_else(|| json::wrong("storageProof", "is missing or no array"))?;
    let mut found: Vec<Vec<u8>> = Vec::new();
    for entry in entries {
        for node in json::nodes(entry, "proof")? {
            if !found.contains(&node) {
                found.push(node);
            }
        }
    }
    Ok(found)
}
