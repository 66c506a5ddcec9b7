//! Keys against other implementations, and the edges that unit tests beside the code leave out.

use govhub_types::key::{KeyError, KeyKind, PublicKey, SigningKey};
use govhub_types::Address;
use proptest::prelude::*;

use crate::{bytes, testdata};

/// What an error says a compressed point looks like.
const EXPECTED: &str = "33 bytes of a compressed curve point";

fn key(kind: KeyKind, seed: u8) -> SigningKey {
    SigningKey::from_seed(kind, &[seed; 32])
}

#[test]
fn sm2_signatures_of_openssl_verify() {
    for vector in testdata("openssl_sm2.json")["vectors"].as_array().unwrap() {
        let key = PublicKey::new(KeyKind::Sm2, &bytes(vector, "public_key")).unwrap();
        assert_eq!(SigningKey::from_secret(KeyKind::Sm2, &bytes(vector, "secret")).unwrap().public_key(), key);
        assert_eq!(key.verify(&bytes(vector, "message"), &bytes(vector, "signature")), Ok(()));
    }
}

#[test]
fn p256_signatures_of_python_verify_and_their_high_s_forms_are_named() {
    let mut seen = [0, 0];
    for vector in testdata("python_ecdsa_eddsa.json")["p256"].as_array().unwrap() {
        let key = PublicKey::new(KeyKind::P256, &bytes(vector, "public_key")).unwrap();
        assert_eq!(SigningKey::from_secret(KeyKind::P256, &bytes(vector, "secret")).unwrap().public_key(), key);
        assert_eq!(hex::encode(key.address().as_bytes()), vector["address"].as_str().unwrap());
        let high = vector["high_s"].as_bool().unwrap();
        let expected = if high { Err(KeyError::HighS(KeyKind::P256)) } else { Ok(()) };
        assert_eq!(key.verify(&bytes(vector, "message"), &bytes(vector, "signature")), expected);
        seen[usize::from(high)] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "vectors hold both forms: {seen:?}");
}

#[test]
fn p256_nonces_are_those_of_rfc_6979() {
    // RFC 6979 A.2.5, SHA-256, message "sample"; its s is high, ours is n - s.
    let secret = hex::decode("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721").unwrap();
    let signature = SigningKey::from_secret(KeyKind::P256, &secret).unwrap().sign(b"sample");
    assert_eq!(hex::encode(&signature[..32]), "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
}

#[test]
fn ed25519_agrees_with_python_bit_for_bit() {
    for vector in testdata("python_ecdsa_eddsa.json")["ed25519"].as_array().unwrap() {
        let key = SigningKey::from_secret(KeyKind::Ed25519, &bytes(vector, "secret")).unwrap();
        assert_eq!(key.public_key().as_bytes(), bytes(vector, "public_key"));
        assert_eq!(hex::encode(key.public_key().address().as_bytes()), vector["address"].as_str().unwrap());
        assert_eq!(key.sign(&bytes(vector, "message")), bytes(vector, "signature"));
    }
}

#[test]
fn ed25519_follows_zip_215_where_rfc_8032_libraries_differ() {
    // ZIP 215: A and R of small order, s = 0, accepted for every message by the cofactored equation.
    let identity: [u8; 32] = std::array::from_fn(|i| u8::from(i == 0));
    let key = PublicKey::new(KeyKind::Ed25519, &identity).unwrap();
    let mut signature = identity.to_vec();
    signature.extend([0; 32]);
    assert_eq!(key.verify(b"Zcash", &signature), Ok(()));
    // s not below the group order is refused by both.
    signature[32..].fill(0xff);
    assert_eq!(key.verify(b"Zcash", &signature), Err(KeyError::Verification(KeyKind::Ed25519)));
}

#[test]
fn sm2_secret_of_order_minus_one_is_refused_and_its_neighbour_accepted() {
    let mut secret = hex::decode("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122").unwrap();
    assert!(matches!(SigningKey::from_secret(KeyKind::Sm2, &secret), Err(KeyError::Secret(_))));
    secret[31] -= 1;
    let key = SigningKey::from_secret(KeyKind::Sm2, &secret).unwrap();
    assert_eq!(key.public_key().verify(b"m", &key.sign(b"m")), Ok(()));
}

#[test]
fn points_off_the_curve_and_uncompressed_tags_are_refused() {
    for kind in [KeyKind::Secp256k1, KeyKind::P256, KeyKind::Sm2] {
        let good = key(kind, 3).public_key();
        for tag in [0u8, 1, 4, 5, 6] {
            let mut bytes = good.as_bytes().to_vec();
            bytes[0] = tag;
            assert_eq!(PublicKey::new(kind, &bytes), Err(KeyError::Point { kind, expected: EXPECTED }), "tag {tag}");
        }
        let mut beyond_field = good.as_bytes().to_vec();
        beyond_field[1..].fill(0xff);
        assert_eq!(PublicKey::new(kind, &beyond_field), Err(KeyError::Point { kind, expected: EXPECTED }));
    }
    let y_without_x = std::array::from_fn::<u8, 32, _>(|i| if i == 0 { 2 } else { 0 });
    assert!(matches!(PublicKey::new(KeyKind::Ed25519, &y_without_x), Err(KeyError::Point { kind: KeyKind::Ed25519, .. })));
}

#[test]
fn addresses_have_one_spelling() {
    let address = key(KeyKind::Secp256k1, 1).public_key().address();
    let text = address.to_string();
    assert!(text.starts_with("gov1"));
    assert_eq!(text.parse::<Address>(), Ok(address.clone()));
    assert!(text.to_uppercase().parse::<Address>().is_err(), "upper case");
    let hrp = |name| bech32::Hrp::parse(name).unwrap();
    let m = bech32::encode::<bech32::Bech32m>(hrp("gov"), address.as_bytes()).unwrap();
    assert!(m.parse::<Address>().is_err(), "bech32m");
    let other = bech32::encode::<bech32::Bech32>(hrp("cosmos"), address.as_bytes()).unwrap();
    assert!(other.parse::<Address>().is_err(), "prefix");
    let short = bech32::encode::<bech32::Bech32>(hrp("gov"), &address.as_bytes()[..19]).unwrap();
    assert!(short.parse::<Address>().is_err(), "length");
    let flipped: String = text.char_indices().map(|(i, c)| if i == 8 { if c == 'q' { 'p' } else { 'q' } } else { c }).collect();
    assert!(flipped.parse::<Address>().is_err(), "checksum");
}

#[test]
fn sm2_address_is_adr_028_of_its_type_name() {
    // python3: h=hashlib.sha256; h(h(b"govhub.crypto.sm2.PubKey").digest()+bytes.fromhex(public)).hexdigest() for the first OpenSSL key.
    let vectors = testdata("openssl_sm2.json");
    let key = PublicKey::new(KeyKind::Sm2, &bytes(&vectors["vectors"][0], "public_key")).unwrap();
    assert_eq!(hex::encode(key.address().as_bytes()), "fe888a2714c8d6c6ef12ab5a0d31447dde8fc1a3007708021043a8267e8c57d0");
}

fn any_kind() -> impl Strategy<Value = KeyKind> {
    prop::sample::select(KeyKind::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_a_key_signs_verifies_and_is_deterministic(kind in any_kind(), seed: [u8; 32], message: Vec<u8>) {
        let key = SigningKey::from_seed(kind, &seed);
        let signature = key.sign(&message);
        prop_assert_eq!(key.public_key().verify(&message, &signature), Ok(()));
        prop_assert_eq!(&key.sign(&message), &signature);
        let again = SigningKey::from_secret(kind, key.secret()).unwrap();
        prop_assert_eq!(again.public_key(), key.public_key());
        prop_assert_eq!(PublicKey::from_any(&key.public_key().to_any()), Ok(key.public_key()));
    }

    #[test]
    fn no_single_bit_of_a_signature_can_change(kind in any_kind(), seed: [u8; 32], bit in 0usize..512) {
        let key = SigningKey::from_seed(kind, &seed);
        let mut signature = key.sign(b"message");
        signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.public_key().verify(b"message", &signature).is_err());
    }
}
