//! What stands in a block: transactions with their receipts.

use crate::event;
use crate::key_map::Address;
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form as ReceiptForm, transaction::Form as TransactionForm};
use crate::receipt;
use crate::state::Version;
use crate::suite::{Hash, Suite};
use crate::transaction;

/// A transaction and what it came to.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Whom it calls; 20 zeros for a creation.
    pub to: Address,
    /// With what.
    pub input: Vec<u8>,
    /// Makes it a transaction of its own.
    pub nonce: u64,
    /// 0 for success.
    pub status: u32,
    /// What it returned.
    pub output: Vec<u8>,
    /// What it logged: address, topics, data.
    pub logs: Vec<(Address, Vec<Hash>, Vec<u8>)>,
}

impl Entry {
    /// A call of the bridge that stores `value` under `path`.
    pub fn stored(suite: Suite, bridge: Address, topic: Hash, nonce: u64, path: &[u8], value: &[u8]) -> Self {
        let data = event::encode(path, value);
        let input = [&[0xab, 0xcd, 0xef, 0x01], data.as_slice()].concat();
        Self { to: bridge, input, nonce, status: 0, output: Vec::new(), logs: vec![(bridge, vec![topic, suite.hash(&[path])], data)] }
    }

    /// The transaction as it is hashed and proved.
    pub fn transaction(&self, version: Version, suite: Suite, chain: &str, group: &str) -> raw::Transaction {
        match version {
            Version::V2 => {
                let fields = transaction::FieldsV2 {
                    nonce: digits(self.nonce),
                    gas: digits(30_000_000),
                    block_limit: digits(500),
                    to: self.to.to_vec(),
                    input: self.input.clone(),
                    chain_id: chain.parse().expect("a number on 2.x"),
                    group_id: group.parse().expect("a number on 2.x"),
                    v: vec![27],
                    r: vec![7; 32],
                    s: vec![8; 32],
                    ..Default::default()
                };
                let bytes = transaction::encode_v2(&fields, true);
                raw::Transaction { hash: suite.hash(&[&bytes]).to_vec(), form: Some(TransactionForm::Rlp(bytes)) }
            }
            Version::V3 => {
                let fields = raw::TransactionV3 {
                    chain_id: chain.into(),
                    group_id: group.into(),
                    block_limit: 500,
                    nonce: self.nonce.to_string(),
                    to: format!("0x{}", hexadecimal(&self.to)),
                    input: self.input.clone(),
                    ..Default::default()
                };
                raw::Transaction { hash: transaction::hash_v3(suite, &fields).to_vec(), form: Some(TransactionForm::V3(fields)) }
            }
        }
    }

    /// The receipt as it is hashed and proved, in block `number`.
    pub fn receipt(&self, version: Version, suite: Suite, number: u64) -> raw::Receipt {
        match version {
            Version::V2 => {
                let logs = self.logs.iter().map(|(address, topics, data)| (address.to_vec(), topics.iter().map(|topic| topic.to_vec()).collect(), data.clone()));
                let fields = receipt::FieldsV2 {
                    state_root: vec![5; 32],
                    gas_used: 21_000 + self.nonce,
                    contract: vec![0; 20],
                    bloom: vec![0; 256],
                    status: u64::from(self.status),
                    output: self.output.clone(),
                    remaining_gas: None,
                    logs: logs.collect(),
                };
                let bytes = receipt::encode_v2(&fields);
                raw::Receipt { hash: suite.hash(&[&bytes]).to_vec(), form: Some(ReceiptForm::Rlp(bytes)) }
            }
            Version::V3 => {
                let log = |(address, topics, data): &(Address, Vec<Hash>, Vec<u8>)| raw::Log {
                    address: hexadecimal(address),
                    topics: topics.iter().map(|topic| topic.to_vec()).collect(),
                    data: data.clone(),
                };
                receipt_v3(suite, raw::ReceiptV3 {
                    gas_used: (21_000 + self.nonce).to_string(),
                    status: self.status,
                    output: self.output.clone(),
                    logs: self.logs.iter().map(log).collect(),
                    block_number: number,
                    ..Default::default()
                })
            }
        }
    }
}

/// A receipt of 3.x with its hash.
pub fn receipt_v3(suite: Suite, fields: raw::ReceiptV3) -> raw::Receipt {
    raw::Receipt { hash: receipt::hash_v3(suite, &fields).to_vec(), form: Some(ReceiptForm::V3(fields)) }
}

/// Lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digits(value: u64) -> Vec<u8> {
    value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
}
