//! A ceremony of a small circuit: equal to direct generation, good, then one thing bent at a time.

use std::collections::VecDeque;
use std::sync::LazyLock;

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{Field as _, UniformRand};
use ark_groth16::Groth16;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use ark_std::rand::{CryptoRng, Error, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use zk_circuits::prover::{proof_bytes, Prover};
use zk_verify::{verify, DevelopmentKeys, KeyFile, KeyKind, Pinned, ProofError, VerifyingKey};

use super::contribute::draw;
use super::*;
use crate::keys::finalize;
use crate::phase1;
use crate::progress::unwatched;

/// The first input is x^7; the second is used nowhere, the third only linearly.
#[derive(Clone, Copy)]
struct Seventh(u64);

impl ConstraintSynthesizer<Fr> for Seventh {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let x = Fr::from(self.0);
        let power = FpVar::new_input(cs.clone(), || Ok(x.pow([7])))?;
        let _unused = FpVar::new_input(cs.clone(), || Ok(Fr::from(3u64)))?;
        let linear = FpVar::new_input(cs.clone(), || Ok(x + x))?;
        let x = FpVar::new_witness(cs.clone(), || Ok(x))?;
        let _idle = FpVar::new_witness(cs, || Ok(Fr::from(4u64)))?;
        let square = x.square()?;
        let fourth = square.square()?;
        (&fourth * &square).mul_equals(&x, &power)?;
        (&x + &x).enforce_equal(&linear)
    }
}

fn inputs(x: u64) -> Vec<Fr> {
    let x = Fr::from(x);
    vec![x.pow([7]), Fr::from(3u64), x + x]
}

fn shape() -> Shape<Fr> {
    Shape::of(Seventh(2)).expect("synthesises")
}

static POWERS: LazyLock<PowersOfTau> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let first = PowersOfTau::new(4).contribute("one", &mut rng, &mut unwatched).expect("whole");
    first.contribute("two", &mut rng, &mut unwatched).expect("whole")
});

fn start(origin: Origin) -> Start {
    Start::compute("seventh", &shape(), &POWERS, origin, &mut unwatched).expect("large enough")
}

static START: LazyLock<Start> = LazyLock::new(|| start(Origin::Ceremony));

fn beacon() -> Beacon {
    Beacon::new(b"the block of that day".to_vec(), 10).expect("in bounds")
}

/// Every file of a ceremony of two people and a beacon, the start first.
static CHAIN: LazyLock<Vec<Ceremony>> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let begin = START.ceremony();
    let first = begin.contribute("Guangdong", &mut rng, &mut unwatched);
    let second = first.contribute("a university", &mut rng, &mut unwatched);
    let closed = second.close("beacon", beacon(), &mut unwatched);
    vec![begin, first, second, closed]
});

fn closed() -> Ceremony {
    CHAIN[3].clone()
}

/// Gives prepared words, so that a generator's hidden draw is known.
struct Scripted(VecDeque<u64>);

impl RngCore for Scripted {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }
    fn next_u64(&mut self) -> u64 {
        self.0.pop_front().expect("as many words as are drawn")
    }
    fn fill_bytes(&mut self, _: &mut [u8]) {
        unreachable!("field elements are drawn in words")
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Error> {
        unreachable!("field elements are drawn in words")
    }
}

impl CryptoRng for Scripted {}

#[test]
fn a_ceremony_with_known_secrets_equals_direct_generation() {
    // Phase 1 and 2 of two parties each, whose secrets are drawn once more beside them.
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut powers = PowersOfTau::new(4);
    let mut waste = [Fr::ONE; 4];
    for name in ["one", "two"] {
        let secrets = phase1::draw(&powers.challenge(), &mut rng.clone()).0;
        (0..3).for_each(|i| waste[i] *= secrets[i].0);
        powers = powers.contribute(name, &mut rng, &mut unwatched).expect("whole");
    }
    let start = Start::compute("seventh", &shape(), &powers, Origin::Ceremony, &mut unwatched).expect("large enough");
    let mut ceremony = start.ceremony();
    for name in ["one", "two"] {
        waste[3] *= draw(&ceremony.transcript(), &mut rng.clone()).0 .0;
        ceremony = ceremony.contribute(name, &mut rng, &mut unwatched);
    }
    ceremony.verify(&start, &mut unwatched).expect("good");

    let [tau, alpha, beta, delta] = waste;
    let mut scripted = Scripted(tau.0 .0.into());
    assert_eq!(Fr::rand(&mut Scripted(tau.0 .0.into())), tau, "the script gives tau");
    let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
    let direct = Groth16::<Bn254>::generate_parameters_with_qap(Seventh(9), alpha, beta, Fr::ONE, delta, g1, g2, &mut scripted).expect("generates");
    assert_eq!(ceremony.key(&start), direct);
    assert!(scripted.0.is_empty());
}

#[test]
fn the_keys_of_a_ceremony_prove_and_verify() {
    let keys = finalize(&closed(), &START, &mut unwatched).expect("complete");
    let file = keys.verifying.encode();
    assert!(file.starts_with(b"GOVHUB-ZK-KEY-01"));
    let pinned = Pinned { circuit: "seventh", hash: &Sha256::digest(&file).into(), inputs: 3 };
    let verifying = VerifyingKey::<Bn254>::decode(&file, &pinned, DevelopmentKeys::Refuse).expect("sound");
    let proving = KeyFile::decode(&keys.proving.encode()).expect("a key file");
    assert_eq!((proving.kind, proving.fingerprint), (KeyKind::Proving, Fingerprint::of(&shape()).matrices));
    let prover = Prover::load(&proving.key, shape()).expect("the circuit's");
    let proof = prover.prove(Seventh(5), &mut ChaCha20Rng::seed_from_u64(4)).expect("true");
    let proof = zk_verify::Proof::decode(&proof_bytes(&proof)).expect("canonical");
    assert_eq!(verify(&verifying, &inputs(5), &proof), Ok(()));
    assert_eq!(verify(&verifying, &inputs(6), &proof), Err(ProofError::Refused));
}

#[test]
fn keys_of_a_ceremony_for_development_are_marked_and_need_nobody() {
    let start = start(Origin::Development);
    let begin = start.ceremony();
    let one = begin.contribute("me", &mut ChaCha20Rng::seed_from_u64(5), &mut unwatched);
    let keys = finalize(&one, &start, &mut unwatched).expect("nobody else is needed");
    assert!(keys.verifying.encode().starts_with(b"INSECURE-DEV-KEY") && keys.proving.encode().starts_with(b"INSECURE-DEV-KEY"));
    // The mark goes into the transcript from the beginning: it cannot be left off at the end.
    assert_eq!(one.verify(&START, &mut unwatched), Err(Fault::OtherSubject("kind of network")));
    let mut scraped = one.clone();
    scraped.subject.origin = Origin::Ceremony;
    assert!(matches!(scraped.verify(&START, &mut unwatched), Err(Fault::Contribution { index: 1, why: ContributionFault::Knowledge, .. })));
}

#[test]
fn the_start_is_the_same_for_everyone_and_its_key_is_refused_by_verifiers() {
    assert_eq!(start(Origin::Ceremony), *START);
    assert_eq!(START.key().vk.gamma_g2, START.key().vk.delta_g2);
    assert_eq!(CHAIN[0].verify(&START, &mut unwatched), Ok(()));
    let small = PowersOfTau::new(2);
    assert_eq!(Start::compute("seventh", &shape(), &small, Origin::Ceremony, &mut unwatched), Err(TooSmall { needed: 4, found: 2 }));
}

#[test]
fn powers_larger_than_the_circuit_needs_give_the_same_key() {
    // The same secrets at 2^4 and 2^6.
    let secrets: [Fr; 3] = std::array::from_fn(|i| Fr::from(1_234_567 + i as u64));
    let powers = |n: usize| {
        let [tau, alpha, beta] = secrets;
        let series = |factor: Fr, count: usize| (0..count as u64).map(|i| (G1Projective::generator() * (factor * tau.pow([i]))).into_affine()).collect();
        let tau_g2 = (0..n as u64).map(|i| (G2Projective::generator() * tau.pow([i])).into_affine()).collect();
        let beta_g2 = (G2Projective::generator() * beta).into_affine();
        phase1::Powers { tau_g1: series(Fr::ONE, 2 * n - 1), tau_g2, alpha_g1: series(alpha, n), beta_g1: series(beta, n), beta_g2 }
    };
    let key = |n| specialise(&powers(n), &shape(), &mut unwatched).expect("large enough");
    assert_eq!(key(16), key(64));
}

fn verdict(edit: impl FnOnce(&mut Ceremony)) -> Result<(), Fault> {
    let mut bent = closed();
    edit(&mut bent);
    bent.verify(&START, &mut unwatched)
}

/// As [`verdict`], with the last contribution stating the digest of the bent points: only the points themselves can tell.
fn verdict_restated(edit: impl FnOnce(&mut Changing)) -> Result<(), Fault> {
    verdict(|bent| {
        edit(&mut bent.now);
        bent.contributions[2].points = bent.now.digest();
    })
}

fn contribution(index: usize, why: ContributionFault) -> Result<(), Fault> {
    let name = CHAIN[3].contributions[index - 1].name.clone();
    Err(Fault::Contribution { index, name, why })
}

#[test]
fn a_good_ceremony_is_good_step_by_step_and_as_a_whole() {
    CHAIN.iter().for_each(|ceremony| assert_eq!(ceremony.verify(&START, &mut unwatched), Ok(())));
    CHAIN.windows(2).for_each(|pair| assert_eq!(pair[1].verify_after(&pair[0]), Ok(())));
    let hashes: std::collections::BTreeSet<_> = CHAIN.iter().map(Ceremony::transcript).collect();
    assert_eq!(hashes.len(), CHAIN.len());
    assert_eq!(closed().transcript_before(1), CHAIN[1].transcript());
}

#[test]
fn a_bad_contribution_is_named_with_its_number_and_reason() {
    let other = closed().contributions[0].knowledge;
    assert_eq!(verdict(|c| c.contributions[1].knowledge = other), contribution(2, ContributionFault::Knowledge));
    let earlier = closed().contributions[0].delta_g1;
    assert_eq!(verdict(|c| c.contributions[1].delta_g1 = earlier), contribution(2, ContributionFault::DoesNotFollow));
    // A changed name or digest is another transcript: the next proof no longer answers it.
    assert_eq!(verdict(|c| c.contributions[0].name = "someone else".into()), contribution(2, ContributionFault::Knowledge));
    assert_eq!(verdict(|c| c.contributions[0].points = [0; 32]), contribution(2, ContributionFault::Knowledge));
    let other = Beacon::new(b"another block".to_vec(), 10).expect("in bounds");
    assert_eq!(verdict(|c| c.contributions[2].beacon = Some(other)), contribution(3, ContributionFault::Beacon));
    assert_eq!(verdict(|c| c.now.h[0] = c.now.h[1]), contribution(3, ContributionFault::Points));
    let left_out = verdict(|c| {
        c.contributions.remove(0);
    });
    assert!(matches!(left_out, Err(Fault::Contribution { index: 1, why: ContributionFault::Knowledge, .. })));
}

#[test]
fn points_that_are_not_the_starts_over_delta_are_refused() {
    let query = |query| Err(Fault::Query { query, last: 3, name: "beacon".into() });
    assert_eq!(verdict_restated(|_| ()), Ok(()));
    assert_eq!(verdict_restated(|now| now.h[2] = now.h[3]), query("H"));
    assert_eq!(verdict_restated(|now| now.l[0] = now.h[0]), query("L"));
    assert_eq!(verdict_restated(|now| now.delta_g2 = CHAIN[2].now.delta_g2), Err(Fault::DeltaInG2));
    assert_eq!(verdict_restated(|now| now.h.truncate(3)), Err(Fault::Length("H")));
    assert_eq!(verdict_restated(|now| now.l.push(now.h[0])), Err(Fault::Length("L")));
}

#[test]
fn the_contribution_that_spoiled_a_query_is_named_where_the_files_are_at_hand() {
    // The second party bends a query, states what it made, and the beacon goes over it.
    let mut spoiled = CHAIN[2].clone();
    spoiled.now.l[0] = spoiled.now.h[0];
    spoiled.contributions[1].points = spoiled.now.digest();
    let after = spoiled.close("beacon", beacon(), &mut unwatched);
    assert_eq!(after.verify(&START, &mut unwatched), Err(Fault::Query { query: "L", last: 3, name: "beacon".into() }));
    assert_eq!(spoiled.verify_after(&CHAIN[1]), contribution(2, ContributionFault::Query("L")));
    assert_eq!(after.verify_after(&spoiled), Ok(()));
}

#[test]
fn a_file_that_does_not_continue_the_one_before_is_refused() {
    assert!(matches!(CHAIN[3].verify_after(&CHAIN[1]), Err(Fault::NotNext("it has not exactly one contribution more"))));
    let other = CHAIN[0].contribute("another", &mut ChaCha20Rng::seed_from_u64(7), &mut unwatched);
    assert!(matches!(CHAIN[2].verify_after(&other), Err(Fault::NotNext("it changes earlier contributions"))));
    let mut foreign = CHAIN[1].clone();
    foreign.subject.circuit = "eighth".into();
    assert!(matches!(CHAIN[2].verify_after(&foreign), Err(Fault::NotNext("they are about different things"))));
}

#[test]
fn a_ceremony_about_something_else_is_refused() {
    assert_eq!(verdict(|c| c.subject.circuit = "eighth".into()), Err(Fault::OtherSubject("circuit")));
    assert_eq!(verdict(|c| c.subject.fingerprint = [0; 32]), Err(Fault::OtherSubject("circuit")));
    assert_eq!(verdict(|c| c.subject.phase1 = [0; 64]), Err(Fault::OtherSubject("phase 1")));
    assert_eq!(verdict(|c| c.subject.start = [0; 32]), Err(Fault::OtherSubject("start")));
}

#[test]
fn keys_need_two_people_and_a_closing_beacon() {
    let keys = |ceremony: &Ceremony| finalize(ceremony, &START, &mut unwatched).map(|_| ());
    assert_eq!(keys(&CHAIN[1]), Err(Fault::TooFew { found: 1, min: 2 }));
    assert_eq!(keys(&CHAIN[1].close("beacon", beacon(), &mut unwatched)), Err(Fault::TooFew { found: 1, min: 2 }));
    assert_eq!(keys(&CHAIN[2]), Err(Fault::NotClosed));
    assert_eq!(keys(&closed()), Ok(()));
    let late = closed().contribute("late", &mut ChaCha20Rng::seed_from_u64(8), &mut unwatched);
    assert_eq!(keys(&late), Err(Fault::AfterBeacon { index: 4, name: "late".into() }));
    assert!(matches!(keys(&{
        let mut bent = closed();
        bent.now.h[0] = bent.now.h[1];
        bent
    }), Err(Fault::Contribution { .. })), "a bad ceremony gives no keys");
}

#[test]
fn a_file_reads_as_what_was_written() {
    CHAIN.iter().for_each(|ceremony| assert_eq!(Ceremony::decode(&ceremony.encode()).as_ref(), Ok(ceremony)));
    assert!(CHAIN[0].now.l.iter().any(AffineRepr::is_zero), "the idle witness is in no constraint");
}

/// The file's bytes with `edit` applied and the checksum made right again.
fn file_with(edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = closed().encode();
    bytes.truncate(bytes.len() - 32);
    edit(&mut bytes);
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

#[test]
fn wrong_short_and_damaged_files_are_named() {
    let decode = |bytes: &[u8]| Ceremony::decode(bytes).expect_err("a bad file");
    let good = closed().encode();
    assert_eq!(decode(b"ptau"), FileError::NotACeremony);
    assert_eq!(decode(&good[..good.len() - 1]), FileError::Short);
    assert_eq!(decode(&good[..40]), FileError::Short);
    assert_eq!(decode(&[good.as_slice(), &[0]].concat()), FileError::Trailing(1));
    let mut damaged = good.clone();
    damaged[30] ^= 1;
    assert_eq!(decode(&damaged), FileError::Checksum);
    assert_eq!(decode(&file_with(|b| b[16] = 2)), FileError::Version(2));
    assert_eq!(decode(&file_with(|b| b[17] = 2)), FileError::Header("the kind of network"));
    assert_eq!(decode(&file_with(|b| b[18] = 0)), FileError::Header("the circuit id"));
    assert_eq!(decode(&file_with(|b| b[19] = b'/')), FileError::Header("the circuit id"));
    // After the subject: number of contributions, then the first one's name and kind.
    let count = 17 + 2 + "seventh".len() + 128;
    let kind = count + 4 + 1 + "Guangdong".len();
    let fault = |why: &str| FileError::Contribution { index: 1, why: why.into() };
    assert_eq!(decode(&file_with(|b| b[count + 1] = 1)), FileError::TooMany { what: "contributions", found: (1 << 16) + 3, max: 4_096 });
    assert_eq!(decode(&file_with(|b| b[count + 5] = 0xff)), fault("its name is not UTF-8"));
    assert_eq!(decode(&file_with(|b| b[kind] = 2)), fault("it is neither a person's nor a beacon's"));
    let point = |part, index, why| FileError::Point { part, index, why };
    assert_eq!(decode(&file_with(|b| b[kind + 1] ^= 1)), point("contributions", 0, crate::points::PointError::NotOnCurve));
    let last = closed().now.l.len() - 1;
    let queries = move |b: &mut Vec<u8>| {
        let end = b.len();
        b[end - 64..].fill(0xff);
    };
    assert_eq!(decode(&file_with(queries)), point("L query", last, crate::points::PointError::Coordinate));
}
