//! Messages of `govhub.audit.v1`; the `.proto` file carries the documentation.
#![allow(missing_docs, clippy::all)]

include!("govhub.audit.v1.rs");
