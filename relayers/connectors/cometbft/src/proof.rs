//! Values and absences with their proofs.

use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ics23::CommitmentProof;
use prost::Message;

use crate::{Chain, ChainError};

/// Proof operations of one answer: one per tree level; ours and Cosmos chains have two.
const OPS_MAX: usize = 4;

/// A value, or its absence, with a proof that nobody has verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The value; empty if it is said to be absent.
    pub value: Vec<u8>,
    /// Encoded `ibc.core.commitment.v1.MerkleProof`, leaf first.
    pub proof: Vec<u8>,
}

impl Chain {
    /// Reads `path` of the `ibc` store in the state after block `version`; the proof is for header `version + 1`.
    ///
    /// # Errors
    /// [`ChainError`].
    ///
    /// # Not checked
    /// The proof.
    pub async fn show(&self, path: &[u8], version: u64) -> Result<Shown, ChainError> {
        const WHAT: &str = "a proof";
        let answer = self.query(WHAT, "store/ibc/key", path.to_vec(), Some(version), true).await?;
        if answer.height.value() != version {
            return Err(self.nonsense(WHAT, format!("asked for state {version}, got {}", answer.height)));
        }
        let ops = answer.proof.map(|p| p.ops).unwrap_or_default();
        if ops.is_empty() || ops.len() > OPS_MAX {
            return Err(self.nonsense(WHAT, format!("{} proof operations, expected 1 to {OPS_MAX}", ops.len())));
        }
        let proofs = ops
            .iter()
            .map(|op| CommitmentProof::decode(op.data.as_slice()).map_err(|e| self.nonsense(WHAT, e)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Shown { value: answer.value, proof: MerkleProof { proofs }.encode_to_vec() })
    }
}
