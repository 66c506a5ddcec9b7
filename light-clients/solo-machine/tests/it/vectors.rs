//! ibc-go v10.5.1 wrote these bytes and signatures; each is judged here as there.

use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_solo_machine::sign_bytes;
use govhub_lc_solo_machine::{ClientState, ConsensusState, CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, MISBEHAVIOUR_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use serde_json::Value;

use crate::common::{prefix, under, Nothing, NOW};

const VECTORS: &str = include_str!("../../testdata/ibc_go_v10_5_1.json");

struct Vector(Value);

impl Vector {
    fn all() -> Vec<Self> {
        let all: Vec<Value> = serde_json::from_str(VECTORS).expect("JSON");
        assert_eq!(all.len(), 2, "secp256k1 and P-256");
        all.into_iter().map(Self).collect()
    }

    fn bytes(&self, field: &str) -> Vec<u8> {
        hex::decode(self.0[field].as_str().expect("text")).expect("hex")
    }

    fn any(&self, url: &str, field: &str) -> Any {
        Any { type_url: url.into(), value: self.bytes(field) }
    }

    fn client(&self) -> ClientState {
        ClientState::decode(&self.any(CLIENT_STATE_URL, "client_state")).expect("ibc-go's own")
    }
}

#[test]
fn states_of_ibc_go_are_read_and_written_byte_for_byte() {
    for vector in Vector::all() {
        let client = vector.client();
        assert_eq!(client.encode().value, vector.bytes("client_state"));
        assert_eq!(client.latest_height(), Height::new(0, 7));
        let consensus = ConsensusState::decode(&vector.any(CONSENSUS_STATE_URL, "consensus_state")).expect("ibc-go's own");
        assert_eq!(&consensus, client.consensus());
        assert_eq!(consensus.encode().value, vector.bytes("consensus_state"));
    }
}

#[test]
fn a_header_of_ibc_go_changes_key_and_diversifier_as_there() {
    for vector in Vector::all() {
        let client = vector.client();
        let verdict = client.verify_header(&Nothing, &vector.any(HEADER_URL, "header"), NOW).expect("decodes");
        let Verdict::Accepted(update) = verdict else { panic!("{verdict:?}") };
        assert_eq!(update.client_state, vector.any(CLIENT_STATE_URL, "updated_client_state"));
        assert_eq!(update.consensus_states.len(), 1);
        assert_eq!(update.consensus_states[0].0, Height::new(0, 8));
    }
}

#[test]
fn proofs_of_ibc_go_count_the_sequence_up_as_there() {
    for vector in Vector::all() {
        let (client, prefix, path, value) = (vector.client(), prefix(), vector.bytes("path"), vector.bytes("value"));
        let time = Time::from_unix_ns(NOW.unix_ns() + 5);
        assert_eq!(sign_bytes::statement(client.binding(time), &path, &value), vector.bytes("membership_sign_bytes"));
        let after = Some(vector.any(CLIENT_STATE_URL, "proved_client_state"));
        let height = client.latest_height();
        let present = client.verify_membership(&Nothing, height, under(&prefix, &path), &value, &vector.bytes("membership_proof"));
        assert_eq!(present, Ok(after.clone()));
        let absent = client.verify_absence(&Nothing, height, under(&prefix, &path), &vector.bytes("non_membership_proof"));
        assert_eq!(absent, Ok(after));
    }
}

#[test]
fn evidence_of_ibc_go_freezes_and_so_does_evidence_that_ibc_go_cannot_take() {
    for vector in Vector::all() {
        assert_eq!(vector.0["ibc_go_refuses_raw_path"], true, "ibc-go wants a MerklePath where its own proofs sign a raw key");
        for field in ["misbehaviour", "misbehaviour_with_raw_path"] {
            let verdict = vector.client().check_misbehaviour(&Nothing, &vector.any(MISBEHAVIOUR_URL, field), NOW).expect("decodes");
            assert!(matches!(verdict, Verdict::Misbehaviour(ref reason) if reason.code == "equivocation"), "{field}: {verdict:?}");
        }
    }
}
