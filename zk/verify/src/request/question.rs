//! One question about one attribute.

use govhub_types::hash::{sha256, Hash};
use prost::Message;
use zk_gadgets::range::fits;

use super::{field_element, RequestError};
use crate::input_to_bytes;
use crate::licence_query_v1::{Op, Slot, ATTRIBUTES, FIRST_FREE, SET};
use crate::{proto as wire, Field};

/// What is asked of an attribute `x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What is `x`?
    Reveal,
    /// `x = a`?
    Eq(Field),
    /// `x != a`?
    Ne(Field),
    /// `x <= b`? Below 2^64.
    Le(u64),
    /// `x >= a`? Below 2^64.
    Ge(u64),
    /// `a <= x <= b`? Both below 2^64.
    Between(u64, u64),
    /// Is `x` one of these? Ascending, without repeats.
    In(Vec<Field>),
    /// Is `x` none of these? Ascending, without repeats.
    NotIn(Vec<Field>),
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which attribute, 4 to 15.
    pub attribute: u8,
    /// What is asked of it.
    pub ask: Ask,
}

impl Ask {
    /// The circuit's operation.
    pub fn op(&self) -> Op {
        match self {
            Self::Reveal => Op::Reveal,
            Self::Eq(_) => Op::Eq,
            Self::Ne(_) => Op::Ne,
            Self::Le(_) => Op::Le,
            Self::Ge(_) => Op::Ge,
            Self::Between(..) => Op::Between,
            Self::In(_) => Op::In,
            Self::NotIn(_) => Op::NotIn,
        }
    }

    /// Whether `x` is one of `members`, put in order.
    pub fn one_of(members: impl IntoIterator<Item = Field>) -> Self {
        Self::In(sorted(members))
    }

    /// Whether `x` is none of `members`, put in order.
    pub fn none_of(members: impl IntoIterator<Item = Field>) -> Self {
        Self::NotIn(sorted(members))
    }
}

fn sorted(members: impl IntoIterator<Item = Field>) -> Vec<Field> {
    let mut members: Vec<Field> = members.into_iter().collect();
    members.sort();
    members.dedup();
    members
}

impl Question {
    /// SHA-256 of the canonical bytes: what a budget counts. The same question asked again is no new question.
    pub fn digest(&self) -> Hash {
        sha256(&[&self.to_wire().encode_to_vec()])
    }

    /// The circuit's slot; `shown` gives the value of a question that reveals.
    pub(super) fn slot(&self, shown: impl FnOnce() -> Field) -> Slot<Field> {
        let (attribute, zero) = (self.attribute, Field::from(0u64));
        let (op, small) = (self.ask.op(), |n: u64| Field::from(n));
        match &self.ask {
            Ask::Reveal => Slot::new(op, attribute, shown(), zero),
            Ask::Eq(a) | Ask::Ne(a) => Slot::new(op, attribute, *a, zero),
            Ask::Le(b) => Slot::new(op, attribute, zero, small(*b)),
            Ask::Ge(a) => Slot::new(op, attribute, small(*a), zero),
            Ask::Between(a, b) => Slot::new(op, attribute, small(*a), small(*b)),
            Ask::In(set) | Ask::NotIn(set) => Slot::with_set(op, attribute, set).expect("decoded with 1 to 16 members"),
        }
    }

    pub(super) fn from_wire(slot: usize, wire: &wire::Question) -> Result<Self, RequestError> {
        let fault = |why| RequestError::Question { slot, why };
        let attribute = u8::try_from(wire.attribute).ok().filter(|n| (FIRST_FREE..ATTRIBUTES).contains(&usize::from(*n)));
        let attribute = attribute.ok_or_else(|| fault("questions are about attributes 4 to 15"))?;
        let op = u8::try_from(wire.op).ok().and_then(Op::from_number).filter(|op| *op != Op::Hidden);
        let op = op.ok_or_else(|| fault("the operation is a number from 1 to 8"))?;
        let element = |bytes: &[u8]| field_element("questions", bytes);
        let small = |bytes: &[u8]| u64_of(element(bytes)?).ok_or_else(|| fault("operands of a comparison are below 2^64"));
        let (a, b, set) = (wire.a.as_slice(), wire.b.as_slice(), wire.set.as_slice());
        let ask = match (op, a, b, set) {
            (Op::Reveal, [], [], []) => Ask::Reveal,
            (Op::Eq, a, [], []) => Ask::Eq(element(a)?),
            (Op::Ne, a, [], []) => Ask::Ne(element(a)?),
            (Op::Le, [], b, []) => Ask::Le(small(b)?),
            (Op::Ge, a, [], []) => Ask::Ge(small(a)?),
            (Op::Between, a, b, []) => Ask::Between(small(a)?, small(b)?),
            (Op::In, [], [], set) => Ask::In(members(slot, set)?),
            (Op::NotIn, [], [], set) => Ask::NotIn(members(slot, set)?),
            _ => return Err(fault("an operand is set that the operation does not use")),
        };
        if matches!(ask, Ask::Between(a, b) if a > b) {
            return Err(fault("the range is empty: a > b"));
        }
        Ok(Self { attribute, ask })
    }

    pub(super) fn to_wire(&self) -> wire::Question {
        let small = |n: &u64| input_to_bytes(&Field::from(*n));
        let (mut a, mut b, mut set) = (Vec::new(), Vec::new(), Vec::new());
        match &self.ask {
            Ask::Reveal => {}
            Ask::Eq(x) | Ask::Ne(x) => a = input_to_bytes(x),
            Ask::Le(n) => b = small(n),
            Ask::Ge(n) => a = small(n),
            Ask::Between(low, high) => (a, b) = (small(low), small(high)),
            Ask::In(members) | Ask::NotIn(members) => set = members.iter().map(input_to_bytes).collect(),
        }
        wire::Question { op: self.ask.op() as u32, attribute: u32::from(self.attribute), a, b, set }
    }
}

fn members(slot: usize, set: &[Vec<u8>]) -> Result<Vec<Field>, RequestError> {
    if !(1..=SET).contains(&set.len()) {
        return Err(RequestError::Question { slot, why: "a set has 1 to 16 members" });
    }
    let members = set.iter().map(|bytes| field_element("questions", bytes)).collect::<Result<Vec<_>, _>>()?;
    if members.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(RequestError::Question { slot, why: "members of a set are ascending, without repeats" });
    }
    Ok(members)
}

fn u64_of(x: Field) -> Option<u64> {
    use ark_ff::PrimeField;
    fits(x, 64).then(|| x.into_bigint().0[0])
}
