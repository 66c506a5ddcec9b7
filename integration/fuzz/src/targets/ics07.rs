//! What relayers bring to a CometBFT light client: headers, evidence, proofs, and the states in a trust file.

use govhub_lc_cometbft::native;
use govhub_lc_cometbft::testing::{client_any, client_state, header_any, members, misbehaviour_any, set, Act, Draft};
use govhub_lc_cometbft::{ClientState, ConsensusState, ProofSpecs};
use govhub_lc_core::{ConsensusStates, LightClient, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::Target;

const CHAIN: &str = "guangzhou-1";

fn draft(height: u64) -> Draft {
    Draft::new(CHAIN, height, Time::from_unix_s(1_800_000_000 + height), &members(1, 4))
}

/// A header of the same height and another state: with the true one, evidence.
fn other(height: u64) -> Draft {
    Draft { app_hash: vec![8; 32], ..draft(height) }
}

/// One consensus state, at height 5.
struct AtFive;

impl ConsensusStates for AtFive {
    fn at(&self, height: Height) -> Option<Any> {
        (height == draft(5).at()).then(|| draft(5).consensus_state().encode())
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        Some(draft(5).at()).filter(|five| *five < height).and_then(|five| Some((five, self.at(five)?)))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        Some(draft(5).at()).filter(|five| *five > height).and_then(|five| Some((five, self.at(five)?)))
    }
}

fn client() -> ClientState {
    ClientState::decode(&client_any(&client_state(CHAIN, draft(5).at(), ProofSpecs::Jmt))).expect("our own client state")
}

/// Headers and evidence, judged by a client that trusts height 5. No mutation of a signed header may be accepted as another header.
pub fn client_message() -> Target {
    let evidence = misbehaviour_any(draft(9).update_from(&draft(5)), other(9).update_from(&draft(5)));
    Target {
        name: "ICS-07 client message",
        seeds: vec![header_any(&draft(9).update_from(&draft(5))).encode_to_vec(), evidence.encode_to_vec()],
        run: |bytes| {
            let Ok(message) = Any::decode(bytes) else { return false };
            let (client, now) = (client(), Time::from_unix_s(1_800_000_020));
            let _ = client.check_misbehaviour(&AtFive, &message, now);
            match client.verify_header(&AtFive, &message, now) {
                Ok(Verdict::Accepted(update)) => {
                    assert_eq!(update.consensus_states.len(), 1, "a header gives one consensus state");
                    assert_eq!(update.consensus_states[0], (draft(9).at(), draft(9).consensus_state().encode()), "only what was signed is accepted");
                    true
                }
                Ok(Verdict::Misbehaviour(_)) => true,
                _ => false,
            }
        },
    }
}

/// Client and consensus states as they stand in a trust file; what is accepted encodes again.
pub fn states() -> Target {
    let client = client_any(&client_state(CHAIN, draft(5).at(), ProofSpecs::Jmt));
    let sdk = client_any(&client_state("cosmoshub-4", Height::new(4, 9), ProofSpecs::Sdk));
    Target {
        name: "ICS-07 states",
        seeds: vec![client.encode_to_vec(), sdk.encode_to_vec(), draft(5).consensus_state().encode().encode_to_vec()],
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

/// Answers of a node, and the claims cut from them: nothing that is read panics, and no claim is proved under the header of height 5.
pub fn native() -> Target {
    let block = draft(9);
    let signed = tendermint::block::signed_header::SignedHeader::try_from(block.signed_with(|_| Act::Commit)).expect("our own header");
    let light = serde_json::json!({ "signed_header": signed, "validators": set(&block.validators).validators, "next_validators": set(&block.next).validators });
    let query = serde_json::json!({ "result": { "response": { "code": 0, "key": "AAAA", "value": "AAAA", "height": "4", "proofOps": { "ops": [
        { "type": "ics23:jmt", "key": "AAAA", "data": "" }, { "type": "ics23:jmt", "key": "aWJj", "data": "" },
    ] } } } });
    Target {
        name: "ICS-07 node answers",
        seeds: [light.clone(), serde_json::json!([{ "trusted": light }, query]), query].map(|file| file.to_string().into_bytes()).to_vec(),
        run: |bytes| {
            let client = client();
            assert!(native::check_proof(&client, &AtFive, bytes).is_err(), "nothing is stored under an app hash of sevens");
            let _ = native::trust_file(bytes, &[("trees".to_owned(), "jmt".to_owned())].into());
            let Ok(items) = native::items(bytes) else { return false };
            for item in &items {
                let _ = native::self_check(item);
                if let govhub_lc_core::native::Item::Proof { proof, .. } = item {
                    assert!(native::check_proof(&client, &AtFive, proof).is_err(), "nothing is stored under an app hash of sevens");
                }
            }
            true
        },
    }
}
