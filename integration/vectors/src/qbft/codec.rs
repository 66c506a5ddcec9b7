//! Bytes and digests to reproduce.

use anyhow::Result;
use govhub_lc_core::native::Item;
use govhub_lc_core::{CheckOutcome, Reason};
use govhub_lc_qbft::extra::ExtraData;
use govhub_lc_qbft::header::BlockHeader;
use govhub_lc_qbft::native::self_check;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::{seals, Flavour, HEADER_URL};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde_json::Value;

use super::{accept, addresses, array, bytes, list, reject, same};
use crate::{Case, Expected, Verdict};

/// Extra data that is written as it was read.
pub fn extra_data(file: &Value) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (field, flavours) in [("qbft_extra_rlp", &[Flavour::BesuQbft, Flavour::GoQuorumQbft][..]), ("ibft2_extra_rlp", &[Flavour::BesuIbft2])] {
        for flavour in flavours {
            cases.push(accept(format!("{field} as {}", flavour.name()), again(*flavour, &bytes(file, field)?)));
        }
        let other = if field.starts_with("qbft") { Flavour::BesuIbft2 } else { Flavour::BesuQbft };
        cases.push(reject(format!("{field} as {}", other.name()), &["EXTRA_DATA"], again(other, &bytes(file, field)?)));
    }
    Ok(cases)
}

/// The superseded encoding: no QBFT, since round and empty vote are written otherwise, nor always its kinds of votes; and exactly the form
/// of IBFT 2.0.
pub fn old_encoding(file: &Value) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (name, case) in file["cases"].as_object().into_iter().flatten() {
        let rlp = bytes(case, "rlp")?;
        for flavour in [Flavour::BesuQbft, Flavour::GoQuorumQbft] {
            cases.push(reject(format!("{name} as {}", flavour.name()), &["EXTRA_DATA", "VOTE_KIND"], again(flavour, &rlp)));
        }
        cases.push(accept(format!("{name} as {}", Flavour::BesuIbft2.name()), again(Flavour::BesuIbft2, &rlp)));
    }
    Ok(cases)
}

fn again(flavour: Flavour, bytes: &[u8]) -> Result<(), Reason> {
    same("written again", &ExtraData::decode(flavour, bytes)?.encode(flavour), &bytes.to_vec())
}

/// The digests and signers of an IBFT 2.0 header. Its signers are not in its list, by design.
pub fn ibft2_header(file: &Value) -> Result<Vec<Case>> {
    let rlp = bytes(file, "header_rlp")?;
    let (seal_hash, block_hash) = (array(file, "seal_hash")?, array(file, "onchain_hash")?);
    Ok(vec![accept("digests and signers", digests(Flavour::BesuIbft2, &rlp, &seal_hash, &block_hash, &addresses(file, "committers")?))])
}

/// One real header of Besu, and the same without its seals.
pub fn besu_header(file: &Value) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (index, header) in list(file, "headers")?.iter().enumerate() {
        let rlp = bytes(header, "rlp")?;
        let (seal_hash, block_hash) = (array(header, "seal_hash")?, array(header, "block_hash")?);
        cases.push(accept(
            format!("digests of header {index}"),
            digests(Flavour::BesuQbft, &rlp, &seal_hash, &block_hash, &addresses(header, "recovered_committers")?),
        ));
        let name = format!("header {index} against itself");
        let judged = against_itself(&rlp);
        cases.push(match judged {
            Ok(()) => Case { name, expected: Expected::SelfConsistent, verdict: Verdict::SelfConsistent },
            Err(reason) => reject(name, &["BELOW_QUORUM"], Err::<(), _>(reason)),
        });
    }
    Ok(cases)
}

fn against_itself(rlp: &[u8]) -> Result<(), Reason> {
    let block = raw::Block { header: rlp.to_vec(), ..Default::default() };
    let message = raw::Header { trusted_height: 0, trusted_authority: None, blocks: vec![block], account_nodes: Vec::new() };
    let header = Any { type_url: HEADER_URL.into(), value: message.encode_to_vec() };
    let checks = self_check(&Item::Header { label: String::new(), header })?;
    if checks.iter().all(|check| check.outcome == CheckOutcome::Pass) {
        return Ok(());
    }
    Err(Reason::new("not-checkable", "a check could not run"))
}

/// That a header hashes as stated and its seals are by `signers`, in this order.
pub fn digests(flavour: Flavour, rlp: &[u8], seal_hash: &[u8; 32], block_hash: &[u8; 32], signers: &[[u8; 20]]) -> Result<(), Reason> {
    let header = BlockHeader::decode(flavour, &[15, 16], rlp)?;
    same("block hash", &header.block_hash(), block_hash)?;
    let digest = header.seal_digest(block_hash);
    // IBFT 1 has no seal hash of its own in the files.
    if flavour != Flavour::GoQuorumIbft1 {
        same("seal hash", &digest, seal_hash)?;
    }
    let found: Vec<[u8; 20]> = header.extra.seals.iter().map(|seal| seals::signer(&digest, seal)).collect::<Result<_, _>>()?;
    same("signers", &found, &signers.to_vec())
}
