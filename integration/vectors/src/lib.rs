//! Runs folders of vectors: blocks, headers and proofs of real chains, each with the verdict that it must get.
//!
//! A folder has a `MANIFEST.json` that says per file which family it belongs to, what is expected and where trust comes from
//! ([`Folder`], [`Entry`]); cases inside a file state their own expectation ([`Case`]). Each family is one file here that reads its
//! files' shapes and asks its light client ([`Family`]). `cargo xtask vectors DIR` and the tests of the families run the same code.
//!
//! A refusal counts only if it is for a reason that the case allows: [`Family::words`] maps our codes to the files' words.

mod case;
mod chainmaker;
mod cometbft;
mod fabric;
mod family;
mod fisco;
mod folder;
mod qbft;

pub use case::{Case, Expected, Verdict};
pub use family::{families, run, Family, Report};
pub use folder::{Entry, Expect, Folder};
