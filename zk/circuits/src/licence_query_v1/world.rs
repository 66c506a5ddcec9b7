//! A small world in which an honest holder proves: for tests and benches, of this crate and of others.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::{One, PrimeField};
use zk_gadgets::merkle::Tree;
use zk_gadgets::nullifier::{holder_commitment, nullifier};
use zk_gadgets::poseidon::Poseidon;
use zk_gadgets::schnorr::{sign, PublicKey};

use super::*;

/// The hub's day in this world.
pub const TODAY: u32 = 20_700;

/// A small world: two issuers in the tree, the second with the licence under test; all data is a function of `seed`.
#[derive(Clone)]
pub struct World<P: TECurveConfig>
where
    P::BaseField: PrimeField,
{
    /// What is asked and public.
    pub statement: Statement<P::BaseField>,
    /// What the holder has.
    pub witness: Witness<P>,
    /// The issuer's key.
    pub issuer_secret: P::ScalarField,
}

impl<P: TECurveConfig> World<P>
where
    P::BaseField: PrimeField,
{
    /// The world of `seed`.
    pub fn new(poseidon: &Poseidon<P::BaseField>, seed: u64) -> Self {
        let f = |n: u64| P::BaseField::from(n);
        let (secret, scope, licence_type) = (f(seed + 1_000_003), f(77), f(0xC1A55));
        let issuer_secret = P::ScalarField::from(seed + 991);
        let key = PublicKey::<P>::of_secret(issuer_secret).expect("not zero");
        let other = PublicKey::<P>::of_secret(P::ScalarField::from(seed + 555)).expect("not zero");
        let status_index = 70_000 + seed % 64;
        let mut attributes: [P::BaseField; ATTRIBUTES] = std::array::from_fn(|i| f(1_000 + i as u64));
        attributes[0] = holder_commitment(poseidon, secret);
        attributes[1] = licence_type;
        attributes[2] = f(status_index);
        attributes[3] = f(u64::from(TODAY) + 100);

        let mut statuses = Tree::new(poseidon, STATUS_DEPTH);
        let word = 1u64 << (status_index % 64) | 0xA5A5;
        statuses.set(poseidon, status_index / 64, f(word)).expect("inside");
        let issuer = IssuerLeaf::new(&key, licence_type, 440_100, TODAY + 30, statuses.root());
        let neighbour = IssuerLeaf::new(&other, licence_type, 440_300, TODAY + 30, statuses.root());
        let mut issuers = Tree::new(poseidon, ISSUER_DEPTH);
        issuers.set(poseidon, 4_321, neighbour.hash(poseidon)).expect("inside");
        issuers.set(poseidon, 4_322, issuer.hash(poseidon)).expect("inside");

        let statement = Statement {
            issuer_root: issuers.root(),
            licence_type,
            today: TODAY,
            scope,
            nullifier: nullifier(poseidon, secret, scope),
            context: f(31_337),
            slots: [
                Slot::new(Op::Eq, 4, f(1_004), f(0)),
                Slot::new(Op::Ge, 5, f(18), f(0)),
                Slot::new(Op::Between, 6, f(1_000), f(2_000)),
                Slot::with_set(Op::In, 7, &[f(1), f(1_007), f(3)]).expect("small"),
            ],
        };
        let witness = Witness {
            secret,
            attributes,
            signature: sign(poseidon, issuer_secret, P::ScalarField::from(seed + 17), poseidon.hash(&attributes)).expect("not zero"),
            issuer,
            issuer_path: issuers.path(4_322).expect("inside"),
            status_word: word,
            status_path: statuses.path(status_index / 64).expect("inside"),
        };
        Self { statement, witness, issuer_secret }
    }

    /// One holder with the same licence from two issuers under one root: all that is public is equal, all that is hidden differs.
    pub fn of_two_issuers(poseidon: &Poseidon<P::BaseField>) -> [Self; 2] {
        let (first, mut second) = (Self::new(poseidon, 5), Self::new(poseidon, 5));
        second.issuer_secret = P::ScalarField::from(3_141u64);
        let key = PublicKey::<P>::of_secret(second.issuer_secret).expect("not zero");
        second.witness.attributes[2] = P::BaseField::from(31u64);
        second.witness.attributes[3] += P::BaseField::from(7u64);
        second.witness.attributes[8..].iter_mut().for_each(|hidden| *hidden += P::BaseField::one());
        second.witness.status_word = 1 << 31 | 1;
        let mut statuses = Tree::new(poseidon, STATUS_DEPTH);
        statuses.set(poseidon, 0, P::BaseField::from(second.witness.status_word)).expect("inside");
        second.witness.status_path = statuses.path(0).expect("inside");
        second.witness.issuer = IssuerLeaf::new(&key, first.statement.licence_type, 440_300, TODAY + 900, statuses.root());
        let mut pair = [first, second.resign(poseidon)];
        let mut issuers = Tree::new(poseidon, ISSUER_DEPTH);
        for (place, world) in [4_322, 65_535].into_iter().zip(&pair) {
            issuers.set(poseidon, place, world.witness.issuer.hash(poseidon)).expect("inside");
        }
        for (place, world) in [4_322, 65_535].into_iter().zip(&mut pair) {
            world.statement.issuer_root = issuers.root();
            world.witness.issuer_path = issuers.path(place).expect("inside");
        }
        pair
    }

    /// Signs the attributes again after a test changed them, as a careless issuer would.
    pub fn resign(mut self, poseidon: &Poseidon<P::BaseField>) -> Self {
        let message = poseidon.hash(&self.witness.attributes);
        self.witness.signature = sign(poseidon, self.issuer_secret, P::ScalarField::from(23u64), message).expect("not zero");
        self
    }

    /// Rebuilds issuer tree and root around the (changed) leaf.
    pub fn reregister(mut self, poseidon: &Poseidon<P::BaseField>) -> Self {
        let mut issuers = Tree::new(poseidon, ISSUER_DEPTH);
        issuers.set(poseidon, 9, self.witness.issuer.hash(poseidon)).expect("inside");
        self.statement.issuer_root = issuers.root();
        self.witness.issuer_path = issuers.path(9).expect("inside");
        self
    }

    /// What the relation says of this world.
    pub fn relation(&self, poseidon: &Poseidon<P::BaseField>) -> Result<(), Broken> {
        holds(poseidon, &self.statement, &self.witness)
    }

    /// The circuit with this world's values.
    pub fn circuit<'a>(&'a self, poseidon: &'a Poseidon<P::BaseField>) -> Circuit<'a, P> {
        Circuit { poseidon, statement: &self.statement, witness: &self.witness }
    }
}
