//! Why a message, a packet to be sent, or an action is refused, each with its stable code (group 100 to 119).

use govhub_packets::{Fault, RefusedCode};
use govhub_types::codec::CodecError;
use govhub_types::{Code, Rejection};
use thiserror::Error;

/// A refusal by the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExchangeError {
    /// Not the canonical bytes of its message.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// No message, action or query of this module.
    #[error("the exchange has no `{found}`")]
    UnknownMessage {
        /// Type URL or path, at most 80 characters.
        found: String,
    },
    /// The signer is not the department's account.
    #[error("only the account of this chain's department sends packets; signed by {found}")]
    NotTheDepartment {
        /// Signer.
        found: String,
    },
    /// The envelope names another department as its sender.
    #[error("`from` must be this chain's department {expected}, found `{found}`")]
    WrongFrom {
        /// This chain's department.
        expected: String,
        /// Named sender.
        found: String,
    },
    /// Port, version or encoding of the payload, or their number.
    #[error("payload: {why}")]
    BadPayload {
        /// What is expected and what was found.
        why: String,
    },
    /// The envelope or its body breaks PROTOCOL 2.
    #[error(transparent)]
    BadEnvelope(#[from] Fault),
    /// Sent over another client than the hub's.
    #[error("questions go over the client of the hub, {expected}; found {found}")]
    NotTheHub {
        /// Client bound by governance, or "none yet".
        expected: String,
        /// Client of the packet.
        found: String,
    },
    /// A word that governance did not put on the list.
    #[error("{list}: the word asked for is not on this chain's list; governance sets the lists (SetLists), on every department's chain and on the hub")]
    NotListed {
        /// Which list.
        list: &'static str,
    },
    /// A kind whose body this program cannot read: nothing unread leaves the chain.
    #[error("this program sends no packets of that kind: {code}; it sends {known}")]
    UnknownKind {
        /// What the hub would say.
        code: RefusedCode,
        /// Kinds that an account may send.
        known: &'static str,
    },
    /// Only the chain itself sends these.
    #[error("`{kind}` is sent by the chain itself, not by an account")]
    ChainOnly {
        /// Kind.
        kind: String,
    },
    /// The hub forwards; it asks nothing.
    #[error("the hub sends no packets for accounts: ask on a department's chain")]
    NotOnTheHub,
    /// An action of governance that cannot be taken.
    #[error("{why}")]
    BadAction {
        /// What is wrong with which field.
        why: String,
    },
    /// The store failed under a query.
    #[error("{why}")]
    StoreFault {
        /// The fault.
        why: String,
    },
}

impl ExchangeError {
    /// The stable number.
    pub fn code(&self) -> Code {
        match self {
            Self::Codec(_) => Code::EXCHANGE_UNDECODABLE,
            Self::UnknownMessage { .. } => Code::EXCHANGE_UNKNOWN_MESSAGE,
            Self::NotTheDepartment { .. } => Code::EXCHANGE_NOT_THE_DEPARTMENT,
            Self::WrongFrom { .. } => Code::EXCHANGE_WRONG_FROM,
            Self::BadPayload { .. } => Code::EXCHANGE_BAD_PAYLOAD,
            Self::BadEnvelope(_) => Code::EXCHANGE_BAD_ENVELOPE,
            Self::NotTheHub { .. } => Code::EXCHANGE_NOT_THE_HUB,
            Self::NotListed { .. } => Code::EXCHANGE_NOT_LISTED,
            Self::UnknownKind { .. } => Code::EXCHANGE_UNKNOWN_KIND,
            Self::ChainOnly { .. } => Code::EXCHANGE_CHAIN_ONLY,
            Self::NotOnTheHub => Code::EXCHANGE_NOT_ON_THE_HUB,
            Self::BadAction { .. } => Code::EXCHANGE_BAD_ACTION,
            Self::StoreFault { .. } => Code::EXCHANGE_STORE_FAULT,
        }
    }
}

impl From<ExchangeError> for Rejection {
    fn from(error: ExchangeError) -> Self {
        Rejection::new(error.code(), error.to_string())
    }
}
