//! Properties: no bent header, evidence or proof is believed as something that was not signed, and nothing panics.

use govhub_lc_attestor::testing::{attestation, header_any, misbehaviour_any, proof};
use govhub_lc_attestor::{ClientState, ConsensusState};
use govhub_lc_core::{LightClient, StoredPath, Verdict};
use ibc_proto::google::protobuf::Any;
use proptest::prelude::*;

use crate::world::{ago, at, honest, path, statements, World, NOW};

fn bend(bytes: &[u8], at: usize, flip: u8, cut: usize) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    let place = at % bent.len();
    bent[place] ^= flip;
    bent.truncate(bent.len() - cut % 3);
    bent
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_bent_header_is_refused_or_says_what_was_signed(place in any::<usize>(), flip in any::<u8>(), cut in any::<usize>()) {
        let world = World::new();
        let good = world.header(&honest(7));
        let bent = Any { value: bend(&good.value, place, flip, cut), ..good };
        if let Ok(Verdict::Accepted(update)) = world.judge(&bent) {
            prop_assert_eq!(update.consensus_states, vec![(at(7), honest(7).consensus_state().encode())]);
        }
    }

    #[test]
    fn bent_evidence_freezes_only_if_both_sides_were_signed(place in any::<usize>(), flip in 1u8.., cut in any::<usize>()) {
        let world = World::new();
        let side = |attestation: &govhub_lc_attestor::Attestation| world.attestors.evidence(attestation, None);
        // Two attestations that agree: no bend makes them contradict.
        let good = misbehaviour_any(side(&honest(7)), side(&honest(8)));
        let bent = Any { value: bend(&good.value, place, flip, cut), ..good };
        prop_assert!(!matches!(world.client.check_misbehaviour(&world.states, &bent, NOW), Ok(Verdict::Misbehaviour(_))));
    }

    #[test]
    fn a_bent_proof_proves_nothing(place in any::<usize>(), flip in 1u8..) {
        let mut world = World::new();
        world.accept(&header_any(&world.attestors.header(&attestation(at(7), ago(58), &statements()))));
        let bent = bend(&proof(&statements(), 1), place, flip, 0);
        let stored = StoredPath { prefix: &[Vec::new()], path: &path(2, 9) };
        prop_assert!(world.client.verify_membership(&world.states, at(7), stored, &[2], &bent).is_err());
    }

    #[test]
    fn outside_bytes_never_panic_and_states_have_one_encoding(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let world = World::new();
        for name in ["ClientState", "ConsensusState", "Header", "Misbehaviour"] {
            let any = Any { type_url: format!("/govhub.lightclients.attestor.v1.{name}"), value: bytes.clone() };
            let _ = world.judge(&any);
            let _ = world.client.check_misbehaviour(&world.states, &any, NOW);
            if let Ok(client) = ClientState::decode(&any) {
                prop_assert_eq!(client.encode(), any.clone());
            }
            if let Ok(state) = ConsensusState::decode(&any) {
                prop_assert_eq!(state.encode(), any);
            }
        }
        let _ = govhub_lc_attestor::native::items(&bytes);
        let _ = govhub_lc_attestor::native::check_proof(&world.client, &world.states, &bytes);
    }
}
