//! Every read and broadcast, driven by the unmodified `tendermint-rpc` client in its 0.38 dialect.

use std::time::Duration;

use futures::StreamExt;
use ics23::HostFunctionsManager;
use prost::Message;
use tendermint::Hash;
use tendermint_rpc::client::CompatMode;
use tendermint_rpc::event::EventData;
use tendermint_rpc::query::{EventType, Query};
use tendermint_rpc::dialect::Dialect;
use tendermint_rpc::endpoint::subscribe;
use tendermint_rpc::request::RequestMessage;
use tendermint_rpc::{Client, Method, Paging, Request, SimpleRequest, SubscriptionClient, WebSocketClient};

use crate::light_client::data;
use crate::world::{get, post, start, PATIENCE};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_genesis_and_info_say_what_the_node_is() {
    let world = start(50).await;
    world.reach(2).await;
    let status = world.http.status().await.expect("status");
    assert_eq!(status.node_info.network.as_str(), "notebook-1");
    assert!(status.sync_info.latest_block_height.value() >= 2);
    assert_eq!(status.sync_info.earliest_block_height.value(), 1);
    assert_eq!(status.validator_info.power.value(), 10);
    let genesis: tendermint::Genesis<serde_json::Value> = world.http.genesis().await.expect("genesis");
    assert_eq!(genesis.chain_id.as_str(), "notebook-1");
    assert_eq!(genesis.app_state["network"], "dev");
    let info = world.http.abci_info().await.expect("info");
    assert!(info.last_block_height.value() >= 2);
    assert_eq!(info.app_version, 1);
    world.http.health().await.expect("health");
    let params = world.http.consensus_params(1u32).await.expect("params");
    assert_eq!(params.consensus_params.block.max_bytes, 1_048_576);
    let (_, raw) = get(&world, "/consensus_params?height=1").await;
    let mut said = genesis_document(&world).await["consensus_params"].clone();
    said["version"] = serde_json::json!({"app": "1"});
    assert_eq!(raw["result"]["consensus_params"], said, "what genesis says, and nothing else");
}

/// The genesis document as the node gives it out.
async fn genesis_document(world: &crate::world::World) -> serde_json::Value {
    get(world, "/genesis").await.1["result"]["genesis"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_headers_commits_and_validators_agree_with_each_other() {
    let world = start(50).await;
    world.post("s0:a=1").await;
    let tip = world.post("s0:b=2").await;
    world.reach(tip + 1).await;
    for height in 1..=tip as u32 {
        let block = world.http.block(height).await.expect("block");
        let commit = world.http.commit(height).await.expect("commit");
        let header = world.http.header(height).await.expect("header").header;
        let validators = world.http.validators(height, Paging::All).await.expect("validators");
        assert_eq!(block.block.header, header);
        assert_eq!(commit.signed_header.header, header);
        assert_eq!(block.block_id.hash, header.hash());
        assert_eq!(commit.signed_header.commit.block_id, block.block_id);
        assert!(commit.canonical);
        let set = tendermint::validator::Set::without_proposer(validators.validators);
        assert_eq!(set.hash(), header.validators_hash);
        let by_hash = world.http.block_by_hash(header.hash()).await.expect("by hash");
        assert_eq!(by_hash.block.map(|b| b.header), Some(header.clone()));
        assert_eq!(world.http.header_by_hash(header.hash()).await.expect("by hash").header, Some(header));
    }
    let metas = world.http.blockchain(1u32, tip as u32).await.expect("blockchain").block_metas;
    assert_eq!(metas.first().map(|m| m.header.height.value()), Some(tip));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_of_a_block_hold_codes_data_events_and_hash_into_the_next_header() {
    let world = start(50).await;
    let good = world.post("s0:a=1").await;
    let results = world.http.block_results(good as u32).await.expect("results");
    let txs = results.txs_results.expect("one transaction");
    assert_eq!((txs[0].code.value(), data(&txs[0]), txs[0].gas_used), (0, b"1".to_vec(), 5));
    assert_eq!(txs[0].events[0].kind, "note");
    assert_eq!(txs[0].events[0].attributes[0].value_str().expect("text"), "a");
    let refused = world.post("s0:b=refuse").await;
    let results = world.http.block_results(refused as u32).await.expect("results").txs_results.expect("one transaction");
    assert_eq!((results[0].code.value(), results[0].log.as_str()), (40, "refused in the block"));
    let next = world.http.header(refused as u32 + 1);
    world.reach(refused + 1).await;
    // Leaf: ExecTxResult {1: code 40, 5: gas_wanted 10, 6: gas_used 3}.
    let leaf = [0x08, 40, 0x28, 10, 0x30, 3];
    let root = tendermint::merkle::simple_hash_from_byte_vectors::<tendermint::crypto::default::Sha256>(&[leaf.to_vec()]);
    assert_eq!(next.await.expect("header").header.last_results_hash, Some(Hash::Sha256(root)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_due_item_stands_in_the_events_of_its_block() {
    let world = start(5_000).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let height = world.post(&format!("s0:due@{}=1", now + 1)).await;
    world.reach(height + 1).await;
    let results = world.http.block_results(height as u32 + 1).await.expect("results");
    assert_eq!(results.finalize_block_events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["due"]);
    assert_eq!(results.txs_results, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presence_and_absence_are_proved_under_the_next_header_and_a_changed_value_is_not() {
    let world = start(50).await;
    let height = world.post("s0:colour=blue").await;
    world.reach(height + 1).await;
    let root = world.http.header(height as u32 + 1).await.expect("header").header.app_hash;
    for (key, value) in [("colour", Some("blue")), ("shape", None)] {
        let at = Some((height as u32).into());
        let answer = world.http.abci_query(Some("/store/evidence/key".into()), key, at, true).await.expect("answer");
        assert_eq!((answer.height.value(), answer.value.as_slice()), (height, value.unwrap_or_default().as_bytes()));
        let ops = answer.proof.expect("a proof").ops;
        assert_eq!(ops.len(), 2);
        let [leaf, top] = [&ops[0], &ops[1]].map(|op| ics23::CommitmentProof::decode(op.data.as_slice()).expect("a proof"));
        assert_eq!((ops[0].key.as_slice(), ops[1].key.as_slice()), (key.as_bytes(), b"evidence".as_slice()));
        let spec = &govhub_store::proof_specs()[0];
        let substore = ics23::calculate_existence_root::<HostFunctionsManager>(existence(&leaf)).expect("a root").to_vec();
        assert!(ics23::verify_membership::<HostFunctionsManager>(&top, spec, &root.as_bytes().to_vec(), b"evidence", &substore));
        match value {
            Some(value) => {
                assert!(ics23::verify_membership::<HostFunctionsManager>(&leaf, spec, &substore, key.as_bytes(), value.as_bytes()));
                assert!(!ics23::verify_membership::<HostFunctionsManager>(&leaf, spec, &substore, key.as_bytes(), b"red"));
            }
            None => {
                assert!(ics23::verify_non_membership::<HostFunctionsManager>(&leaf, spec, &substore, key.as_bytes()));
                assert!(!ics23::verify_non_membership::<HostFunctionsManager>(&leaf, spec, &substore, b"colour"));
            }
        }
    }
}

/// The existence proof inside, or that of a neighbour for an absence.
fn existence(proof: &ics23::CommitmentProof) -> &ics23::ExistenceProof {
    match proof.proof.as_ref().expect("a proof") {
        ics23::commitment_proof::Proof::Exist(exist) => exist,
        ics23::commitment_proof::Proof::Nonexist(absent) => absent.left.as_ref().or(absent.right.as_ref()).expect("a neighbour"),
        other => panic!("neither presence nor absence: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_query_paths_ask_the_state_machine() {
    let world = start(50).await;
    world.post("s0:colour=blue").await;
    let answer = world.http.abci_query(Some("/notebook/get".into()), "colour", None, false).await.expect("answer");
    assert_eq!(answer.value, b"blue");
    let refused = world.http.abci_query(Some("/notebook/get".into()), "shape", None, false).await.expect("answer");
    assert_eq!((refused.code.value(), refused.codespace.as_str()), (8, "notebook"));
    let unproved = world.http.abci_query(Some("/notebook/get".into()), "colour", None, true).await.expect("answer");
    assert!(unproved.code.is_err() && unproved.log.contains("cannot be proved"));
    let future = world.http.abci_query(Some("store/ibc/key".into()), "x", Some(1_000_000u32.into()), true).await.expect("answer");
    assert!(future.code.is_err() && future.log.contains("no state at version"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_is_found_by_hash_with_a_proof_under_data_hash() {
    let world = start(50).await;
    let answer = world.http.broadcast_tx_commit(b"s0:a=1".to_vec()).await.expect("included");
    let found = world.http.tx(answer.hash, true).await.expect("found");
    assert_eq!((found.height, found.tx.as_slice(), found.tx_result.code.value()), (answer.height, b"s0:a=1".as_slice(), 0));
    let proof = found.proof.expect("a proof");
    let header = world.http.header(answer.height).await.expect("header").header;
    assert_eq!(Some(proof.root_hash), header.data_hash);
    assert_eq!(proof.proof.leaf_hash, Hash::Sha256(govhub_consensus::merkle::leaf_hash(answer.hash.as_bytes())));
    let unknown = world.http.tx(Hash::Sha256([9; 32]), false).await.expect_err("unknown");
    assert!(format!("{unknown:?}").contains("not found"), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_three_broadcasts_differ_in_what_they_wait_for() {
    let world = start(50).await;
    let sync = world.http.broadcast_tx_sync(b"s0:a=1".to_vec()).await.expect("checked");
    assert!(sync.code.is_ok());
    let refused = world.http.broadcast_tx_sync(b"s0:a=no".to_vec()).await.expect("checked");
    assert_eq!((refused.code.value(), refused.log.as_str()), (7, "no"));
    let nobody = world.http.broadcast_tx_sync(b"x1:a=1".to_vec()).await.expect("checked");
    assert_eq!(nobody.log, "unknown sender");
    world.http.broadcast_tx_async(b"s1:b=2".to_vec()).await.expect("taken");
    let commit = world.http.broadcast_tx_commit(b"s2:c=refuse".to_vec()).await.expect("included");
    assert_eq!((commit.check_tx.code.value(), commit.tx_result.code.value()), (0, 40));
    let commit = world.http.broadcast_tx_commit(b"s2:c=no".to_vec()).await.expect("answered");
    assert_eq!((commit.check_tx.code.value(), commit.height.value()), (7, 0));
    let found = async {
        while world.http.tx(sync.hash, false).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("the checked transaction is included");
}

/// `subscribe` as a call like any other.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct PlainSubscribe {
    query: String,
}

impl RequestMessage for PlainSubscribe {
    fn method(&self) -> Method {
        Method::Subscribe
    }
}

impl<S: Dialect> Request<S> for PlainSubscribe {
    type Response = subscribe::Response;
}

impl<S: Dialect> SimpleRequest<S> for PlainSubscribe {
    type Output = subscribe::Response;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions_tell_of_blocks_and_of_matching_transactions_only() {
    let world = start(50).await;
    let url: tendermint_rpc::WebSocketClientUrl = format!("ws://{}/websocket", world.node.rpc_addr()).parse().expect("a URL");
    let (client, driver) = WebSocketClient::builder(url).compat_mode(CompatMode::V0_38).build().await.expect("connected");
    let driver = tokio::spawn(driver.run());
    let mut blocks = client.subscribe(Query::from(EventType::NewBlock)).await.expect("subscribed");
    let mut notes = client.subscribe(Query::from(EventType::Tx).and_eq("note.key", "b")).await.expect("subscribed");
    world.post("s0:a=1").await;
    let height = world.post("s0:b=2").await;
    async fn next(stream: &mut tendermint_rpc::Subscription) -> tendermint_rpc::event::Event {
        tokio::time::timeout(PATIENCE, stream.next()).await.expect("in time").expect("open").expect("an event")
    }
    let event = next(&mut notes).await;
    let EventData::Tx { tx_result } = event.data else { panic!("a transaction") };
    assert_eq!((tx_result.height as u64, tx_result.tx.as_slice()), (height, b"s0:b=2".as_slice()));
    let events = event.events.expect("events");
    assert_eq!(events["note.key"], ["b"]);
    let event = next(&mut blocks).await;
    let EventData::NewBlock { block: Some(block), block_id, .. } = event.data else { panic!("a block") };
    assert_eq!(block_id.hash, block.header.hash());
    // `subscribe` of the client takes any reply for a yes; the plain call shows the refusal.
    let refused = client.perform(PlainSubscribe { query: "tx.height > 5".into() }).await;
    assert!(refused.expect_err("not understood").to_string().contains("only `=`"));
    client.unsubscribe(Query::from(EventType::NewBlock)).await.expect("unsubscribed");
    // Calls go over the same connection.
    assert!(client.status().await.expect("status").sync_info.latest_block_height.value() >= height);
    client.close().expect("closed");
    driver.await.expect("joined").expect("clean");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uri_calls_and_positional_arguments_give_what_json_rpc_gives() {
    let world = start(50).await;
    world.reach(2).await;
    let (status, by_uri) = get(&world, "/block?height=1").await;
    assert_eq!((status, by_uri["id"].as_i64()), (200, Some(-1)));
    let (_, by_place) = post(&world, r#"{"jsonrpc":"2.0","id":7,"method":"block","params":["1"]}"#).await;
    assert_eq!(by_place["id"], 7);
    assert_eq!(by_uri["result"], by_place["result"]);
    // The last block id of the first header is Go's zero value, not null.
    assert_eq!(by_uri["result"]["block"]["header"]["last_block_id"]["parts"]["total"], 0);
    let (_, query) = get(&world, "/abci_query?path=%22/notebook/get%22&data=%22nothing%22").await;
    assert_eq!(query["result"]["response"]["code"], 8);
    let (_, batch) = post(&world, r#"[{"jsonrpc":"2.0","id":1,"method":"health"},{"jsonrpc":"2.0","id":2,"method":"status","params":{}}]"#).await;
    assert_eq!((batch[0]["id"].as_i64(), batch[1]["id"].as_i64()), (Some(1), Some(2)));
}
