//! Whatever arrives: no panic, and an answer of ours is always well formed and bound to the question.

use govhub_ibc::RecvOutcome;
use govhub_packets::{request_hash, Answer, Authorisation, Envelope};
use proptest::prelude::*;

use crate::world::{leg_one, leg_two, packet, question, statutory, World, ASKER_CLIENT, HUB_CLIENT, NOW_S, TYPE};

fn arb_envelope() -> impl Strategy<Value = Envelope> {
    let kinds = prop::sample::select(vec!["lic-verify/1", "lic-verify/2", "tax/1"]);
    let purposes = prop::sample::select(vec!["notary", "tax", "other"]);
    (kinds, purposes, any::<[u8; 16]>(), 0..200u64, any::<bool>()).prop_map(|(kind, purpose, trace_id, within, by_law)| {
        let asked = Envelope { kind: kind.into(), purpose: purpose.into(), trace_id, answer_by: NOW_S + within, ..question() };
        if by_law { Envelope { authorisation: Authorisation::Statutory, body: statutory(TYPE, 1), ..asked } } else { asked }
    })
}

fn bound(outcome: RecvOutcome, leg_one: &[u8]) -> Result<(), TestCaseError> {
    let RecvOutcome::Ack(bytes) = outcome else { return Ok(()) };
    match Answer::decode(&bytes) {
        Ok(Answer::Refused { request, .. }) => prop_assert_eq!(request, request_hash(leg_one)),
        Ok(Answer::Result(result)) => prop_assert_eq!(result.request, request_hash(leg_one)),
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_refusal_of_the_hub_is_bound_to_its_question(envelope in arb_envelope()) {
        bound(World::hub().receive(&leg_one(&envelope)), &envelope.encode())?;
    }

    #[test]
    fn every_answer_of_an_issuer_is_bound_to_leg_one(envelope in arb_envelope()) {
        bound(World::department().receive(&leg_two(&envelope)), &envelope.encode())?;
    }

    #[test]
    fn no_bytes_panic_and_a_bent_byte_is_a_fault_or_another_question(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut value = question().encode();
        let at = at.index(value.len());
        value[at] ^= 1 << bit;
        bound(World::hub().receive(&packet(ASKER_CLIENT, value.clone(), NOW_S + 120)), &value)?;
        World::department().receive(&packet(HUB_CLIENT, value, NOW_S + 50));
    }
}
