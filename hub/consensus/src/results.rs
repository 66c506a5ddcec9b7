//! `last_results_hash`: what a block's transactions came to, without words.

use govhub_types::hash::Hash;
use prost::Message;
use tendermint_proto::v0_38::abci::ExecTxResult;

use crate::merkle;

/// The deterministic part of a transaction's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeterministicResult {
    /// Code, 0 for success.
    pub code: u32,
    /// Data returned.
    pub data: Vec<u8>,
    /// Gas asked for.
    pub gas_wanted: i64,
    /// Gas used.
    pub gas_used: i64,
}

/// Merkle root over the results in order.
///
/// Source: CometBFT 0.38, `abci/types/types.go: deterministicExecTxResult` and `types/results.go: Hash`.
pub fn hash(results: &[DeterministicResult]) -> Hash {
    let leaves: Vec<Vec<u8>> = results.iter().map(encode).collect();
    merkle::root(&leaves)
}

fn encode(result: &DeterministicResult) -> Vec<u8> {
    let DeterministicResult { code, data, gas_wanted, gas_used } = result.clone();
    ExecTxResult { code, data: data.into(), gas_wanted, gas_used, ..Default::default() }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_data_and_gas_are_hashed_under_their_abci_numbers() {
        let result = DeterministicResult { code: 3, data: vec![9], gas_wanted: 7, gas_used: 5 };
        assert_eq!(encode(&result), [0x08, 3, 0x12, 1, 9, 0x28, 7, 0x30, 5]);
        assert_eq!(hash(&[]), govhub_types::hash::sha256(&[]));
    }
}
