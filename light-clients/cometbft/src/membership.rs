//! Proofs that a value is stored, or that nothing is, under an app hash: two ICS-23 trees, one inside the other.
//!
//! Source: ibc-go v10.5.1 `23-commitment/types/merkle.go`. The library's own weak places are checked here first: depth (it bounds nothing
//! when `min_depth` is 0), paths that never diverge (it would panic), longer leaf prefixes, compressed and batch forms (not used, refused).
//!
//! [`present`] and [`absent`] judge one tree; [`verify_membership_under`] and [`verify_absence_under`] chain two.

use govhub_lc_core::Reason;
use govhub_types::codec::decode_canonical;
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ics23::commitment_proof::Proof;
use ics23::{CommitmentProof, ExistenceProof, HostFunctionsManager, NonExistenceProof};

use crate::decode::codec_reason;
use crate::{ProofSpecs, Tree};

/// Bytes of an encoded proof: two trees, three paths of 128 steps of 100 bytes, and a value.
pub const MAX_PROOF_BYTES: usize = 256 * 1024;

/// Bytes of one inner step's prefix or suffix; the largest of a known spec is 16 + 32.
const MAX_STEP_BYTES: usize = 64;

/// Verifies that `value` is stored under `keys` (outermost store first) in the state with app hash `root`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub fn verify_membership_under(specs: ProofSpecs, root: &[u8], keys: &[Vec<u8>], value: &[u8], proof: &[u8]) -> Result<(), Reason> {
    let (leaf, top) = two_proofs(proof)?;
    let [store, key] = two_keys(keys)?;
    let [leaf_tree, top_tree] = specs.trees();
    let subroot = root_of(existence(leaf_tree, &leaf)?)?;
    present(leaf_tree, &subroot, key, value, &leaf)?;
    present(top_tree, root, store, &subroot, &top)
}

/// Verifies that nothing is stored under `keys` (outermost store first) in the state with app hash `root`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub fn verify_absence_under(specs: ProofSpecs, root: &[u8], keys: &[Vec<u8>], proof: &[u8]) -> Result<(), Reason> {
    let (leaf, top) = two_proofs(proof)?;
    let [store, key] = two_keys(keys)?;
    let [leaf_tree, top_tree] = specs.trees();
    let subroot = absence_root(leaf_tree, &leaf)?;
    absent(leaf_tree, &subroot, key, &leaf)?;
    present(top_tree, root, store, &subroot, &top)
}

/// Verifies that `value` is stored under `key` in the tree with root `root`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub fn present(tree: Tree, root: &[u8], key: &[u8], value: &[u8], proof: &CommitmentProof) -> Result<(), Reason> {
    let existence = existence(tree, proof)?;
    if key.is_empty() || value.is_empty() || root.is_empty() {
        return Err(Reason::new("empty-value", "an empty key, value or root proves nothing"));
    }
    if existence.key != key {
        return Err(Reason::new("key-mismatch", "the proof is for another key"));
    }
    if existence.value != value {
        return Err(Reason::new("value-mismatch", "the proof is for another value"));
    }
    if root_of(existence)? != root {
        return Err(Reason::new("root-mismatch", "the proof leads to another root; it may be for another height or chain"));
    }
    if !ics23::verify_membership::<HostFunctionsManager>(proof, &tree.spec(), &root.to_vec(), key, value) {
        return Err(Reason::new("proof-shape", "the proof breaks its tree's spec"));
    }
    Ok(())
}

/// Verifies that nothing is stored under `key` in the tree with root `root`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub fn absent(tree: Tree, root: &[u8], key: &[u8], proof: &CommitmentProof) -> Result<(), Reason> {
    if key.is_empty() || root.is_empty() {
        return Err(Reason::new("empty-value", "an empty key or root proves nothing"));
    }
    if absence_root(tree, proof)? != root {
        return Err(Reason::new("root-mismatch", "the proof leads to another root; it may be for another height or chain"));
    }
    if !ics23::verify_non_membership::<HostFunctionsManager>(proof, &tree.spec(), &root.to_vec(), key) {
        return Err(Reason::new("not-absent", "the neighbours do not enclose the key, or are not neighbours"));
    }
    Ok(())
}

/// Root that an encoded proof leads to, whoever believes it.
#[cfg(feature = "native")]
pub(crate) fn own_root(proof: &[u8]) -> Result<Vec<u8>, Reason> {
    match two_proofs(proof)?.1.proof {
        Some(Proof::Exist(existence)) => root_of(&existence),
        _ => Err(Reason::new("proof-kind", "expected an existence proof, neither batch nor compressed")),
    }
}

fn two_proofs(bytes: &[u8]) -> Result<(CommitmentProof, CommitmentProof), Reason> {
    let proof: MerkleProof = decode_canonical("Merkle proof", bytes, MAX_PROOF_BYTES).map_err(codec_reason)?;
    <[CommitmentProof; 2]>::try_from(proof.proofs)
        .map(|[leaf, top]| (leaf, top))
        .map_err(|proofs| Reason::new("proof-count", format!("{} proofs; expected one per tree, two", proofs.len())))
}

fn two_keys(keys: &[Vec<u8>]) -> Result<[&[u8]; 2], Reason> {
    match keys {
        [store, key] => Ok([store, key]),
        _ => Err(Reason::new("key-path", format!("{} keys; expected a store and a key in it", keys.len()))),
    }
}

fn existence(tree: Tree, proof: &CommitmentProof) -> Result<&ExistenceProof, Reason> {
    match &proof.proof {
        Some(Proof::Exist(existence)) => bounded(tree, existence).map(|()| existence),
        _ => Err(Reason::new("proof-kind", "expected an existence proof, neither batch nor compressed")),
    }
}

fn bounded(tree: Tree, existence: &ExistenceProof) -> Result<(), Reason> {
    if existence.path.len() > tree.max_depth() {
        return Err(Reason::new("proof-depth", format!("{} steps, at most {}", existence.path.len(), tree.max_depth())));
    }
    if existence.path.iter().any(|step| step.prefix.len() > MAX_STEP_BYTES || step.suffix.len() > MAX_STEP_BYTES) {
        return Err(Reason::new("proof-step", format!("a step with more than {MAX_STEP_BYTES} bytes beside its child")));
    }
    let leaf = existence.leaf.as_ref().ok_or_else(|| Reason::new("proof-leaf", "no leaf operation"))?;
    // IAVL puts height, size and version into the leaf prefix, which ics23 parses; the other trees have nothing to add.
    if tree != Tree::Iavl && tree.spec().leaf_spec.is_some_and(|spec| spec.prefix != leaf.prefix) {
        return Err(Reason::new("proof-leaf", "the leaf prefix is not the spec's"));
    }
    Ok(())
}

fn root_of(existence: &ExistenceProof) -> Result<Vec<u8>, Reason> {
    ics23::calculate_existence_root::<HostFunctionsManager>(existence).map_err(|e| Reason::new("proof-root", e.to_string()))
}

/// Root that an absence proof leads to, after the checks without which the library could panic.
fn absence_root(tree: Tree, proof: &CommitmentProof) -> Result<Vec<u8>, Reason> {
    let Some(Proof::Nonexist(NonExistenceProof { left, right, .. })) = &proof.proof else {
        return Err(Reason::new("proof-kind", "expected a non-existence proof, neither batch nor compressed"));
    };
    for side in [left, right].into_iter().flatten() {
        bounded(tree, side)?;
    }
    match (left, right) {
        (None, None) => Err(Reason::new("proof-kind", "an absence proof without neighbours")),
        (Some(only), None) | (None, Some(only)) => root_of(only),
        (Some(left), Some(right)) => {
            let diverge = left.path.iter().rev().zip(right.path.iter().rev()).any(|(l, r)| l.prefix != r.prefix || l.suffix != r.suffix);
            if !diverge {
                return Err(Reason::new("not-neighbours", "the neighbours' paths never diverge"));
            }
            root_of(left)
        }
    }
}
