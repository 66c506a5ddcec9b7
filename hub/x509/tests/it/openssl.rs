//! OpenSSL 3: what it made is read here as it stands, and what we make it judges as we do.

use std::path::{Path, PathBuf};
use std::process::Command;

use govhub_testkit::skip;
use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::testing::der::integer;
use govhub_x509::testing::{
    authority_key_id, basic_constraints, extended_key_usage, extension, key_usage, name, pem, Authority, CrlDraft, Draft, BORN_S, CRL_SIGN, DIES_S,
    KEY_CERT_SIGN,
};
use govhub_x509::{verify_chain, Certificate, Crl, ExtendedUsage, KeyUsage, LowS, Rules, SignatureError, Store, When};

/// A day on which the stored certificates are valid: 2027-01-15.
const NOW: Time = Time::from_unix_s(1_800_000_000);

fn stored(algorithm: &str, file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/testdata/openssl").join(algorithm).join(file);
    std::fs::read(path).expect("a stored file")
}

fn certificate(algorithm: &str, file: &str) -> Certificate {
    Certificate::from_pem(&stored(algorithm, file)).expect("a certificate by OpenSSL")
}

#[test]
fn certificates_lists_and_signatures_of_openssl_are_judged_as_they_should_be() {
    for (algorithm, kind) in [("p256", KeyKind::P256), ("sm2", KeyKind::Sm2)] {
        let (leaf, revoked) = (certificate(algorithm, "leaf.pem"), certificate(algorithm, "revoked.pem"));
        let judge = |leaf: &Certificate, lists: &[&str]| {
            let lists = lists.iter().map(|file| Crl::from_pem(&stored(algorithm, file)).expect("a list by OpenSSL")).collect();
            let store = Store::new(vec![certificate(algorithm, "root.pem")], vec![certificate(algorithm, "intermediate.pem")], lists);
            verify_chain(leaf, &store, &Rules::signer(When::At(NOW))).map(|chain| chain.certificates().len()).map_err(|error| error.code())
        };
        assert_eq!(leaf.public_key().kind(), kind);
        assert_eq!(leaf.subject().organization(), Some("住房和城乡建设局"));
        assert_eq!(leaf.subject().organizational_units(), ["consensus", "node"]);
        for lists in [&[][..], &["crl_v1.pem"], &["crl_v2.pem"], &["crl_v1.pem", "crl_v2.pem"]] {
            assert_eq!(judge(&leaf, lists), Ok(3), "{algorithm} {lists:?}");
            assert_eq!(judge(&revoked, lists), if lists.is_empty() { Ok(3) } else { Err("certificate-revoked") }, "{algorithm} {lists:?}");
        }
        let (message, signature) = (stored(algorithm, "message"), stored(algorithm, "message.sig"));
        assert_eq!(leaf.verify_signature(&message, &signature, LowS::Any), Ok(()));
        assert_eq!(leaf.verify_signature(b"another", &signature, LowS::Any), Err(SignatureError::Verification));
        assert_eq!(revoked.verify_signature(&message, &signature, LowS::Any), Err(SignatureError::Verification));
    }
}

/// A question to both: is this leaf to be believed?
struct Case {
    what: &'static str,
    root: Vec<u8>,
    middles: Vec<Vec<u8>>,
    leaf: Vec<u8>,
    crls: Vec<Vec<u8>>,
    purpose: Option<ExtendedUsage>,
    at_s: u64,
}

/// A root, an authority below it, and a leaf; each may be bent before it is signed.
fn case(what: &'static str, middle: impl Fn(Draft) -> Draft, leaf: impl Fn(Draft) -> Draft) -> Case {
    let (root, below, node) = parties();
    let middle_der = root.issue(middle(Draft::authority(below.name.clone(), &below.key.public_key(), 3, None)));
    let leaf = below.issue(leaf(Draft::leaf(name(&[("CN", "node")]), &node.public_key(), 7)));
    Case { what, root: root.der, middles: vec![middle_der], leaf, crls: Vec::new(), purpose: None, at_s: NOW.unix_s() }
}

fn parties() -> (Authority, Authority, SigningKey) {
    let root = Authority::root(KeyKind::P256, 1, "root");
    let below = root.authority(2, "middle", None);
    (root, below, SigningKey::from_seed(KeyKind::P256, &[9; 32]))
}

/// A leaf right below a root of that kind (OpenSSL 3.0 takes the SM2 identity for the leaf alone), its signature bent or not.
fn of_kind(what: &'static str, kind: KeyKind, bent: bool) -> Case {
    let root = Authority::root(kind, 1, "root");
    let mut leaf = root.leaf(&[("CN", "node")], &SigningKey::from_seed(kind, &[9; 32]).public_key(), 7);
    let last = leaf.len() - 1;
    leaf[last] ^= u8::from(bent);
    Case { root: root.der, middles: Vec::new(), leaf, ..case(what, same, same) }
}

fn same(draft: Draft) -> Draft {
    draft
}

fn cases() -> Vec<Case> {
    let (root, below, node) = parties();
    let with_crls = |what, crls: Vec<Vec<u8>>| Case { crls, ..case(what, same, same) };
    let (empty_root, empty_middle) = (root.crl(&[]), below.crl(&[6, 8]));
    let deep = |what, top_allows: Option<u8>| {
        let top = root.authority(20, "top", top_allows);
        let middle = top.authority(21, "low", None);
        let leaf = middle.leaf(&[("CN", "node")], &node.public_key(), 7);
        Case { middles: vec![top.der, middle.der], leaf, ..case(what, same, same) }
    };
    let purpose = |what, purposes: &'static [&'static str]| Case {
        purpose: Some(ExtendedUsage::ServerAuth),
        ..case(what, same, move |draft| draft.with(extended_key_usage(false, purposes)))
    };
    let bend = |mut case: Case, at: &dyn Fn(&[u8]) -> usize| {
        let at = at(&case.leaf);
        case.leaf[at] ^= 1;
        case
    };
    let last: &dyn Fn(&[u8]) -> usize = &|der| der.len() - 1;
    let in_subject: &dyn Fn(&[u8]) -> usize = &|der| der.windows(4).position(|window| window == b"node").expect("the leaf's name");
    vec![
        case("honest", same, same),
        of_kind("secp256k1", KeyKind::Secp256k1, false),
        of_kind("secp256k1, bent", KeyKind::Secp256k1, true),
        of_kind("Ed25519", KeyKind::Ed25519, false),
        of_kind("Ed25519, bent", KeyKind::Ed25519, true),
        of_kind("SM2", KeyKind::Sm2, false),
        of_kind("SM2, bent", KeyKind::Sm2, true),
        bend(case("a bit of the signature", same, same), last),
        bend(case("a bit of the signed part", same, same), in_subject),
        Case { middles: Vec::new(), ..case("no authority between", same, same) },
        Case { root: Authority::root(KeyKind::P256, 66, "root").der, ..case("another root of that name", same, same) },
        case("an issuer that is no authority", |draft| draft.without("2.5.29.19").with(basic_constraints(false, None)), same),
        case("an issuer without basic constraints", |draft| draft.without("2.5.29.19"), same),
        case("an issuer that may only sign lists", |draft| draft.without("2.5.29.15").with(key_usage(CRL_SIGN)), same),
        case("an issuer that may only sign certificates", |draft| draft.without("2.5.29.15").with(key_usage(KEY_CERT_SIGN)), same),
        case("a critical extension nobody knows", same, |draft| draft.with(extension("1.2.3.4", true, b"\x05\x00"))),
        case("a critical extension nobody knows, above", |draft| draft.with(extension("1.2.3.4", true, b"\x05\x00")), same),
        case("an extension nobody knows", same, |draft| draft.with(extension("1.2.3.4", false, b"\x05\x00"))),
        case("an expired leaf", same, |draft| Draft { not_after_s: BORN_S + 10, ..draft }),
        case("an expired authority", |draft| Draft { not_after_s: BORN_S + 10, ..draft }, same),
        case("a leaf of tomorrow", same, |draft| Draft { not_before_s: DIES_S - 10, ..draft }),
        Case { at_s: BORN_S, ..case("the first second", same, same) },
        Case { at_s: BORN_S - 1, ..case("the second before", same, same) },
        Case { at_s: DIES_S + 1, ..case("the second behind", same, same) },
        case("another key identifier", |draft| draft.without("2.5.29.14").with(govhub_x509::testing::subject_key_id(&[1; 20])), same),
        case("an authority without key identifier", |draft| draft.without("2.5.29.14"), same),
        case("another name of the issuer", same, same).renamed(&below, &node),
        deep("one authority below, one allowed", Some(1)),
        deep("one authority below, none allowed", Some(0)),
        deep("one authority below, no limit", None),
        purpose("the purpose asked for", &["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"]),
        purpose("another purpose", &["1.3.6.1.5.5.7.3.2"]),
        with_crls("lists of others", vec![empty_root.clone(), empty_middle.clone()]),
        with_crls("the leaf on its issuer's list", vec![empty_root.clone(), below.crl(&[7])]),
        with_crls("the authority on the root's list", vec![root.crl(&[3]), empty_middle.clone()]),
        with_crls("the leaf's number on the root's list", vec![root.crl(&[7]), empty_middle]),
        with_crls("a list with reasons", vec![empty_root, {
            let reason = extension("2.5.29.21", false, &[10, 1, 1]);
            CrlDraft { entries: vec![CrlDraft::entry(integer(&[7]), &[reason])], ..CrlDraft::new(&below, &[]) }.signed_by(&below.key)
        }]),
    ]
}

impl Case {
    /// The leaf signed by the right key under a name that nobody has.
    fn renamed(mut self, below: &Authority, node: &SigningKey) -> Self {
        let draft = Draft::leaf(name(&[("CN", "node")]), &node.public_key(), 7).with(authority_key_id(&below.key_id()));
        self.leaf = Draft { issuer: name(&[("CN", "nobody")]), ..draft }.signed_by(&below.key);
        self
    }

    fn ours(&self) -> Result<(), &'static str> {
        let read = |der: &Vec<u8>| Certificate::from_der(der).map_err(|error| error.code());
        let middles = self.middles.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let crls = self.crls.iter().map(|der| Crl::from_der(der).map_err(|error| error.code())).collect::<Result<Vec<_>, _>>()?;
        let store = Store::new(vec![read(&self.root)?], middles, crls);
        let rules = Rules { extended_usage: self.purpose, usage: KeyUsage::NONE, ..Rules::signer(When::At(Time::from_unix_s(self.at_s))) };
        verify_chain(&read(&self.leaf)?, &store, &rules).map(drop).map_err(|error| error.code())
    }

    fn openssl(&self, folder: &Path) -> (bool, String) {
        let write = |file: &str, label: &str, all: &[Vec<u8>]| -> PathBuf {
            let path = folder.join(file);
            std::fs::write(&path, all.iter().map(|der| pem(label, der)).collect::<String>()).expect("a temporary file");
            path
        };
        let mut command = Command::new("openssl");
        command.args(["verify", "-attime", &self.at_s.to_string(), "-CAfile"]).arg(write("root.pem", "CERTIFICATE", std::slice::from_ref(&self.root)));
        if !self.middles.is_empty() {
            command.arg("-untrusted").arg(write("middles.pem", "CERTIFICATE", &self.middles));
        }
        if !self.crls.is_empty() {
            command.args(["-crl_check_all", "-CRLfile"]).arg(write("crls.pem", "X509 CRL", &self.crls));
        }
        if Certificate::from_der(&self.leaf).is_ok_and(|leaf| leaf.public_key().kind() == KeyKind::Sm2) {
            command.args(["-vfyopt", "distid:1234567812345678"]);
        }
        if self.purpose.is_some() {
            command.args(["-purpose", "sslserver"]);
        }
        let output = command.arg(write("leaf.pem", "CERTIFICATE", std::slice::from_ref(&self.leaf))).output().expect("openssl answered before");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The version, if it is OpenSSL 3 (LibreSSL and others judge by other rules).
fn openssl_3() -> Option<String> {
    let output = Command::new("openssl").arg("version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned()).filter(|version| version.starts_with("OpenSSL 3."))
}

#[test]
fn openssl_judges_our_certificates_as_we_do() {
    let Some(version) = openssl_3() else { skip!("openssl_judges_our_certificates_as_we_do", "no OpenSSL 3 on the path") };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut seen = [0, 0];
    for case in cases() {
        let (theirs, words) = case.openssl(folder.path());
        assert_eq!(case.ours().is_ok(), theirs, "{}: ours {:?}, {version}: {words}", case.what, case.ours());
        seen[usize::from(theirs)] += 1;
    }
    assert_eq!(seen, [24, 13], "refused and accepted");
}

/// Where we are stricter on purpose; OpenSSL accepts each.
#[test]
fn we_refuse_what_openssl_lets_pass_only_where_we_say_so() {
    let Some(version) = openssl_3() else { skip!("we_refuse_what_openssl_lets_pass_only_where_we_say_so", "no OpenSSL 3 on the path") };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (_, below, node) = parties();
    let shouted = Draft { issuer: name(&[("CN", "MIDDLE")]), ..Draft::leaf(name(&[("CN", "node")]), &node.public_key(), 7) };
    let strict = [
        (case("an authority without key usage", |draft| draft.without("2.5.29.15"), same), "issuer-key-usage"),
        (case("name constraints that allow the leaf", |draft| draft.with(extension("2.5.29.30", false, &[0x30, 0])), same), "name-constraints-unsupported"),
        (case("a purpose that nobody asked for, critical", same, |draft| draft.with(extended_key_usage(true, &["1.3.6.1.5.5.7.3.2"]))), "extended-key-usage-missing"),
        (Case { leaf: shouted.signed_by(&below.key), ..case("the issuer's name in capitals", same, same) }, "unknown-issuer"),
        (case("serial number zero", same, |draft| Draft { serial: vec![2, 1, 0], ..draft }), "x509-serial-not-positive"),
    ];
    for (case, code) in strict {
        let (theirs, words) = case.openssl(folder.path());
        assert!(theirs, "{}, {version}: {words}", case.what);
        assert_eq!(case.ours(), Err(code), "{}", case.what);
    }
}
