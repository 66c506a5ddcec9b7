//! Blocks from peers, with bent bytes: what decodes encodes to the same bytes again, and nothing panics.

use govhub_consensus::{Block, ValidatorSet};
use govhub_fuzz::{run, Target, CASES};

use crate::chain::{make, set, signer};

fn blocks() -> Vec<Vec<u8>> {
    let signers = [signer(1, 10), signer(2, 10), signer(3, 10), signer(4, 10)];
    let validators = set(&signers);
    let all: Vec<_> = signers.iter().collect();
    let first = make(1, None, &validators, &validators, &all);
    let second = make(2, Some(&first), &validators, &validators, &all);
    vec![first.bytes, second.bytes]
}

#[test]
fn bent_blocks_are_refused_or_read_as_they_stand() {
    let target = Target {
        name: "block",
        seeds: blocks(),
        run: |bytes| match Block::decode(bytes) {
            Ok(block) => {
                assert_eq!(block.encode(), bytes, "a block has one encoding");
                let _ = block.value_id(bytes);
                true
            }
            Err(_) => false,
        },
    };
    let covered = run(&target, CASES);
    println!("block: {} cases, {} accepted", covered.cases, covered.accepted);
    assert!(covered.accepted > 0 && covered.accepted < covered.cases);
}

#[test]
fn bent_validator_sets_are_refused_or_sound() {
    let target = Target {
        name: "stored validator set",
        seeds: vec![set(&[signer(1, 10), signer(2, 7)]).to_bytes(), set(&[signer(3, 1)]).to_bytes()],
        run: |bytes| match ValidatorSet::from_bytes(bytes) {
            Some(set) => {
                assert!(set.total_power() > 0 && !set.validators().is_empty());
                let _ = set.proposer(7, 3);
                true
            }
            None => false,
        },
    };
    let covered = run(&target, CASES);
    println!("stored validator set: {} cases, {} accepted", covered.cases, covered.accepted);
    assert!(covered.accepted < covered.cases);
}
