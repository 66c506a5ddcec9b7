//! Every family behind the hub's handlers: founded by a trust file, updated, believed for packets, frozen by evidence, expired, and
//! recovered with its id kept. A family is one file here that shows its chain as [`Followed`].

mod attestor;
mod chainmaker;
mod fabric;
mod fisco;
mod qbft;

use govhub_ibc::types::{
    commit_acknowledgement, commit_packet, packet_acknowledgement_path, packet_commitment_path, Acknowledgement, Direction, MsgAcknowledgement,
    MsgRecvPacket, Packet, TrustFile,
};
use govhub_ibc::{client, packet};
use govhub_lc_core::Status;
use govhub_types::{ClientId, Code, Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::world::{code, department, payload, relayer, Chain, Ran, TestApp, DAY_S, GENESIS_S};

/// What the followed chain calls its record of the hub.
pub const THEIRS: &str = "07-tendermint-77";

/// A value that a followed chain keeps, and how the hub comes to believe it.
pub struct Kept {
    /// Client messages, in order.
    pub updates: Vec<Any>,
    /// Height under which the proof stands.
    pub height: Height,
    /// The proof, as it stands in a relayed message.
    pub proof: Vec<u8>,
}

/// A chain of some family.
pub trait Followed {
    /// A trust file anchored at its newest block.
    fn trust_file(&self) -> TrustFile;
    /// Keeps `value` where packet path `path` has its place on such a chain, at time `now`.
    fn keep(&mut self, path: &[u8], value: &[u8], now: Time) -> Kept;
    /// Two statements that no honest chain of this family makes, as a client message.
    fn evidence(&mut self) -> Any;
    /// Makes a block at which a client may be founded, where not every block is one.
    fn make_anchor(&mut self, _now: Time) {}
}

/// A hub that follows such a chain from genesis on.
struct World<F> {
    hub: Chain,
    chain: F,
    id: ClientId,
    app: TestApp,
}

impl<F: Followed> World<F> {
    fn new(make: impl FnOnce(Time) -> F) -> Self {
        let mut hub = Chain::new("hub-1", 1);
        let chain = make(Time::from_unix_s(GENESIS_S));
        let id = hub.found(&chain.trust_file()).expect("a right trust file");
        // Where values stand on such a chain follows from the path alone, by its key map: the merkle prefix is one empty element.
        let theirs = THEIRS.parse().expect("an id");
        hub.block(|state, ctx, events| client::register_counterparty(state, ctx, &id, &theirs, &[Vec::new()], events)).0.expect("once");
        Self { hub, chain, id, app: TestApp::default() }
    }

    fn packet(&self, sequence: u64) -> Packet {
        Packet {
            sequence,
            source_client: THEIRS.into(),
            destination_client: self.id.to_string(),
            timeout_timestamp: self.hub.now.unix_s() + 100,
            payloads: vec![payload(b"question")],
        }
    }

    /// The chain keeps a value; the hub's client follows it there.
    fn believe(&mut self, path: &[u8], value: &[u8]) -> (Vec<u8>, Height) {
        let kept = self.chain.keep(path, value, self.hub.now);
        for update in &kept.updates {
            self.hub.update(&self.id, update).0.expect("an honest update");
        }
        (kept.proof, kept.height)
    }

    fn recv_msg(&mut self, packet: &Packet) -> MsgRecvPacket {
        let (proof, height) = self.believe(&packet_commitment_path(THEIRS, packet.sequence), &commit_packet(packet));
        MsgRecvPacket { packet: Some(packet.clone()), proof_commitment: proof, proof_height: Some(height.into()), signer: relayer().to_string() }
    }

    fn recv(&mut self, msg: &MsgRecvPacket) -> Ran<packet::Effect> {
        let app = &self.app;
        self.hub.block(|state, ctx, events| packet::recv(state, ctx, app, msg, events))
    }

    fn status(&self) -> Status {
        self.hub.read(|state, ctx| client::status(state, ctx, &self.id).expect("there"))
    }
}

/// A packet is received once, under its own proof; bent, replayed or under another's proof it is not.
fn receives_packets<F: Followed>(make: impl FnOnce(Time) -> F) {
    let mut world = World::new(make);
    let first = world.packet(1);
    let msg = world.recv_msg(&first);
    let bent = Packet { timeout_timestamp: first.timeout_timestamp + 1, ..first };
    assert_eq!(code(world.recv(&MsgRecvPacket { packet: Some(bent), ..msg.clone() })), Code::PROOF_INVALID);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done));
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Noop), "a replay changes nothing");
    let second = world.packet(2);
    let own = world.recv_msg(&second);
    assert_eq!(code(world.recv(&MsgRecvPacket { packet: Some(second), ..msg })), Code::PROOF_INVALID);
    assert_eq!(world.recv(&own).0, Ok(packet::Effect::Done));
}

/// What the hub sent is settled by an acknowledgement that the chain keeps, and by no other.
fn settles_acknowledgements<F: Followed>(make: impl FnOnce(Time) -> F) {
    let mut world = World::new(make);
    let timeout = world.hub.now.unix_s() + 50;
    let (app, id) = (&world.app, &world.id);
    let sent = world.hub.block(|state, ctx, events| packet::send(state, ctx, app, id, timeout, payload(b"to the chain"), &department(), events));
    let sequence = sent.0.expect("sent");
    let packet = world.hub.read(|state, _| packet::record(state, Direction::Sent, world.id.as_str(), sequence).expect("filed").packet.expect("kept"));
    let answer = Acknowledgement { app_acknowledgements: vec![b"answer".to_vec()] };
    let (proof, height) = world.believe(&packet_acknowledgement_path(THEIRS, sequence), &commit_acknowledgement(&answer));
    let msg = MsgAcknowledgement {
        packet: Some(packet),
        acknowledgement: Some(answer),
        proof_acked: proof,
        proof_height: Some(height.into()),
        signer: relayer().to_string(),
    };
    let other = MsgAcknowledgement { acknowledgement: Some(Acknowledgement { app_acknowledgements: vec![b"another".to_vec()] }), ..msg.clone() };
    let app = &world.app;
    assert_eq!(code(world.hub.block(|state, ctx, events| packet::acknowledge(state, ctx, app, &other, events))), Code::PROOF_INVALID);
    assert_eq!(world.hub.block(|state, ctx, events| packet::acknowledge(state, ctx, app, &msg, events)).0, Ok(packet::Effect::Done));
}

/// Evidence freezes the client; a frozen client proves nothing.
fn is_frozen_by_evidence<F: Followed>(make: impl FnOnce(Time) -> F) {
    let mut world = World::new(make);
    let packet = world.packet(1);
    let msg = world.recv_msg(&packet);
    let evidence = world.chain.evidence();
    world.hub.update(&world.id.clone(), &evidence).0.expect("evidence stands");
    assert_eq!(world.status(), Status::Frozen);
    assert_eq!(code(world.recv(&msg)), Code::CLIENT_FROZEN);
}

/// Without updates for its trusting period the client expires; governance anchors it anew, with its id and its packets kept.
fn expires_and_is_recovered<F: Followed>(make: impl FnOnce(Time) -> F) {
    let mut world = World::new(make);
    let first = world.packet(1);
    let msg = world.recv_msg(&first);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done));
    world.hub.wait(30 * DAY_S);
    assert_eq!(world.status(), Status::Expired);
    let second = world.packet(2);
    let kept = world.chain.keep(&packet_commitment_path(THEIRS, 2), &commit_packet(&second), world.hub.now);
    let late = MsgRecvPacket {
        packet: Some(second), proof_commitment: kept.proof, proof_height: Some(kept.height.into()), signer: relayer().to_string(),
    };
    assert_eq!(code(world.recv(&late)), Code::CLIENT_EXPIRED);

    world.chain.make_anchor(world.hub.now);
    let (file, id) = (world.chain.trust_file(), world.id.clone());
    world.hub.block(|state, ctx, events| client::recover(state, ctx, &id, &file, events)).0.expect("recovered");
    assert_eq!(world.status(), Status::Active);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Noop), "what was received stays received");
    let third = world.packet(3);
    let msg = world.recv_msg(&third);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done));
}

/// The four tests of a family, by a function that makes its chain at a time.
macro_rules! behaves_as_a_followed_chain {
    ($make:expr) => {
        #[test]
        fn packets_are_received_once_and_only_under_their_own_proof() {
            super::receives_packets($make);
        }

        #[test]
        fn acknowledgements_that_the_chain_keeps_settle_what_the_hub_sent() {
            super::settles_acknowledgements($make);
        }

        #[test]
        fn evidence_freezes_the_client() {
            super::is_frozen_by_evidence($make);
        }

        #[test]
        fn an_expired_client_is_recovered_with_its_id_kept() {
            super::expires_and_is_recovered($make);
        }
    };
}
use behaves_as_a_followed_chain;
