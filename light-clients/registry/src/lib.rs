//! The closed set of light clients: which families there are, and how one is made from bytes.
//!
//! **Trust assumption**: none of its own; each family's crate opens with its own. A family that is not in this list does not exist:
//! nothing outside can add one.
//!
//! Start at [`AnyClient`]; [`from_trust_file`] makes a client from what governance approved.

mod trust_file;

pub use trust_file::{from_trust_file, Founded};

use govhub_lc_cometbft as cometbft;
use govhub_lc_core::{LightClient, Reason};
use ibc_proto::google::protobuf::Any;

/// Client types that this build can follow.
pub const FAMILIES: [&str; 1] = [cometbft::CLIENT_TYPE];

/// A client of any family.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyClient {
    /// `07-tendermint`.
    CometBft(cometbft::ClientState),
}

impl AnyClient {
    /// Decodes a client state by its type URL.
    ///
    /// # Errors
    /// `unknown-family` for a type URL outside the set, else the family's own reason.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        match any.type_url.as_str() {
            cometbft::CLIENT_STATE_URL => cometbft::ClientState::decode(any).map(Self::CometBft),
            other => Err(Reason::new("unknown-family", format!("`{}` is no client state of a known family", excerpt(other)))),
        }
    }

    /// The client behind its face.
    pub fn face(&self) -> &(dyn LightClient + 'static) {
        match self {
            Self::CometBft(client) => client,
        }
    }
}

impl std::ops::Deref for AnyClient {
    type Target = dyn LightClient + 'static;

    fn deref(&self) -> &Self::Target {
        self.face()
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
