//! One broken rule of the encoding a test, beside the certificate that keeps it.

use govhub_types::{KeyKind, PublicKey, SigningKey};
use govhub_x509::limits::{MAX_CERTIFICATE_BYTES, MAX_EXTENSIONS, MAX_NAME_ATTRIBUTES};
use govhub_x509::testing::der::{bit_string, integer, oid, sequence, tlv};
use govhub_x509::testing::{self, basic_constraints, extension, name, pem, Authority, Draft};
use govhub_x509::{public_key_from_pem, public_key_from_spki, Algorithm, Certificate, DecodeError};
use proptest::prelude::*;

fn root() -> Authority {
    Authority::root(KeyKind::P256, 1, "root")
}

fn node() -> SigningKey {
    SigningKey::from_seed(KeyKind::P256, &[9; 32])
}

fn draft() -> Draft {
    Draft::leaf(name(&[("CN", "node"), ("O", "gov")]), &node().public_key(), 7)
}

/// The code with which the bent certificate is refused; the honest one reads.
fn refused(bent: Draft) -> &'static str {
    assert!(Certificate::from_der(&root().issue(draft())).is_ok(), "the honest twin reads");
    code(&root().issue(bent))
}

fn code(der: &[u8]) -> &'static str {
    Certificate::from_der(der).expect_err("bent").code()
}

#[test]
fn what_a_certificate_says_is_read_back() {
    let subject = [("C", "CN"), ("O", "gov.gz"), ("OU", "consensus"), ("OU", "node"), ("CN", "node1")];
    let read = Certificate::from_der(&root().leaf(&subject, &node().public_key(), 0x80)).expect("reads");
    assert_eq!(read.subject().common_name(), Some("node1"));
    assert_eq!(read.subject().organization(), Some("gov.gz"));
    assert_eq!(read.subject().organizational_units(), ["consensus", "node"]);
    assert_eq!(read.subject().to_string(), "CN=node1,OU=consensus,OU=node,O=gov.gz");
    assert_eq!(read.issuer().common_name(), Some("root"));
    assert_eq!(read.serial(), [0x80], "without the sign byte");
    assert_eq!((read.validity().not_before_s, read.validity().not_after_s), (testing::BORN_S, testing::DIES_S));
    assert_eq!(*read.public_key(), node().public_key());
    assert_eq!(read.spki(), testing::spki(&node().public_key()));
    assert_eq!(read.algorithm(), Algorithm::EcdsaSha256);
    assert_eq!(read.authority_key_id(), Some(root().key_id().as_slice()));
    assert!(!read.is_authority() && root().certificate().is_authority());
    assert_eq!(root().certificate().subject_key_id(), Some(root().key_id().as_slice()));
}

#[test]
fn an_attribute_that_stands_twice_has_no_one_value() {
    let read = Certificate::from_der(&root().leaf(&[("CN", "a"), ("CN", "b"), ("O", "x"), ("O", "y")], &node().public_key(), 1)).expect("reads");
    assert_eq!((read.subject().common_name(), read.subject().organization()), (None, None));
    assert_eq!(read.subject().organizations(), ["x", "y"]);
}

#[test]
fn an_extension_is_found_by_its_dotted_identifier() {
    let with = draft().with(extension("1.2.3.4.5.6.7.8.1", false, b"{\"attrs\":{}}"));
    let read = Certificate::from_der(&root().issue(with)).expect("reads");
    assert_eq!(read.extension("1.2.3.4.5.6.7.8.1"), Some(b"{\"attrs\":{}}".as_slice()));
    assert_eq!(read.extension("1.2.3.4"), None);
    assert_eq!(read.extension("no identifier"), None);
}

#[test]
fn bytes_behind_the_end_or_missing_there_are_refused() {
    let der = root().issue(draft());
    assert_eq!(code(&[der.as_slice(), &[0]].concat()), "x509-malformed-der");
    assert_eq!(code(&der[..der.len() - 1]), "x509-malformed-der");
    assert_eq!(code(&[]), "x509-malformed-der");
}

#[test]
fn a_length_written_longer_than_needed_is_refused() {
    let der = root().issue(draft());
    assert_eq!(der[..2], [0x30, 0x82]);
    assert_eq!(code(&[&[0x30, 0x83, 0], &der[2..]].concat()), "x509-malformed-der");
}

#[test]
fn a_default_that_is_written_out_is_refused() {
    // critical FALSE is the default, which DER leaves out.
    let explicit = sequence(&[oid("1.2.3.4"), tlv(1, &[0]), tlv(4, b"x")]);
    assert_eq!(refused(draft().with(explicit)), "x509-not-canonical");
    let not_true = sequence(&[oid("1.2.3.4"), tlv(1, &[1]), tlv(4, b"x")]);
    assert_eq!(refused(draft().with(not_true)), "x509-malformed-der");
}

#[test]
fn an_extension_that_is_not_in_its_one_encoding_is_refused() {
    // digitalSignature with seven trailing zero bits that DER drops from named bits (X.690, 11.2.2).
    let long = extension("2.5.29.15", true, &tlv(3, &[0, 0x80]));
    assert_eq!(refused(draft().without("2.5.29.15").with(long)), "x509-not-canonical");
    let behind = extension("2.5.29.14", false, &[tlv(4, &[1, 2, 3]), vec![0]].concat());
    assert_eq!(refused(draft().with(behind)), "x509-malformed-der");
}

#[test]
fn dates_before_2050_are_utc_times() {
    let general = sequence(&[tlv(0x18, b"20260101000000Z"), tlv(0x18, b"20500101000000Z")]);
    // A long name, so that both outer lengths are written in two bytes.
    let subject = name(&[("CN", &"n".repeat(200))]);
    let mut der = root().issue(Draft { not_after_s: 2_524_608_000, subject, ..draft() });
    let utc = sequence(&[tlv(0x17, b"260101000000Z"), tlv(0x18, b"20500101000000Z")]);
    assert!(Certificate::from_der(&der).is_ok(), "2050 is a GeneralizedTime");
    let at = der.windows(utc.len()).position(|window| window == utc).expect("dates");
    der.splice(at..at + utc.len(), general);
    assert_eq!((der[1], der[5]), (0x82, 0x82));
    for length in [2, 6] {
        let grown = u16::from_be_bytes([der[length], der[length + 1]]) + 2;
        der[length..length + 2].copy_from_slice(&grown.to_be_bytes());
    }
    assert_eq!(code(&der), "x509-not-canonical");
}

#[test]
fn too_many_bytes_extensions_or_attributes_are_refused() {
    let filled = |bytes: usize| draft().with(extension("1.2.3.4", false, &vec![0; bytes]));
    assert!(Certificate::from_der(&root().issue(filled(MAX_CERTIFICATE_BYTES - 1024))).is_ok());
    assert_eq!(refused(filled(MAX_CERTIFICATE_BYTES)), "x509-too-large");
    let numbered = |count: usize| (0..count).fold(draft(), |draft, n| draft.with(extension(&format!("1.2.3.{n}"), false, &[])));
    let others = draft().extensions.len() + 1;
    assert!(Certificate::from_der(&root().issue(numbered(MAX_EXTENSIONS - others))).is_ok());
    assert_eq!(refused(numbered(MAX_EXTENSIONS - others + 1)), "x509-too-large");
    let named = |count: usize| Draft { subject: name(&vec![("OU", "x"); count]), ..draft() };
    assert!(Certificate::from_der(&root().issue(named(MAX_NAME_ATTRIBUTES))).is_ok());
    assert_eq!(refused(named(MAX_NAME_ATTRIBUTES + 1)), "x509-too-large");
}

#[test]
fn only_version_3_is_read() {
    let version = |number: u8| Draft { version: tlv(0xa0, &integer(&[number])), ..draft() };
    assert_eq!(refused(Draft { version: Vec::new(), ..draft() }), "x509-unsupported-version");
    assert_eq!(refused(version(1)), "x509-unsupported-version");
    assert_eq!(refused(version(3)), "x509-malformed-der");
}

#[test]
fn a_serial_number_is_positive() {
    for serial in [tlv(2, &[0]), tlv(2, &[0x80]), tlv(2, &[0xff, 0x7f])] {
        assert_eq!(refused(Draft { serial, ..draft() }), "x509-serial-not-positive");
    }
    for serial in [tlv(2, &[0, 1]), tlv(2, &[]), tlv(2, &[1; 22])] {
        assert_eq!(refused(Draft { serial, ..draft() }), "x509-malformed-der");
    }
}

#[test]
fn an_issuer_has_a_name() {
    let nameless = Authority { name: name(&[]), ..root() };
    assert_eq!(code(&nameless.issue(draft())), "x509-malformed-der");
}

#[test]
fn an_extension_stands_once() {
    assert_eq!(refused(draft().with(basic_constraints(true, None))), "x509-duplicate-extension");
}

#[test]
fn a_path_length_belongs_to_an_authority() {
    assert_eq!(refused(draft().without("2.5.29.19").with(basic_constraints(false, Some(0)))), "x509-malformed-der");
}

#[test]
fn the_algorithm_is_the_same_inside_and_outside() {
    let sm2 = sequence(&[oid("1.2.156.10197.1.501")]);
    assert_eq!(refused(Draft { inner_algorithm: Some(sm2), ..draft() }), "x509-algorithm-differs");
    let null = sequence(&[oid("1.2.840.10045.4.3.2"), tlv(5, &[])]);
    assert_eq!(refused(Draft { outer_algorithm: Some(null), ..draft() }), "x509-malformed-der");
}

#[test]
fn rsa_is_refused_by_its_name_and_other_algorithms_by_their_identifier() {
    let outer = |identifier: &str| Draft { outer_algorithm: Some(sequence(&[oid(identifier)])), ..draft() };
    assert_eq!(refused(outer("1.2.840.113549.1.1.11")), "x509-rsa-unsupported");
    let rsa_key = sequence(&[sequence(&[oid("1.2.840.113549.1.1.1"), tlv(5, &[])]), bit_string(&sequence(&[integer(&[0xc1; 256]), integer(&[1, 0, 1])]))]);
    assert_eq!(refused(Draft { spki: rsa_key, ..draft() }), "x509-rsa-unsupported");
    let ecdsa_sha384 = Certificate::from_der(&root().issue(outer("1.2.840.10045.4.3.3")));
    assert_eq!(ecdsa_sha384, Err(DecodeError::UnknownAlgorithm("1.2.840.10045.4.3.3".into())));
    let p384 = sequence(&[sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")]), bit_string(&node().public_key().as_bytes()[..33])]);
    assert_eq!(Certificate::from_der(&root().issue(Draft { spki: p384, ..draft() })), Err(DecodeError::UnknownAlgorithm("1.3.132.0.34".into())));
}

#[test]
fn a_name_in_an_old_text_type_is_refused() {
    let bmp = sequence(&[tlv(0x31, &sequence(&[oid("2.5.4.3"), tlv(0x1e, &[0, b'n'])]))]);
    assert_eq!(refused(Draft { subject: bmp, ..draft() }), "x509-malformed-der");
    // An attribute that nobody reads may be of any type.
    let other = sequence(&[tlv(0x31, &sequence(&[oid("2.5.4.42"), tlv(0x1e, &[0, b'n'])]))]);
    assert!(Certificate::from_der(&root().issue(Draft { subject: other, ..draft() })).is_ok());
}

/// A key whose point is given by those bytes.
fn point(curve: &str, bytes: &[u8]) -> Vec<u8> {
    sequence(&[sequence(&[oid("1.2.840.10045.2.1"), oid(curve)]), bit_string(bytes)])
}

#[test]
fn a_point_with_or_without_its_y_is_the_same_key_and_no_other_form_is_read() {
    // GB/T 32918.5-2017, A.2: the standard's own key pair.
    let x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
    let y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    let (x, y) = (hex::decode(x).expect("hex"), hex::decode(y).expect("hex"));
    let sm2 = "1.2.156.10197.1.301";
    let read = |tag: u8, parts: &[&[u8]]| public_key_from_spki(&point(sm2, &[&[tag][..], &parts.concat()].concat()));
    let expected = PublicKey::new(KeyKind::Sm2, &[&[3][..], &x].concat()).expect("on the curve");
    assert_eq!(read(4, &[&x, &y]), Ok(expected));
    assert_eq!(read(3, &[&x]), Ok(expected));
    assert_ne!(read(2, &[&x]), Ok(expected), "the other y is another key");
    for (tag, parts) in [(6, &[&x[..], &y][..]), (7, &[&x, &y]), (5, &[&x]), (4, &[&x]), (3, &[&x, &y]), (0, &[])] {
        assert_eq!(read(tag, parts), Err(DecodeError::Key), "tag {tag}");
    }
    let mut off = y.clone();
    off[31] ^= 2;
    assert_eq!(read(4, &[&x, &off]), Err(DecodeError::Key), "same x and same parity, but not on the curve");
}

#[test]
fn a_key_of_another_curve_or_length_is_refused() {
    let bytes = node().public_key().as_bytes().to_vec();
    assert_eq!(public_key_from_spki(&point("1.2.840.10045.3.1.7", &bytes)), Ok(node().public_key()));
    assert_eq!(public_key_from_spki(&point("1.2.840.10045.3.1.7", &bytes[..32])), Err(DecodeError::Key));
    assert_ne!(public_key_from_spki(&point("1.3.132.0.10", &bytes)), Ok(node().public_key()), "another curve is another key");
    let no_curve = sequence(&[sequence(&[oid("1.2.840.10045.2.1")]), bit_string(&bytes)]);
    assert_eq!(public_key_from_spki(&no_curve), Err(DecodeError::Key));
    let ed25519 = SigningKey::from_seed(KeyKind::Ed25519, &[3; 32]).public_key();
    assert_eq!(public_key_from_spki(&testing::spki(&ed25519)), Ok(ed25519));
    let with_parameters = sequence(&[sequence(&[oid("1.3.101.112"), tlv(5, &[])]), bit_string(ed25519.as_bytes())]);
    assert_eq!(public_key_from_spki(&with_parameters), Err(DecodeError::Key));
}

#[test]
fn pem_is_one_block_with_its_label_and_nothing_around_it() {
    let der = root().issue(draft());
    let good = pem("CERTIFICATE", &der);
    let read = |text: &str| Certificate::from_pem(text.as_bytes()).map_err(|error| error.code());
    assert_eq!(read(&good).expect("reads").der(), der);
    assert!(read(&format!("\n{}\r\n", good.replace('\n', "\r\n"))).is_ok(), "line ends and white space around are free");
    let wide = |width: usize| {
        let lines: Vec<_> = good.lines().filter(|line| !line.starts_with('-')).collect();
        let body = lines.concat().as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>().join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----")
    };
    for width in [64, 76, 100_000] {
        assert_eq!(read(&wide(width)).expect("reads").der(), der, "lines of {width}");
    }
    for bent in [
        format!("text\n{good}"),
        format!("{good}text"),
        format!("{good}{good}"),
        good.replace("CERTIFICATE", "X509 CRL"),
        good.replacen("CERTIFICATE", "X509 CRL", 1),
        good.replacen("-----", "----", 1),
        good.replace("MII", "MI!"),
        String::new(),
    ] {
        assert_eq!(read(&bent).err(), Some("x509-malformed-pem"), "{bent}");
    }
    assert_eq!(read(&"x".repeat(2 * MAX_CERTIFICATE_BYTES + 1)).err(), Some("x509-too-large"));
    let key = node().public_key();
    assert_eq!(public_key_from_pem(pem("PUBLIC KEY", &testing::spki(&key)).as_bytes()), Ok(key));
    assert!(matches!(public_key_from_pem(good.as_bytes()), Err(DecodeError::Pem { .. })));
}

#[test]
fn an_identity_is_the_same_whatever_the_signature() {
    // Two certificates that say the same, signed twice: an ECDSA signature has a twin, and a signer may draw another nonce.
    let other = Authority { key: SigningKey::from_seed(KeyKind::P256, &[2; 32]), ..root() };
    let (one, two) = (Certificate::from_der(&root().issue(draft())).expect("reads"), Certificate::from_der(&other.issue(Draft { ..draft() })).expect("reads"));
    assert_ne!(one.der(), two.der());
    assert_eq!(one.identity(), two.identity());
    let serial = Certificate::from_der(&root().issue(Draft { serial: integer(&[8]), ..draft() })).expect("reads");
    assert_ne!(one.identity(), serial.identity());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn outside_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..400, flip in any::<u8>()) {
        let _ = Certificate::from_der(&bytes);
        let _ = govhub_x509::Crl::from_der(&bytes);
        let _ = Certificate::from_pem(&bytes);
        let _ = public_key_from_spki(&bytes);
        let mut der = root().issue(draft());
        let at = at % der.len();
        der[at] ^= flip;
        if let Ok(read) = Certificate::from_der(&der) {
            prop_assert_eq!(read.der(), &der[..]);
        }
    }
}
