//! Files as nodes and the chain's tool write them, and trust files made from them.

use std::collections::BTreeMap;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_chainmaker::native::{check_proof, explain, items, self_check, trust_file, update};
use govhub_lc_chainmaker::proto::chainmaker::v2 as chain;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, ClientState, Consensus, ConsensusState, Suite};
use govhub_lc_core::native::Item;
use govhub_lc_core::{CheckOutcome, LightClient, Reason, TrustFile};
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde_json::{json, Map, Value};

use crate::world::{cert_chain, chain as fresh, note, said, CERT, KINDS};

fn refused<T: std::fmt::Debug>(result: Result<T, Reason>) -> &'static str {
    result.expect_err("must be refused").code
}

fn headers(items: &[Item]) -> Vec<&Any> {
    items.iter().filter_map(|item| match item { Item::Header { header, .. } => Some(header), Item::Proof { .. } => None }).collect()
}

#[test]
fn a_block_gives_one_message_in_whatever_form_it_comes() {
    for (auth_type, suite) in KINDS {
        let mut chain = fresh(auth_type, suite);
        let made = chain.make(&[note(), Call { events: vec![("topic".into(), vec!["a".into(), String::new()])], ..note() }, Call::failing("T")]);
        let bytes = made.info().encode_to_vec();
        let plain = items(&bytes).expect("protobuf");
        assert_eq!(headers(&plain), [&made.update()]);
        assert_eq!(plain.len(), 3, "a header and two transactions that succeeded");
        assert_eq!(plain[0].label(), "block 1 of `shenzhen`");
        let response = chain::TxResponse { contract_result: Some(chain::ContractResult { result: bytes.clone(), ..Default::default() }), ..Default::default() };
        let json = json_of(&made);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let text = STANDARD.encode(&bytes);
        for (form, file) in [
            ("answer", response.encode_to_vec()),
            ("JSON", json.to_string().into_bytes()),
            ("hexadecimal", hex.clone().into_bytes()),
            ("base64", format!("\n {text}\n").into_bytes()),
        ] {
            assert_eq!(items(&file).expect(form), plain, "{form}");
        }
        let twice = [plain.clone(), plain].concat();
        assert_eq!(items(json!([json, json_of(&made)]).to_string().as_bytes()).expect("a list"), twice);
        assert_eq!(items(format!("{hex}\n{text}").as_bytes()).expect("lines"), twice);
    }
}

/// The block as the chain's tool prints it.
fn json_of(made: &Made) -> Value {
    let text = |bytes: &[u8]| json!(String::from_utf8_lossy(bytes));
    let bytes = |bytes: &[u8]| json!(STANDARD.encode(bytes));
    let member = |member: &chain::Member| json!({ "org_id": text(&member.org_id), "member_type": member.member_type, "member_info": bytes(&member.member_info) });
    let entry = |entry: &chain::EndorsementEntry| json!({ "signer": member(entry.signer.as_ref().expect("one")), "signature": bytes(&entry.signature) });
    let (header, info) = (&made.header, made.info());
    let txs = made.txs.iter().map(|tx| {
        let (payload, result) = (tx.payload.as_ref().expect("one"), tx.result.as_ref().expect("one"));
        let contract = result.contract_result.as_ref().expect("one");
        let events = contract.contract_event.iter().map(|event| json!({
            "topic": text(&event.topic), "tx_id": text(&event.tx_id), "contract_name": text(&event.contract_name),
            "contract_version": text(&event.contract_version), "event_data": event.event_data.iter().map(|data| text(data)).collect::<Vec<_>>(),
        }));
        json!({
            "payload": { "chain_id": text(&payload.chain_id), "tx_id": text(&payload.tx_id), "timestamp": payload.timestamp, "contract_name": text(&payload.contract_name), "method": text(&payload.method) },
            "sender": entry(tx.sender.as_ref().expect("one")),
            "result": { "code": result.code, "rw_set_hash": bytes(&result.rw_set_hash), "contract_result": {
                "code": contract.code, "result": bytes(&contract.result), "gas_used": contract.gas_used, "contract_event": events.collect::<Vec<_>>(),
            }},
        })
    });
    let rw_sets = made.rw_sets.iter().map(|set| json!({
        "tx_id": text(&set.tx_id),
        "tx_writes": set.tx_writes.iter().map(|write| json!({ "key": bytes(&write.key), "value": bytes(&write.value), "contract_name": text(&write.contract_name) })).collect::<Vec<_>>(),
    }));
    let extra = &info.block.as_ref().and_then(|block| block.additional_data.as_ref()).expect("votes").extra_data[0];
    let extra_data: Map<String, Value> = [(String::from_utf8_lossy(&extra.key).into_owned(), bytes(&extra.value))].into_iter().collect();
    json!({
        "block": {
            "header": {
                "block_version": header.block_version, "block_type": header.block_type, "chain_id": text(&header.chain_id), "block_height": header.block_height,
                "block_hash": bytes(&header.block_hash), "pre_block_hash": bytes(&header.pre_block_hash), "pre_conf_height": header.pre_conf_height,
                "tx_count": header.tx_count, "tx_root": bytes(&header.tx_root), "dag_hash": bytes(&header.dag_hash), "rw_set_root": bytes(&header.rw_set_root),
                "block_timestamp": header.block_timestamp, "consensus_args": null, "proposer": member(header.proposer.as_ref().expect("one")), "signature": bytes(&header.signature),
            },
            "dag": { "vertexes": [{ "neighbors": [] }] },
            "txs": txs.collect::<Vec<_>>(),
            "additional_data": { "extra_data": extra_data },
        },
        "rwset_list": rw_sets.collect::<Vec<_>>(),
    })
}

#[test]
fn what_is_no_block_is_refused_with_what_is_wrong() {
    let mut chain = cert_chain();
    let good = json_of(&chain.make(&[note()]));
    let bent = |bend: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        bend(&mut value);
        refused(items(value.to_string().as_bytes()))
    };
    assert_eq!(refused(items(b"")), "native-unknown");
    assert_eq!(refused(items(b"hello")), "native-unknown");
    assert_eq!(refused(items(&[0xff; 40])), "native-unknown");
    assert_eq!(refused(items(b"{")), "native-json");
    assert_eq!(refused(items(b"{}")), "native-unknown");
    assert_eq!(bent(&|value| value["block"]["header"]["height"] = json!(1)), "native-json", "an unknown field");
    assert_eq!(bent(&|value| value["block"]["header"]["block_height"] = json!("1")), "native-json");
    assert_eq!(bent(&|value| value["block"]["header"]["block_hash"] = json!("%")), "native-json");
    assert_eq!(bent(&|value| value["block"]["header"]["chain_id"] = json!(7)), "native-json");
    assert_eq!(bent(&|value| value["block"]["txs"] = json!({})), "native-json");
    assert_eq!(bent(&|value| value["block"]["header"] = json!([])), "native-json");
    assert_eq!(bent(&|value| value["block"]["header"]["block_hash"] = json!("")), "native-unknown", "no block without a hash");
}

#[test]
fn a_transaction_with_its_path_is_a_proof() {
    let mut chain = cert_chain();
    let made = chain.make(&[note(), note(), note()]);
    let mut follower = Follower::of(&chain);
    assert_eq!(said(follower.offer(&made.update())), "accepted");
    let proof = made.proof(chain.network.suite, 1);
    let info = chain::TransactionInfo { transaction: proof.tx.clone(), block_height: 1, tx_index: 1, rw_set: proof.rw_set.clone(), ..Default::default() };
    let path: Vec<String> = proof.path.iter().map(|step| STANDARD.encode(step)).collect();
    let file = json!({ "transaction_info": STANDARD.encode(info.encode_to_vec()), "merkle_path": path });
    let found = items(file.to_string().as_bytes()).expect("a proof");
    let [Item::Proof { label, proof }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(label, &format!("transaction {} of block 1 (T.P)", String::from_utf8_lossy(&made.rw_sets[1].tx_id)));
    assert!(check_proof(&follower.client, &follower, proof).is_ok());
}

#[test]
fn proofs_show_success_events_and_writes_and_nothing_else() {
    let mut chain = cert_chain();
    let made = chain.make(&[Call { events: vec![("Stored".into(), vec!["a".into()])], ..note() }, Call::failing("T")]);
    let mut follower = Follower::of(&chain);
    assert_eq!(said(follower.offer(&made.update())), "accepted");
    let suite = chain.network.suite;
    let good = raw::ProofFile {
        height: 1,
        proof: Some(made.proof(suite, 0)),
        event: 1,
        write: Some(raw::Written { contract: "T".into(), key: b"key".to_vec(), value: b"value".to_vec() }),
    };
    let judge = |bend: &dyn Fn(&mut raw::ProofFile)| {
        let mut file = good.clone();
        bend(&mut file);
        check_proof(&follower.client, &follower, &file.encode_to_vec()).map(|checks| checks.iter().map(|check| check.name).collect::<Vec<_>>()).map_err(|reason| reason.code)
    };
    assert_eq!(judge(&|_| {}), Ok(vec!["block-accepted", "transaction-in-block", "transaction-succeeded", "event", "written"]));
    assert_eq!(judge(&|file| { file.event = 0; file.write = None }), Ok(vec!["block-accepted", "transaction-in-block", "transaction-succeeded", "write-set"]));
    assert_eq!(judge(&|file| file.event = 2), Err("event-index"));
    assert_eq!(judge(&|file| file.write.as_mut().expect("one").value = b"other".to_vec()), Err("value-mismatch"));
    assert_eq!(judge(&|file| file.write.as_mut().expect("one").contract = "T2".into()), Err("not-written"));
    assert_eq!(judge(&|file| file.proof = None), Err("proof-missing"));
    assert_eq!(judge(&|file| file.proof = Some(made.proof(suite, 1))), Err("tx-failed"));
    assert_eq!(judge(&|file| file.height = 2), Err("height-above-latest"));
    assert_eq!(judge(&|file| { file.write = None; file.proof.as_mut().expect("one").rw_set = made.rw_sets[1].encode_to_vec() }), Err("rw-set"));
    assert_eq!(check_proof(&follower.client, &follower, b"junk").map_err(|reason| reason.code), Err("malformed"));
    // An event that names another transaction.
    let mut chain = cert_chain();
    let mut made = chain.next(&[Call { events: vec![("Stored".into(), vec![])], ..note() }]);
    made.txs[0].result.as_mut().expect("one").contract_result.as_mut().expect("one").contract_event[0].tx_id = b"another".to_vec();
    made.seal(&chain.network);
    chain.push(made.clone());
    let mut follower = Follower::of(&chain);
    assert_eq!(said(follower.offer(&made.update())), "accepted");
    let file = raw::ProofFile { height: 1, proof: Some(made.proof(suite, 0)), event: 1, write: None };
    assert_eq!(check_proof(&follower.client, &follower, &file.encode_to_vec()).map_err(|reason| reason.code), Err("event-tx-id"));
}

#[test]
fn against_itself_a_block_holds_together_or_does_not_and_its_signers_are_never_vouched_for() {
    for (auth_type, suite) in KINDS {
        let mut chain = fresh(auth_type, suite);
        let made = chain.make(&[note()]);
        let judge = |bend: &dyn Fn(&mut Made)| {
            let mut made = made.clone();
            bend(&mut made);
            let found = self_check(&Item::Header { label: String::new(), header: made.update() }).expect("a block");
            found.into_iter().map(|check| (check.name, check.outcome)).collect::<BTreeMap<_, _>>()
        };
        let good = judge(&|_| {});
        assert_eq!(good["signers"], CheckOutcome::NotCheckable);
        assert!(["block-hash", "proposer", "votes", "roots"].iter().all(|name| good[name] == CheckOutcome::Pass), "{good:?}");
        assert_eq!(judge(&|made| made.header.block_timestamp += 1)["block-hash"], CheckOutcome::Fail);
        assert_eq!(judge(&|made| made.header.signature[8] ^= 1)["proposer"], CheckOutcome::Fail);
        assert_eq!(judge(&|made| made.vote_set.votes[1] = made.vote_set.votes[0].clone())["votes"], CheckOutcome::Fail);
        assert_eq!(judge(&|made| made.vote_set.r#type = 0)["votes"], CheckOutcome::Fail);
        assert_eq!(judge(&|made| made.txs[0].result.as_mut().expect("one").code = 1)["roots"], CheckOutcome::Fail);
        assert_eq!(judge(&|made| made.vote_set = Default::default())["votes"], CheckOutcome::NotCheckable);
    }
    let mut chain = cert_chain();
    let made = chain.make(&[note()]);
    let file = raw::ProofFile { height: 1, proof: Some(made.proof(Suite::P256, 0)), event: 0, write: None };
    let checks = self_check(&Item::Proof { label: String::new(), proof: file.encode_to_vec() }).expect("a proof");
    assert_eq!((checks[0].outcome, checks[1].outcome), (CheckOutcome::NotCheckable, CheckOutcome::Pass));
}

fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn founded(file: &TrustFile) -> Follower {
    let client = ClientState::decode(file.params.as_ref().expect("params")).expect("a client");
    let anchor = file.anchor.clone().expect("an anchor");
    assert!(ConsensusState::decode(&anchor).is_ok());
    assert_eq!(file.key_map, client.key_map());
    let states = [(client.latest_height(), anchor)].into();
    Follower { client, states, now: govhub_types::Time::from_unix_s(1_800_003_600) }
}

#[test]
fn a_trust_file_from_genesis_follows_the_chain_in_every_mode_and_suite() {
    for (auth_type, suite) in KINDS {
        let mut chain = fresh(auth_type, suite);
        chain.make(&[note()]);
        chain.reconfigure("CHAIN_CONFIG", Network::new(auth_type, suite, 5));
        chain.make(&[note()]);
        let file = chain.trust_file(&BTreeMap::new()).expect("a genesis block");
        let mut follower = founded(&file);
        assert_eq!((file.family.as_str(), file.chain_id.as_str()), ("gov-chainmaker", "shenzhen"));
        assert_eq!(follower.client.raw().trusting_period_s, 1_209_600);
        assert_eq!(said(follower.offer(&chain.run(1, 3))), "accepted");
    }
}

#[test]
fn a_trust_file_from_a_block_on_the_way_needs_what_that_block_cannot_tell() {
    let mut chain = cert_chain();
    chain.make(&[note()]);
    let five = Network::new(CERT, Suite::P256, 5);
    let config = STANDARD.encode(chain.next_config(&five).encode_to_vec());
    chain.reconfigure("CHAIN_CONFIG", five);
    let ordinary = chain.make(&[note()]);
    chain.make(&[note()]);
    let none: [(&str, &str); 2] = [("frozen", "none"), ("revocations", "none")];
    let with = |made: &Made, more: &[(&str, &str)]| trust_file(&made.info().encode_to_vec(), &options(more));
    // A block that wrote a configuration says it itself.
    assert_eq!(refused(with(&chain.blocks[2], &[])), "option", "frozen certificates are not told");
    assert_eq!(refused(with(&chain.blocks[2], &none[..1])), "option", "nor revoked ones");
    let mut follower = founded(&with(&chain.blocks[2], &none).expect("a configuration block"));
    assert_eq!(said(follower.offer(&chain.run(3, 4))), "accepted");
    assert_eq!(refused(with(&chain.blocks[2], &[none[0], none[1], ("chain_config", &config)])), "option", "it needs no other");
    // Any other needs the configuration beside it, and must be signed by those it names.
    assert_eq!(refused(with(&ordinary, &none)), "option");
    let mut follower = founded(&with(&ordinary, &[none[0], none[1], ("chain_config", &config)]).expect("an ordinary block"));
    assert_eq!(follower.client.authority().conf_height(), 2);
    assert_eq!(said(follower.offer(&chain.run(4, 4))), "accepted");
    let strangers = STANDARD.encode(Network { nodes: (20..24).map(|seed| chain.network.node(seed, "org0.test")).collect(), ..chain.network.clone() }.config(1).encode_to_vec());
    assert_eq!(refused(with(&ordinary, &[none[0], none[1], ("chain_config", &strangers)])), "voter-not-in-set");
}

#[test]
fn options_say_what_is_meant_or_are_refused() {
    let chain = cert_chain();
    let genesis = chain.blocks[0].info().encode_to_vec();
    let with = |pairs: &[(&str, &str)]| trust_file(&genesis, &options(pairs));
    let client = |pairs: &[(&str, &str)]| founded(&with(pairs).expect("good options")).client;
    assert_eq!(client(&[("trusting_period_s", "7")]).raw().trusting_period_s, 7);
    assert_eq!(client(&[("max_clock_drift_s", "7")]).raw().max_clock_drift_s, 7);
    assert_eq!(client(&[("following", "skipping")]).raw().trusting_period_s, 86_400);
    assert_eq!(client(&[("contract", "relay"), ("key", "k")]).raw().key_map.as_ref().map(|map| (map.contract.as_str(), map.prefix.as_slice())), Some(("relay", b"k#".as_slice())));
    let key = STANDARD.encode(govhub_x509::spki_of_key(&chain.network.nodes[0].key.public_key()));
    assert_eq!(client(&[("node_keys", &format!("{}:{key}", chain.network.nodes[0].id))]).raw().node_keys.len(), 1);
    assert_eq!(client(&[("frozen", &"ab".repeat(32))]).authority().raw().frozen.len(), 1);
    let list = STANDARD.encode(chain.network.authority("org0.test").crl(&[9]));
    assert_eq!(client(&[("revocations", &list)]).authority().raw().revocations.len(), 1);
    assert_eq!(with(&[("our_absence", "receipt")]).expect("good").our_absence, govhub_lc_core::AbsenceMode::Receipt as i32);
    for bad in [
        ("colour", "red"), ("trusting_period_s", "long"), ("max_clock_drift_s", "-1"), ("following", "some"), ("trusted_operator", "maybe"), ("node_keys", "x"),
        ("node_keys", "x:%"), ("chain_config", "eA=="), ("frozen", "zz"), ("revocations", "%"), ("revocations", "eA=="), ("our_absence", "never"),
    ] {
        assert_eq!(refused(with(&[bad])), "option", "{bad:?}");
    }
    assert_eq!(refused(with(&[("trusted_operator", "yes")])), "trusted-operator");
    let two = [genesis.clone(), genesis].map(|block| STANDARD.encode(block)).join("\n");
    assert_eq!(refused(trust_file(two.as_bytes(), &BTreeMap::new())), "native-unknown", "one block");
}

#[test]
fn a_block_that_does_not_hold_together_is_no_anchor() {
    let mut chain = cert_chain();
    let made = chain.make(&[note()]);
    let config = STANDARD.encode(Network::new(CERT, Suite::P256, 4).config(0).encode_to_vec());
    let given = options(&[("frozen", "none"), ("revocations", "none"), ("chain_config", &config)]);
    let judge = |bend: &dyn Fn(&mut Made)| {
        let mut made = made.clone();
        bend(&mut made);
        trust_file(&made.info().encode_to_vec(), &given).map(drop).map_err(|reason| reason.code)
    };
    assert_eq!(judge(&|_| {}), Ok(()));
    assert_eq!(judge(&|made| made.header.block_timestamp += 1), Err("block-hash"));
    assert_eq!(judge(&|made| made.txs[0].result = None), Err("tx-root"));
    assert_eq!(judge(&|made| made.rw_sets.clear()), Err("rw-set"));
    assert_eq!(judge(&|made| made.vote_set.votes.truncate(2)), Err("insufficient-quorum"));
    let raft = Chain::new(Network { consensus: Consensus::Raft, ..Network::new(CERT, Suite::P256, 3) });
    assert_eq!(refused(raft.trust_file(&BTreeMap::new())), "trusted-operator");
    assert!(raft.trust_file(&options(&[("trusted_operator", "yes")])).is_ok());
    let mut maxbft = cert_chain();
    let mut genesis = maxbft.blocks.remove(0);
    let mut config = maxbft.network.config(0);
    config.consensus.as_mut().expect("one").r#type = 3;
    genesis.rw_sets[0].tx_writes[0].value = config.encode_to_vec();
    genesis.root(Suite::P256);
    genesis.header.block_hash = genesis.hash(Suite::P256).to_vec();
    assert_eq!(refused(trust_file(&genesis.info().encode_to_vec(), &BTreeMap::new())), "unsupported-consensus");
}

#[test]
fn every_value_of_a_trust_file_is_explained() {
    let chain = fresh(AuthType::PermissionedWithKey, Suite::Sm2);
    let explained = explain(&chain.trust_file(&BTreeMap::new()).expect("a genesis block")).expect("a trust file");
    let value = |name: &str| explained.iter().find(|one| one.name == name).map(|one| one.value.clone()).expect("explained");
    assert_eq!(value("trusts"), "BFT quorum, n=4, f=1");
    assert_eq!(value("nodes"), "org0.test: 1, org1.test: 1, org2.test: 1, org3.test: 1");
    assert_eq!((value("hash"), value("auth_type"), value("quorum")), ("SM3".into(), "permissionedWithKey".into(), "3".into()));
    assert_eq!(value("key_map"), "contract `govhub`, key `ibc#…`");
    assert!(explained.iter().all(|one| !one.meaning.is_empty()));
    assert_eq!(refused(explain(&TrustFile::default())), "params");
}

#[test]
fn certificates_named_by_hash_come_along_and_transactions_that_nobody_can_check_stand_there_by_hash() {
    let mut chain = cert_chain();
    let (key, member) = chain.network.client.clone();
    let hash = chain.network.certificate_hash(&member);
    let register = Call::writing("CERT_MANAGE", vec![("CERT_MANAGE".into(), hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(), member.member_info.clone())]);
    chain.make(&[register]);
    let named = chain::Member { member_type: 1, member_info: hash.to_vec(), ..member.clone() };
    chain.network.client = (key.clone(), named);
    chain.make(&[note()]);
    chain.network.client = (key, chain::Member { member_type: 4, member_info: b"alias".to_vec(), ..member.clone() });
    chain.make(&[note()]);
    let file: Vec<String> = chain.blocks[1..].iter().map(|made| STANDARD.encode(made.info().encode_to_vec())).collect();
    let found = items(file.join("\n").as_bytes()).expect("blocks");
    let mut follower = Follower::of(&chain);
    for header in headers(&found) {
        assert_eq!(said(follower.offer(header)), "accepted");
    }
    assert_eq!(follower.client.latest_height(), Height::new(0, 3));
    let decoded = |header: &Any| raw::Header::decode(header.value.as_slice()).expect("our own");
    assert_eq!(decoded(headers(&found)[1]).certificates, [member.member_info]);
    let entry = |header: &Any| decoded(header).blocks[0].body.clone().expect("whole").entries[0].clone();
    assert!(!entry(headers(&found)[1]).tx.is_empty());
    assert!(entry(headers(&found)[2]).tx.is_empty());
    // Alone, the second block's sender cannot be checked either.
    let alone = update(&chain.blocks[2].info(), std::iter::empty()).expect("a block");
    assert!(entry(&alone).tx.is_empty());
}
