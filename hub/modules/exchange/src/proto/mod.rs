//! Messages of package `govhub.exchange.v1`, generated from `proto/` by `cargo xtask proto`; not edited by hand.
#![allow(missing_docs, clippy::all, clippy::pedantic)]

include!("govhub.exchange.v1.rs");
