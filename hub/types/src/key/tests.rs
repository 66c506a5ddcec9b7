//! Real vectors for each algorithm, and one broken rule at a time.

use proptest::prelude::*;

use super::*;

fn key(kind: KeyKind) -> SigningKey {
    SigningKey::from_secret(kind, &[7; 32]).expect("in range in every group")
}

#[test]
fn a_good_signature_verifies_and_each_bend_is_refused_for_its_reason() {
    for kind in KeyKind::ALL {
        let key = key(kind);
        let (public, signature) = (key.public_key(), key.sign(b"message"));
        assert_eq!(public.verify(b"message", &signature), Ok(()), "{kind:?}");
        assert_eq!(signature, key.sign(b"message"), "signing is deterministic");
        assert_eq!(public.verify(b"massage", &signature), Err(KeyError::Verification(kind)));
        assert_eq!(public.verify(b"message", &signature[..63]), Err(KeyError::SignatureFormat(kind)));
        let other = SigningKey::from_secret(kind, &[8; 32]).expect("in range");
        assert_eq!(other.public_key().verify(b"message", &signature), Err(KeyError::Verification(kind)));
        assert_eq!(PublicKey::from_any(&public.to_any()), Ok(public));
    }
}

#[test]
fn a_key_of_the_wrong_length_or_off_the_curve_is_refused() {
    for kind in KeyKind::ALL {
        let public = key(kind).public_key();
        assert!(matches!(PublicKey::new(kind, &public.as_bytes()[1..]), Err(KeyError::Point { .. })));
        let off = (0..=255u8).any(|x| {
            let mut bytes = public.as_bytes().to_vec();
            *bytes.last_mut().expect("not empty") = x;
            matches!(PublicKey::new(kind, &bytes), Err(KeyError::Point { .. }))
        });
        assert!(off, "about half of all x have no point: {kind:?}");
    }
}

#[test]
fn a_secret_of_zero_or_of_the_wrong_length_is_refused() {
    for kind in [KeyKind::Secp256k1, KeyKind::P256, KeyKind::Sm2] {
        assert_eq!(SigningKey::from_secret(kind, &[0; 32]).err(), Some(KeyError::Secret(kind)));
        assert_eq!(SigningKey::from_secret(kind, &[255; 32]).err(), Some(KeyError::Secret(kind)), "above the order");
    }
    KeyKind::ALL.iter().for_each(|kind| assert_eq!(SigningKey::from_secret(*kind, &[7; 31]).err(), Some(KeyError::Secret(*kind))));
}

#[test]
fn the_twin_with_the_larger_s_is_refused() {
    // n - s for both groups, computed on big-endian bytes.
    let orders = [
        (KeyKind::Secp256k1, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
        (KeyKind::P256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    ];
    for (kind, order) in orders {
        let order = hex::decode(order).expect("hex");
        let key = key(kind);
        let mut signature = key.sign(b"message");
        let mut borrow = 0i16;
        for i in (0..32).rev() {
            let digit = i16::from(order[i]) - i16::from(signature[32 + i]) - borrow;
            borrow = i16::from(digit < 0);
            signature[32 + i] = digit.rem_euclid(256) as u8;
        }
        assert_eq!(key.public_key().verify(b"message", &signature), Err(KeyError::HighS(kind)));
    }
}

#[test]
fn keys_with_unknown_type_unknown_field_or_no_canonical_form_are_refused() {
    let good = key(KeyKind::Sm2).public_key().to_any();
    let unknown = Any { type_url: "/cosmos.crypto.multisig.LegacyAminoPubKey".into(), ..good.clone() };
    assert!(matches!(PublicKey::from_any(&unknown), Err(KeyError::UnknownType(_))));
    let no_slash = Any { type_url: good.type_url[1..].into(), ..good.clone() };
    assert!(matches!(PublicKey::from_any(&no_slash), Err(KeyError::UnknownType(_))));
    let extra = Any { value: [good.value.as_slice(), &[0x10, 1]].concat(), ..good };
    assert_eq!(PublicKey::from_any(&extra), Err(KeyError::Encoding(CodecError::NotCanonical { what: "public key" })));
}

#[test]
fn the_standards_own_sm2_example_verifies() {
    // GB/T 32918.5-2017 annex A.2: recommended curve, message "message digest", identity 1234567812345678.
    let secret = hex::decode("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8").expect("hex");
    let key = SigningKey::from_secret(KeyKind::Sm2, &secret).expect("in range");
    assert_eq!(hex::encode(&key.public_key().as_bytes()[1..]), "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020");
    let signature = hex::decode(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    )
    .expect("hex");
    assert_eq!(key.public_key().verify(b"message digest", &signature), Ok(()));
    assert_eq!(key.public_key().verify(b"message digesu", &signature), Err(KeyError::Verification(KeyKind::Sm2)));
}

#[test]
fn addresses_follow_the_rules_of_the_sdk() {
    // secp256k1: the generator's key and its well-known HASH160 (also Bitcoin's address of secret 1).
    let one = {
        let mut secret = [0; 32];
        secret[31] = 1;
        secret
    };
    let address = SigningKey::from_secret(KeyKind::Secp256k1, &one).expect("in range").public_key().address();
    assert_eq!(hex::encode(address.as_bytes()), "751e76e8199196d454941c45d1b3a323f1433bd6");
    for kind in KeyKind::ALL {
        let address = key(kind).public_key().address();
        assert_eq!(address.as_bytes().len(), if matches!(kind, KeyKind::P256 | KeyKind::Sm2) { 32 } else { 20 });
        assert_eq!(address.to_string().parse::<Address>().as_ref(), Ok(&address));
        assert!(address.to_string().to_uppercase().parse::<Address>().is_err(), "one text for one address");
    }
    assert!("cosmos1w508d6qejxtdg4y5r3zarvary0c5xw7kk7kl4p".parse::<Address>().is_err());
}

#[test]
fn a_secret_never_shows() {
    let shown = format!("{:?}", key(KeyKind::P256));
    assert!(!shown.contains(&hex::encode([7; 32])) && shown.contains("p256:"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn outside_bytes_never_panic(kind in 0usize..4, key in proptest::collection::vec(any::<u8>(), 0..70), signature in proptest::collection::vec(any::<u8>(), 0..70)) {
        if let Ok(key) = PublicKey::new(KeyKind::ALL[kind], &key) {
            prop_assert!(key.verify(b"m", &signature).is_err());
        }
    }
}
