//! The crate against files of the other side, and its commands against files of its own.

#[cfg(feature = "cli")]
mod commands;
mod stored;
mod with_snarkjs;
mod world;
