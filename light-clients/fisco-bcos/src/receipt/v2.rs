//! Version 2: RLP, which reads one way.
//!
//! Source: FISCO BCOS 2.11 `libethcore/TransactionReceipt.cpp`. 2.9 put the remaining gas before the logs: seven items or eight.

use govhub_lc_core::Reason;

use super::{Log, Receipt, MAX_LOGS, MAX_TOPICS};
use crate::rlp::{self, Item};
use crate::suite::{Hash, Suite};

pub(super) fn read(suite: Suite, bytes: &[u8]) -> Result<Receipt, Reason> {
    let mut items = rlp::list(rlp::decode(bytes)?, 8)?;
    if items.len() == 8 {
        rlp::big_number(items.remove(6))?;
    }
    let [state_root, gas_used, contract, bloom, status, output, logs] =
        <[Item<'_>; 7]>::try_from(items).map_err(|items| Reason::new("rlp", format!("{} fields; expected 7 or 8", items.len())))?;
    // Not used, but one hash must have one reading.
    let _: Hash = rlp::fixed(state_root)?;
    let _: [u8; 256] = rlp::fixed(bloom)?;
    rlp::big_number(gas_used)?;
    rlp::bytes(output)?;
    Ok(Receipt {
        hash: suite.hash(&[bytes]),
        status: rlp::number(status)?,
        creation: rlp::fixed::<20>(contract)? != [0; 20],
        number: None,
        logs: rlp::list(logs, MAX_LOGS)?.into_iter().map(log).collect::<Result<_, _>>()?,
    })
}

fn log(item: Item<'_>) -> Result<Log, Reason> {
    let [address, topics, data] =
        <[Item<'_>; 3]>::try_from(rlp::list(item, 3)?).map_err(|items| Reason::new("rlp", format!("{} fields of a log; expected 3", items.len())))?;
    Ok(Log {
        address: rlp::fixed(address)?,
        topics: rlp::list(topics, MAX_TOPICS)?.into_iter().map(rlp::fixed).collect::<Result<_, _>>()?,
        data: rlp::bytes(data)?.to_vec(),
    })
}

/// The fields, to be written.
#[cfg(any(feature = "testing", feature = "native"))]
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub state_root: Vec<u8>,
    pub gas_used: u64,
    pub contract: Vec<u8>,
    pub bloom: Vec<u8>,
    pub status: u64,
    pub output: Vec<u8>,
    pub remaining_gas: Option<u64>,
    /// Address, topics, data.
    pub logs: Vec<(Vec<u8>, Vec<Vec<u8>>, Vec<u8>)>,
}

/// The RLP list of seven or eight.
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) fn encode(fields: &Fields) -> Vec<u8> {
    let logs: Vec<Vec<u8>> = fields
        .logs
        .iter()
        .map(|(address, topics, data)| {
            let topics: Vec<Vec<u8>> = topics.iter().map(|topic| rlp::encode_bytes(topic)).collect();
            rlp::encode_list(&[rlp::encode_bytes(address), rlp::encode_list(&topics), rlp::encode_bytes(data)])
        })
        .collect();
    let mut items = vec![
        rlp::encode_bytes(&fields.state_root),
        rlp::encode_number(fields.gas_used),
        rlp::encode_bytes(&fields.contract),
        rlp::encode_bytes(&fields.bloom),
        rlp::encode_number(fields.status),
        rlp::encode_bytes(&fields.output),
    ];
    items.extend(fields.remaining_gas.map(rlp::encode_number));
    items.push(rlp::encode_list(&logs));
    rlp::encode_list(&items)
}
