//! Certificates and revocation lists of real Fabric and ChainMaker networks: the folder `../shared/vectors` beside the repository, or
//! `GOVHUB_VECTORS`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_types::KeyKind;
use govhub_x509::{verify_chain, Certificate, Crl, ForeignCrl, Rules, Store, When};
use serde_json::Value;

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    std::env::var_os("GOVHUB_VECTORS").map_or(beside, PathBuf::from)
}

macro_rules! vectors_or_skip {
    ($name:expr) => {{
        let folder = folder();
        if !folder.is_dir() {
            govhub_testkit::skip!($name, "no vectors at {}: set GOVHUB_VECTORS", folder.display());
        }
        folder
    }};
}

/// Every file below, unpacked.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
            continue;
        }
        let bytes = std::fs::read(&path).expect("readable");
        found.push(match path.extension().is_some_and(|end| end == "gz") {
            true => {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).expect("gzip");
                plain
            }
            false => bytes,
        });
    }
    found
}

/// What may hold PEM blocks: the file, its texts, and its texts as base64 or hexadecimal.
fn texts(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => {
            found.extend(STANDARD.decode(text));
            found.extend(hex::decode(text));
            found.push(text.clone().into_bytes());
        }
        Value::Array(all) => all.iter().for_each(|one| texts(one, found)),
        Value::Object(all) => all.values().for_each(|one| texts(one, found)),
        _ => {}
    }
}

/// Every block with that label in the chain's files.
fn blocks(chain: &str, label: &str) -> BTreeSet<Vec<u8>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let find = |bytes: &[u8], word: &str| bytes.windows(word.len()).position(|window| window == word.as_bytes());
    let mut found = BTreeSet::new();
    for file in files(&folder().join(chain)) {
        let mut parts = vec![];
        match serde_json::from_slice(&file) {
            Ok(json) => texts(&json, &mut parts),
            Err(_) => parts.push(file),
        }
        for part in parts {
            let mut rest = part.as_slice();
            while let Some(start) = find(rest, &begin) {
                let Some(stop) = find(&rest[start..], &end) else { break };
                let block = String::from_utf8_lossy(&rest[start..start + stop + end.len()]).replace("\\n", "\n"); // of JSON within a record
                found.insert(block.into_bytes());
                rest = &rest[start + stop + end.len()..];
            }
        }
    }
    found
}

fn certificates(chain: &str) -> Vec<Certificate> {
    let read = |pem: &Vec<u8>| Certificate::from_pem(pem).unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(pem)));
    let mut all: Vec<_> = blocks(chain, "CERTIFICATE").iter().map(read).collect();
    all.sort_by(|a, b| a.der().cmp(b.der()));
    all.dedup();
    all
}

/// Judges every end entity under all self-issued authorities of its chain.
fn judged(all: &[Certificate], crls: &[Crl], foreign_crl: ForeignCrl) -> Vec<Result<usize, &'static str>> {
    let (authorities, leaves): (Vec<_>, Vec<_>) = all.iter().cloned().partition(Certificate::is_authority);
    let (roots, intermediates) = authorities.into_iter().partition(|one| one.subject() == one.issuer());
    let store = Store::new(roots, intermediates, crls.to_vec());
    let rules = Rules { foreign_crl, ..Rules::signer(When::AtIssue) };
    leaves.iter().map(|leaf| verify_chain(leaf, &store, &rules).map(|chain| chain.certificates().len()).map_err(|error| error.code())).collect()
}

/// How often each verdict was given.
fn tally(verdicts: &[Result<usize, &'static str>]) -> Vec<(Result<usize, &'static str>, usize)> {
    let mut tally = BTreeMap::new();
    verdicts.iter().for_each(|one| *tally.entry(*one).or_default() += 1);
    tally.into_iter().collect()
}

// Where the files hold a certificate, but of its authority only a namesake with another key.
const NAMESAKE: Result<usize, &str> = Err("key-identifier-mismatch");

#[test]
fn every_certificate_of_a_real_fabric_network_reads_and_chains_to_its_authority() {
    vectors_or_skip!("every_certificate_of_a_real_fabric_network_reads_and_chains_to_its_authority");
    let all = certificates("fabric");
    assert!(all.iter().all(|one| one.public_key().kind() == KeyKind::P256));
    // OpenSSL 3.0.19 (`verify -partial_chain -no_check_time`) comes to the same numbers here and below.
    assert_eq!(all.len(), 120);
    assert_eq!(tally(&judged(&all, &[], ForeignCrl::Refuse)), [(Ok(2), 65), (NAMESAKE, 1)]);
}

#[test]
fn every_certificate_of_a_real_chainmaker_network_reads_and_chains_to_its_authority() {
    vectors_or_skip!("every_certificate_of_a_real_chainmaker_network_reads_and_chains_to_its_authority");
    for (kind, count, chains) in [(KeyKind::P256, 95, 72), (KeyKind::Sm2, 60, 48)] {
        let all: Vec<_> = certificates("chainmaker").into_iter().filter(|one| one.public_key().kind() == kind).collect();
        assert_eq!(all.len(), count, "{kind:?}");
        assert_eq!(tally(&judged(&all, &[], ForeignCrl::Refuse)), [(Ok(2), chains), (NAMESAKE, 5)], "{kind:?}");
    }
}

#[test]
fn real_revocation_lists_revoke_what_they_list() {
    vectors_or_skip!("real_revocation_lists_revoke_what_they_list");
    let judge = |chain: &str, foreign: ForeignCrl| {
        let crls: Vec<Crl> = blocks(chain, "X509 CRL").iter().map(|pem| Crl::from_pem(pem).expect("a real list")).collect();
        (crls.len(), tally(&judged(&certificates(chain), &crls, foreign)))
    };
    let revoked = Err("certificate-revoked");
    // Fabric's second list names a third certificate, but was signed by somebody else.
    assert_eq!(judge("fabric", ForeignCrl::Skip), (2, vec![(Ok(2), 63), (revoked, 2), (NAMESAKE, 1)]));
    assert_eq!(judge("fabric", ForeignCrl::Refuse), (2, vec![(Ok(2), 59), (Err("crl-not-signed-by-issuer"), 6), (NAMESAKE, 1)]));
    assert_eq!(judge("chainmaker", ForeignCrl::Refuse), (1, vec![(Ok(2), 119), (revoked, 1), (NAMESAKE, 10)]));
}
