//! Fabric channels: recorded ones against their stated verdicts, and one broken rule at a time.

mod configs;
mod evidence;
mod golden;
mod headers;
mod identities;
mod live;
mod native;
mod params;
mod policies;
mod proofs;
mod raft;
mod recorded;
mod runs;
mod vectors;
mod world;
