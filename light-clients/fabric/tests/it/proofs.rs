//! Proofs of values: inclusion and read-back, each broken alone.

use govhub_lc_core::{LightClient, Reason, StoredPath};
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1 as raw;
use govhub_lc_fabric::testing::{rwset, run_any, signature_policy, Call, Channel, Draft, Node, Organisation, Stored, Tree, ADMIN, CHAINCODE, CLIENT, DEFINITION, PEER};
use govhub_types::{Height, Time};
use prost::Message;

use crate::world::{bft, high_s_twin, raft, Host, NOW, PATH, VALUE};

/// The definition of the chaincode, read as peers read it before each call.
const DEFINED: (&str, Option<(u64, u64)>) = ("namespaces/fields/govhub/Sequence", Some(DEFINITION));

/// A channel that stored the value, a client that has followed it, and the place.
struct World {
    channel: Channel,
    host: Host,
    stored: Stored,
}

impl World {
    fn new() -> Self {
        Self::of(bft())
    }

    fn of(mut channel: Channel) -> Self {
        let mut host = Host::of(&channel);
        host.follow(channel.order_something());
        let stored = channel.store(PATH, VALUE);
        host.follow(channel.signed(channel.newest()));
        Self { channel, host, stored }
    }

    fn height(&self) -> u64 {
        self.host.client.latest_height().revision_height
    }

    fn proof(&mut self) -> raw::Proof {
        let height = self.height();
        self.channel.proof(&self.stored, height)
    }

    fn judge(&self, proof: &raw::Proof) -> Result<(), Reason> {
        self.host.prove(self.height(), VALUE, &proof.encode_to_vec())
    }

    fn refuses(&self, proof: &raw::Proof) -> &'static str {
        self.judge(proof).expect_err("must be refused").code
    }

    /// Peers of both organisations.
    fn peers(&self) -> Vec<Node> {
        self.channel.peers()
    }

    /// Why a proof is refused whose query is another call; the unbent twin is accepted.
    fn query_bent(bend: impl FnOnce(&mut Call)) -> &'static str {
        let mut world = Self::new();
        let mut proof = world.proof();
        world.judge(&proof).expect("the unbent twin");
        let mut call = world.channel.query_call(&world.stored);
        bend(&mut call);
        proof.query = Some(call.query(&world.peers().iter().collect::<Vec<_>>()));
        world.refuses(&proof)
    }

    /// Why a proof is refused whose query is endorsed by others; the unbent twin is accepted.
    fn endorsed_by(&mut self, nodes: &[&Node]) -> Result<(), &'static str> {
        let mut proof = self.proof();
        self.judge(&proof).expect("the unbent twin");
        proof.query = Some(self.channel.query_call(&self.stored).query(nodes));
        self.judge(&proof).map_err(|reason| reason.code)
    }

    /// A channel on which the value was written by another transaction, and a proof by it.
    fn written_by(make: impl FnOnce(&mut Channel, &str) -> Vec<u8>) -> Result<(), &'static str> {
        let mut world = Self::new();
        let key = world.stored.key.clone();
        let entry = make(&mut world.channel, &key);
        world.host.follow(world.channel.order(vec![entry]));
        world.stored = Stored { block: world.channel.newest().number, transaction: 0, ..world.stored };
        let proof = world.proof();
        world.judge(&proof).map_err(|reason| reason.code)
    }
}

/// The transaction that writes the value, endorsed by every organisation, with its call bent.
fn put_bent(bend: impl FnOnce(&mut Call)) -> Result<(), &'static str> {
    World::written_by(|channel, key| {
        let (mut call, peers) = (channel.put_call(key, VALUE), channel.peers());
        bend(&mut call);
        call.transaction(&peers.iter().collect::<Vec<_>>())
    })
}

#[test]
fn a_value_is_proved_at_its_block_and_under_every_later_one() {
    for channel in [bft(), raft()] {
        let mut world = World::of(channel);
        let at_once = world.proof();
        assert_eq!((at_once.links.len(), world.judge(&at_once)), (0, Ok(())));
        for _ in 0..3 {
            world.channel.order_something();
        }
        let newest = world.channel.newest();
        let run = (3..5).map(|number| (world.channel.chain[number].bare(), Vec::new()));
        let run = run.chain([(newest.without_data(&world.channel.signatures(newest)), Vec::new())]).collect();
        world.host.accept(&run_any(run), NOW);
        let later = world.proof();
        assert_eq!((later.links.len(), world.judge(&later)), (3, Ok(())));
        assert_eq!(world.host.prove(2, VALUE, &at_once.encode_to_vec()), Ok(()), "the earlier proof stays good under its own block");
    }
}

#[test]
fn a_proof_is_for_one_path_one_value_and_one_height() {
    let mut world = World::new();
    let proof = world.proof();
    world.judge(&proof).expect("good");
    let bytes = proof.encode_to_vec();
    let code = |result: Result<(), Reason>| result.expect_err("must be refused").code;
    assert_eq!(code(world.host.prove(2, &[0xac; 32], &bytes)), "value-mismatch");
    assert_eq!(code(world.host.prove(2, &[], &bytes)), "empty-value");
    assert_eq!(code(world.host.prove(1, VALUE, &bytes)), "header-mismatch");
    assert_eq!(code(world.host.prove(3, VALUE, &bytes)), "height-above-latest");
    let prefix = [Vec::new()];
    let other = StoredPath { prefix: &prefix, path: b"07-tendermint-0\x01\0\0\0\0\0\0\0\x02" };
    let verdict = world.host.client.verify_membership(&world.host.states, Height::new(0, 2), other, VALUE, &bytes);
    assert_eq!(verdict.expect_err("another path").code, "not-written");
    let absent = world.host.client.verify_absence(&world.host.states, Height::new(0, 2), other, &bytes);
    assert_eq!(absent.expect_err("Fabric proves no absence").code, "absence-unsupported");
    world.host.states.0.remove(&Height::new(0, 2));
    assert_eq!(code(world.host.prove(2, VALUE, &bytes)), "no-consensus-state");
}

#[test]
fn inclusion_alone_proves_nothing() {
    let mut world = World::new();
    let proof = raw::Proof { query: None, ..world.proof() };
    assert_eq!(world.refuses(&proof), "query-missing");
}

#[test]
fn an_endorsement_that_was_never_ordered_proves_nothing() {
    let mut world = World::new();
    let good = world.proof();
    // The write set of the transaction itself, offered as the query: it has the value, and no versioned read.
    let put = world.channel.put_call(&world.stored.key, VALUE);
    let put = Call { returned: VALUE.to_vec(), args: vec![b"prove".to_vec(), world.stored.key.clone().into_bytes()], ..put };
    let query = put.query(&world.peers().iter().collect::<Vec<_>>());
    assert_eq!(world.refuses(&raw::Proof { query: Some(query), ..good }), "query-reads");
    // An endorsed transaction in a block of nobody's.
    let entry = world.channel.put(&world.stored.key.clone(), VALUE);
    let draft = world.channel.draft(vec![entry]);
    let nowhere = Stored { block: draft.number, transaction: 0, ..world.stored.clone() };
    let query = world.channel.query_call(&nowhere).query(&world.peers().iter().collect::<Vec<_>>());
    let proof = raw::Proof { block: draft.unsigned(), links: Vec::new(), transaction: 0, query: Some(query) };
    assert_eq!(world.refuses(&proof), "header-mismatch");
}

#[test]
fn the_block_is_the_accepted_one_with_all_its_data() {
    let mut world = World::new();
    let good = world.proof();
    let draft = world.channel.chain[2].clone();
    let with = |draft: &Draft| raw::Proof { block: draft.unsigned(), ..good.clone() };
    world.judge(&with(&draft)).expect("the unbent twin");
    assert_eq!(world.refuses(&with(&Draft { previous_hash: Some([9; 32]), ..draft.clone() })), "header-mismatch");
    assert_eq!(world.refuses(&with(&Draft { data: vec![draft.data[1].clone()], ..draft.clone() })), "header-mismatch");
    assert_eq!(world.refuses(&raw::Proof { block: draft.bare(), ..good.clone() }), "data-missing");
    let glued = Draft { data: vec![draft.data.concat()], ..draft.clone() };
    assert_eq!(world.refuses(&with(&glued)), "envelope-not-canonical");
    let block = draft.unsigned();
    let place = block.windows(VALUE.len()).position(|window| window == VALUE).expect("the value");
    let mut bent = block;
    bent[place] ^= 1;
    assert_eq!(world.refuses(&raw::Proof { block: bent, ..good }), "data-hash");
}

#[test]
fn links_lead_to_the_accepted_block_without_a_gap() {
    let mut world = World::new();
    world.host.follow(world.channel.order_something());
    world.host.follow(world.channel.order_something());
    let good = world.proof();
    world.judge(&good).expect("good");
    let with = |links: Vec<Vec<u8>>| raw::Proof { links, ..good.clone() };
    assert_eq!(world.refuses(&with(Vec::new())), "header-mismatch");
    assert_eq!(world.refuses(&with(vec![good.links[0].clone()])), "header-mismatch");
    assert_eq!(world.refuses(&with(vec![good.links[1].clone()])), "run-gap");
    assert_eq!(world.refuses(&with(vec![good.links[1].clone(), good.links[0].clone()])), "run-gap");
    let stranger = Draft { previous_hash: Some([9; 32]), ..world.channel.chain[3].clone() };
    assert_eq!(world.refuses(&with(vec![stranger.link(), good.links[1].clone()])), "previous-hash");
}

#[test]
fn the_transaction_is_the_one_that_peers_have_the_value_from() {
    let mut world = World::new();
    let good = world.proof();
    assert_eq!(world.refuses(&raw::Proof { transaction: 0, ..good.clone() }), "not-written");
    assert_eq!(world.refuses(&raw::Proof { transaction: 2, ..good.clone() }), "transaction-index");
    assert_eq!(world.refuses(&raw::Proof { transaction: u32::MAX, ..good }), "transaction-index");
    // The value was written twice; peers have it from the second.
    let entry = world.channel.put(&world.stored.key.clone(), VALUE);
    world.host.follow(world.channel.order(vec![entry]));
    let second = Stored { block: 3, transaction: 0, ..world.stored.clone() };
    let of_second = world.channel.proof(&second, 3);
    world.judge(&of_second).expect("the second");
    let of_first = world.proof();
    let mixed = raw::Proof { query: of_second.query, ..of_first };
    assert_eq!(world.refuses(&mixed), "version-mismatch");
}

#[test]
fn a_configuration_block_writes_no_value() {
    let mut world = World::new();
    let good = world.proof();
    let genesis = raw::Proof { block: world.channel.chain[0].unsigned(), links: world.channel.chain[1..3].iter().map(Draft::link).collect(), ..good };
    assert_eq!(world.refuses(&genesis), "no-consensus-state", "nothing is believed of what lies before the anchor");
    let admins = world.channel.administrators();
    let change = |tree: &mut Tree| tree.at(&["Orderer"]).mod_policy = "Writers".into();
    world.host.follow(world.channel.reconfigure(change, &admins.iter().collect::<Vec<_>>()));
    let config = raw::Proof { block: world.channel.chain[3].unsigned(), links: Vec::new(), ..world.proof() };
    assert_eq!(world.refuses(&config), "transaction-type");
}

#[test]
fn the_transaction_is_bound_together() {
    assert_eq!(put_bent(|_| {}), Ok(()), "the unbent twin");
    assert_eq!(put_bent(|call| call.status = 500), Err("call-failed"));
    assert_eq!(put_bent(|call| call.status = 400), Err("call-failed"));
    assert_eq!(put_bent(|call| call.status = 0), Err("call-failed"));
    assert_eq!(put_bent(|call| call.status = 399), Ok(()));
    assert_eq!(put_bent(|call| (call.chaincode, call.answering) = ("other".into(), "other".into())), Err("chaincode-mismatch"));
    assert_eq!(put_bent(|call| call.answering = "other".into()), Err("chaincode-mismatch"));
    assert_eq!(put_bent(|call| call.nonce.clear()), Err("tx-id"));
    let bent = |bend: fn(&Call, &[raw::Endorsement]) -> Vec<u8>| {
        World::written_by(|channel, key| {
            let (call, peers) = (channel.put_call(key, VALUE), channel.peers());
            bend(&call, &call.endorsements(&peers.iter().collect::<Vec<_>>()))
        })
    };
    assert_eq!(bent(|call, endorsements| call.transaction_with(&call.answer(), endorsements)), Ok(()));
    // An honest answer to another call.
    assert_eq!(bent(|call, endorsements| Call { args: vec![b"other".to_vec()], ..call.clone() }.transaction_with(&call.answer(), endorsements)), Err("proposal-hash"));
    // An id that is not made of nonce and creator.
    assert_eq!(
        bent(|call, _| {
            let channel_header = Call { nonce: b"other".to_vec(), ..call.clone() }.channel_header();
            call.envelope(&channel_header, &call.signature_header(), b"")
        }),
        Err("tx-id")
    );
    // An action that another proposed.
    assert_eq!(
        bent(|call, endorsements| {
            let other = Call { nonce: b"other".to_vec(), ..call.clone() };
            let theirs = other.transaction_with(&other.answer(), endorsements);
            let envelope = govhub_lc_fabric::messages::common::Envelope::read_from(&theirs);
            call.envelope(&call.channel_header(), &call.signature_header(), &envelope)
        }),
        Err("action-header")
    );
}

/// Data of an envelope's payload.
trait ReadFrom {
    fn read_from(bytes: &[u8]) -> Vec<u8>;
}

impl ReadFrom for govhub_lc_fabric::messages::common::Envelope<'_> {
    fn read_from(bytes: &[u8]) -> Vec<u8> {
        use govhub_lc_fabric::messages::common::{Envelope, Payload};
        use govhub_lc_fabric::wire::Message;
        let envelope = Envelope::read(bytes).expect("our own");
        Payload::read(envelope.payload).expect("our own").data.to_vec()
    }
}

#[test]
fn a_second_action_or_none_is_refused() {
    use govhub_lc_fabric::messages::peer::Transaction;
    use govhub_lc_fabric::wire::Message;
    let with = |times: usize| {
        World::written_by(|channel, key| {
            let (call, peers) = (channel.put_call(key, VALUE), channel.peers());
            let data = <govhub_lc_fabric::messages::common::Envelope<'_>>::read_from(&call.transaction(&peers.iter().collect::<Vec<_>>()));
            let one = Transaction::read(&data).expect("our own").actions[0].clone();
            call.envelope(&call.channel_header(), &call.signature_header(), &Transaction { actions: vec![one; times].into() }.write())
        })
    };
    assert_eq!((with(0), with(1), with(2)), (Err("action-count"), Ok(()), Err("action-count")));
}

#[test]
fn the_creator_is_a_member_and_signed() {
    let stranger = Organisation::new("StrangerMSP", 77).member(CLIENT, "user");
    assert_eq!(put_bent(|call| call.creator = stranger), Err("creator"));
    let mislabelled = Node { msp: "LandMSP".into(), ..Organisation::new("HousingMSP", 13).member(CLIENT, "user") };
    assert_eq!(put_bent(|call| call.creator = mislabelled), Err("creator"));
    let resigned = World::written_by(|channel, key| {
        let (mut call, peers) = (channel.put_call(key, VALUE), channel.peers());
        let honest = call.transaction(&peers.iter().collect::<Vec<_>>());
        // The creator's certificate with another's key.
        call.creator.key = channel.organisations[0].member(CLIENT, "other").key;
        assert_ne!(call.transaction(&peers.iter().collect::<Vec<_>>()), honest);
        call.transaction(&peers.iter().collect::<Vec<_>>())
    });
    assert_eq!(resigned, Err("creator"));
}

#[test]
fn what_was_written_is_the_value_in_the_chaincodes_own_namespace_and_nothing_elsewhere() {
    let key = World::new().stored.key;
    let with = |make: &dyn Fn(&str) -> Vec<u8>| put_bent(|call| call.rwset = make(&key));
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[], &[(key, Some(VALUE))])])), Ok(()));
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[], &[(key, Some(b"other"))])])), Err("value-mismatch"));
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[], &[(key, None)])])), Err("value-mismatch"));
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), ("other", &[], &[(key, Some(VALUE))])])), Err("foreign-write"));
    assert_eq!(
        with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[], &[(key, Some(VALUE))]), ("other", &[], &[("x", Some(b"y"))])])),
        Err("foreign-write")
    );
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, None)], &[])])), Err("not-written"));
    assert_eq!(with(&|_| rwset(&[("_lifecycle", &[DEFINED], &[])])), Err("not-written"));
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[], &[(key, Some(b"other")), (key, Some(VALUE))])])), Err("write-twice"));
    assert_eq!(
        with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[], &[(key, Some(VALUE))]), (CHAINCODE, &[], &[(key, Some(VALUE))])])),
        Err("namespace-twice")
    );
    assert_eq!(with(&|_| vec![0x08, 1]), Err("data-model"));
}

#[test]
fn private_data_and_policies_of_single_keys_prove_nothing() {
    use govhub_lc_fabric::messages::ledger::{CollectionHashedReadWriteSet, KvMetadataWrite, KvRwSet, KvWrite, NsReadWriteSet, TxReadWriteSet};
    use govhub_lc_fabric::wire::Message;
    let with = |public: KvRwSet<'_>, private: Vec<CollectionHashedReadWriteSet<'_>>| {
        let (lifecycle, public) = (rwset(&[("_lifecycle", &[DEFINED], &[])]), public.write());
        let mut sets = TxReadWriteSet::read(&lifecycle).expect("our own").ns_rwset.0;
        sets.push(NsReadWriteSet { namespace: CHAINCODE, rwset: &public, collection_hashed_rwset: private.into() });
        let made = TxReadWriteSet { data_model: 0, ns_rwset: sets.into() }.write();
        put_bent(|call| call.rwset = made)
    };
    let key = World::new().stored.key;
    let write = KvWrite { key: &key, is_delete: false, value: VALUE };
    let hashed = CollectionHashedReadWriteSet { collection_name: "secret", hashed_rwset: b"", pvt_rwset_hash: b"h" };
    assert_eq!(with(KvRwSet { writes: vec![write.clone()].into(), ..Default::default() }, vec![hashed.clone()]), Ok(()), "beside a public write");
    assert_eq!(with(KvRwSet::default(), vec![hashed]), Err("not-written"));
    let metadata = KvMetadataWrite { key: &key, ..Default::default() };
    assert_eq!(with(KvRwSet { writes: vec![write].into(), metadata_writes: vec![metadata].into(), ..Default::default() }, Vec::new()), Err("key-level-policy"));
}

#[test]
fn the_transaction_is_endorsed_as_the_policy_asks() {
    let by = |nodes: fn(&Channel) -> Vec<Node>| {
        World::written_by(|channel, key| {
            let (call, nodes) = (channel.put_call(key, VALUE), nodes(channel));
            call.transaction(&nodes.iter().collect::<Vec<_>>())
        })
    };
    fn peer(channel: &Channel, organisation: usize, name: &str) -> Node {
        channel.organisations[organisation].member(PEER, name)
    }
    assert_eq!(by(|channel| vec![peer(channel, 0, "a"), peer(channel, 1, "b")]), Ok(()));
    assert_eq!(by(|channel| vec![peer(channel, 0, "a")]), Err("endorsement-policy-not-satisfied"));
    assert_eq!(by(|_| Vec::new()), Err("endorsement-policy-not-satisfied"));
    assert_eq!(by(|channel| vec![peer(channel, 0, "a"), peer(channel, 0, "b")]), Err("endorsement-policy-not-satisfied"));
    assert_eq!(by(|channel| vec![peer(channel, 0, "a"), channel.organisations[1].member(CLIENT, "b")]), Err("endorsement-policy-not-satisfied"), "a client");
    assert_eq!(by(|channel| vec![peer(channel, 0, "a"), channel.orderers[0].clone()]), Err("endorsement-policy-not-satisfied"));
    // Those who do not count are passed over: a transaction may carry them, as Fabric lets it.
    assert_eq!(by(|channel| vec![peer(channel, 0, "a"), peer(channel, 0, "a"), Organisation::new("X", 9).member(PEER, "x"), peer(channel, 1, "b")]), Ok(()));
}

#[test]
fn endorsements_over_different_answers_do_not_add_up() {
    let mixed = World::written_by(|channel, key| {
        let (call, peers) = (channel.put_call(key, VALUE), channel.peers());
        let other = Call { returned: b"other".to_vec(), ..call.clone() };
        let endorsements = [call.endorsements(&[&peers[0]]), other.endorsements(&[&peers[1]])].concat();
        call.transaction_with(&call.answer(), &endorsements)
    });
    assert_eq!(mixed, Err("endorsement-policy-not-satisfied"));
    // In a query the relayer chose them: a wrong one refuses it.
    let mut world = World::new();
    let peers = world.peers();
    let mut proof = world.proof();
    let other = Call { returned: b"other".to_vec(), ..world.channel.query_call(&world.stored) };
    proof.query.as_mut().expect("there").endorsements[1] = other.endorsements(&[&peers[1]]).remove(0);
    assert_eq!(world.refuses(&proof), "signature-invalid");
}

#[test]
fn the_query_is_endorsed_by_members_of_now_each_once() {
    let mut world = World::new();
    let peers = world.peers();
    let (a, b) = (&peers[0], &peers[1]);
    let client = world.channel.organisations[1].member(CLIENT, "user");
    let admin = world.channel.organisations[1].member(ADMIN, "admin");
    let stranger = Organisation::new("StrangerMSP", 77).member(PEER, "peer");
    let claims = Node { msp: "LandMSP".into(), ..stranger.clone() };
    assert_eq!(world.endorsed_by(&[b, a]), Ok(()));
    assert_eq!(world.endorsed_by(&[a]), Err("endorsement-policy-not-satisfied"));
    assert_eq!(world.endorsed_by(&[]), Err("endorsement-policy-not-satisfied"));
    assert_eq!(world.endorsed_by(&[a, a]), Err("duplicate-signer"));
    assert_eq!(world.endorsed_by(&[a, b, a]), Err("duplicate-signer"));
    assert_eq!(world.endorsed_by(&[a, &client]), Err("endorsement-policy-not-satisfied"));
    assert_eq!(world.endorsed_by(&[a, &admin]), Err("endorsement-policy-not-satisfied"));
    assert_eq!(world.endorsed_by(&[a, b, &stranger]), Err("msp-unknown"));
    assert_eq!(world.endorsed_by(&[a, &claims]), Err("unknown-issuer"));
    let mut proof = world.proof();
    let endorsements = &mut proof.query.as_mut().expect("there").endorsements;
    endorsements[0].signature = high_s_twin(&endorsements[0].signature);
    assert_eq!(world.refuses(&proof), "signature-high-s");
}

#[test]
fn the_query_asks_for_the_key_and_answers_the_value() {
    assert_eq!(World::query_bent(|call| call.args[0] = b"other".to_vec()), "query-call");
    assert_eq!(World::query_bent(|call| call.args[1] = b"other".to_vec()), "query-call");
    assert_eq!(World::query_bent(|call| drop(call.args.pop())), "query-call");
    assert_eq!(World::query_bent(|call| call.args.push(b"more".to_vec())), "query-call");
    assert_eq!(World::query_bent(|call| call.channel_id = "another-channel".into()), "channel-mismatch");
    assert_eq!(World::query_bent(|call| (call.chaincode, call.answering) = ("other".into(), "other".into())), "chaincode-mismatch");
    assert_eq!(World::query_bent(|call| call.answering = "other".into()), "chaincode-mismatch");
    assert_eq!(World::query_bent(|call| call.status = 404), "call-failed");
    assert_eq!(World::query_bent(|call| call.returned = vec![0xac; 32]), "value-mismatch");
    assert_eq!(World::query_bent(|call| call.returned.clear()), "value-mismatch");
}

#[test]
fn the_answer_is_to_that_very_question() {
    let mut world = World::new();
    let good = world.proof();
    let other = world.channel.query_call(&world.stored);
    let mut swapped = good.clone();
    swapped.query.as_mut().expect("there").proposal = other.proposal();
    assert_eq!(world.refuses(&swapped), "proposal-hash");
}

#[test]
fn a_transient_map_is_no_part_of_the_hash() {
    use govhub_lc_fabric::messages::peer::{ChaincodeProposalPayload, Proposal, TransientEntry};
    use govhub_lc_fabric::wire::Message;
    let mut world = World::new();
    let mut proof = world.proof();
    let query = proof.query.as_mut().expect("there");
    let proposal = Proposal::read(&query.proposal).expect("our own");
    let asked = ChaincodeProposalPayload::read(proposal.payload).expect("our own");
    let with_secret = ChaincodeProposalPayload { transient_map: vec![TransientEntry { key: "k", value: b"v" }].into(), ..asked }.write();
    query.proposal = Proposal { payload: &with_secret, ..proposal }.write();
    assert_eq!(world.judge(&proof), Ok(()));
}

#[test]
fn the_query_read_the_key_alone_at_a_version() {
    let key = World::new().stored.key;
    let with = |make: &dyn Fn(&str) -> Vec<u8>| World::query_bent(|call| call.rwset = make(&key));
    let version = Some((2, 1));
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, None)], &[])])), "not-present");
    assert_eq!(with(&|_| rwset(&[("_lifecycle", &[DEFINED], &[])])), "query-reads");
    assert_eq!(with(&|_| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[("other", version)], &[])])), "query-reads");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, version), ("other", version)], &[])])), "query-reads");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), ("other", &[(key, version)], &[])])), "query-reads");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, Some((2, 0)))], &[])])), "version-mismatch");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, Some((1, 1)))], &[])])), "version-mismatch");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, version)], &[(key, Some(b"other"))])])), "query-writes");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, version)], &[(key, None)])])), "query-writes");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, version)], &[("other", Some(VALUE))])])), "query-writes");
    assert_eq!(with(&|key| rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(key, version)], &[]), ("other", &[], &[("x", Some(b"y"))])])), "foreign-write");
}

#[test]
fn a_query_may_write_the_value_back() {
    let mut world = World::new();
    let mut proof = world.proof();
    let mut call = world.channel.query_call(&world.stored);
    let key = world.stored.key.clone();
    call.rwset = rwset(&[("_lifecycle", &[DEFINED], &[]), (CHAINCODE, &[(&key, Some((2, 1)))], &[(&key, Some(VALUE))])]);
    proof.query = Some(call.query(&world.peers().iter().collect::<Vec<_>>()));
    assert_eq!(world.judge(&proof), Ok(()));
}

#[test]
fn a_chaincode_defined_anew_is_another_one() {
    let key = World::new().stored.key;
    let elsewhere = ("namespaces/fields/govhub/Sequence", Some((9, 0)));
    let undefined = ("namespaces/fields/govhub/Sequence", None);
    let other = ("namespaces/fields/other/Sequence", Some(DEFINITION));
    for (defined, code) in [(elsewhere, "definition-changed"), (undefined, "definition-not-read"), (other, "definition-not-read")] {
        assert_eq!(put_bent(|call| call.rwset = rwset(&[("_lifecycle", &[defined], &[]), (CHAINCODE, &[], &[(&key, Some(VALUE))])])), Err(code));
        assert_eq!(World::query_bent(|call| call.rwset = rwset(&[("_lifecycle", &[defined], &[]), (CHAINCODE, &[(&key, Some((2, 1)))], &[])])), code);
    }
}

#[test]
fn revocation_counts_from_its_block_on_for_transactions_and_at_once_for_queries() {
    let mut world = World::new();
    let (before, peers, admins) = (world.proof(), world.peers(), world.channel.administrators());
    let mut land = world.channel.organisations[1].clone();
    land.revoke(&[&peers[1]]);
    let change = |tree: &mut Tree| tree.at(&["Application", "LandMSP"]).values.get_mut("MSP").expect("there").bytes = land.msp_config();
    world.host.follow(world.channel.reconfigure(change, &admins.iter().collect::<Vec<_>>()));
    let at_2 = |proof: &raw::Proof| world.host.prove(2, VALUE, &proof.encode_to_vec());
    assert_eq!(at_2(&before).expect_err("an old height brings back no revoked endorser").code, "certificate-revoked");
    let successor = land.member(PEER, "peer1");
    let query = world.channel.query_call(&world.stored).query(&[&peers[0], &successor]);
    assert_eq!(at_2(&raw::Proof { query: Some(query.clone()), ..before }), Ok(()), "under an old height, by members of now");
    let by_revoked = world.proof();
    assert_eq!(world.refuses(&by_revoked), "certificate-revoked", "under a block of now");
    world.judge(&raw::Proof { query: Some(query), ..by_revoked }).expect("the old transaction, read back by members of now");

    // A transaction endorsed by the revoked peer after its revocation.
    let call = world.channel.put_call(&world.stored.key.clone(), VALUE);
    world.host.follow(world.channel.order(vec![call.transaction(&[&peers[0], &peers[1]])]));
    world.stored = Stored { block: 4, transaction: 0, ..world.stored };
    let query = world.channel.query_call(&world.stored).query(&[&peers[0], &successor]);
    let proof = raw::Proof { query: Some(query), ..world.proof() };
    assert_eq!(world.refuses(&proof), "certificate-revoked");
}

#[test]
fn an_endorser_of_the_query_whose_certificate_has_expired_does_not_count() {
    let mut world = World::new();
    let end = Time::from_unix_s(govhub_x509::testing::DIES_S);
    let after = Time::from_unix_s(end.unix_s() + 1);
    for (time, expected) in [(end, Ok(())), (after, Err("certificate-expired"))] {
        let mut host = world.host.clone();
        let block = world.channel.signed(&world.channel.draft(vec![world.channel.clone().put("key", b"value")]));
        let mut channel = world.channel.clone();
        channel.chain.push(channel.draft(vec![world.channel.clone().put("key", b"value")]));
        host.accept(&govhub_lc_fabric::testing::header_any(block), time);
        let proof = channel.proof(&world.stored, 3);
        assert_eq!(host.prove(3, VALUE, &proof.encode_to_vec()).map_err(|reason| reason.code), expected);
    }
    let proof = world.proof();
    world.judge(&proof).expect("the twin");
}

#[test]
fn the_query_may_need_other_endorsers_than_the_transaction() {
    let mut world = World::new();
    let of = |bytes: Vec<u8>| raw::EndorsementPolicy { policy: Some(raw::endorsement_policy::Policy::SignaturePolicy(bytes)) };
    let peers = world.peers();
    let strict = signature_policy(3, &[("HousingMSP", 3), ("LandMSP", 3), ("LandMSP", 1)]);
    let mut raw_client = world.host.client.raw().clone();
    raw_client.endorsers.as_mut().expect("there").query = Some(of(strict));
    world.host.client = govhub_lc_fabric::ClientState::from_raw(raw_client).expect("right");
    let proof = world.proof();
    assert_eq!(world.refuses(&proof), "endorsement-policy-not-satisfied");
    let admin = world.channel.organisations[1].member(ADMIN, "admin");
    let query = world.channel.query_call(&world.stored).query(&[&peers[0], &peers[1], &admin]);
    world.judge(&raw::Proof { query: Some(query), ..proof }).expect("with the third");
}

#[test]
fn bytes_that_are_no_canonical_proof_are_refused() {
    let mut world = World::new();
    let good = world.proof().encode_to_vec();
    let refused = |bytes: &[u8]| world.host.prove(2, VALUE, bytes).expect_err("must be refused").code;
    assert_eq!(refused(&[good.as_slice(), &[0x28, 1]].concat()), "malformed");
    assert_eq!(refused(&[good.as_slice(), &[0x12, 0]].concat()), "not-canonical");
    assert_eq!(refused(&good[..good.len() - 1]), "malformed");
    assert_eq!(refused(&[]), "header-missing");
    assert_eq!(refused(&vec![0; govhub_lc_fabric::MAX_MESSAGE_BYTES + 1]), "too-long");
}
