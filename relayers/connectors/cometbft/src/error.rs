//! Failures of the world, by what can be done about them.

use govrelay_core::Failure;
use thiserror::Error;

/// Why a chain could not be asked, or said no.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// No endpoint answered in time.
    #[error("`{chain}`: no answer to {what}: {why}")]
    NoAnswer {
        /// Chain id.
        chain: String,
        /// What was asked.
        what: &'static str,
        /// The last endpoint's fault.
        why: String,
    },
    /// An endpoint answered with an error.
    #[error("`{chain}` refuses {what}: {why}")]
    Refused {
        /// Chain id.
        chain: String,
        /// What was asked.
        what: &'static str,
        /// The endpoint's words.
        why: String,
    },
    /// An endpoint answered with something that is no answer.
    #[error("`{chain}` answers {what} with nonsense: {why}")]
    Nonsense {
        /// Chain id.
        chain: String,
        /// What was asked.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The configuration cannot work.
    #[error("configuration of `{chain}`: {why}")]
    Config {
        /// Chain id.
        chain: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

impl From<ChainError> for Failure {
    /// None of these says anything about a packet, so all are tried again.
    fn from(error: ChainError) -> Self {
        Failure::Transient(error.to_string())
    }
}
