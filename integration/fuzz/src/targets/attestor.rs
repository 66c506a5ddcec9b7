//! What relayers bring to an attestor light client, and what an operator reads from a service.

use std::sync::LazyLock;

use govhub_lc_attestor::native;
use govhub_lc_attestor::testing::{attestation, header_any, misbehaviour_any, proof as honest_proof, Attestors};
use govhub_lc_attestor::{Attestation, ClientState, ConsensusState, Outcome, Statement, HEADER_URL, MISBEHAVIOUR_URL};
use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::Target;

const NOW: Time = Time::from_unix_s(1_800_000_000);
const ANCHOR: Height = Height::new(0, 5);

fn path(sequence: u64) -> Vec<u8> {
    [b"gov-attestor-3\x02".as_slice(), &sequence.to_be_bytes()].concat()
}

fn statements() -> Vec<Statement> {
    let of = |sequence, outcome| Statement::new(&path(sequence), outcome).expect("within bounds");
    vec![of(1, Outcome::Value(vec![2])), of(2, Outcome::Absent), of(3, Outcome::Value(vec![7; 32]))]
}

fn honest() -> Attestation {
    attestation(Height::new(0, 7), NOW, &statements())
}

static ATTESTORS: LazyLock<Attestors> = LazyLock::new(|| Attestors::new(3, 4, 1));
static CLIENT: LazyLock<ClientState> = LazyLock::new(|| ATTESTORS.client(ANCHOR));

/// The anchor, and the honest attestation of height 8.
struct Stored;

impl ConsensusStates for Stored {
    fn at(&self, height: Height) -> Option<Any> {
        match height.revision_height {
            5 => Some(ConsensusState::empty(NOW).encode()),
            8 => Some(honest().consensus_state().encode()),
            _ => None,
        }
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        Some(ANCHOR).filter(|anchor| *anchor < height).and_then(|anchor| Some((anchor, self.at(anchor)?)))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        Some(ANCHOR).filter(|anchor| *anchor > height).and_then(|anchor| Some((anchor, self.at(anchor)?)))
    }
}

/// Headers and evidence: no mutation is believed as something that the attestors did not sign.
pub fn client_message() -> Target {
    let turn = Attestation { next: Some(ATTESTORS.successors(2).set), ..honest() };
    let evidence = misbehaviour_any(ATTESTORS.evidence(&honest(), Some((&statements(), 0))), ATTESTORS.evidence(&turn, None));
    let all = ATTESTORS.signed(&honest(), &[0, 1, 2, 3]);
    Target {
        name: "attestor client message",
        seeds: [header_any(&ATTESTORS.header(&honest())), header_any(&all), header_any(&ATTESTORS.header(&turn)), contradiction(), evidence]
            .map(|any| any.value)
            .to_vec(),
        run: run_message,
    }
}

/// Two roots of height 7.
fn contradiction() -> Any {
    misbehaviour_any(ATTESTORS.evidence(&honest(), None), ATTESTORS.evidence(&attestation(Height::new(0, 7), NOW, &[]), None))
}

/// The same bytes as a header and as evidence: without the `Any` around them, their fields lie open to mutation.
fn run_message(bytes: &[u8]) -> bool {
    [HEADER_URL, MISBEHAVIOUR_URL].into_iter().any(|url| judge(&Any { type_url: url.into(), value: bytes.to_vec() }))
}

fn judge(message: &Any) -> bool {
    let _ = CLIENT.check_misbehaviour(&Stored, message, NOW);
    match CLIENT.verify_header(&Stored, message, NOW) {
        Ok(Verdict::Accepted(update)) => {
            assert_eq!(update.consensus_states, [(Height::new(0, 7), honest().consensus_state().encode())], "only what was signed is accepted");
            let next = ClientState::decode(&update.client_state).expect("our own client state");
            assert!([&ATTESTORS.set, &ATTESTORS.successors(2).set].contains(&next.attestors()), "only a signed successor follows");
            true
        }
        Ok(Verdict::Misbehaviour(reason)) => {
            // Everything that the seeds hold signed agrees, but for the two roots of height 7 and the successor beside none.
            assert!(["equivocation", "two-values", "presence-and-absence"].contains(&reason.code), "{reason}");
            true
        }
        _ => false,
    }
}

/// Client and consensus states; what is accepted encodes again.
pub fn states() -> Target {
    Target {
        name: "attestor states",
        seeds: vec![CLIENT.encode().encode_to_vec(), ConsensusState::empty(NOW).encode().encode_to_vec(), honest().consensus_state().encode().encode_to_vec()],
        run: |bytes| {
            let Ok(any) = Any::decode(bytes) else { return false };
            let client = ClientState::decode(&any).map(|state| state.encode());
            let consensus = ConsensusState::decode(&any).map(|state| state.encode());
            let accepted: Vec<Any> = [client, consensus].into_iter().flatten().collect();
            assert!(accepted.iter().all(|again| *again == any), "a state has one encoding");
            !accepted.is_empty()
        },
    }
}

/// Proofs: no mutation shows another value, absence of what is stated, or presence of what is stated absent.
pub fn proof() -> Target {
    Target {
        name: "attestor proof",
        seeds: (0..3).map(|place| honest_proof(&statements(), place)).collect(),
        run: |proof| {
            let height = Height::new(0, 8);
            let present = |sequence, value: &[u8]| {
                let stored = StoredPath { prefix: &[Vec::new()], path: &path(sequence) };
                CLIENT.verify_membership(&Stored, height, stored, value, proof).is_ok()
            };
            let absent = |sequence| {
                let stored = StoredPath { prefix: &[Vec::new()], path: &path(sequence) };
                CLIENT.verify_absence(&Stored, height, stored, proof).is_ok()
            };
            assert!(!present(1, &[3]) && !absent(1) && !present(2, &[2]) && !absent(4) && !present(4, &[2]));
            present(1, &[2]) || absent(2) || present(3, &[7; 32])
        },
    }
}

/// JSON of a service, and the claims cut from it.
pub fn native() -> Target {
    let digits = |bytes: &[u8]| hex::encode(bytes);
    let header = ATTESTORS.header(&honest());
    let signatures: Vec<String> =
        header.signatures.iter().map(|one| format!(r#"{{"attestor":{},"signature":"{}"}}"#, one.attestor, digits(&one.signature))).collect();
    let file = format!(
        r#"{{"epoch":1,"height":"0-7","time_ns":"{}","statements":[{{"path":"{}","value":"02"}},{{"path":"{}","absent":true}}],"signatures":[{}]}}"#,
        NOW.unix_ns(),
        digits(&path(1)),
        digits(&path(2)),
        signatures.join(",")
    );
    Target {
        name: "attestor file",
        seeds: vec![file.clone().into_bytes(), format!(r#"{{"attestations":[{file}]}}"#).into_bytes()],
        run: |bytes| {
            let _ = native::check_proof(&CLIENT, &Stored, bytes);
            let _ = native::trust_file(bytes, &[("diversifier".to_owned(), "a".to_owned())].into());
            match native::items(bytes) {
                Ok(items) => {
                    assert!(items.iter().all(|item| native::self_check(item).is_ok()), "what is cut from a file is well formed");
                    true
                }
                Err(_) => false,
            }
        },
    }
}
