//! One good transaction, and each rule broken alone.

use ibc_proto::cosmos::base::v1beta1::Coin;
use ibc_proto::cosmos::tx::v1beta1::{AuthInfo, TxBody, TxRaw};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use proptest::prelude::*;

use super::*;
use crate::key::{KeyKind, SigningKey};
use crate::{ChainId, Code};

fn chain() -> ChainId {
    "govhub-1".parse().expect("a chain id")
}

fn message() -> Any {
    Any { type_url: "/govhub.test.v1.MsgNothing".into(), value: vec![10, 1, b'x'] }
}

fn keys() -> Vec<SigningKey> {
    KeyKind::ALL.iter().map(|kind| SigningKey::from_secret(*kind, &[9; 32]).expect("in range")).collect()
}

fn good() -> Vec<u8> {
    let keys = keys();
    let signers: Vec<(&SigningKey, u64, u64)> = keys.iter().zip(0..).map(|(key, n)| (key, n, n + 5)).collect();
    sign_tx(vec![message()], "ticket 7", 200_000, &chain(), &signers)
}

/// The good transaction with its parts changed (signatures then no longer fit, which decoding does not look at).
fn bent(change: impl FnOnce(&mut TxBody, &mut AuthInfo, &mut Vec<Vec<u8>>)) -> Vec<u8> {
    let raw = TxRaw::decode(good().as_slice()).expect("ours");
    let mut body = TxBody::decode(raw.body_bytes.as_slice()).expect("ours");
    let mut auth = AuthInfo::decode(raw.auth_info_bytes.as_slice()).expect("ours");
    let mut signatures = raw.signatures;
    change(&mut body, &mut auth, &mut signatures);
    TxRaw { body_bytes: body.encode_to_vec(), auth_info_bytes: auth.encode_to_vec(), signatures }.encode_to_vec()
}

fn refused(bytes: &[u8]) -> Code {
    Tx::decode(bytes).expect_err("refused").code
}

#[test]
fn every_key_type_signs_and_verifies() {
    let tx = Tx::decode(&good()).expect("good");
    assert_eq!(tx.verify_signatures(&chain(), &[0, 1, 2, 3]), Ok(()));
    assert_eq!(tx.signers.iter().map(|s| s.sequence).collect::<Vec<_>>(), [5, 6, 7, 8]);
    assert_eq!((tx.memo.as_str(), tx.gas_limit, tx.messages.len()), ("ticket 7", 200_000, 1));
}

#[test]
fn another_chain_account_number_or_body_does_not_verify() {
    let tx = Tx::decode(&good()).expect("good");
    let other: ChainId = "govhub-2".parse().expect("a chain id");
    let code = |result: Result<(), crate::Rejection>| result.expect_err("refused").code;
    assert_eq!(code(tx.verify_signatures(&other, &[0, 1, 2, 3])), Code::BAD_SIGNATURE);
    assert_eq!(code(tx.verify_signatures(&chain(), &[0, 1, 2, 4])), Code::BAD_SIGNATURE);
    let memo = Tx::decode(&bent(|body, _, _| body.memo.push('!'))).expect("well formed");
    assert_eq!(code(memo.verify_signatures(&chain(), &[0, 1, 2, 3])), Code::BAD_SIGNATURE);
    let sequence = Tx::decode(&bent(|_, auth, _| auth.signer_infos[0].sequence += 1)).expect("well formed");
    assert_eq!(code(sequence.verify_signatures(&chain(), &[0, 1, 2, 3])), Code::BAD_SIGNATURE);
}

#[test]
fn each_rule_of_the_envelope_has_its_code() {
    assert_eq!(refused(&vec![0; TX_BYTES_MAX + 1]), Code::TX_TOO_LARGE);
    assert_eq!(refused(b"not protobuf"), Code::TX_MALFORMED);
    assert_eq!(refused(&bent(|b, _, _| b.messages.clear())), Code::TX_MESSAGES);
    assert_eq!(refused(&bent(|b, _, _| b.messages = vec![message(); MESSAGES_MAX + 1])), Code::TX_MESSAGES);
    assert!(Tx::decode(&bent(|b, _, _| b.messages = vec![message(); MESSAGES_MAX])).is_ok());
    assert_eq!(refused(&bent(|b, _, _| b.messages[0].type_url = "x".repeat(129))), Code::TX_MALFORMED);
    assert_eq!(refused(&bent(|b, _, _| b.memo = "m".repeat(MEMO_BYTES_MAX + 1))), Code::TX_MEMO);
    assert_eq!(refused(&bent(|b, _, _| b.extension_options.push(message()))), Code::TX_UNSUPPORTED);
    assert_eq!(refused(&bent(|b, _, _| b.non_critical_extension_options.push(message()))), Code::TX_UNSUPPORTED);
    assert_eq!(refused(&bent(|_, a, _| a.fee = None)), Code::TX_GAS);
    assert_eq!(refused(&bent(|_, a, _| a.fee.as_mut().expect("set").gas_limit = GAS_MAX + 1)), Code::TX_GAS);
    let coin = Coin { denom: "gov".into(), amount: "1".into() };
    assert_eq!(refused(&bent(|_, a, _| a.fee.as_mut().expect("set").amount.push(coin))), Code::TX_FEE);
    assert_eq!(refused(&bent(|_, a, _| a.fee.as_mut().expect("set").payer = "gov1".into())), Code::TX_FEE);
    assert_eq!(refused(&bent(|_, _, s| s.truncate(1))), Code::TX_SIGNERS);
    assert_eq!(refused(&bent(|_, a, s| (a.signer_infos.clear(), s.clear()).0)), Code::TX_SIGNERS);
    assert_eq!(refused(&bent(|_, a, _| a.signer_infos[1] = a.signer_infos[0].clone())), Code::TX_SIGNERS);
    assert_eq!(refused(&bent(|_, _, s| s[0].truncate(63))), Code::BAD_SIGNATURE);
    assert_eq!(refused(&bent(|_, a, _| a.signer_infos[0].mode_info = None)), Code::TX_SIGN_MODE);
    assert_eq!(refused(&bent(|_, a, _| a.signer_infos[0].public_key = None)), Code::TX_KEY);
    assert_eq!(refused(&bent(|_, a, _| a.signer_infos[0].public_key = Some(message()))), Code::TX_KEY);
}

#[test]
fn unknown_fields_and_other_encodings_are_refused_at_every_level() {
    let unknown = [0xf8, 0x7f, 1];
    let raw = TxRaw::decode(good().as_slice()).expect("ours");
    let with = |body: &[u8], auth: &[u8], tail: &[u8]| {
        let raw = TxRaw { body_bytes: body.to_vec(), auth_info_bytes: auth.to_vec(), signatures: raw.signatures.clone() };
        [raw.encode_to_vec().as_slice(), tail].concat()
    };
    assert!(Tx::decode(&with(&raw.body_bytes, &raw.auth_info_bytes, &[])).is_ok());
    let longer = |bytes: &[u8]| [bytes, &unknown].concat();
    assert_eq!(refused(&with(&raw.body_bytes, &raw.auth_info_bytes, &unknown)), Code::TX_MALFORMED);
    assert_eq!(refused(&with(&longer(&raw.body_bytes), &raw.auth_info_bytes, &[])), Code::TX_MALFORMED);
    assert_eq!(refused(&with(&raw.body_bytes, &longer(&raw.auth_info_bytes), &[])), Code::TX_MALFORMED);
    // A default written out: memo, field 2, of length zero before the real one.
    let default = [&raw.body_bytes[..], &[0x18, 0x00]].concat();
    assert_eq!(refused(&with(&default, &raw.auth_info_bytes, &[])), Code::TX_MALFORMED);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn bytes_from_outside_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Tx::decode(&bytes);
    }

    #[test]
    fn a_changed_byte_never_verifies(at in 0usize..10_000, bit in 0u8..8) {
        let mut bytes = good();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(tx) = Tx::decode(&bytes) {
            let numbers: Vec<u64> = (0..tx.signers.len() as u64).collect();
            prop_assert!(tx.verify_signatures(&chain(), &numbers).is_err());
        }
    }
}
