//! Events as `block_results` has them.

use govhub_ibc::types::{self, Packet as RawPacket, Payload};
use govrelay_cometbft::event::{fact, packet, update, RawEvent};
use govrelay_core::FactKind;
use prost::Message;
use serde_json::json;

use crate::chain::TestChain;
use crate::node::{connect, serve};

fn raw() -> RawPacket {
    let payload = Payload {
        source_port: types::PORT.into(),
        destination_port: types::PORT.into(),
        version: types::VERSION.into(),
        encoding: types::ENCODING.into(),
        value: vec![1],
    };
    RawPacket {
        sequence: 4,
        source_client: "07-tendermint-0".into(),
        destination_client: "07-tendermint-1".into(),
        timeout_timestamp: 99,
        payloads: vec![payload],
    }
}

fn event(kind: &str, attributes: &[(&str, String)]) -> RawEvent {
    (kind.into(), attributes.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect())
}

#[test]
fn each_packet_event_is_read_as_its_fact() {
    let ack = types::success_acknowledgement(vec![7]).encode_to_vec();
    let attributes = [("encoded_packet_hex", hex::encode(raw().encode_to_vec())), ("encoded_acknowledgement_hex", hex::encode(&ack))];
    let kinds = [
        ("send_packet", FactKind::Sent),
        ("recv_packet", FactKind::Received),
        ("write_acknowledgement", FactKind::AckWritten(ack)),
        ("acknowledge_packet", FactKind::Acknowledged),
        ("timeout_packet", FactKind::TimedOut),
    ];
    for (name, kind) in kinds {
        let found = fact(&event(name, &attributes), Some("AB")).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((found.kind, found.packet.sequence, found.tx_hash.as_deref()), (kind, 4, Some("AB")));
    }
    assert!(fact(&event("transfer", &attributes), None).is_none());
}

#[test]
fn a_packet_that_is_not_canonical_or_not_valid_is_no_fact() {
    let good = raw().encode_to_vec();
    assert!(packet(&hex::encode(&good)).is_some());
    assert!(packet(&hex::encode([good.as_slice(), &[0x78, 1]].concat())).is_none(), "unknown field");
    assert!(packet(&hex::encode(RawPacket { sequence: 0, ..raw() }.encode_to_vec())).is_none());
    assert!(packet(&hex::encode(RawPacket { payloads: Vec::new(), ..raw() }.encode_to_vec())).is_none());
    assert!(packet("zz").is_none());
    assert!(packet(&"00".repeat(1 << 20)).is_none());
}

#[test]
fn an_update_names_its_client_and_highest_height() {
    let attributes = [("client_id", "07-tendermint-0".to_owned()), ("consensus_heights", "1-7,1-9".to_owned())];
    let (client, height) = update(&event("update_client", &attributes)).expect("an update");
    assert_eq!((client.as_str(), height.to_string().as_str()), ("07-tendermint-0", "1-9"));
    assert!(update(&event("create_client", &attributes)).is_none());
}

fn results(code: u32) -> serde_json::Value {
    let attribute = |key: &str, value: &str| json!({ "key": key, "value": value, "index": true });
    let packet = hex::encode(raw().encode_to_vec());
    let ack = hex::encode(types::success_acknowledgement(vec![7]).encode_to_vec());
    let attributes = json!([attribute("encoded_packet_hex", &packet), attribute("encoded_acknowledgement_hex", &ack)]);
    let event = |kind: &str| json!({ "type": kind, "attributes": attributes });
    let tx = json!({
        "code": code, "data": null, "log": "", "info": "", "gas_wanted": "0", "gas_used": "0", "events": [event("send_packet")], "codespace": "",
    });
    json!({
        "height": "2", "txs_results": [tx], "finalize_block_events": [event("write_acknowledgement")], "validator_updates": [],
        "consensus_param_updates": null, "app_hash": "",
    })
}

async fn block(code: u32) -> govrelay_core::Block {
    let mut chain = TestChain::new("source-1", 1);
    chain.make_block().make_block();
    let signed = chain.blocks[1].signed.clone();
    let (url, node) = serve(chain).await;
    {
        let mut node = node.lock().expect("free");
        node.results = Some(results(code));
        let block_id = json!({ "hash": signed.header.hash().to_string(), "parts": { "total": 1, "hash": "04".repeat(32) } });
        let block =
            json!({ "header": signed.header, "data": { "txs": ["AQID"] }, "evidence": { "evidence": [] }, "last_commit": signed.commit });
        node.block = Some(json!({ "block_id": block_id, "block": block }));
    }
    connect("source-1", &[&url]).block(2).await.expect("a block")
}

#[tokio::test]
async fn events_of_transactions_and_of_the_block_itself_are_both_read() {
    let block = block(0).await;
    let kinds: Vec<&str> = block.facts.iter().map(|f| f.kind.word()).collect();
    assert_eq!(kinds, ["sent", "ack-written"]);
    let hash = hex::encode_upper(govhub_types::tx::Tx::hash(&[1, 2, 3]));
    assert_eq!(block.facts.iter().map(|f| f.tx_hash.as_deref()).collect::<Vec<_>>(), [Some(hash.as_str()), None]);
    assert!(block.time_ns > 0 && block.hash.len() == 64);
}

#[tokio::test]
async fn events_of_a_failed_transaction_are_not_read() {
    let kinds: Vec<&str> = block(5).await.facts.iter().map(|f| f.kind.word()).collect();
    assert_eq!(kinds, ["ack-written"]);
}
