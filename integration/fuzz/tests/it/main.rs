//! Every target, a stated number of cases; and proof that a run finds a bug when there is one.

use govhub_fuzz::{cases, run, targets, Target, CASES};

#[test]
fn every_seed_is_accepted() {
    for target in targets::all() {
        assert!(!target.seeds.is_empty(), "{} has seeds", target.name);
        for seed in &target.seeds {
            assert!((target.run)(seed), "{} accepts its own seed", target.name);
        }
    }
}

#[test]
fn every_decoder_survives_its_cases() {
    for target in targets::all() {
        let cases = cases(&target);
        let covered = run(&target, cases);
        println!("{}: {} cases, {} accepted", target.name, covered.cases, covered.accepted);
        assert_eq!(covered.cases, cases);
        assert!(covered.accepted < cases, "{} refuses something", target.name);
    }
}

#[test]
fn names_of_targets_are_unique() {
    let mut names: Vec<_> = targets::all().iter().map(|t| t.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// A length prefix believed without a look at what follows: the bug that untrusted bytes find first.
fn decoder_with_a_bug(bytes: &[u8]) -> bool {
    let Some((&length, rest)) = bytes.split_first() else { return false };
    let body = &rest[..usize::from(length)];
    body.len() == usize::from(length)
}

/// The same decoder without it.
fn decoder_without(bytes: &[u8]) -> bool {
    bytes.split_first().and_then(|(&length, rest)| rest.get(..usize::from(length))).is_some()
}

#[test]
fn a_seeded_bug_is_found_within_the_stated_cases() {
    let target = |run| Target { name: "length prefix", seeds: vec![vec![3, 1, 2, 3]], run };
    let found = std::panic::catch_unwind(|| run(&target(decoder_with_a_bug), CASES));
    assert!(found.is_err(), "{CASES} cases reach the bug");
    assert_eq!(run(&target(decoder_without), CASES).cases, CASES, "the twin without it survives");
}
