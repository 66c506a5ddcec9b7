//! Revocation lists: who may withdraw what, and what becomes of lists that somebody else signed.

use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::limits::{MAX_CRL_BYTES, MAX_CRL_ENTRIES};
use govhub_x509::testing::der::{integer, sequence, tlv};
use govhub_x509::testing::{authority_key_id, extension, key_usage, name, pem, Authority, CrlDraft, Draft, BORN_S, DIES_S, KEY_CERT_SIGN};
use govhub_x509::{verify_chain, Certificate, Crl, ForeignCrl, Rules, Store, When};

const SKIP: Rules = Rules::signer(When::At(Time::from_unix_s(1_800_000_000)));
const REFUSE: Rules = Rules { foreign_crl: ForeignCrl::Refuse, ..SKIP };

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der(der).expect("a certificate of our own making")
}

fn crl(der: &[u8]) -> Crl {
    Crl::from_der(der).expect("a list of our own making")
}

/// A root, an authority below it, and leaf 7 below that.
struct World {
    root: Authority,
    middle: Authority,
    leaf: Vec<u8>,
}

impl World {
    fn of(kind: KeyKind) -> Self {
        let root = Authority::root(kind, 1, "root");
        let middle = root.authority(2, "middle", None);
        let leaf = middle.leaf(&[("CN", "node")], &SigningKey::from_seed(kind, &[9; 32]).public_key(), 7);
        Self { root, middle, leaf }
    }

    fn judge(&self, crls: &[Vec<u8>], rules: &Rules) -> Result<(), &'static str> {
        let crls = crls.iter().map(|der| crl(der)).collect();
        let store = Store::new(vec![self.root.certificate()], vec![self.middle.certificate()], crls);
        verify_chain(&read(&self.leaf), &store, rules).map(drop).map_err(|error| error.code())
    }
}

fn world() -> World {
    World::of(KeyKind::P256)
}

#[test]
fn a_listed_certificate_is_refused_in_every_algorithm_and_its_neighbour_is_not() {
    for kind in KeyKind::ALL {
        let world = World::of(kind);
        for rules in [SKIP, REFUSE] {
            assert_eq!(world.judge(&[world.middle.crl(&[6, 8])], &rules), Ok(()), "{kind:?}");
            assert_eq!(world.judge(&[world.middle.crl(&[6, 7, 8])], &rules), Err("certificate-revoked"));
            assert_eq!(world.judge(&[world.middle.crl(&[])], &rules), Ok(()));
        }
    }
}

#[test]
fn a_listed_authority_takes_its_leaves_with_it() {
    let world = world();
    let middle_serial = 3; // of the authority made from seed 2
    assert_eq!(world.judge(&[world.root.crl(&[middle_serial])], &SKIP), Err("certificate-revoked"));
    assert_eq!(world.judge(&[world.root.crl(&[7])], &SKIP), Ok(()), "the leaf's number under another authority is another certificate");
    assert_eq!(world.judge(&[world.middle.crl(&[middle_serial])], &SKIP), Ok(()));
}

#[test]
fn a_list_without_its_issuers_signature_is_skipped_or_refused_as_the_caller_says() {
    let world = world();
    let thief = SigningKey::from_seed(KeyKind::P256, &[66; 32]);
    for serials in [vec![7], vec![]] {
        let forged = CrlDraft::new(&world.middle, &serials).signed_by(&thief);
        assert_eq!(world.judge(std::slice::from_ref(&forged), &SKIP), Ok(()));
        assert_eq!(world.judge(&[forged], &REFUSE), Err("crl-not-signed-by-issuer"));
    }
}

#[test]
fn a_forged_list_beside_the_true_one_hides_nothing() {
    let world = world();
    let forged = CrlDraft::new(&world.middle, &[]).signed_by(&SigningKey::from_seed(KeyKind::P256, &[66; 32]));
    assert_eq!(world.judge(&[forged, world.middle.crl(&[7])], &SKIP), Err("certificate-revoked"));
}

#[test]
fn a_list_of_another_authority_says_nothing() {
    let world = world();
    let other = Authority::root(KeyKind::P256, 50, "other");
    assert_eq!(world.judge(&[other.crl(&[7])], &SKIP), Ok(()));
    assert_eq!(world.judge(&[other.crl(&[7])], &REFUSE), Ok(()));
}

#[test]
fn lists_are_matched_by_key_identifier_and_without_one_by_name() {
    let world = world();
    let named = |id: Option<Vec<u8>>, issuer: &[u8]| {
        let mut draft = CrlDraft::new(&world.middle, &[7]);
        draft.extensions = id.map(|id| authority_key_id(&id)).into_iter().collect();
        draft.issuer = issuer.to_vec();
        draft.signed_by(&world.middle.key)
    };
    let own = world.middle.key_id();
    assert_eq!(world.judge(&[named(Some(own.clone()), &world.middle.name)], &SKIP), Err("certificate-revoked"));
    assert_eq!(world.judge(&[named(None, &world.middle.name)], &SKIP), Err("certificate-revoked"));
    assert_eq!(world.judge(&[named(Some(own), &world.root.name)], &SKIP), Err("certificate-revoked"), "its key signed it");
    assert_eq!(world.judge(&[named(None, &world.root.name)], &SKIP), Ok(()));
    assert_eq!(world.judge(&[named(Some(vec![1; 20]), &world.middle.name)], &REFUSE), Ok(()), "a list for another key of that name");
}

#[test]
fn an_authority_that_may_not_sign_lists_revokes_nothing() {
    let mut world = world();
    let draft = Draft::authority(world.middle.name.clone(), &world.middle.key.public_key(), 3, None);
    world.middle.der = world.root.issue(draft.without("2.5.29.15").with(key_usage(KEY_CERT_SIGN)));
    let list = world.middle.crl(&[7]);
    assert_eq!(world.judge(std::slice::from_ref(&list), &SKIP), Ok(()));
    assert_eq!(world.judge(&[list], &REFUSE), Err("crl-not-signed-by-issuer"));
}

#[test]
fn a_revocation_holds_whatever_the_dates_of_the_list_say() {
    let world = world();
    let list = |this: u64, next: Option<u64>| CrlDraft { this_update_s: this, next_update_s: next, ..CrlDraft::new(&world.middle, &[7]) }.signed_by(&world.middle.key);
    for (this, next) in [(BORN_S, Some(BORN_S + 1)), (DIES_S, None), (BORN_S, Some(DIES_S))] {
        assert_eq!(world.judge(&[list(this, next)], &SKIP), Err("certificate-revoked"));
    }
    let read = crl(&list(BORN_S, None));
    assert_eq!((read.this_update_s(), read.next_update_s()), (BORN_S, None));
}

#[test]
fn version_1_is_read_and_has_no_extensions() {
    let world = world();
    let first = CrlDraft { version: Vec::new(), extensions: Vec::new(), ..CrlDraft::new(&world.middle, &[7]) };
    assert_eq!(world.judge(&[first.signed_by(&world.middle.key)], &SKIP), Err("certificate-revoked"));
    let code = |draft: &CrlDraft| Crl::from_der(&draft.signed_by(&world.middle.key)).err().map(|error| error.code());
    let reason = extension("2.5.29.21", false, &tlv(10, &[1]));
    assert_eq!(code(&CrlDraft { extensions: CrlDraft::new(&world.middle, &[]).extensions, ..first.clone() }), Some("x509-unsupported-version"));
    assert_eq!(code(&CrlDraft { entries: vec![CrlDraft::entry(integer(&[7]), std::slice::from_ref(&reason))], ..first.clone() }), Some("x509-unsupported-version"));
    assert_eq!(code(&CrlDraft { version: integer(&[1]), entries: vec![CrlDraft::entry(integer(&[7]), &[reason])], ..first.clone() }), None);
    for version in [tlv(2, &[0]), integer(&[2])] {
        assert_eq!(code(&CrlDraft { version, ..first.clone() }), Some("x509-unsupported-version"));
    }
}

#[test]
fn delta_and_indirect_lists_are_refused() {
    let world = world();
    let code = |draft: CrlDraft| Crl::from_der(&draft.signed_by(&world.middle.key)).err().map(|error| error.code());
    let with = |extension: Vec<u8>| {
        let mut draft = CrlDraft::new(&world.middle, &[7]);
        draft.extensions.push(extension);
        draft
    };
    assert_eq!(code(with(extension("1.2.3.4", false, b"x"))), None);
    assert_eq!(code(with(extension("2.5.29.27", true, &integer(&[1])))), Some("x509-critical-crl-extension"), "delta");
    assert_eq!(code(with(extension("2.5.29.28", true, &sequence(&[tlv(0x84, &[0xff])])))), Some("x509-critical-crl-extension"), "indirect");
    let certificate_issuer = extension("2.5.29.29", true, &sequence(&[tlv(0xa4, &name(&[("CN", "other")]))]));
    let entry = CrlDraft { entries: vec![CrlDraft::entry(integer(&[7]), &[certificate_issuer])], ..CrlDraft::new(&world.middle, &[]) };
    assert_eq!(code(entry), Some("x509-critical-crl-extension"), "an entry about somebody else's certificate");
}

#[test]
fn an_entry_has_a_positive_serial_and_extensions_stand_once() {
    let world = world();
    let code = |draft: CrlDraft| Crl::from_der(&draft.signed_by(&world.middle.key)).err().map(|error| error.code());
    for serial in [tlv(2, &[0]), tlv(2, &[0x80])] {
        assert_eq!(code(CrlDraft { entries: vec![CrlDraft::entry(serial, &[])], ..CrlDraft::new(&world.middle, &[]) }), Some("x509-serial-not-positive"));
    }
    let number = || extension("2.5.29.20", false, &integer(&[2]));
    let twice = CrlDraft { extensions: vec![number(), number()], ..CrlDraft::new(&world.middle, &[]) };
    assert_eq!(code(twice), Some("x509-duplicate-extension"));
}

#[test]
fn a_list_is_bounded_and_in_its_one_encoding() {
    let world = world();
    let code = |der: &[u8]| Crl::from_der(der).err().map(|error| error.code());
    let of = |count: u64| world.middle.crl(&(1..=count).collect::<Vec<_>>());
    let full = of(MAX_CRL_ENTRIES as u64);
    let read = crl(&full);
    assert_eq!((read.serials().len(), read.lists(&[1]), read.lists(&[0x27, 0x10]), read.lists(&[0x27, 0x11])), (MAX_CRL_ENTRIES, true, true, false));
    assert_eq!(code(&of(MAX_CRL_ENTRIES as u64 + 1)), Some("x509-too-large"));
    assert_eq!(code(&vec![0x30; MAX_CRL_BYTES + 1]), Some("x509-too-large"));
    let good = world.middle.crl(&[7]);
    assert_eq!(code(&good), None);
    assert_eq!(code(&[good.as_slice(), &[0]].concat()), Some("x509-malformed-der"));
    let explicit = sequence(&[govhub_x509::testing::der::oid("1.2.3.4"), tlv(1, &[0]), tlv(4, b"x")]);
    let bent = CrlDraft { extensions: vec![explicit], ..CrlDraft::new(&world.middle, &[]) };
    assert_eq!(code(&bent.signed_by(&world.middle.key)), Some("x509-not-canonical"));
}

#[test]
fn a_list_reads_from_one_pem_block_with_its_label() {
    let der = world().middle.crl(&[7]);
    assert_eq!(Crl::from_pem(pem("X509 CRL", &der).as_bytes()).expect("reads").der(), der);
    assert_eq!(Crl::from_pem(pem("CERTIFICATE", &der).as_bytes()).err().map(|error| error.code()), Some("x509-malformed-pem"));
}

#[test]
fn a_list_under_another_label_is_read_by_whoever_expects_that_label() {
    let der = Authority::root(KeyKind::Sm2, 1, "root").crl(&[7]);
    let stored = pem("crl", &der);
    assert_eq!(Crl::from_labelled_pem("crl", stored.as_bytes()).expect("as a chain keeps it").der(), der);
    assert_eq!(Crl::from_pem(stored.as_bytes()).map_err(|error| error.code()), Err("x509-malformed-pem"));
}
