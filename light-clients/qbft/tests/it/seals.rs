//! Seals: by whom, over what, how many; and recovery compared with a second library.

use govhub_lc_qbft::extra::Seal;
use govhub_lc_qbft::seals::{quorum, signer};
use govhub_lc_qbft::testing::{keys, Chain, Draft, Key};
use govhub_lc_qbft::Flavour;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

use crate::world::{accepted, code, World};

/// Accepts the next block with the seals of a quorum of seven, and refuses it with others.
#[track_caller]
fn refused(expected: &str, seals: impl Fn(&Draft, &[Key]) -> Vec<Seal>) {
    for flavour in Flavour::ALL {
        let mut chain = Chain::new(flavour, 7);
        chain.grow_to(3);
        let world = World::new(chain);
        let (draft, keys) = (world.chain.draft(), world.chain.in_charge());
        accepted(world.judge(&world.offer_by(&draft, &keys[..5])));
        let bent = world.chain.offer(3, draft.with_seals(seals(&draft, &keys)));
        assert_eq!(code(world.judge(&bent)), expected, "{flavour:?}");
    }
}

fn sealed(draft: &Draft, keys: &[Key]) -> Vec<Seal> {
    keys.iter().map(|key| key.seal(&draft.seal_digest())).collect()
}

/// n - s, and the other recovery id: the twin that recovers to the same key.
fn high_s_twin(seal: &Seal) -> Seal {
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").expect("hex");
    let mut twin = *seal;
    let mut borrow = 0i16;
    for i in (0..32).rev() {
        let digit = i16::from(order[i]) - i16::from(seal[32 + i]) - borrow;
        borrow = i16::from(digit < 0);
        twin[32 + i] = digit.rem_euclid(256) as u8;
    }
    twin[64] ^= 1;
    twin
}

#[test]
fn exactly_a_quorum_suffices_and_one_less_does_not_for_every_number_of_validators() {
    for n in 1..=20 {
        let mut chain = Chain::new(Flavour::GoQuorumQbft, n);
        chain.grow_to(1);
        let world = World::new(chain);
        let (draft, keys) = (world.chain.draft(), world.chain.in_charge());
        let needed = quorum(keys.len());
        accepted(world.judge(&world.offer_by(&draft, &keys[..needed])));
        accepted(world.judge(&world.offer_by(&draft, &keys[keys.len() - needed..])));
        assert_eq!(code(world.judge(&world.offer_by(&draft, &keys[..needed - 1]))), "insufficient-quorum", "{n}");
    }
}

#[test]
fn too_few_seals_or_none_are_refused() {
    refused("insufficient-quorum", |draft, keys| sealed(draft, &keys[..4]));
    refused("insufficient-quorum", |_, _| Vec::new());
}

#[test]
fn the_order_of_seals_and_more_than_a_quorum_carry_no_meaning() {
    let mut chain = Chain::new(Flavour::BesuQbft, 7);
    chain.grow_to(3);
    let world = World::new(chain);
    let (draft, mut keys) = (world.chain.draft(), world.chain.in_charge());
    let straight = accepted(world.judge(&world.offer_by(&draft, &keys[..5])));
    keys.reverse();
    assert_eq!(accepted(world.judge(&world.offer_by(&draft, &keys))), straight);
}

#[test]
fn one_validator_is_never_counted_twice() {
    // The same seal, another seal of the same key, and its malleated twin.
    refused("duplicate-signer", |draft, keys| [sealed(draft, &keys[..4]), sealed(draft, &keys[..1])].concat());
    refused("duplicate-signer", |draft, keys| [sealed(draft, &keys[..5]), sealed(draft, &keys[..1])].concat());
    refused("duplicate-signer", |draft, keys| [sealed(draft, &keys[..4]), vec![keys[0].other_seal(&draft.seal_digest())]].concat());
    refused("seal-high-s", |draft, keys| {
        let honest = sealed(draft, &keys[..4]);
        let twin = high_s_twin(&honest[0]);
        [honest, vec![twin]].concat()
    });
    // The same signature with its recovery id written in the other way.
    refused("duplicate-signer", |draft, keys| {
        let mut seals = sealed(draft, &keys[..4]);
        let mut again = seals[0];
        again[64] += 27;
        seals.push(again);
        seals
    });
}

#[test]
fn a_seal_with_a_large_s_is_refused_even_on_top_of_a_quorum() {
    refused("seal-high-s", |draft, keys| {
        let mut seals = sealed(draft, &keys[..6]);
        seals[5] = high_s_twin(&seals[5]);
        seals
    });
}

#[test]
fn a_stranger_among_the_signers_refuses_the_header() {
    refused("unknown-signer", |draft, keys| [sealed(draft, &keys[..4]), sealed(draft, &[Key::new(99)])].concat());
    refused("unknown-signer", |draft, keys| [sealed(draft, &keys[..5]), sealed(draft, &[Key::new(99)])].concat());
}

#[test]
fn seals_over_anything_else_are_those_of_strangers() {
    // Another round, the block hash with a round above 0, the message of another protocol, a prefixed message, the parent.
    for flavour in [Flavour::BesuQbft, Flavour::BesuIbft2, Flavour::GoQuorumQbft] {
        let mut chain = Chain::new(flavour, 4);
        chain.grow_to(3);
        let world = World::new(chain);
        let keys = world.chain.in_charge();
        let mut draft = world.chain.draft();
        draft.extra.round = 2;
        accepted(world.judge(&world.offer(&draft)));
        let digest = draft.seal_digest();
        let hash = draft.block_hash();
        assert_ne!(digest, hash);
        let keccak = |parts: &[&[u8]]| govhub_lc_qbft::keccak::keccak256(parts);
        let mut other_round = draft.clone();
        other_round.extra.round = 1;
        let wrong = [other_round.seal_digest(), hash, keccak(&[&hash, &[2]]), keccak(&[b"\x19Ethereum Signed Message:\n32", &digest]), keccak(&[&digest])];
        for digest in wrong {
            let header = draft.with_seals(keys.iter().map(|key| key.seal(&digest)).collect());
            assert_eq!(code(world.judge(&world.chain.offer(3, header))), "unknown-signer", "{flavour:?}");
        }
        // The round changed after sealing: the block hash stays, the seals do not.
        let sealed_for_2 = draft.with_seals(keys.iter().map(|key| key.seal(&digest)).collect());
        let for_0 = Draft { extra: { let mut extra = draft.extra.clone(); extra.round = 0; extra }, ..draft.clone() };
        assert_eq!(for_0.block_hash(), hash);
        let moved = for_0.with_seals(keys.iter().map(|key| key.seal(&digest)).collect());
        assert_eq!(code(world.judge(&world.chain.offer(3, moved))), "unknown-signer");
        accepted(world.judge(&world.chain.offer(3, sealed_for_2)));
    }
}

#[test]
fn ibft1_seals_are_over_the_block_hash_and_the_commit_code() {
    let mut chain = Chain::new(Flavour::GoQuorumIbft1, 4);
    chain.grow_to(3);
    let world = World::new(chain);
    let (draft, keys) = (world.chain.draft(), world.chain.in_charge());
    accepted(world.judge(&world.offer(&draft)));
    let header = draft.with_seals(keys.iter().map(|key| key.seal(&draft.block_hash())).collect());
    assert_eq!(code(world.judge(&world.chain.offer(3, header))), "unknown-signer");
}

#[test]
fn a_bent_vote_or_vanity_is_noticed_because_both_are_sealed() {
    for flavour in [Flavour::BesuQbft, Flavour::BesuIbft2, Flavour::GoQuorumQbft] {
        let mut chain = Chain::new(flavour, 4);
        chain.grow_to(3);
        let world = World::new(chain);
        let keys = world.chain.in_charge();
        let mut draft = world.chain.draft();
        draft.set_vote(Some(govhub_lc_qbft::extra::Vote { candidate: [5; 20], add: true }));
        let seals: Vec<Seal> = sealed(&draft, &keys);
        accepted(world.judge(&world.chain.offer(3, draft.with_seals(seals.clone()))));
        let mut without = draft.clone();
        without.set_vote(None);
        assert_eq!(code(world.judge(&world.chain.offer(3, without.with_seals(seals.clone())))), "unknown-signer");
        let mut dropping = draft.clone();
        dropping.set_vote(Some(govhub_lc_qbft::extra::Vote { candidate: [5; 20], add: false }));
        assert_eq!(code(world.judge(&world.chain.offer(3, dropping.with_seals(seals.clone())))), "unknown-signer");
        draft.extra.vanity[0] ^= 1;
        assert_eq!(code(world.judge(&world.chain.offer(3, draft.with_seals(seals)))), "unknown-signer");
    }
}

#[test]
fn recovery_ids_are_0_1_27_or_28() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(3);
    let world = World::new(chain);
    let (draft, keys) = (world.chain.draft(), world.chain.in_charge());
    let old_style = |mut seal: Seal| {
        seal[64] += 27;
        seal
    };
    let header = draft.with_seals(sealed(&draft, &keys).into_iter().map(old_style).collect());
    accepted(world.judge(&world.chain.offer(3, header)));
    for id in [2, 3, 4, 26, 29, 255] {
        let mut seals = sealed(&draft, &keys);
        seals[2][64] = id;
        assert_eq!(code(world.judge(&world.chain.offer(3, draft.with_seals(seals)))), "seal-recovery-id");
    }
}

#[test]
fn votes_of_besu_to_drop_may_be_a_byte_of_zero_and_are_sealed_as_nothing() {
    use govhub_lc_qbft::extra::{ExtraData, Vote};
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(3);
    let world = World::new(chain);
    let mut draft = world.chain.draft();
    draft.set_vote(Some(Vote { candidate: [5; 20], add: false }));
    let honest = draft.sealed_by(&world.chain.in_charge());
    // The vote [recipient, empty] as [recipient, 00]: one byte of the same length.
    let vote = [&[0xd6, 0x94][..], &[5; 20], &[0x80]].concat();
    let place = honest.windows(vote.len()).position(|window| window == vote).expect("the vote stands there");
    let mut twin = honest.clone();
    twin[place + vote.len() - 1] = 0;
    let update = accepted(world.judge(&world.chain.offer(3, honest)));
    assert_eq!(accepted(world.judge(&world.chain.offer(3, twin))), update);
    let extra = ExtraData { seals: Vec::new(), ..draft.extra.clone() }.encode(Flavour::BesuQbft);
    let mut bent = extra.clone();
    *bent.iter_mut().rev().nth(2).expect("the vote's kind is third from the end") = 0;
    assert_eq!(ExtraData::decode(Flavour::BesuQbft, &bent).map(|read| read.encode(Flavour::BesuQbft)), Ok(extra));
    assert_eq!(ExtraData::decode(Flavour::GoQuorumQbft, &bent).expect_err("not canonical there").code, "vote-kind");
}

#[test]
fn recovery_agrees_with_k256_on_seals_good_bent_and_random() {
    let second = |digest: &[u8; 32], seal: &Seal| -> Option<[u8; 20]> {
        let signature = Signature::from_slice(&seal[..64]).ok()?;
        let key = VerifyingKey::recover_from_prehash(digest, &signature, RecoveryId::from_byte(seal[64])?).ok()?;
        let point = key.to_sec1_point(false);
        govhub_lc_qbft::keccak::keccak256(&[&point.as_bytes()[1..]])[12..].try_into().ok()
    };
    let keys = keys(8);
    let (mut agreed, mut refused) = (0, 0);
    for case in 0u64..2_000 {
        let digest = govhub_lc_qbft::keccak::keccak256(&[&case.to_be_bytes()]);
        let mut seal = keys[case as usize % 8].seal(&digest);
        match case % 5 {
            0 => {}
            1 => seal[(case / 5) as usize % 32] ^= 1 << (case % 8),
            2 => seal[32 + (case / 5) as usize % 32] ^= 1 << (case % 8),
            3 => seal[64] ^= 1,
            _ => seal[..32].copy_from_slice(&govhub_lc_qbft::keccak::keccak256(&[&digest])),
        }
        match signer(&digest, &seal) {
            Ok(address) => {
                assert_eq!(second(&digest, &seal), Some(address), "case {case}");
                agreed += 1;
            }
            Err(reason) if reason.code == "seal-high-s" => refused += 1, // k256 recovers these
            Err(_) => {
                assert_eq!(second(&digest, &seal), None, "case {case}");
                refused += 1;
            }
        }
    }
    assert!(agreed > 1_000 && refused > 100, "{agreed} agreed, {refused} refused");
    // The edges: r and s of zero, at and above the group's order.
    let order: [u8; 32] = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").expect("hex").try_into().expect("32");
    for (r, s) in [([0; 32], [1; 32]), ([1; 32], [0; 32]), (order, [1; 32]), ([0xff; 32], [1; 32])] {
        let mut seal = [0; 65];
        seal[..32].copy_from_slice(&r);
        seal[32..64].copy_from_slice(&s);
        assert_eq!(signer(&[7; 32], &seal).expect_err("no signature").code, "seal-unrecoverable");
        assert_eq!(second(&[7; 32], &seal), None);
    }
}
