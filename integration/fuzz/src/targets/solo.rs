//! What a solo machine's operator hands over, and the claims cut from it.

use std::sync::LazyLock;

use govhub_lc_core::native::Item;
use govhub_lc_core::{ConsensusStates, LightClient, Verdict};
use govhub_lc_solo_machine::native;
use govhub_lc_solo_machine::sign_bytes::{self, Binding};
use govhub_lc_solo_machine::testing::Machine;
use govhub_types::{Height, KeyKind, Time};
use ibc_proto::google::protobuf::Any;

use crate::Target;

const NOW: Time = Time::from_unix_s(1_800_000_000);

static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new(KeyKind::P256, 1, NOW));

/// A machine's client keeps all it needs.
struct Nothing;

impl ConsensusStates for Nothing {
    fn at(&self, _: Height) -> Option<Any> {
        None
    }

    fn before(&self, _: Height) -> Option<(Height, Any)> {
        None
    }

    fn after(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
}

fn binding() -> Binding<'static> {
    Binding { sequence: 1, time: NOW, diversifier: &MACHINE.diversifier }
}

/// Statement files: no mutation proves another statement, or turns the machine to another key or diversifier.
pub fn native() -> Target {
    let (time, key) = (NOW.unix_ns(), MACHINE.key.public_key());
    let statement = hex::encode(MACHINE.key.sign(&sign_bytes::statement(binding(), b"path", b"value")));
    let header = hex::encode(MACHINE.key.sign(&sign_bytes::header(binding(), &key.to_any(), "dept-solo-1")));
    let statement = format!(r#"{{"time_ns":"{time}","signature":"{statement}","sequence":"1","path":"70617468","value":"76616c7565"}}"#);
    let new_key = format!(r#"{{"key_type":"{}","public_key":"{}"}}"#, key.kind().name(), hex::encode(key.as_bytes()));
    let header = format!(r#"{{"time_ns":"{time}","signature":"{header}","new_key":{new_key},"new_diversifier":"dept-solo-1"}}"#);
    let machine = MACHINE.client();
    let Ok(items) = native::items(statement.as_bytes()) else { panic!("our own statement") };
    let [Item::Proof { proof, .. }] = items.as_slice() else { panic!("one statement") };
    assert!(native::check_proof(&machine, &Nothing, proof).is_ok(), "our own statement");
    Target {
        name: "solo machine statements",
        seeds: vec![proof.clone(), format!(r#"{{"statements":[{header},{statement}]}}"#).into_bytes(), header.into_bytes(), statement.into_bytes()],
        run,
    }
}

fn run(bytes: &[u8]) -> bool {
    let proved = proves(bytes);
    let _ = native::trust_file(bytes, &Default::default());
    let Ok(items) = native::items(bytes) else { return proved };
    for item in &items {
        let _ = native::self_check(item);
        match item {
            Item::Proof { proof, .. } => drop(proves(proof)),
            Item::Header { header, .. } => turns(header),
        }
    }
    true
}

/// The one statement that the machine signed is the one that proves.
fn proves(proof: &[u8]) -> bool {
    let proved = native::check_proof(&MACHINE.client(), &Nothing, proof).is_ok();
    let holds = |part: &[u8]| proof.windows(part.len()).any(|window| window == part);
    assert!(!proved || (holds(b"path") && holds(b"value")), "only what was signed is proved");
    proved
}

fn turns(header: &Any) {
    if let Ok(Verdict::Accepted(update)) = MACHINE.client().verify_header(&Nothing, header, NOW) {
        let next = govhub_lc_solo_machine::ClientState::decode(&update.client_state).expect("our own client state");
        assert_eq!(*next.consensus(), MACHINE.consensus(), "only what was signed is accepted");
    }
}
