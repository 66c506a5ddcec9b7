//! A small chain made with our formulas and signed with plain Ed25519 over tendermint-rs' own sign bytes; every step is checked by the
//! unmodified `tendermint-light-client-verifier`.

use std::time::Duration;

use govhub_consensus::header::{Expected, Last};
use govhub_consensus::params::ConsensusParams;
use govhub_consensus::{commit, results, Block, Certificate, Validator, ValidatorAddress, ValidatorSet, ValueId};
use tendermint::block::signed_header::SignedHeader;
use tendermint::block::Commit;
use tendermint_light_client_verifier::options::Options;
use tendermint_light_client_verifier::types::{TrustThreshold, TrustedBlockState, UntrustedBlockState};
use tendermint_light_client_verifier::{ProdVerifier, Verdict, Verifier};

pub struct Signer {
    key: ed25519_consensus::SigningKey,
    pub validator: Validator,
}

pub fn signer(seed: u8, power: u64) -> Signer {
    let key = ed25519_consensus::SigningKey::from([seed; 32]);
    let validator = Validator::new(key.verification_key().as_bytes(), power).expect("a real key");
    Signer { key, validator }
}

pub fn set(signers: &[Signer]) -> ValidatorSet {
    ValidatorSet::new(signers.iter().map(|s| s.validator.clone()).collect()).expect("a sound set")
}

pub fn time(s: i64) -> tendermint::Time {
    tendermint::Time::from_unix_timestamp(1_800_000_000 + s, 7).expect("a valid time")
}

pub fn chain_id() -> tendermint::chain::Id {
    "hub-1".parse().expect("a chain id")
}

/// Signs a precommit with tendermint-rs' vote, not with ours.
pub fn precommit(signer: &Signer, height: u64, round: u32, id: &ValueId) -> (ValidatorAddress, [u8; 64]) {
    let vote = tendermint::vote::Vote {
        vote_type: tendermint::vote::Type::Precommit,
        height: height.try_into().expect("a height"),
        round: round.try_into().expect("a round"),
        block_id: id.block_id(),
        timestamp: id.time(),
        validator_address: signer.validator.address().account_id(),
        validator_index: 0u32.try_into().expect("an index"),
        signature: None,
        extension: Vec::new(),
        extension_signature: None,
    };
    (signer.validator.address(), signer.key.sign(&vote.into_signable_vec(chain_id())).to_bytes())
}

/// What the next block must say after `last`.
pub fn expected(height: u64, last: Option<&Made>, validators: &ValidatorSet, next: &ValidatorSet) -> Expected {
    Expected {
        chain_id: chain_id(),
        height,
        last: last.map(|made| Last { id: made.block.id(&made.bytes), time: made.block.header.time, validators: made.validators.clone() }),
        genesis_time: time(0),
        validators: validators.clone(),
        next_validators: next.clone(),
        app_hash: [height as u8; 32],
        last_results_hash: results::hash(&[]),
        params: ConsensusParams { block_max_bytes: 1 << 20, block_max_gas: -1 },
        app_version: 1,
    }
}

pub struct Made {
    pub block: Block,
    pub bytes: Vec<u8>,
    pub commit: Commit,
    pub validators: ValidatorSet,
    pub next: ValidatorSet,
}

/// The block after `last`, committed by `signing`.
pub fn make(height: u64, last: Option<&Made>, validators: &ValidatorSet, next: &ValidatorSet, signing: &[&Signer]) -> Made {
    let expected = expected(height, last, validators, next);
    let txs = vec![vec![height as u8; 100], vec![1]];
    let last_commit = last.map(|made| made.commit.clone());
    let header = expected.header(time(height as i64), &txs, last_commit.as_ref(), validators.proposer(height, 0).address());
    let block = Block { header, txs, last_commit };
    let bytes = block.encode();
    assert_eq!(Block::decode(&bytes).expect("our own bytes"), block);
    block.check(bytes.len(), &expected).expect("our own block");
    let id = block.value_id(&bytes);
    let certificate = Certificate { height, round: 0, id, signatures: signing.iter().map(|s| precommit(s, height, 0, &id)).collect() };
    let commit = commit::from_certificate(&certificate, validators).expect("numbers fit");
    Made { block, bytes, commit, validators: validators.clone(), next: next.clone() }
}

/// The unmodified verifier's word on `new` for somebody who trusts `old`.
pub fn verdict(old: &Made, new: &Made) -> Verdict {
    verdict_at(old, new, time(1_000))
}

/// The same, with a clock.
pub fn verdict_at(old: &Made, new: &Made, now: tendermint::Time) -> Verdict {
    let signed = SignedHeader::new(new.block.header.clone(), new.commit.clone()).expect("header and commit agree on the height");
    let (validators, next, trusted) = (new.validators.tendermint(), new.next.tendermint(), old.next.tendermint());
    let options = Options { trust_threshold: TrustThreshold::ONE_THIRD, trusting_period: Duration::from_secs(86_400), clock_drift: Duration::from_secs(5) };
    ProdVerifier::default().verify_update_header(
        UntrustedBlockState { signed_header: &signed, validators: &validators, next_validators: Some(&next) },
        TrustedBlockState {
            chain_id: &chain_id(),
            header_time: old.block.header.time,
            height: old.block.header.height,
            next_validators: &trusted,
            next_validators_hash: old.block.header.next_validators_hash,
        },
        &options,
        now,
    )
}

#[test]
fn the_unmodified_verifier_follows_a_chain_block_by_block_and_in_jumps_through_a_set_change() {
    let signers = [signer(1, 10), signer(2, 10), signer(3, 10), signer(4, 10)];
    let newcomer = signer(5, 25);
    let old_set = set(&signers);
    let new_set = old_set.updated(&[(newcomer.validator.key(), 25)]).expect("a set");
    let everyone = [&signers[0], &signers[1], &signers[2], &signers[3], &newcomer];
    let mut chain: Vec<Made> = Vec::new();
    for height in 1..=30 {
        // The set changes at height 20; at odd heights one validator is absent.
        let validators = if height < 20 { &old_set } else { &new_set };
        let next = if height < 19 { &old_set } else { &new_set };
        let count = if height < 20 { 4 } else { 5 };
        let skip = usize::from(height % 2 == 1);
        let made = make(height, chain.last(), validators, next, &everyone[skip..count]);
        if let Some(last) = chain.last() {
            assert_eq!(verdict(last, &made), Verdict::Success, "height {height}");
        }
        chain.push(made);
    }
    assert_eq!(verdict(&chain[0], &chain[29]), Verdict::Success);
    assert_eq!(verdict(&chain[4], &chain[17]), Verdict::Success);
}

#[test]
fn the_unmodified_verifier_refuses_exactly_two_thirds_and_a_changed_app_hash() {
    let signers = [signer(1, 10), signer(2, 10), signer(3, 10)];
    let set = set(&signers);
    let all = [&signers[0], &signers[1], &signers[2]];
    let first = make(1, None, &set, &set, &all);
    assert_eq!(verdict(&first, &make(2, Some(&first), &set, &set, &all)), Verdict::Success);
    assert!(matches!(verdict(&first, &make(2, Some(&first), &set, &set, &all[..2])), Verdict::NotEnoughTrust(_) | Verdict::Invalid(_)));
    let mut bent = make(2, Some(&first), &set, &set, &all);
    bent.block.header.app_hash = vec![9; 32].try_into().expect("any bytes");
    assert!(matches!(verdict(&first, &bent), Verdict::Invalid(_)));
}
