//! The four programs whose chains are followed, and in what they differ.

use govhub_lc_core::Reason;

use crate::proto::govhub::lightclients::qbft::v1 as raw;

/// Which program makes the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Besu, QBFT.
    BesuQbft,
    /// Besu, IBFT 2.0.
    BesuIbft2,
    /// GoQuorum, QBFT.
    GoQuorumQbft,
    /// GoQuorum, IBFT 1 (Istanbul).
    GoQuorumIbft1,
}

impl Flavour {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::BesuQbft, Self::BesuIbft2, Self::GoQuorumQbft, Self::GoQuorumIbft1];

    /// Its name in trust files shown to people and in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::BesuQbft => "besu-qbft",
            Self::BesuIbft2 => "besu-ibft2",
            Self::GoQuorumQbft => "goquorum-qbft",
            Self::GoQuorumIbft1 => "goquorum-ibft1",
        }
    }

    /// The flavour called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flavour| flavour.name() == name)
    }

    /// True if its nodes refuse a header whose list of validators is not their own tally, so that whoever sealed has checked the list.
    ///
    /// Source: Besu `BftValidatorsValidationRule`; GoQuorum has no such rule, and one lying proposer was seen to get such blocks sealed.
    pub fn checks_lists(self) -> bool {
        matches!(self, Self::BesuQbft | Self::BesuIbft2)
    }

    /// True if its validators can be those of a contract.
    pub fn knows_contracts(self) -> bool {
        self != Self::BesuIbft2
    }

    /// First header on which an entry of `transitions` at `block` acts.
    ///
    /// Source: Besu `ForkingVoteTallyCache` and `ForkingValidatorProvider` ask for the next block; GoQuorum `snapshot` and `Prepare` for the
    /// parent's number (seen live).
    pub fn acts_on(self, block: u64) -> Option<u64> {
        if self.checks_lists() {
            Some(block)
        } else {
            block.checked_add(1)
        }
    }

    pub(crate) fn from_raw(raw: i32) -> Result<Self, Reason> {
        match raw::Flavour::try_from(raw) {
            Ok(raw::Flavour::BesuQbft) => Ok(Self::BesuQbft),
            Ok(raw::Flavour::BesuIbft2) => Ok(Self::BesuIbft2),
            Ok(raw::Flavour::GoquorumQbft) => Ok(Self::GoQuorumQbft),
            Ok(raw::Flavour::GoquorumIbft1) => Ok(Self::GoQuorumIbft1),
            Ok(raw::Flavour::Unspecified) | Err(_) => Err(Reason::new("flavour", format!("{raw} is no known flavour"))),
        }
    }

    /// As it stands in a client state.
    pub fn to_raw(self) -> raw::Flavour {
        match self {
            Self::BesuQbft => raw::Flavour::BesuQbft,
            Self::BesuIbft2 => raw::Flavour::BesuIbft2,
            Self::GoQuorumQbft => raw::Flavour::GoquorumQbft,
            Self::GoQuorumIbft1 => raw::Flavour::GoquorumIbft1,
        }
    }
}
