//! The register as its chain sees it: real store, real messages, one broken rule a test beside its accepted twin.

mod world;

mod batch;
mod change;
mod code;
mod issue;
mod push;
mod properties;
