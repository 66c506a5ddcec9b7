//! ICS-02 on a chain: founding, updating, freezing, expiry, recovery, pruning.

use govhub_ibc::client;
use govhub_ibc::types::{consensus_state_path, merkle_prefix, AbsenceMode, TrustFile};
use govhub_lc_cometbft::testing::{client_any, client_state, header_any, members, misbehaviour_any, Draft};
use govhub_lc_cometbft::ProofSpecs;
use govhub_lc_core::{ConsensusStates, Status};
use govhub_store::Column;
use govhub_types::{ClientId, Code, Height};
use ibc_proto::google::protobuf::Any;

use crate::world::{code, follow, register, Chain, Pair, DAY_S};

fn file(chain: &Chain) -> TrustFile {
    chain.trust_file(AbsenceMode::Proof, AbsenceMode::Proof)
}

fn status(chain: &Chain, id: &ClientId) -> Status {
    chain.read(|state, ctx| client::status(state, ctx, id)).expect("a client")
}

/// A fork of `target` at its newest height, as evidence trusting what `host`'s client trusts.
fn fork_evidence(host: &Chain, id: &ClientId, target: &Chain) -> Any {
    let trusted = &target.blocks[&host.latest(id).revision_height];
    let one = target.blocks[&target.height()].clone();
    let two = Draft { app_hash: vec![9; 32], ..one.clone() };
    misbehaviour_any(one.update_from(trusted), two.update_from(trusted))
}

#[test]
fn clients_are_numbered_by_one_counter_and_stored_as_ibc_go_stores_them() {
    let (mut hub, dept) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
    for n in 0..2 {
        let (id, events) = hub.block(|state, ctx, events| client::create(state, ctx, &file(&dept), events));
        assert_eq!(id.expect("founded").as_str(), format!("07-tendermint-{n}"));
        assert_eq!(events[0].kind, "create_client");
    }
    assert!(hub.stored(b"clients/07-tendermint-1/clientState").is_some());
    assert!(hub.stored(b"clients/07-tendermint-1/consensusStates/1-1").is_some());
    assert_eq!(hub.stored(b"nextClientSequence"), Some(2u64.to_be_bytes().to_vec()));
    assert_eq!(hub.stored(b"nextSequenceSend/07-tendermint-1"), Some(1u64.to_be_bytes().to_vec()));
}

#[test]
fn a_trust_file_with_any_rule_broken_founds_nothing() {
    let (mut hub, dept) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
    hub.found(&file(&dept)).expect("the twin is right");
    let bends: [(&str, fn(&mut TrustFile)); 11] = [
        ("unknown-family", |f| f.family = "99-magic".into()),
        ("params", |f| f.params = None),
        ("anchor", |f| f.anchor = None),
        ("anchor-height", |f| f.anchor_height = None),
        ("anchor-height", |f| f.anchor_height = Some(Height::new(1, 2).into())),
        ("chain-id-mismatch", |f| f.chain_id = "dept-2".into()),
        ("unknown-family", |f| f.params = Some(Any { type_url: "/x".into(), value: Vec::new() })),
        ("key-map", |f| f.key_map = Some(Any::default())),
        ("absence", |f| f.absence = 0),
        ("our-absence", |f| f.our_absence = 7),
        ("proof-specs", |f| {
            let mut state = client_state("dept-1", Height::new(1, 1), ProofSpecs::Jmt);
            state.proof_specs.pop();
            f.params = Some(client_any(&state));
        }),
    ];
    for (rule, bend) in bends {
        let mut bent = file(&dept);
        bend(&mut bent);
        let refusal = hub.found(&bent).expect_err(rule);
        assert_eq!(refusal.code, Code::TRUST_FILE_INVALID);
        assert!(refusal.message.contains(&format!("{rule}:")), "{rule}: {}", refusal.message);
    }
    assert_eq!(hub.stored(b"nextClientSequence"), Some(1u64.to_be_bytes().to_vec()));
}

#[test]
fn a_chain_follows_neither_itself_nor_an_expired_anchor_nor_one_chain_without_end() {
    let (mut hub, dept) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
    let own = file(&hub);
    assert_eq!(hub.found(&own).expect_err("itself").code, Code::TRUST_FILE_INVALID);
    for _ in 0..client::MAX_CLIENTS_PER_CHAIN {
        hub.found(&file(&dept)).expect("room");
    }
    assert!(hub.found(&file(&dept)).expect_err("full").message.contains("follow `dept-1` already"));
    let other = Chain::new("late-1", 40);
    hub.wait(14 * DAY_S);
    assert!(hub.found(&file(&other)).expect_err("expired").message.contains("older than the trusting period"));
}

#[test]
fn a_counterparty_is_registered_once_and_in_shape() {
    let (mut hub, dept) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
    let id = hub.found(&file(&dept)).expect("founded");
    let other: ClientId = "07-tendermint-5".parse().expect("an id");
    let unknown: ClientId = "07-tendermint-9".parse().expect("an id");
    assert_eq!(code(register(&mut hub, &unknown, &other)), Code::CLIENT_NOT_FOUND);
    for prefix in [vec![], vec![vec![0]; 5], vec![vec![0; 65]]] {
        let ran = hub.block(|state, ctx, events| client::register_counterparty(state, ctx, &id, &other, &prefix, events));
        assert_eq!(code(ran), Code::COUNTERPARTY_INVALID);
    }
    register(&mut hub, &id, &other).0.expect("the first time");
    assert_eq!(code(register(&mut hub, &id, &other)), Code::COUNTERPARTY_EXISTS);
    let stored = hub.read(|state, _| client::counterparty(state, &id)).expect("registered");
    assert_eq!((stored.client_id.as_str(), stored.merkle_prefix), ("07-tendermint-5", merkle_prefix()));
}

#[test]
fn an_update_stores_the_header_shows_the_set_and_again_changes_nothing() {
    let mut pair = Pair::new();
    let height = follow(&mut pair.a, &pair.on_a, &mut pair.b);
    assert!(pair.a.stored(&consensus_state_path(pair.on_a.as_str(), height)).is_some());
    assert_eq!(pair.a.read(|state, _| client::trust_class(state, &pair.on_a)).expect("a client").to_string(), "BFT quorum, n=4, f=1");
    let newest = &pair.b.blocks[&pair.b.height()];
    let again = header_any(&newest.update_from(&pair.b.blocks[&2]));
    let root = pair.a.store.latest().expect("versions").1;
    let (result, events) = pair.a.update(&pair.on_a, &again);
    result.expect("a no-op succeeds");
    assert!(events.is_empty());
    assert_eq!(pair.a.store.latest().expect("versions").1, root, "the state is the same");
}

#[test]
fn refusals_of_updates_carry_their_codes_and_temporary_ones_say_so() {
    let mut pair = Pair::new();
    pair.b.wait(1);
    pair.b.wait(1);
    let honest = pair.a.header_for(&pair.on_a, &pair.b);
    let trusted = pair.b.blocks[&pair.a.latest(&pair.on_a).revision_height].clone();
    let newest = pair.b.blocks[&pair.b.height()].clone();

    let unknown: ClientId = "07-tendermint-9".parse().expect("an id");
    assert_eq!(code(pair.a.update(&unknown, &honest)), Code::CLIENT_NOT_FOUND);
    let garbage = Any { value: vec![1, 2, 3], ..honest.clone() };
    assert_eq!(code(pair.a.update(&pair.on_a, &garbage)), Code::CLIENT_MESSAGE_UNDECODABLE);
    let mut forged = newest.update_from(&trusted);
    forged.signed_header.as_mut().expect("set").header.as_mut().expect("set").app_hash = vec![9; 32];
    assert_eq!(code(pair.a.update(&pair.on_a, &header_any(&forged))), Code::HEADER_INVALID);
    let strangers = Draft::new("dept-1", newest.height, newest.time, &members(90, 4));
    assert_eq!(code(pair.a.update(&pair.on_a, &header_any(&strangers.update_from(&trusted)))), Code::HEADER_NOT_ENOUGH_TRUST);
    let from_unknown = code(pair.a.update(&pair.on_a, &header_any(&newest.update_from(&pair.b.blocks[&(newest.height - 1)]))));
    let far = Draft { time: pair.a.now.checked_add_ns(3_600_000_000_000).expect("this century"), ..newest };
    let from_future = code(pair.a.update(&pair.on_a, &header_any(&far.update_from(&trusted))));
    assert_eq!((from_unknown, from_future), (Code::CONSENSUS_STATE_MISSING, Code::HEADER_FROM_FUTURE));
    assert!(from_unknown.is_temporary() && from_future.is_temporary());
    assert!(!Code::HEADER_INVALID.is_temporary() && !Code::HEADER_NOT_ENOUGH_TRUST.is_temporary());
    pair.a.update(&pair.on_a, &honest).0.expect("the twin is right");
}

#[test]
fn a_conflicting_header_freezes_the_client_and_what_hangs_on_it() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let height = follow(&mut pair.a, &pair.on_a, &mut pair.b);
    let trusted = pair.b.blocks[&2].clone();
    let fork = Draft { app_hash: vec![9; 32], ..pair.b.blocks[&height.revision_height].clone() };
    let (result, events) = pair.a.update(&pair.on_a, &header_any(&fork.update_from(&trusted)));
    result.expect("evidence succeeds, so that the freeze stands");
    assert_eq!(events[0].kind, "client_misbehaviour");
    assert_eq!(status(&pair.a, &pair.on_a), Status::Frozen);

    // Attack 8: a frozen client refuses updates, proofs and sends.
    pair.b.wait(1);
    let later = pair.a.header_for(&pair.on_a, &pair.b);
    assert_eq!(code(pair.a.update(&pair.on_a, &later)), Code::CLIENT_FROZEN);
    let timeout = pair.a.now.unix_s() + 60;
    assert_eq!(code(pair.try_send(timeout, crate::world::payload(b"y"))), Code::CLIENT_FROZEN);
    let msg = govhub_ibc::types::MsgAcknowledgement {
        packet: Some(packet),
        acknowledgement: Some(govhub_ibc::types::success_acknowledgement(b"done".to_vec())),
        proof_acked: vec![1],
        proof_height: Some(height.into()),
        signer: crate::world::relayer().to_string(),
    };
    assert_eq!(code(pair.acknowledge(&msg)), Code::CLIENT_FROZEN);
}

#[test]
fn evidence_freezes_every_client_that_it_convinces_and_no_other() {
    let (mut hub, mut dept) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
    let (one, two) = (hub.found(&file(&dept)).expect("founded"), hub.found(&file(&dept)).expect("founded"));
    // A spoofed chain id: other validators under the same name (attack: freezing by name alone).
    let spoof = Chain::new("dept-1", 90);
    let namesake = hub.found(&file(&spoof)).expect("founded");
    dept.wait(1);
    dept.wait(1);
    hub.wait(2);
    let evidence = fork_evidence(&hub, &one, &dept);
    let weak = {
        let trusted = &dept.blocks[&hub.latest(&one).revision_height];
        let block = &dept.blocks[&dept.height()];
        misbehaviour_any(block.update_from(trusted), block.update_from(trusted))
    };
    let submit = |hub: &mut Chain, id: &ClientId, evidence: &Any| hub.block(|s, c, e| client::submit_misbehaviour(s, c, id, evidence, e));
    assert_eq!(code(submit(&mut hub, &one, &weak)), Code::MISBEHAVIOUR_INVALID);
    assert_eq!(code(submit(&mut hub, &namesake, &evidence)), Code::MISBEHAVIOUR_INVALID);
    let (result, events) = submit(&mut hub, &one, &evidence);
    result.expect("convincing");
    assert_eq!(events.len(), 2, "one event per frozen client");
    assert_eq!([&one, &two, &namesake].map(|id| status(&hub, id)), [Status::Frozen, Status::Frozen, Status::Active]);
    assert_eq!(code(submit(&mut hub, &one, &evidence)), Code::CLIENT_FROZEN);
}

#[test]
fn evidence_in_an_update_freezes_alike() {
    let (mut hub, mut dept) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
    let id = hub.found(&file(&dept)).expect("founded");
    dept.wait(1);
    hub.wait(1);
    let evidence = fork_evidence(&hub, &id, &dept);
    hub.update(&id, &evidence).0.expect("convincing");
    assert_eq!(status(&hub, &id), Status::Frozen);
}

#[test]
fn an_expired_client_refuses_updates_and_sends() {
    let mut pair = Pair::new();
    pair.a.wait(14 * DAY_S);
    assert_eq!(status(&pair.a, &pair.on_a), Status::Expired);
    pair.b.wait(14 * DAY_S);
    let header = pair.a.header_for(&pair.on_a, &pair.b);
    assert_eq!(code(pair.a.update(&pair.on_a, &header)), Code::CLIENT_EXPIRED);
    let timeout = pair.a.now.unix_s() + 60;
    assert_eq!(code(pair.try_send(timeout, crate::world::payload(b"y"))), Code::CLIENT_EXPIRED);
}

fn heights(chain: &Chain, id: &ClientId) -> usize {
    chain.read(|state, _| {
        let from = [id.as_str().as_bytes(), &[0]].concat();
        let to = [id.as_str().as_bytes(), &[1]].concat();
        state.column_range(Column::ConsensusHeights, &from, &to, 1000).len()
    })
}

#[test]
fn consensus_states_are_pruned_from_the_oldest_once_expired_and_the_index_stays_whole() {
    let mut pair = Pair::new();
    let anchor = pair.a.latest(&pair.on_a);
    for _ in 0..5 {
        follow(&mut pair.a, &pair.on_a, &mut pair.b);
    }
    assert_eq!(heights(&pair.a, &pair.on_a), 6);
    // Thirteen days on, nothing is expired; a day later the first six are, and each update drops two; then nothing again.
    for (wait, expected) in [(13 * DAY_S, 7), (DAY_S, 6), (1, 5), (1, 4), (1, 5)] {
        pair.b.wait(wait);
        follow(&mut pair.a, &pair.on_a, &mut pair.b);
        assert_eq!(heights(&pair.a, &pair.on_a), expected);
    }
    assert_eq!(pair.a.stored(&consensus_state_path(pair.on_a.as_str(), anchor)), None);
    assert_eq!(status(&pair.a, &pair.on_a), Status::Active);
}

#[test]
fn historical_updates_never_evict_the_newest_state() {
    // Cardano IBC CIB-006: valid headers of the past, repeated, pushed the newest out.
    let mut pair = Pair::new();
    for _ in 0..20 {
        pair.b.wait(1);
    }
    let newest = follow(&mut pair.a, &pair.on_a, &mut pair.b);
    let trusted = pair.b.blocks[&2].clone();
    for height in 3..newest.revision_height {
        let past = header_any(&pair.b.blocks[&height].update_from(&trusted));
        pair.a.update(&pair.on_a, &past).0.expect("a valid header of the past");
        assert_eq!(pair.a.latest(&pair.on_a), newest);
        assert_eq!(status(&pair.a, &pair.on_a), Status::Active);
    }
    pair.a.read(|state, _| {
        let states = client::StoredStates::new(state, pair.on_a.as_str(), Height::default());
        for height in 3..newest.revision_height {
            assert_eq!(states.before(Height::new(1, height)).expect("stored").0.revision_height, height - 1);
            assert_eq!(states.after(Height::new(1, height)).expect("stored").0.revision_height, height + 1);
        }
        assert_eq!(states.after(newest), None);
    });
}

#[test]
fn recovery_keeps_the_id_and_believes_nothing_of_before() {
    let mut pair = Pair::new();
    let before = follow(&mut pair.a, &pair.on_a, &mut pair.b);
    let fork = Draft { app_hash: vec![9; 32], ..pair.b.blocks[&before.revision_height].clone() };
    let trusted = pair.b.blocks[&2].clone();
    let recover = |pair: &mut Pair, file: &TrustFile| {
        let id = pair.on_a.clone();
        pair.a.block(|s, c, e| client::recover(s, c, &id, file, e))
    };
    pair.b.wait(1);
    let newer = file(&pair.b);
    assert_eq!(code(recover(&mut pair, &newer)), Code::RECOVERY_REFUSED, "active");
    pair.a.update(&pair.on_a, &header_any(&fork.update_from(&trusted))).0.expect("evidence");

    // Attack 29: only the anchor may differ.
    let mut params = client_state("dept-1", pair.b.at(pair.b.height()), ProofSpecs::Jmt);
    params.trusting_period.as_mut().expect("set").seconds += 1;
    let longer = TrustFile { params: Some(client_any(&params)), ..newer.clone() };
    assert_eq!(code(recover(&mut pair, &longer)), Code::RECOVERY_REFUSED, "another trusting period");
    let by_receipt = TrustFile { absence: AbsenceMode::Receipt.into(), ..newer.clone() };
    assert_eq!(code(recover(&mut pair, &by_receipt)), Code::RECOVERY_REFUSED, "another way to settle");
    let old = {
        let draft = &pair.b.blocks[&before.revision_height];
        TrustFile {
            anchor_height: Some(draft.at().into()),
            anchor: Some(draft.consensus_state().encode()),
            params: Some(client_any(&client_state("dept-1", draft.at(), ProofSpecs::Jmt))),
            ..newer.clone()
        }
    };
    assert_eq!(code(recover(&mut pair, &old)), Code::RECOVERY_REFUSED, "not newer");
    let namesake = Chain::new("dept-2", 20);
    assert_eq!(code(recover(&mut pair, &file(&namesake))), Code::RECOVERY_REFUSED, "another chain");

    recover(&mut pair, &newer).0.expect("approved");
    assert_eq!(status(&pair.a, &pair.on_a), Status::Active);
    follow(&mut pair.a, &pair.on_a, &mut pair.b);
    pair.a.read(|state, _| {
        let floor = client::settings(state, &pair.on_a).floor.map(Height::from).expect("set");
        let states = client::StoredStates::new(state, pair.on_a.as_str(), floor);
        assert_eq!(states.at(before), None, "a fork's state proves nothing any more");
        assert_eq!(states.before(floor), None);
        assert!(states.at(floor).is_some());
    });
}

#[test]
fn an_expired_client_is_recovered_and_packets_under_way_go_on() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    pair.recv(&msg).0.expect("received");
    pair.a.wait(15 * DAY_S);
    pair.b.wait(15 * DAY_S);
    assert_eq!(status(&pair.a, &pair.on_a), Status::Expired);
    let (newer, id) = (file(&pair.b), pair.on_a.clone());
    pair.a.block(|s, c, e| client::recover(s, c, &id, &newer, e)).0.expect("approved");
    let ack = pair.ack_msg(&packet, govhub_ibc::types::success_acknowledgement(b"done".to_vec()));
    assert_eq!(pair.acknowledge(&ack).0, Ok(govhub_ibc::packet::Effect::Done));
    // Attack 28: what was received before the other side's recovery is not received again.
    let (newer, id) = (file(&pair.a), pair.on_b.clone());
    pair.b.block(|s, c, e| client::recover(s, c, &id, &newer, e)).0.expect("approved");
    assert_eq!(pair.recv(&msg).0, Ok(govhub_ibc::packet::Effect::Noop));
}
