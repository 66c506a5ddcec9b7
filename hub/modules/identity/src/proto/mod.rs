//! Messages of `govhub.identity.v1`; the `.proto` file carries the documentation.
#![allow(missing_docs, clippy::all)]

include!("govhub.identity.v1.rs");
