//! One broken rule of a chain a test, beside the chain that keeps it.

use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::testing::der::{integer, sequence, tlv};
use govhub_x509::testing::{
    authority_key_id, basic_constraints, extended_key_usage, extension, key_usage, name, Authority, Draft, BORN_S, CRL_SIGN, DIES_S, DIGITAL_SIGNATURE,
    KEY_CERT_SIGN,
};
use govhub_x509::{verify_chain, Certificate, ChainError, ExtendedUsage, Rules, Store, When};

const NOW: Time = Time::from_unix_s(1_800_000_000);

fn rules() -> Rules {
    Rules::signer(When::At(NOW))
}

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der(der).expect("a certificate of our own making")
}

fn node(kind: KeyKind) -> Draft {
    Draft::leaf(name(&[("CN", "node"), ("O", "gov")]), &SigningKey::from_seed(kind, &[9; 32]).public_key(), 7)
}

/// A root, an authority below it, and a leaf below that.
struct World {
    root: Authority,
    middle: Authority,
    leaf: Draft,
}

impl World {
    fn new() -> Self {
        Self::of(KeyKind::P256)
    }

    fn of(kind: KeyKind) -> Self {
        let root = Authority::root(kind, 1, "root");
        Self { middle: root.authority(2, "middle", None), leaf: node(kind), root }
    }

    fn store(&self) -> Store {
        Store::new(vec![self.root.certificate()], vec![self.middle.certificate()], Vec::new())
    }

    fn judge(&self, rules: &Rules) -> Result<usize, &'static str> {
        judge(&self.middle.issue(self.leaf.clone()), &self.store(), rules)
    }

    /// The same world with another certificate of the middle authority, signed by the root.
    fn with_middle(mut self, bend: impl Fn(Draft) -> Draft) -> Self {
        let draft = Draft::authority(self.middle.name.clone(), &self.middle.key.public_key(), 3, None);
        self.middle.der = self.root.issue(bend(draft));
        self
    }

    fn with_leaf(mut self, bend: impl Fn(Draft) -> Draft) -> Self {
        self.leaf = bend(self.leaf);
        self
    }
}

/// Certificates in the chain, or the code of the refusal.
fn judge(leaf: &[u8], store: &Store, rules: &Rules) -> Result<usize, &'static str> {
    verify_chain(&read(leaf), store, rules).map(|chain| chain.certificates().len()).map_err(|error| error.code())
}

#[test]
fn an_honest_chain_of_every_algorithm_holds() {
    for kind in KeyKind::ALL {
        let world = World::of(kind);
        let (leaf, store) = (read(&world.middle.issue(world.leaf.clone())), world.store());
        let chain = verify_chain(&leaf, &store, &rules()).expect("honest");
        assert_eq!(chain.certificates().len(), 3, "{kind:?}");
        assert_eq!((chain.leaf(), chain.issuer(), chain.root()), (&leaf, &world.middle.certificate(), &world.root.certificate()));
    }
}

#[test]
fn algorithms_may_differ_from_link_to_link() {
    let root = Authority::root(KeyKind::Sm2, 1, "root");
    let middle = Authority { key: SigningKey::from_seed(KeyKind::Ed25519, &[2; 32]), name: name(&[("CN", "middle")]), der: Vec::new() };
    let middle = Authority { der: root.issue(Draft::authority(middle.name.clone(), &middle.key.public_key(), 2, None)), ..middle };
    let store = Store::new(vec![root.certificate()], vec![middle.certificate()], Vec::new());
    assert_eq!(judge(&middle.issue(node(KeyKind::P256)), &store, &rules()), Ok(3));
}

#[test]
fn trust_comes_only_from_the_roots_that_the_caller_gives() {
    let world = World::new();
    let leaf = world.middle.issue(world.leaf.clone());
    let nobody = Store::new(Vec::new(), vec![world.root.certificate(), world.middle.certificate()], Vec::new());
    assert_eq!(judge(&leaf, &nobody, &rules()), Err("unknown-issuer"), "a self-signed intermediate is no root");
    let no_middle = Store::new(vec![world.root.certificate()], Vec::new(), Vec::new());
    assert_eq!(judge(&leaf, &no_middle, &rules()), Err("unknown-issuer"));
    let middle_trusted = Store::new(vec![world.middle.certificate()], Vec::new(), Vec::new());
    assert_eq!(judge(&leaf, &middle_trusted, &rules()), Ok(2), "an authority that the caller names is a root, self-signed or not");
    assert_eq!(judge(&leaf, &Store::default(), &rules()), Err("unknown-issuer"));
}

#[test]
fn another_authority_with_the_same_name_is_refused() {
    let world = World::new();
    let leaf = world.middle.issue(world.leaf.clone());
    // The impostor's key identifier differs, and without identifiers its signature does not verify.
    let impostor = Authority::root(KeyKind::P256, 66, "root").authority(67, "middle", None);
    let store = |middle: &Authority| Store::new(vec![world.root.certificate(), middle.certificate()], Vec::new(), Vec::new());
    assert_eq!(judge(&leaf, &store(&world.middle), &rules()), Ok(2));
    assert_eq!(judge(&leaf, &store(&impostor), &rules()), Err("key-identifier-mismatch"));
    let silent = Draft { issuer: world.middle.name.clone(), ..world.leaf.clone() };
    assert_eq!(judge(&silent.signed_by(&world.middle.key), &store(&world.middle), &rules()), Ok(2));
    assert_eq!(judge(&silent.signed_by(&world.middle.key), &store(&impostor), &rules()), Err("certificate-signature-invalid"));
}

#[test]
fn a_bent_certificate_is_refused_wherever_it_stands() {
    let world = World::new();
    let bend = |der: &[u8]| {
        let mut bent = der.to_vec();
        // One day of notBefore: still a date.
        let at = bent.windows(2).position(|window| window == [0x17, 13]).expect("a date") + 2 + 5;
        bent[at] += 1;
        bent
    };
    let leaf = world.middle.issue(world.leaf.clone());
    assert_eq!(judge(&leaf, &world.store(), &rules()), Ok(3));
    assert_eq!(judge(&bend(&leaf), &world.store(), &rules()), Err("certificate-signature-invalid"));
    let bent_middle = Store::new(vec![world.root.certificate()], vec![read(&bend(&world.middle.der))], Vec::new());
    assert_eq!(judge(&leaf, &bent_middle, &rules()), Err("certificate-signature-invalid"));
}

#[test]
fn the_algorithm_fits_the_issuers_key() {
    let world = World::new();
    let sm2 = sequence(&[govhub_x509::testing::der::oid("1.2.156.10197.1.501")]);
    assert_eq!(world.with_leaf(|leaf| Draft { outer_algorithm: Some(sm2.clone()), ..leaf }).judge(&rules()), Err("issuer-algorithm-mismatch"));
}

#[test]
fn an_issuer_is_an_authority() {
    let bend = |constraints: Vec<u8>| move |draft: Draft| draft.without("2.5.29.19").with(constraints.clone());
    assert_eq!(World::new().with_middle(bend(basic_constraints(true, None))).judge(&rules()), Ok(3));
    assert_eq!(World::new().with_middle(bend(basic_constraints(false, None))).judge(&rules()), Err("issuer-not-authority"));
    assert_eq!(World::new().with_middle(|draft| draft.without("2.5.29.19")).judge(&rules()), Err("issuer-not-authority"));
    // A leaf that plays the authority: the attack that basicConstraints are there for.
    let world = World::new();
    let thief = Authority { key: SigningKey::from_seed(KeyKind::P256, &[9; 32]), name: name(&[("CN", "node"), ("O", "gov")]), der: Vec::new() };
    let thief = Authority { der: world.middle.issue(world.leaf.clone()), ..thief };
    let store = Store::new(vec![world.root.certificate()], vec![world.middle.certificate(), thief.certificate()], Vec::new());
    let forged = thief.leaf(&[("CN", "admin")], &SigningKey::from_seed(KeyKind::P256, &[10; 32]).public_key(), 8);
    assert_eq!(judge(&forged, &store, &rules()), Err("issuer-not-authority"));
}

#[test]
fn an_issuer_may_sign_certificates() {
    let bend = |bits: u16| move |draft: Draft| draft.without("2.5.29.15").with(key_usage(bits));
    assert_eq!(World::new().with_middle(bend(KEY_CERT_SIGN)).judge(&rules()), Ok(3));
    assert_eq!(World::new().with_middle(bend(CRL_SIGN | DIGITAL_SIGNATURE)).judge(&rules()), Err("issuer-key-usage"));
    assert_eq!(World::new().with_middle(|draft| draft.without("2.5.29.15")).judge(&rules()), Err("issuer-key-usage"));
}

#[test]
fn no_more_authorities_stand_below_one_than_it_allows() {
    let root = Authority::root(KeyKind::P256, 1, "root");
    let top = root.authority(2, "top", Some(1));
    let middle = top.authority(3, "middle", None);
    let low = middle.authority(4, "low", None);
    let store = Store::new(vec![root.certificate()], vec![top.certificate(), middle.certificate(), low.certificate()], Vec::new());
    assert_eq!(judge(&middle.issue(node(KeyKind::P256)), &store, &rules()), Ok(4), "one authority below `top`");
    assert_eq!(judge(&low.issue(node(KeyKind::P256)), &store, &rules()), Err("path-length-exceeded"), "two of them");
}

#[test]
fn self_issued_authorities_do_not_count_for_the_path_length() {
    // RFC 5280, 4.2.1.9: an authority that certifies its own new key under its own name.
    let root = Authority::root(KeyKind::P256, 1, "root");
    let old = root.authority(2, "middle", Some(0));
    let new = old.authority(3, "middle", Some(0));
    let store = Store::new(vec![root.certificate()], vec![old.certificate(), new.certificate()], Vec::new());
    assert_eq!(judge(&new.issue(node(KeyKind::P256)), &store, &rules()), Ok(4));
    let other = old.authority(3, "other", Some(0));
    let store = Store::new(vec![root.certificate()], vec![old.certificate(), other.certificate()], Vec::new());
    assert_eq!(judge(&other.issue(node(KeyKind::P256)), &store, &rules()), Err("path-length-exceeded"));
}

#[test]
fn dates_hold_for_every_certificate_at_the_moment_asked_for() {
    let at = |s: u64| Rules::signer(When::At(Time::from_unix_s(s)));
    assert_eq!(World::new().judge(&at(BORN_S)), Ok(3), "the first second is valid");
    assert_eq!(World::new().judge(&at(DIES_S)), Ok(3), "the last second is valid");
    assert_eq!(World::new().judge(&Rules::signer(When::At(Time::from_unix_ns(DIES_S * 1_000_000_000 + 999_999_999)))), Ok(3), "whole seconds");
    assert_eq!(World::new().judge(&at(BORN_S - 1)), Err("certificate-not-yet-valid"));
    assert_eq!(World::new().judge(&at(DIES_S + 1)), Err("certificate-expired"));
    let short = |draft: Draft| Draft { not_before_s: BORN_S + 100, not_after_s: BORN_S + 200, ..draft };
    for world in [World::new().with_middle(short), World::new().with_leaf(short)] {
        assert_eq!(world.judge(&at(BORN_S + 99)), Err("certificate-not-yet-valid"));
        assert_eq!(world.judge(&at(BORN_S + 100)), Ok(3));
        assert_eq!(world.judge(&at(BORN_S + 201)), Err("certificate-expired"));
    }
}

#[test]
fn without_a_moment_expired_certificates_hold_but_authorities_were_valid_at_issue() {
    let long_ago = |draft: Draft| Draft { not_before_s: BORN_S + 100, not_after_s: BORN_S + 200, ..draft };
    let world = World::new().with_leaf(long_ago);
    assert_eq!(world.judge(&rules()), Err("certificate-expired"));
    assert_eq!(world.judge(&Rules::signer(When::AtIssue)), Ok(3));
    assert_eq!(world.judge(&Rules::signer(When::Unchecked)), Ok(3));
    let ended_before = World::new().with_leaf(long_ago).with_middle(|draft| Draft { not_after_s: BORN_S + 100, ..draft });
    assert_eq!(ended_before.judge(&Rules::signer(When::AtIssue)), Err("certificate-expired"), "its issuer had ended");
    assert_eq!(ended_before.judge(&Rules::signer(When::Unchecked)), Ok(3));
}

#[test]
fn a_critical_extension_that_is_not_understood_is_refused_wherever_it_stands() {
    let add = |critical: bool| move |draft: Draft| draft.with(extension("1.2.3.4", critical, b"x"));
    assert_eq!(World::new().with_leaf(add(false)).judge(&rules()), Ok(3));
    assert_eq!(World::new().with_leaf(add(true)).judge(&rules()), Err("critical-extension-unknown"));
    assert_eq!(World::new().with_middle(add(false)).judge(&rules()), Ok(3));
    assert_eq!(World::new().with_middle(add(true)).judge(&rules()), Err("critical-extension-unknown"));
    // Names of the subject, critical where the subject has no other name: nobody is known by them here.
    let alternative = extension("2.5.29.17", true, &sequence(&[tlv(0x82, b"node.gov.test")]));
    assert_eq!(World::new().with_leaf(|draft| draft.with(alternative.clone())).judge(&rules()), Ok(3));
}

#[test]
fn name_constraints_are_refused_and_never_ignored() {
    for critical in [false, true] {
        let constraints = extension("2.5.29.30", critical, &sequence::<Vec<u8>>(&[]));
        assert_eq!(World::new().with_middle(|draft| draft.with(constraints.clone())).judge(&rules()), Err("name-constraints-unsupported"));
    }
}

#[test]
fn a_leaf_is_no_authority_unless_one_is_asked_for() {
    let world = World::new();
    let low = world.middle.authority(5, "low", None);
    assert_eq!(judge(&low.der, &world.store(), &rules()), Err("leaf-is-authority"));
    assert_eq!(judge(&low.der, &world.store(), &Rules::authority(When::At(NOW))), Ok(3));
    assert_eq!(judge(&world.root.der, &world.store(), &Rules::authority(When::At(NOW))), Ok(1), "a root is its own chain");
    assert_eq!(judge(&world.root.der, &world.store(), &rules()), Err("leaf-is-authority"));
    assert_eq!(world.judge(&Rules::authority(When::At(NOW))), Err("leaf-not-authority"));
    let silent = Draft::authority(name(&[("CN", "silent")]), &SigningKey::from_seed(KeyKind::P256, &[6; 32]).public_key(), 6, None).without("2.5.29.15");
    assert_eq!(judge(&world.middle.issue(silent), &world.store(), &Rules::authority(When::At(NOW))), Err("key-usage-missing"));
    let stranger = Authority::root(KeyKind::P256, 66, "stranger");
    assert_eq!(judge(&stranger.der, &world.store(), &Rules::authority(When::At(NOW))), Err("unknown-issuer"), "signing oneself is no trust");
    assert_eq!(judge(&world.root.der, &world.store(), &Rules::authority(When::At(Time::from_unix_s(DIES_S + 1)))), Err("certificate-expired"));
}

#[test]
fn a_leaf_may_be_used_as_asked() {
    let bend = |bits: u16| move |draft: Draft| draft.without("2.5.29.15").with(key_usage(bits));
    assert_eq!(World::new().with_leaf(bend(DIGITAL_SIGNATURE | 2)).judge(&rules()), Ok(3));
    assert_eq!(World::new().with_leaf(bend(4)).judge(&rules()), Err("key-usage-missing"), "key encipherment alone");
    assert_eq!(World::new().with_leaf(|draft| draft.without("2.5.29.15")).judge(&rules()), Ok(3), "nothing said is nothing forbidden");
}

#[test]
fn an_extended_usage_holds_for_every_certificate_that_lists_any() {
    let (server, client, any) = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0");
    let asked = Rules { extended_usage: Some(ExtendedUsage::ServerAuth), ..rules() };
    let add = |critical: bool, purposes: &'static [&'static str]| move |draft: Draft| draft.with(extended_key_usage(critical, purposes));
    assert_eq!(World::new().judge(&asked), Ok(3), "no list allows all");
    assert_eq!(World::new().with_leaf(add(true, &["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"])).judge(&asked), Ok(3));
    assert_eq!(World::new().with_leaf(add(false, &["2.5.29.37.0"])).judge(&asked), Ok(3));
    assert_eq!(World::new().with_leaf(add(false, &["1.3.6.1.5.5.7.3.2"])).judge(&asked), Err("extended-key-usage-missing"));
    assert_eq!(World::new().with_middle(add(false, &["1.3.6.1.5.5.7.3.2"])).judge(&asked), Err("extended-key-usage-missing"));
    assert_eq!(World::new().with_leaf(add(false, &["1.3.6.1.5.5.7.3.2"])).judge(&rules()), Ok(3), "nothing asked, not critical");
    assert_eq!(World::new().with_leaf(add(true, &["1.3.6.1.5.5.7.3.2"])).judge(&rules()), Err("extended-key-usage-missing"), "it insists");
    assert_eq!((server, client, any).0, "1.3.6.1.5.5.7.3.1");
}

#[test]
fn what_a_certificate_says_of_its_issuer_by_serial_and_name_holds() {
    let world = World::new();
    let root_serial = integer(&[2]); // of the root made from seed 1
    let said = |name: &[u8], serial: &[u8]| {
        let mut serial = serial.to_vec();
        serial[0] = 0x82;
        extension("2.5.29.35", false, &sequence(&[tlv(0xa1, &tlv(0xa4, name)), serial]))
    };
    let middle = |constraint: Vec<u8>| {
        let draft = Draft::authority(world.middle.name.clone(), &world.middle.key.public_key(), 3, None).with(constraint);
        let der = Draft { issuer: world.root.name.clone(), ..draft }.signed_by(&world.root.key);
        let store = Store::new(vec![world.root.certificate()], vec![read(&der)], Vec::new());
        judge(&world.middle.issue(world.leaf.clone()), &store, &rules())
    };
    assert_eq!(middle(said(&world.root.name, &root_serial)), Ok(3));
    assert_eq!(middle(said(&world.root.name, &integer(&[3]))), Err("key-identifier-mismatch"));
    assert_eq!(middle(said(&world.middle.name, &root_serial)), Err("key-identifier-mismatch"));
    assert_eq!(middle(authority_key_id(&world.root.key_id())), Ok(3));
    assert_eq!(middle(authority_key_id(&[1; 20])), Err("key-identifier-mismatch"));
}

#[test]
fn names_are_compared_byte_by_byte() {
    let world = World::new();
    let issuer = |name: Vec<u8>| judge(&Draft { issuer: name, ..world.leaf.clone() }.signed_by(&world.middle.key), &world.store(), &rules());
    assert_eq!(issuer(name(&[("CN", "middle")])), Ok(3));
    assert_eq!(issuer(name(&[("CN", "Middle")])), Err("unknown-issuer"));
    let printable = sequence(&[tlv(0x31, &sequence(&[govhub_x509::testing::der::oid("2.5.4.3"), tlv(0x13, b"middle")]))]);
    assert_eq!(issuer(printable), Err("unknown-issuer"), "the same letters in another text type");
}

#[test]
fn sets_have_no_order_and_no_repetition() {
    let world = World::new();
    let (root, middle) = (world.root.certificate(), world.middle.certificate());
    let other = Authority::root(KeyKind::Sm2, 50, "other").certificate();
    let once = Store::new(vec![root.clone(), other.clone()], vec![middle.clone()], Vec::new());
    let often = Store::new(vec![other.clone(), root.clone(), other, root], vec![middle.clone(), middle], Vec::new());
    assert_eq!(once, often);
    assert_eq!((often.roots().len(), often.intermediates().len()), (2, 1));
    assert_eq!(judge(&world.middle.issue(world.leaf.clone()), &often, &rules()), Ok(3));
}

#[test]
fn loops_end() {
    // Two authorities that certify each other, and one that certifies itself: none reaches a root.
    let root = Authority::root(KeyKind::P256, 1, "root");
    let (a, b) = (Authority::root(KeyKind::P256, 2, "a"), Authority::root(KeyKind::P256, 3, "b"));
    let cross = |above: &Authority, below: &Authority| read(&above.issue(Draft::authority(below.name.clone(), &below.key.public_key(), 9, None)));
    let store = Store::new(vec![root.certificate()], vec![cross(&a, &b), cross(&b, &a), a.certificate(), b.certificate()], Vec::new());
    assert_eq!(judge(&a.issue(node(KeyKind::P256)), &store, &rules()), Err("unknown-issuer"));
    let linked = Store::new(vec![root.certificate()], vec![cross(&a, &b), cross(&b, &a), cross(&root, &b)], Vec::new());
    assert_eq!(judge(&a.issue(node(KeyKind::P256)), &linked, &rules()), Ok(4), "the way out of the loop is found");
}

#[test]
fn a_self_signed_leaf_is_not_its_own_root() {
    let key = SigningKey::from_seed(KeyKind::P256, &[9; 32]);
    let own = Draft { issuer: name(&[("CN", "node")]), ..Draft::leaf(name(&[("CN", "node")]), &key.public_key(), 1) }.signed_by(&key);
    let among_roots = Store::new(vec![read(&own)], Vec::new(), Vec::new());
    assert_eq!(judge(&own, &among_roots, &rules()), Err("unknown-issuer"), "who is no authority issues nothing, not even itself");
}

#[test]
fn a_second_way_is_found_when_the_first_is_closed() {
    // A cross-certified authority: one certificate has expired, the other holds.
    let (old, new) = (Authority::root(KeyKind::P256, 1, "old"), Authority::root(KeyKind::P256, 2, "new"));
    let middle = old.authority(3, "middle", None);
    let draft = Draft::authority(middle.name.clone(), &middle.key.public_key(), 9, None);
    let expired = read(&old.issue(Draft { not_after_s: BORN_S + 1, ..draft.clone() }));
    let fresh = read(&new.issue(draft));
    let leaf = middle.issue(node(KeyKind::P256));
    let only_expired = Store::new(vec![old.certificate(), new.certificate()], vec![expired.clone()], Vec::new());
    assert_eq!(judge(&leaf, &only_expired, &rules()), Err("certificate-expired"));
    let both = Store::new(vec![old.certificate(), new.certificate()], vec![expired, fresh], Vec::new());
    let (leaf, chain) = (read(&leaf), |leaf: &Certificate| verify_chain(leaf, &both, &rules()).map(|chain| chain.root().clone()));
    assert_eq!(chain(&leaf), Ok(new.certificate()));
}

#[test]
fn a_chain_has_at_most_eight_certificates() {
    let ladder = |length: u8| {
        let root = Authority::root(KeyKind::P256, 1, "root");
        let mut last = root.clone();
        let mut middles = Vec::new();
        for step in 2..length {
            last = last.authority(step, &format!("step {step}"), None);
            middles.push(last.certificate());
        }
        judge(&last.issue(node(KeyKind::P256)), &Store::new(vec![root.certificate()], middles, Vec::new()), &rules())
    };
    assert_eq!(ladder(8), Ok(8));
    assert_eq!(ladder(9), Err("chain-too-long"));
}

#[test]
fn a_store_of_many_authorities_with_one_name_does_not_make_a_search_dear() {
    let root = Authority::root(KeyKind::P256, 1, "root");
    // Without key identifiers each of them has to be tried.
    let namesakes = |count: u8| (0..count).map(|n| {
        let key = SigningKey::from_seed(KeyKind::P256, &[100 + n; 32]);
        let draft = Draft::authority(name(&[("CN", "middle")]), &key.public_key(), u64::from(n) + 1, None).without("2.5.29.14");
        read(&Draft { issuer: root.name.clone(), ..draft }.signed_by(&root.key))
    });
    let stranger = SigningKey::from_seed(KeyKind::P256, &[99; 32]);
    let leaf = Draft { issuer: name(&[("CN", "middle")]), ..node(KeyKind::P256) }.signed_by(&stranger);
    let judge = |count: u8| judge(&leaf, &Store::new(vec![root.certificate()], namesakes(count).collect(), Vec::new()), &rules());
    assert_eq!(judge(64), Err("certificate-signature-invalid"));
    assert_eq!(judge(65), Err("chain-search-too-wide"));
}

#[test]
fn the_refusal_names_the_subject() {
    let world = World::new().with_middle(|draft| Draft { not_after_s: BORN_S + 1, ..draft });
    let (leaf, store) = (read(&world.middle.issue(world.leaf.clone())), world.store());
    assert_eq!(verify_chain(&leaf, &store, &rules()), Err(ChainError::Expired("CN=middle".into())));
}
