//! Messages of `govhub.app.v1`; the `.proto` file carries the documentation.
#![allow(missing_docs, clippy::all)]

include!("govhub.app.v1.rs");
