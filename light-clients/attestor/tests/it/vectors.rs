//! Vectors that `testdata/attest.py` wrote from the .proto alone.

use govhub_lc_attestor::{ClientState, ConsensusState, CLIENT_STATE_URL, CONSENSUS_STATE_URL};
use govhub_lc_core::{LightClient, StoredPath, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use serde_json::Value;

use crate::world::{at, code, States};

fn vectors() -> Value {
    serde_json::from_slice(include_bytes!("../../testdata/vectors.json")).expect("JSON")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("hexadecimal")).expect("hexadecimal")
}

fn any(url: &str, value: &Value) -> Any {
    Any { type_url: url.into(), value: bytes(value) }
}

fn time(value: &Value) -> Time {
    Time::from_unix_ns(value.as_str().and_then(|text| text.parse().ok()).expect("nanoseconds"))
}

fn world(vectors: &Value) -> (ClientState, States) {
    let client = ClientState::decode(&any(CLIENT_STATE_URL, &vectors["client"])).expect("a client state");
    let anchor = any(CONSENSUS_STATE_URL, &vectors["anchor"]);
    (client, States([(at(5), anchor)].into()))
}

#[test]
fn every_case_gives_its_stated_verdict() {
    let vectors = vectors();
    let (client, states) = world(&vectors);
    let mut seen = [0, 0, 0];
    for case in vectors["cases"].as_array().expect("cases") {
        let (name, expected) = (case["name"].as_str().expect("a name"), case["expected"].as_str().expect("a verdict"));
        let message = any(&format!("/govhub.lightclients.attestor.v1.{}", case["type"].as_str().expect("a type")), &case["value"]);
        let verdict = client.verify_header(&states, &message, time(&vectors["now_ns"]));
        assert_eq!(code(verdict.clone()), expected, "{name}: {verdict:?}");
        if let Ok(Verdict::Accepted(update)) = verdict {
            let height: Height = at(case["after_height"].as_u64().expect("a height"));
            assert_eq!(update.consensus_states, [(height, any(CONSENSUS_STATE_URL, &case["consensus"]))], "{name}");
            if case["client"].is_string() {
                assert_eq!(update.client_state, any(CLIENT_STATE_URL, &case["client"]), "{name}");
            }
        }
        seen[match expected {
            "accepted" => 0,
            "misbehaviour" => 1,
            _ => 2,
        }] += 1;
    }
    assert_eq!(seen, [4, 7, 15], "accepted, misbehaviour, refused");
}

#[test]
fn sets_and_digests_are_hashed_alike() {
    let vectors = vectors();
    let (client, _) = world(&vectors);
    assert_eq!(hex::encode(client.attestors().hash()), vectors["attestors_hash"].as_str().expect("a hash"));
    assert_eq!((client.chain_id().as_str(), client.diversifier()), (vectors["chain_id"].as_str().expect("an id"), vectors["diversifier"].as_str().expect("an id")));
    assert_eq!(client.encode().value, bytes(&vectors["client"]), "one encoding");
    assert_eq!(client.attestors().attestors()[0].name, "住房和城乡建设局");
}

#[test]
fn every_proof_proves_its_statement_and_no_other() {
    let vectors = vectors();
    let (client, mut states) = world(&vectors);
    let proofs = vectors["proofs"].as_array().expect("proofs");
    let root: [u8; 32] = bytes(&vectors["proofs_root"]).try_into().expect("a hash");
    let state = ConsensusState { time: time(&vectors["now_ns"]), statements_root: root, statement_count: proofs.len() as u32 };
    states.0.insert(at(9), state.encode());
    let mut seen = [0, 0];
    for (place, one) in proofs.iter().enumerate() {
        for (other_place, other) in proofs.iter().enumerate() {
            let (path, proof) = (bytes(&one["path"]), bytes(&other["proof"]));
            let stored = StoredPath { prefix: &[Vec::new()], path: &path };
            let (present, absent) = match one["value"].as_str() {
                Some(value) => (client.verify_membership(&states, at(9), stored, &hex::decode(value).expect("hex"), &proof).is_ok(), false),
                None => (false, client.verify_absence(&states, at(9), stored, &proof).is_ok()),
            };
            assert_eq!(present || absent, place == other_place, "{place} by {other_place}");
            seen[usize::from(place == other_place)] += 1;
        }
    }
    assert_eq!(seen, [42, 7]);
}
