//! Proofs that a value is stored, or that nothing is, under an app hash: two ICS-23 trees, one inside the other.
//!
//! Source: ibc-go v10.5.1 `23-commitment/types/merkle.go`. The library's own weak places are checked here first: depth (it bounds nothing
//! when `min_depth` is 0), paths that never diverge (it would panic), longer leaf prefixes, compressed and batch forms (not used, refused).

use govhub_lc_core::Reason;
use govhub_types::codec::decode_canonical;
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ics23::commitment_proof::Proof;
use ics23::{CommitmentProof, ExistenceProof, HostFunctionsManager, NonExistenceProof, ProofSpec};

use crate::decode::codec_reason;
use crate::ProofSpecs;

/// Bytes of an encoded proof: two trees, three paths of 128 steps of 100 bytes, and a value.
pub const MAX_PROOF_BYTES: usize = 256 * 1024;

/// Bytes of one inner step's prefix or suffix; the largest of a known spec is 12 + 33.
const MAX_STEP_BYTES: usize = 64;

/// Verifies that `value` is stored under `keys` (outermost store first) in the state with app hash `root`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub fn verify_membership_under(specs: ProofSpecs, root: &[u8], keys: &[Vec<u8>], value: &[u8], proof: &[u8]) -> Result<(), Reason> {
    let (leaf, top) = two_proofs(proof)?;
    let [outer, inner] = two_keys(keys)?;
    if value.is_empty() {
        return Err(Reason::new("empty-value", "an empty value cannot be proved present"));
    }
    let [leaf_spec, top_spec] = specs.list();
    let existence = existence(&leaf, specs)?;
    let subroot = root_of(existence)?;
    if !ics23::verify_membership::<HostFunctionsManager>(&leaf, &leaf_spec, &subroot, inner, value) {
        return Err(why_not_present(existence, inner, value));
    }
    verify_store(&top, &top_spec, specs, root, outer, &subroot)
}

/// Verifies that nothing is stored under `keys` (outermost store first) in the state with app hash `root`.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
pub fn verify_absence_under(specs: ProofSpecs, root: &[u8], keys: &[Vec<u8>], proof: &[u8]) -> Result<(), Reason> {
    let (leaf, top) = two_proofs(proof)?;
    let [outer, inner] = two_keys(keys)?;
    let [leaf_spec, top_spec] = specs.list();
    let Some(Proof::Nonexist(absence)) = &leaf.proof else {
        return Err(Reason::new("proof-kind", "the first proof is not a non-existence proof"));
    };
    let subroot = absence_root(absence, specs)?;
    if !ics23::verify_non_membership::<HostFunctionsManager>(&leaf, &leaf_spec, &subroot, inner) {
        return Err(Reason::new("not-absent", "the neighbours do not enclose the key, or are not neighbours"));
    }
    verify_store(&top, &top_spec, specs, root, outer, &subroot)
}

fn verify_store(top: &CommitmentProof, spec: &ProofSpec, specs: ProofSpecs, root: &[u8], store: &[u8], subroot: &Vec<u8>) -> Result<(), Reason> {
    let existence = existence(top, specs)?;
    if root_of(existence)? != root {
        return Err(Reason::new("root-mismatch", "the proof does not lead to the app hash; it may be for another height or chain"));
    }
    if !ics23::verify_membership::<HostFunctionsManager>(top, spec, &root.to_vec(), store, subroot) {
        return Err(why_not_present(existence, store, subroot));
    }
    Ok(())
}

fn two_proofs(bytes: &[u8]) -> Result<(CommitmentProof, CommitmentProof), Reason> {
    let proof: MerkleProof = decode_canonical("Merkle proof", bytes, MAX_PROOF_BYTES).map_err(codec_reason)?;
    <[CommitmentProof; 2]>::try_from(proof.proofs)
        .map(|[leaf, top]| (leaf, top))
        .map_err(|proofs| Reason::new("proof-count", format!("{} proofs; expected one per tree, two", proofs.len())))
}

fn two_keys(keys: &[Vec<u8>]) -> Result<[&[u8]; 2], Reason> {
    match keys {
        [outer, inner] if !outer.is_empty() && !inner.is_empty() => Ok([outer, inner]),
        _ => Err(Reason::new("key-path", format!("{} keys; expected a store and a key in it, neither empty", keys.len()))),
    }
}

fn existence(proof: &CommitmentProof, specs: ProofSpecs) -> Result<&ExistenceProof, Reason> {
    match &proof.proof {
        Some(Proof::Exist(existence)) => bounded(existence, specs).map(|()| existence),
        _ => Err(Reason::new("proof-kind", "expected an existence proof, neither batch nor compressed")),
    }
}

fn bounded(existence: &ExistenceProof, specs: ProofSpecs) -> Result<(), Reason> {
    if existence.path.len() > specs.max_depth() {
        return Err(Reason::new("proof-depth", format!("{} steps, at most {}", existence.path.len(), specs.max_depth())));
    }
    if existence.path.iter().any(|step| step.prefix.len() > MAX_STEP_BYTES || step.suffix.len() > MAX_STEP_BYTES) {
        return Err(Reason::new("proof-step", format!("a step with more than {MAX_STEP_BYTES} bytes beside its child")));
    }
    let leaf = existence.leaf.as_ref().ok_or_else(|| Reason::new("proof-leaf", "no leaf operation"))?;
    // IAVL puts height, size and version into the leaf prefix, which ics23 parses; the other trees have nothing to add.
    let exact = match specs {
        ProofSpecs::Jmt => Some(13),
        ProofSpecs::Sdk => None,
    };
    if exact.is_some_and(|length| leaf.prefix.len() != length) {
        return Err(Reason::new("proof-leaf", "leaf prefix is longer than the spec's"));
    }
    Ok(())
}

fn root_of(existence: &ExistenceProof) -> Result<Vec<u8>, Reason> {
    ics23::calculate_existence_root::<HostFunctionsManager>(existence).map_err(|e| Reason::new("proof-root", e.to_string()))
}

/// Root that an absence proof leads to, after the checks without which the library could panic.
fn absence_root(absence: &NonExistenceProof, specs: ProofSpecs) -> Result<Vec<u8>, Reason> {
    for side in [&absence.left, &absence.right].into_iter().flatten() {
        bounded(side, specs)?;
    }
    match (&absence.left, &absence.right) {
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

fn why_not_present(existence: &ExistenceProof, key: &[u8], value: &[u8]) -> Reason {
    if existence.key != key {
        Reason::new("key-mismatch", "the proof is for another key")
    } else if existence.value != value {
        Reason::new("value-mismatch", "the proof is for another value")
    } else {
        Reason::new("proof-shape", "the proof breaks its tree's spec")
    }
}
