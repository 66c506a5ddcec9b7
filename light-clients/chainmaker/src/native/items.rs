//! Files cut into update messages and proofs.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::Reason;
use govhub_x509::Certificate;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::file::{self, Found};
use crate::decode::{encode, HEADER_URL};
use crate::proto::chainmaker::v2 as chain;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::signer::{CERTIFICATE, CERTIFICATE_HASH, PUBLIC_KEY};
use crate::suite::{text, Hash, Suite};
use crate::{block, merkle, transaction};

/// The chain's own spelling.
const TBFT_KEY: &[u8] = b"TBFTAddtionalDataKey";

/// Cuts a file into update messages and proofs: each block, and each of its transactions.
///
/// # Errors
/// A [`Reason`] naming what cannot be read.
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let mut pool = BTreeMap::new();
    let mut items = Vec::new();
    for found in file::read(file)? {
        match found {
            Found::Block(info) => {
                collect_certificates(&info, &mut pool);
                items.push(Item::Header { label: label(&info), header: update(&info, pool.values())? });
                items.extend(proofs(&info)?);
            }
            Found::Transaction { info, path } => items.push(proof(&info, path)?),
        }
    }
    Ok(items)
}

/// The message that updates a client by one block: its votes once, its transactions whole, all that they wrote.
///
/// Of `certificates` (PEM), those come along that votes and transactions name by hash. A transaction whose signer's certificate is not among
/// them stands there by its hash, for nobody could check it.
///
/// # Errors
/// A [`Reason`] naming what cannot be read.
pub fn update<'a>(info: &chain::BlockInfo, certificates: impl Iterator<Item = &'a Vec<u8>>) -> Result<Any, Reason> {
    let block = info.block.clone().unwrap_or_default();
    let (suite, header) = header_of(&block.header)?;
    let by_hash: BTreeMap<Hash, &Vec<u8>> =
        certificates.filter_map(|pem| Some((suite.hash(&[Certificate::from_pem(pem).ok()?.der()]), pem))).collect();
    let mut named = BTreeMap::new();
    let entries = block.txs.iter().zip(padded(&info.rw_sets)).map(|(tx, rw_set)| {
        let (read, hash) = transaction::read(suite, header.block_version, tx)?;
        Ok(match certificates_named(&read, &by_hash) {
            Some(found) => {
                named.extend(found);
                raw::Entry { tx: tx.clone(), rw_set, ..Default::default() }
            }
            None => raw::Entry { tx_hash: hash.to_vec(), rw_set, ..Default::default() },
        })
    });
    let entries = entries.collect::<Result<Vec<_>, Reason>>()?;
    let body = (!info.rw_sets.is_empty() || header.tx_count == 0).then_some(raw::Body { entries, dag: block.dag });
    let vote_set = vote_set(block.additional_data.as_ref())?;
    let voters = vote_set.votes.iter().filter_map(|entry| entry.vote.as_ref()?.endorsement.as_ref()?.signer.as_ref());
    named.extend(voters.filter_map(|voter| certificate_named(voter, &by_hash).flatten()));
    let vote_set = if vote_set.votes.is_empty() { Vec::new() } else { vote_set.encode_to_vec() };
    let message = raw::Header {
        blocks: vec![raw::Block { header: block.header, vote_set, body }],
        certificates: named.into_values().collect(),
        authority_at: 0,
    };
    Ok(encode(HEADER_URL, &message))
}

/// Write sets without end: a block with too few of them is refused as one that misses some.
fn padded(rw_sets: &[Vec<u8>]) -> impl Iterator<Item = Vec<u8>> + '_ {
    rw_sets.iter().cloned().chain(std::iter::repeat(Vec::new()))
}

/// A header, and the suite by which it hashes to what it says.
///
/// # Errors
/// `native-header`; `block-hash` where neither suite gives the header's hash.
pub(super) fn header_of(bytes: &[u8]) -> Result<(Suite, chain::BlockHeader), Reason> {
    let header = chain::BlockHeader::decode(bytes).map_err(|error| Reason::new("native-header", error.to_string()))?;
    // Which of the two it is decides only how much is shown; whether it is right is judged later, by the client's own suite.
    let suite = [Suite::P256, Suite::Sm2].into_iter().find(|suite| block::hash(*suite, &header) == header.block_hash.as_slice());
    Ok((suite.unwrap_or(Suite::P256), header))
}

/// TBFT's votes, each once; none where the block has none. Other consensus leaves nothing that a client takes.
///
/// # Errors
/// `native-votes`.
fn vote_set(data: Option<&chain::AdditionalData>) -> Result<chain::VoteSet, Reason> {
    let entries = data.map(|data| data.extra_data.as_slice()).unwrap_or_default();
    let Some(entry) = entries.iter().find(|entry| entry.key == TBFT_KEY) else { return Ok(chain::VoteSet::default()) };
    let set = chain::VoteSet::decode(entry.value.as_slice()).map_err(|error| Reason::new("native-votes", error.to_string()))?;
    Ok(chain::VoteSet { votes_by_block: Vec::new(), ..set })
}

/// The certificates that a transaction's signers name by hash; `None` if one is not at hand, or a signer is of a kind that is not read.
fn certificates_named(tx: &chain::Transaction, by_hash: &BTreeMap<Hash, &Vec<u8>>) -> Option<Vec<(Hash, Vec<u8>)>> {
    let signers = tx.sender.iter().chain(&tx.endorsers).chain(&tx.payer).filter_map(|entry| entry.signer.as_ref());
    signers.filter_map(|signer| certificate_named(signer, by_hash)).collect()
}

/// The certificate that a signer names by hash, `Some(None)` if it is not at hand or the signer is of a kind that is not read; `None` if the
/// signer needs none.
fn certificate_named(signer: &chain::Member, by_hash: &BTreeMap<Hash, &Vec<u8>>) -> Option<Option<(Hash, Vec<u8>)>> {
    match signer.member_type {
        CERTIFICATE | PUBLIC_KEY => None,
        CERTIFICATE_HASH => {
            let hash = Hash::try_from(signer.member_info.as_slice()).ok();
            Some(hash.and_then(|hash| Some((hash, (*by_hash.get(&hash)?).clone()))))
        }
        _ => Some(None),
    }
}

/// Certificates that the block's transactions register with the chain, from where they are named by hash afterwards.
fn collect_certificates(info: &chain::BlockInfo, pool: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
    for rw_set in &info.rw_sets {
        let Ok(set) = chain::TxRwSet::decode(rw_set.as_slice()) else { continue };
        let registered = set.tx_writes.into_iter().filter(|write| write.contract_name == b"CERT_MANAGE" && write.key.len() == 64);
        pool.extend(registered.map(|write| (write.key, write.value)));
    }
}

fn label(info: &chain::BlockInfo) -> String {
    let header = info.block.as_ref().map(|block| block.header.as_slice()).unwrap_or_default();
    match chain::BlockHeader::decode(header) {
        Ok(header) => format!("block {} of `{}`", header.block_height, text(&header.chain_id)),
        Err(_) => "block".into(),
    }
}

/// One proof a transaction that succeeded: that it did, and what it wrote.
fn proofs(info: &chain::BlockInfo) -> Result<Vec<Item>, Reason> {
    let block = info.block.clone().unwrap_or_default();
    let (suite, header) = header_of(&block.header)?;
    let read = block.txs.iter().map(|tx| transaction::read(suite, header.block_version, tx)).collect::<Result<Vec<_>, _>>()?;
    let (txs, leaves): (Vec<_>, Vec<Hash>) = read.into_iter().unzip();
    let succeeded = txs.iter().enumerate().filter(|(_, tx)| transaction::check_success(tx).is_ok());
    let items = succeeded.map(|(place, tx)| Item::Proof {
        label: proof_label(header.block_height, tx),
        proof: raw::ProofFile {
            height: header.block_height,
            proof: Some(raw::Proof {
                tx: block.txs[place].clone(),
                index: u32::try_from(place).unwrap_or(u32::MAX),
                path: merkle::path(suite, &leaves, place),
                rw_set: info.rw_sets.get(place).cloned().unwrap_or_default(),
            }),
            event: 0,
            write: None,
        }
        .encode_to_vec(),
    });
    Ok(items.collect())
}

fn proof(info: &chain::TransactionInfo, path: Vec<Vec<u8>>) -> Result<Item, Reason> {
    let tx = transaction::decode(&info.transaction)?;
    let proof = raw::Proof { tx: info.transaction.clone(), index: info.tx_index, path, rw_set: info.rw_set.clone() };
    let file = raw::ProofFile { height: info.block_height, proof: Some(proof), event: 0, write: None };
    Ok(Item::Proof { label: proof_label(info.block_height, &tx), proof: file.encode_to_vec() })
}

fn proof_label(height: u64, tx: &chain::Transaction) -> String {
    let payload = tx.payload.clone().unwrap_or_default();
    format!("transaction {} of block {height} ({}.{})", text(&payload.tx_id), text(&payload.contract_name), text(&payload.method))
}
