//! A plan is proved only from what verifies; each lie alone is refused, beside the same plan without it.

use govhub_ibc::types::{self, Acknowledgement, ClientInfo, CounterpartyInfo, Packet as RawPacket, Payload};
use govhub_ibc::types::{QueryClientRequest, QueryConsensusStateRequest, QueryConsensusStateResponse, QueryHeaderRequest};
use govhub_types::tx::Tx;
use govhub_types::{Height, KeyKind, SigningKey, Time};
use govrelay_cometbft::{prove, watch, Chain, Ready, Signer};
use govrelay_core::batch::{Item, Plan, Target};
use govrelay_core::{Account, End, Failure, Hop, Lane, Packet, PacketKey, Side, Watched};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde_json::Value;

use crate::chain::{Block, TestChain, TIME_0};
use crate::node::{connect, serve, Shared};

const CLIENT: &str = "07-tendermint-0";
const OTHER: &str = "07-tendermint-1";

fn lane() -> Lane {
    let end = |chain: &str, client: &str| End { chain: chain.parse().expect("a name"), client: client.parse().expect("an id") };
    Lane { name: "lane".parse().expect("a name"), a: end("source", OTHER), b: end("host", CLIENT), paused: false }
}

fn raw_packet(sequence: u64) -> RawPacket {
    let payload = Payload {
        source_port: types::PORT.into(),
        destination_port: types::PORT.into(),
        version: types::VERSION.into(),
        encoding: types::ENCODING.into(),
        value: vec![1, 2, 3],
    };
    RawPacket {
        sequence,
        source_client: OTHER.into(),
        destination_client: CLIENT.into(),
        timeout_timestamp: TIME_0 as u64 + 500,
        payloads: vec![payload],
    }
}

fn packet(raw: &RawPacket) -> Packet {
    Packet {
        source_client: raw.source_client.parse().expect("an id"),
        dest_client: raw.destination_client.parse().expect("an id"),
        sequence: raw.sequence,
        timeout_s: raw.timeout_timestamp,
        bytes: raw.encode_to_vec(),
    }
}

fn acknowledgement() -> Acknowledgement {
    types::success_acknowledgement(vec![9, 9])
}

/// A source that committed packet 1, and received and acknowledged packet 2, in block 3, and is at block 5; a host whose client is at block 2.
struct Scene {
    source: Chain,
    source_node: Shared,
    host: Chain,
    host_node: Shared,
    signer: Signer,
}

async fn scene() -> Scene {
    let mut source = TestChain::new("source-1", 1);
    source.make_block().make_block();
    source.ibc.insert(&types::packet_commitment_path(OTHER, 1), &types::commit_packet(&raw_packet(1)));
    source.ibc.insert(&types::packet_acknowledgement_path(CLIENT, 2), &types::commit_acknowledgement(&acknowledgement()));
    source.ibc.insert(&types::packet_receipt_path(CLIENT, 2), &types::RECEIPT);
    source.make_block().make_block().make_block();
    let mut host = TestChain::new("host-1", 2);
    host.make_block();
    let (source_url, source_node) = serve(source).await;
    let (host_url, host_node) = serve(host).await;
    let signer = Signer::new(SigningKey::from_seed(KeyKind::Ed25519, &[5; 32]));
    let scene = Scene { source: connect("source-1", &[&source_url]), source_node, host: connect("host-1", &[&host_url]), host_node, signer };
    scene.host_client_at(2);
    scene
}

impl Scene {
    fn answer(&self, name: &str, request: &impl Message, value: &impl Message) {
        let mut node = self.host_node.lock().expect("free");
        node.answers.insert((format!("/govhub.ibc.v1.Query/{name}"), request.encode_to_vec()), value.encode_to_vec());
    }

    fn host_state_at(&self, height: u64, state: Any) {
        let at = Some(Height::new(1, height).into());
        let request = QueryConsensusStateRequest { client_id: CLIENT.into(), height: at, at_or_below: false };
        self.answer("ConsensusState", &request, &QueryConsensusStateResponse { height: at, consensus_state: Some(state) });
    }

    fn host_client_at(&self, height: u64) {
        let (client, state) = self.source_node.lock().expect("free").chain.client_at(height);
        let info = ClientInfo {
            client_id: CLIENT.into(),
            chain_id: "source-1".into(),
            status: "active".into(),
            latest_height: Some(Height::new(1, height).into()),
            counterparty: Some(CounterpartyInfo { merkle_prefix: types::merkle_prefix(), client_id: OTHER.into() }),
            client_state: Some(client),
            ..ClientInfo::default()
        };
        self.answer("Client", &QueryClientRequest { client_id: CLIENT.into() }, &info);
        self.host_state_at(height, state);
    }

    async fn prove(&self, items: Vec<Item>) -> Result<Ready, Failure> {
        let plan = Plan {
            batch: 1,
            target: Target { lane: lane().name, side: Side::B },
            host: "host".parse().expect("a name"),
            source: "source".parse().expect("a name"),
            header_height: 5,
            evidence: None,
            update: true,
            account: Some(Account { number: 3, sequence: 7 }),
            items,
        };
        let host_time = Time::from_unix_s(TIME_0 as u64 + 6);
        prove(&plan, &lane(), &self.host, &self.source, &self.signer, host_time, None).await
    }

    fn bend(&self, method: &'static str, bend: impl Fn(&mut Value) + Send + 'static) {
        let bend = Box::new(move |asked: &str, reply: &mut Value| {
            if asked == method {
                bend(reply);
            }
        });
        self.source_node.lock().expect("free").bend = Some(bend);
    }
}

fn item(hop: Hop, raw: &RawPacket, acknowledgement: Vec<u8>) -> Item {
    let source = if hop == Hop::Recv { Side::A } else { Side::B };
    Item { key: PacketKey { lane: lane().name, source, sequence: raw.sequence }, hop, packet: packet(raw), acknowledgement }
}

fn recv() -> Item {
    item(Hop::Recv, &raw_packet(1), Vec::new())
}

fn only_failure(ready: &Ready) -> &Failure {
    assert_eq!((&ready.proved.tx_hash, &ready.bytes), (&None, &None), "something was signed");
    ready.proved.items[0].result.as_ref().expect_err("the lie is seen")
}

fn urls(ready: &Ready) -> Vec<String> {
    let tx = Tx::decode(ready.bytes.as_deref().expect("signed")).expect("a transaction");
    tx.messages.into_iter().map(|m| m.type_url).collect()
}

#[tokio::test]
async fn a_true_packet_becomes_an_update_and_a_recv_in_one_signed_transaction() {
    let ready = scene().await.prove(vec![recv()]).await.expect("proved");
    assert_eq!(urls(&ready), [types::url::UPDATE_CLIENT, types::url::RECV_PACKET]);
    let tx = Tx::decode(ready.bytes.as_deref().expect("signed")).expect("a transaction");
    tx.verify_signatures(&"host-1".parse().expect("an id"), &[3]).expect("signed for this account");
    assert_eq!(tx.signers[0].sequence, 7);
    let verified = ready.proved.items[0].result.as_ref().expect("verified");
    assert_eq!((verified.what.as_str(), verified.height.as_str()), ("packet commitment", "1-5"));
    assert!(verified.proof_bytes > 0 && ready.proved.update.is_some());
}

#[tokio::test]
async fn a_packet_that_differs_from_its_commitment_is_not_sent() {
    let mut bent = raw_packet(1);
    bent.payloads[0].value = vec![1, 2, 4];
    let ready = scene().await.prove(vec![item(Hop::Recv, &bent, Vec::new())]).await.expect("judged");
    assert!(matches!(only_failure(&ready), Failure::Rejected(w) if w.contains("value-mismatch")), "{:?}", ready.proved.items);
}

#[tokio::test]
async fn a_tampered_proof_is_not_sent_and_its_twin_is() {
    let scene = scene().await;
    scene.bend("abci_query", |reply| {
        let op = &mut reply["result"]["response"]["proofOps"]["ops"][1]["data"];
        let mut text: Vec<char> = op.as_str().expect("text").chars().collect();
        let at = text.len() - 20;
        text[at] = if text[at] == 'A' { 'B' } else { 'A' };
        *op = text.into_iter().collect::<String>().into();
    });
    let ready = scene.prove(vec![recv()]).await.expect("judged");
    assert!(matches!(only_failure(&ready), Failure::Rejected(_)), "{:?}", ready.proved.items);
    scene.source_node.lock().expect("free").bend = None;
    assert!(scene.prove(vec![recv()]).await.expect("proved").bytes.is_some());
}

#[tokio::test]
async fn one_bad_item_does_not_keep_the_others_out() {
    let ready = scene().await.prove(vec![item(Hop::Recv, &raw_packet(3), Vec::new()), recv()]).await.expect("judged");
    assert!(ready.proved.items[0].result.is_err() && ready.proved.items[1].result.is_ok());
    assert_eq!(urls(&ready), [types::url::UPDATE_CLIENT, types::url::RECV_PACKET]);
}

#[tokio::test]
async fn a_header_signed_by_another_key_is_not_sent() {
    let scene = scene().await;
    let forged = {
        // The real header with the signature bytes of another key.
        let node = scene.source_node.lock().expect("free");
        let real = &node.chain.blocks[4].signed;
        let mut commit = real.commit.clone();
        commit.signatures[0] = match TestChain::new("source-1", 9).sign(real.header.clone()).commit.signatures[0].clone() {
            tendermint::block::CommitSig::BlockIdFlagCommit { timestamp, signature, .. } => tendermint::block::CommitSig::BlockIdFlagCommit {
                validator_address: node.chain.validators()[0].address,
                timestamp,
                signature,
            },
            other => other,
        };
        serde_json::json!({ "header": real.header, "commit": commit })
    };
    scene.bend("commit", move |reply| reply["result"]["signed_header"] = forged.clone());
    let failure = scene.prove(vec![recv()]).await.expect_err("refused");
    assert!(matches!(&failure, Failure::Client(w) if w.contains("invalid-signature")), "{failure:?}");
}

#[tokio::test]
async fn a_header_that_the_host_has_is_not_sent_again() {
    let scene = scene().await;
    scene.host_client_at(5);
    let ready = scene.prove(vec![recv()]).await.expect("proved");
    assert_eq!((urls(&ready), &ready.proved.update), (vec![types::url::RECV_PACKET.to_owned()], &None));
}

#[tokio::test]
async fn a_true_acknowledgement_is_sent_and_another_is_not() {
    let scene = scene().await;
    let good = item(Hop::Ack, &raw_packet(2), acknowledgement().encode_to_vec());
    assert_eq!(urls(&scene.prove(vec![good]).await.expect("proved"))[1], types::url::ACKNOWLEDGEMENT);
    let other = types::success_acknowledgement(vec![8]).encode_to_vec();
    let ready = scene.prove(vec![item(Hop::Ack, &raw_packet(2), other)]).await.expect("judged");
    assert!(matches!(only_failure(&ready), Failure::Rejected(_)));
}

#[tokio::test]
async fn absence_of_a_receipt_is_proved_and_a_present_one_is_no_timeout() {
    let scene = scene().await;
    let absent = item(Hop::Timeout, &raw_packet(7), Vec::new());
    assert_eq!(urls(&scene.prove(vec![absent]).await.expect("proved"))[1], types::url::TIMEOUT);
    let ready = scene.prove(vec![item(Hop::Timeout, &raw_packet(2), Vec::new())]).await.expect("judged");
    assert!(matches!(only_failure(&ready), Failure::Rejected(_)));
}

#[tokio::test]
async fn a_settled_packet_is_redundant_and_nothing_is_signed() {
    let ready = scene().await.prove(vec![item(Hop::Recv, &raw_packet(8), Vec::new())]).await.expect("judged");
    assert!(matches!(only_failure(&ready), Failure::Redundant(_)));
}

#[tokio::test]
async fn a_client_of_another_chain_is_named() {
    let scene = Scene { source: connect("other-1", &["http://127.0.0.1:9"]), ..scene().await };
    let failure = scene.prove(vec![recv()]).await.expect_err("refused");
    assert!(matches!(&failure, Failure::Client(w) if w.contains("follows `source-1`")), "{failure:?}");
}

#[tokio::test]
async fn the_watch_agrees_with_a_true_header_and_makes_evidence_of_two() {
    let scene = scene().await;
    let true_state = scene.source_node.lock().expect("free").chain.client_at(5).1;
    scene.host_state_at(5, true_state);
    let client = CLIENT.parse().expect("an id");
    let now = Time::from_unix_s(TIME_0 as u64 + 6);
    let at = Height::new(1, 5);
    assert_eq!(watch(&client, at, &scene.host, &scene.source, now).await, (Watched::Agrees, None));

    // A second block 5 of the same validator, which the host's client took; the chain's own block 5 is another.
    let mut fork = scene.source_node.lock().expect("free").chain.clone();
    fork.blocks.truncate(4);
    let signed = fork.sign(fork.header(5, vec![66; 32]));
    fork.blocks.push(Block { signed, ibc: fork.ibc.clone() });
    scene.host_state_at(5, fork.client_at(5).1);
    let (url, _node) = serve(fork).await;
    let forged = connect("source-1", &[&url]).header(Height::new(1, 2), 5).await.expect("a header").any;
    scene.answer("Header", &QueryHeaderRequest { client_id: CLIENT.into(), height: Some(at.into()) }, &forged);
    let (found, evidence) = watch(&client, at, &scene.host, &scene.source, now).await;
    assert!(matches!(&found, Watched::Conflict(_)), "{found:?}");
    assert_eq!(evidence.expect("evidence").message.type_url, govhub_lc_cometbft::MISBEHAVIOUR_URL);
}
