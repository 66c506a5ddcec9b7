//! Messages of `govhub.governance.v1`; the `.proto` file carries the documentation.
#![allow(missing_docs, clippy::all)]

include!("govhub.governance.v1.rs");
