//! Chains in memory: real stores, real headers signed by real keys, each following the other by a client founded from a trust file.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use govhub_ibc::types::{
    merkle_prefix, packet_acknowledgement_path, packet_commitment_path, packet_receipt_path, AbsenceMode, Acknowledgement, MsgAcknowledgement,
    MsgRecvPacket, MsgRecvTimeout, MsgTimeout, Packet, Payload, TrustFile, ENCODING, PORT, VERSION,
};
use govhub_ibc::{client, packet, PacketApp, RecvOutcome};
use govhub_lc_cometbft::testing::{client_any, client_state, header_any, members, Draft, Member};
use govhub_lc_cometbft::ProofSpecs;
use govhub_store::{genesis_marks, mem::MemBackend, State, Store, Substore};
use govhub_types::{Address, BlockContext, ClientId, Event, Height, Rejection, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use prost::Message;

/// Time of genesis, on every chain.
pub const GENESIS_S: u64 = 1_800_000_000;
/// A day in seconds.
pub const DAY_S: u64 = 86_400;

pub fn relayer() -> Address {
    Address::of_module("test relayer")
}

pub fn department() -> Address {
    Address::of_module("test department")
}

/// The outcome of a message, and the events of its block.
pub type Ran<T> = (Result<T, Rejection>, Vec<Event>);

/// One chain: its versions, and the header of every block.
pub struct Chain {
    pub id: String,
    pub members: Vec<Member>,
    pub store: Store,
    pub blocks: BTreeMap<u64, Draft>,
    /// Time of the newest block.
    pub now: Time,
}

impl Chain {
    pub fn new(id: &str, seed: u8) -> Self {
        let store = Store::open(Arc::new(MemBackend::default())).expect("in memory");
        store.commit(store.prepare(0, genesis_marks()).expect("a first version")).expect("in memory");
        let mut chain =
            Self { id: id.into(), members: members(seed, 4), store, blocks: BTreeMap::new(), now: Time::from_unix_s(GENESIS_S) };
        chain.wait(1);
        chain
    }

    pub fn height(&self) -> u64 {
        self.store.latest().expect("genesis").0
    }

    /// One block, a second later, in which `run` is the only message: it changes the state only if it succeeds.
    pub fn block<T>(&mut self, run: impl FnOnce(&mut State<'_>, &BlockContext, &mut Vec<Event>) -> Result<T, Rejection>) -> Ran<T> {
        self.block_after(1, run)
    }

    pub fn block_after<T>(
        &mut self, seconds: u64, run: impl FnOnce(&mut State<'_>, &BlockContext, &mut Vec<Event>) -> Result<T, Rejection>,
    ) -> Ran<T> {
        let (version, root) = self.store.latest().expect("genesis");
        let height = version + 1;
        self.now = self.now.checked_add_ns(seconds * 1_000_000_000).expect("this century");
        let ctx = self.context_at(height);
        let header = Draft { app_hash: root.to_vec(), ..Draft::new(&self.id, height, self.now, &self.members) };
        let reader = self.store.reader(version).expect("kept");
        let mut state = State::new(&reader);
        let mut events = Vec::new();
        state.checkpoint();
        let result = run(&mut state, &ctx, &mut events);
        if result.is_ok() {
            state.keep();
        } else {
            state.discard();
            events.clear();
        }
        let writes = state.into_writes().expect("in memory");
        self.store.commit(self.store.prepare(height, writes).expect("the next version")).expect("in memory");
        self.blocks.insert(height, header);
        (result, events)
    }

    /// An empty block, `seconds` later.
    pub fn wait(&mut self, seconds: u64) {
        self.block_after(seconds, |_, _, _| Ok(())).0.expect("nothing fails");
    }

    fn context_at(&self, height: u64) -> BlockContext {
        BlockContext { chain_id: self.id.parse().expect("a chain id"), height, time: self.now }
    }

    /// Runs `read` on the newest state.
    pub fn read<T>(&self, read: impl FnOnce(&State<'_>, &BlockContext) -> T) -> T {
        let version = self.height();
        let reader = self.store.reader(version).expect("kept");
        read(&State::new(&reader), &self.context_at(version))
    }

    pub fn stored(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.read(|state, _| state.get(Substore::Ibc, key))
    }

    pub fn at(&self, height: u64) -> Height {
        Height::new(1, height)
    }

    /// A trust file for following `self` from its newest block.
    pub fn trust_file(&self, absence: AbsenceMode, our_absence: AbsenceMode) -> TrustFile {
        let draft = &self.blocks[&self.height()];
        TrustFile {
            family: "07-tendermint".into(),
            chain_id: self.id.clone(),
            anchor_height: Some(draft.at().into()),
            anchor: Some(draft.consensus_state().encode()),
            params: Some(client_any(&client_state(&self.id, draft.at(), ProofSpecs::Jmt))),
            key_map: None,
            absence: absence.into(),
            our_absence: our_absence.into(),
        }
    }

    /// The proof that stands in a relayed message: `key` in the state after block `version`, under the header of block `version + 1`.
    pub fn prove(&self, version: u64, key: &[u8]) -> Vec<u8> {
        let proof = self.store.prove(version, Substore::Ibc, key).expect("kept");
        MerkleProof { proofs: vec![proof.key_proof, proof.store_proof] }.encode_to_vec()
    }

    /// Founds a client from `file`.
    pub fn found(&mut self, file: &TrustFile) -> Result<ClientId, Rejection> {
        self.block(|state, ctx, events| client::create(state, ctx, file, events)).0
    }

    /// A client message that brings `id` from its newest height to `target`'s newest block.
    pub fn header_for(&self, id: &ClientId, target: &Chain) -> Any {
        let trusted = self.latest(id);
        let newest = &target.blocks[&target.height()];
        header_any(&newest.update_from(&target.blocks[&trusted.revision_height]))
    }

    pub fn latest(&self, id: &ClientId) -> Height {
        let any = Any::decode(self.stored(&govhub_ibc::types::client_state_path(id.as_str())).expect("a client").as_slice()).expect("Any");
        use govhub_lc_core::LightClient;
        govhub_lc_cometbft::ClientState::decode(&any).expect("ours").latest_height()
    }

    pub fn update(&mut self, id: &ClientId, message: &Any) -> Ran<()> {
        self.block(|state, ctx, events| client::update(state, ctx, id, message, events))
    }
}

/// Brings client `id` on `host` to the newest block of `target`, which makes an empty block first, so that its newest state is proved.
pub fn follow(host: &mut Chain, id: &ClientId, target: &mut Chain) -> Height {
    target.wait(1);
    // Nobody accepts a header from the future: a chain that lags catches up first.
    if host.now < target.now {
        let lag = target.now.unix_s() - host.now.unix_s();
        host.wait(lag);
    }
    let message = host.header_for(id, target);
    host.update(id, &message).0.expect("an honest header");
    host.latest(id)
}

/// Two chains with clients of each other.
pub struct Pair {
    pub a: Chain,
    pub b: Chain,
    /// A's client of B.
    pub on_a: ClientId,
    /// B's client of A.
    pub on_b: ClientId,
    pub app: TestApp,
}

impl Pair {
    pub fn new() -> Self {
        Self::with(AbsenceMode::Proof)
    }

    /// Timeouts of packets from A to B are settled as `absence` says.
    pub fn with(absence: AbsenceMode) -> Self {
        let (mut a, mut b) = (Chain::new("hub-1", 1), Chain::new("dept-1", 20));
        // Ids differ, so that mixing them up shows.
        b.found(&Chain::new("other-1", 60).trust_file(AbsenceMode::Proof, AbsenceMode::Proof)).expect("a right trust file");
        let on_a = a.found(&b.trust_file(absence, AbsenceMode::Proof)).expect("a right trust file");
        let on_b = b.found(&a.trust_file(AbsenceMode::Proof, absence)).expect("a right trust file");
        register(&mut a, &on_a, &on_b).0.expect("once");
        register(&mut b, &on_b, &on_a).0.expect("once");
        Self { a, b, on_a, on_b, app: TestApp::default() }
    }

    /// Sends one packet from A to B, `seconds` before its timeout.
    pub fn send(&mut self, seconds: u64, value: &[u8]) -> Packet {
        let timeout = self.a.now.unix_s() + 1 + seconds;
        let (sequence, _) = self.try_send(timeout, payload(value));
        let sequence = sequence.expect("sent");
        self.a.read(|state, _| {
            packet::record(state, govhub_ibc::types::Direction::Sent, self.on_a.as_str(), sequence).expect("filed").packet.expect("kept")
        })
    }

    pub fn try_send(&mut self, timeout: u64, payload: Payload) -> Ran<u64> {
        let (app, id) = (&self.app, &self.on_a);
        self.a.block(|state, ctx, events| packet::send(state, ctx, app, id, timeout, payload, &department(), events))
    }

    /// MsgRecvPacket for `packet`, B following A as far as needed.
    pub fn recv_msg(&mut self, packet: &Packet) -> MsgRecvPacket {
        let height = follow(&mut self.b, &self.on_b.clone(), &mut self.a);
        let proof = self.a.prove(height.revision_height - 1, &packet_commitment_path(&packet.source_client, packet.sequence));
        MsgRecvPacket { packet: Some(packet.clone()), proof_commitment: proof, proof_height: Some(height.into()), signer: relayer().to_string() }
    }

    pub fn recv(&mut self, msg: &MsgRecvPacket) -> Ran<packet::Effect> {
        let app = &self.app;
        self.b.block(|state, ctx, events| packet::recv(state, ctx, app, msg, events))
    }

    pub fn recv_timeout(&mut self, msg: &MsgRecvPacket) -> Ran<packet::Effect> {
        let msg = MsgRecvTimeout {
            packet: msg.packet.clone(),
            proof_commitment: msg.proof_commitment.clone(),
            proof_height: msg.proof_height,
            signer: msg.signer.clone(),
        };
        let app = &self.app;
        self.b.block(|state, ctx, events| packet::recv_timeout(state, ctx, app, &msg, events))
    }

    pub fn ack_msg(&mut self, packet: &Packet, acknowledgement: Acknowledgement) -> MsgAcknowledgement {
        let height = follow(&mut self.a, &self.on_a.clone(), &mut self.b);
        let proof = self.b.prove(height.revision_height - 1, &packet_acknowledgement_path(&packet.destination_client, packet.sequence));
        MsgAcknowledgement {
            packet: Some(packet.clone()),
            acknowledgement: Some(acknowledgement),
            proof_acked: proof,
            proof_height: Some(height.into()),
            signer: relayer().to_string(),
        }
    }

    pub fn acknowledge(&mut self, msg: &MsgAcknowledgement) -> Ran<packet::Effect> {
        let app = &self.app;
        self.a.block(|state, ctx, events| packet::acknowledge(state, ctx, app, msg, events))
    }

    pub fn timeout_msg(&mut self, packet: &Packet) -> MsgTimeout {
        let height = follow(&mut self.a, &self.on_a.clone(), &mut self.b);
        let proof = self.b.prove(height.revision_height - 1, &packet_receipt_path(&packet.destination_client, packet.sequence));
        MsgTimeout { packet: Some(packet.clone()), proof_unreceived: proof, proof_height: Some(height.into()), signer: relayer().to_string() }
    }

    pub fn timeout(&mut self, msg: &MsgTimeout) -> Ran<packet::Effect> {
        let app = &self.app;
        self.a.block(|state, ctx, events| packet::timeout(state, ctx, app, msg, events))
    }

    /// The acknowledgement that B wrote for `packet`.
    pub fn written_ack(&self, packet: &Packet) -> Option<Acknowledgement> {
        self.b.read(|state, _| {
            packet::record(state, govhub_ibc::types::Direction::Received, &packet.destination_client, packet.sequence)?.acknowledgement
        })
    }
}

pub fn register(chain: &mut Chain, id: &ClientId, other: &ClientId) -> Ran<()> {
    chain.block(|state, ctx, events| client::register_counterparty(state, ctx, id, other, &merkle_prefix(), events))
}

pub fn payload(value: &[u8]) -> Payload {
    Payload {
        source_port: PORT.into(),
        destination_port: PORT.into(),
        version: VERSION.into(),
        encoding: ENCODING.into(),
        value: value.to_vec(),
    }
}

/// An application that answers as it is told, writes a mark, and keeps a diary.
#[derive(Default)]
pub struct TestApp {
    pub answer: RefCell<Option<RecvOutcome>>,
    pub refuse_send: Cell<bool>,
    /// Calls made, in order.
    pub diary: RefCell<Vec<String>>,
    /// A message that `on_acknowledgement` sends to the core again (re-entrancy).
    pub again: RefCell<Option<MsgAcknowledgement>>,
}

impl TestApp {
    pub fn answers(&self, outcome: RecvOutcome) {
        *self.answer.borrow_mut() = Some(outcome);
    }

    pub fn calls(&self) -> Vec<String> {
        self.diary.take()
    }
}

/// Where the application marks that it ran.
pub const MARK: &[u8] = b"mark";

impl PacketApp for TestApp {
    fn on_send(&self, state: &mut State<'_>, _: &BlockContext, packet: &Packet, signer: &Address, _: &mut Vec<Event>) -> Result<(), Rejection> {
        assert_eq!(*signer, department());
        let commitment = packet_commitment_path(&packet.source_client, packet.sequence);
        assert!(state.get(Substore::Ibc, &commitment).is_some(), "the commitment stands before the application is asked");
        if self.refuse_send.get() {
            return Err(Rejection::new(govhub_types::Code(100), "told to"));
        }
        self.diary.borrow_mut().push(format!("send {}", packet.sequence));
        Ok(())
    }

    fn on_recv(&self, state: &mut State<'_>, _: &BlockContext, packet: &Packet, by: &Address, events: &mut Vec<Event>) -> RecvOutcome {
        assert_eq!(*by, relayer());
        self.diary.borrow_mut().push(format!("recv {}", packet.sequence));
        state.put(Substore::Exchange, MARK, packet.sequence.to_be_bytes().to_vec());
        events.push(Event::new("app"));
        self.answer.borrow().clone().unwrap_or(RecvOutcome::Ack(b"done".to_vec()))
    }

    fn on_acknowledgement(
        &self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8], _: &Address, events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        self.diary.borrow_mut().push(format!("ack {} {}", packet.sequence, String::from_utf8_lossy(acknowledgement)));
        if let Some(msg) = self.again.take() {
            assert_eq!(packet::acknowledge(state, ctx, self, &msg, events), Ok(packet::Effect::Noop), "the commitment is gone already");
        }
        Ok(())
    }

    fn on_timeout(&self, state: &mut State<'_>, _: &BlockContext, packet: &Packet, _: &Address, _: &mut Vec<Event>) -> Result<(), Rejection> {
        let commitment = packet_commitment_path(&packet.source_client, packet.sequence);
        assert!(state.get(Substore::Ibc, &commitment).is_none(), "the commitment is gone before the application hears of it");
        self.diary.borrow_mut().push(format!("timeout {}", packet.sequence));
        Ok(())
    }
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(ran: Ran<T>) -> govhub_types::Code {
    ran.0.expect_err("refused").code
}
