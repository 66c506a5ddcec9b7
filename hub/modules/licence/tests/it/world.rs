//! A department's chain of one module: a state over an empty store, and messages at given seconds.

use govhub_licence::proto::{Ground, Item, MsgIssue, MsgMintCode, Record};
use govhub_licence::{genesis, handle, register, Caller, Config};
use govhub_store::{Empty, State};
use govhub_types::Address;
use govhub_types::{BlockContext, Code, Event, Rejection, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

/// The department of these tests; check character by GB 32100.
pub const OWN: &str = "11440000007000000J";
/// Another department.
pub const OTHER: &str = "11110000000021135M";
/// The on-chain list of purposes.
const PURPOSES: [&str; 2] = ["notary", "tax"];
/// A licence type.
pub const TYPE: &str = "11100000000013338W011";
/// 2026-11-24T00:00:00Z, day 20,781 in UTC+8.
pub const NOW_S: u64 = 1_795_478_400;
/// Its day.
pub const TODAY: u32 = 20_781;

/// The chain.
pub struct World {
    pub state: State<'static>,
    pub ctx: BlockContext,
    pub events: Vec<Event>,
}

impl World {
    /// Right after genesis, at [`NOW_S`].
    pub fn new() -> Self {
        let mut state = State::new(&Empty);
        genesis::genesis(&mut state, &Config { department: OWN.into() }).expect("a department");
        let ctx = BlockContext { chain_id: "guangzhou-1".parse().expect("an id"), height: 7, time: Time::from_unix_s(NOW_S) };
        Self { state, ctx, events: Vec::new() }
    }

    /// Executes `message` for `department`'s account, in a layer of its own as the host does.
    pub fn run_as(&mut self, department: Option<&str>, name: &str, message: &impl Message) -> Result<(), Rejection> {
        let caller = Caller { address: signer(), department: department.map(|d| d.parse().expect("a department")) };
        let any = Any { type_url: format!("/govhub.licence.v1.{name}"), value: message.encode_to_vec() };
        self.state.checkpoint();
        let outcome = handle(&mut self.state, &self.ctx, &caller, |_, word| PURPOSES.contains(&word), &any, &mut self.events);
        match outcome {
            Ok(()) => self.state.keep(),
            Err(_) => self.state.discard(),
        }
        outcome
    }

    /// Executes `message` for the chain's own department.
    pub fn run(&mut self, name: &str, message: &impl Message) -> Result<(), Rejection> {
        self.run_as(Some(OWN), name, message)
    }

    /// Records licence `n` and gives its ref.
    pub fn issue(&mut self, n: u8) -> Vec<u8> {
        self.run("MsgIssue", &issue(item(n))).expect("a good item");
        vec![n; 32]
    }

    /// The record of `licence_ref`.
    pub fn record(&self, licence_ref: &[u8]) -> Record {
        register::get(&self.state, &licence_ref.try_into().expect("32 bytes")).expect("recorded")
    }

    /// Lets `seconds` pass.
    pub fn pass(&mut self, seconds: u64) {
        self.ctx.height += 1;
        self.ctx.time = Time::from_unix_s(self.ctx.time.unix_s() + seconds);
    }
}

/// The signer of every message here.
pub fn signer() -> Address {
    Address::of_module("somebody")
}

/// A good item with ref `[n; 32]`.
pub fn item(n: u8) -> Item {
    Item {
        licence_ref: vec![n; 32],
        licence_type: TYPE.into(),
        region: "440100".into(),
        issued_on: TODAY,
        not_before: TODAY,
        not_after: TODAY + 365,
        status: 1,
    }
}

/// A good ground.
pub fn ground() -> Option<Ground> {
    Some(Ground { reason: "holder-request".into(), legal_basis: "GD-2020-7".into() })
}

/// A message around an item.
pub fn issue(item: Item) -> MsgIssue {
    MsgIssue { signer: "gov1signer".into(), item: Some(item), ground: ground() }
}

/// A good minting for licence `[n; 32]`.
pub fn mint(n: u8) -> MsgMintCode {
    MsgMintCode {
        signer: "gov1signer".into(),
        code_hash: vec![0xc0 + n; 32],
        licence_ref: vec![n; 32],
        bind: vec![0xb0 + n; 32],
        audience: OTHER.into(),
        purpose: "notary".into(),
        expires_at: NOW_S + 120,
    }
}

/// The refusal's code.
pub fn code_of(outcome: Result<(), Rejection>) -> Code {
    outcome.expect_err("refused").code
}
