//! Bounds of everything that comes from outside.

/// Bytes of one certificate. Those of department chains have 0.5 to 1.5 KiB; SM2 government certificates with seals up to 6.
pub const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;

/// Bytes of one revocation list: [`MAX_CRL_ENTRIES`] entries with serials of 20 bytes and a reason need 540,000.
pub const MAX_CRL_BYTES: usize = 576 * 1024;

/// Entries of one revocation list.
pub const MAX_CRL_ENTRIES: usize = 10_000;

/// Extensions of one certificate or list. Real certificates have up to eight.
pub const MAX_EXTENSIONS: usize = 32;

/// Attributes of one name. Real names have up to eight.
pub const MAX_NAME_ATTRIBUTES: usize = 32;

/// Certificates of one chain, leaf and root included. Consortium trees have two to four levels.
pub const MAX_CHAIN: usize = 8;

/// Signatures checked while looking for one chain: a store of many authorities with one name must not make a search dear.
pub const MAX_SIGNATURE_CHECKS: usize = 64;
