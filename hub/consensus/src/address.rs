//! Addresses of validators.

use std::fmt;

use arc_malachitebft_core_types as core;
use borsh::{BorshDeserialize, BorshSerialize};

/// First 20 bytes of SHA-256 over the validator's Ed25519 key, as CometBFT has it. Shown in upper-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct ValidatorAddress(pub [u8; 20]);

impl ValidatorAddress {
    /// The address as tendermint-rs names it.
    pub fn account_id(self) -> tendermint::account::Id {
        tendermint::account::Id::new(self.0)
    }

    /// From tendermint-rs' name of it.
    pub fn from_account_id(id: &tendermint::account::Id) -> Self {
        let mut bytes = [0; 20];
        bytes.copy_from_slice(id.as_bytes());
        Self(bytes)
    }
}

impl fmt::Display for ValidatorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl fmt::Debug for ValidatorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::Address for ValidatorAddress {}
