//! JSON of 3.x.
//!
//! Nodes print the nonce as it is hashed (3.2.0) or as the hexadecimal of its text (3.12.4); the hash says which. Web3 transactions are
//! known only by their raw bytes, which this RPC does not print; a recording may carry them as `web3_raw`.

use govhub_lc_core::Reason;
use serde_json::Value;

use super::json::{self, bad};
use super::path;
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form as ReceiptForm, signed_header::Fields, transaction::Form as TransactionForm};
use crate::suite::Suite;
use crate::transaction::hash_v3;

pub(super) fn header(value: &Value) -> Result<raw::SignedHeader, Reason> {
    let parents = json::list(value, "parentInfo")?
        .iter()
        .map(|parent| Ok(raw::Parent { number: json::number(parent, "blockNumber")?, hash: json::bytes(parent, "blockHash")? }))
        .collect::<Result<_, Reason>>()?;
    let weights = json::list(value, "consensusWeights")?
        .iter()
        .map(|weight| weight.as_u64().ok_or_else(|| bad("consensusWeights", "an item that is no number")))
        .collect::<Result<_, _>>()?;
    let fields = raw::HeaderV3 {
        version: u32::try_from(json::number(value, "version")?).map_err(|_| bad("version", "more than 32 bits"))?,
        parents,
        transactions_root: json::bytes(value, "txsRoot")?,
        receipts_root: json::bytes(value, "receiptsRoot")?,
        state_root: json::bytes(value, "stateRoot")?,
        number: json::number(value, "number")?,
        gas_used: json::text(value, "gasUsed")?,
        timestamp_ms: json::number(value, "timestamp")?,
        sealer: json::number(value, "sealer")?,
        sealer_list: json::bytes_list(value, "sealerList")?,
        extra_data: json::bytes_or_empty(value, "extraData")?,
        weights,
    };
    Ok(raw::SignedHeader { fields: Some(Fields::V3(fields)), hash: json::bytes(value, "hash")?, signatures: json::signatures(value, "sealerIndex")? })
}

pub(super) fn transaction(value: &Value) -> Result<raw::Transaction, Reason> {
    if let Some(raw_bytes) = value.get("web3_raw").filter(|raw_bytes| !raw_bytes.is_null()) {
        let bytes = json::hexadecimal(raw_bytes).ok_or_else(|| bad("web3_raw", "no hexadecimal text"))?;
        return Ok(raw::Transaction { form: Some(TransactionForm::Web3(bytes)), hash: Vec::new() });
    }
    let printed = json::text(value, "nonce")?;
    let fields = raw::TransactionV3 {
        version: u32::try_from(json::number_or_zero(value, "version")?).map_err(|_| bad("version", "more than 32 bits"))?,
        chain_id: json::text(value, "chainID")?,
        group_id: json::text(value, "groupID")?,
        block_limit: json::number(value, "blockLimit")?,
        nonce: printed.clone(),
        to: json::text(value, "to")?,
        input: json::bytes_or_empty(value, "input")?,
        abi: json::text(value, "abi")?,
        ..Default::default()
    };
    let fields = match fields.version {
        0 => fields,
        _ => raw::TransactionV3 {
            value: json::text(value, "value")?,
            gas_price: json::text(value, "gasPrice")?,
            gas_limit: json::number_or_zero(value, "gasLimit")?,
            max_fee_per_gas: json::text(value, "maxFeePerGas")?,
            max_priority_fee_per_gas: json::text(value, "maxPriorityFeePerGas")?,
            extension: if fields.version >= 2 { json::bytes_or_empty(value, "extension")? } else { Vec::new() },
            ..fields
        },
    };
    let hash = json::bytes(value, "hash")?;
    let text_of_hex = hex::decode(printed.strip_prefix("0x").unwrap_or(&printed)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let recorded = value.get("nonce_text").and_then(Value::as_str).map(str::to_owned);
    let nonces: Vec<String> = recorded.into_iter().chain([printed]).chain(text_of_hex).collect();
    let with = |nonce: &String| raw::TransactionV3 { nonce: nonce.clone(), ..fields.clone() };
    let hashed = nonces.iter().map(with).find(|fields| Suite::ALL.iter().any(|suite| hash_v3(*suite, fields).as_slice() == hash));
    let fields = hashed.unwrap_or_else(|| with(&nonces[0]));
    Ok(raw::Transaction { form: Some(TransactionForm::V3(fields)), hash })
}

pub(super) fn receipt(value: &Value) -> Result<raw::Receipt, Reason> {
    let bare = |text: String| text.strip_prefix("0x").map(str::to_owned).unwrap_or(text);
    let logs = json::list(value, "logEntries")?
        .iter()
        .map(|log| Ok(raw::Log { address: bare(json::text(log, "address")?), topics: json::bytes_list(log, "topics")?, data: json::bytes_or_empty(log, "data")? }))
        .collect::<Result<_, Reason>>()?;
    let status = value["status"].as_i64().and_then(|status| i32::try_from(status).ok()).ok_or_else(|| bad("status", "no 32-bit number"))?;
    let version = u32::try_from(json::number_or_zero(value, "version")?).map_err(|_| bad("version", "more than 32 bits"))?;
    let fields = raw::ReceiptV3 {
        version,
        gas_used: json::text(value, "gasUsed")?,
        contract_address: bare(json::text(value, "contractAddress")?),
        status: u32::from_be_bytes(status.to_be_bytes()),
        output: json::bytes_or_empty(value, "output")?,
        effective_gas_price: if version > 0 { json::text(value, "effectiveGasPrice")? } else { String::new() },
        logs,
        block_number: json::number(value, "blockNumber")?,
    };
    Ok(raw::Receipt { form: Some(ReceiptForm::V3(fields)), hash: json::bytes(value, if value.get("hash").is_some() { "hash" } else { "receiptHash" })? })
}

/// `getTransaction` and `getTransactionReceipt` with `requireProof`.
pub(super) fn proof(answer: &Value, answers: &[&Value]) -> Result<(String, raw::Proof), Reason> {
    if answer.get("logEntries").is_some() {
        let receipt = receipt(answer)?;
        let number = json::number(answer, "blockNumber")?;
        let (path, index, count) = path::from_node(&receipt.hash, &json::bytes_list(answer, "txReceiptProof")?)?;
        let proof = raw::Proof { number, claim: raw::Claim::Receipt.into(), index, count, receipt: Some(receipt), receipt_path: Some(path), ..Default::default() };
        return Ok((format!("receipt {index} of block {number}"), proof));
    }
    let hash = json::bytes(answer, "hash")?;
    let receipt = answers.iter().find(|other| other.get("logEntries").is_some() && json::bytes(other, "transactionHash").is_ok_and(|of| of == hash));
    let receipt = receipt.ok_or_else(|| Reason::new("block-unknown", "a transaction of 3.x does not say its block: give the answer of getTransactionReceipt beside it"))?;
    let number = json::number(receipt, "blockNumber")?;
    let transaction = transaction(answer)?;
    let (path, index, count) = path::from_node(&hash, &json::bytes_list(answer, "txProof")?)?;
    let proof = raw::Proof {
        number,
        claim: raw::Claim::Transaction.into(),
        index,
        count,
        transaction: Some(transaction),
        transaction_path: Some(path),
        ..Default::default()
    };
    Ok((format!("transaction {index} of block {number}"), proof))
}
