//! ChainMaker chains, recorded and of our own making, and one broken rule at a time.

mod changes;
mod commit;
mod evidence;
mod follow;
mod golden;
mod header;
mod live;
mod native;
mod proofs;
mod skipping;
mod state;
mod vectors;
mod world;
