//! ICS-23 proofs through two levels of Jellyfish Merkle trees, by the specification written out here.

use anyhow::{ensure, Context, Result};
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ics23::{CommitmentProof, HashOp, HostFunctionsManager, InnerSpec, LeafOp, LengthOp, ProofSpec};
use prost::Message;
use tendermint::merkle::proof::ProofOp;

/// Specification of both levels (PROTOCOL 1; jmt 0.12 `ics23_spec`).
pub fn spec() -> ProofSpec {
    ProofSpec {
        leaf_spec: Some(LeafOp {
            hash: HashOp::Sha256.into(),
            prehash_key: HashOp::Sha256.into(),
            prehash_value: HashOp::Sha256.into(),
            length: LengthOp::NoPrefix.into(),
            prefix: b"JMT::LeafNode".to_vec(),
        }),
        inner_spec: Some(InnerSpec {
            hash: HashOp::Sha256.into(),
            child_order: vec![0, 1],
            min_prefix_length: 16,
            max_prefix_length: 16,
            child_size: 32,
            empty_child: b"SPARSE_MERKLE_PLACEHOLDER_HASH__".to_vec(),
        }),
        min_depth: 0,
        max_depth: 64,
        prehash_key_before_comparison: true,
    }
}

/// Size in bytes, as a packet message carries it, of the proof that `path` in `ibc` has `expected` (or nothing) under `root`.
///
/// # Errors
/// Not two operations, not ICS-23, or it does not verify.
pub fn verify(ops: &[ProofOp], path: &[u8], root: &[u8], expected: Option<&[u8]>) -> Result<u64> {
    ensure!(ops.len() == 2, "{} proof operations, expected 2: the key, then its store", ops.len());
    let decode = |op: &ProofOp| CommitmentProof::decode(op.data.as_slice()).context("a proof operation that is no ICS-23 proof");
    let (key, store) = (decode(&ops[0])?, decode(&ops[1])?);
    let substore = calculate_root(&key)?;
    let present = ics23::verify_membership::<HostFunctionsManager>(&store, &spec(), &root.to_vec(), b"ibc", &substore);
    ensure!(present, "the store `ibc` is not under the header's app hash");
    let holds = match expected {
        Some(value) => ics23::verify_membership::<HostFunctionsManager>(&key, &spec(), &substore, path, value),
        None => ics23::verify_non_membership::<HostFunctionsManager>(&key, &spec(), &substore, path),
    };
    ensure!(holds, "the proof does not show `{}` to be {}", hex::encode(path), expected.map_or("absent".into(), hex::encode));
    let proofs = ops.iter().map(|op| ibc_proto::ics23::CommitmentProof::decode(op.data.as_slice())).collect::<Result<_, _>>()?;
    Ok(MerkleProof { proofs }.encoded_len() as u64)
}

/// The root to which the lower proof leads; the upper one then has to contain it.
fn calculate_root(proof: &CommitmentProof) -> Result<Vec<u8>> {
    use ics23::commitment_proof::Proof;
    let leaf = match proof.proof.as_ref() {
        Some(Proof::Exist(found)) => found,
        Some(Proof::Nonexist(gap)) => gap.left.as_ref().or(gap.right.as_ref()).context("a proof of absence without a neighbour")?,
        _ => anyhow::bail!("a proof of neither presence nor absence"),
    };
    ics23::calculate_existence_root::<HostFunctionsManager>(leaf).map_err(|e| anyhow::anyhow!("the root of a proof: {e}"))
}
