//! Files in the forms that the chains' own interfaces return: what an operator has at hand to try a node before connecting it.
//!
//! A family reads them in its room `native` (feature `native`), with four functions: `items` cuts a file into [`Item`]s, `check_proof`
//! judges a proof under a client, `self_check` judges an item against nothing but itself, `trust_file` makes a trust file from an anchor.

use ibc_proto::google::protobuf::Any;

/// One thing in a file that can be judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A block or header, as the message that updates a client of this family.
    Header {
        /// What it is, for people: `block 7`.
        label: String,
        /// The update message.
        header: Any,
    },
    /// A proof of something stored or done, under a header that the client accepted.
    Proof {
        /// What it proves, for people.
        label: String,
        /// The proof in the family's own form, for its `check_proof`.
        proof: Vec<u8>,
    },
}

impl Item {
    /// What it is, for people.
    pub fn label(&self) -> &str {
        match self {
            Self::Header { label, .. } | Self::Proof { label, .. } => label,
        }
    }
}

/// One value of a trust file, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Its name, e.g. `trusting_period_s`.
    pub name: &'static str,
    /// The value as people read it.
    pub value: String,
    /// What believing it means.
    pub meaning: &'static str,
}
