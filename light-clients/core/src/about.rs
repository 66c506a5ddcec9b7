//! What people are told of a family before they trust a chain of it.

/// A family in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Client type, e.g. `gov-qbft`.
    pub client_type: &'static str,
    /// Chains it follows, with versions.
    pub follows: &'static str,
    /// Its [`crate::TrustClass`] for any chain: the kind of authority, n parties and the f liars tolerated; f = 0 reads "no fault tolerance".
    pub class: &'static str,
    /// Whom one believes, and when that fails.
    pub trusts: &'static str,
    /// For how long a header is believed.
    pub lasts: &'static str,
    /// What such a chain cannot prove, one sentence each; empty if there is nothing.
    pub cannot_prove: &'static [&'static str],
}
