//! Files that snarkjs wrote: read, judged, bent.

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use proptest::prelude::*;
use serde_json::Value;
use zk_ceremony::phase1::{Fault, PowersOfTau};
use zk_ceremony::progress::unwatched;
use zk_ceremony::snarkjs::{
    inputs_from_json, inputs_to_json, proof_from_json, proof_to_json, verification_key_from_json, verification_key_to_json, JsonError, JSON_BYTES_MAX,
};
use zk_verify::{verify, Proof, ProofError};

use crate::world::{stored, stored_text, verifier};

fn parsed(name: &str) -> Value {
    serde_json::from_str(&stored_text(name)).expect("snarkjs writes JSON")
}

#[test]
fn public_powers_written_by_snarkjs_are_good_and_bent_ones_are_not() {
    let bytes = std::fs::read(stored("powers.ptau")).expect("our own test data");
    let powers = PowersOfTau::decode(&bytes).expect("a .ptau file");
    assert_eq!(powers.verify(&mut unwatched), Ok(()));
    let names: Vec<_> = powers.contributions().iter().map(|contribution| contribution.name.as_str()).collect();
    assert_eq!((powers.power(), names), (3, vec!["Alice", "Bob", "Final beacon"]));
    assert_eq!(powers.contributions()[2].beacon.as_ref().map(|beacon| (beacon.value().len(), beacon.iterations_exp())), Some((32, 10)));
    // What is passed over is not written again; the rest is, and is still good.
    let again = PowersOfTau::decode(&powers.encode()).expect("written by us");
    assert_eq!(again, powers);
    // One byte of the powers' last point of G1 for another: the point of section 2 that stands there twice is a point, but not that power.
    let mut bent = bytes.clone();
    let section_2 = 12 + 12 + 44 + 12;
    bent.copy_within(section_2 + 13 * 64..section_2 + 14 * 64, section_2 + 14 * 64);
    assert_eq!(PowersOfTau::decode(&bent).expect("points all").verify(&mut unwatched), Err(Fault::Hash));
}

#[test]
fn a_key_and_proof_of_snarkjs_verify_here_and_bent_ones_do_not() {
    let key = verifier(&verification_key_from_json(&stored_text("verification_key.json")).expect("a key"));
    let proof = Proof::new(proof_from_json(&stored_text("proof.json")).expect("a proof")).expect("no identity");
    let inputs = inputs_from_json(&stored_text("public.json")).expect("inputs");
    assert_eq!(inputs, [Fr::from(143u64), Fr::from(5u64)]);
    assert_eq!(verify(&key, &inputs, &proof), Ok(()));
    assert_eq!(verify(&key, &[inputs[0], Fr::from(6u64)], &proof), Err(ProofError::Refused));
    assert_eq!(verify(&key, &[Fr::from(142u64), inputs[1]], &proof), Err(ProofError::Refused));
    let mut swapped = proof.points().clone();
    std::mem::swap(&mut swapped.a, &mut swapped.c);
    assert_eq!(verify(&key, &inputs, &Proof::new(swapped).expect("no identity")), Err(ProofError::Refused));
}

#[test]
fn what_snarkjs_wrote_comes_out_again_equal() {
    let key = verification_key_from_json(&stored_text("verification_key.json")).expect("a key");
    assert_eq!(verification_key_to_json(&key), parsed("verification_key.json"));
    let proof = proof_from_json(&stored_text("proof.json")).expect("a proof");
    assert_eq!(proof_to_json(&proof), parsed("proof.json"));
    let inputs = inputs_from_json(&stored_text("public.json")).expect("inputs");
    assert_eq!(inputs_to_json(&inputs), parsed("public.json"));
}

/// The fault that a key gets with `value` at `pointer`.
fn key_with(pointer: &str, value: Value) -> JsonError {
    let mut key = parsed("verification_key.json");
    *key.pointer_mut(pointer).expect("stands there") = value;
    verification_key_from_json(&key.to_string()).expect_err("bent")
}

#[test]
fn each_rule_of_the_json_refuses_for_itself() {
    let text = |text: &str| Value::String(text.into());
    assert_eq!(key_with("/protocol", text("plonk")), JsonError::Other { field: "protocol", expected: "groth16" });
    assert_eq!(key_with("/curve", text("bls12381")), JsonError::Other { field: "curve", expected: "bn128" });
    assert_eq!(key_with("/nPublic", 1.into()), JsonError::Inputs { found: 3, stated: 1 });
    assert_eq!(key_with("/nPublic", text("2")), JsonError::Shape("nPublic".into()));
    assert_eq!(key_with("/IC/1", Value::Null), JsonError::Shape("IC[1]".into()));
    assert_eq!(key_with("/vk_alpha_1/0", 1.into()), JsonError::Shape("vk_alpha_1[0]".into()));
    assert_eq!(key_with("/vk_alpha_1/0", text("1")), JsonError::Point("vk_alpha_1".into()), "off the curve");
    assert_eq!(key_with("/vk_alpha_1/2", text("0")), JsonError::Point("vk_alpha_1".into()), "the identity");
    assert_eq!(key_with("/vk_beta_2/0/0", text("1")), JsonError::Point("vk_beta_2".into()));
    assert_eq!(key_with("/vk_beta_2/2", Value::from(vec!["0", "0"])), JsonError::Point("vk_beta_2".into()));
    assert_eq!(inputs_from_json("{}"), Err(JsonError::Shape("inputs".into())));
    assert_eq!(inputs_from_json(&" ".repeat(JSON_BYTES_MAX + 1)), Err(JsonError::TooLong(JSON_BYTES_MAX + 1)));
    assert!(matches!(inputs_from_json("[1"), Err(JsonError::Syntax(_))));
    assert!(matches!(inputs_from_json(&format!("[{}]", vec!["\"1\""; 65].join(","))), Err(JsonError::Inputs { found: 65, .. })));
}

#[test]
fn a_number_has_one_spelling_and_is_never_reduced() {
    // Z9: snarkjs before 0.7 took x and x + r for the same input.
    let number = |text: &str| inputs_from_json(&format!("[\"{text}\"]"));
    let refused = Err(JsonError::Number("[0]".into()));
    let mut next = Fr::MODULUS;
    next.add_with_carry(&1u64.into());
    for text in [&Fr::MODULUS.to_string(), &next.to_string(), "01", "+1", "-1", "0x1", " 1", "1 ", "", "1e2", "١", &"9".repeat(78), &"9".repeat(77)] {
        assert_eq!(number(text), refused, "`{text}`");
    }
    assert_eq!(number("0"), Ok(vec![Fr::from(0u64)]));
    let mut largest = Fr::MODULUS;
    largest.sub_with_borrow(&1u64.into());
    assert_eq!(number(&largest.to_string()), Ok(vec![-Fr::from(1u64)]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn outside_text_never_panics_and_inputs_come_back(text in "[\\[\\]{}\":,0-9a-z ]{0,80}", numbers in proptest::collection::vec(any::<[u64; 4]>(), 0..8)) {
        let _ = (verification_key_from_json(&text), proof_from_json(&text), inputs_from_json(&text));
        let inputs: Vec<Fr> = numbers.into_iter().filter_map(|limbs| Fr::from_bigint(ark_ff::BigInt::new(limbs))).collect();
        prop_assert_eq!(inputs_from_json(&inputs_to_json(&inputs).to_string()), Ok(inputs));
    }
}
