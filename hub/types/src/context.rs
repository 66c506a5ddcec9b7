//! What every message handler is told about the block it runs in, and what it gives back.

use std::fmt;

use crate::{ChainId, Code, Time};

/// The block a message runs in. The only source of time and height below the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockContext {
    /// This chain.
    pub chain_id: ChainId,
    /// Height of the block being executed.
    pub height: u64,
    /// Header time of the block being executed.
    pub time: Time,
}

/// An event as CometBFT's `block_results` shows it: a type and ordered attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Event type, e.g. `send_packet`.
    pub kind: String,
    /// Attributes in order.
    pub attributes: Vec<(String, String)>,
}

impl Event {
    /// An event without attributes.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), attributes: Vec::new() }
    }

    /// Adds an attribute.
    pub fn with(mut self, key: impl Into<String>, value: impl fmt::Display) -> Self {
        self.attributes.push((key.into(), value.to_string()));
        self
    }
}

/// Why a message was refused. `code` is protocol; `message` is for people and is never hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Stable code.
    pub code: Code,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Rejection {
    /// A refusal with its code and words.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code.0)
    }
}

impl std::error::Error for Rejection {}
