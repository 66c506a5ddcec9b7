//! A department without a chain: the hub follows its system by one key, and packets go both ways.

use govhub_ibc::types::{
    commit_acknowledgement, commit_packet, packet_acknowledgement_path, packet_commitment_path, packet_receipt_path, AbsenceMode, Acknowledgement,
    MsgAcknowledgement, MsgRecvPacket, MsgTimeout, Packet, TrustFile,
};
use govhub_ibc::{client, packet};
use govhub_lc_core::Status;
use govhub_lc_solo_machine::testing::{evidence, Machine};
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::{ClientId, Code, Height, Time};

use crate::world::{code, department, payload, register, relayer, Chain, Ran, TestApp, GENESIS_S};

/// What the machine calls its record of the hub.
const THEIRS: &str = "07-tendermint-77";

struct World {
    hub: Chain,
    machine: Machine,
    id: ClientId,
    app: TestApp,
}

fn trust_file(machine: &Machine) -> TrustFile {
    TrustFile {
        family: "06-solomachine".into(),
        chain_id: "dept-solo-1".into(),
        anchor_height: Some(Height::new(0, machine.sequence).into()),
        anchor: Some(machine.consensus().encode()),
        params: Some(machine.client_any()),
        key_map: None,
        absence: AbsenceMode::Proof.into(),
        our_absence: AbsenceMode::Proof.into(),
    }
}

fn world(kind: KeyKind) -> World {
    let mut hub = Chain::new("hub-1", 1);
    let machine = Machine::new(kind, 9, Time::from_unix_s(GENESIS_S));
    let id = hub.found(&trust_file(&machine)).expect("a right trust file");
    register(&mut hub, &id, &THEIRS.parse().expect("an id")).0.expect("once");
    World { hub, machine, id, app: TestApp::default() }
}

impl World {
    /// The path as the hub reads it: the second element of its merkle prefix is empty.
    fn state(&mut self, path: &[u8], value: &[u8]) -> (Vec<u8>, Height) {
        let height = Height::new(0, self.machine.sequence);
        (self.machine.prove(path, value), height)
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

    fn recv_msg(&mut self, packet: &Packet) -> MsgRecvPacket {
        let (proof, height) = self.state(&packet_commitment_path(THEIRS, packet.sequence), &commit_packet(packet));
        MsgRecvPacket { packet: Some(packet.clone()), proof_commitment: proof, proof_height: Some(height.into()), signer: relayer().to_string() }
    }

    fn recv(&mut self, msg: &MsgRecvPacket) -> Ran<packet::Effect> {
        let app = &self.app;
        self.hub.block(|state, ctx, events| packet::recv(state, ctx, app, msg, events))
    }

    fn send(&mut self, seconds: u64) -> Packet {
        let timeout = self.hub.now.unix_s() + 1 + seconds;
        let (app, id) = (&self.app, &self.id);
        let sent = self.hub.block(|state, ctx, events| packet::send(state, ctx, app, id, timeout, payload(b"to the machine"), &department(), events));
        let sequence = sent.0.expect("sent");
        self.hub.read(|state, _| packet::record(state, govhub_ibc::types::Direction::Sent, self.id.as_str(), sequence).expect("filed").packet.expect("kept"))
    }

    fn status(&self) -> Status {
        self.hub.read(|state, ctx| client::status(state, ctx, &self.id).expect("there"))
    }
}

#[test]
fn a_packet_of_every_kind_of_key_is_received_once_and_its_proof_is_good_once() {
    for kind in KeyKind::ALL {
        let mut world = world(kind);
        let first = world.packet(1);
        let msg = world.recv_msg(&first);
        assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done), "{}", kind.name());
        assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Noop), "a replay changes nothing");
        // The second packet with the first one's proof, then with its own.
        let second = world.packet(2);
        let reused = MsgRecvPacket { packet: Some(second.clone()), ..msg };
        assert_eq!(code(world.recv(&reused)), Code::PROOF_INVALID);
        let msg = world.recv_msg(&second);
        assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done), "{}", kind.name());
    }
}

#[test]
fn a_packet_bent_after_the_machine_signed_it_is_refused_and_its_twin_accepted() {
    let mut world = world(KeyKind::Sm2);
    let packet = world.packet(1);
    let msg = world.recv_msg(&packet);
    let bent = Packet { timeout_timestamp: packet.timeout_timestamp + 1, ..packet };
    assert_eq!(code(world.recv(&MsgRecvPacket { packet: Some(bent), ..msg.clone() })), Code::PROOF_INVALID);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done));
}

#[test]
fn what_the_hub_sends_settles_by_the_machines_word_on_presence_or_absence() {
    let mut world = world(KeyKind::P256);
    let answered = world.send(50);
    let acknowledgement = Acknowledgement { app_acknowledgements: vec![b"answer".to_vec()] };
    let (proof, height) = world.state(&packet_acknowledgement_path(THEIRS, answered.sequence), &commit_acknowledgement(&acknowledgement));
    let msg = MsgAcknowledgement {
        packet: Some(answered),
        acknowledgement: Some(acknowledgement),
        proof_acked: proof,
        proof_height: Some(height.into()),
        signer: relayer().to_string(),
    };
    let app = &world.app;
    assert_eq!(world.hub.block(|state, ctx, events| packet::acknowledge(state, ctx, app, &msg, events)).0, Ok(packet::Effect::Done));

    let silent = world.send(10);
    world.hub.wait(20);
    world.machine.time = world.hub.now;
    let path = packet_receipt_path(THEIRS, silent.sequence);
    // The machine's clock must have passed the timeout in the client before its word on absence counts.
    let key = world.machine.key.clone();
    let message = world.machine.rotate(key, "dept-solo-1");
    world.hub.update(&world.id.clone(), &message).0.expect("an honest header");
    let (proof, height) = world.state(&path, &[]);
    let msg = MsgTimeout { packet: Some(silent), proof_unreceived: proof, proof_height: Some(height.into()), signer: relayer().to_string() };
    let app = &world.app;
    assert_eq!(world.hub.block(|state, ctx, events| packet::timeout(state, ctx, app, &msg, events)).0, Ok(packet::Effect::Done));
    assert!(world.app.calls().iter().any(|call| call.starts_with("timeout")));
}

#[test]
fn a_new_key_signs_from_then_on_and_the_old_one_no_more() {
    let mut world = world(KeyKind::Secp256k1);
    let mut thief = world.machine.clone();
    let message = world.machine.rotate(SigningKey::from_seed(KeyKind::Sm2, &[44; 32]), "dept-solo-1");
    world.hub.update(&world.id.clone(), &message).0.expect("an honest header");
    thief.sequence = world.machine.sequence;
    let packet = world.packet(1);
    let proof = thief.prove(&packet_commitment_path(THEIRS, 1), &commit_packet(&packet));
    let height = Height::new(0, world.machine.sequence);
    let forged = MsgRecvPacket { packet: Some(packet.clone()), proof_commitment: proof, proof_height: Some(height.into()), signer: relayer().to_string() };
    assert_eq!(code(world.recv(&forged)), Code::PROOF_INVALID);
    let msg = world.recv_msg(&packet);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done));
}

#[test]
fn two_words_under_one_number_freeze_and_governance_anchors_anew_with_the_id_kept() {
    let mut world = world(KeyKind::Ed25519);
    let proof = evidence(&world.machine.equivocate(1, b"some path"));
    world.hub.update(&world.id.clone(), &proof).0.expect("evidence stands");
    assert_eq!(world.status(), Status::Frozen);
    let packet = world.packet(1);
    let msg = world.recv_msg(&packet);
    assert_eq!(code(world.recv(&msg)), Code::CLIENT_FROZEN);

    world.machine.key = SigningKey::from_seed(KeyKind::P256, &[45; 32]);
    world.machine.sequence = 50;
    world.machine.time = world.hub.now;
    let (file, id) = (trust_file(&world.machine), world.id.clone());
    world.hub.block(|state, ctx, events| client::recover(state, ctx, &id, &file, events)).0.expect("recovered");
    assert_eq!(world.status(), Status::Active);
    let msg = world.recv_msg(&packet);
    assert_eq!(world.recv(&msg).0, Ok(packet::Effect::Done));
}

#[test]
fn a_trust_file_whose_anchor_is_not_what_params_hold_is_refused() {
    let machine = Machine::new(KeyKind::Sm2, 9, Time::from_unix_s(GENESIS_S));
    let other = Machine::new(KeyKind::Sm2, 10, Time::from_unix_s(GENESIS_S));
    let mut hub = Chain::new("hub-1", 1);
    let bent = TrustFile { anchor: Some(other.consensus().encode()), ..trust_file(&machine) };
    assert_eq!(hub.found(&bent).expect_err("refused").code, Code::TRUST_FILE_INVALID);
    assert!(hub.found(&trust_file(&machine)).is_ok());
}
