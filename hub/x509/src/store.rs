//! Whom the caller believes, and what else it has at hand.

use crate::{Certificate, Crl};

/// Roots, intermediates and revocation lists: three sets. The order in which they are given changes nothing, nor does repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    crls: Vec<Crl>,
}

impl Store {
    /// A store. `roots` are believed because the caller says so; `intermediates` only as far as a root vouches for them.
    ///
    /// # Not checked
    /// That roots are self-signed: whatever an authority's certificate says about its own issuer adds nothing to the caller's word.
    pub fn new(mut roots: Vec<Certificate>, mut intermediates: Vec<Certificate>, mut crls: Vec<Crl>) -> Self {
        for set in [&mut roots, &mut intermediates] {
            set.sort_by(|a, b| a.der().cmp(b.der()));
            set.dedup_by(|a, b| a.der() == b.der());
        }
        crls.sort_by(|a, b| a.der().cmp(b.der()));
        crls.dedup_by(|a, b| a.der() == b.der());
        Self { roots, intermediates, crls }
    }

    /// Roots, in the order of their bytes.
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// Intermediates, in the order of their bytes.
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// Revocation lists, in the order of their bytes.
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }
}
