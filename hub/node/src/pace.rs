//! When the next height starts: local policy, never validity (PROTOCOL 4).

use std::sync::Arc;
use std::time::Duration;

use govhub_consensus::time_rule;

use crate::config::BlocksConfig;
use crate::ledger::{now, Ledger};
use crate::mempool::Mempool;

/// Resolves when the height after the tip should start:
/// at once after a block that changed the application hash, else when a transaction or a due item waits, else after the idle pause.
pub async fn next_height(config: BlocksConfig, ledger: Arc<Ledger>, mempool: Arc<Mempool>) {
    if ledger.tip().changed_state() {
        return;
    }
    let idle = tokio::time::sleep(Duration::from_millis(config.idle_block_ms));
    tokio::pin!(idle);
    let poll = Duration::from_millis(config.due_poll_ms);
    loop {
        if mempool.size().0 > 0 || has_due(&ledger) {
            return;
        }
        tokio::select! {
            () = &mut idle => return,
            () = mempool.arrival() => {}
            () = tokio::time::sleep(poll) => {}
        }
    }
}

/// Whether a block with the time that we would give it now has work of its own.
fn has_due(ledger: &Ledger) -> bool {
    let due = ledger.read(|reader, tip| {
        let time = time_rule::propose(now(), tip.time(&ledger.genesis));
        time_rule::to_time(time).is_some_and(|time| ledger.app.has_due(reader, time))
    });
    // A state that cannot be read is found again, and named, when the block is made.
    due.unwrap_or(true)
}
