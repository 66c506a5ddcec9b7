//! Why something is refused. Every variant has a stable kebab-case code, which light clients hand on as their reason.

use thiserror::Error;

/// Why bytes are not a certificate, revocation list or key that this library reads.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// More bytes, entries, extensions or attributes than the bound.
    #[error("too large: {found} {what}, at most {max}")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        max: usize,
    },
    /// Not exactly one PEM block with that label.
    #[error("not one PEM block `{expected}`: {detail}")]
    Pem {
        /// The label that is read here.
        expected: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// Not DER of the structure.
    #[error("not a DER {what}: {detail}")]
    Der {
        /// The structure.
        what: &'static str,
        /// What the decoder says.
        detail: String,
    },
    /// It reads, but its canonical encoding has other bytes.
    #[error("{0} is not in its one DER encoding")]
    NotCanonical(&'static str),
    /// Certificates are version 3, lists version 1 or 2.
    #[error("{0}: version not supported")]
    Version(&'static str),
    /// Zero or negative (RFC 5280, 4.1.2.2).
    #[error("serial number is not positive")]
    Serial,
    /// The same extension twice (RFC 5280, 4.2).
    #[error("extension {0} stands there twice")]
    DuplicateExtension(String),
    /// A critical extension of a revocation list or of one of its entries that is not understood.
    #[error("critical extension {0} of a revocation list is not understood")]
    CriticalCrlExtension(String),
    /// The algorithm inside the signed part differs from the one outside (RFC 5280, 4.1.1.2).
    #[error("signature algorithm inside and outside the signed part differ")]
    AlgorithmDiffers,
    /// An RSA key or signature.
    #[error("RSA is not supported: expected P-256, secp256k1, SM2 or Ed25519")]
    Rsa,
    /// A key or signature algorithm that is not ours, by its identifier.
    #[error("algorithm {0} is not supported: expected P-256, secp256k1, SM2 or Ed25519")]
    UnknownAlgorithm(String),
    /// Not a point of the curve, or in a form that is not read.
    #[error("public key is not a point of its curve")]
    Key,
}

impl DecodeError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "x509-too-large",
            Self::Pem { .. } => "x509-malformed-pem",
            Self::Der { .. } => "x509-malformed-der",
            Self::NotCanonical(_) => "x509-not-canonical",
            Self::Version(_) => "x509-unsupported-version",
            Self::Serial => "x509-serial-not-positive",
            Self::DuplicateExtension(_) => "x509-duplicate-extension",
            Self::CriticalCrlExtension(_) => "x509-critical-crl-extension",
            Self::AlgorithmDiffers => "x509-algorithm-differs",
            Self::Rsa => "x509-rsa-unsupported",
            Self::UnknownAlgorithm(_) => "x509-algorithm-unsupported",
            Self::Key => "x509-malformed-key",
        }
    }
}

/// Why a signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// Not the one DER form of (r, s), or out of range; for Ed25519 not 64 bytes.
    #[error("malformed signature")]
    Format,
    /// The twin with the larger s, where the caller asks for the lower one.
    #[error("signature has the larger s")]
    HighS,
    /// It does not verify.
    #[error("signature does not verify")]
    Verification,
}

impl SignatureError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "signature-malformed",
            Self::HighS => "signature-high-s",
            Self::Verification => "signature-invalid",
        }
    }
}

/// Why there is no chain from a certificate to a root. Names stand as people read them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// Nobody in the store has the issuer's name.
    #[error("issuer of `{0}` is not among roots and intermediates")]
    UnknownIssuer(String),
    /// Somebody has the issuer's name, but another key identifier, issuer or serial than the certificate says.
    #[error("`{0}` names another key of its issuer")]
    KeyIdentifier(String),
    /// The issuer's key does not fit the algorithm.
    #[error("`{0}` is signed by another algorithm than its issuer's key has")]
    Algorithm(String),
    /// The issuer's signature does not verify.
    #[error("signature of `{subject}`: {error}")]
    Signature {
        /// Whose certificate.
        subject: String,
        /// Why.
        #[source]
        error: SignatureError,
    },
    /// The issuer is not a certification authority.
    #[error("issuer `{0}` is no authority")]
    IssuerNotAuthority(String),
    /// The issuer may not sign certificates.
    #[error("issuer `{0}` has no key usage keyCertSign")]
    IssuerKeyUsage(String),
    /// More authorities below this one than it allows.
    #[error("`{subject}` allows {allowed} authorities below it, found {found}")]
    PathLength {
        /// The authority.
        subject: String,
        /// pathLenConstraint.
        allowed: u32,
        /// Authorities below that are not self-issued.
        found: u32,
    },
    /// The moment lies before notBefore.
    #[error("`{0}` is not yet valid")]
    NotYetValid(String),
    /// The moment lies behind notAfter.
    #[error("`{0}` has expired")]
    Expired(String),
    /// A critical extension that is not understood, or whose demand the caller did not name.
    #[error("`{subject}` has critical extension {oid}, which is not understood")]
    CriticalExtension {
        /// Whose certificate.
        subject: String,
        /// The extension.
        oid: String,
    },
    /// Name constraints are not evaluated, so whoever carries them is not believed.
    #[error("`{0}` has name constraints, which are not supported")]
    NameConstraints(String),
    /// An authority's certificate where an end entity's is asked for.
    #[error("`{0}` is an authority, expected an end entity")]
    LeafIsAuthority(String),
    /// An end entity's certificate where an authority's is asked for.
    #[error("`{0}` is no authority")]
    LeafNotAuthority(String),
    /// The certificate may not be used so.
    #[error("`{0}` lacks the key usage asked for")]
    KeyUsage(String),
    /// Somebody in the chain may not be used for this purpose.
    #[error("`{0}` lacks the extended key usage asked for")]
    ExtendedKeyUsage(String),
    /// Its issuer's list names its serial number.
    #[error("`{subject}` is revoked: serial {serial}")]
    Revoked {
        /// Whose certificate.
        subject: String,
        /// Serial number, hexadecimal.
        serial: String,
    },
    /// A list speaks for an issuer of the chain but is not signed by it, and the caller refuses such lists.
    #[error("a revocation list in the name of `{0}` is not signed by it")]
    ForeignCrl(String),
    /// More than [`crate::limits::MAX_CHAIN`] certificates.
    #[error("chain has more than {max} certificates", max = crate::limits::MAX_CHAIN)]
    TooLong,
    /// More than [`crate::limits::MAX_SIGNATURE_CHECKS`] signatures.
    #[error("search for a chain needs more than {max} signature checks", max = crate::limits::MAX_SIGNATURE_CHECKS)]
    TooWide,
}

impl ChainError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownIssuer(_) => "unknown-issuer",
            Self::KeyIdentifier(_) => "key-identifier-mismatch",
            Self::Algorithm(_) => "issuer-algorithm-mismatch",
            Self::Signature { .. } => "certificate-signature-invalid",
            Self::IssuerNotAuthority(_) => "issuer-not-authority",
            Self::IssuerKeyUsage(_) => "issuer-key-usage",
            Self::PathLength { .. } => "path-length-exceeded",
            Self::NotYetValid(_) => "certificate-not-yet-valid",
            Self::Expired(_) => "certificate-expired",
            Self::CriticalExtension { .. } => "critical-extension-unknown",
            Self::NameConstraints(_) => "name-constraints-unsupported",
            Self::LeafIsAuthority(_) => "leaf-is-authority",
            Self::LeafNotAuthority(_) => "leaf-not-authority",
            Self::KeyUsage(_) => "key-usage-missing",
            Self::ExtendedKeyUsage(_) => "extended-key-usage-missing",
            Self::Revoked { .. } => "certificate-revoked",
            Self::ForeignCrl(_) => "crl-not-signed-by-issuer",
            Self::TooLong => "chain-too-long",
            Self::TooWide => "chain-search-too-wide",
        }
    }
}
