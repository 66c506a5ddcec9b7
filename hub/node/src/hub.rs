//! The real state machine, `govhub_app`, behind [`Application`].

use std::ops::RangeInclusive;

use govhub_app::GenesisDoc;
use govhub_store::{Reader, Writes};
use govhub_types::{BlockContext, Rejection, Time, TxResult};

use crate::application::{Application, ApplyError, BlockOutcome, QueryAnswer, SenderQuota};

/// Hub and department chains alike: the genesis document's profile decides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hub;

impl Application for Hub {
    fn versions(&self) -> RangeInclusive<u64> {
        1..=govhub_app::APP_VERSION
    }

    fn genesis(&self, document: &[u8]) -> Result<Writes, String> {
        let document: GenesisDoc = serde_json::from_slice(document).map_err(|e| e.to_string())?;
        govhub_app::genesis(&document).map_err(|e| e.to_string())
    }

    fn screen(&self, reader: &dyn Reader, tx: &[u8]) -> Result<SenderQuota, Rejection> {
        let quota = govhub_app::screen(reader, tx)?;
        Ok(SenderQuota {
            sender: quota.sender.to_string(),
            messages: quota.messages,
            messages_max: quota.messages_max,
            updates: quota.updates,
            updates_max: quota.updates_max,
        })
    }

    fn check_tx(&self, reader: &dyn Reader, context: &BlockContext, tx: &[u8]) -> TxResult {
        govhub_app::check_tx(reader, context, tx)
    }

    fn propose(&self, reader: &dyn Reader, context: &BlockContext, candidates: &[Vec<u8>], max_bytes: usize) -> Vec<Vec<u8>> {
        govhub_app::propose(reader, context, candidates, max_bytes)
    }

    fn apply(&self, reader: &dyn Reader, context: &BlockContext, txs: &[Vec<u8>]) -> Result<BlockOutcome, ApplyError> {
        let outcome = govhub_app::apply(reader, context, txs).map_err(|error| match error {
            govhub_app::ApplyError::AnteFailed { index, rejection } => ApplyError::AnteFailed { index, rejection },
            govhub_app::ApplyError::Store(fault) => ApplyError::Store(fault),
            govhub_app::ApplyError::UnknownVersion(unknown) => ApplyError::Version { wanted: unknown.found, known: unknown.known },
        })?;
        Ok(BlockOutcome {
            writes: outcome.writes,
            tx_results: outcome.tx_results,
            begin_events: outcome.begin_events,
            validator_updates: outcome.validator_updates.into_iter().map(|update| (update.public_key, update.power)).collect(),
            app_version: outcome.app_version,
        })
    }

    fn has_due(&self, reader: &dyn Reader, time: Time) -> bool {
        // A state that cannot be read is found again, and named, when the block is made.
        govhub_app::has_due(reader, time).unwrap_or(true)
    }

    fn query(&self, reader: &dyn Reader, context: &BlockContext, path: &str, data: &[u8]) -> QueryAnswer {
        let answer = govhub_app::query(reader, context, path, data);
        QueryAnswer { code: answer.code, codespace: answer.codespace, log: answer.log, value: answer.value }
    }
}
