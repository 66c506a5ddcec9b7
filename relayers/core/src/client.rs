//! A client as its host chain shows it.

use govhub_types::{ClientId, Height};
use serde::{Deserialize, Serialize};

/// Usable or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientStatus {
    /// Usable.
    Active,
    /// Misbehaviour was seen; only governance recovers it.
    Frozen,
    /// Too old; only governance recovers it.
    Expired,
}

/// How the followed chain shows that it did not receive a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsenceProof {
    /// By a proof that nothing is stored.
    Absence,
    /// By the presence of the sentinel (PROTOCOL 2).
    Sentinel,
}

/// A client on its host chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// Newest height accepted.
    pub latest_height: Height,
    /// Header time at that height, nanoseconds since 1970.
    pub latest_time_ns: u64,
    /// Trusting period in nanoseconds; none if the client never expires.
    pub trusting_period_ns: Option<u64>,
    /// Usable or not.
    pub status: ClientStatus,
    /// How timeouts of packets to the followed chain are settled.
    pub absence: AbsenceProof,
    /// Whom one believes, in words.
    pub trust: String,
    /// The client's registered other end; none before governance registered it.
    pub counterparty: Option<ClientId>,
}

impl ClientView {
    /// Nanoseconds left before the client expires, when the host's time is `now_ns`; none if it never does.
    pub fn remaining_ns(&self, now_ns: u64) -> Option<u64> {
        self.trusting_period_ns.map(|period| self.latest_time_ns.saturating_add(period).saturating_sub(now_ns))
    }

    /// True once a third of the trusting period has passed since the newest header (source: Hermes `mode.clients.refresh`).
    pub fn wants_refresh(&self, now_ns: u64) -> bool {
        self.trusting_period_ns.is_some_and(|period| now_ns.saturating_sub(self.latest_time_ns) >= period / 3)
    }
}
