//! Trust classes: what believing a client means, with n and f.

use std::fmt;

/// The kind of authority behind a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustKind {
    /// More than two thirds of a BFT validator set.
    BftQuorum,
    /// Crash-fault ordering: any single orderer can lie.
    CftSingleOrderer,
    /// Crash-fault ordering where several orderers must say the same: f + 1 of them.
    CftOrderers,
    /// m of n named attestors.
    Attestors,
    /// One key.
    SingleKey,
}

/// Whom one believes: `n` parties of which up to `f` may lie before a false statement is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustClass {
    /// Kind of authority.
    pub kind: TrustKind,
    /// Parties; 0 while no header has shown them.
    pub n: u32,
    /// Liars tolerated.
    pub f: u32,
}

impl fmt::Display for TrustClass {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            TrustKind::BftQuorum => "BFT quorum",
            TrustKind::CftSingleOrderer => "CFT single orderer",
            TrustKind::CftOrderers => "CFT orderers",
            TrustKind::Attestors => "attestors",
            TrustKind::SingleKey => "one key",
        };
        if self.n == 0 {
            return write!(out, "{kind}, parties not yet seen");
        }
        write!(out, "{kind}, n={}, f={}", self.n, self.f)?;
        if self.n == 1 {
            out.write_str(", single operator")?;
        }
        if self.f == 0 {
            out.write_str(", no fault tolerance")?;
        }
        Ok(())
    }
}
