//! Results and events in ABCI's protobuf, as blocks keep them and RPC shows them.

use govhub_types::{Event, TxResult};
use tendermint_proto::v0_38::abci::{Event as AbciEvent, EventAttribute, ExecTxResult};

/// An event; every attribute is marked for the index.
pub fn event(event: &Event) -> AbciEvent {
    let attribute = |(key, value): &(String, String)| EventAttribute { key: key.clone(), value: value.clone(), index: true };
    AbciEvent { r#type: event.kind.clone(), attributes: event.attributes.iter().map(attribute).collect() }
}

/// A transaction's result.
pub fn tx_result(result: &TxResult) -> ExecTxResult {
    ExecTxResult {
        code: result.code,
        data: result.data.clone().into(),
        log: result.log.clone(),
        info: String::new(),
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        events: result.events.iter().map(event).collect(),
        codespace: result.codespace.clone(),
    }
}
