//! The consensus parameters a header commits to.

use govhub_types::hash::{sha256, Hash};
use prost::Message;
use tendermint_proto::v0_38::types::HashedParams;

/// Parameters from genesis that every header hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsensusParams {
    /// Largest encoded block in bytes.
    pub block_max_bytes: u64,
    /// Most gas of a block; -1 means unlimited, as CometBFT writes it.
    pub block_max_gas: i64,
}

impl ConsensusParams {
    /// `consensus_hash`: SHA-256 over `HashedParams`.
    ///
    /// Source: CometBFT 0.38, `types/params.go: Hash`.
    pub fn hash(&self) -> Hash {
        let hashed = HashedParams {
            block_max_bytes: i64::try_from(self.block_max_bytes).unwrap_or(i64::MAX),
            block_max_gas: self.block_max_gas,
        };
        sha256(&[&hashed.encode_to_vec()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_parameters_hash_as_cometbft_headers_show_it() {
        // `consensus_hash` of every header made with CometBFT 0.38's default parameters (22,020,096 bytes, unlimited gas).
        let found = ConsensusParams { block_max_bytes: 22_020_096, block_max_gas: -1 }.hash();
        assert_eq!(hex::encode_upper(found), "048091BC7DDC283F77BFBF91D73C44DA58C3DF8A9CBC867405D8B7F3DAADA22F");
    }
}
