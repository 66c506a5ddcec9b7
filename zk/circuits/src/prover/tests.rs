//! Proofs of the whole statement, with keys whose secrets are written here: good for tests alone.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::PrimeGroup;
use ark_ff::{Field as _, UniformRand};
use ark_groth16::Groth16;
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};
use ark_std::rand::{rngs::StdRng, SeedableRng};
use sha2::{Digest, Sha256};
use zk_gadgets::poseidon::Poseidon;
use zk_verify::{verify, verify_batch, DevelopmentKeys, KeyFile, KeyKind, Origin, Pinned, ProofError, VerifyingKey};

use super::*;
use crate::claim::Claim;
use crate::fingerprint::Fingerprint;
use crate::licence_query_v1::world::World;
use crate::Embedded;

static POSEIDON: LazyLock<Poseidon<Field>> = LazyLock::new(Poseidon::new);

/// A prover, its verification key, and what nobody should know of a real one.
struct Keys {
    prover: Prover,
    proving: ProvingKey<Bn254>,
    verifying: VerifyingKey<Bn254>,
    tau: Fr,
    delta: Fr,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(1);
    let [alpha, beta, gamma, delta] = std::array::from_fn(|_| Fr::rand(&mut rng));
    let (world, shape) = (World::<Embedded>::new(&POSEIDON, 5), Claim::LicenceQueryV1.shape().expect("synthesises"));
    // The generator draws one more secret from the same source: draw it twice, to know it.
    let domain = GeneralEvaluationDomain::<Fr>::new(shape.constraints() + shape.instance).expect("2^14");
    let tau = domain.sample_element_outside_domain(&mut rng.clone());
    let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
    let proving = Groth16::<Bn254>::generate_parameters_with_qap(world.circuit(&POSEIDON), alpha, beta, gamma, delta, g1, g2, &mut rng).expect("sets up");
    let compressed = |key: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        key(&mut bytes);
        bytes
    };
    let key = compressed(&|bytes| proving.vk.serialize_compressed(bytes).expect("memory"));
    let file_of_proving = compressed(&|bytes| proving.serialize_compressed(bytes).expect("memory"));
    assert!(file_of_proving.len() <= 5_000_000, "proving key has {} bytes", file_of_proving.len());
    let circuit = Claim::LicenceQueryV1.id();
    let file = KeyFile { kind: KeyKind::Verifying, origin: Origin::Development, circuit: circuit.into(), fingerprint: [0; 32], key }.encode();
    assert!(file.len() <= 2_048, "verification key has {} bytes", file.len());
    let pinned = Pinned { circuit, hash: &Sha256::digest(&file).into(), inputs: 1 };
    let verifying = VerifyingKey::decode(&file, &pinned, DevelopmentKeys::Accept).expect("sound");
    Keys { prover: Prover::load(&file_of_proving, shape).expect("fits"), proving, verifying, tau, delta }
});

type Public = (Vec<Field>, zk_verify::Proof<Bn254>);

fn prove(world: &World<Embedded>, rng: &mut StdRng) -> Public {
    let bytes = proof_bytes(&KEYS.prover.prove(world.circuit(&POSEIDON), rng).expect("an honest holder"));
    assert_eq!(bytes.len(), 128);
    (vec![world.statement.digest(&POSEIDON)], zk_verify::Proof::decode(&bytes).expect("canonical"))
}

#[test]
fn a_proof_of_128_bytes_verifies_for_its_statement_alone() {
    let mut rng = StdRng::seed_from_u64(2);
    let world = World::<Embedded>::new(&POSEIDON, 5);
    let (inputs, proof) = prove(&world, &mut rng);
    assert_eq!(verify(&KEYS.verifying, &inputs, &proof), Ok(()));
    // Bound to this context: replayed to another verifier the digest is another one.
    let mut elsewhere = world.clone();
    elsewhere.statement.context += Field::from(1u64);
    assert_eq!(verify(&KEYS.verifying, &[elsewhere.statement.digest(&POSEIDON)], &proof), Err(ProofError::Refused));
    // Another holder and issuer: one batch judges all.
    let other = prove(&World::new(&POSEIDON, 60), &mut rng);
    assert_eq!(verify_batch(&KEYS.verifying, &[(inputs, proof), other]), [Ok(()), Ok(())]);
    // A witness that does not fit gives no proof at all.
    let mut stolen = world.clone();
    stolen.witness.secret += Field::from(1u64);
    assert_eq!(KEYS.prover.prove(stolen.circuit(&POSEIDON), &mut rng).err(), Some(ProverError::Unsatisfied));
}

#[test]
fn a_proof_is_the_librarys_for_the_same_randomness() {
    let world = World::<Embedded>::new(&POSEIDON, 7);
    let assignment = assignment(world.circuit(&POSEIDON)).expect("assigned");
    let mut rng = StdRng::seed_from_u64(6);
    let (r, s) = (Fr::rand(&mut rng), Fr::rand(&mut rng));
    let shape = &KEYS.prover.shape;
    let (instance, constraints) = (shape.instance, shape.constraints());
    let library = Groth16::<Bn254>::create_proof_with_reduction_and_matrices(&KEYS.proving, r, s, &shape.matrices, instance, constraints, &assignment);
    assert_eq!(KEYS.prover.prove_with(&assignment, r, s), Ok(library.expect("true")));
}

#[test]
fn proofs_of_two_issuers_are_the_same_to_one_who_sees_everything_public() {
    // Z22. Equal statements leave the proof alone to tell the issuers apart, and for every proof by the first there is randomness with
    // which the second makes the very same bytes: whoever knew the setup's secrets, as here, could compute it. So even he cannot tell.
    let [first, second] = World::<Embedded>::of_two_issuers(&POSEIDON);
    assert_eq!(first.statement, second.statement);
    assert_ne!(first.witness.issuer, second.witness.issuer);
    let [one, two] = [&first, &second].map(|world| assignment(world.circuit(&POSEIDON)).expect("assigned"));
    let mut rng = StdRng::seed_from_u64(3);
    let (r, s) = (Fr::rand(&mut rng), Fr::rand(&mut rng));
    let [a_difference, b_difference] = [0, 1].map(|matrix| row_sum_at_tau(matrix, &one) - row_sum_at_tau(matrix, &two));
    let by_delta = KEYS.delta.inverse().expect("not zero");
    let of_first = KEYS.prover.prove_with(&one, r, s).expect("true");
    let of_second = KEYS.prover.prove_with(&two, r + a_difference * by_delta, s + b_difference * by_delta).expect("true");
    assert_eq!(proof_bytes(&of_first), proof_bytes(&of_second));
    let digest = first.statement.digest(&POSEIDON);
    assert_eq!(verify(&KEYS.verifying, &[digest], &zk_verify::Proof::new(of_first.clone()).expect("sound")), Ok(()));
    // The comparison can fail: with the same randomness the two differ.
    assert_ne!(proof_bytes(&of_first), proof_bytes(&KEYS.prover.prove_with(&two, r, s).expect("true")));
}

/// The polynomial of `matrix` (0 is A, 1 is B) and `assignment` at tau, without the instance's part: that is equal for equal statements.
fn row_sum_at_tau(matrix: usize, assignment: &[Fr]) -> Fr {
    let shape = &KEYS.prover.shape;
    let domain = GeneralEvaluationDomain::<Fr>::new(shape.constraints() + shape.instance).expect("2^14");
    let lagrange = domain.evaluate_all_lagrange_coefficients(KEYS.tau);
    let rows = shape.matrices[matrix].iter().zip(lagrange);
    rows.map(|(row, at_tau)| row.iter().map(|(k, column)| *k * assignment[*column]).sum::<Fr>() * at_tau).sum()
}

#[test]
fn a_rerandomised_proof_is_the_same_action() {
    // Z13: whoever keys on scope and nullifier consumes once; whoever keyed on the proof's bytes would consume twice.
    let mut rng = StdRng::seed_from_u64(4);
    let world = World::<Embedded>::new(&POSEIDON, 5);
    let (inputs, proof) = prove(&world, &mut rng);
    let again = Groth16::<Bn254>::rerandomize_proof(KEYS.verifying.points(), proof.points(), &mut rng);
    let again = zk_verify::Proof::new(again).expect("sound");
    let (mut by_name, mut by_bytes) = (BTreeSet::new(), BTreeSet::new());
    let mut accept = |proof: &zk_verify::Proof<Bn254>| {
        assert_eq!(verify(&KEYS.verifying, &inputs, proof), Ok(()), "anyone can make another valid proof of it");
        (by_name.insert((world.statement.scope, world.statement.nullifier)), by_bytes.insert(proof.encode()))
    };
    assert_eq!(accept(&proof), (true, true));
    assert_eq!(accept(&again), (false, true));
}

#[test]
fn two_proofs_of_one_holder_in_one_scope_carry_one_nullifier() {
    // Z10: the randomness of a proof does not reach the nullifier, and no other nullifier can be proved.
    let mut rng = StdRng::seed_from_u64(5);
    let world = World::<Embedded>::new(&POSEIDON, 5);
    let ((inputs, first), (again, second)) = (prove(&world, &mut rng), prove(&world, &mut rng));
    assert_eq!(inputs, again);
    assert_ne!(first.encode(), second.encode());
    let mut other = world.clone();
    other.statement.nullifier += Field::from(1u64);
    assert_eq!(KEYS.prover.prove(other.circuit(&POSEIDON), &mut rng).err(), Some(ProverError::Unsatisfied));
}

/// The proving key's file, with `edit` applied to key and file.
fn proving_file(edit: impl FnOnce(&mut ProvingKey<Bn254>, &mut KeyFile)) -> Vec<u8> {
    let (claim, mut key) = (Claim::LicenceQueryV1, KEYS.proving.clone());
    let fingerprint = Fingerprint::of(&KEYS.prover.shape).matrices;
    let mut file = KeyFile { kind: KeyKind::Proving, origin: Origin::Development, circuit: claim.id().into(), fingerprint, key: Vec::new() };
    edit(&mut key, &mut file);
    key.serialize_compressed(&mut file.key).expect("memory");
    file.encode()
}

#[test]
fn a_key_file_that_does_not_belong_to_claim_and_verification_key_is_refused() {
    let open = |file: &[u8]| Prover::open(file, Claim::LicenceQueryV1, &KEYS.verifying).err();
    let edited = |edit: &dyn Fn(&mut ProvingKey<Bn254>, &mut KeyFile)| open(&proving_file(edit));
    assert_eq!(edited(&|_, _| ()), None);
    assert_eq!(edited(&|_, file| file.kind = KeyKind::Verifying), Some(ProverError::WrongFile("kind of key")));
    assert_eq!(edited(&|_, file| file.circuit = "licence_query_v2".into()), Some(ProverError::WrongFile("circuit")));
    assert_eq!(edited(&|_, file| file.fingerprint = [0; 32]), Some(ProverError::WrongFile("constraint system")));
    assert_eq!(edited(&|_, file| file.origin = Origin::Ceremony), Some(ProverError::WrongFile("origin")));
    assert_eq!(edited(&|key, _| key.vk.delta_g2 = key.vk.beta_g2), Some(ProverError::WrongFile("verification key")));
    // Blinding by the identity would hide nothing, and such proofs would verify.
    assert_eq!(edited(&|key, _| key.delta_g1 = G1Affine::identity()), Some(ProverError::WrongFile("delta in G1")));
    assert_eq!(edited(&|key, _| (key.delta_g1, key.beta_g1) = (G1Affine::identity(), G1Affine::identity())), Some(ProverError::WrongFile("delta in G1")));
    assert_eq!(edited(&|key, _| key.delta_g1 = key.beta_g1), Some(ProverError::WrongFile("delta in G1")));
    assert!(matches!(edited(&|key, _| key.h_query.truncate(9)), Some(ProverError::OtherCircuit { .. })));
    assert_eq!(open(b"no file"), Some(ProverError::File(KeyFileError::Short)));
    let mut trailing = KeyFile::decode(&proving_file(|_, _| ())).expect("ours");
    trailing.key.push(0);
    assert_eq!(open(&trailing.encode()), Some(ProverError::Key("not the canonical encoding".into())));
}

#[test]
fn a_key_of_another_circuit_or_no_key_is_refused() {
    let shape = || Claim::MembershipV1.shape().expect("synthesises");
    assert!(matches!(Prover::new(&KEYS.proving, shape()), Err(ProverError::OtherCircuit { .. })));
    let fits = |edit: &dyn Fn(&mut ProvingKey<Bn254>)| {
        let mut key = KEYS.proving.clone();
        edit(&mut key);
        Prover::new(&key, KEYS.prover.shape.clone()).is_ok()
    };
    assert!(fits(&|_| ()));
    assert!(!fits(&|key| key.h_query.truncate(9)) && !fits(&|key| key.l_query.truncate(9)) && !fits(&|key| key.b_g2_query.truncate(9)));
    assert!(matches!(Prover::load(b"no key", shape()), Err(ProverError::Key(_))));
    assert!(matches!(Prover::load(&vec![0; KEY_BYTES_MAX + 1], shape()), Err(ProverError::Key(_))));
}
