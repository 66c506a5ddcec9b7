//! Generated from `proto/`; checked in, never edited. The module tree is the package tree, so that generated paths between packages hold.
#![allow(missing_docs, clippy::all)]

/// Packages of ibc-go that ibc-proto lacks.
pub mod ibc {
    /// `ibc.core`.
    pub mod core {
        /// `ibc.core.channel`.
        pub mod channel {
            /// `ibc.core.channel.v2`.
            pub mod v2 {
                include!("ibc.core.channel.v2.rs");
            }
        }
        /// `ibc.core.client`.
        pub mod client {
            /// `ibc.core.client.v2`.
            pub mod v2 {
                include!("ibc.core.client.v2.rs");
            }
        }
    }
}

/// Our own packages.
pub mod govhub {
    /// `govhub.ibc`.
    pub mod ibc {
        /// `govhub.ibc.v1`.
        pub mod v1 {
            include!("govhub.ibc.v1.rs");
        }
    }
}
