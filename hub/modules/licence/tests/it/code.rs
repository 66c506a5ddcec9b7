//! One-time codes: minted within bounds, burnt by a match and by nothing else.

use govhub_licence::code::{self, Mismatch, KEEP_S};
use govhub_licence::proto::MsgMintCode;
use govhub_types::hash::Hash;
use govhub_types::Code;

use crate::world::{code_of, mint, World, NOW_S, OTHER, OWN};

const HASH: Hash = [0xc1; 32];
const BIND: Hash = [0xb1; 32];

fn minted() -> World {
    let mut w = World::new();
    w.issue(1);
    w.run("MsgMintCode", &mint(1)).expect("a good minting");
    w
}

fn present(w: &mut World, hash: &Hash, bind: &Hash, audience: &str, purpose: &str) -> Result<Hash, Mismatch> {
    code::present(&mut w.state, &w.ctx, hash, bind, audience, purpose)
}

#[test]
fn a_match_names_the_licence_and_burns_the_code() {
    let mut w = minted();
    assert_eq!(present(&mut w, &HASH, &BIND, OTHER, "notary"), Ok([1; 32]));
    assert_eq!(present(&mut w, &HASH, &BIND, OTHER, "notary"), Err(Mismatch::Used));
}

#[test]
fn nothing_but_a_match_burns() {
    let mut w = minted();
    assert_eq!(present(&mut w, &[0; 32], &BIND, OTHER, "notary"), Err(Mismatch::Other), "unknown hash");
    assert_eq!(present(&mut w, &HASH, &[0; 32], OTHER, "notary"), Err(Mismatch::Other), "other bind");
    assert_eq!(present(&mut w, &HASH, &BIND, OWN, "notary"), Err(Mismatch::Other), "other audience");
    assert_eq!(present(&mut w, &HASH, &BIND, OTHER, "tax"), Err(Mismatch::Other), "other purpose");
    assert_eq!(present(&mut w, &HASH, &BIND, OTHER, "notary"), Ok([1; 32]));
}

#[test]
fn a_code_dies_at_its_second() {
    let mut w = minted();
    w.pass(120);
    assert_eq!(present(&mut w, &HASH, &BIND, OTHER, "notary"), Err(Mismatch::Expired));
    let mut twin = minted();
    twin.pass(119);
    assert_eq!(present(&mut twin, &HASH, &BIND, OTHER, "notary"), Ok([1; 32]));
}

#[test]
fn a_stranger_learns_neither_use_nor_expiry() {
    let mut w = minted();
    present(&mut w, &HASH, &BIND, OTHER, "notary").expect("burnt");
    w.pass(999);
    assert_eq!(present(&mut w, &HASH, &BIND, OWN, "notary"), Err(Mismatch::Other));
}

fn refused(bend: impl Fn(&mut MsgMintCode), expected: Code) {
    let mut w = World::new();
    w.issue(1);
    let mut bent = mint(1);
    bend(&mut bent);
    assert_eq!(code_of(w.run("MsgMintCode", &bent)), expected);
    w.run("MsgMintCode", &mint(1)).expect("its twin is taken");
}

#[test]
fn a_code_for_121_seconds_is_refused() {
    refused(|m| m.expires_at = NOW_S + 121, Code::LICENCE_CODE_LIFE);
}

#[test]
fn a_code_that_is_dead_at_birth_is_refused() {
    refused(|m| m.expires_at = NOW_S, Code::LICENCE_CODE_LIFE);
}

#[test]
fn a_code_for_no_licence_is_refused() {
    refused(|m| m.licence_ref = vec![9; 32], Code::LICENCE_UNKNOWN);
}

#[test]
fn a_code_for_no_department_is_refused() {
    refused(|m| m.audience = "somebody".into(), Code::LICENCE_BAD_FIELD);
}

#[test]
fn a_code_for_a_purpose_that_is_not_on_the_list_is_refused() {
    refused(|m| m.purpose.clear(), Code::LICENCE_NOT_LISTED);
    refused(|m| m.purpose = "for Zhang San, room 12".into(), Code::LICENCE_NOT_LISTED);
    refused(|m| m.purpose = "notar".into(), Code::LICENCE_NOT_LISTED);
}

#[test]
fn a_short_bind_and_a_short_hash_are_refused() {
    refused(|m| m.bind.truncate(31), Code::LICENCE_BAD_FIELD);
    refused(|m| m.code_hash.truncate(31), Code::LICENCE_BAD_FIELD);
}

#[test]
fn a_code_is_minted_once() {
    let mut w = minted();
    assert_eq!(code_of(w.run("MsgMintCode", &mint(1))), Code::LICENCE_CODE_EXISTS);
}

#[test]
fn dead_codes_are_forgotten_two_days_later_by_the_next_minting() {
    let mut w = minted();
    w.issue(2);
    w.pass(120 + KEEP_S);
    let next = |w: &World, n: u8| MsgMintCode { expires_at: w.ctx.time.unix_s() + 60, ..mint(n) };
    let second = next(&w, 2);
    w.run("MsgMintCode", &second).expect("a good minting");
    assert!(code::get(&w.state, &HASH).is_some(), "kept for all of its two days");
    w.pass(1);
    let third = MsgMintCode { code_hash: vec![3; 32], ..next(&w, 2) };
    w.run("MsgMintCode", &third).expect("a good minting");
    assert!(code::get(&w.state, &HASH).is_none());
}

#[test]
fn the_event_ties_no_code_to_a_licence() {
    let w = minted();
    let text = format!("{:?}", w.events.last().expect("an event"));
    for secret in ["c1c1", "b1b1", "0101"] {
        assert!(!text.contains(secret), "{text}");
    }
}
