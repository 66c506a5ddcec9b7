//! Each check broken alone; batch and single verdicts always equal.

use std::sync::LazyLock;

use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ff::{BigInteger, Field as _, One, PrimeField, UniformRand};
use ark_groth16::Groth16;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use ark_snark::SNARK;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::decode::encode;

/// x * x = first input, x + 1 = second input.
#[derive(Clone, Copy)]
struct Square<F>(F);

impl<F: PrimeField> ConstraintSynthesizer<F> for Square<F> {
    fn generate_constraints(self, cs: ConstraintSystemRef<F>) -> Result<(), SynthesisError> {
        let x = FpVar::new_witness(cs.clone(), || Ok(self.0))?;
        let square = FpVar::new_input(cs.clone(), || Ok(self.0.square()))?;
        let next = FpVar::new_input(cs, || Ok(self.0 + F::one()))?;
        x.mul_equals(&x, &square)?;
        (x + FpVar::one()).enforce_equal(&next)
    }
}

struct World<E: Pairing> {
    raw: ark_groth16::VerifyingKey<E>,
    key: VerifyingKey<E>,
    items: Vec<(Vec<E::ScalarField>, Proof<E>)>,
}

fn file<E: Pairing>(raw: &ark_groth16::VerifyingKey<E>) -> KeyFile {
    KeyFile { kind: KeyKind::Verifying, origin: Origin::Ceremony, circuit: "square".into(), fingerprint: [0; 32], key: encode(raw) }
}

/// Decodes `bytes` as whoever pinned just these would.
fn read<E: Pairing>(bytes: &[u8], development: DevelopmentKeys) -> Result<VerifyingKey<E>, KeyError> {
    VerifyingKey::decode(bytes, &Pinned { circuit: "square", hash: &Sha256::digest(bytes).into(), inputs: 2 }, development)
}

fn load<E: Pairing>(raw: &ark_groth16::VerifyingKey<E>) -> Result<VerifyingKey<E>, KeyError> {
    read(&file(raw).encode(), DevelopmentKeys::Refuse)
}

fn world<E: Pairing>() -> World<E> {
    let mut rng = StdRng::seed_from_u64(7);
    let (proving, raw) = Groth16::<E>::circuit_specific_setup(Square(E::ScalarField::one()), &mut rng).expect("sets up");
    let items = (2..10u64).map(|n| {
        let x = E::ScalarField::from(n);
        let proof = Groth16::<E>::prove(&proving, Square(x), &mut rng).expect("proves");
        (vec![x.square(), x + E::ScalarField::one()], Proof::new(proof).expect("not the identity"))
    });
    World { key: load(&raw).expect("sound"), items: items.collect(), raw }
}

static BN: LazyLock<World<Bn254>> = LazyLock::new(world);

#[test]
fn good_proofs_verify_on_both_curves() {
    fn all<E: Pairing>(world: &World<E>) {
        world.items.iter().for_each(|(inputs, proof)| assert_eq!(verify(&world.key, inputs, proof), Ok(())));
        assert!(verify_batch(&world.key, &world.items).iter().all(Result::is_ok));
        assert!(verify_batch(&world.key, &[]).is_empty());
    }
    all(&BN);
    all(&world::<ark_bls12_381::Bls12_381>());
}

#[test]
fn flipping_any_input_refuses_the_proof() {
    // Z8.
    let (inputs, proof) = &BN.items[0];
    for i in 0..inputs.len() {
        let mut bent = inputs.clone();
        bent[i] += Fr::one();
        assert_eq!(verify(&BN.key, &bent, proof), Err(ProofError::Refused));
    }
}

#[test]
fn too_few_and_too_many_inputs_are_refused() {
    let (inputs, proof) = &BN.items[0];
    let longer = [inputs.as_slice(), &[Fr::from(0u64)]].concat();
    for wrong in [&inputs[..1], &longer[..]] {
        let refusal = Err(ProofError::InputCount { expected: 2, found: wrong.len() });
        assert_eq!(verify(&BN.key, wrong, proof), refusal);
        assert_eq!(verify_batch(&BN.key, &[(wrong.to_vec(), proof.clone()), BN.items[1].clone()]), [refusal, Ok(())]);
    }
}

#[test]
fn an_input_at_or_above_the_modulus_is_refused_not_reduced() {
    // Z9: 1 and 1 + r are not two names of one input.
    let bytes = |n: &<Fr as PrimeField>::BigInt| n.to_bytes_be();
    let mut one_more = Fr::MODULUS;
    one_more.add_with_carry(&1u64.into());
    assert_eq!(input_from_bytes::<Fr>(&bytes(&Fr::MODULUS)), Err(ProofError::Input));
    assert_eq!(input_from_bytes::<Fr>(&bytes(&one_more)), Err(ProofError::Input));
    let mut largest = Fr::MODULUS;
    largest.sub_with_borrow(&1u64.into());
    assert_eq!(input_from_bytes::<Fr>(&bytes(&largest)), Ok(-Fr::one()));
    assert_eq!(input_from_bytes::<Fr>(&[0; 31]), Err(ProofError::Input));
    assert_eq!(input_from_bytes::<Fr>(&[0; 33]), Err(ProofError::Input));
    assert_eq!(input_from_bytes::<Fr>(&input_to_bytes(&Fr::from(77u64))), Ok(Fr::from(77u64)));
}

#[test]
fn a_rerandomised_proof_still_verifies_so_bytes_are_no_identity() {
    // Z13: that is why consuming keys on the nullifier.
    let mut rng = StdRng::seed_from_u64(8);
    let (inputs, proof) = &BN.items[0];
    let other = Proof::new(Groth16::<Bn254>::rerandomize_proof(&BN.raw, &proof.0, &mut rng)).expect("not the identity");
    assert_ne!(other.encode(), proof.encode());
    assert_eq!(verify(&BN.key, inputs, &other), Ok(()));
}

#[test]
fn a_proof_has_one_encoding() {
    let good = BN.items[0].1.encode();
    assert_eq!(good.len(), 128);
    assert_eq!(Proof::<Bn254>::decode(&good).as_ref(), Ok(&BN.items[0].1));
    let encoding = |bytes: &[u8]| assert!(matches!(Proof::<Bn254>::decode(bytes), Err(ProofError::Encoding(_))), "{bytes:02x?}");
    encoding(&good[..127]);
    encoding(&[good.as_slice(), &[0]].concat());
    // A.x off the curve: among the next few x about half have no point.
    let off = (1..20u8).find_map(|n| {
        let mut bytes = good.clone();
        bytes[0] = bytes[0].wrapping_add(n);
        Proof::<Bn254>::decode(&bytes).is_err().then_some(bytes)
    });
    encoding(&off.expect("half of all x"));
    // A.x + p where it still fits into 254 bits plus flags: not below the modulus.
    let x = Fq::MODULUS.to_bytes_le();
    encoding(&[x.as_slice(), &good[32..]].concat());
}

#[test]
fn identity_points_and_points_outside_the_subgroup_are_refused() {
    // Z15.
    let proof = &BN.items[0].1 .0;
    let with = |a: G1Affine, b: G2Affine, c: G1Affine| Proof::<Bn254>::decode(&encode(&ark_groth16::Proof::<Bn254> { a, b, c }));
    assert_eq!(with(G1Affine::identity(), proof.b, proof.c), Err(ProofError::Identity("A")));
    assert_eq!(with(proof.a, G2Affine::identity(), proof.c), Err(ProofError::Identity("B")));
    assert_eq!(with(proof.a, proof.b, G1Affine::identity()), Err(ProofError::Identity("C")));
    // A point of the twist that is on the curve but, for all but a vanishing fraction of x, not in the subgroup.
    let mut rng = StdRng::seed_from_u64(9);
    let outside = (0..64).find_map(|_| {
        let point = G2Affine::get_point_from_x_unchecked(ark_bn254::Fq2::rand(&mut rng), true)?;
        (!point.is_in_correct_subgroup_assuming_on_curve()).then_some(point)
    });
    assert!(matches!(with(proof.a, outside.expect("found"), proof.c), Err(ProofError::Encoding(_))));
}

#[test]
fn bad_keys_are_refused_each_for_its_reason() {
    // Z14.
    let bend = |f: &dyn Fn(&mut ark_groth16::VerifyingKey<Bn254>)| {
        let mut raw = BN.raw.clone();
        f(&mut raw);
        load(&raw).err()
    };
    assert_eq!(bend(&|_| ()), None);
    assert_eq!(bend(&|k| k.delta_g2 = k.gamma_g2), Some(KeyError::GammaEqualsDelta));
    assert_eq!(bend(&|k| k.alpha_g1 = G1Affine::identity()), Some(KeyError::Identity("alpha")));
    assert_eq!(bend(&|k| k.beta_g2 = G2Affine::identity()), Some(KeyError::Identity("beta")));
    assert_eq!(bend(&|k| k.gamma_g2 = G2Affine::identity()), Some(KeyError::Identity("gamma")));
    assert_eq!(bend(&|k| k.delta_g2 = G2Affine::identity()), Some(KeyError::Identity("delta")));
    assert_eq!(bend(&|k| k.gamma_abc_g1[1] = G1Affine::identity()), Some(KeyError::Identity("input")));
    assert_eq!(bend(&|k| k.gamma_abc_g1.truncate(2)), Some(KeyError::Inputs { expected: 2, found: 1 }));
    assert_eq!(bend(&|k| k.gamma_abc_g1.clear()), Some(KeyError::Inputs { expected: 2, found: 0 }));
    let good = file(&BN.raw);
    let bytes = good.encode();
    let pinned = Pinned { circuit: "square", hash: &[0; 32], inputs: 2 };
    assert!(matches!(VerifyingKey::<Bn254>::decode(&bytes, &pinned, DevelopmentKeys::Refuse), Err(KeyError::NotPinned { .. })));
    let refused = |bytes: &[u8]| read::<Bn254>(bytes, DevelopmentKeys::Refuse).expect_err("a bad key");
    assert_eq!(refused(&[0; 2049]), KeyError::TooLong { found: 2049, max: 2048 });
    assert_eq!(refused(&good.key), KeyError::File(KeyFileError::NotAKeyFile), "the bare points say nothing of their origin");
    assert_eq!(refused(&bytes[..bytes.len() - 1]), KeyError::File(KeyFileError::Short));
    assert_eq!(refused(&KeyFile { kind: KeyKind::Proving, ..good.clone() }.encode()), KeyError::WrongKind);
    let other = KeyFile { circuit: "cube".into(), ..good.clone() };
    assert_eq!(refused(&other.encode()), KeyError::OtherCircuit { expected: "square".into(), found: "cube".into() });
    let trailing = KeyFile { key: [good.key.as_slice(), &[0]].concat(), ..good };
    assert!(matches!(refused(&trailing.encode()), KeyError::Encoding(_)));
}

#[test]
fn a_development_key_is_taken_by_a_development_network_alone() {
    // Z27.
    let development = KeyFile { origin: Origin::Development, ..file(&BN.raw) }.encode();
    assert_eq!(read::<Bn254>(&development, DevelopmentKeys::Refuse).err(), Some(KeyError::Development));
    let taken = read::<Bn254>(&development, DevelopmentKeys::Accept).expect("a development network");
    assert_eq!(taken.origin(), Origin::Development);
    let (inputs, proof) = &BN.items[0];
    assert_eq!(verify(&taken, inputs, proof), Ok(()));
    // A key of a ceremony is taken by both, and the mark cannot be scraped off: the pinned hash covers it.
    let ceremony = file(&BN.raw).encode();
    assert_eq!(read::<Bn254>(&ceremony, DevelopmentKeys::Accept).map(|key| key.origin()), Ok(Origin::Ceremony));
    let pinned = Pinned { circuit: "square", hash: &Sha256::digest(&development).into(), inputs: 2 };
    assert!(matches!(VerifyingKey::<Bn254>::decode(&ceremony, &pinned, DevelopmentKeys::Refuse), Err(KeyError::NotPinned { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_batch_judges_each_item_as_alone(bends in proptest::collection::vec(0u8..5, 1..8)) {
        let items: Vec<_> = bends.iter().zip(&BN.items).map(|(bend, (inputs, proof))| {
            let (mut inputs, mut proof) = (inputs.clone(), proof.clone());
            match bend {
                0 => inputs[0] += Fr::one(),
                1 => proof = BN.items[7].1.clone(),
                2 => { inputs.pop(); }
                _ => {}
            }
            (inputs, proof)
        }).collect();
        let alone: Vec<_> = items.iter().map(|(inputs, proof)| verify(&BN.key, inputs, proof)).collect();
        prop_assert_eq!(verify_batch(&BN.key, &items), alone);
    }

    #[test]
    fn two_wrongs_do_not_cancel(delta in any::<u64>()) {
        // Errors of opposite sign in two items would cancel under equal weights.
        prop_assume!(delta != 0);
        let mut items = BN.items[..2].to_vec();
        items[0].0[0] += Fr::from(delta);
        items[1].0[0] -= Fr::from(delta);
        prop_assert_eq!(verify_batch(&BN.key, &items), vec![Err(ProofError::Refused), Err(ProofError::Refused)]);
    }

    #[test]
    fn outside_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Proof::<Bn254>::decode(&bytes);
        let _ = input_from_bytes::<Fr>(&bytes);
        prop_assert!(read::<Bn254>(&bytes, DevelopmentKeys::Accept).is_err());
        let around = KeyFile { key: bytes, ..file(&BN.raw) };
        prop_assert!(read::<Bn254>(&around.encode(), DevelopmentKeys::Accept).is_err());
    }
}
