//! The closed set of light clients: which families there are, and how one is made from bytes.
//!
//! **Trust assumption**: none of its own; each family's crate opens with its own. A family that is not in this list does not exist:
//! nothing outside can add one.
//!
//! Start at [`AnyClient`]; [`from_trust_file`] makes a client from what governance approved. A new family is one line in [`families`].

#[cfg(feature = "native")]
pub mod native;
mod trust_file;

pub use trust_file::{from_trust_file, Founded};

use govhub_lc_core::{About, LightClient, Reason};
use ibc_proto::google::protobuf::Any;

use govhub_lc_attestor as attestor;
use govhub_lc_chainmaker as chainmaker;
use govhub_lc_cometbft as cometbft;
use govhub_lc_fabric as fabric;
use govhub_lc_fisco_bcos as fisco_bcos;
use govhub_lc_qbft as qbft;
use govhub_lc_solo_machine as solo_machine;

/// Makes the set of the families' crates: each has `CLIENT_TYPE`, `CLIENT_STATE_URL`, `ABOUT` and a `ClientState` behind the common face;
/// with feature `native` also `CHECKS` and the room `native`.
macro_rules! families {
    ($($variant:ident: $family:ident),+ $(,)?) => {
        /// Client types that this build can follow.
        pub const FAMILIES: &[&str] = &[$($family::CLIENT_TYPE),+];

        /// What people are told of each of them, in the same order.
        pub const ABOUT: &[About] = &[$($family::ABOUT),+];

        /// A client of any family.
        #[derive(Clone, Debug, PartialEq)]
        // One lives at a time, on its way between bytes and bytes: a box for each would only hide it.
        #[allow(clippy::large_enum_variant)]
        pub enum AnyClient {
            $(#[doc = concat!("Of the family `", stringify!($family), "`.")] $variant($family::ClientState),)+
        }

        impl AnyClient {
            /// Decodes a client state by its type URL.
            ///
            /// # Errors
            /// `unknown-family` for a type URL outside the set, else the family's own reason.
            pub fn decode(any: &Any) -> Result<Self, Reason> {
                match any.type_url.as_str() {
                    $($family::CLIENT_STATE_URL => $family::ClientState::decode(any).map(Self::$variant),)+
                    other => Err(Reason::new("unknown-family", format!("`{}` is no client state of a known family", excerpt(other)))),
                }
            }

            /// The client behind its face.
            pub fn face(&self) -> &(dyn LightClient + 'static) {
                match self {
                    $(Self::$variant(client) => client,)+
                }
            }
        }

        /// How each of them reads its chains' own files, in the same order.
        #[cfg(feature = "native")]
        pub const NATIVE: &[native::Native] = &[$(native::Native {
            client_type: $family::CLIENT_TYPE,
            checks: &$family::CHECKS,
            items: $family::native::items,
            self_check: $family::native::self_check,
            trust_file: $family::native::trust_file,
            explain: $family::native::explain,
        }),+];

        #[cfg(feature = "native")]
        impl AnyClient {
            /// Judges a proof that the family's `native::items` cut from a file.
            ///
            /// # Errors
            /// The first rule that is broken.
            pub fn check_proof(&self, states: &dyn govhub_lc_core::ConsensusStates, proof: &[u8]) -> Result<Vec<govhub_lc_core::Check>, Reason> {
                match self {
                    $(Self::$variant(client) => $family::native::check_proof(client, states, proof),)+
                }
            }
        }
    };
}

families! {
    CometBft: cometbft,
    SoloMachine: solo_machine,
    Attestor: attestor,
    Qbft: qbft,
    ChainMaker: chainmaker,
    FiscoBcos: fisco_bcos,
    Fabric: fabric,
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
