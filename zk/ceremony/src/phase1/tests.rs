//! Good powers, then one thing bent at a time; files read and written again.

use std::sync::LazyLock;

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{Field, Zero};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::contribute::draw;
use super::*;
use crate::beacon::Beacon;
use crate::progress::unwatched;

/// Powers of 2^2 by two people and a beacon.
static GOOD: LazyLock<PowersOfTau> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let first = PowersOfTau::new(2).contribute("Guangzhou", &mut rng, &mut unwatched).expect("whole");
    let second = first.contribute("Shenzhen", &mut rng, &mut unwatched).expect("whole");
    second.close("beacon", Beacon::new(vec![7; 32], 10).expect("in bounds"), &mut unwatched).expect("whole")
});

fn verdict(edit: impl FnOnce(&mut PowersOfTau)) -> Result<(), Fault> {
    let mut bent = GOOD.clone();
    edit(&mut bent);
    bent.verify(&mut unwatched)
}

/// As [`verdict`], with the last contribution stating the hash of the bent powers: only the points themselves can tell.
fn verdict_restated(edit: impl FnOnce(&mut Powers)) -> Result<(), Fault> {
    verdict(|bent| {
        edit(&mut bent.powers);
        let last = bent.contributions.len() - 1;
        bent.contributions[last].next_challenge = bent.hash(&bent.contributions[last]);
    })
}

fn contribution(index: usize, why: ContributionFault) -> Result<(), Fault> {
    let name = GOOD.contributions[index - 1].name.clone();
    Err(Fault::Contribution { index, name, why })
}

#[test]
fn powers_are_those_of_the_product_of_everyones_secrets() {
    let (mut one, mut two) = (ChaCha20Rng::seed_from_u64(5), ChaCha20Rng::seed_from_u64(6));
    let start = PowersOfTau::new(3);
    let (first, _) = draw(&start.challenge(), &mut one.clone());
    let after_one = start.contribute("one", &mut one, &mut unwatched).expect("whole");
    let (second, _) = draw(&after_one.challenge(), &mut two.clone());
    let after_two = after_one.contribute("two", &mut two, &mut unwatched).expect("whole");
    let [tau, alpha, beta] = [0, 1, 2].map(|i: usize| first[i].0 * second[i].0);
    let g1 = |x: Fr| (G1Projective::generator() * x).into_affine();
    let g2 = |x: Fr| (G2Projective::generator() * x).into_affine();
    let powers = after_two.powers();
    assert_eq!((powers.tau_g1.len(), powers.tau_g2.len()), (15, 8));
    (0..15u64).for_each(|i| assert_eq!(powers.tau_g1[i as usize], g1(tau.pow([i]))));
    for i in 0..8u64 {
        let power = tau.pow([i]);
        let found = (powers.tau_g2[i as usize], powers.alpha_g1[i as usize], powers.beta_g1[i as usize]);
        assert_eq!(found, (g2(power), g1(alpha * power), g1(beta * power)));
    }
    assert_eq!(powers.beta_g2, g2(beta));
    assert!(!tau.is_zero() && after_two.verify(&mut unwatched).is_ok());
}

#[test]
fn good_powers_are_good_and_nobodys_are_refused() {
    assert_eq!(verdict(|_| ()), Ok(()));
    assert_eq!(PowersOfTau::new(2).verify(&mut unwatched), Err(Fault::NobodyContributed));
}

#[test]
fn a_bad_contribution_is_named_with_its_number_and_reason() {
    let other = GOOD.contributions[1].knowledge[1];
    let unknown = |name| contribution(1, ContributionFault::Knowledge(name));
    assert_eq!(verdict(|p| p.contributions[0].knowledge[0] = other), unknown("tau"));
    assert_eq!(verdict(|p| p.contributions[0].knowledge[1] = other), unknown("alpha"));
    assert_eq!(verdict(|p| p.contributions[0].knowledge[2] = other), unknown("beta"));
    let heads = GOOD.contributions[0].heads;
    let breaks = |name| contribution(2, ContributionFault::DoesNotFollow(name));
    assert_eq!(verdict(|p| p.contributions[1].heads.tau_g1 = heads.tau_g1), breaks("tau_g1"));
    assert_eq!(verdict(|p| p.contributions[1].heads.tau_g2 = heads.tau_g2), breaks("tau_g2"));
    assert_eq!(verdict(|p| p.contributions[1].heads.alpha_g1 = heads.alpha_g1), breaks("alpha_g1"));
    assert_eq!(verdict(|p| p.contributions[1].heads.beta_g1 = heads.beta_g1), breaks("beta_g1"));
    assert_eq!(verdict(|p| p.contributions[1].heads.beta_g2 = heads.beta_g2), breaks("beta_g2"));
}

#[test]
fn a_beacon_other_than_the_one_stated_is_refused() {
    let other = Beacon::new(vec![8; 32], 10).expect("in bounds");
    assert_eq!(verdict(|p| p.contributions[2].beacon = Some(other)), contribution(3, ContributionFault::Beacon));
    let longer = Beacon::new(vec![7; 32], 11).expect("in bounds");
    assert_eq!(verdict(|p| p.contributions[2].beacon = Some(longer)), contribution(3, ContributionFault::Beacon));
}

#[test]
fn a_proof_of_knowledge_from_elsewhere_in_the_chain_is_refused() {
    let fault = contribution(2, ContributionFault::Knowledge("tau"));
    assert_eq!(verdict(|p| p.contributions[0].next_challenge = [0; 64]), fault, "the second answers the first's stated hash");
    let left_out = verdict(|p| {
        p.contributions.remove(0);
    });
    assert!(matches!(left_out, Err(Fault::Contribution { index: 1, why: ContributionFault::Knowledge("tau"), .. })));
}

#[test]
fn bent_powers_are_refused_by_hash_and_then_by_pairing() {
    assert_eq!(verdict(|p| p.powers.tau_g1[5] = p.powers.tau_g1[4]), Err(Fault::Hash));
    assert_eq!(verdict_restated(|_| ()), Ok(()));
    assert_eq!(verdict_restated(|p| p.tau_g1[5] = p.tau_g1[4]), Err(Fault::Powers("tau_g1")));
    assert_eq!(verdict_restated(|p| p.tau_g2[2] = p.tau_g2[3]), Err(Fault::Powers("tau_g2")));
    assert_eq!(verdict_restated(|p| p.alpha_g1[3] = p.alpha_g1[2]), Err(Fault::Powers("alpha_g1")));
    assert_eq!(verdict_restated(|p| p.beta_g1[3] = p.beta_g1[2]), Err(Fault::Powers("beta_g1")));
    assert_eq!(verdict_restated(|p| p.tau_g1[0] = p.tau_g1[1]), Err(Fault::NotTheLast("tau_g1")));
    assert_eq!(verdict_restated(|p| p.tau_g2[1] = p.tau_g2[0]), Err(Fault::NotTheLast("tau_g2")));
    assert_eq!(verdict_restated(|p| p.alpha_g1[0] = p.alpha_g1[1]), Err(Fault::NotTheLast("alpha_g1")));
    assert_eq!(verdict_restated(|p| p.beta_g1[0] = p.beta_g1[1]), Err(Fault::NotTheLast("beta_g1")));
    assert_eq!(verdict_restated(|p| p.beta_g2 = p.tau_g2[1]), Err(Fault::NotTheLast("beta_g2")));
}

#[test]
fn powers_cut_down_from_larger_ones_are_good_and_take_no_contributions() {
    let mut cut = GOOD.clone();
    cut.power = 1;
    cut.powers.tau_g1.truncate(3);
    [&mut cut.powers.alpha_g1, &mut cut.powers.beta_g1].into_iter().for_each(|points| points.truncate(2));
    cut.powers.tau_g2.truncate(2);
    assert_eq!(cut.verify(&mut unwatched), Ok(()));
    assert_eq!(PowersOfTau::decode(&cut.encode()), Ok(cut.clone()));
    assert!(cut.contribute("late", &mut ChaCha20Rng::seed_from_u64(9), &mut unwatched).is_none());
}

#[test]
fn progress_reaches_its_end_and_never_goes_back() {
    let mut told = Vec::new();
    GOOD.contribute("one more", &mut ChaCha20Rng::seed_from_u64(2), &mut |progress| told.push(progress)).expect("whole");
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done));
    assert!(told.iter().all(|progress| progress.done <= progress.total));
    let mut checked = Vec::new();
    GOOD.verify(&mut |progress| checked.push(progress)).expect("good");
    assert_eq!(checked.last().map(|progress| progress.done == progress.total), Some(true));
}

#[test]
fn a_long_name_is_cut_between_characters() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let named = GOOD.contribute(&"省".repeat(30), &mut rng, &mut unwatched).expect("whole");
    assert_eq!(named.contributions[3].name, "省".repeat(21));
    assert_eq!(PowersOfTau::decode(&named.encode()), Ok(named));
}

/// The file's bytes with `edit` applied to section `number`'s content.
fn file_with(number: u32, edit: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let good = GOOD.encode();
    let mut bytes = good[..12].to_vec();
    let mut rest = &good[12..];
    while !rest.is_empty() {
        let found = u32::from_le_bytes(rest[..4].try_into().expect("four"));
        let length = u64::from_le_bytes(rest[4..12].try_into().expect("eight")) as usize;
        let mut content = rest[12..12 + length].to_vec();
        if found == number {
            edit(&mut content);
        }
        bytes.extend(&rest[..4]);
        bytes.extend((content.len() as u64).to_le_bytes());
        bytes.extend(content);
        rest = &rest[12 + length..];
    }
    bytes
}

#[test]
fn a_file_reads_as_what_was_written() {
    assert_eq!(PowersOfTau::decode(&GOOD.encode()).as_ref(), Ok(&*GOOD));
    assert_eq!(file_with(0, |_| ()), GOOD.encode());
}

#[test]
fn wrong_short_and_foreign_files_are_named() {
    let good = GOOD.encode();
    let decode = |bytes: &[u8]| PowersOfTau::decode(bytes).expect_err("a bad file");
    assert_eq!(decode(b"zkey\x01\0\0\0"), PtauError::NotPtau);
    assert_eq!(decode(b""), PtauError::NotPtau);
    let mut version = good.clone();
    version[4] = 2;
    assert_eq!(decode(&version), PtauError::Version { found: 2 });
    assert_eq!(decode(&good[..good.len() - 1]), PtauError::Short("a section"));
    assert_eq!(decode(&good[..20]), PtauError::Short("a section's header"));
    assert_eq!(decode(&[good.as_slice(), &[0]].concat()), PtauError::Trailing { found: 1 });
    assert_eq!(decode(&file_with(1, |s| s[4] ^= 1)), PtauError::OtherCurve);
    assert_eq!(decode(&file_with(1, |s| s[0] = 48)), PtauError::OtherCurve);
    assert_eq!(decode(&file_with(1, |s| s[36] = 21)), PtauError::Power { found: 21, ceremony: 2 });
    assert_eq!(decode(&file_with(1, |s| s[36] = 0)), PtauError::Power { found: 0, ceremony: 2 });
    assert_eq!(decode(&file_with(1, |s| s[40] = 1)), PtauError::Power { found: 2, ceremony: 1 });
    assert_eq!(decode(&file_with(1, |s| s.push(0))), PtauError::Size { section: 1, expected: 44, found: 45 });
    assert_eq!(decode(&file_with(2, |s| s.truncate(64))), PtauError::Size { section: 2, expected: 448, found: 64 });
    assert_eq!(decode(&file_with(7, |s| s.push(0))), PtauError::Size { section: 7, expected: GOOD.encode().len() - good_up_to_contributions(), found: GOOD.encode().len() - good_up_to_contributions() + 1 });
    assert_eq!(decode(&file_with(7, |s| s[2] = 1)), PtauError::TooMany((1 << 16) + 3));
    let mut twice = good.clone();
    twice[12 + 12 + 44] = 1;
    assert_eq!(decode(&twice), PtauError::Twice(1));
    let mut missing = good.clone();
    missing[12 + 12 + 44] = 9;
    assert_eq!(decode(&missing), PtauError::Missing(2));
}

/// Bytes before the content of section 7.
fn good_up_to_contributions() -> usize {
    let points = |powers: &Powers| 64 * (powers.tau_g1.len() + 2 * powers.alpha_g1.len()) + 128 * (powers.tau_g2.len() + 1);
    12 + 7 * 12 + 44 + points(&GOOD.powers)
}

#[test]
fn points_that_may_not_stand_in_powers_are_named() {
    let point = |section, index, why| PtauError::Point { section, index, why };
    let decode = |bytes: &[u8]| PowersOfTau::decode(bytes).expect_err("a bad file");
    use crate::points::PointError::{Coordinate, Identity, NotInSubgroup, NotOnCurve};
    assert_eq!(decode(&file_with(2, |s| s[64..128].fill(0))), point(2, 1, Identity));
    assert_eq!(decode(&file_with(2, |s| s[64..96].fill(0xff))), point(2, 1, Coordinate));
    assert_eq!(decode(&file_with(4, |s| s[0] ^= 1)), point(4, 0, NotOnCurve));
    // A point of the twist: on the curve, and for all but a vanishing part of all x outside the subgroup.
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let outside = std::iter::repeat_with(|| ark_bn254::G2Affine::get_point_from_x_unchecked(ark_ff::UniformRand::rand(&mut rng), true))
        .flatten()
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .expect("most are");
    let mut bytes = Vec::new();
    outside.write_montgomery(&mut bytes);
    assert_eq!(decode(&file_with(3, |s| s[128..256].copy_from_slice(&bytes))), point(3, 1, NotInSubgroup));
}

#[test]
fn a_contribution_that_cannot_be_read_is_named() {
    /// Bytes of a contribution before its kind: heads, proofs, hash state, challenge.
    const BEFORE_KIND: usize = 3 * 64 + 2 * 128 + 6 * 64 + 3 * 128 + 216 + 64;
    let why = |edit: &dyn Fn(&mut Vec<u8>)| match PowersOfTau::decode(&file_with(7, edit)) {
        Err(PtauError::Contribution { index: 1, why }) => why,
        other => panic!("expected a fault of the first contribution, found {other:?}"),
    };
    let (state, kind) = (4 + BEFORE_KIND - 216 - 64, 4 + BEFORE_KIND);
    assert_eq!(why(&|s| s[4] ^= 1), "tau in G1: the point is not on the curve");
    assert_eq!(why(&|s| s[state + 208] = 1), "its hash state is none");
    assert_eq!(why(&|s| s[kind] = 2), "its kind is 2; 0 is a person, 1 a beacon");
    assert_eq!(why(&|s| s[kind] = 1), "its parameters are not in order, or not known");
    assert_eq!(why(&|s| s[kind + 8] = 4), "its parameters are not in order, or not known");
    assert_eq!(why(&|s| s[kind + 9] = 200), "it ends early");
    assert_eq!(why(&|s| s[kind + 10] = 0xff), "its name is not UTF-8");
}
