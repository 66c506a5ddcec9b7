//! Decode after encode is the identity; outside bytes get an answer, never a panic.

use govhub_packets::forward::{forward, leg_one_of};
use govhub_packets::{Answer, Authorisation, Check, Envelope, HolderCode, IssuerResult, Leg2, LicStatus, LicVerify, LicenceStatus};
use govhub_packets::{NoAnswerReason, Outcome, Party, RefusedCode, Via};
use govhub_types::Height;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

const DEPARTMENTS: [&str; 3] = ["11110000000021135M", "11100000000013338W", "11320482014138860P"];

fn department() -> impl Strategy<Value = govhub_types::DepartmentId> {
    select(DEPARTMENTS.to_vec()).prop_map(|text| text.parse().unwrap())
}

fn client() -> impl Strategy<Value = govhub_types::ClientId> {
    "[a-z0-9]{2,20}-[a-z]{6,20}-[1-9][0-9]{0,5}".prop_map(|text| text.parse().unwrap())
}

fn arb_via() -> impl Strategy<Value = Via> {
    (client(), 1u64.., department()).prop_map(|(client_id, sequence, asker)| Via { client_id, sequence, asker })
}

fn arb_envelope() -> impl Strategy<Value = Envelope> {
    let texts = ("[a-z][a-z-]{0,20}/[1-9]", "[a-z0-9._-]{1,64}", "[a-z0-9._-]{1,64}", "[a-z0-9._-]{0,64}");
    let rest = (department(), department(), select(Authorisation::ALL), any::<u64>(), any::<[u8; 16]>(), vec(any::<u8>(), 0..300));
    (texts, rest).prop_filter("lic-status has rules of its own", |(texts, _)| texts.0 != "lic-status/1").prop_map(|(texts, rest)| Envelope {
        kind: texts.0,
        from: rest.0,
        to: Some(rest.1),
        purpose: texts.1,
        legal_basis: texts.2,
        service_item: texts.3,
        authorisation: rest.2,
        answer_by: rest.3,
        trace_id: rest.4,
        body: rest.5,
        via: None,
    })
}

fn arb_checks() -> impl Strategy<Value = Vec<Check>> {
    let judged = (select(Outcome::ALL), select(Party::ALL), any::<u64>(), any::<u64>());
    (btree_set("[a-z_]{1,20}", 0..16), vec(judged, 16)).prop_map(|(names, judged)| {
        let join = |(name, (outcome, by, height, time))| Check { name, outcome, by, height, time };
        names.into_iter().zip(judged).map(join).collect()
    })
}

fn arb_answer() -> impl Strategy<Value = Answer> {
    let leg2 = (client(), client(), 1u64.., any::<u64>(), 1u64..).prop_map(|(hub_client_id, issuer_client_id, sequence, revision, height)| Leg2 {
        hub_client_id,
        issuer_client_id,
        sequence,
        proof_height: Height::new(revision, height),
    });
    let result = (any::<[u8; 32]>(), arb_checks(), any::<[u64; 2]>(), any::<[u32; 2]>(), vec(any::<u8>(), 0..50));
    let result = result.prop_map(|(request, checks, [as_of_height, as_of_time], [issued_on, recorded_on], body)| IssuerResult {
        request,
        checks,
        as_of_height,
        as_of_time,
        licence_type: "11100000000013338W011".parse().unwrap(),
        region: "440100".parse().unwrap(),
        issued_on,
        recorded_on,
        body,
    });
    prop_oneof![
        (vec(any::<u8>(), 1..200), arb_checks(), leg2).prop_map(|(inner, hub_checks, leg2)| Answer::Forwarded { inner, hub_checks, leg2 }),
        (select(RefusedCode::ALL), select(Party::ALL), any::<[u8; 32]>()).prop_map(|(code, by, request)| Answer::Refused { code, by, request }),
        select(NoAnswerReason::ALL).prop_map(Answer::NoAnswer),
        result.prop_map(Answer::Result),
        select(govhub_packets::AcceptedCode::ALL).prop_map(Answer::Accepted),
    ]
}

proptest! {
    #[test]
    fn an_envelope_survives_its_bytes_and_both_legs(envelope in arb_envelope(), via in arb_via()) {
        let leg_one = envelope.encode();
        prop_assert_eq!(Envelope::decode(&leg_one), Ok(envelope.clone()));
        let via = Via { asker: envelope.from.clone(), ..via };
        let leg_two = forward(&leg_one, &via).unwrap();
        let (second, back) = leg_one_of(&leg_two).unwrap();
        prop_assert_eq!(back, leg_one);
        prop_assert_eq!(second.encode(), leg_two);
        prop_assert_eq!(second, Envelope { via: Some(via), ..envelope });
    }

    #[test]
    fn an_answer_survives_its_bytes(answer in arb_answer()) {
        prop_assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }

    #[test]
    fn bodies_survive_their_bytes(bind: [u8; 32], code: [u8; 16], status in select(LicenceStatus::ALL), numbers: [u64; 3], version in 1u64..) {
        let licence_type: govhub_types::LicenceType = "11100000000013338W011".parse().unwrap();
        let holder = LicVerify::Holder { licence_type: licence_type.clone(), bind, code };
        prop_assert_eq!(LicVerify::decode(Authorisation::HolderAuthorised, &holder.encode()), Ok(holder.clone()));
        prop_assert!(LicVerify::decode(Authorisation::Statutory, &holder.encode()).is_err());
        let statutory = LicVerify::Statutory { licence_type: licence_type.clone(), licence_ref: bind };
        prop_assert_eq!(LicVerify::decode(Authorisation::Statutory, &statutory.encode()), Ok(statutory.clone()));
        prop_assert!(LicVerify::decode(Authorisation::HolderPresent, &statutory.encode()).is_err());
        let status = LicStatus { licence_ref: bind, licence_type, status, status_version: version, as_of_height: numbers[0], as_of_time: numbers[1] };
        prop_assert_eq!(LicStatus::decode(&status.encode()), Ok(status));
    }

    #[test]
    fn one_changed_byte_is_refused_or_another_value(envelope in arb_envelope(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let good = envelope.encode();
        let mut bent = good.clone();
        bent[at.index(good.len())] ^= 1 << bit;
        if let Ok(other) = Envelope::decode(&bent) {
            prop_assert_ne!(&other, &envelope);
            prop_assert_eq!(other.encode(), bent);
        }
    }

    #[test]
    fn outside_bytes_never_panic(bytes: Vec<u8>, text: String) {
        let _ = Envelope::decode(&bytes).map(|envelope| envelope.body());
        let _ = Answer::decode(&bytes);
        let _ = HolderCode::decode(&bytes);
        let _ = HolderCode::from_qr(&text);
        let _ = leg_one_of(&bytes);
    }
}
