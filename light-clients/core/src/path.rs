//! Where a value is stored on the followed chain.

/// A packet path, and the prefix under which the counterparty keeps such paths.
///
/// Families with Merkle stores (`07-tendermint`) use both; those with a key map of their own (PROTOCOL 2, "native key") map `path` alone
/// and expect the prefix `[""]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPath<'a> {
    /// Counterparty's prefix, outermost store first; never empty.
    pub prefix: &'a [Vec<u8>],
    /// Raw packet path `clientID ‖ kind ‖ be64(sequence)`.
    pub path: &'a [u8],
}

impl StoredPath<'_> {
    /// Keys from the outermost store to the leaf: the prefix with `path` appended to its last element.
    ///
    /// Source: ibc-go v10.5.1 `BuildMerklePath`.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let mut keys = self.prefix.to_vec();
        if let Some(last) = keys.last_mut() {
            last.extend_from_slice(self.path);
        }
        keys
    }
}
