//! Generated messages of `proto/govhub/packets/v1`; checked in, written by `cargo xtask proto`. Plain wire forms without any
//! check: decode through the types at the crate's root.
#![allow(missing_docs, clippy::all)] // the .proto file carries the documentation

include!("govhub.packets.v1.rs");

/// The same under the package's path, where generated code of other crates looks for it.
pub mod govhub {
    /// `govhub.packets`.
    pub mod packets {
        /// `govhub.packets.v1`.
        pub mod v1 {
            pub use super::super::super::*;
        }
    }
}
