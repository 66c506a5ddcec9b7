//! Three chains, asker, hub and issuer, and a relayer's hands between them: every step with its light client and its proof.

use govhub_exchange::genesis::{Config, RuleConfig};
use govhub_exchange::lists::{self, List};
use govhub_exchange::proto::{Asked, BindDepartment, MsgAsk, SetHub};
use govhub_exchange::{actions, department, Caller, Exchange};
use govhub_ibc::packet::{self, Effect};
use govhub_ibc::types::{
    packet_acknowledgement_path, packet_commitment_path, packet_receipt_path, Direction, MsgAcknowledgement, MsgRecvPacket, MsgTimeout, Packet,
};
use govhub_ibc::PacketApp;
use govhub_licence::proto::{Ground, Item, MsgIssue, MsgMintCode};
use govhub_packets::evaluate::{read, LocalCheck, Reading, Request};
use govhub_packets::{code_hash, Answer, Authorisation, BadAnswer, LicVerify, Outcome};
use govhub_store::State;
use govhub_types::{BlockContext, ClientId, Event, Rejection};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::chain::Chain;
use crate::world::{account, bind, lists, relayer, rule, People, ASKER, CODE, ISSUER, NOW_S, TODAY, TYPE};

/// The three chains and the clients between them.
pub struct Journey {
    pub asker: Chain,
    pub hub: Chain,
    pub issuer: Chain,
}

/// A department's client of the hub.
pub const OF_HUB: &str = "07-tendermint-0";
/// The hub's client of the asker.
pub const OF_ASKER: &str = "07-tendermint-0";
/// The hub's client of the issuer.
pub const OF_ISSUER: &str = "07-tendermint-1";

/// A client id.
pub fn id(text: &str) -> ClientId {
    text.parse().expect("an id")
}

fn people(department: Option<&str>) -> People {
    let all = vec![(ISSUER.into(), TYPE.into(), "440100".into(), 0, u32::MAX)];
    People { grants: all.into(), department: department.map(str::to_owned) }
}

fn department(chain_id: &'static str, seed: u8, code: &'static str) -> Chain {
    Chain::new(chain_id, seed, NOW_S, people(Some(code)), |state| {
        govhub_exchange::genesis::genesis(state, &Config { department: Some(code.into()), ..lists() }).expect("a good genesis");
        govhub_licence::genesis::genesis(state, &govhub_licence::Config { department: code.into() }).expect("a good genesis");
    })
}

impl Journey {
    /// Three chains that follow one another; the asker may ask the issuer with a code or by law.
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    /// The same; margins and quota of the hub from `config`.
    pub fn with(config: Config) -> Self {
        let mut asker = department("shenzhen-1", 1, ASKER);
        let mut issuer = department("guangzhou-1", 2, ISSUER);
        let by_law = RuleConfig { authorisation: 3, ..rule() };
        let config = Config { rules: vec![rule(), by_law], ..Config { max_open: config.max_open, ..lists() } };
        let mut hub = Chain::new("govhub-1", 3, NOW_S, people(None), |state| {
            govhub_exchange::genesis::genesis(state, &config).expect("a good genesis");
        });
        assert_eq!(hub.follow(&asker, OF_HUB).as_str(), OF_ASKER);
        assert_eq!(hub.follow(&issuer, OF_HUB).as_str(), OF_ISSUER);
        asker.follow(&hub, OF_ASKER);
        issuer.follow(&hub, OF_ISSUER);
        for (department, client_id) in [(ASKER, OF_ASKER), (ISSUER, OF_ISSUER)] {
            act(&mut hub, "BindDepartment", &BindDepartment { department: department.into(), client_id: client_id.into() });
        }
        for chain in [&mut asker, &mut issuer] {
            act(chain, "SetHub", &SetHub { client_id: OF_HUB.into() });
        }
        Self { asker, hub, issuer }
    }

    /// Records licence `[1; 32]`, in force, and mints its code.
    pub fn issue_and_mint(&mut self) {
        let item = Item {
            licence_ref: vec![1; 32],
            licence_type: TYPE.into(),
            region: "440100".into(),
            issued_on: TODAY,
            not_before: TODAY,
            not_after: TODAY + 9,
            status: 1,
        };
        register(&mut self.issuer, "MsgIssue", &MsgIssue { signer: String::new(), item: Some(item), ground: ground() }).expect("a good item");
        self.mint();
    }

    /// Mints the code anew: only once per chain.
    pub fn mint(&mut self) {
        let mint = MsgMintCode {
            signer: String::new(),
            code_hash: code_hash(&CODE).to_vec(),
            licence_ref: vec![1; 32],
            bind: bind().to_vec(),
            audience: ASKER.into(),
            purpose: "notary".into(),
            expires_at: self.issuer.now_s() + 100,
        };
        register(&mut self.issuer, "MsgMintCode", &mint).expect("a good minting");
    }

    /// Asks with the holder's code, an answer wanted within 60 s; gives the packet.
    pub fn ask(&mut self) -> Packet {
        let holder = LicVerify::Holder { licence_type: TYPE.parse().expect("a type"), bind: bind(), code: CODE };
        self.ask_with(Authorisation::HolderPresent, &holder)
    }

    /// Asks by law about licence `[n; 32]`.
    pub fn ask_by_law(&mut self, n: u8) -> Packet {
        let by_law = LicVerify::Statutory { licence_type: TYPE.parse().expect("a type"), licence_ref: [n; 32] };
        self.ask_with(Authorisation::Statutory, &by_law)
    }

    fn ask_with(&mut self, authorisation: Authorisation, body: &LicVerify) -> Packet {
        let now = self.asker.now_s().max(self.hub.now_s());
        let ask = MsgAsk {
            signer: String::new(),
            kind: "lic-verify/1".into(),
            to: ISSUER.into(),
            purpose: "notary".into(),
            legal_basis: "gd-2020-7".into(),
            service_item: "item-1".into(),
            authorisation: authorisation.number().unsigned_abs(),
            answer_by: now + 60,
            trace_id: vec![8; 16],
            body: body.encode(),
            timeout_timestamp: now + 200,
        };
        let any = Any { type_url: "/govhub.exchange.v1.MsgAsk".into(), value: ask.encode_to_vec() };
        let caller = Caller { address: account(), department: Some(ASKER.parse().expect("a department")) };
        self.asker.block(1, |app, state, ctx, events| app.handle(state, ctx, &caller, &any, events)).expect("a good question");
        newest(&self.asker, OF_HUB)
    }

    /// Brings leg one to the hub.
    pub fn bring_to_hub(&mut self, leg_one: &Packet) {
        deliver(&mut self.asker, &mut self.hub, &id(OF_ASKER), leg_one, None).expect("proved");
    }

    /// Leg two, newest.
    pub fn leg_two(&self) -> Packet {
        newest(&self.hub, OF_ISSUER)
    }

    /// Brings leg two to the issuer.
    pub fn bring_to_issuer(&mut self, leg_two: &Packet) {
        deliver(&mut self.hub, &mut self.issuer, &id(OF_HUB), leg_two, None).expect("proved");
    }

    /// Brings leg two to an issuer that runs another application.
    pub fn bring_to_liar(&mut self, leg_two: &Packet, liar: &dyn PacketApp) {
        deliver(&mut self.hub, &mut self.issuer, &id(OF_HUB), leg_two, Some(liar)).expect("proved");
    }

    /// Brings the issuer's acknowledgement back to the hub.
    pub fn back_to_hub(&mut self, leg_two: &Packet) {
        acknowledge(&mut self.issuer, &mut self.hub, &id(OF_ISSUER), leg_two).expect("proved");
    }

    /// Brings the hub's acknowledgement back to the asker; gives what the asker then knows.
    pub fn back_to_asker(&mut self, leg_one: &Packet) -> Asked {
        acknowledge(&mut self.hub, &mut self.asker, &id(OF_HUB), leg_one).expect("proved");
        self.asked(leg_one)
    }

    /// What the asker knows of its question.
    pub fn asked(&self, leg_one: &Packet) -> Asked {
        self.asker.look(|state| department::asked::get(state, OF_HUB, leg_one.sequence)).expect("it asked")
    }

    /// The whole way of a question that the hub forwards.
    pub fn there_and_back(&mut self, leg_one: &Packet) -> Asked {
        self.bring_to_hub(leg_one);
        let leg_two = self.leg_two();
        self.bring_to_issuer(&leg_two);
        self.back_to_hub(&leg_two);
        self.back_to_asker(leg_one)
    }

    /// The same, with an issuer that answers `said` to whatever is asked.
    pub fn with_a_liar(&mut self, leg_one: &Packet, said: impl Fn(&Packet, &BlockContext) -> Option<Vec<u8>>) -> Asked {
        self.bring_to_hub(leg_one);
        let leg_two = self.leg_two();
        self.bring_to_liar(&leg_two, &Liar(said));
        self.back_to_hub(&leg_two);
        self.back_to_asker(leg_one)
    }
}

/// An application that says what it is told to; `None` is the error acknowledgement.
struct Liar<F>(F);

impl<F: Fn(&Packet, &BlockContext) -> Option<Vec<u8>>> PacketApp for Liar<F> {
    fn on_send(&self, _: &mut State<'_>, _: &BlockContext, _: &Packet, _: &govhub_types::Address, _: &mut Vec<Event>) -> Result<(), Rejection> {
        Ok(())
    }
    fn on_recv(
        &self, _: &mut State<'_>, ctx: &BlockContext, packet: &Packet, _: &govhub_types::Address, _: &mut Vec<Event>,
    ) -> govhub_ibc::RecvOutcome {
        match (self.0)(packet, ctx) {
            Some(bytes) => govhub_ibc::RecvOutcome::Ack(bytes),
            None => govhub_ibc::RecvOutcome::Error,
        }
    }
    fn on_acknowledgement(
        &self, _: &mut State<'_>, _: &BlockContext, _: &Packet, _: &[u8], _: &govhub_types::Address, _: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        Ok(())
    }
    fn on_timeout(&self, _: &mut State<'_>, _: &BlockContext, _: &Packet, _: &govhub_types::Address, _: &mut Vec<Event>) -> Result<(), Rejection> {
        Ok(())
    }
}

/// A reason and a legal basis.
pub fn ground() -> Option<Ground> {
    Some(Ground { reason: "r".into(), legal_basis: "b".into() })
}

/// Executes an action of governance.
pub fn act(chain: &mut Chain, name: &str, action: &impl Message) {
    let any = Any { type_url: format!("/govhub.exchange.v1.{name}"), value: action.encode_to_vec() };
    chain.block(1, |_, state, _, events| actions::apply(state, &any, events)).expect("a good action");
}

/// Executes a message of the register in the issuer's name.
pub fn register(chain: &mut Chain, name: &str, message: &impl Message) -> Result<(), Rejection> {
    let caller = Caller { address: account(), department: Some(ISSUER.parse().expect("a department")) };
    let any = Any { type_url: format!("/govhub.licence.v1.{name}"), value: message.encode_to_vec() };
    let listed = |state: &State<'_>, word: &str| lists::contains(state, List::Purpose, word);
    chain.block(1, |_, state, ctx, events| govhub_licence::handle(state, ctx, &caller, listed, &any, events))
}

/// The newest packet sent over `client`.
pub fn newest(chain: &Chain, client: &str) -> Packet {
    let sent = chain.look(|state| packet::records(state, Direction::Sent, client, 1, 1_000, usize::MAX));
    sent.last().and_then(|r| r.packet.clone()).expect("something was sent")
}

/// Brings `packet` from `from` to `to`, where `client` follows `from`; another application than the exchange if given.
pub fn deliver(from: &mut Chain, to: &mut Chain, client: &ClientId, packet: &Packet, app: Option<&dyn PacketApp>) -> Result<Effect, Rejection> {
    let height = to.update(client, from);
    let message = MsgRecvPacket {
        packet: Some(packet.clone()),
        proof_commitment: from.prove(&packet_commitment_path(&packet.source_client, packet.sequence), height),
        proof_height: Some(height.into()),
        signer: relayer().to_string(),
    };
    let receive = |exchange: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>| {
        packet::recv(state, ctx, app.unwrap_or(exchange), &message, events)
    };
    to.block(1, receive)
}

/// Brings the acknowledgement of `packet` from `from`, which received it, to `to`, where `client` follows `from`.
pub fn acknowledge(from: &mut Chain, to: &mut Chain, client: &ClientId, packet: &Packet) -> Result<Effect, Rejection> {
    let height = to.update(client, from);
    let record = from.look(|state| packet::record(state, Direction::Received, &packet.destination_client, packet.sequence)).expect("received");
    let message = MsgAcknowledgement {
        packet: Some(packet.clone()),
        acknowledgement: record.acknowledgement,
        proof_acked: from.prove(&packet_acknowledgement_path(&packet.destination_client, packet.sequence), height),
        proof_height: Some(height.into()),
        signer: relayer().to_string(),
    };
    to.block(1, |app, state, ctx, events| packet::acknowledge(state, ctx, app, &message, events))
}

/// Proves to `to`, which sent `packet`, that `from` did not receive it in time.
pub fn time_out(from: &mut Chain, to: &mut Chain, client: &ClientId, packet: &Packet) -> Result<Effect, Rejection> {
    let height = to.update(client, from);
    let message = MsgTimeout {
        packet: Some(packet.clone()),
        proof_unreceived: from.prove(&packet_receipt_path(&packet.destination_client, packet.sequence), height),
        proof_height: Some(height.into()),
        signer: relayer().to_string(),
    };
    to.block(1, |app, state, ctx, events| packet::timeout(state, ctx, app, &message, events))
}

/// What a reader who holds the identifier makes of an answer.
pub fn reading(asked: &Asked) -> Result<Reading, BadAnswer> {
    let request = Request::of(&asked.value).expect("the chain kept its own question");
    read(&request, LocalCheck { identifier: Outcome::Pass, height: 0, time: 0 }, &asked.answer)
}

/// The acknowledgement as a typed answer.
pub fn answer(asked: &Asked) -> Answer {
    Answer::decode(&asked.answer).expect("well formed")
}
