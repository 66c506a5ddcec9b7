//! Certificates, revocation lists and signatures in DER.

use std::sync::LazyLock;

use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::testing::{self, der_signature, extended_key_usage, extension, name, Authority, Draft};
use govhub_x509::{verify_chain, verify_signature, Certificate, Crl, LowS, Rules, Store, When};

use crate::der::first_inside;
use crate::Target;

const RULES: Rules = Rules::signer(When::At(Time::from_unix_s(1_800_000_000)));

/// An authority of each kind, a leaf of each, and everything in one store.
struct World {
    authorities: Vec<Authority>,
    leaves: Vec<Vec<u8>>,
    store: Store,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authorities: Vec<_> = KeyKind::ALL.into_iter().map(|kind| Authority::root(kind, 1, &format!("root {}", kind.name()))).collect();
    let leaf = |authority: &Authority| {
        let key = SigningKey::from_seed(authority.key.kind(), &[9; 32]).public_key();
        let draft = Draft::leaf(name(&[("O", "gov"), ("OU", "node"), ("CN", "leaf")]), &key, 7);
        authority.issue(draft.with(extension("1.2.3.4.5.6.7.8.1", false, b"{}")).with(extended_key_usage(false, &["1.3.6.1.5.5.7.3.1"])))
    };
    let store = Store::new(authorities.iter().map(Authority::certificate).collect(), Vec::new(), Vec::new());
    World { leaves: authorities.iter().map(leaf).collect(), authorities, store }
});

/// A certificate. What reads has one encoding; what a root vouches for is what it signed, but for the twin of an ECDSA signature.
pub fn certificate() -> Target {
    Target {
        name: "X.509 certificate",
        seeds: WORLD.leaves.clone(),
        run: |bytes| {
            let Ok(read) = Certificate::from_der(bytes) else { return false };
            assert_eq!(read.der(), bytes, "a certificate has one encoding");
            if verify_chain(&read, &WORLD.store, &RULES).is_ok() {
                let original = WORLD.leaves.iter().any(|leaf| first_inside(leaf) == first_inside(bytes));
                assert!(original, "nothing is believed that was not signed");
            }
            true
        },
    }
}

/// A revocation list; one that an authority signed lists what it listed.
pub fn crl() -> Target {
    let seeds = WORLD.authorities.iter().flat_map(|authority| [authority.crl(&[7, 300]), authority.crl(&[])]).collect();
    Target {
        name: "X.509 revocation list",
        seeds,
        run: |bytes| {
            let Ok(read) = Crl::from_der(bytes) else { return false };
            assert_eq!(read.der(), bytes, "a list has one encoding");
            if WORLD.authorities.iter().any(|authority| read.is_signed_by(&authority.certificate())) {
                let serials: Vec<_> = read.serials().collect();
                assert!(serials.is_empty() || serials == [&[1, 44][..], &[7]] || serials == [&[7][..], &[1, 44]], "as it was signed");
            }
            true
        },
    }
}

/// A certificate in PEM.
pub fn pem() -> Target {
    Target {
        name: "X.509 PEM",
        seeds: WORLD.leaves.iter().map(|der| testing::pem("CERTIFICATE", der).into_bytes()).collect(),
        run: |bytes| {
            let _ = Crl::from_pem(bytes);
            let _ = govhub_x509::public_key_from_pem(bytes);
            Certificate::from_pem(bytes).is_ok()
        },
    }
}

const MESSAGE: &[u8] = b"message";

/// A signature in DER: with low s there is one encoding of one signature.
pub fn signature() -> Target {
    Target {
        name: "DER signature",
        seeds: WORLD.authorities.iter().map(|authority| der_signature(&authority.key, MESSAGE)).collect(),
        run: |bytes| {
            WORLD.authorities.iter().any(|authority| {
                let (key, good) = (authority.key.public_key(), der_signature(&authority.key, MESSAGE));
                let accepted = verify_signature(&key, MESSAGE, bytes, LowS::Required).is_ok();
                assert!(!accepted || bytes == good, "a signature has one form");
                let _ = verify_signature(&key, MESSAGE, bytes, LowS::Any);
                accepted
            })
        },
    }
}
