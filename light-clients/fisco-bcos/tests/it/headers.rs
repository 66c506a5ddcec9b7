//! What a header must look like and who must sign it: the honest twin is accepted, the header with one thing bent is refused for that.

use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::{self as raw, signed_header::Fields};
use govhub_lc_fisco_bcos::testing::{encode_header_v2, header_hash_v3, listed, nodes, Chain, HeaderFieldsV2, Node};
use govhub_lc_fisco_bcos::{Suite, Version};

use crate::common::{accepted, code, one, world, Follower, KINDS};

/// The code for block 1 of a chain of 3.x with its fields bent, hashed anew and signed by everyone.
#[track_caller]
fn bent(bend: impl FnOnce(&mut raw::HeaderV3)) -> &'static str {
    let (chain, follower) = world(Version::V3, Suite::Keccak);
    accepted(follower.judge(&chain.update(1, 1)));
    let block = chain.block(1).bent(Suite::Keccak, |fields| {
        let Fields::V3(fields) = fields else { panic!("3.x") };
        bend(fields);
    });
    code(follower.judge(&one(block.signed(Version::V3))))
}

/// The same for 2.x.
#[track_caller]
fn bent_v2(bend: impl FnOnce(&mut HeaderFieldsV2)) -> &'static str {
    let (chain, follower) = world(Version::V2, Suite::Sm);
    accepted(follower.judge(&chain.update(1, 1)));
    let mut fields = HeaderFieldsV2 {
        parent: chain.block(0).hash.to_vec(),
        state_root: vec![4; 32],
        transactions_root: vec![1; 32],
        receipts_root: vec![2; 32],
        database_hash: vec![4; 32],
        bloom: vec![0; 256],
        number: 1,
        timestamp_ms: 1_800_000_001_000,
        sealers: chain.nodes.iter().map(|node| node.id().to_vec()).collect(),
        ..Default::default()
    };
    let sign = |fields: &HeaderFieldsV2| chain.block(1).bent(Suite::Sm, |rlp| *rlp = Fields::Rlp(encode_header_v2(fields))).signed(Version::V2);
    accepted(follower.judge(&one(sign(&fields))));
    bend(&mut fields);
    code(follower.judge(&one(sign(&fields))))
}

/// The code for block 1 with its signatures bent, for one kind of chain.
#[track_caller]
fn signed((version, suite): (Version, Suite), bend: impl FnOnce(&mut Vec<raw::Signature>)) -> &'static str {
    let (chain, follower) = world(version, suite);
    let mut header = chain.block(1).signed_by(version, &[0, 1, 2]);
    accepted(follower.judge(&one(header.clone())));
    bend(&mut header.signatures);
    code(follower.judge(&one(header)))
}

#[test]
fn every_form_rule_of_3x_is_a_refusal_of_its_own_whoever_signed() {
    assert_eq!(bent(|h| h.parents.clear()), "parents");
    assert_eq!(bent(|h| h.parents.push(h.parents[0].clone())), "parents");
    assert_eq!(bent(|h| h.parents[0].number = 1), "parents");
    assert_eq!(bent(|h| h.parents[0].hash.push(0)), "root");
    assert_eq!(bent(|h| h.transactions_root.truncate(31)), "root");
    assert_eq!(bent(|h| h.receipts_root.clear()), "root");
    assert_eq!(bent(|h| h.state_root.push(0)), "root");
    for gas in ["", "00", "01", "0x1", "-1", "1 ", &"9".repeat(79)] {
        assert_eq!(bent(|h| h.gas_used = gas.into()), "gas-used", "{gas}");
    }
    assert_eq!(bent(|h| h.extra_data = vec![0]), "extra-data");
    assert_eq!(bent(|h| h.weights.truncate(3)), "weights");
    assert_eq!(bent(|h| h.weights.push(1)), "weights");
    assert_eq!(bent(|h| h.weights[0] = 0), "weight");
    assert_eq!(bent(|h| h.weights[0] = (1 << 32) + 1), "weight");
    assert_eq!(bent(|h| h.sealer_list[0].truncate(63)), "node-id");
    assert_eq!(bent(|h| h.sealer = 4), "proposer");
    assert_eq!(bent(|h| h.timestamp_ms = u64::MAX), "timestamp");
    assert_eq!(bent(|h| { h.sealer_list.clear(); h.weights.clear() }), "sealer-count");
}

#[test]
fn every_form_rule_of_2x_is_a_refusal_of_its_own_whoever_signed() {
    assert_eq!(bent_v2(|h| h.parent.truncate(31)), "rlp");
    assert_eq!(bent_v2(|h| h.bloom.truncate(255)), "rlp");
    assert_eq!(bent_v2(|h| h.state_root.push(0)), "rlp");
    assert_eq!(bent_v2(|h| h.database_hash.clear()), "rlp");
    assert_eq!(bent_v2(|h| h.extra = vec![Vec::new(); 17]), "rlp");
    assert_eq!(bent_v2(|h| h.sealers[1].truncate(63)), "node-id");
    assert_eq!(bent_v2(|h| h.sealers.clear()), "sealer-count");
    assert_eq!(bent_v2(|h| h.proposer = 4), "proposer");
    assert_eq!(bent_v2(|h| h.timestamp_ms = u64::MAX), "timestamp");
    assert_eq!(bent_v2(|h| h.number = 0), "genesis");
    assert_eq!(bent_v2(|h| h.number = 2), "not-contiguous");
}

#[test]
fn rlp_with_anything_behind_or_another_number_of_fields_is_refused() {
    let (chain, follower) = world(Version::V2, Suite::Keccak);
    let Fields::Rlp(good) = &chain.block(1).fields else { panic!("2.x") };
    for rlp in [[good.as_slice(), &[0]].concat(), good[..good.len() - 1].to_vec(), vec![0xc0], Vec::new()] {
        let block = chain.block(1).bent(Suite::Keccak, |fields| *fields = Fields::Rlp(rlp));
        assert_eq!(code(follower.judge(&one(block.signed(Version::V2)))), "rlp");
    }
}

#[test]
fn a_node_listed_twice_is_refused_in_both_generations() {
    assert_eq!(bent(|h| h.sealer_list[1] = h.sealer_list[0].clone()), "sealer-repeated");
    assert_eq!(bent_v2(|h| h.sealers[1] = h.sealers[0].clone()), "sealer-repeated");
}

#[test]
fn the_same_bytes_cut_into_another_sealer_list_are_refused_though_hash_and_signatures_hold() {
    let (chain, follower) = world(Version::V3, Suite::Keccak);
    let Fields::V3(genuine) = &chain.block(1).fields else { panic!("3.x") };
    let mut cut = genuine.clone();
    let moved: Vec<Vec<u8>> = cut.sealer_list.drain(2..).collect();
    cut.extra_data = [moved.concat(), cut.weights.drain(2..).flat_map(u64::to_be_bytes).collect()].concat();
    assert_eq!(header_hash_v3(Suite::Keccak, &cut), chain.block(1).hash, "one hash");
    let mut header = chain.block(1).signed_by(Version::V3, &[0, 1]);
    header.fields = Some(Fields::V3(cut));
    assert_eq!(code(follower.judge(&one(header))), "extra-data");
}

#[test]
fn a_changed_field_is_refused_with_the_old_hash_and_with_the_new_one() {
    for (version, suite) in KINDS {
        let (chain, follower) = world(version, suite);
        let mut header = chain.header(1);
        let changed = chain.block(1).bent(suite, |fields| match fields {
            Fields::Rlp(bytes) => bytes[40] ^= 1,
            Fields::V3(fields) => fields.state_root[0] ^= 1,
        });
        header.fields = Some(changed.fields.clone());
        assert_eq!(code(follower.judge(&one(header.clone()))), "header-hash");
        header.hash = changed.hash.to_vec();
        assert_eq!(code(follower.judge(&one(header))), "signature");
        accepted(follower.judge(&one(changed.signed(version))));
    }
}

#[test]
fn a_header_of_the_other_suite_or_generation_is_refused() {
    let (chain, _) = world(Version::V3, Suite::Keccak);
    let (other_suite, other_version) = (Chain::new(Version::V3, Suite::Sm), Chain::new(Version::V2, Suite::Keccak));
    assert_eq!(code(Follower::of(&other_suite, 0).judge(&chain.update(1, 1))), "header-hash");
    assert_eq!(code(Follower::of(&other_version, 0).judge(&chain.update(1, 1))), "version");
    let mut nothing = chain.header(1);
    nothing.fields = None;
    assert_eq!(code(Follower::of(&chain, 0).judge(&one(nothing))), "header-missing");
    // SM3 hash under ECDSA: the mix that no chain has.
    let Fields::V3(fields) = &chain.block(1).fields else { panic!("3.x") };
    let mixed = header_hash_v3(Suite::Sm, fields);
    let signatures = (0..4u32).map(|place| raw::Signature { index: place, signature: chain.nodes[place as usize].sign(Version::V3, &mixed) }).collect();
    let header = raw::SignedHeader { fields: Some(Fields::V3(fields.clone())), hash: mixed.to_vec(), signatures };
    assert_eq!(code(Follower::of(&chain, 0).judge(&one(header))), "header-hash");
}

#[test]
fn exactly_the_quorum_is_needed_by_weight() {
    for kind in KINDS {
        assert_eq!(signed(kind, |list| list.truncate(2)), "insufficient-weight");
        assert_eq!(signed(kind, Vec::clear), "insufficient-weight");
    }
    // 10 in all, 7 needed: the three light ones hold 6, the heavy one with two of them 7 or more.
    let weighing = |weights: [u64; 4]| listed(nodes(Suite::Keccak, 1, 4).into_iter().zip(weights).map(|(node, weight)| node.weighing(weight)).collect());
    let mut chain = Chain::of(Version::V3, Suite::Keccak, weighing([1, 2, 3, 4]));
    chain.seal(Vec::new());
    let follower = Follower::of(&chain, 0);
    let by = |weights: &[u64]| {
        let places: Vec<usize> = chain.nodes.iter().enumerate().filter(|(_, node)| weights.contains(&node.weight)).map(|(place, _)| place).collect();
        follower.judge(&one(chain.block(1).signed_by(Version::V3, &places)))
    };
    assert_eq!(code(by(&[1, 2, 3])), "insufficient-weight", "three of four heads");
    accepted(by(&[3, 4]));
}

#[test]
fn a_signer_counts_once_and_must_be_in_the_list() {
    for kind in KINDS {
        assert_eq!(signed(kind, |list| list.push(list[0].clone())), "signer-repeated");
        assert_eq!(signed(kind, |list| list[2] = list[0].clone()), "signer-repeated");
        assert_eq!(signed(kind, |list| list[2].index = 0), "signer-repeated");
        assert_eq!(signed(kind, |list| list[2].index = 4), "signer-index");
        assert_eq!(signed(kind, |list| list[2].index = u32::MAX), "signer-index");
        assert_eq!(signed(kind, |list| list[2].index = 3), "signature", "another's place");
    }
}

#[test]
fn one_bad_signature_spoils_a_header_even_above_the_quorum() {
    for (version, suite) in KINDS {
        let (chain, follower) = world(version, suite);
        let mut header = chain.header(1);
        accepted(follower.judge(&one(header.clone())));
        header.signatures[3].signature[5] ^= 1;
        assert_eq!(code(follower.judge(&one(header))), "signature");
    }
}

#[test]
fn signatures_cut_short_lengthened_or_exchanged_are_refused() {
    for kind in KINDS {
        assert_eq!(signed(kind, |list| { list[0].signature.pop(); }), "signature");
        assert_eq!(signed(kind, |list| list[0].signature.push(0)), "signature");
        assert_eq!(signed(kind, |list| list[0].signature.clear()), "signature");
        assert_eq!(signed(kind, |list| { let first = list[0].signature.clone(); list[0].signature = std::mem::replace(&mut list[1].signature, first); }), "signature");
        assert_eq!(signed(kind, |list| list[0].signature[..32].fill(0)), "signature");
        assert_eq!(signed(kind, |list| list[0].signature[32..64].fill(0xff)), "signature");
    }
}

#[test]
fn the_twin_with_the_larger_s_and_a_wrong_recovery_id_are_refused() {
    let keccak = (Version::V3, Suite::Keccak);
    assert_eq!(signed(keccak, |list| larger_s(&mut list[0].signature)), "signature");
    assert_eq!(signed(keccak, |list| list[0].signature[64] ^= 1), "signature");
    assert_eq!(signed(keccak, |list| list[0].signature[64] += 27), "signature");
    // With both counted, two nodes would look like three.
    assert_eq!(signed(keccak, |list| { list[2] = list[0].clone(); larger_s(&mut list[2].signature) }), "signer-repeated");
}

/// s becomes n − s on the group order of secp256k1, and v the other.
fn larger_s(signature: &mut [u8]) {
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").expect("hex");
    let mut borrow = 0i16;
    for i in (0..32).rev() {
        let digit = i16::from(order[i]) - i16::from(signature[32 + i]) - borrow;
        borrow = i16::from(digit < 0);
        signature[32 + i] = digit.rem_euclid(256) as u8;
    }
    signature[64] ^= 1;
}

#[test]
fn an_sm2_signature_is_verified_by_the_list_and_never_by_the_key_behind_it() {
    for version in [Version::V2, Version::V3] {
        let (chain, follower) = world(version, Suite::Sm);
        let stranger = Node::new(Suite::Sm, 99);
        let with_key = |signer: &Node, key: &Node| [&signer.sign(Version::V3, &chain.block(1).hash)[..64], &key.id()].concat();
        let judge = |signature: Vec<u8>| {
            let mut header = chain.block(1).signed_by(version, &[0, 1, 2]);
            header.signatures[0].signature = signature;
            follower.judge(&one(header))
        };
        let first = &chain.nodes[0];
        accepted(judge(with_key(first, first)));
        accepted(judge(first.sign(Version::V3, &chain.block(1).hash)));
        assert_eq!(code(judge(with_key(&stranger, &stranger))), "signature", "good under the key that it brings");
        assert_eq!(code(judge(with_key(first, &stranger))), "signature");
        assert_eq!(code(judge(with_key(&stranger, first))), "signature");
    }
}

#[test]
fn signatures_of_another_block_do_not_sign_this_one() {
    for (version, suite) in KINDS {
        let (chain, follower) = world(version, suite);
        let mut header = chain.header(1);
        header.signatures = chain.header(2).signatures;
        assert_eq!(code(follower.judge(&one(header))), "signature");
    }
}

#[test]
fn a_block_on_another_parent_is_refused_whoever_signed_it() {
    for (version, suite) in KINDS {
        let (chain, follower) = world(version, suite);
        let mut fork = chain.cut(0);
        fork.push(fork.draft(&[]).bent(suite, |fields| match fields {
            Fields::Rlp(bytes) => bytes[10] ^= 1,
            Fields::V3(fields) => fields.parents[0].hash[0] ^= 1,
        }));
        assert_eq!(code(follower.judge(&fork.update(1, 1))), "parent-hash");
    }
}
