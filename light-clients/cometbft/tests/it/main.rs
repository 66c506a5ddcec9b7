//! ICS-07 against the world: vectors that others made, and every applicable attack, each beside the honest message that is accepted.

mod evidence;
mod headers;
mod native;
mod params;
mod proofs;
mod vectors;
mod world;
