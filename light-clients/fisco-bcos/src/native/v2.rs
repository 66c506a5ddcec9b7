//! JSON of 2.x, written again as the RLP that is hashed.
//!
//! `number` is decimal in headers and hexadecimal in blocks; node ids have no 0x.

use govhub_lc_core::Reason;
use serde_json::Value;

use super::json::{self, bad};
use crate::header::{encode_v2, FieldsV2};
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form as ReceiptForm, signed_header::Fields, transaction::Form as TransactionForm};
use crate::{receipt, transaction};

pub(super) fn header(value: &Value) -> Result<raw::SignedHeader, Reason> {
    let extra = match value.get("extraData") {
        Some(Value::Array(_)) => json::bytes_list(value, "extraData")?,
        _ => Vec::new(),
    };
    let fields = FieldsV2 {
        parent: json::bytes(value, "parentHash")?,
        state_root: json::bytes(value, "stateRoot")?,
        transactions_root: json::bytes(value, "transactionsRoot")?,
        receipts_root: json::bytes(value, "receiptsRoot")?,
        database_hash: json::bytes(value, "dbHash")?,
        bloom: json::bytes(value, "logsBloom")?,
        number: json::number(value, "number")?,
        gas_limit: json::number(value, "gasLimit")?,
        gas_used: json::number(value, "gasUsed")?,
        timestamp_ms: json::number(value, "timestamp")?,
        extra,
        proposer: json::number(value, "sealer")?,
        sealers: json::bytes_list(value, "sealerList")?,
    };
    Ok(raw::SignedHeader {
        fields: Some(Fields::Rlp(encode_v2(&fields))),
        hash: json::bytes(value, "hash")?,
        signatures: json::signatures(value, "index")?,
    })
}

pub(super) fn transaction(value: &Value) -> Result<raw::Transaction, Reason> {
    let signature = &value["signature"];
    let mut v = json::digits(signature, "v")?;
    if v.len() <= 1 {
        // secp256k1: JSON prints the recovery id, the transaction carries it with Ethereum's 27.
        let id = v.first().copied().unwrap_or(0);
        v = vec![id.checked_add(27).ok_or_else(|| bad("v", "no recovery id"))?];
    }
    let to = json::bytes_or_empty(value, "to")?;
    let fields = transaction::FieldsV2 {
        nonce: json::digits(value, "nonce")?,
        gas_price: json::digits(value, "gasPrice")?,
        gas: json::digits(value, "gas")?,
        block_limit: json::digits(value, "blockLimit")?,
        to: if to.iter().all(|byte| *byte == 0) { Vec::new() } else { to },
        value: json::digits(value, "value")?,
        input: json::bytes(value, "input")?,
        chain_id: json::number(value, "chainId")?,
        group_id: json::number(value, "groupId")?,
        extra: json::bytes_or_empty(value, "extraData")?,
        v,
        r: json::digits(signature, "r")?,
        s: json::digits(signature, "s")?,
    };
    Ok(raw::Transaction { form: Some(TransactionForm::Rlp(transaction::encode_v2(&fields, true))), hash: json::bytes(value, "hash")? })
}

/// The stated hash is that of the fields: 2.x prints none, the path says whether it is right.
pub(super) fn receipt(value: &Value) -> Result<raw::Receipt, Reason> {
    let logs = json::list(value, "logs")?
        .iter()
        .map(|log| Ok((json::bytes(log, "address")?, json::bytes_list(log, "topics")?, json::bytes(log, "data")?)))
        .collect::<Result<_, Reason>>()?;
    let fields = receipt::FieldsV2 {
        state_root: json::bytes(value, "root")?,
        gas_used: json::number(value, "gasUsed")?,
        contract: json::bytes(value, "contractAddress")?,
        bloom: json::bytes(value, "logsBloom")?,
        status: json::number(value, "status")?,
        output: json::bytes(value, "output")?,
        remaining_gas: if value.get("remainGas").is_some_and(|gas| !gas.is_null()) { Some(json::number(value, "remainGas")?) } else { None },
        logs,
    };
    Ok(raw::Receipt { form: Some(ReceiptForm::Rlp(receipt::encode_v2(&fields))), hash: json::bytes_or_empty(value, "receiptHash")? })
}

pub(super) fn path(proof: &Value) -> Result<raw::Path, Reason> {
    let levels = proof.as_array().ok_or_else(|| bad("proof", "no list"))?;
    let level = |level: &Value| Ok(raw::Level { left: json::bytes_list(level, "left")?, right: json::bytes_list(level, "right")?, group: Vec::new() });
    Ok(raw::Path { levels: levels.iter().map(level).collect::<Result<_, Reason>>()? })
}

/// `getTransactionByHashWithProof`, `getTransactionReceiptByHashWithProof`.
pub(super) fn proof(answer: &Value) -> Result<(String, raw::Proof), Reason> {
    let place = |value: &Value| -> Result<(u64, u32), Reason> {
        let index = u32::try_from(json::number(value, "transactionIndex")?).map_err(|_| bad("transactionIndex", "no place in a block"))?;
        Ok((json::number(value, "blockNumber")?, index))
    };
    if let Some(value) = answer.get("transactionReceipt") {
        let (number, index) = place(value)?;
        let (receipt, path) = (receipt(value)?, path(&answer["receiptProof"])?);
        let proof = raw::Proof { number, claim: raw::Claim::Receipt.into(), index, receipt: Some(receipt), receipt_path: Some(path), ..Default::default() };
        return Ok((format!("receipt {index} of block {number}"), proof));
    }
    let value = &answer["transaction"];
    let (number, index) = place(value)?;
    let (transaction, path) = (transaction(value)?, path(&answer["txProof"])?);
    let proof =
        raw::Proof { number, claim: raw::Claim::Transaction.into(), index, transaction: Some(transaction), transaction_path: Some(path), ..Default::default() };
    Ok((format!("transaction {index} of block {number}"), proof))
}
