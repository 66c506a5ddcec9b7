//! What becomes of a transaction.

use crate::context::{Event, Rejection};

/// Namespace of our codes in results.
pub const CODESPACE: &str = "govhub";

/// The result of one transaction, as `block_results` shows it. `code`, `data` and gas are hashed into the next header; text and events are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxResult {
    /// 0 is accepted; else see [`crate::Code`].
    pub code: u32,
    /// [`CODESPACE`] where the code is not 0.
    pub codespace: String,
    /// What the messages returned.
    pub data: Vec<u8>,
    /// For people.
    pub log: String,
    /// Gas the sender allowed.
    pub gas_wanted: i64,
    /// Gas counted.
    pub gas_used: i64,
    /// Events of accepted messages.
    pub events: Vec<Event>,
}

impl TxResult {
    /// A refusal.
    pub fn rejected(rejection: &Rejection) -> Self {
        Self { code: rejection.code.0, codespace: CODESPACE.into(), log: rejection.message.clone(), ..Self::default() }
    }

    /// True iff the code is 0.
    pub fn is_ok(&self) -> bool {
        self.code == 0
    }
}
