//! `gov-attestor` rule by rule, and against vectors that an independent program wrote.

mod evidence;
mod headers;
mod mutation;
mod native;
mod proofs;
mod state;
mod vectors;
mod world;
