//! Stable numbers for refusals of transactions. A number never changes its meaning; text may.

/// Why a transaction or message was refused: stands in transaction results, so it is part of the protocol.
///
/// Ranges: 1-19 envelope and ante, 20-39 light clients, 40-59 packets, 60-79 governance, 80-99 identity,
/// 100-119 exchange, 120-139 licence register, 900 temporary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u32);

impl Code {
    /// Accepted.
    pub const OK: Code = Code(0);
}
