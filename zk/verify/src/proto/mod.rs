//! Messages of `govhub.zk.v1`; the `.proto` file carries the documentation.
#![allow(missing_docs, clippy::all)]

include!("govhub.zk.v1.rs");
