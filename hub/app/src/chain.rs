//! What a chain is: hub or department, production or development. Written at genesis, never changed.

use govhub_store::{State, Substore};
use govhub_types::DepartmentId;
use prost::Message;
use serde::{Deserialize, Serialize};

const CHAIN: &[u8] = b"xc";

/// Which end of the exchange a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The hub: routes between departments.
    Hub,
    /// A department's chain: its licence register and its end of the exchange. One operator.
    Department,
}

/// How serious a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Real: governance has its delay of a day or more.
    Prod,
    /// For development and demonstration: delays may be 0. Shown wherever the chain is shown.
    Dev,
}

/// What this chain is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Hub or department.
    pub profile: Profile,
    /// Production or development.
    pub network: Network,
    /// The department and its region; profile department only.
    pub department: Option<(DepartmentId, String)>,
}

#[derive(Clone, PartialEq, Message)]
struct Stored {
    #[prost(string, tag = "1")]
    profile: String,
    #[prost(string, tag = "2")]
    network: String,
    #[prost(string, tag = "3")]
    department: String,
    #[prost(string, tag = "4")]
    region: String,
}

impl Profile {
    /// `hub` or `department`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Department => "department",
        }
    }
}

impl Network {
    /// `prod` or `dev`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prod => "prod",
            Self::Dev => "dev",
        }
    }
}

/// What this chain is; `None` before genesis or when the store cannot be read.
pub(crate) fn get(state: &State<'_>) -> Option<Chain> {
    let bytes = state.get(Substore::Governance, CHAIN)?;
    let stored = Stored::decode(bytes.as_slice()).expect("written by put() below");
    Some(Chain {
        profile: if stored.profile == Profile::Hub.name() { Profile::Hub } else { Profile::Department },
        network: if stored.network == Network::Prod.name() { Network::Prod } else { Network::Dev },
        department: (!stored.department.is_empty()).then(|| (stored.department.parse().expect("genesis parsed it"), stored.region)),
    })
}

pub(crate) fn put(state: &mut State<'_>, chain: &Chain) {
    let (department, region) = chain.department.clone().map_or_else(Default::default, |(d, r)| (d.to_string(), r));
    let stored = Stored { profile: chain.profile.name().into(), network: chain.network.name().into(), department, region };
    state.put(Substore::Governance, CHAIN, stored.encode_to_vec());
}
