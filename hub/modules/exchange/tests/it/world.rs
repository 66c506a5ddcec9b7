//! Two ends over empty stores: a hub with two lanes, a department's chain with a register, and packets made by hand.
//!
//! Here the packet core is not asked to send or to settle; the worlds with three chains and proofs do that.

use std::cell::RefCell;

use govhub_exchange::genesis::{genesis, Config, RuleConfig};
use govhub_exchange::lists::{self, List};
use govhub_exchange::{actions, Directory, Exchange};
use govhub_ibc::types::{Packet, Payload};
use govhub_ibc::{PacketApp, RecvOutcome};
use govhub_packets::{Answer, Authorisation, Envelope, LicVerify, Party, RefusedCode, Via};
use govhub_store::{Empty, State};
use govhub_types::{Address, BlockContext, DepartmentId, Event, LicenceType, Region, Rejection, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

/// Asks.
pub const ASKER: &str = "11440300000000000N";
/// Issues.
pub const ISSUER: &str = "11440000007000000J";
/// Has no lane.
pub const STRANGER: &str = "11110000000021135M";
/// A licence type.
pub const TYPE: &str = "11100000000013338W011";
/// Another one, under no rule.
pub const OTHER_TYPE: &str = "11100000000013338W012";
/// The hub's client of the asker.
pub const ASKER_CLIENT: &str = "07-tendermint-0";
/// The hub's client of the issuer.
pub const ISSUER_CLIENT: &str = "07-tendermint-1";
/// A department's client of the hub.
pub const HUB_CLIENT: &str = "07-tendermint-0";
/// 2026-11-24T00:00:00Z.
pub const NOW_S: u64 = 1_795_478_400;
/// Its day.
pub const TODAY: u32 = 20_781;

/// An identity module of a few lines.
pub struct People {
    /// Issuer, type, region, first day, last day.
    pub grants: RefCell<Vec<(String, String, String, u32, u32)>>,
    /// The department whose account is [`account`].
    pub department: Option<String>,
}

impl Directory for People {
    fn department_of(&self, _: &State<'_>, address: &Address) -> Option<DepartmentId> {
        (*address == account()).then(|| self.department.as_ref().map(|d| d.parse().expect("a department"))).flatten()
    }

    fn issuer_authorised(&self, _: &State<'_>, issuer: &DepartmentId, licence_type: &LicenceType, region: Option<&Region>, day: u32) -> bool {
        self.grants.borrow().iter().any(|(i, t, r, from, to)| {
            i == issuer.as_str() && t == licence_type.as_str() && region.is_none_or(|region| r == region.as_str()) && (*from..=*to).contains(&day)
        })
    }
}

/// The department's account.
pub fn account() -> Address {
    Address::of_module("the department's account")
}

/// Somebody who relays.
pub fn relayer() -> Address {
    Address::of_module("a relayer")
}

/// One chain.
pub struct World {
    pub state: State<'static>,
    pub ctx: BlockContext,
    pub people: People,
    pub events: Vec<Event>,
}

impl World {
    /// A chain with this genesis.
    pub fn new(config: &Config) -> Self {
        let mut state = State::new(&Empty);
        genesis(&mut state, config).expect("a good genesis");
        let ctx = BlockContext { chain_id: "govhub-1".parse().expect("an id"), height: 7, time: Time::from_unix_s(NOW_S) };
        let grants = RefCell::new(vec![(ISSUER.into(), TYPE.into(), "440100".into(), 0, u32::MAX)]);
        Self { state, ctx, people: People { grants, department: config.department.clone() }, events: Vec::new() }
    }

    /// The hub, with lanes for asker and issuer and one rule.
    pub fn hub() -> Self {
        let mut w = Self::new(&Config { rules: vec![rule()], ..lists() });
        for (department, client_id) in [(ASKER, ASKER_CLIENT), (ISSUER, ISSUER_CLIENT)] {
            w.act("BindDepartment", &govhub_exchange::proto::BindDepartment { department: department.into(), client_id: client_id.into() })
                .expect("unbound so far");
        }
        w
    }

    /// The issuer's chain.
    pub fn department() -> Self {
        Self::department_with(Config { department: Some(ISSUER.into()), ..lists() })
    }

    /// The issuer's chain with this exchange genesis.
    pub fn department_with(config: Config) -> Self {
        let mut w = Self::new(&config);
        govhub_licence::genesis::genesis(&mut w.state, &govhub_licence::Config { department: ISSUER.into() }).expect("a department");
        w.act("SetHub", &govhub_exchange::proto::SetHub { client_id: HUB_CLIENT.into() }).expect("unset so far");
        w
    }

    /// Executes an action of governance.
    pub fn act(&mut self, name: &str, action: &impl Message) -> Result<(), Rejection> {
        let any = Any { type_url: format!("/govhub.exchange.v1.{name}"), value: action.encode_to_vec() };
        actions::apply(&mut self.state, &any, &mut self.events)
    }

    /// Executes a message of the register in the department's name.
    pub fn register(&mut self, name: &str, message: &impl Message) {
        let caller = govhub_licence::Caller { address: account(), department: Some(ISSUER.parse().expect("a department")) };
        let any = Any { type_url: format!("/govhub.licence.v1.{name}"), value: message.encode_to_vec() };
        let listed = |state: &State<'_>, word: &str| lists::contains(state, List::Purpose, word);
        govhub_licence::handle(&mut self.state, &self.ctx, &caller, listed, &any, &mut self.events).expect("a good message");
    }

    /// Receives `packet` as the core does: in a layer that an error drops.
    pub fn receive(&mut self, packet: &Packet) -> RecvOutcome {
        let app = Exchange::new(&self.people);
        self.state.checkpoint();
        let outcome = app.on_recv(&mut self.state, &self.ctx, packet, &relayer(), &mut self.events);
        match outcome {
            RecvOutcome::Error => self.state.discard(),
            _ => self.state.keep(),
        }
        outcome
    }

    /// The answer to `packet`, at once.
    pub fn answer(&mut self, packet: &Packet) -> Answer {
        match self.receive(packet) {
            RecvOutcome::Ack(bytes) => Answer::decode(&bytes).expect("our answers are well formed"),
            RecvOutcome::Async => panic!("no answer yet"),
            RecvOutcome::Error => panic!("error acknowledgement: {:?}", self.events.last()),
        }
    }

    /// The name of the fault for which `packet` gets the error acknowledgement.
    pub fn fault(&mut self, packet: &Packet) -> String {
        assert!(matches!(self.receive(packet), RecvOutcome::Error), "not an error acknowledgement");
        let event = self.events.last().expect("an event");
        assert_eq!(event.kind, "exchange_fault");
        event.attributes.iter().find(|(k, _)| k == "fault").expect("named").1.clone()
    }

    /// The refusal of `packet`.
    pub fn refusal(&mut self, packet: &Packet) -> (RefusedCode, Party) {
        match self.answer(packet) {
            Answer::Refused { code, by, .. } => (code, by),
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Lets `seconds` pass.
    pub fn pass(&mut self, seconds: u64) {
        self.ctx.height += 1;
        self.ctx.time = Time::from_unix_s(self.ctx.time.unix_s() + seconds);
    }
}

/// A genesis with words.
pub fn lists() -> Config {
    Config {
        purposes: vec!["notary".into(), "tax".into()],
        legal_bases: vec!["gd-2020-7".into()],
        service_items: vec!["item-1".into()],
        ..Config::default()
    }
}

/// The one rule: the asker may ask the issuer with a code.
pub fn rule() -> RuleConfig {
    RuleConfig {
        asker: ASKER.into(),
        issuer: ISSUER.into(),
        kind: "lic-verify/1".into(),
        licence_type: TYPE.into(),
        purpose: "notary".into(),
        legal_basis: "gd-2020-7".into(),
        authorisation: 1,
        not_before: TODAY - 10,
        not_after: TODAY + 10,
    }
}

/// A holder's question to the issuer that the rule allows.
pub fn question() -> Envelope {
    Envelope {
        kind: "lic-verify/1".into(),
        from: ASKER.parse().expect("a department"),
        to: Some(ISSUER.parse().expect("a department")),
        purpose: "notary".into(),
        legal_basis: "gd-2020-7".into(),
        service_item: "item-1".into(),
        authorisation: Authorisation::HolderPresent,
        answer_by: NOW_S + 60,
        trace_id: [9; 16],
        body: holder(TYPE),
        via: None,
    }
}

/// The body of a holder's question.
pub fn holder(licence_type: &str) -> Vec<u8> {
    LicVerify::Holder { licence_type: licence_type.parse().expect("a type"), bind: bind(), code: CODE }.encode()
}

/// The body of a question by law.
pub fn statutory(licence_type: &str, n: u8) -> Vec<u8> {
    LicVerify::Statutory { licence_type: licence_type.parse().expect("a type"), licence_ref: [n; 32] }.encode()
}

/// The holder's code.
pub const CODE: [u8; 16] = [0xc0; 16];

/// The bind of licence `[1; 32]`.
pub fn bind() -> [u8; 32] {
    govhub_packets::bind(&[0xb0; 16], &[1; 32])
}

/// What the hub appends to a question of the asker.
pub fn via() -> Option<Via> {
    Some(Via { client_id: ASKER_CLIENT.parse().expect("a client"), sequence: 3, asker: ASKER.parse().expect("a department") })
}

/// Leg one of `envelope`, from the asker's chain, with two minutes to live.
pub fn leg_one(envelope: &Envelope) -> Packet {
    packet(ASKER_CLIENT, envelope.encode(), NOW_S + 120)
}

/// Leg two of `envelope`, from the hub.
pub fn leg_two(envelope: &Envelope) -> Packet {
    packet(HUB_CLIENT, Envelope { via: via(), ..envelope.clone() }.encode(), NOW_S + 50)
}

/// A packet that arrived over `client`.
pub fn packet(client: &str, value: Vec<u8>, timeout_timestamp: u64) -> Packet {
    let payload = Payload {
        source_port: "exchange".into(),
        destination_port: "exchange".into(),
        version: "govhub-1".into(),
        encoding: "application/x-protobuf".into(),
        value,
    };
    Packet { sequence: 3, source_client: "07-tendermint-9".into(), destination_client: client.into(), timeout_timestamp, payloads: vec![payload] }
}
