//! What is asked and proved: the public side.

use ark_ff::PrimeField;
use thiserror::Error;
use zk_gadgets::domain;
use zk_gadgets::poseidon::Poseidon;
use zk_gadgets::range::fits;

use super::{ATTRIBUTES, FIRST_FREE, SET, SLOTS};

/// What a slot says of its attribute `x`, with the slot's operands `a`, `b` and `set`. The numbers are part of the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Op {
    /// Nothing: the slot is not used.
    Hidden = 0,
    /// `x = a`, where `a` is the holder's to show.
    Reveal = 1,
    /// `x = a`, where `a` is the verifier's.
    Eq = 2,
    /// `x != a`.
    Ne = 3,
    /// `x <= b`.
    Le = 4,
    /// `x >= a`.
    Ge = 5,
    /// `a <= x <= b`.
    Between = 6,
    /// `x` is one of `set`.
    In = 7,
    /// `x` is none of `set`.
    NotIn = 8,
}

impl Op {
    /// All operations, by number.
    pub const ALL: [Op; 9] = [Op::Hidden, Op::Reveal, Op::Eq, Op::Ne, Op::Le, Op::Ge, Op::Between, Op::In, Op::NotIn];

    /// The operation of that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    fn uses_a(self) -> bool {
        matches!(self, Op::Reveal | Op::Eq | Op::Ne | Op::Ge | Op::Between)
    }

    fn uses_b(self) -> bool {
        matches!(self, Op::Le | Op::Between)
    }

    /// True for comparisons, whose operands must be below 2^64.
    pub fn compares(self) -> bool {
        matches!(self, Op::Le | Op::Ge | Op::Between)
    }

    fn uses_set(self) -> bool {
        matches!(self, Op::In | Op::NotIn)
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot<F> {
    /// What is asked.
    pub op: Op,
    /// Which attribute, from [`FIRST_FREE`] below [`ATTRIBUTES`].
    pub attribute: u8,
    /// First operand; zero where the operation does not use it.
    pub a: F,
    /// Second operand; zero where the operation does not use it.
    pub b: F,
    /// The set, closed by repeating its last member; zeros where the operation does not use it.
    pub set: [F; SET],
}

impl<F: PrimeField> Slot<F> {
    /// A slot that asks nothing.
    pub fn hidden() -> Self {
        Self { op: Op::Hidden, attribute: FIRST_FREE as u8, a: F::zero(), b: F::zero(), set: [F::zero(); SET] }
    }

    /// A question with one or two operands.
    pub fn new(op: Op, attribute: u8, a: F, b: F) -> Self {
        Self { op, attribute, a, b, ..Self::hidden() }
    }

    /// A question about a set of 1 to [`SET`] members; `None` for an empty or larger one.
    pub fn with_set(op: Op, attribute: u8, members: &[F]) -> Option<Self> {
        let last = *members.last()?;
        if members.len() > SET {
            return None;
        }
        let set = std::array::from_fn(|i| members.get(i).copied().unwrap_or(last));
        Some(Self { op, attribute, set, ..Self::hidden() })
    }

    /// Attribute and operation in one number: `attribute - 4 + 16 * op`.
    fn selector(&self) -> F {
        F::from(u64::from(self.attribute).wrapping_sub(FIRST_FREE as u64) + 16 * self.op as u64)
    }

    fn check(&self) -> Result<(), SlotFault> {
        if !(FIRST_FREE..ATTRIBUTES).contains(&usize::from(self.attribute)) {
            return Err(SlotFault::Attribute(self.attribute));
        }
        let unused = (!self.op.uses_a() && !self.a.is_zero())
            || (!self.op.uses_b() && !self.b.is_zero())
            || (!self.op.uses_set() && self.set.iter().any(|m| !m.is_zero()))
            || (self.op == Op::Hidden && usize::from(self.attribute) != FIRST_FREE);
        if unused {
            return Err(SlotFault::Unused);
        }
        if self.op.compares() && !(fits(self.a, 64) && fits(self.b, 64)) {
            return Err(SlotFault::TooLarge);
        }
        if self.op == Op::Between && self.a > self.b {
            return Err(SlotFault::Empty);
        }
        Ok(())
    }
}

/// Everything public about a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<F> {
    /// Root of the authorised-issuer tree.
    pub issuer_root: F,
    /// Packed licence type.
    pub licence_type: F,
    /// The hub's day.
    pub today: u32,
    /// Scope of the nullifier.
    pub scope: F,
    /// The holder's name in the scope.
    pub nullifier: F,
    /// What the proof is bound to.
    pub context: F,
    /// The questions.
    pub slots: [Slot<F>; SLOTS],
}

/// Why a slot is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum SlotFault {
    #[error("attribute {0} cannot be asked about; slots may touch {FIRST_FREE} to {last}", last = ATTRIBUTES - 1)]
    Attribute(u8),
    #[error("an operand is set that the operation does not use")]
    Unused,
    #[error("operands of a comparison must be below 2^64")]
    TooLarge,
    #[error("the range is empty: a > b")]
    Empty,
}

/// Why a statement is refused before any proof is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StatementError {
    /// A question breaks a rule.
    #[error("slot {slot}: {why}")]
    Slot {
        /// Which slot, from 0.
        slot: usize,
        /// Which rule.
        why: String,
    },
    /// Zero would be the same for every holder.
    #[error("the nullifier is zero")]
    ZeroNullifier,
    /// A scope of zero is a scope that nobody chose.
    #[error("the scope is zero")]
    ZeroScope,
    /// An unset root.
    #[error("the issuer root is zero")]
    ZeroRoot,
}

impl<F: PrimeField> Statement<F> {
    /// Checks every rule that the circuit leaves to the verifier.
    ///
    /// # Errors
    /// [`StatementError`] naming the first rule broken.
    ///
    /// # Not checked
    /// That root, day, scope and context are the right ones: that is the verifier's business.
    pub fn check(&self) -> Result<(), StatementError> {
        if self.nullifier.is_zero() {
            return Err(StatementError::ZeroNullifier);
        }
        if self.scope.is_zero() {
            return Err(StatementError::ZeroScope);
        }
        if self.issuer_root.is_zero() {
            return Err(StatementError::ZeroRoot);
        }
        self.slots
            .iter()
            .enumerate()
            .try_for_each(|(slot, s)| s.check().map_err(|why| StatementError::Slot { slot, why: why.to_string() }))
    }

    /// The one public input.
    pub fn digest(&self, poseidon: &Poseidon<F>) -> F {
        let questions: Vec<F> = self.slots.iter().flat_map(|s| [s.selector(), s.a, s.b, poseidon.hash(&s.set)]).collect();
        let tag = F::from(domain::STATEMENT);
        let slots = poseidon.hash(&questions);
        poseidon.hash(&[tag, self.issuer_root, self.licence_type, F::from(self.today), self.scope, self.nullifier, self.context, slots])
    }
}
