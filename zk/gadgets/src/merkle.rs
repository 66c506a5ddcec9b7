//! Merkle trees of arity four and fixed depth.
//!
//! An inner node is `H(c0, c1, c2, c3)`. All leaves stand at the same depth and the depth is part of the circuit, so an inner node cannot be
//! shown as a leaf. The position of a leaf is two bits a level; the verifier of a path constrains them as booleans (Z4) and gets them back,
//! so that a statement can bind the position. Empty places hold zero: what stands on a tree must refuse the zero leaf (Z6).

use std::collections::BTreeMap;

use ark_ff::PrimeField;
#[cfg(feature = "constraints")]
use ark_r1cs_std::fields::fp::FpVar;
#[cfg(feature = "constraints")]
use ark_r1cs_std::prelude::*;
#[cfg(feature = "constraints")]
use ark_relations::gr1cs::{ConstraintSystemRef, SynthesisError};

use crate::poseidon::Poseidon;

/// Children of a node.
pub const ARITY: usize = 4;

/// Bits of a position for each level.
pub const BITS_PER_LEVEL: usize = 2;

/// The way from a leaf to the root: for each level, leaf first, the three siblings in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<F> {
    /// Index of the leaf, below 4^depth.
    pub position: u64,
    /// Siblings, one entry a level.
    pub siblings: Vec<[F; ARITY - 1]>,
}

impl<F: PrimeField> Path<F> {
    /// The root that `leaf` has under this path.
    pub fn root(&self, poseidon: &Poseidon<F>, leaf: F) -> F {
        let mut node = leaf;
        for (level, siblings) in self.siblings.iter().enumerate() {
            let place = digit(self.position, level);
            let mut children = siblings.to_vec();
            children.insert(place, node);
            node = poseidon.hash(&children);
        }
        node
    }
}

fn digit(position: u64, level: usize) -> usize {
    (position >> (BITS_PER_LEVEL * level)) as usize & (ARITY - 1)
}

/// A sparse tree kept natively: issuers and wallets build roots and paths with it.
#[derive(Clone, Debug)]
pub struct Tree<F: PrimeField> {
    depth: usize,
    /// Root of an empty subtree of each height, leaf first.
    empty: Vec<F>,
    /// Nodes that differ from the empty one, by (height, index).
    nodes: BTreeMap<(usize, u64), F>,
}

impl<F: PrimeField> Tree<F> {
    /// An empty tree of `depth` levels (4^depth places).
    ///
    /// # Panics
    /// If the depth exceeds 31: positions are 64-bit.
    pub fn new(poseidon: &Poseidon<F>, depth: usize) -> Self {
        assert!(depth <= 31, "positions are 64-bit numbers, so a tree has at most 31 levels, not {depth}");
        let mut empty = vec![F::zero()];
        for _ in 0..depth {
            let below = *empty.last().expect("starts with the leaf");
            empty.push(poseidon.hash(&[below; ARITY]));
        }
        Self { depth, empty, nodes: BTreeMap::new() }
    }

    /// Number of places.
    pub fn capacity(&self) -> u64 {
        1 << (BITS_PER_LEVEL * self.depth)
    }

    /// The root.
    pub fn root(&self) -> F {
        self.node(self.depth, 0)
    }

    /// The leaf at `position`; zero where nothing was set or the position is outside.
    pub fn leaf(&self, position: u64) -> F {
        self.node(0, position)
    }

    /// Sets the leaf at `position`; zero empties it. `None` if the position is outside the tree.
    pub fn set(&mut self, poseidon: &Poseidon<F>, position: u64, leaf: F) -> Option<()> {
        if position >= self.capacity() {
            return None;
        }
        self.put(0, position, leaf);
        for height in 1..=self.depth {
            let index = position >> (BITS_PER_LEVEL * height);
            let children: Vec<F> = (0..ARITY as u64).map(|place| self.node(height - 1, index * ARITY as u64 + place)).collect();
            self.put(height, index, poseidon.hash(&children));
        }
        Some(())
    }

    /// The path of the leaf at `position`. `None` if the position is outside the tree.
    pub fn path(&self, position: u64) -> Option<Path<F>> {
        if position >= self.capacity() {
            return None;
        }
        let siblings = (0..self.depth).map(|level| {
            let first = (position >> (BITS_PER_LEVEL * level)) & !(ARITY as u64 - 1);
            let own = digit(position, level);
            let mut others = (0..ARITY).filter(|&place| place != own).map(|place| self.node(level, first + place as u64));
            std::array::from_fn(|_| others.next().expect("a node has three siblings"))
        });
        Some(Path { position, siblings: siblings.collect() })
    }

    fn node(&self, height: usize, index: u64) -> F {
        self.nodes.get(&(height, index)).copied().unwrap_or(self.empty[height])
    }

    fn put(&mut self, height: usize, index: u64, value: F) {
        if value == self.empty[height] {
            self.nodes.remove(&(height, index));
        } else {
            self.nodes.insert((height, index), value);
        }
    }
}

/// A path allocated as witnesses: the position's bits (least significant first) and the siblings.
#[cfg(feature = "constraints")]
pub struct PathVar<F: PrimeField> {
    /// `2 * depth` booleans.
    pub position: Vec<Boolean<F>>,
    siblings: Vec<[FpVar<F>; ARITY - 1]>,
}

#[cfg(feature = "constraints")]
impl<F: PrimeField> PathVar<F> {
    /// Allocates `path` of exactly `depth` levels. Positions are constrained to be bits.
    pub fn new_witness(cs: &ConstraintSystemRef<F>, path: &Path<F>, depth: usize) -> Result<Self, SynthesisError> {
        if path.siblings.len() != depth {
            return Err(SynthesisError::Unsatisfiable);
        }
        let position = (0..BITS_PER_LEVEL * depth)
            .map(|i| Boolean::new_witness(cs.clone(), || Ok((path.position >> i) & 1 == 1)))
            .collect::<Result<Vec<_>, _>>()?;
        let siblings = path
            .siblings
            .iter()
            .map(|level| {
                let [a, b, c] = level;
                let new = |x: &F| FpVar::new_witness(cs.clone(), || Ok(*x));
                Ok([new(a)?, new(b)?, new(c)?])
            })
            .collect::<Result<Vec<_>, SynthesisError>>()?;
        Ok(Self { position, siblings })
    }

    /// The root that `leaf` has under this path.
    pub fn root(&self, poseidon: &Poseidon<F>, leaf: &FpVar<F>) -> Result<FpVar<F>, SynthesisError> {
        let mut node = leaf.clone();
        for ([s0, s1, s2], bits) in self.siblings.iter().zip(self.position.chunks(BITS_PER_LEVEL)) {
            let (low, high) = (FpVar::from(bits[0].clone()), FpVar::from(bits[1].clone()));
            // One-hot places from the two bits: place 3 is low*high, the others follow linearly.
            let at3 = &low * &high;
            let (at1, at2) = (&low - &at3, &high - &at3);
            let at0 = FpVar::one() - &low - &high + &at3;
            // Siblings keep their order around the node: child i is the node if it stands there, else the i-th or (i-1)-th sibling.
            let children = [
                s0 + &at0 * (&node - s0),
                s1 + &at0 * (s0 - s1) + &at1 * (&node - s1),
                s2 + (&at0 + &at1) * (s1 - s2) + &at2 * (&node - s2),
                s2 + &at3 * (&node - s2),
            ];
            node = poseidon.hash_var(&children)?;
        }
        Ok(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, solve, witness};
    use ark_bn254::Fr;
    use ark_ff::One;
    use proptest::prelude::*;

    const DEPTH: usize = 3;

    fn constraints_accept(path: &Path<Fr>, leaf: Fr, root: Fr) -> bool {
        let poseidon = Poseidon::<Fr>::new();
        solve(|cs| {
            let var = PathVar::new_witness(&cs, path, DEPTH)?;
            var.root(&poseidon, &witness(&cs, leaf)?)?.enforce_equal(&FpVar::constant(root))
        })
    }

    #[test]
    fn emptying_every_leaf_gives_the_empty_root_back() {
        let poseidon = Poseidon::<Fr>::new();
        let mut tree = Tree::new(&poseidon, DEPTH);
        let empty = tree.root();
        for place in [0, 5, 63] {
            tree.set(&poseidon, place, Fr::one()).expect("inside");
        }
        assert_ne!(tree.root(), empty);
        for place in [0, 5, 63] {
            tree.set(&poseidon, place, Fr::from(0u64)).expect("inside");
        }
        assert_eq!(tree.root(), empty);
        assert!(tree.nodes.is_empty());
        assert_eq!(tree.set(&poseidon, 64, Fr::one()), None);
    }

    #[test]
    fn a_path_of_another_length_is_refused() {
        let poseidon = Poseidon::<Fr>::new();
        let tree = Tree::new(&poseidon, DEPTH - 1);
        let cs = ark_relations::gr1cs::ConstraintSystem::<Fr>::new_ref();
        assert!(PathVar::new_witness(&cs, &tree.path(0).expect("inside"), DEPTH).is_err());
    }

    #[test]
    fn a_position_bit_that_is_no_bit_is_refused() {
        // Z4: with a bit of two, a sibling could be weighed so that any leaf leads to the root.
        let poseidon = Poseidon::<Fr>::new();
        let path = Tree::new(&poseidon, DEPTH).path(0).expect("inside");
        let mut cheat = crate::testing::Cheat::new(|cs| PathVar::new_witness(&cs, &path, DEPTH).map(|_| ()));
        for bit in 1..=BITS_PER_LEVEL * DEPTH {
            cheat.values[bit] = Fr::one();
            assert!(cheat.broken().is_empty(), "another position is as good");
            for value in [Fr::from(2u64), -Fr::one()] {
                cheat.values[bit] = value;
                assert_eq!(cheat.broken().len(), 1, "{value} is no bit");
            }
            cheat.values[bit] = Fr::from(0u64);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn every_place_proves_its_own_leaf_and_no_other(places in proptest::collection::btree_map(0u64..64, field(), 1..12), place in 0u64..64, other in field()) {
            let poseidon = Poseidon::<Fr>::new();
            let mut tree = Tree::new(&poseidon, DEPTH);
            for (at, leaf) in &places {
                tree.set(&poseidon, *at, *leaf).expect("inside");
            }
            let path = tree.path(place).expect("inside");
            let leaf = tree.leaf(place);
            prop_assert_eq!(path.root(&poseidon, leaf), tree.root());
            prop_assert!(constraints_accept(&path, leaf, tree.root()));
            prop_assume!(other != leaf);
            prop_assert!(!constraints_accept(&path, other, tree.root()));
            // The right leaf at another place of the same node is refused unless the siblings are all alike.
            let moved = Path { position: place ^ 1, siblings: path.siblings.clone() };
            prop_assert_eq!(constraints_accept(&moved, leaf, tree.root()), moved.root(&poseidon, leaf) == tree.root());
        }
    }
}
