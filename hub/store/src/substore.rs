//! The closed lists of provable substores and plain columns.

/// A provable substore: one leaf of the top tree (PROTOCOL 4). Declared in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Substore {
    /// Accounts, keys, sequences.
    Accounts,
    /// Head of the audit log.
    Audit,
    /// Contracts.
    Contracts,
    /// Evidence anchors.
    Evidence,
    /// Packet kinds, rules, open exchanges.
    Exchange,
    /// Members, proposals, parameters.
    Governance,
    /// Clients, counterparties, packet commitments, receipts, acknowledgements.
    Ibc,
    /// Departments, roles, issuers.
    Identity,
    /// Licence register (department profile) and pushed statuses (hub).
    Licence,
    /// Workflow.
    Workflow,
}

impl Substore {
    /// All ten, in order.
    pub const ALL: [Substore; 10] = [
        Self::Accounts, Self::Audit, Self::Contracts, Self::Evidence, Self::Exchange,
        Self::Governance, Self::Ibc, Self::Identity, Self::Licence, Self::Workflow,
    ];

    /// Key of the leaf in the top tree, ASCII.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Audit => "audit",
            Self::Contracts => "contracts",
            Self::Evidence => "evidence",
            Self::Exchange => "exchange",
            Self::Governance => "governance",
            Self::Ibc => "ibc",
            Self::Identity => "identity",
            Self::Licence => "licence",
            Self::Workflow => "workflow",
        }
    }

    /// Place in [`Substore::ALL`].
    pub(crate) fn place(self) -> usize {
        Self::ALL.iter().position(|s| *s == self).expect("ALL lists every substore")
    }

    /// The substore of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// A plain column: ordered, not proved, written in the same atomic commit as the tree.
///
/// The state machine's columns come first; the node's own (block store, node metadata) follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Audit log entries by be64 position.
    AuditLog,
    /// Packets, acknowledgements, proofs and headers as submitted, by client and sequence.
    PacketArchive,
    /// Secondary indexes and due queues of modules; the first byte of a key names the owner.
    Index,
    /// Consensus state heights per client, ordered.
    ConsensusHeights,
    /// Decided blocks, commits and results by be64 height (node).
    Blocks,
    /// Undecided proposals (node).
    Undecided,
    /// Transaction hash to height and index (node).
    TxIndex,
    /// Node metadata.
    Meta,
}

impl Column {
    /// All columns, in order.
    pub const ALL: [Column; 8] = [
        Self::AuditLog, Self::PacketArchive, Self::Index, Self::ConsensusHeights,
        Self::Blocks, Self::Undecided, Self::TxIndex, Self::Meta,
    ];

    /// Name of the column family.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuditLog => "audit_log",
            Self::PacketArchive => "packet_archive",
            Self::Index => "index",
            Self::ConsensusHeights => "consensus_heights",
            Self::Blocks => "blocks",
            Self::Undecided => "undecided",
            Self::TxIndex => "tx_index",
            Self::Meta => "meta",
        }
    }
}
