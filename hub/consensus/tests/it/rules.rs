//! Each rule of a block, broken alone; the unbroken twin is accepted.

use govhub_consensus::commit::CommitError;
use govhub_consensus::header::HeaderError;
use govhub_consensus::{Block, BlockError, Certificate, ValueId};
use proptest::prelude::*;
use tendermint::block::CommitSig;
use tendermint::Hash;

use crate::chain::{expected, make, precommit, set, signer, time, Made, Signer};

struct World {
    signers: Vec<Signer>,
    first: Made,
    second: Made,
}

fn world() -> World {
    let signers: Vec<Signer> = (1..=4).map(|seed| signer(seed, 10)).collect();
    let all: Vec<&Signer> = signers.iter().collect();
    let set = set(&signers);
    let first = make(1, None, &set, &set, &all);
    let second = make(2, Some(&first), &set, &set, &all);
    World { signers, first, second }
}

impl World {
    fn check(&self, block: &Block) -> Result<(), BlockError> {
        let set = set(&self.signers);
        block.check(block.encode().len(), &expected(2, Some(&self.first), &set, &set))
    }
}

#[test]
fn every_header_field_is_checked_against_the_chain() {
    let world = world();
    assert_eq!(world.check(&world.second.block), Ok(()));
    let other = Hash::Sha256([0xee; 32]);
    let bends: [(&str, fn(&mut Block, Hash)); 12] = [
        ("version", |b, _| b.header.version.block = 10),
        ("chain_id", |b, _| b.header.chain_id = "hub-2".parse().expect("a chain id")),
        ("height", |b, _| b.header.height = 3u32.into()),
        ("last_block_id", |b, h| b.header.last_block_id.as_mut().expect("not the first").hash = h),
        ("last_commit_hash", |b, h| b.header.last_commit_hash = Some(h)),
        ("data_hash", |b, h| b.header.data_hash = Some(h)),
        ("validators_hash", |b, h| b.header.validators_hash = h),
        ("next_validators_hash", |b, h| b.header.next_validators_hash = h),
        ("consensus_hash", |b, h| b.header.consensus_hash = h),
        ("app_hash", |b, h| b.header.app_hash = h.as_bytes().to_vec().try_into().expect("any bytes")),
        ("last_results_hash", |b, h| b.header.last_results_hash = Some(h)),
        ("evidence_hash", |b, h| b.header.evidence_hash = Some(h)),
    ];
    for (field, bend) in bends {
        let mut block = world.second.block.clone();
        bend(&mut block, other);
        assert_eq!(world.check(&block), Err(BlockError::Header(HeaderError::Field { field })));
    }
}

#[test]
fn a_header_not_later_than_the_last_is_refused_and_one_nanosecond_later_is_not() {
    let world = world();
    let mut block = world.second.block.clone();
    block.header.time = world.first.block.header.time;
    assert!(matches!(world.check(&block), Err(BlockError::Header(HeaderError::Time { .. }))));
    block.header.time = (world.first.block.header.time + std::time::Duration::from_nanos(1)).expect("a time");
    assert_eq!(world.check(&block), Ok(()));
}

#[test]
fn a_proposer_outside_the_set_is_refused() {
    let world = world();
    let mut block = world.second.block.clone();
    let stranger = signer(9, 1).validator.address();
    block.header.proposer_address = stranger.account_id();
    assert_eq!(world.check(&block), Err(BlockError::Header(HeaderError::Proposer { found: stranger })));
}

#[test]
fn transactions_that_the_header_does_not_commit_to_are_refused() {
    let world = world();
    let mut block = world.second.block.clone();
    block.txs.swap(0, 1);
    assert_eq!(world.check(&block), Err(BlockError::Header(HeaderError::Field { field: "data_hash" })));
}

/// Replaces the last commit and the hash that commits to it, so that the commit's own rule speaks.
fn with_commit(world: &World, bend: impl FnOnce(&mut tendermint::block::Commit)) -> Result<(), BlockError> {
    let mut block = world.second.block.clone();
    let commit = block.last_commit.as_mut().expect("not the first");
    bend(commit);
    block.header.last_commit_hash = Some(Hash::Sha256(govhub_consensus::commit::hash(commit)));
    world.check(&block)
}

fn entry(commit: &mut tendermint::block::Commit, at: usize) -> (&mut tendermint::account::Id, &mut tendermint::Time, &mut Option<tendermint::Signature>) {
    match &mut commit.signatures[at] {
        CommitSig::BlockIdFlagCommit { validator_address, timestamp, signature } => (validator_address, timestamp, signature),
        other => panic!("everybody signed: {other:?}"),
    }
}

#[test]
fn each_rule_of_the_last_commit_refuses_its_breach() {
    let world = world();
    let set = set(&world.signers);
    let at = |i: usize| set.validators()[i].address();
    let refused = |error: CommitError| Err(BlockError::Commit(error));
    assert_eq!(with_commit(&world, |_| {}), Ok(()));
    assert_eq!(with_commit(&world, |c| c.signatures[3] = CommitSig::BlockIdFlagAbsent), Ok(()));
    assert_eq!(with_commit(&world, |c| c.height = 2u32.into()), refused(CommitError::Height { expected: 1, found: 2 }));
    assert_eq!(with_commit(&world, |c| c.block_id.hash = Hash::Sha256([1; 32])), refused(CommitError::BlockId));
    assert_eq!(with_commit(&world, |c| { c.signatures.pop(); }), refused(CommitError::Entries { expected: 4, found: 3 }));
    assert_eq!(with_commit(&world, |c| c.signatures.swap(0, 1)), refused(CommitError::Address { expected: at(0) }));
    assert_eq!(with_commit(&world, |c| *entry(c, 1).1 = time(500)), refused(CommitError::Timestamp { address: at(1) }));
    assert_eq!(with_commit(&world, |c| *entry(c, 2).2 = None), refused(CommitError::Signature { address: at(2) }));
    assert_eq!(with_commit(&world, |c| c.round = 1u8.into()), refused(CommitError::Signature { address: at(0) }));
    let nil = |c: &mut tendermint::block::Commit| {
        let (address, timestamp, signature) = entry(c, 0);
        c.signatures[0] = CommitSig::BlockIdFlagNil { validator_address: *address, timestamp: *timestamp, signature: signature.clone() };
    };
    assert_eq!(with_commit(&world, nil), refused(CommitError::Nil { address: at(0) }));
    let two_absent = |c: &mut tendermint::block::Commit| c.signatures[2..].fill(CommitSig::BlockIdFlagAbsent);
    assert_eq!(with_commit(&world, two_absent), refused(CommitError::Power { signed: 20, total: 40 }));
}

#[test]
fn a_signature_for_another_block_does_not_count() {
    let world = world();
    let id = ValueId { hash: [7; 32], ..world.first.block.value_id(&world.first.bytes) };
    let (_, forged) = precommit(&world.signers[0], 1, 0, &id);
    let place = set(&world.signers).validators().iter().position(|v| v.address() == world.signers[0].validator.address()).expect("a validator");
    let bend = |c: &mut tendermint::block::Commit| *entry(c, place).2 = tendermint::Signature::new(forged).expect("64 bytes");
    assert_eq!(with_commit(&world, bend), Err(BlockError::Commit(CommitError::Signature { address: world.signers[0].validator.address() })));
}

#[test]
fn a_last_commit_belongs_to_every_block_but_the_first() {
    let world = world();
    let mut block = world.second.block.clone();
    block.last_commit = None;
    assert_eq!(world.check(&block), Err(BlockError::LastCommit { found: false }));
    let set = set(&world.signers);
    let mut first = world.first.block.clone();
    first.last_commit = world.second.block.last_commit.clone();
    assert_eq!(first.check(10, &expected(1, None, &set, &set)), Err(BlockError::LastCommit { found: true }));
}

#[test]
fn a_block_over_its_bound_is_refused_and_one_at_it_is_not() {
    let world = world();
    let set = set(&world.signers);
    let mut expected = expected(2, Some(&world.first), &set, &set);
    let size = world.second.bytes.len();
    expected.params.block_max_bytes = size as u64;
    // The bound is part of consensus_hash, so the twin is made under the same parameters.
    let commit = world.second.block.last_commit.clone();
    let proposer = world.first.validators.proposer(2, 0).address();
    let header = expected.header(world.second.block.header.time, &world.second.block.txs, commit.as_ref(), proposer);
    let block = Block { header, txs: world.second.block.txs.clone(), last_commit: commit };
    assert_eq!(block.check(size, &expected), Ok(()));
    assert_eq!(block.check(size + 1, &expected), Err(BlockError::TooLarge { found: size + 1, max: size }));
}

#[test]
fn a_certificate_survives_its_way_into_a_commit_and_back() {
    let world = world();
    let id = world.first.block.value_id(&world.first.bytes);
    let signatures = world.signers.iter().take(3).map(|s| precommit(s, 1, 0, &id)).collect();
    let certificate = Certificate { height: 1, round: 0, id, signatures };
    let commit = govhub_consensus::commit::from_certificate(&certificate, &set(&world.signers)).expect("numbers fit");
    let mut back = govhub_consensus::commit::to_certificate(&commit, world.first.block.header.time).expect("a certificate");
    let mut sorted = certificate.clone();
    sorted.signatures.sort();
    back.signatures.sort();
    assert_eq!(back, sorted);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_that_are_not_our_encoding_are_refused_without_a_panic(at in 0usize..600, byte in any::<u8>(), extra in prop::collection::vec(any::<u8>(), 0..4)) {
        let good = world().second.bytes;
        let mut bad = good.clone();
        let at = at % bad.len();
        bad[at] = byte;
        bad.extend(&extra);
        match Block::decode(&bad) {
            Ok(block) => prop_assert_eq!(block.encode(), bad),
            Err(BlockError::Malformed { .. }) => prop_assert!(bad != good),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
