//! Transactions waiting for a block: bounded, first come first served, one account never more than its share.
//!
//! A transaction passes, in this order: size, not seen before, known sender within quota ([`Application::screen`](crate::application::Application::screen)), room, and only then the
//! state machine's `check_tx`. So a flood costs a hash and a look-up, not an execution.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use govhub_types::hash::{sha256, Hash};
use govhub_types::{Code, TxResult};
use thiserror::Error;
use tokio::sync::Notify;

use crate::application::SenderQuota;
use crate::config::MempoolConfig;
use crate::ledger::Ledger;

/// Why a transaction did not get as far as the state machine.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MempoolError {
    /// Over the bound.
    #[error("tx too large: {found} bytes, at most {max}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// Seen before: waiting, or in a block. CometBFT's words, which its clients look for.
    #[error("tx already exists in cache")]
    Seen,
    /// No room.
    #[error("mempool is full: {txs} transactions of {bytes} bytes wait; try again after the next block")]
    Full {
        /// Waiting.
        txs: usize,
        /// Bytes together.
        bytes: usize,
    },
    /// The sender has its share waiting.
    #[error("sender {sender} is over its quota: a block takes {messages_max} messages and {updates_max} client updates of it; try again after the next block")]
    OverQuota {
        /// Account.
        sender: String,
        /// Messages of it that a block takes.
        messages_max: u32,
        /// Client updates of it that a block takes.
        updates_max: u32,
    },
    /// The state could not be read.
    #[error("the state could not be read: {0}")]
    Store(String),
}

#[derive(Default)]
struct Pool {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    per_sender: BTreeMap<String, Share>,
    seen: Seen,
}

/// What waits of one sender.
#[derive(Clone, Copy, Default)]
struct Share {
    txs: u32,
    messages: u32,
    updates: u32,
}

struct Waiting {
    hash: Hash,
    quota: SenderQuota,
    tx: Vec<u8>,
}

/// The newest hashes, bounded. Every step costs a look-up in a tree, so that a flood of refused transactions costs no more than their hashes.
#[derive(Default)]
struct Seen {
    /// Number of each hash, counted as they come.
    hashes: BTreeMap<Hash, u64>,
    order: BTreeMap<u64, Hash>,
    next: u64,
}

impl Seen {
    /// False if it was there.
    fn insert(&mut self, hash: Hash, max: usize) -> bool {
        if self.hashes.contains_key(&hash) {
            return false;
        }
        self.hashes.insert(hash, self.next);
        self.order.insert(self.next, hash);
        self.next += 1;
        while self.order.len() > max {
            self.order.pop_first().map(|(_, oldest)| self.hashes.remove(&oldest));
        }
        true
    }

    fn remove(&mut self, hash: &Hash) {
        if let Some(number) = self.hashes.remove(hash) {
            self.order.remove(&number);
        }
    }
}

/// The mempool.
pub struct Mempool {
    config: MempoolConfig,
    ledger: Arc<Ledger>,
    pool: Mutex<Pool>,
    arrived: Notify,
}

impl Mempool {
    /// An empty one.
    pub fn new(config: MempoolConfig, ledger: Arc<Ledger>) -> Self {
        Self { config, ledger, pool: Mutex::default(), arrived: Notify::new() }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Transactions waiting and their bytes.
    pub fn size(&self) -> (usize, usize) {
        let pool = self.pool();
        (pool.waiting.len(), pool.bytes)
    }

    /// Resolves when a transaction arrives after the call.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    /// Takes a transaction in, or says why not. A result whose code is not 0 was not taken in.
    ///
    /// # Errors
    /// [`MempoolError`] if it never reached the state machine.
    pub fn add(&self, tx: Vec<u8>) -> Result<TxResult, MempoolError> {
        if tx.len() > self.config.tx_bytes_max {
            return Err(MempoolError::TooLarge { found: tx.len(), max: self.config.tx_bytes_max });
        }
        let hash = sha256(&[&tx]);
        if !self.pool().seen.insert(hash, self.config.seen_max) {
            return Err(MempoolError::Seen);
        }
        let taken = self.screen_and_check(&tx, hash);
        if !taken.as_ref().is_ok_and(TxResult::is_ok) {
            // Refused now may be good later: a temporary refusal must not be remembered as "seen".
            self.pool().seen.remove(&hash);
        }
        taken
    }

    fn screen_and_check(&self, tx: &[u8], hash: Hash) -> Result<TxResult, MempoolError> {
        let read = |e: govhub_store::StoreError| MempoolError::Store(e.to_string());
        let quota = match self.ledger.read(|reader, _| self.ledger.app.screen(reader, tx)).map_err(read)? {
            Ok(quota) => quota,
            Err(rejection) => return Ok(TxResult::rejected(&rejection)),
        };
        self.room(&quota, tx.len())?;
        let checked = self.ledger.read(|reader, tip| self.ledger.app.check_tx(reader, &self.ledger.check_context(tip), tx)).map_err(read)?;
        if checked.is_ok() {
            // Others came in meanwhile: room is asked again, under the lock that takes it.
            let mut pool = self.pool();
            self.room_in(&pool, &quota, tx.len())?;
            pool.bytes += tx.len();
            let share = pool.per_sender.entry(quota.sender.clone()).or_default();
            *share = Share { txs: share.txs + 1, messages: share.messages + quota.messages, updates: share.updates + quota.updates };
            pool.waiting.push_back(Waiting { hash, quota, tx: tx.to_vec() });
            drop(pool);
            self.arrived.notify_waiters();
            self.arrived.notify_one();
        }
        Ok(checked)
    }

    fn room(&self, quota: &SenderQuota, bytes: usize) -> Result<(), MempoolError> {
        self.room_in(&self.pool(), quota, bytes)
    }

    fn room_in(&self, pool: &Pool, quota: &SenderQuota, bytes: usize) -> Result<(), MempoolError> {
        if pool.waiting.len() >= self.config.txs_max || pool.bytes + bytes > self.config.bytes_max {
            return Err(MempoolError::Full { txs: pool.waiting.len(), bytes: pool.bytes });
        }
        let SenderQuota { sender, messages, messages_max, updates, updates_max } = quota;
        let share = pool.per_sender.get(sender).copied().unwrap_or_default();
        let over = share.messages.saturating_add(*messages) > *messages_max || share.updates.saturating_add(*updates) > *updates_max;
        if over {
            return Err(MempoolError::OverQuota { sender: sender.clone(), messages_max: *messages_max, updates_max: *updates_max });
        }
        Ok(())
    }

    /// Candidates for a block: the oldest, at most `max_bytes` together.
    pub fn candidates(&self, max_bytes: usize) -> Vec<Vec<u8>> {
        let pool = self.pool();
        let mut bytes = 0;
        pool.waiting
            .iter()
            .map(|waiting| &waiting.tx)
            .take_while(|tx| {
                bytes += tx.len();
                bytes <= max_bytes
            })
            .cloned()
            .collect()
    }

    /// Drops these hashes: they may not stand in a block.
    pub fn drop_txs(&self, hashes: &[Hash]) {
        let mut pool = self.pool();
        remove(&mut pool, |waiting| hashes.contains(&waiting.hash));
        hashes.iter().for_each(|hash| pool.seen.remove(hash));
    }

    /// After a block: drops what stands in it, and checks again what still waits.
    pub fn decided(&self, txs: &[Vec<u8>]) {
        let hashes: Vec<Hash> = txs.iter().map(|tx| sha256(&[tx])).collect();
        let mut pool = self.pool();
        for hash in &hashes {
            pool.seen.insert(*hash, self.config.seen_max);
        }
        let hashes: BTreeSet<Hash> = hashes.into_iter().collect();
        remove(&mut pool, |waiting| hashes.contains(&waiting.hash));
        let left: Vec<(Hash, Vec<u8>)> = pool.waiting.iter().map(|w| (w.hash, w.tx.clone())).collect();
        drop(pool);
        let stale: Vec<Hash> = left.into_iter().filter(|(_, tx)| !self.still_good(tx)).map(|(hash, _)| hash).collect();
        if !stale.is_empty() {
            self.drop_txs(&stale);
        }
    }

    fn still_good(&self, tx: &[u8]) -> bool {
        let checked = self.ledger.read(|reader, tip| self.ledger.app.check_tx(reader, &self.ledger.check_context(tip), tx));
        // What could not be read now is judged when a block is made.
        checked.map_or(true, |result| result.is_ok() || Code(result.code).is_temporary())
    }
}

fn remove(pool: &mut Pool, gone: impl Fn(&Waiting) -> bool) {
    let Pool { waiting, bytes, per_sender, .. } = pool;
    waiting.retain(|entry| {
        if !gone(entry) {
            return true;
        }
        *bytes -= entry.tx.len();
        if let Some(share) = per_sender.get_mut(&entry.quota.sender) {
            share.txs -= 1;
            share.messages -= entry.quota.messages;
            share.updates -= entry.quota.updates;
            if share.txs == 0 {
                per_sender.remove(&entry.quota.sender);
            }
        }
        false
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u64) -> Hash {
        sha256(&[&n.to_be_bytes()])
    }

    #[test]
    fn the_newest_hashes_are_remembered_and_a_removed_one_is_not() {
        let mut seen = Seen::default();
        assert!((0..5).all(|n| seen.insert(hash(n), 4)));
        assert!(!seen.insert(hash(4), 4) && !seen.insert(hash(1), 4), "still there");
        assert!(seen.insert(hash(0), 4), "the oldest was forgotten");
        seen.remove(&hash(3));
        seen.remove(&hash(3));
        assert!(seen.insert(hash(3), 4), "removed");
        assert_eq!((seen.hashes.len(), seen.order.len()), (4, 4));
        assert!(!seen.insert(hash(2), 4), "removing one made room, so the next oldest stayed");
    }
}
