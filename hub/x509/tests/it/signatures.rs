//! Signatures of messages: one encoding, the low-s rule as the caller asks, the identity of SM2.

use govhub_types::{KeyKind, SigningKey};
use govhub_x509::testing::der::{integer, sequence};
use govhub_x509::testing::{der_signature, name, Authority, Draft};
use govhub_x509::{verify_signature, Certificate, LowS, SignatureError};

fn key(kind: KeyKind) -> SigningKey {
    SigningKey::from_seed(kind, &[5; 32])
}

/// n - s, on big-endian bytes.
fn twin(kind: KeyKind, s: &[u8]) -> Vec<u8> {
    let order = match kind {
        KeyKind::P256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        KeyKind::Secp256k1 => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        _ => panic!("{kind:?} has no twin"),
    };
    let order = hex::decode(order).expect("hex");
    let mut borrow = 0i16;
    let mut out = vec![0; 32];
    for i in (0..32).rev() {
        let digit = i16::from(order[i]) - i16::from(s[i]) - borrow;
        borrow = i16::from(digit < 0);
        out[i] = digit.rem_euclid(256) as u8;
    }
    out
}

#[test]
fn what_a_subject_signs_verifies_and_each_bend_is_refused_for_its_reason() {
    for kind in KeyKind::ALL {
        let (key, other) = (key(kind), SigningKey::from_seed(kind, &[6; 32]));
        let root = Authority::root(KeyKind::P256, 1, "root");
        let read = Certificate::from_der(&root.issue(Draft::leaf(name(&[("CN", "node")]), &key.public_key(), 1))).expect("reads");
        let signature = der_signature(&key, b"message");
        assert_eq!(read.verify_signature(b"message", &signature, LowS::Required), Ok(()), "{kind:?}");
        assert_eq!(read.verify_signature(b"message", &signature, LowS::Any), Ok(()));
        assert_eq!(read.verify_signature(b"massage", &signature, LowS::Any), Err(SignatureError::Verification));
        let foreign = der_signature(&other, b"message");
        assert_eq!(read.verify_signature(b"message", &foreign, LowS::Any), Err(SignatureError::Verification));
        for bent in [&signature[..signature.len() - 1], &[signature.as_slice(), &[0]].concat(), &[]] {
            assert_eq!(read.verify_signature(b"message", bent, LowS::Any), Err(SignatureError::Format), "{kind:?}");
        }
    }
}

#[test]
fn the_twin_with_the_larger_s_is_taken_only_where_the_caller_says_so() {
    for kind in [KeyKind::P256, KeyKind::Secp256k1] {
        let key = key(kind);
        let low = key.sign(b"message");
        let high = sequence(&[integer(&low[..32]), integer(&twin(kind, &low[32..]))]);
        assert_eq!(verify_signature(&key.public_key(), b"message", &high, LowS::Any), Ok(()), "{kind:?}");
        assert_eq!(verify_signature(&key.public_key(), b"message", &high, LowS::Required), Err(SignatureError::HighS));
        assert_eq!(verify_signature(&key.public_key(), b"massage", &high, LowS::Any), Err(SignatureError::Verification));
    }
}

#[test]
fn numbers_of_a_signature_are_in_range_and_in_their_shortest_form() {
    for kind in [KeyKind::P256, KeyKind::Secp256k1, KeyKind::Sm2] {
        let key = key(kind);
        let good = key.sign(b"message");
        let (r, s) = (integer(&good[..32]), integer(&good[32..]));
        let verify = |parts: &[Vec<u8>]| verify_signature(&key.public_key(), b"message", &sequence(parts), LowS::Any);
        assert_eq!(verify(&[r.clone(), s.clone()]), Ok(()));
        let padded = |number: &[u8]| [&[2, number[1] + 1, 0], &number[2..]].concat();
        assert_eq!(verify(&[padded(&r), s.clone()]), Err(SignatureError::Format), "a zero too many");
        assert_eq!(verify(&[integer(&[1; 33]), s.clone()]), Err(SignatureError::Format), "33 bytes");
        assert_eq!(verify(std::slice::from_ref(&r)), Err(SignatureError::Format));
        assert_eq!(verify(&[r.clone(), s.clone(), s.clone()]), Err(SignatureError::Format));
        // Zero and the group order are no numbers of a signature; how the library names it differs by algorithm.
        for number in [integer(&[0]), integer(&[0xff; 32])] {
            assert!(verify(&[number.clone(), s.clone()]).is_err());
            assert!(verify(&[r.clone(), number]).is_err());
        }
    }
}
