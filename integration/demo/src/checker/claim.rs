//! The words of a `verified` entry: `<object> of <source chain> on <chain that verified>`.
//!
//! Objects: `header`, `packet C/N` (sent from client C with sequence N), `acknowledgement C/N` and `no receipt C/N` (received by
//! client C). C is a client of the source chain.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error, Result};

/// What an entry says was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What.
    pub object: Object,
    /// Id of the chain whose state it is.
    pub source: String,
    /// Id of the chain that verified it.
    pub by: String,
}

/// The thing verified; client and sequence as in its path on the source chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// A header and its commit.
    Header,
    /// A packet's commitment.
    Packet {
        /// Source client.
        client: String,
        /// Sequence.
        sequence: u64,
    },
    /// An acknowledgement.
    Acknowledgement {
        /// Destination client.
        client: String,
        /// Sequence.
        sequence: u64,
    },
    /// Absence of a receipt.
    NoReceipt {
        /// Destination client.
        client: String,
        /// Sequence.
        sequence: u64,
    },
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            Object::Header => write!(f, "header")?,
            Object::Packet { client, sequence } => write!(f, "packet {client}/{sequence}")?,
            Object::Acknowledgement { client, sequence } => write!(f, "acknowledgement {client}/{sequence}")?,
            Object::NoReceipt { client, sequence } => write!(f, "no receipt {client}/{sequence}")?,
        }
        write!(f, " of {} on {}", self.source, self.by)
    }
}

impl FromStr for Claim {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).with_context(|| format!("not the words of a `verified` entry: `{text}`"))
    }
}

fn parse(text: &str) -> Option<Claim> {
    let (rest, by) = text.rsplit_once(" on ")?;
    let (object, source) = rest.rsplit_once(" of ")?;
    let object = match object.rsplit_once(' ') {
        None if object == "header" => Object::Header,
        Some((kind, place)) => {
            let (client, sequence) = place.split_once('/')?;
            let (client, sequence) = (client.to_owned(), sequence.parse().ok()?);
            match kind {
                "packet" => Object::Packet { client, sequence },
                "acknowledgement" => Object::Acknowledgement { client, sequence },
                "no receipt" => Object::NoReceipt { client, sequence },
                _ => return None,
            }
        }
        None => return None,
    };
    Some(Claim { object, source: source.to_owned(), by: by.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_survives_its_words() {
        let (client, sequence) = ("07-tendermint-1".to_owned(), 12);
        let objects = [
            Object::Header,
            Object::Packet { client: client.clone(), sequence },
            Object::Acknowledgement { client: client.clone(), sequence },
            Object::NoReceipt { client, sequence },
        ];
        for object in objects {
            let claim = Claim { object, source: "guangzhou-1".into(), by: "govhub-1".into() };
            assert_eq!(claim.to_string().parse::<Claim>().expect("our own words"), claim);
        }
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "header", "header of a-1", "packet of a-1 on b-1", "packet x/y of a-1 on b-1", "promise x/1 of a-1 on b-1"] {
            assert!(text.parse::<Claim>().is_err(), "{text}");
        }
    }
}
